//! `/api/v1/organizations/{organization}/tokens`: the organization's tokens.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use domain::{Description, Label, Lifetime, Organization, PermissionSet, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use services::{
    Error,
    tokens::{self, IdempotencyKey, NewToken, Outcome},
};

use super::{
    extract::{JsonAndBytes, TokenCreator, TokenReader, TokenRevoker},
    json,
    names::{PermissionName, RoleName, StatusName},
    problem::Problem,
};
use crate::router::Site;

/// Who belongs where: whose token it is.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Owner {
    /// `organization`, or `user` for a person, whose rights at the time of use are the most it may do.
    kind: &'static str,
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
}

impl Owner {
    pub(super) fn of(token: &domain::Token, organization: &Organization) -> Self {
        let kind = token.owner.kind().as_str();
        match &token.owner {
            domain::Owner::Organization => Self { kind, id: organization.id.to_string(), name: organization.name.to_string() },
            domain::Owner::User(person) => Self { kind, id: person.id.to_string(), name: person.name.to_string() },
        }
    }
}

/// That somebody switched a token off or ended it.
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
    /// What it may do, as one word; null when it has only permissions of its own.
    #[schema(value_type = Option<RoleName>)]
    role: Option<&'static str>,
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
    /// From when on it is refused; null when it never expires.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// When it was last accepted, a few seconds coarse; null when it never was.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// When and by whom it was switched off; null when it is not.
    disabled: Option<Done>,
    /// When and by whom it was ended; null when it was not.
    revoked: Option<Done>,
}

impl Token {
    pub(super) fn new(token: &domain::Token, organization: &Organization, now: Timestamp) -> Self {
        let done = |at: &Timestamp, by: &String| Some(Done { at: at.iso(), by: by.clone() });
        let (disabled, revoked) = match &token.state {
            domain::State::Active => (None, None),
            domain::State::Disabled { at, by } => (done(at, by), None),
            domain::State::Revoked { at, by } => (None, done(at, by)),
        };
        Self {
            id: token.id.to_string(),
            label: token.label.to_string(),
            description: token.description.as_str().to_owned(),
            hint: token.hint.to_string(),
            owner: Owner::of(token, organization),
            status: token.status_at(now).as_str(),
            role: token.role.map(domain::Role::as_str),
            permissions: token.permissions,
            effective_permissions: token.effective(),
            created_at: token.created_at.iso(),
            created_by: token.created_by.clone(),
            expires_at: token.expires_at.map(Timestamp::iso),
            last_used_at: token.last_used_at.map(Timestamp::iso),
            disabled,
            revoked,
        }
    }
}

/// Some tokens, and where the next ones begin.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TokenPage {
    /// The tokens, newest first.
    items: Vec<Token>,
    /// What to send as `after` for the next page; null on the last one.
    next: Option<String>,
}

/// A token that was just generated. This answer is the only one that holds its secret.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct IssuedToken<'a> {
    #[serde(flatten)]
    token: Token,
    /// The plaintext. Keep it now: it is not stored and cannot be shown again.
    secret: &'a str,
}

/// A token to generate. It needs a role, permissions, or both.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(super) struct Wanted {
    /// What it is recognised by: 1 to 64 characters on one line. Several tokens may share one.
    #[schema(min_length = 1, max_length = 64)]
    label: String,
    /// What it is for; may have several lines.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
    /// What it may do, as one word.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = RoleName, required = false)]
    role: Option<String>,
    /// What it may do beside its role, or alone.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<PermissionName>, required = false)]
    permissions: Option<Vec<String>>,
    /// Seconds it lives, from 60 to 315360000; null for never. Without this and `expires_at` it is what the organization's policy says, 90 days without one.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u64>, minimum = 60, maximum = 315_360_000)]
    expires_in: Option<End<Seconds>>,
    /// When it ends, in ISO 8601 with an offset; null for never. Instead of `expires_in`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<End<String>>,
}

/// When a token ends, in one of two ways; none for never.
#[derive(Deserialize)]
struct End<T>(Option<T>);

/// A whole number. JSON knows no other kind than numbers: 60.0 is one as well.
#[derive(Deserialize)]
#[serde(try_from = "serde_json::Number")]
struct Seconds(u64);

impl TryFrom<serde_json::Number> for Seconds {
    type Error = &'static str;

    fn try_from(number: serde_json::Number) -> Result<Self, Self::Error> {
        let whole = number.as_f64().filter(|number| number.fract() == 0.0 && (0.0..1e15).contains(number));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole, not negative and small enough")]
        number.as_u64().or(whole.map(|number| number as u64)).map(Self).ok_or("not a whole number")
    }
}

/// Reads a member that is there: null is a value of it, or none it can have.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Names the member that a value came from.
fn wrong(field: &'static str) -> impl Fn(domain::Invalid) -> Problem {
    move |invalid| Problem::from(Error::Invalid { field, why: invalid.0 })
}

fn invalid(field: &'static str, why: &str) -> Problem {
    wrong(field)(domain::Invalid(why.to_owned()))
}

impl Wanted {
    /// `usual` is how long it lives when nobody says.
    fn parse(self, now: Timestamp, usual: Lifetime) -> Result<NewToken, Problem> {
        let label = Label::parse(&self.label).map_err(wrong("label"))?;
        let description = Description::parse(&self.description).map_err(wrong("description"))?;
        let role = self.role.map(|role| role.parse()).transpose().map_err(wrong("role"))?;
        let names = self.permissions.unwrap_or_default();
        let permissions = names.iter().map(|name| name.parse()).collect::<Result<PermissionSet, _>>().map_err(wrong("permissions"))?;
        if role.is_none() && permissions == PermissionSet::NONE {
            return Err(invalid("role", "A token needs a role, permissions, or both."));
        }
        let lifetime = match (self.expires_in, self.expires_at) {
            (Some(_), Some(_)) => return Err(invalid("expires_at", "Send expires_in or expires_at, not both.")),
            (Some(End(None)), None) | (None, Some(End(None))) => Ok(Lifetime::Never),
            (None, None) => Ok(usual),
            (Some(End(Some(Seconds(seconds)))), None) => {
                Lifetime::until(now.plus(std::time::Duration::from_secs(seconds)), now).map_err(wrong("expires_in"))
            }
            (None, Some(End(Some(text)))) => text.parse().and_then(|end| Lifetime::until(end, now)).map_err(wrong("expires_at")),
        }?;
        Ok(NewToken { kind: Some(domain::Kind::Organization), label, description, role, permissions, lifetime })
    }
}

/// Which part of the list is asked for.
struct Part {
    limit: u32,
    after: String,
}

impl Part {
    fn parse(query: &str) -> Result<Self, Problem> {
        let (mut limit, mut after) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "limit" if limit.is_none() => {
                    let number = value.parse().ok().filter(|number| (1..=100).contains(number));
                    limit = Some(number.ok_or_else(|| invalid("limit", "A page has 1 to 100 tokens."))?);
                }
                "after" if after.is_none() => after = Some(value.into_owned()),
                "limit" => return Err(invalid("limit", "This is in the address twice.")),
                "after" => return Err(invalid("after", "This is in the address twice.")),
                _ => {
                    let message = "The address has a parameter that this list does not take; there are: limit, after.";
                    return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message));
                }
            }
        }
        // An empty cursor would be the first page again, and so a list that never ends.
        if after.as_deref() == Some("") {
            return Err(invalid("after", "This is no place in the list; leave it out for the first page."));
        }
        Ok(Self { limit: limit.unwrap_or(tokens::PAGE), after: after.unwrap_or_default() })
    }
}

/// Lists the organization's tokens.
///
/// Newest first, whatever their status; `next` leads to the page after. Needs `api_key:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/tokens",
    operation_id = "token_list",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("limit" = Option<u32>, Query, description = "How many tokens, 25 unless told.", minimum = 1, maximum = 100, example = 25),
        ("after" = Option<String>, Query, description = "Where the page begins: `next` of the page before.",
            pattern = "^-created\\.[0-9]{1,18}\\.tok_[0-9a-f]{32}$", example = "-created.1795338300000000.tok_019aa3c4f1a07d3e8000000000000002"),
    ),
    responses(
        (status = 200, description = "A page of tokens.", body = TokenPage, example = json!({ "items": [example()], "next": null })),
        (status = 403, description = "The token lacks `api_key:read`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(super) async fn list(State(site): State<Site>, TokenReader(access): TokenReader, uri: Uri) -> Result<Response, Problem> {
    let part = Part::parse(uri.query().unwrap_or_default())?;
    let page = tokens::list_newest(&site.console, &access, &part.after, part.limit).await?;
    let now = site.console.now();
    Ok(json(&TokenPage {
        items: page.items.iter().map(|token| Token::new(token, access.organization(), now)).collect(),
        next: page.next.map(|next| next.to_string()),
    }))
}

/// Generates a token.
///
/// The answer is the only one that holds the secret. Needs `api_key:create`; the new token may do no more than the one that asks, and does
/// not outlive it.
///
/// With an `Idempotency-Key` a request whose answer was lost can be sent again, within 24 hours, by the same token with the same body:
/// there will be one token. While nobody has used its secret, that is replaced and the answer says `Idempotency-Replayed: true`; the lost
/// secret is dead then. Once it was used, the answer is 409.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/tokens",
    operation_id = "token_create",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Marks requests as attempts at the same thing: 1 to 255 printable ASCII characters.",
            min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$", example = "deploy-2026-11-22"),
    ),
    request_body(content = Wanted, examples(
        ("Role" = (value = json!({ "label": "deploy-bot", "role": "developer", "expires_in": 2_592_000 }))),
        ("Permissions" = (value = json!({ "label": "gateway", "permissions": ["token:verify"], "expires_at": null }))),
    )),
    responses(
        (status = 201, description = "The token, with its secret.", headers(
            ("Location" = String, description = "The address of the token."),
            ("Idempotency-Replayed" = String, description = "`true` when an earlier attempt generated the token; only then.")
        ), body = IssuedToken<'static>, example = json!(issued_example())),
        (status = 403, description = "The token lacks `api_key:create`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
        (status = 409, description = "`idempotency_key_used`: an earlier attempt generated the token named in `token`, and its secret was used."),
        (status = 422, description = "A member is missing, unknown or wrong, or is more than the token that asks may hand on; or \
            `idempotency_key_reused`: the key came with another body before."),
    )
)]
pub(super) async fn create(
    State(site): State<Site>,
    TokenCreator(access): TokenCreator,
    headers: HeaderMap,
    JsonAndBytes(wanted, body): JsonAndBytes<Wanted>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let usual = services::token_policy::usual_lifetime(&site.console, &access).await?;
    let new = wanted.parse(site.console.now(), usual)?;
    let (issued, replayed) = match key {
        None => (tokens::create(&site.console, &access, new).await?, false),
        Some(key) => match tokens::create_once(&site.console, &access, new, &key, &body).await? {
            Outcome::Created(issued) => (issued, false),
            Outcome::Reissued(issued) => (issued, true),
            Outcome::Spent(id) => return Err(Problem::key_used(&id.to_string())),
            Outcome::Reused => return Err(Problem::key_reused()),
        },
    };
    let organization = access.organization();
    let token = Token::new(&issued.token, organization, site.console.now());
    let location = format!("/api/v1/organizations/{}/tokens/{}", organization.slug, issued.token.id);
    let mut response = (StatusCode::CREATED, json(&IssuedToken { token, secret: issued.secret.expose() })).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::LOCATION, HeaderValue::from_str(&location).map_err(|_| Problem::internal())?);
    if replayed {
        headers.insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The key that marks this request as a repetition, if one was sent.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.next().is_some() {
        return Err(invalid("Idempotency-Key", "Send one key."));
    }
    IdempotencyKey::parse(key.as_bytes()).map(Some).map_err(wrong("Idempotency-Key"))
}

/// Finds one of the organization's tokens.
///
/// Also one that is expired or revoked. Needs `api_key:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/tokens/{token}",
    operation_id = "token_find",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("token" = String, Path, description = "The token's id.", example = "tok_019aa3c4f1a07d3e8000000000000002"),
    ),
    responses(
        (status = 200, description = "The token.", body = Token, example = json!(example())),
        (status = 403, description = "The token that asks lacks `api_key:read`."),
        (status = 404, description = "There is no such token, or it is of another organization."),
    )
)]
pub(super) async fn find(
    State(site): State<Site>,
    TokenReader(access): TokenReader,
    Path((_organization, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let token = tokens::find(&site.console, &access, &token).await?;
    Ok(json(&Token::new(&token, access.organization(), site.console.now())))
}

/// Revokes one of the organization's tokens.
///
/// It ends for good: when this answers, it is refused everywhere. Revoking it again changes nothing and answers the same. The record stays
/// and can still be found. Needs `api_key:delete`.
#[utoipa::path(
    delete,
    path = "/api/v1/organizations/{organization}/tokens/{token}",
    operation_id = "token_revoke",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("token" = String, Path, description = "The token's id.", example = "tok_019aa3c4f1a07d3e8000000000000002"),
    ),
    responses(
        (status = 200, description = "The token, which is revoked.", body = Token, example = json!(revoked_example())),
        (status = 403, description = "The token that asks lacks `api_key:delete`."),
        (status = 404, description = "There is no such token, or it is of another organization."),
    )
)]
pub(super) async fn revoke(
    State(site): State<Site>,
    TokenRevoker(access): TokenRevoker,
    Path((_organization, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let token = tokens::revoke_by_id(&site.console, &access, &token).await?;
    Ok(json(&Token::new(&token, access.organization(), site.console.now())))
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
        "expires_at": "2027-02-20T09:05:00.000Z",
        "last_used_at": null,
        "disabled": null,
        "revoked": null,
    })
}

fn issued_example() -> serde_json::Value {
    let mut example = example();
    // Not a secret: the checksum is wrong.
    example["secret"] = "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz".into();
    example
}

fn revoked_example() -> serde_json::Value {
    let mut example = example();
    example["status"] = "revoked".into();
    example["revoked"] = serde_json::json!({ "at": "2026-11-23T10:00:00.000Z", "by": "operations" });
    example
}
