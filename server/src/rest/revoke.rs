//! `POST /oauth2/revoke`: RFC 7009, for whoever holds a secret that should be worthless.

use axum::{Extension, extract::State, http::HeaderMap, response::Response};
use domain::Permission;
use serde::Serialize;
use services::{Caller, access, tokens};

use super::{
    credentials,
    extract::{Bearer, TokenForm},
    json,
    problem::Problem,
};
use crate::router::Site;

/// Nothing: RFC 7009 has clients look at the status alone.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Nothing {}

/// What is sent, as a form.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it is how the document shows what `TokenForm` reads")]
pub(super) struct TokenToRevoke {
    /// The token.
    token: String,
    /// Ignored: there is one kind of token.
    token_type_hint: Option<String>,
}

/// Revokes the token of which a secret is sent (RFC 7009).
///
/// The body is a form. Every good token may revoke itself, presented in the header and in the body; another token of its organization takes
/// `api_key:delete`. Whichever of two secrets is sent while a rotation overlaps, the token ends with both. What is not good, or of another
/// organization, changes nothing and answers the same; so does a token that is sent again to revoke itself. To revoke itself a token may be
/// presented from anywhere and however often.
#[utoipa::path(
    post,
    path = "/oauth2/revoke",
    operation_id = "presented_token_revoke",
    tag = "Verification",
    request_body(content = TokenToRevoke, content_type = "application/x-www-form-urlencoded", examples(
        ("A token" = (value = json!({ "token": "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz" }))),
    )),
    responses(
        (status = 200, description = "What was sent is good for nothing here.", body = Nothing, example = json!({})),
        (status = 403, description = "It is the secret of another token, and the caller's token lacks `api_key:delete`."),
    )
)]
pub(super) async fn revoke(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    bearer: Result<Bearer, Problem>,
    form: Result<TokenForm, Problem>,
) -> Result<Response, Problem> {
    let done = || json(&Nothing {});
    // Who sends the same in both places and is not let in has what they asked for; the answer may have got lost the first time.
    let is_own = |presented: &str| credentials::presented(&headers).is_ok_and(|own| own == presented);
    let Bearer(access) = match (bearer, &form) {
        (Err(refused), Ok(TokenForm(presented))) if refused.is_unauthenticated() && is_own(presented) => {
            tokens::nothing_left(&site.console).await;
            return Ok(done());
        }
        (Err(refused), Ok(TokenForm(presented))) if refused.is_of_limits() && is_own(presented) => {
            Bearer(access::by_token_to_end_itself(&site.console, presented, &caller).await?)
        }
        (bearer, _) => bearer?,
    };
    let TokenForm(presented) = form?;
    match tokens::revoke_presented(&site.console, &access, &presented).await {
        Err(services::Error::Unauthenticated) if is_own(&presented) => {
            tokens::nothing_left(&site.console).await;
            Ok(done())
        }
        revoked => revoked.map(|()| done()).map_err(|error| Problem::refusing(error, Permission::API_KEY_DELETE)),
    }
}
