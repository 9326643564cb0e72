//! Rotating, ending an overlap, replacing.

use std::collections::HashMap;

use app::ssr::Posted;
use axum::{
    Form,
    extract::{OriginalUri, Path},
    http::{HeaderValue, header},
    response::Response,
};
use domain::{Issued, Permission};
use services::{Error, access, tokens};

use super::{confirm::Confirming, refused};
use crate::pages::{Visit, see};

/// Gives a token a new secret and shows it, in this answer only.
pub(crate) async fn rotate(
    OriginalUri(uri): OriginalUri,
    Path((organization, token)): Path<(String, String)>,
    Confirming { visit, typed }: Confirming,
) -> Response {
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_tokens(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::API_KEY_UPDATE).await?;
        let overlap = tokens::chosen_overlap(typed.get("overlap").map_or("", String::as_str))?;
        let version = typed.get("version").map(String::as_str).unwrap_or_default();
        tokens::rotate_seen(console, &access, &token, version, overlap).await.map(|(issued, _)| issued)
    };
    shown(&visit, uri.path(), attempt.await, typed).await
}

/// Generates a token in the place of one that is over, and shows its secret, in this answer only.
pub(crate) async fn replace(
    OriginalUri(uri): OriginalUri,
    Path((organization, token)): Path<(String, String)>,
    Confirming { visit, typed }: Confirming,
) -> Response {
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_tokens(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::API_KEY_CREATE).await?;
        let form = typed.get("form").map(String::as_str).unwrap_or_default();
        tokens::replace_by_form(console, &access, &token, form).await
    };
    shown(&visit, uri.path(), attempt.await, typed).await
}

/// The page of the form, with the new secret or with why there is none.
async fn shown(visit: &Visit, page: &str, issued: Result<Issued, Error>, typed: HashMap<String, String>) -> Response {
    match issued {
        Ok(issued) => {
            let mut response = visit.render(page, Some(Posted { issued: Some(issued), ..Posted::default() })).await;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => refused(visit, page, typed, error).await,
    }
}

/// Ends the old secret of a token and leads back to the token's page, which says so; or which asks, where somebody would be cut off.
pub(crate) async fn end_overlap(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, token)): Path<(String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_tokens(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::API_KEY_UPDATE).await?;
        let sure = typed.get("sure").is_some_and(|sure| sure == "yes");
        tokens::end_overlap_if(console, &access, &token, sure).await
    };
    let page = uri.path().trim_end_matches("/end-overlap");
    match attempt.await {
        Ok(_) => see(&format!("{page}?overlap=ended")),
        Err(Error::Conflict(tokens::STILL_USED)) => see(&format!("{page}?overlap=ask")),
        Err(error) => refused(&visit, page, typed, error).await,
    }
}
