//! `POST /oauth2/introspect`: RFC 7662, for gateways that know no other way to ask.

use axum::response::Response;
use domain::Timestamp;
use serde::Serialize;
use services::verify::{Asked, Subject};

use super::{busy, extract::token_and_address, json, problem::Problem, tokens::Owner};

/// What is asked, as a form.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it is how the document shows what `TokenForm` reads")]
pub(super) struct PresentedToken {
    /// The token.
    token: String,
    /// Ignored: there is one kind of token.
    token_type_hint: Option<String>,
    /// The network address from which the token was presented to the caller. Without it a token that may be used from some networks only is not
    /// active.
    remote_addr: Option<String>,
}

/// What is told of a token.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(super) enum Introspection {
    Active(Box<ActiveToken>),
    Inactive(InactiveToken),
}

/// A token that is good.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ActiveToken {
    /// Always true.
    active: bool,
    /// Everything the token may do, with spaces between; empty for nothing.
    scope: String,
    /// Whom it belongs to: the id of an organization, a team or a person.
    sub: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// From when on it is refused, in seconds since 1970: when the token expires, or sooner, when the overlap of a rotation that replaced this
    /// secret ends. Absent when it never is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    exp: Option<i64>,
    /// When it was generated, in seconds since 1970.
    iat: i64,
    /// This server's address.
    iss: String,
    /// The token's id, the same for its whole life.
    jti: String,
    /// The id of its organization.
    org: String,
    /// Whom it belongs to: `organization`, `team` or `user`.
    kind: &'static str,
}

/// Anything else, whatever it is.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct InactiveToken {
    /// Always false.
    active: bool,
}

/// Introspects a token that was presented to the caller (RFC 7662).
///
/// The body is a form. Whatever is not good is `{"active":false}`, to the byte: malformed, unknown, revoked, expired, disabled, replaced, of another
/// organization, presented from where it may not be used or more often than it may be. Basic authentication is refused: present a token that holds `token:verify` as everywhere else. Do not keep the answer until
/// `exp`: the token may be revoked sooner, and so may one of its two secrets while a rotation overlaps.
#[utoipa::path(
    post,
    path = "/oauth2/introspect",
    operation_id = "token_introspect",
    tag = "Verification",
    request_body(content = PresentedToken, content_type = "application/x-www-form-urlencoded", examples(
        ("A token" = (value = json!({ "token": "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz" }))),
    )),
    responses(
        (status = 200, description = "The token, if it is good.", body = Introspection, example = json!({
            "active": true, "scope": "cluster:read cluster:update", "sub": "org_019aa3c4f1a07d3e8000000000000001", "token_type": "Bearer",
            "exp": 1_803_114_300, "iat": 1_795_338_300, "iss": "https://tokens.example.org", "jti": "tok_019aa3c4f1a07d3e8000000000000002",
            "org": "org_019aa3c4f1a07d3e8000000000000001", "kind": "organization"
        })),
        (status = 403, description = "The caller's token lacks `token:verify`."),
    )
)]
pub(super) async fn introspect(by: busy::Asked<'_>) -> Result<Response, Problem> {
    let (presented, address) = token_and_address(by.body)?;
    let found =
        services::verify::verify(&by.site.console, by.verifier, by.caller, &presented, Asked { address, ..Asked::default() }).await?;
    Ok(json(&match found.subject {
        Some(subject) => Introspection::Active(Box::new(active(&subject, by.site.public_url.origin()))),
        None => Introspection::Inactive(InactiveToken { active: false }),
    }))
}

fn active(subject: &Subject, issuer: &str) -> ActiveToken {
    let (token, organization) = (subject.token(), subject.organization());
    ActiveToken {
        active: true,
        scope: token.effective().stored(),
        sub: Owner::of(token, organization).id,
        token_type: "Bearer",
        exp: subject.good_until().map(seconds),
        iat: seconds(token.created_at),
        iss: issuer.to_owned(),
        jti: token.id.to_string(),
        org: organization.id.to_string(),
        kind: token.owner.kind().as_str(),
    }
}

/// Whole seconds, rounded down: nobody is to take a token for good any longer than it is.
fn seconds(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(1_000_000)
}
