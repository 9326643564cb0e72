//! Extractors whose rejections are problem documents.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
};
use domain::Permission;
use serde::de::DeserializeOwned;
use services::{Access, Caller, access};

use super::{credentials, problem::Problem};
use crate::router::Site;

/// The caller's access to its own organization, through the token it presents.
pub(super) async fn authenticate(parts: &Parts, site: &Site, permission: Permission) -> Result<Access, Problem> {
    let caller = parts.extensions.get::<Caller>().ok_or_else(Problem::internal)?;
    let presented = credentials::presented(&parts.headers)?;
    access::by_token(&site.console, presented, caller, permission).await.map_err(|error| Problem::refusing(error, permission))
}

/// A caller whose token holds `organization:read`.
pub(super) struct OrganizationReader(pub(super) Access);

impl FromRequestParts<Site> for OrganizationReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        authenticate(parts, site, Permission::ORGANIZATION_READ).await.map(Self)
    }
}

/// A caller whose token holds `token:verify`.
pub(super) struct Verifier(pub(super) Access);

impl FromRequestParts<Site> for Verifier {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        authenticate(parts, site, Permission::TOKEN_VERIFY).await.map(Self)
    }
}

/// A JSON body. Says which member is wrong; never repeats what was sent, which may be a secret.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Site> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            let message = "Send the body as JSON, with the header \"Content-Type: application/json\".";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message));
        }
        let body = Bytes::from_request(request, site).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            _ => Problem::new(StatusCode::BAD_REQUEST, "invalid_body", "The body did not arrive in full."),
        })?;
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Data => named(&error.to_string()),
                _ => "The body is not valid JSON".to_owned(),
            };
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_body",
                &format!("{what} (line {}, column {}).", error.line(), error.column()),
            )
        })
    }
}

/// The part of serde's message that names what was expected. What was sent stays unsaid: it may be a secret in the wrong place.
fn named(message: &str) -> String {
    let names = |text: &str| text.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(", ");
    if let Some(missing) = message.strip_prefix("missing field ") {
        format!("This member is missing: {}", names(missing))
    } else if let Some((_, expected)) = message.strip_prefix("unknown field ").and_then(|rest| rest.rsplit_once(", expected ")) {
        format!("A member is unknown; there are: {}", names(expected))
    } else if message.starts_with("duplicate field") {
        "A member is there twice".to_owned()
    } else {
        "A member has the wrong type".to_owned()
    }
}
