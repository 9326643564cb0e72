//! `POST /api/v1/verify`: is a token, which somebody presented to the caller, good.

use std::net::IpAddr;

use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
};
use domain::{Invalid, PermissionSet, Verdict};
use serde::{Deserialize, Serialize};
use services::verify::{Asked, Subject, Verification};
use zeroize::Zeroizing;

use super::{
    busy, extract,
    names::{PermissionName, VerdictName},
    problem::Problem,
    rate_limit,
    tokens::Owner,
};
use crate::headers;

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
    /// The network address from which the token was presented to the caller, which the usage of the token then tells. Without it a token that may
    /// be used from some networks only is refused.
    #[serde(default)]
    #[schema(examples("192.0.2.7"))]
    remote_addr: Option<String>,
}

impl Question {
    /// What is asked about the token; else the member that cannot be taken.
    pub(super) fn asked(&self) -> Result<Asked, (&'static str, Invalid)> {
        Ok(Asked {
            permission: self.permission.as_deref().map(str::parse).transpose().map_err(|invalid| ("permission", invalid))?,
            address: self.remote_addr.as_deref().map(address).transpose().map_err(|invalid| ("remote_addr", invalid))?,
            passed_on: false,
        })
    }
}

/// Reads the address of whoever presented a token.
pub(super) fn address(text: &str) -> Result<IpAddr, Invalid> {
    text.parse().map_err(|_| Invalid("Send one network address, as in 192.0.2.7 or 2001:db8::7, without a port.".to_owned()))
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
    /// Of `RATE_LIMITED`: in how many seconds it is accepted again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    retry_after: Option<u64>,
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
/// The answer is 200 whatever the verdict, but for `RATE_LIMITED`, which is 429 with `Retry-After`: it can be passed on as it is. A token of
/// another organization is never found. Needs `token:verify`.
#[utoipa::path(
    post,
    path = "/api/v1/verify",
    operation_id = "token_verify",
    tag = "Verification",
    request_body(content = Question, examples(
        ("Good at all" = (value = json!({ "token": "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz" }))),
        ("Good for something" = (value = json!({ "token": "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz", "permission": "cluster:read" }))),
        ("Good from somewhere" = (value = json!({ "token": "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz", "remote_addr": "192.0.2.7" }))),
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
        (status = 429, description = "`RATE_LIMITED`: the token that was presented to the caller is used more often than it may be. A problem with the \
            code `rate_limited`: the caller's own is.", body = Answer, content_type = "application/json",
            example = json!({ "valid": false, "code": "RATE_LIMITED", "retry_after": 18 })),
    )
)]
pub(super) async fn verify(by: busy::Asked<'_>) -> Result<busy::Answer, Problem> {
    let (token, asked) = {
        let question: Question = extract::object(by.body)?;
        let asked = question.asked().map_err(|(member, invalid)| Problem::invalid(member.to_owned(), &invalid.0))?;
        (question.token, asked)
    };
    let found = services::verify::verify(&by.site.console, by.verifier, by.caller, &token, asked).await?;
    let (verdict, budget) = (found.verdict, found.budget);
    let body = match &found.subject {
        Some(subject) => subject.answer(|subject| written(&Answer::about(subject))),
        None => written(&Answer::from(found)),
    };
    let Some(budget) = budget else { return Ok(busy::Answer::Json(body)) };
    let mut response = headers::json(body, &by.site.public_url);
    rate_limit::tell(response.headers_mut(), &budget);
    if verdict == Verdict::RateLimited {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(budget.wait_seconds()));
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    }
    Ok(busy::Answer::Any(response))
}

fn written(answer: &Answer) -> Bytes {
    serde_json::to_vec(answer).unwrap_or_default().into()
}

impl From<Verification> for Answer {
    fn from(found: Verification) -> Self {
        if let Some(subject) = &found.subject {
            return Self::about(subject);
        }
        Self {
            valid: false,
            code: found.verdict,
            token: None,
            organization: None,
            good_until: None,
            permissions: None,
            retry_after: found.budget.filter(|_| found.verdict == Verdict::RateLimited).map(|budget| budget.wait_seconds()),
        }
    }
}

impl Answer {
    /// What is told of a good token. Nothing else goes into it: it is written once and said until something is changed.
    fn about(subject: &Subject) -> Self {
        let (token, organization) = (subject.token(), subject.organization());
        Self {
            valid: true,
            code: Verdict::Valid,
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
            retry_after: None,
        }
    }
}
