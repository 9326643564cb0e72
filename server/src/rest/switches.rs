//! What is switched at one of the organization's tokens: off, on again, and the secret before the newest.

use axum::{
    extract::{Path, State},
    response::Response,
};
use services::tokens;

use super::{
    extract::TokenEditor,
    json,
    problem::Problem,
    tokens::{Token, example},
};
use crate::router::Site;

/// Switches a token off for a while.
///
/// When this answers, it is refused everywhere until somebody enables it. Doing it again changes nothing and answers the same. Needs
/// `api_key:update`.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/tokens/{token}/disable",
    operation_id = "token_disable",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("token" = String, Path, description = "The token's id.", example = "tok_019aa3c4f1a07d3e8000000000000002"),
    ),
    responses(
        (status = 200, description = "The token, which is disabled.", body = Token, example = json!(disabled_example())),
        (status = 403, description = "The token that asks lacks `api_key:update`."),
        (status = 404, description = "There is no such token, or it is of another organization."),
        (status = 409, description = "`conflict`: the token is expired or revoked."),
    )
)]
pub(super) async fn disable(
    State(site): State<Site>,
    TokenEditor(access): TokenEditor,
    Path((_organization, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let token = tokens::disable(&site.console, &access, &token).await?;
    Ok(json(&Token::new(&token, access.organization(), site.console.now())))
}

/// Switches a token on again.
///
/// It may do what it might before. Doing it again changes nothing and answers the same. Needs `api_key:update`.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/tokens/{token}/enable",
    operation_id = "token_enable",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("token" = String, Path, description = "The token's id.", example = "tok_019aa3c4f1a07d3e8000000000000002"),
    ),
    responses(
        (status = 200, description = "The token, which is enabled.", body = Token, example = json!(example())),
        (status = 403, description = "The token that asks lacks `api_key:update`."),
        (status = 404, description = "There is no such token, or it is of another organization."),
        (status = 409, description = "`conflict`: the token is expired or revoked."),
    )
)]
pub(super) async fn enable(
    State(site): State<Site>,
    TokenEditor(access): TokenEditor,
    Path((_organization, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let token = tokens::enable(&site.console, &access, &token).await?;
    Ok(json(&Token::new(&token, access.organization(), site.console.now())))
}

/// Ends the overlap of a rotation.
///
/// When this answers, the old secret is refused everywhere and only the newest is good. Without an overlap it changes nothing and answers the
/// same. Needs `api_key:update`.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/tokens/{token}/end-overlap",
    operation_id = "overlap_end",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("token" = String, Path, description = "The token's id.", example = "tok_019aa3c4f1a07d3e8000000000000002"),
    ),
    responses(
        (status = 200, description = "The token.", body = Token, example = json!(example())),
        (status = 403, description = "The token that asks lacks `api_key:update`."),
        (status = 404, description = "There is no such token, or it is of another organization."),
    )
)]
pub(super) async fn end_overlap(
    State(site): State<Site>,
    TokenEditor(access): TokenEditor,
    Path((_organization, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let token = tokens::end_overlap(&site.console, &access, &token).await?;
    Ok(json(&Token::new(&token, access.organization(), site.console.now())))
}

fn disabled_example() -> serde_json::Value {
    let mut example = example();
    example["status"] = "disabled".into();
    example["disabled"] = serde_json::json!({ "at": "2026-11-23T10:00:00.000Z", "by": "operations" });
    example
}
