//! `GET /openapi.json`: the document that describes the API.
//!
//! The operations declare what is their own; what holds for all of them (how a token is presented, which refusals anything can meet) is
//! added here.

use std::sync::LazyLock;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Map, Value, json};

/// The document. It is made once; nothing in it depends on the request.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::to_value(super::router().1).unwrap_or_default();
    complete(&mut document);
    document
});

/// The whole document.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// Serves the document; anybody may keep it for five minutes.
pub(crate) async fn serve() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{:#}\n", document()));
    let mut response = TEXT.as_str().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// The operations in the document: address, method, operation.
pub fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// What `domain::text` takes nowhere: controls, what has no shape, what turns the direction of text.
macro_rules! hidden {
    () => {
        "\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\u3164\\ufeff\\uffa0"
    };
}

/// A label has something to see on one line.
const LABEL: &str = concat!("^[^", hidden!(), "]*[^\\s", hidden!(), "][^", hidden!(), "]*$");
/// A description may have line breaks and may be empty.
const DESCRIPTION: &str = concat!("^(\\n|[^", hidden!(), "])*$");

fn complete(document: &mut Value) {
    document["servers"] = json!([{ "url": "/" }]);
    document["security"] = json!([{ "bearer": [] }, { "api_key": [] }]);
    document["components"]["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "description": "`Authorization: Bearer jto_…`; `Token` and `Api-Key` mean the same." },
        "api_key": { "type": "apiKey", "in": "header", "name": "X-API-Key", "description": "`X-API-Key: jto_…`" },
    });
    // What a schema of members alone does not say.
    let wanted = &mut document["components"]["schemas"]["NewToken"];
    wanted["anyOf"] = json!([
        { "required": ["role"] },
        { "required": ["permissions"], "properties": { "permissions": { "minItems": 1 } } },
    ]);
    wanted["not"] = json!({ "required": ["expires_in", "expires_at"] });
    wanted["properties"]["label"]["pattern"] = LABEL.into();
    wanted["properties"]["description"]["pattern"] = DESCRIPTION.into();
    document["components"]["schemas"]["WantedPolicy"]["anyOf"] = json!([
        { "properties": { "max_days": { "type": "null" } } },
        { "required": ["may_never_expire"], "properties": { "may_never_expire": { "const": false } } },
    ]);
    for role in ["NewRole", "RoleChange"] {
        let role = &mut document["components"]["schemas"][role]["properties"];
        role["name"]["pattern"] = LABEL.into();
        role["description"]["pattern"] = DESCRIPTION.into();
        role["permissions"]["minItems"] = 1.into();
    }
    let changed = &mut document["components"]["schemas"]["TokenChange"];
    changed["not"] = json!({ "required": ["expires_in", "expires_at"] });
    changed["properties"]["label"]["pattern"] = LABEL.into();
    changed["properties"]["description"]["pattern"] = DESCRIPTION.into();
    for schema in ["NewTeam", "TeamChange"] {
        let team = &mut document["components"]["schemas"][schema];
        team["properties"]["name"]["pattern"] = LABEL.into();
        team["properties"]["description"]["pattern"] = DESCRIPTION.into();
    }
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (method, operation) in paths.flat_map(|(_, item)| item.as_object_mut().into_iter().flatten()) {
        // Verifying is a question, though it has a body.
        let asks = ["token_verify", "tokens_verify", "token_introspect"].iter().any(|id| operation["operationId"] == *id);
        refusals(operation, method != "get" && !asks);
    }
}

/// Adds the refusals that the operation can meet and does not declare, and to all of them the problem that they carry.
fn refusals(operation: &mut Value, changes: bool) {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let takes_form = operation["requestBody"]["content"].get("application/x-www-form-urlencoded").is_some();
    let takes_body = operation.get("requestBody").is_some();
    let takes_key = parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
    let takes_values = takes_body || parameters.iter().any(|parameter| parameter["in"] != "path");
    let mut more = vec![
        ("400", "The request names two tokens, or one in its address, or cannot be read.", "two_credentials"),
        ("401", "There is no token, or none that is good.", "unauthenticated"),
        ("403", "`ip_not_allowed`: the token may not be used from this network address.", "ip_not_allowed"),
        ("429", "The token that asks is used more often than its rate limit allows.", "rate_limited"),
        ("500", "Our fault. The log has the id in `instance`.", "internal"),
        ("503", "The server is too busy or its database does not answer; try again.", "unavailable"),
    ];
    if takes_body {
        more.push(("413", "The body is larger than 64 KiB.", "too_large"));
        more.push(("415", if takes_form { "The body is not a form." } else { "The body is not JSON." }, "unsupported_media_type"));
    }
    if changes {
        more.push(("409", "What the presented token may do was changed meanwhile. Nothing was done.", "conflict"));
    }
    if takes_values && !takes_form {
        more.push(("422", "A value is missing, unknown or wrong.", "invalid"));
    }
    if operation["operationId"] == "request_verify" {
        // Gateways understand no other answers: `gate::only_what_gateways_understand`.
        more.retain(|(status, ..)| matches!(*status, "401" | "503"));
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    let declared: Vec<String> = responses.keys().cloned().collect();
    for (status, description, _) in &more {
        responses.entry(*status).or_insert_with(|| json!({ "description": description }));
    }
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5'])) {
        let own = own_code(status, takes_key).filter(|_| declared.contains(status));
        let code = own.unwrap_or_else(|| more.iter().find(|(known, ..)| known == status).map_or("conflict", |(.., code)| *code));
        response["content"]["application/problem+json"] = json!({
            "schema": { "$ref": "#/components/schemas/Problem" },
            "example": problem(status, code),
        });
        let mut headers = Map::new();
        if matches!(status.as_str(), "400" | "401" | "403") {
            let description = "What to present, as RFC 6750 says; not on every 400.";
            headers.insert("WWW-Authenticate".to_owned(), json!({ "description": description, "schema": { "type": "string" } }));
        }
        if matches!(status.as_str(), "429" | "503") {
            let description = "Seconds to wait.";
            headers.insert("Retry-After".to_owned(), json!({ "description": description, "schema": { "type": "integer" } }));
        }
        if status == "429" {
            for (name, description) in [
                ("RateLimit", "Of a rate limit of a token: what is left of it, and in how many seconds there is more."),
                ("RateLimit-Policy", "Of a rate limit of a token: so many requests in so many seconds."),
            ] {
                headers.insert(name.to_owned(), json!({ "description": description, "schema": { "type": "string" } }));
            }
        }
        if !headers.is_empty() {
            response["headers"] = headers.into();
        }
    }
}

/// The code of a refusal that an operation declares itself.
fn own_code(status: &str, takes_key: bool) -> Option<&'static str> {
    match status {
        "403" => Some("insufficient_permissions"),
        "404" => Some("not_found"),
        "409" if takes_key => Some("idempotency_key_used"),
        "410" => Some("cursor_gone"),
        "412" => Some("precondition_failed"),
        "422" => Some("invalid"),
        "429" => Some("too_many_requests"),
        _ => None,
    }
}

fn problem(status: &str, code: &str) -> Value {
    let number: u16 = status.parse().unwrap_or_default();
    let words = axum::http::StatusCode::from_u16(number).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    json!({
        "status": number,
        "error": words,
        "message": "What to do, for people.",
        "type": "about:blank",
        "title": words,
        "code": code,
        "instance": "req_0123456789abcdef0123456789abcdef",
    })
}
