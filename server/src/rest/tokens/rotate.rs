//! Rotating a token: one of the organization's.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use domain::Overlap;
use serde::Deserialize;
use services::tokens::{self, Outcome};

use super::{
    super::{
        extract::{JsonAndBytes, TokenEditor},
        names::{LastingOverlapName, OverlapName},
        problem::Problem,
    },
    IssuedToken,
    body::present,
    idempotency_key, issued, issued_example, wrong,
};
use crate::router::Site;

/// How to rotate.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Rotation)]
pub(crate) struct Wanted {
    /// How long the old secret is accepted beside the new one; an hour unless told.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = OverlapName, required = false)]
    overlap: Option<String>,
}

fn overlap(wanted: Option<String>) -> Result<Overlap, Problem> {
    wanted.map_or(Ok(Overlap::DEFAULT), |overlap| overlap.parse()).map_err(wrong("overlap"))
}

/// Gives one of the organization's tokens a new secret.
///
/// The answer is the only one that holds it; everything else about the token stays. The old secret is accepted for the overlap. At most two
/// secrets are accepted at any time: rotating while an overlap runs ends the older one at once, but when the newest was never used, that is
/// the one that ends. Needs `api_key:update` and all that the token may do.
///
/// With an `Idempotency-Key` a request whose answer was lost can be sent again, within 24 hours, by the same token with the same body:
/// there will be one rotation. While nobody has used the new secret, it is replaced and the answer says `Idempotency-Replayed: true`; the
/// lost secret is dead then. Once it was used, the answer is 409.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/tokens/{token}/rotate",
    operation_id = "token_rotate",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("token" = String, Path, description = "The token's id.", example = "tok_019aa3c4f1a07d3e8000000000000002"),
        ("Idempotency-Key" = Option<String>, Header, description = "Marks requests as attempts at the same thing: 1 to 255 printable ASCII characters.",
            min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$", example = "rotate-2026-11-22"),
    ),
    request_body(content = Wanted, examples(
        ("Overlap" = (value = json!({ "overlap": "24h" }))),
        ("At once" = (value = json!({ "overlap": "now" }))),
    )),
    responses(
        (status = 200, description = "The token, with its new secret.", headers(
            ("Idempotency-Replayed" = String, description = "`true` when an earlier attempt rotated the token; only then.")
        ), body = IssuedToken<'static>, example = json!(issued_example())),
        (status = 403, description = "The token that asks lacks `api_key:update`, or something that the other one may do."),
        (status = 404, description = "There is no such token, or it is of another organization."),
        (status = 409, description = "`conflict`: the token is expired or revoked; or `idempotency_key_used`: an earlier attempt rotated it, \
            and the new secret was used."),
        (status = 422, description = "A member is unknown or wrong; or `idempotency_key_reused`: the key came with another request before."),
    )
)]
pub(crate) async fn rotate(
    State(site): State<Site>,
    TokenEditor(access): TokenEditor,
    Path((_organization, token)): Path<(String, String)>,
    headers: HeaderMap,
    JsonAndBytes(wanted, body): JsonAndBytes<Wanted>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let overlap = overlap(wanted.overlap)?;
    let outcome = match key {
        None => Outcome::Created(tokens::rotate(&site.console, &access, &token, overlap).await?),
        Some(key) => tokens::rotate_once(&site.console, &access, &token, overlap, &key, &body).await?,
    };
    issued(&site, &access, outcome).map(|(_, answer)| answer)
}

/// How a token rotates itself.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OwnRotation)]
pub(crate) struct WantedOfItself {
    /// How long the old secret is accepted beside the new one; an hour unless told.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = LastingOverlapName, required = false)]
    overlap: Option<String>,
}

/// Gives the presented token a new secret.
///
/// The answer is the only one that holds it; everything else about the token stays. The presented secret is accepted for the overlap, which
/// cannot be `now`: whoever loses the answer asks again with the secret they have. Ask with the newest secret, or with the one before it
/// while the newest was never used and is a minute old; then that one is taken for lost and ends. Needs `token:rotate_self`.
///
/// With an `Idempotency-Key` the same request can be sent again within 24 hours as at any other rotation.
///
/// A secret that a rotation has ended says that two parties hold what one should: presented here it ends the whole token, whatever secret
/// of it is good, and owners and admins are told by mail. The answer is 401 as for anything else that is not good.
#[utoipa::path(
    post,
    path = "/api/v1/token/rotate",
    operation_id = "own_token_rotate",
    tag = "Own token",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Marks requests as attempts at the same thing: 1 to 255 printable ASCII characters.",
            min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$", example = "rotate-2026-11-22"),
    ),
    request_body(content = WantedOfItself, examples(
        ("Overlap" = (value = json!({ "overlap": "1h" }))),
        ("Until the first use" = (value = json!({ "overlap": "first_use" }))),
    )),
    responses(
        (status = 200, description = "The token, with its new secret.", headers(
            ("Idempotency-Replayed" = String, description = "`true` when an earlier attempt rotated the token; only then.")
        ), body = IssuedToken<'static>, example = json!(issued_example())),
        (status = 403, description = "The token lacks `token:rotate_self`."),
        (status = 409, description = "`conflict`: another request rotated the token meanwhile, or the presented secret was replaced and the \
            new one is in use or less than a minute old; or `idempotency_key_used`: an earlier attempt rotated it, and the new secret was used."),
        (status = 422, description = "A member is unknown or wrong; or `idempotency_key_reused`: the key came with another request before."),
    )
)]
pub(crate) async fn rotate_itself(
    State(site): State<Site>,
    super::super::extract::SelfRotator(rotator): super::super::extract::SelfRotator,
    headers: HeaderMap,
    JsonAndBytes(wanted, body): JsonAndBytes<WantedOfItself>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let overlap = overlap(wanted.overlap)?;
    let attempt = key.as_ref().map(|key| (key, &*body));
    let outcome = tokens::rotate_itself(&site.console, &rotator, overlap, attempt).await?;
    issued(&site, rotator.access(), outcome).map(|(_, answer)| answer)
}
