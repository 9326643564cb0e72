//! The audit log as a file, for a browser to keep.

use std::collections::HashMap;

use axum::{
    extract::{OriginalUri, Path, Query},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::{Organization, Permission};
use services::{
    Error, access,
    audit::{self, Events, Form},
};

use crate::{
    csv,
    pages::Visit,
    rest::{audit::Item, problem::Problem},
};

const COLUMNS: [&str; 12] = [
    "seq",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "action",
    "target_kind",
    "target_id",
    "target_name",
    "details",
    "address",
    "request_id",
];

/// The events that the filter lets through as comma-separated values.
pub(crate) async fn audit_csv(visit: Visit, uri: OriginalUri, path: Path<String>, query: Query<HashMap<String, String>>) -> Response {
    let write = |events: &Events| {
        let mut file = String::new();
        csv::record(&mut file, COLUMNS);
        for recorded in &events.items {
            let event = &recorded.event;
            let (seq, at, details) = (event.seq.to_string(), event.at.iso(), recorded.details.to_string());
            let cells = [
                &seq,
                &at,
                &event.actor.kind,
                &event.actor.id,
                &event.actor.name,
                &event.action,
                &event.target.kind,
                &event.target.id,
                &event.target.name,
                &details,
                &event.address,
                &event.request_id,
            ];
            csv::record(&mut file, cells.map(String::as_str));
        }
        Ok(file)
    };
    file(&visit, &uri, &path, &query, "csv", "text/csv; charset=utf-8", write).await
}

/// The events that the filter lets through, a JSON object a line, in the shape in which the API tells them.
pub(crate) async fn audit_json_lines(
    visit: Visit,
    uri: OriginalUri,
    path: Path<String>,
    query: Query<HashMap<String, String>>,
) -> Response {
    let write = |events: &Events| {
        let mut file = String::new();
        for recorded in &events.items {
            file.push_str(&serde_json::to_string(&Item::of(recorded)).map_err(Error::internal)?);
            file.push('\n');
        }
        Ok(file)
    };
    file(&visit, &uri, &path, &query, "jsonl", "application/x-ndjson", write).await
}

async fn file(
    visit: &Visit,
    OriginalUri(uri): &OriginalUri,
    Path(organization): &Path<String>,
    Query(typed): &Query<HashMap<String, String>>,
    kind: &str,
    content_type: &'static str,
    write: impl Fn(&Events) -> services::Result<String>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(uri);
    }
    let console = &visit.site.console;
    let field = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let form = Form {
        action: field("action"),
        actor: field("actor"),
        target: field("target"),
        from: field("from"),
        to: field("to"),
        before: field("before"),
    };
    let attempt = async {
        let access =
            access::to_organization(console, visit.actor.as_ref(), &visit.caller, organization, Permission::ORGANIZATION_UPDATE).await?;
        let events = audit::list(console, &access, &form.parse()?, audit::EXPORT).await?;
        Ok::<_, Error>((access.organization().clone(), write(&events)?, events.next))
    };
    match attempt.await {
        Ok((organization, body, next)) => attached(&organization, kind, content_type, body, next, uri, typed),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// A file to keep. One that holds not all there is says so in its name, and says where the rest begins in the header `Link`.
fn attached(
    organization: &Organization,
    kind: &str,
    content_type: &'static str,
    body: String,
    next: Option<i64>,
    uri: &http::Uri,
    typed: &HashMap<String, String>,
) -> Response {
    let part = if next.is_some() { format!("-newest-{}", audit::EXPORT) } else { String::new() };
    let name = format!("attachment; filename=\"audit-{}{part}.{kind}\"", organization.slug);
    let mut response = ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")], body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).expect("a slug is ASCII"));
    if let Some(next) = next {
        let rest = typed.iter().filter(|(name, _)| *name != "before");
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).append_pair("before", &next.to_string()).finish();
        let link = format!("<{}?{query}>; rel=\"next\"", uri.path());
        headers.insert(header::LINK, HeaderValue::from_str(&link).expect("a query is ASCII once it is encoded"));
    }
    response
}
