//! Revoking a token.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use domain::Reason;
use services::tokens;

use super::{
    super::{extract::TokenRevoker, json, paging::invalid, problem::Problem},
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
        ("why" = Option<String>, Query, description = "Why: 1 to 200 characters on one line, which stay with the token. No secrets.",
            min_length = 1, max_length = 200, example = "found in a public repository"),
    ),
    responses(
        (status = 200, description = "The token, which is revoked.", body = Token, example = json!(revoked_example())),
        (status = 403, description = "The token that asks lacks `api_key:delete`."),
        (status = 404, description = "There is no such token, or it is of another organization."),
        (status = 422, description = "A parameter is unknown or wrong."),
    )
)]
pub(crate) async fn revoke(
    State(site): State<Site>,
    TokenRevoker(access): TokenRevoker,
    Path((_organization, token)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let why = why(query.as_deref().unwrap_or_default())?;
    let token = tokens::revoke_by_id(&site.console, &access, &token, why).await?;
    Ok(json(&Token::new(&token, access.organization(), site.console.now())))
}

/// The one parameter there is.
fn why(query: &str) -> Result<Option<Reason>, Problem> {
    let mut said = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "why" || said.is_some() {
            return Err(invalid("parameters", "There is one parameter, why, once.".to_owned()));
        }
        said = Some(Reason::parse(&value).map_err(|wrong| invalid("why", wrong.to_string()))?);
    }
    Ok(said)
}

fn revoked_example() -> serde_json::Value {
    let mut example = example();
    example["status"] = "revoked".into();
    example["revoked"] = serde_json::json!({ "at": "2026-11-23T10:00:00.000Z", "by": "operations", "why": "found in a public repository" });
    example
}
