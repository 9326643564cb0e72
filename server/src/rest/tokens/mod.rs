//! `/api/v1/organizations/{organization}/tokens`: the organization's tokens; a file a verb, and here what the verbs share.

pub(super) mod body;
pub(super) mod create;
pub(super) mod edit;
pub(super) mod find;
pub(super) mod list;
pub(super) mod replace;
pub(super) mod revoke;
pub(super) mod revoke_many;
pub(super) mod rotate;
pub(super) mod usage;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{Issued, Organization, PermissionSet, Timestamp, TokenId};
use serde::Serialize;
use services::{
    Access, Error,
    tokens::{self, IdempotencyKey, Outcome},
};

use super::{
    json,
    names::{PermissionName, RoleName, StatusName},
    problem::Problem,
    rate_limit::Rate,
};
use crate::router::Site;

/// Who belongs where: whose token it is.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Owner {
    /// `organization`, `team`, or `user` for a person, whose rights at the time of use are the most it may do.
    kind: &'static str,
    /// Its id.
    pub(super) id: String,
    /// What people call it.
    name: String,
}

impl Owner {
    pub(super) fn of(token: &domain::Token, organization: &Organization) -> Self {
        let kind = token.owner.kind().as_str();
        match &token.owner {
            domain::Owner::Organization => Self { kind, id: organization.id.to_string(), name: organization.name.to_string() },
            domain::Owner::Team(team) => Self { kind, id: team.id.to_string(), name: team.name.to_string() },
            domain::Owner::User(person) => Self { kind, id: person.id.to_string(), name: person.name.to_string() },
        }
    }
}

/// That somebody ended a token.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Ended {
    #[serde(flatten)]
    done: Done,
    /// Why, if somebody said so or it is known.
    why: Option<String>,
}

/// That somebody switched a token off.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Done {
    /// When: ISO 8601 in UTC with milliseconds.
    #[schema(format = DateTime)]
    at: String,
    /// Who, by name.
    by: String,
}

/// A token. It never holds the secret.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Token {
    /// The same for its whole life.
    id: String,
    /// What it is recognised by.
    label: String,
    /// What it is for.
    description: String,
    /// Its secret, masked.
    hint: String,
    owner: Owner,
    /// What it is now.
    #[schema(value_type = StatusName)]
    status: &'static str,
    /// What it may do, as one role; null when it has only permissions of its own.
    #[schema(value_type = Option<RoleName>)]
    role: Option<String>,
    /// What it may do beside its role.
    #[schema(value_type = Vec<PermissionName>)]
    permissions: PermissionSet,
    /// Everything it may do.
    #[schema(value_type = Vec<PermissionName>)]
    effective_permissions: PermissionSet,
    /// ISO 8601 in UTC with milliseconds, like all times.
    #[schema(format = DateTime)]
    created_at: String,
    /// Who generated it, by name: a person, or the label of a token.
    created_by: String,
    /// Whether that person has left the organization since.
    created_by_left: bool,
    /// From when on it is refused; null when it never expires.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// From where it may be used, as ranges of network addresses; from everywhere without any.
    allowed_networks: Vec<String>,
    /// How often it may be used; null for as often as it is.
    #[schema(value_type = Option<Rate>)]
    rate_limit: Option<Rate>,
    /// When it was last accepted, a few seconds coarse; null when it never was.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// When and by whom it was switched off; null when it is not.
    disabled: Option<Done>,
    /// When, by whom and why it was ended; null when it was not.
    revoked: Option<Ended>,
}

impl Token {
    pub(super) fn new(token: &domain::Token, organization: &Organization, now: Timestamp) -> Self {
        let done = |at: &Timestamp, by: &String| Done { at: at.iso(), by: by.clone() };
        let (disabled, revoked) = match &token.state {
            domain::State::Active => (None, None),
            domain::State::Disabled { at, by } => (Some(done(at, by)), None),
            domain::State::Revoked { at, by, why } => {
                (None, Some(Ended { done: done(at, by), why: why.as_ref().map(ToString::to_string) }))
            }
        };
        Self {
            id: token.id.to_string(),
            label: token.label.to_string(),
            description: token.description.as_str().to_owned(),
            hint: token.hint.to_string(),
            owner: Owner::of(token, organization),
            status: token.status_at(now).as_str(),
            role: token.role.as_ref().map(ToString::to_string),
            permissions: token.permissions,
            effective_permissions: token.effective(),
            created_at: token.created_at.iso(),
            created_by: token.created_by.clone(),
            created_by_left: token.created_by_left,
            expires_at: token.expires_at.map(Timestamp::iso),
            allowed_networks: token.limits.networks.words(),
            rate_limit: token.limits.rate.map(Rate::from),
            last_used_at: token.last_used_at.map(Timestamp::iso),
            disabled,
            revoked,
        }
    }
}

/// A token with a secret that was just generated. This answer is the only one that holds it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct IssuedToken<'a> {
    #[serde(flatten)]
    token: Token,
    /// The plaintext. Keep it now: it is not stored and cannot be shown again.
    secret: &'a str,
}

impl<'a> IssuedToken<'a> {
    pub(super) fn new(issued: &'a Issued, organization: &Organization, now: Timestamp) -> Self {
        Self { token: Token::new(&issued.token, organization, now), secret: issued.secret.expose() }
    }
}

/// Names the member that a value came from.
pub(super) fn wrong(field: &'static str) -> impl Fn(domain::Invalid) -> Problem {
    move |invalid| Problem::from(Error::Invalid { field, why: invalid.0 })
}

pub(super) fn invalid(field: &'static str, why: &str) -> Problem {
    wrong(field)(domain::Invalid(why.to_owned()))
}

/// The key that marks this request as a repetition, if one was sent.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.next().is_some() {
        return Err(invalid("Idempotency-Key", "Send one key."));
    }
    IdempotencyKey::parse(key.as_bytes()).map(Some).map_err(wrong("Idempotency-Key"))
}

/// The one answer that holds a new secret, and the token's id.
pub(super) fn issued(site: &Site, access: &Access, outcome: Outcome) -> Result<(TokenId, Response), Problem> {
    let (issued, replayed) = match outcome {
        Outcome::Created(issued) => (issued, false),
        Outcome::Reissued(issued) => (issued, true),
        Outcome::Spent(id) => return Err(Problem::key_used(&id.to_string())),
        Outcome::Reused => return Err(Problem::key_reused()),
    };
    let mut response = json(&IssuedToken::new(&issued, access.organization(), site.console.now()));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if replayed {
        headers.insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    }
    Ok((issued.token.id, response))
}

/// The same for a token that was not there before: with its address.
fn generated(site: &Site, access: &Access, outcome: Outcome) -> Result<Response, Problem> {
    let (id, answer) = issued(site, access, outcome)?;
    let location = format!("/api/v1/organizations/{}/tokens/{id}", access.organization().slug);
    let mut response = (StatusCode::CREATED, answer).into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&location).map_err(|_| Problem::internal())?);
    Ok(response)
}

/// A token, and a tag that an edit may be made to depend on.
fn tagged(site: &Site, access: &Access, token: &domain::Token) -> Result<Response, Problem> {
    let tag = format!("\"{}\"", tokens::version(token));
    let mut response = json(&Token::new(token, access.organization(), site.console.now()));
    response.headers_mut().insert(header::ETAG, HeaderValue::from_str(&tag).map_err(|_| Problem::internal())?);
    Ok(response)
}

/// A token as the document shows one.
pub(super) fn example() -> serde_json::Value {
    serde_json::json!({
        "id": "tok_019aa3c4f1a07d3e8000000000000002",
        "label": "deploy-bot",
        "description": "Rolls out the shop.",
        "hint": "jto_Ab1c…9xYz",
        "owner": { "kind": "organization", "id": "org_019aa3c4f1a07d3e8000000000000001", "name": "Acme" },
        "status": "active",
        "role": null,
        "permissions": ["cluster:read", "deployment:trigger"],
        "effective_permissions": ["cluster:read", "deployment:trigger"],
        "created_at": "2026-11-22T09:05:00.000Z",
        "created_by": "Ada Lovelace",
        "created_by_left": false,
        "expires_at": "2027-02-20T09:05:00.000Z",
        "allowed_networks": ["192.0.2.0/24"],
        "rate_limit": { "requests": 100, "period": "minute" },
        "last_used_at": null,
        "disabled": null,
        "revoked": null,
    })
}

/// The same with its secret.
pub(super) fn issued_example() -> serde_json::Value {
    let mut example = example();
    // Not a secret: the checksum is wrong.
    example["secret"] = "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz".into();
    example
}
