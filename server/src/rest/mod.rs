//! The JSON API. It takes tokens and no cookies; its errors are problem documents (RFC 9457).

pub(crate) mod audit;
mod credentials;
mod extract;
pub(crate) mod health;
mod organization;
pub(crate) mod problem;
mod verify;

use axum::Router;
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::router::Site;

#[derive(utoipa::OpenApi)]
#[openapi(info(title = "Jeton", description = "Ask whether a token is good, and what it belongs to."))]
struct Document;

/// The API's routes and the document that describes them, out of the same declarations: a route cannot be missing from it.
pub fn router() -> (Router<Site>, OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(organization::find))
        .routes(routes!(audit::list))
        .routes(routes!(verify::verify))
        .split_for_parts()
}

/// A JSON answer.
fn json<T: serde::Serialize>(body: &T) -> axum::response::Response {
    axum::response::IntoResponse::into_response(axum::Json(body))
}
