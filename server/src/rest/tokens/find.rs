//! Finding a token.

use axum::{
    extract::{Path, State},
    response::Response,
};
use services::tokens;

use super::{
    super::{extract::TokenReader, problem::Problem},
    Token, example, tagged,
};
use crate::router::Site;

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
        (status = 200, description = "The token.", headers(
            ("ETag" = String, description = "Stands for everything about the token that can be edited: send it as `If-Match` with an edit.")
        ), body = Token, example = json!(example())),
        (status = 403, description = "The token that asks lacks `api_key:read`."),
        (status = 404, description = "There is no such token, or it is of another organization."),
    )
)]
pub(crate) async fn find(
    State(site): State<Site>,
    TokenReader(access): TokenReader,
    Path((_organization, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let token = tokens::find(&site.console, &access, &token).await?;
    tagged(&site, &access, &token)
}
