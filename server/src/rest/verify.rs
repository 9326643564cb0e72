//! `POST /api/v1/verify`: is a token, which somebody presented to the caller, good.

use axum::{Extension, extract::State, response::Response};
use domain::{Permission, PermissionSet, Verdict};
use serde::{Deserialize, Serialize};
use services::{Caller, verify::Verification};
use zeroize::Zeroizing;

use super::{
    extract::{Json, Verifier},
    json,
    problem::{Document, Problem},
};
use crate::router::Site;

/// What is asked.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The token that was presented to the caller.
    #[schema(value_type = String)]
    token: Zeroizing<String>,
    /// A permission it has to hold, as in `cluster:read`.
    #[serde(default)]
    permission: Option<String>,
}

/// What is answered.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Answer {
    /// Whether the token is good for what was asked.
    valid: bool,
    /// Why, or why not.
    #[schema(value_type = String)]
    code: Verdict,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    subject: Option<Subject>,
}

/// Whose token it is, told only of good ones.
#[derive(Serialize, utoipa::ToSchema)]
struct Subject {
    token: Token,
    organization: Organization,
    /// Everything the token may do.
    #[schema(value_type = Vec<String>)]
    permissions: PermissionSet,
}

#[derive(Serialize, utoipa::ToSchema)]
struct Token {
    id: String,
    label: String,
    hint: String,
    owner: Owner,
    /// ISO 8601 in UTC with milliseconds; null when it never expires.
    expires_at: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct Owner {
    kind: &'static str,
    id: String,
    name: String,
}

#[derive(Serialize, utoipa::ToSchema)]
struct Organization {
    id: String,
    slug: String,
    name: String,
}

/// Judges a token. The answer is 200 whatever the verdict; a token of another organization is never found.
#[utoipa::path(
    post,
    path = "/api/v1/verify",
    request_body = Question,
    responses(
        (status = 200, description = "The verdict", body = Answer),
        (status = 400, description = "Two credentials, or a token in the address", body = Document, content_type = "application/problem+json"),
        (status = 401, description = "The caller presents no good token", body = Document, content_type = "application/problem+json"),
        (status = 403, description = "The caller's token lacks token:verify", body = Document, content_type = "application/problem+json"),
        (status = 413, description = "More than 64 KiB", body = Document, content_type = "application/problem+json"),
        (status = 415, description = "Not JSON", body = Document, content_type = "application/problem+json"),
        (status = 422, description = "A member is missing, unknown or wrong", body = Document, content_type = "application/problem+json"),
    )
)]
pub(super) async fn verify(
    State(site): State<Site>,
    Verifier(access): Verifier,
    Extension(caller): Extension<Caller>,
    Json(question): Json<Question>,
) -> Result<Response, Problem> {
    let asked: Option<Permission> = question
        .permission
        .map(|name| name.parse())
        .transpose()
        .map_err(|invalid: domain::Invalid| services::Error::Invalid { field: "permission", why: invalid.0 })?;
    let found = services::verify::verify(&site.console, &access, &caller, &question.token, asked).await?;
    Ok(json(&Answer::from(found)))
}

impl From<Verification> for Answer {
    fn from(found: Verification) -> Self {
        let subject = found.subject.map(|(token, organization)| Subject {
            permissions: token.effective(),
            token: Token {
                id: token.id.to_string(),
                label: token.label.to_string(),
                hint: token.hint.to_string(),
                owner: Owner { kind: token.kind.as_str(), id: organization.id.to_string(), name: organization.name.to_string() },
                expires_at: token.expires_at.map(domain::Timestamp::iso),
            },
            organization: Organization {
                id: organization.id.to_string(),
                slug: organization.slug.to_string(),
                name: organization.name.to_string(),
            },
        });
        Self { valid: found.verdict == Verdict::Valid, code: found.verdict, subject }
    }
}
