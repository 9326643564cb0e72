//! Editing a token: what is not named stays.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::Response,
};
use domain::{AssignedRole, Change, Description, Label, Limits, Rights, Timestamp};
use serde::Deserialize;
use services::{Error, roles, tokens};

use super::{
    super::{
        extract::{Json, Object, TokenEditor},
        names::{PermissionName, RoleName},
        number::Whole,
        problem::Problem,
        rate_limit::{Rate, WantedRate},
    },
    Token,
    body::{End, lifetime, networks, permissions, present, rate},
    example, invalid, tagged, wrong,
};
use crate::router::Site;

/// What is to become another in a token. A member that is absent leaves its part as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenChange)]
pub(crate) struct Wanted {
    /// What it is recognised by: 1 to 64 characters on one line.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 64)]
    label: Option<String>,
    /// What it is for; may have several lines.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = String, required = false, max_length = 500)]
    description: Option<String>,
    /// What it may do, as one role; null for its permissions alone.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<RoleName>)]
    role: Option<End<String>>,
    /// What it may do beside its role, or alone: all of it, not what is added.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<PermissionName>, required = false)]
    permissions: Option<Vec<String>>,
    /// Seconds it lives from now on, from 60 to 315360000; null for ever.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u64>, minimum = 60, maximum = 315_360_000)]
    expires_in: Option<End<Whole>>,
    /// When it ends, in ISO 8601 with an offset; null for never. Instead of `expires_in`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<End<String>>,
    /// From where it may be used: ranges of network addresses as in `10.0.0.0/8` and `2001:db8::/32`, or single addresses; all of them, not what
    /// is added. Empty for everywhere.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<String>, required = false, max_items = 50, examples(json!(["192.0.2.0/24"])))]
    allowed_networks: Option<Vec<String>>,
    /// How often it may be used; null for as often as it is.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Rate>)]
    rate_limit: Option<End<Object<WantedRate>>>,
}

impl Wanted {
    /// What it comes to for a token, which is known only once no other change can come between. `role` is the one that is named.
    fn parse(self, role: Option<End<AssignedRole>>, now: Timestamp) -> Result<impl FnOnce(&domain::Token) -> Change + Send, Problem> {
        let label = self.label.map(|text| Label::parse(&text)).transpose().map_err(wrong("label"))?;
        let description = self.description.map(|text| Description::parse(&text)).transpose().map_err(wrong("description"))?;
        let permissions = self.permissions.map(|names| permissions(&names)).transpose()?;
        let lifetime = lifetime(self.expires_in, self.expires_at, now)?;
        let networks = self.allowed_networks.map(|entries| networks(&entries)).transpose()?;
        let rate = self.rate_limit.map(rate).transpose()?;
        Ok(move |token: &domain::Token| Change {
            label,
            description,
            rights: Some(Rights {
                role: role.map_or_else(|| token.role.clone(), |End(role)| role),
                permissions: permissions.unwrap_or(token.permissions),
            }),
            lifetime,
            limits: Some(Limits {
                networks: networks.unwrap_or_else(|| token.limits.networks.clone()),
                rate: rate.unwrap_or(token.limits.rate),
            }),
        })
    }
}

/// The version that the edit is meant for; none for whatever is there.
pub(crate) fn version(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut tags = headers.get_all(header::IF_MATCH).iter();
    let Some(tag) = tags.next() else { return Ok(None) };
    let wrong = || invalid("If-Match", "Send the ETag as it came, one of them, or *.");
    let tag = tag.to_str().ok().filter(|_| tags.next().is_none()).ok_or_else(wrong)?.trim();
    if tag == "*" {
        return Ok(None);
    }
    // A weak tag is never the same as a strong one, but it is a tag: it does not match, which is told as such.
    let quoted = tag.strip_prefix("W/").unwrap_or(tag);
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|inner| !inner.contains('"')).ok_or_else(wrong)?;
    Ok(Some(if quoted.len() == tag.len() { inner } else { tag }))
}

/// Edits one of the organization's tokens.
///
/// What is absent stays; when this answers, the change holds everywhere. Needs `api_key:update`, and nobody adds more than they may do
/// themselves, lets a token live on past their own end or be used from where they may not. With `If-Match`, and the `ETag` that came with the token, an edit that was made
/// from something older is refused instead of undoing what somebody else did.
#[utoipa::path(
    patch,
    path = "/api/v1/organizations/{organization}/tokens/{token}",
    operation_id = "token_edit",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("token" = String, Path, description = "The token's id.", example = "tok_019aa3c4f1a07d3e8000000000000002"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the token that the edit was made from, or `*`.",
            pattern = "^(\\*|(W/)?\"[!#-~]*\")$", example = "*"),
    ),
    request_body(content = Wanted, examples(
        ("Narrower" = (value = json!({ "permissions": ["cluster:read"], "expires_in": 86_400 }))),
        ("Within limits" = (value = json!({ "allowed_networks": ["192.0.2.0/24", "2001:db8::/32"], "rate_limit": { "requests": 100, "period": "minute" } }))),
        ("Another name" = (value = json!({ "label": "deploy-bot-2", "description": "Rolls out the shop." }))),
    )),
    responses(
        (status = 200, description = "The token, as it is now.", headers(
            ("ETag" = String, description = "Stands for everything about the token that can be edited.")
        ), body = Token, example = json!(example())),
        (status = 403, description = "The token that asks lacks `api_key:update`."),
        (status = 404, description = "There is no such token, or it is of another organization."),
        (status = 409, description = "`conflict`: the token is expired or revoked."),
        (status = 412, description = "`precondition_failed`: the token was edited since the `ETag` in `If-Match` came. Nothing was changed."),
    )
)]
pub(crate) async fn edit(
    State(site): State<Site>,
    TokenEditor(access): TokenEditor,
    Path((_organization, token)): Path<(String, String)>,
    headers: HeaderMap,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let seen = version(&headers)?;
    let role = match &wanted.role {
        Some(End(Some(role))) => Some(End(Some(roles::named(&site.console, &access, role).await?))),
        Some(End(None)) => Some(End(None)),
        None => None,
    };
    let change = wanted.parse(role, site.console.now())?;
    let token = tokens::edit_with(&site.console, &access, &token, seen, change).await.map_err(|error| match error {
        Error::Conflict(tokens::EDITED_MEANWHILE) => Problem::precondition_failed(),
        Error::Invalid { field: "expiry", why } => Problem::from(Error::Invalid { field: "expires_at", why }),
        other => Problem::from(other),
    })?;
    tagged(&site, &access, &token)
}
