//! What supervisors and browsers report and ask.

use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::problem::Problem;
use crate::router::Site;

/// Whether this server can answer: its database does.
pub(crate) async fn ready(State(site): State<Site>) -> Response {
    match site.console.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "The database does not answer.").into_response()
        }
    }
}

/// Takes a browser's report that a page broke its policy. Only that it happened is logged: the rest is whatever a stranger sent.
pub(crate) async fn csp_report(body: Bytes) -> StatusCode {
    tracing::warn!(bytes = body.len(), "a browser reports a violation of the content security policy");
    StatusCode::NO_CONTENT
}
