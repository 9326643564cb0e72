//! `/api/v1/token`: what the bearer of a token may always do with that token, whatever else it may.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use services::tokens;

use super::{
    extract::{Bearer, Ender},
    json,
    problem::Problem,
    tokens::Token,
};
use crate::router::Site;

/// Finds the presented token.
///
/// Every good token may see its own record, and so what it may do and when it ends.
#[utoipa::path(
    get,
    path = "/api/v1/token",
    operation_id = "own_token_find",
    tag = "Own token",
    responses((status = 200, description = "The token that was presented.", body = Token, example = json!(super::tokens::example()))),
)]
pub(super) async fn find(State(site): State<Site>, Bearer(access): Bearer) -> Result<Response, Problem> {
    let token = tokens::find_itself(&site.console, &access).await?;
    Ok(json(&Token::new(&token, access.organization(), site.console.now())))
}

/// Revokes the presented token.
///
/// It ends for good; whoever presents it again gets 401. Every good token may end itself, from wherever and however often it is presented:
/// whoever finds one can make it worthless.
#[utoipa::path(
    delete,
    path = "/api/v1/token",
    operation_id = "own_token_revoke",
    tag = "Own token",
    responses((status = 204, description = "The token is revoked.")),
)]
pub(super) async fn revoke(State(site): State<Site>, Ender(access): Ender) -> Result<Response, Problem> {
    tokens::revoke_itself(&site.console, &access).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
