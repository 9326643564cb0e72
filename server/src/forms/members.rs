//! Changing the role of a member, and removing one.

use std::collections::{BTreeMap, HashMap};

use axum::{
    Form,
    extract::{OriginalUri, Path},
    response::Response,
};
use domain::{AfterLeaving, Permission, TokenId};
use services::{Error, access, members};

use super::refused;
use crate::pages::{Visit, see};

/// Gives a member another role and leads back to the list.
pub(crate) async fn edit(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, user)): Path<(String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let role = typed.get("role").cloned().unwrap_or_default();
    let attempt = async {
        let access = access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::USER_UPDATE).await?;
        members::edit(console, &access, &user, &role).await
    };
    match attempt.await {
        // Whoever may change a role may see who has one, but perhaps not any more.
        Ok(_) => see(&format!("{}?done=edited", app::paths::members(&organization))),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Removes a member and leads back to the list; who removed themselves is led to what they still have.
pub(crate) async fn remove(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, user)): Path<(String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    let Some(actor) = &visit.actor else { return Visit::to_sign_in(&uri) };
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_organization(console, Some(actor), &visit.caller, &organization, Permission::USER_DELETE).await?;
        members::remove(console, &access, &user, &choices(&typed)?).await
    };
    match attempt.await {
        Ok(removed) if removed.user == actor.id() => see("/"),
        Ok(_) => see(&format!("{}?done=removed", app::paths::members(&organization))),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// What was chosen for each token, from the fields `token-ID`.
fn choices(typed: &HashMap<String, String>) -> Result<BTreeMap<TokenId, AfterLeaving>, Error> {
    let of_tokens = typed.iter().filter_map(|(name, value)| Some((name.strip_prefix("token-")?, value)));
    of_tokens
        .map(|(id, choice)| {
            let why = || Error::Invalid { field: "tokens", why: "This is not a token of this person. Open the page again.".to_owned() };
            let id = id.parse().map_err(|_| why())?;
            let choice = choice.parse().map_err(|invalid: domain::Invalid| Error::Invalid { field: "tokens", why: invalid.0 })?;
            Ok((id, choice))
        })
        .collect()
}
