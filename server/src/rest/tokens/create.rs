//! Generating a token, also again when the answer was lost.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{AssignedRole, Description, Label, Lifetime, PermissionSet, Timestamp};
use serde::Deserialize;
use services::{
    roles,
    tokens::{self, NewToken, Outcome},
};

use super::{
    super::{
        extract::{JsonAndBytes, TokenCreator},
        names::{PermissionName, RoleName},
        number::Whole,
        problem::Problem,
    },
    IssuedToken,
    body::{End, lifetime, permissions, present},
    idempotency_key, invalid, issued, issued_example, wrong,
};
use crate::router::Site;

/// A token to generate. It needs a role, permissions, or both.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(crate) struct Wanted {
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
}

impl Wanted {
    /// `role` is the one that is named; `usual` is how long it lives when nobody says.
    fn parse(self, role: Option<AssignedRole>, now: Timestamp, usual: Lifetime) -> Result<NewToken, Problem> {
        let label = Label::parse(&self.label).map_err(wrong("label"))?;
        let description = Description::parse(&self.description).map_err(wrong("description"))?;
        let permissions = permissions(&self.permissions.unwrap_or_default())?;
        if role.is_none() && permissions == PermissionSet::NONE {
            return Err(invalid("role", "A token needs a role, permissions, or both."));
        }
        let lifetime = lifetime(self.expires_in, self.expires_at, now)?.unwrap_or(usual);
        Ok(NewToken { kind: Some(domain::Kind::Organization), label, description, role, permissions, lifetime })
    }
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
pub(crate) async fn create(
    State(site): State<Site>,
    TokenCreator(access): TokenCreator,
    headers: HeaderMap,
    JsonAndBytes(wanted, body): JsonAndBytes<Wanted>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let usual = services::token_policy::usual_lifetime(&site.console, &access).await?;
    let role = match &wanted.role {
        Some(role) => Some(roles::named(&site.console, &access, role).await?),
        None => None,
    };
    let new = wanted.parse(role, site.console.now(), usual)?;
    let outcome = match key {
        None => Outcome::Created(tokens::create(&site.console, &access, new).await?),
        Some(key) => tokens::create_once(&site.console, &access, new, &key, &body).await?,
    };
    let (id, answer) = issued(&site, &access, outcome)?;
    let location = format!("/api/v1/organizations/{}/tokens/{id}", access.organization().slug);
    let mut response = (StatusCode::CREATED, answer).into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&location).map_err(|_| Problem::internal())?);
    Ok(response)
}
