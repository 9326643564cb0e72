//! Editing tokens, switching them off and on again.

use std::collections::HashMap;

use axum::{
    extract::{OriginalUri, Path},
    response::Response,
};
use domain::{Permission, Token};
use services::{Access, access, tokens};

use super::{confirm::Confirming, refused, tokens::form};
use crate::pages::{Visit, of_token, see};

/// Edits a token and leads to its page, which shows what it is now.
pub(crate) async fn edit(
    OriginalUri(uri): OriginalUri,
    Path((organization, token)): Path<(String, String)>,
    Confirming { visit, typed }: Confirming,
) -> Response {
    let attempt = async {
        let access = to_update(&visit, &organization).await?;
        let version = typed.get("version").map(String::as_str).unwrap_or_default();
        let change = form(&typed).parse_change(&visit.site.console, &access).await?;
        tokens::edit(&visit.site.console, &access, &token, Some(version), change).await
    };
    match attempt.await {
        Ok(_) => see(&format!("{}?done=edited", of_token(&organization, &token))),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Switches a token off and leads back to its page.
pub(crate) async fn disable(visit: Visit, OriginalUri(uri): OriginalUri, Path((organization, token)): Path<(String, String)>) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let attempt = async {
        let access = to_update(&visit, &organization).await?;
        tokens::disable(&visit.site.console, &access, &token).await
    };
    switched(&visit, &of_token(&organization, &token), "disabled", attempt.await).await
}

/// Switches a token on again and leads back to its page.
pub(crate) async fn enable(visit: Visit, OriginalUri(uri): OriginalUri, Path((organization, token)): Path<(String, String)>) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let attempt = async {
        let access = to_update(&visit, &organization).await?;
        tokens::enable(&visit.site.console, &access, &token).await
    };
    switched(&visit, &of_token(&organization, &token), "enabled", attempt.await).await
}

async fn to_update(visit: &Visit, organization: &str) -> services::Result<Access> {
    access::to_tokens(&visit.site.console, visit.actor.as_ref(), &visit.caller, organization, Permission::API_KEY_UPDATE).await
}

/// The page of the token, which shows what became of it. A page may hold several forms: the field says which of them was refused.
async fn switched(visit: &Visit, page: &str, done: &str, answer: services::Result<Token>) -> Response {
    match answer {
        Ok(_) => see(&format!("{page}?done={done}")),
        Err(error) => refused(visit, page, HashMap::from([("switch".to_owned(), "refused".to_owned())]), error).await,
    }
}
