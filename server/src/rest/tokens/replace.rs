//! Replacing a token that is over.

use axum::{
    extract::{Path, State},
    response::Response,
};
use services::tokens::{self, Outcome};

use super::{
    super::{extract::TokenCreator, problem::Problem},
    IssuedToken, generated, issued_example,
};
use crate::router::Site;

/// Generates a token in the place of one that is expired or revoked.
///
/// It has the same label, description, owner and rights, and lives as long as the old one was to, as far as the organization's policy allows.
/// The answer is the only one that holds the secret. Needs `api_key:create` and all that the old token might do, and does not outlive the
/// token that asks. When the answer is lost, revoke what came of it: another request generates another token.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/tokens/{token}/replace",
    operation_id = "token_replace",
    tag = "Tokens",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("token" = String, Path, description = "The id of the token that is over.", example = "tok_019aa3c4f1a07d3e8000000000000002"),
    ),
    responses(
        (status = 201, description = "The new token, with its secret.", headers(
            ("Location" = String, description = "The address of the new token.")
        ), body = IssuedToken<'static>, example = json!(issued_example())),
        (status = 403, description = "The token that asks lacks `api_key:create`, or something that the other one might do; or the other one \
            belongs to a person or a team."),
        (status = 404, description = "There is no such token, or it is of another organization."),
        (status = 409, description = "`conflict`: the token is not over."),
        (status = 422, description = "The policy asks for something that the old token does not fulfil, or the new one would outlive the one \
            that asks."),
    )
)]
pub(crate) async fn replace(
    State(site): State<Site>,
    TokenCreator(access): TokenCreator,
    Path((_organization, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let replacement = tokens::replace(&site.console, &access, &token).await?;
    generated(&site, &access, Outcome::Created(replacement))
}
