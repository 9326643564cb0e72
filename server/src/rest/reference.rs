//! `GET /docs/api`: the same document for people, as one plain page that needs no script and nothing from elsewhere.

use std::{fmt::Write as _, sync::LazyLock};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{Html, IntoResponse as _, Response},
};
use serde_json::Value;

use super::openapi;
use crate::{cookies, router::Site};

/// Serves the page, in the colours of the browser that asks.
pub(crate) async fn page(State(site): State<Site>, headers: HeaderMap) -> Response {
    static BODY: LazyLock<String> = LazyLock::new(|| body(openapi::document()));
    let style = escaped(&site.assets.style);
    let theme = cookies::preferences(&headers).theme;
    let mut around = String::new();
    for (color, media) in theme.around() {
        let media = media.map(|media| format!(" media=\"{media}\"")).unwrap_or_default();
        let _ = write!(around, "<meta name=\"theme-color\" content=\"{color}\"{media}>");
    }
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\"><meta name=\"color-scheme\" content=\"{}\">{around}<title>API · Jeton</title><link rel=\"stylesheet\" \
         href=\"{style}\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"></head><body>{}</body></html>",
        theme.scheme(),
        *BODY
    ))
    .into_response()
}

/// Text as it may stand in HTML, also in an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Escaped text in which what stands between backticks is code.
fn prose(text: &str) -> String {
    let mut written = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escaped(part);
        let _ = if at % 2 == 1 { write!(written, "<code>{part}</code>") } else { written.write_str(&part) };
    }
    written
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The schema that a reference names, or the schema itself.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let name = text(&schema["$ref"]).rsplit('/').next().unwrap_or_default();
    document["components"]["schemas"].get(name).unwrap_or(schema)
}

/// The name of a schema that is referred to.
fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(|address| address.rsplit('/').next())
}

/// A schema in a few words: `string`, `list of Permission`, `integer or null`.
fn kind(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escaped(name));
    }
    let several = schema["oneOf"].as_array().or(schema["allOf"].as_array()).or(schema["anyOf"].as_array());
    if let Some(several) = several {
        return several.iter().map(kind).collect::<Vec<_>>().join(if schema.get("allOf").is_some() { " and " } else { " or " });
    }
    let one = |name: &str| match name {
        "array" => format!("list of {}", kind(&schema["items"])),
        other => escaped(other),
    };
    let mut written = match &schema["type"] {
        Value::Array(names) => names.iter().map(|name| one(text(name))).collect::<Vec<_>>().join(" or "),
        name => one(text(name)),
    };
    if schema["format"] == "date-time" {
        written = written.replace("string", "time");
    }
    for (name, words) in [("minimum", "from"), ("maximum", "to"), ("maxLength", "up to")] {
        if let Some(number) = schema[name].as_u64() {
            let _ = write!(written, " {words} {number}");
        }
    }
    written
}

fn body(document: &Value) -> String {
    let mut page = String::from(
        "<a class=\"skip-link\" href=\"#main\">Skip to content</a><header class=\"header\"><a class=\"brand\" href=\"/\">Jeton</a></header>\
         <div class=\"frame\"><nav class=\"side\" aria-label=\"Operations\"><p class=\"side-title\">API</p><ul class=\"side-list\">",
    );
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = escaped(text(&tag["name"]));
        let _ = write!(page, "<li><a class=\"side-link\" href=\"#{}\">{name}</a></li>", anchor(&name));
    }
    let _ = write!(
        page,
        "<li><a class=\"side-link\" href=\"#refusals\">Refusals</a></li><li><a class=\"side-link\" href=\"#schemas\">Schemas</a></li></ul></nav>\
         <main class=\"main reference\" id=\"main\" tabindex=\"-1\"><h1 class=\"heading\">The API</h1><p class=\"lead\">{}</p>\
         <p class=\"lead\">For programs there is the <a href=\"/openapi.json\">OpenAPI document</a>, from which this page is made.</p>",
        prose(text(&document["info"]["description"]))
    );
    page.push_str("<h2 class=\"block-title\" id=\"tokens-in-requests\">How a token is presented</h2><ul class=\"reference-list\">");
    for scheme in document["components"]["securitySchemes"].as_object().into_iter().flatten().map(|(_, scheme)| scheme) {
        let _ = write!(page, "<li>{}</li>", prose(text(&scheme["description"])));
    }
    page.push_str("</ul><p>Present one token in one header, never in an address. Cookies count for nothing here.</p>");
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        let _ = write!(
            page,
            "<section class=\"block\"><h2 class=\"block-title\" id=\"{}\">{}</h2><p>{}</p>",
            anchor(name),
            escaped(name),
            prose(text(&tag["description"]))
        );
        for (path, method, operation) in openapi::operations(document).filter(|(.., operation)| operation["tags"][0] == name) {
            self::operation(&mut page, document, (path, method, operation));
        }
        page.push_str("</section>");
    }
    page.push_str(
        "<section class=\"block\"><h2 class=\"block-title\" id=\"refusals\">Refusals</h2><p>Every refusal is a problem document (RFC 9457): \
         <code>code</code> tells problems apart, <code>message</code> says what to do, <code>field</code> names the member that has to change, \
         and <code>instance</code> is the id of the request in the server's log.</p></section>\
         <section class=\"block\"><h2 class=\"block-title\" id=\"schemas\">Schemas</h2>",
    );
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let _ = write!(
            page,
            "<article class=\"reference-operation\"><h3 class=\"reference-name\" id=\"schema-{0}\">{0}</h3><p>{1}</p>",
            escaped(name),
            prose(text(&schema["description"]))
        );
        if let Some(words) = schema["enum"].as_array() {
            let words: Vec<String> = words.iter().map(|word| format!("<code>{}</code>", escaped(text(word)))).collect();
            let _ = write!(page, "<p class=\"reference-words\">{}</p>", words.join(" "));
        }
        members(&mut page, schema, "Member");
        page.push_str("</article>");
    }
    page.push_str("</section></main></div>");
    page
}

fn anchor(name: &str) -> String {
    name.to_ascii_lowercase().replace(' ', "-")
}

fn operation(page: &mut String, document: &Value, (path, method, operation): (&str, &str, &Value)) {
    let id = escaped(text(&operation["operationId"]));
    let summary = text(&operation["summary"]);
    let _ = write!(
        page,
        "<article class=\"reference-operation\" aria-labelledby=\"{id}\"><h3 class=\"reference-name\" id=\"{id}\">{}</h3>\
         <p class=\"reference-address\"><code><strong>{}</strong> {}</code></p>",
        prose(summary.trim_end_matches('.')),
        method.to_uppercase(),
        escaped(path)
    );
    for paragraph in text(&operation["description"]).split("\n\n").filter(|paragraph| *paragraph != summary) {
        let _ = write!(page, "<p>{}</p>", prose(paragraph));
    }
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        table(page, "Parameters", ["Name", "Where", "What"], |rows| {
            for parameter in parameters {
                let need = if parameter["required"] == true { "" } else { ", optional" };
                row(
                    rows,
                    &format!("<code>{}</code>", escaped(text(&parameter["name"]))),
                    &format!("{}{need}", escaped(text(&parameter["in"]))),
                    &prose(text(&parameter["description"])),
                );
            }
        });
    }
    if let Some((written, content)) = operation["requestBody"]["content"].as_object().and_then(|kinds| kinds.iter().next()) {
        let schema = &content["schema"];
        let what = if written == "application/json" { "Body" } else { "Form" };
        let _ = write!(page, "<h4 class=\"reference-part\">{what}: {}</h4>", kind(schema));
        members(page, resolved(document, schema), "Member");
        for (name, example) in content["examples"].as_object().into_iter().flatten() {
            self::example(page, &id, &format!("Example: {}", name.to_lowercase()), &example["value"]);
        }
    }
    let responses = operation["responses"].as_object();
    table(page, "Answers", ["Status", "Body", "What"], |rows| {
        for (status, response) in responses.into_iter().flatten() {
            let body = response["content"].as_object().and_then(|content| content.values().next());
            row(
                rows,
                &format!("<code>{}</code>", escaped(status)),
                &body.map_or_else(|| "none".to_owned(), |body| kind(&body["schema"])),
                &prose(text(&response["description"])),
            );
        }
    });
    for (status, response) in responses.into_iter().flatten().filter(|(status, _)| status.starts_with('2')) {
        if let Some(value) = response["content"]["application/json"].get("example") {
            self::example(page, &id, &format!("Example: {status}"), value);
        }
    }
    page.push_str("</article>");
}

/// The members of an object; those of one that is made of several, one after the other.
fn members(page: &mut String, schema: &Value, what: &'static str) {
    let parts = schema["allOf"].as_array().map_or_else(|| vec![schema], |parts| parts.iter().collect());
    for name in parts.iter().filter_map(|part| reference(part)) {
        let _ = write!(page, "<p>All members of <a href=\"#schema-{0}\">{0}</a>, and:</p>", escaped(name));
    }
    for (part, properties) in parts.iter().filter_map(|part| Some((part, part["properties"].as_object()?))) {
        let needed: Vec<&str> = part["required"].as_array().into_iter().flatten().map(text).collect();
        table(page, "Members", [what, "Kind", "What"], |rows| {
            for (name, property) in properties {
                let need = if needed.contains(&name.as_str()) { "" } else { ", optional" };
                row(
                    rows,
                    &format!("<code>{}</code>", escaped(name)),
                    &format!("{}{need}", kind(property)),
                    &prose(text(&property["description"])),
                );
            }
        });
    }
}

/// A table with a caption and three columns, the first of which heads its rows.
fn table(page: &mut String, caption: &str, columns: [&str; 3], rows: impl FnOnce(&mut String)) {
    let _ = write!(page, "<table class=\"reference-table\"><caption>{caption}</caption><thead><tr>");
    for column in columns {
        let _ = write!(page, "<th scope=\"col\">{column}</th>");
    }
    page.push_str("</tr></thead><tbody>");
    rows(page);
    page.push_str("</tbody></table>");
}

/// A row of cells that are HTML already.
fn row(rows: &mut String, head: &str, second: &str, third: &str) {
    let _ = write!(rows, "<tr><th scope=\"row\">{head}</th><td>{second}</td><td>{third}</td></tr>");
}

/// JSON, in a frame that can be scrolled with the keyboard.
fn example(page: &mut String, operation: &str, title: &str, value: &Value) {
    let title = escaped(title);
    let _ = write!(
        page,
        "<p class=\"reference-part\">{title}</p><pre class=\"reference-code\" tabindex=\"0\" role=\"group\" \
         aria-label=\"{operation}, {title}\">{}</pre>",
        escaped(&format!("{value:#}"))
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_document_says_stays_text() {
        let hostile = "<script>alert(\"1\")</script> & `<b>`";
        let document = json!({
            "info": { "description": hostile },
            "tags": [{ "name": "T", "description": hostile }],
            "paths": { "/<path>": { "get": {
                "tags": ["T"], "operationId": "a_b", "summary": hostile, "description": hostile,
                "parameters": [{ "name": hostile, "in": "query", "description": hostile }],
                "responses": { "200": { "description": hostile, "content": { "application/json": { "example": hostile } } } },
            } } },
            "components": { "schemas": { "S": { "description": hostile, "enum": [hostile] } }, "securitySchemes": {} },
        });
        let page = body(&document);
        assert!(!page.contains("<script") && !page.contains("<b>") && !page.contains("<path>"), "{page}");
        assert!(page.contains("<code>&lt;b&gt;</code>"));
    }

    #[test]
    fn every_class_has_a_rule() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../style");
        let style: String = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|file| std::fs::read_to_string(file.path()).ok())
            .collect();
        for classes in body(openapi::document()).split("class=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            for class in classes.split(' ') {
                assert!(style.contains(&format!(".{class}")), "{class}");
            }
        }
    }
}
