//! Revoking a token.

use axum::{
    extract::{Path, State},
    response::Response,
};
use services::tokens;

use super::{
    super::{extract::TokenRevoker, json, problem::Problem},
    Token, example,
};
use crate::router::Site;

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
pub(crate) async fn revoke(
    State(site): State<Site>,
    TokenRevoker(access): TokenRevoker,
    Path((_organization, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let token = tokens::revoke_by_id(&site.console, &access, &token).await?;
    Ok(json(&Token::new(&token, access.organization(), site.console.now())))
}

fn revoked_example() -> serde_json::Value {
    let mut example = example();
    example["status"] = "revoked".into();
    example["revoked"] = serde_json::json!({ "at": "2026-11-23T10:00:00.000Z", "by": "operations" });
    example
}
