//! `POST /api/v1/verify`: is a token, which somebody presented to the caller, good.

use axum::{Extension, extract::State, response::Response};
use domain::{Permission, PermissionSet, Verdict};
use serde::{Deserialize, Serialize};
use services::{Caller, verify::Verification};
use zeroize::Zeroizing;

use super::{
    extract::{Json, Verifier},
    json,
    names::{PermissionName, VerdictName},
    problem::Problem,
    tokens::Owner,
};
use crate::router::Site;

/// What is asked.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The token that was presented to the caller.
    #[schema(value_type = String)]
    pub(super) token: Zeroizing<String>,
    /// A permission it has to hold, as in `cluster:read`.
    #[serde(default)]
    #[schema(value_type = Option<PermissionName>)]
    permission: Option<String>,
}

impl Question {
    /// The permission that is asked about.
    pub(super) fn asked(&self) -> Result<Option<Permission>, domain::Invalid> {
        self.permission.as_deref().map(str::parse).transpose()
    }
}

/// What is answered. The token, its organization and its permissions are told only of good ones.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Answer {
    /// Whether the token is good for what was asked.
    valid: bool,
    /// Why, or why not.
    #[schema(value_type = VerdictName)]
    code: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<VerifiedToken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<VerifiedOrganization>,
    /// Until when the answer may be remembered, if nothing is changed (`GET /api/v1/revocations` says what is): when the token expires, or
    /// sooner, when the overlap of a rotation that replaced this secret ends. ISO 8601 in UTC with milliseconds; absent when that is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    good_until: Option<String>,
    /// Everything the token may do.
    #[schema(value_type = Option<Vec<PermissionName>>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<PermissionSet>,
}

/// What a service needs to know of a good token.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct VerifiedToken {
    id: String,
    label: String,
    hint: String,
    owner: Owner,
    /// ISO 8601 in UTC with milliseconds; null when it never expires.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// The organization of a good token.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct VerifiedOrganization {
    id: String,
    slug: String,
    name: String,
}

/// Verifies a token that was presented to the caller.
///
/// The answer is 200 whatever the verdict; a token of another organization is never found. Needs `token:verify`.
#[utoipa::path(
    post,
    path = "/api/v1/verify",
    operation_id = "token_verify",
    tag = "Verification",
    request_body(content = Question, examples(
        ("Good at all" = (value = json!({ "token": "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz" }))),
        ("Good for something" = (value = json!({ "token": "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz", "permission": "cluster:read" }))),
    )),
    responses(
        (status = 200, description = "The verdict.", body = Answer, example = json!({
            "valid": true,
            "code": "VALID",
            "token": {
                "id": "tok_019aa3c4f1a07d3e8000000000000002", "label": "ci", "hint": "jto_Ab1c…9xYz",
                "owner": { "kind": "organization", "id": "org_019aa3c4f1a07d3e8000000000000001", "name": "Acme" },
                "expires_at": "2027-02-20T09:05:00.000Z"
            },
            "organization": { "id": "org_019aa3c4f1a07d3e8000000000000001", "slug": "acme", "name": "Acme" },
            "good_until": "2027-02-20T09:05:00.000Z",
            "permissions": ["cluster:read"]
        })),
        (status = 403, description = "The caller's token lacks `token:verify`."),
    )
)]
pub(super) async fn verify(
    State(site): State<Site>,
    Verifier(access): Verifier,
    Extension(caller): Extension<Caller>,
    Json(question): Json<Question>,
) -> Result<Response, Problem> {
    let asked = question.asked().map_err(|invalid| Problem::invalid("permission".to_owned(), &invalid.0))?;
    let found = services::verify::verify(&site.console, &access, &caller, &question.token, asked).await?;
    Ok(json(&Answer::from(found)))
}

impl From<Verification> for Answer {
    fn from(found: Verification) -> Self {
        let answer = Self {
            valid: found.verdict == Verdict::Valid,
            code: found.verdict,
            token: None,
            organization: None,
            good_until: None,
            permissions: None,
        };
        let Some(subject) = found.subject else { return answer };
        let (token, organization) = (subject.token(), subject.organization());
        Self {
            permissions: Some(token.effective()),
            good_until: subject.good_until().map(domain::Timestamp::iso),
            token: Some(VerifiedToken {
                id: token.id.to_string(),
                label: token.label.to_string(),
                hint: token.hint.to_string(),
                owner: Owner::of(token, organization),
                expires_at: token.expires_at.map(domain::Timestamp::iso),
            }),
            organization: Some(VerifiedOrganization {
                id: organization.id.to_string(),
                slug: organization.slug.to_string(),
                name: organization.name.to_string(),
            }),
            ..answer
        }
    }
}
