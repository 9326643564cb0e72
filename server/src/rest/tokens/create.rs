//! Generating a token, also again when the answer was lost.

use axum::{extract::State, http::HeaderMap, response::Response};
use domain::{AssignedRole, Description, Label, Lifetime, Limits, OwnerChoice, Permission, PermissionSet, Timestamp};
use serde::Deserialize;
use services::{
    Access, roles,
    tokens::{self, NewToken, Outcome},
};

use super::{
    super::{
        extract::{JsonAndBytes, Object, TokenGenerator},
        names::{OwnedName, PermissionName, RoleName},
        number::Whole,
        problem::Problem,
        rate_limit::{Rate, WantedRate},
    },
    IssuedToken,
    body::{End, lifetime, networks, permissions, present, rate},
    generated, idempotency_key, invalid, issued_example, wrong,
};
use crate::router::Site;

/// A token to generate. It needs a role, permissions, or both.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(crate) struct Wanted {
    /// Whom it shall belong to: the organization unless told. A token of a person generates tokens of that person, and of the teams
    /// they are in; any other token generates tokens of the organization alone.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = WantedOwner, required = false)]
    owner: Option<WantedOwner>,
    /// What it is recognised by: 1 to 64 characters on one line. Several tokens may share one.
    #[schema(min_length = 1, max_length = 64)]
    label: String,
    /// What it is for; may have several lines.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
    /// What it may do, as one role.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = RoleName, required = false)]
    role: Option<String>,
    /// What it may do beside its role, or alone.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<PermissionName>, required = false)]
    permissions: Option<Vec<String>>,
    /// Seconds it lives, from 60 to 315360000; null for never. Without this and `expires_at` it is what the organization's policy
    /// says, 90 days without one.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u64>, minimum = 60, maximum = 315_360_000)]
    expires_in: Option<End<Whole>>,
    /// When it ends, in ISO 8601 with an offset; null for never. Instead of `expires_in`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<End<String>>,
    /// From where it may be used: ranges of network addresses as in `10.0.0.0/8` and `2001:db8::/32`, or single addresses. Without any
    /// from everywhere; without this member from where the token that asks may be used, which is the most it can give.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<String>, required = false, max_items = 50, examples(json!(["192.0.2.0/24"])))]
    allowed_networks: Option<Vec<String>>,
    /// How often it may be used; null, or nothing, for as often as it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Rate>)]
    rate_limit: Option<End<Object<WantedRate>>>,
}

/// Whom a token to generate shall belong to.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTokenOwner)]
pub(crate) struct WantedOwner {
    /// `user` is the person whose token asks.
    #[schema(value_type = OwnedName)]
    kind: String,
    /// The team's; of a team, and only then.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, pattern = "^team_[0-9a-f]{32}$")]
    id: Option<String>,
}

impl WantedOwner {
    fn parse(&self) -> Result<OwnerChoice, Problem> {
        match (self.kind.as_str(), &self.id) {
            ("organization", None) => Ok(OwnerChoice::Organization),
            ("user", None) => Ok(OwnerChoice::Me),
            ("team", Some(team)) => {
                let unknown = |_| invalid("owner", "A team has an id like team_ and 32 digits and letters from a to f.");
                team.parse().map(OwnerChoice::Team).map_err(unknown)
            }
            ("team", None) => Err(invalid("owner", "Say which team: send its id beside kind.")),
            ("organization" | "user", Some(_)) => Err(invalid(
                "owner",
                "Only a team is named by an id: the organization is the one in the address, the person the one who asks.",
            )),
            _ => Err(invalid("owner", "An owner's kind is organization, team or user.")),
        }
    }
}

impl Wanted {
    fn owner(&self) -> Result<OwnerChoice, Problem> {
        self.owner.as_ref().map_or(Ok(OwnerChoice::Organization), WantedOwner::parse)
    }

    /// `role` is the one that is named; `usual` is how long it lives when nobody says.
    fn parse(self, role: Option<AssignedRole>, access: &Access, now: Timestamp, usual: Lifetime) -> Result<NewToken, Problem> {
        let owner = self.owner()?;
        let label = Label::parse(&self.label).map_err(wrong("label"))?;
        let description = Description::parse(&self.description).map_err(wrong("description"))?;
        let permissions = permissions(&self.permissions.unwrap_or_default())?;
        if role.is_none() && permissions == PermissionSet::NONE {
            return Err(invalid("role", "A token needs a role, permissions, or both."));
        }
        let lifetime = lifetime(self.expires_in, self.expires_at, now)?.unwrap_or(usual);
        let networks = self.allowed_networks.map_or_else(|| Ok(access.networks().clone()), |entries| networks(&entries))?;
        let limits = Limits { networks, rate: self.rate_limit.map(rate).transpose()?.flatten() };
        Ok(NewToken { owner: Some(owner), label, description, role, permissions, lifetime, limits })
    }
}

/// Generates a token.
///
/// The answer is the only one that holds the secret. Needs `api_key:create`. A token of a person also generates tokens of that person and of the
/// teams they are in, twenty at once, then one in five minutes. The new token may do no more than the one that asks, and does not outlive it.
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
        ("Within limits" = (value = json!({ "label": "backup", "role": "viewer", "allowed_networks": ["192.0.2.0/24"],
            "rate_limit": { "requests": 100, "period": "minute" } }))),
        ("Of a team" = (value = json!({ "label": "pipeline", "role": "viewer", "owner": { "kind": "team", "id": "team_019aa3c4f1a07d3e8000000000000005" } }))),
    )),
    responses(
        (status = 201, description = "The token, with its secret.", headers(
            ("Location" = String, description = "The address of the token."),
            ("Idempotency-Replayed" = String, description = "`true` when an earlier attempt generated the token; only then.")
        ), body = IssuedToken<'static>, example = json!(issued_example())),
        (status = 403, description = "The token lacks `api_key:create`, and the new one was to belong to the organization."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
        (status = 409, description = "`idempotency_key_used`: an earlier attempt generated the token named in `token`, and its secret was used."),
        (status = 422, description = "A member is missing, unknown or wrong, or is more than the token that asks may hand on; `owner` is one \
            that this token generates no tokens of; or `idempotency_key_reused`: the key came with another body before."),
        (status = 429, description = "Too many tokens of this person and their teams were generated; `Retry-After` says when the next can be. Or \
            `rate_limited`: the token that asks is used more often than it may be."),
    )
)]
pub(crate) async fn create(
    State(site): State<Site>,
    TokenGenerator(access): TokenGenerator,
    headers: HeaderMap,
    JsonAndBytes(wanted, body): JsonAndBytes<Wanted>,
) -> Result<Response, Problem> {
    if wanted.owner()? == OwnerChoice::Organization && !access.allows(Permission::API_KEY_CREATE) {
        return Err(Problem::insufficient(Permission::API_KEY_CREATE));
    }
    let key = idempotency_key(&headers)?;
    let usual = services::token_policy::usual_lifetime(&site.console, &access).await?;
    let role = match &wanted.role {
        Some(role) => Some(roles::named(&site.console, &access, role).await?),
        None => None,
    };
    let new = wanted.parse(role, &access, site.console.now(), usual)?;
    let outcome = match key {
        None => Outcome::Created(tokens::create(&site.console, &access, new).await?),
        Some(key) => tokens::create_once(&site.console, &access, new, &key, &body).await?,
    };
    generated(&site, &access, outcome)
}
