//! Revoking several tokens at once.

use axum::{extract::State, response::Response};
use domain::{Reason, Timestamp};
use serde::{Deserialize, Serialize};
use services::tokens;

use super::super::{
    extract::{Json, TokenRevoker},
    json,
    problem::Problem,
};
use crate::router::Site;

/// The tokens to end.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokensToRevoke)]
pub(crate) struct Wanted {
    /// Their ids.
    #[schema(min_items = 1, max_items = 100)]
    ids: Vec<String>,
    /// Why: 1 to 200 characters on one line, which stay with the tokens. No secrets.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, value_type = Option<String>)]
    why: Option<Reason>,
}

/// What became of each of them.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TokensRevoked)]
pub(crate) struct Revoked {
    /// Each id once, in the order in which they were sent.
    items: Vec<Named>,
}

/// What became of one of them.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TokenRevoked)]
struct Named {
    /// What was sent.
    id: String,
    /// `revoked`: it ended now. `already_revoked`: it had ended before and stays as it was. `not_found`: there is no such token here.
    #[schema(pattern = "^(revoked|already_revoked|not_found)$")]
    outcome: &'static str,
    /// When it ended: ISO 8601 in UTC with milliseconds; null when it was not found.
    #[schema(format = DateTime)]
    at: Option<String>,
}

impl Named {
    fn new((id, found): (String, Option<(domain::Token, bool)>)) -> Self {
        let outcome = match found {
            Some((_, true)) => "revoked",
            Some((_, false)) => "already_revoked",
            None => "not_found",
        };
        let at = found.and_then(|(token, _)| match token.state {
            domain::State::Revoked { at, .. } => Some(at),
            _ => None,
        });
        Self { id, outcome, at: at.map(Timestamp::iso) }
    }
}

/// Revokes several of the organization's tokens.
///
/// Those that are there end for good, all in one change: when this answers, they are refused everywhere. One that is not there, or that ended
/// before, keeps no other from ending; sent again, the request changes nothing. Owners and admins get one mail. Needs `api_key:delete`.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/tokens/revoke",
    operation_id = "tokens_revoke",
    tag = "Tokens",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    request_body(content = Wanted, examples(
        ("Two tokens" = (value = json!({ "ids": ["tok_019aa3c4f1a07d3e8000000000000002", "tok_019aa3c4f1a07d3e8000000000000004"] }))),
    )),
    responses(
        (status = 200, description = "What became of each.", body = Revoked, example = json!({ "items": [
            { "id": "tok_019aa3c4f1a07d3e8000000000000002", "outcome": "revoked", "at": "2026-11-23T10:00:00.000Z" },
            { "id": "tok_019aa3c4f1a07d3e8000000000000004", "outcome": "not_found", "at": null },
        ] })),
        (status = 403, description = "The token that asks lacks `api_key:delete`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(crate) async fn revoke_many(
    State(site): State<Site>,
    TokenRevoker(access): TokenRevoker,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let done = tokens::revoke_many_by_id(&site.console, &access, &wanted.ids, wanted.why).await?;
    Ok(json(&Revoked { items: done.into_iter().map(Named::new).collect() }))
}
