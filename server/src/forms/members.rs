//! Changing the role of a member, and removing one.

use std::collections::{BTreeMap, HashMap};

use app::ssr::Posted;
use axum::{
    extract::{OriginalUri, Path},
    http::{HeaderValue, header},
    response::Response,
};
use domain::{AfterLeaving, Permission, TokenId};
use services::{
    Error, access,
    members::{self, Decisions},
    tokens,
};

use super::{confirm::Confirming, refused};
use crate::pages::{Visit, see};

/// Gives a member another role and leads back to the list.
pub(crate) async fn edit(
    OriginalUri(uri): OriginalUri,
    Path((organization, user)): Path<(String, String)>,
    Confirming { visit, typed }: Confirming,
) -> Response {
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

/// Removes a member and leads back to the list; who removed themselves is led to what they still have. When tokens were rotated with that,
/// their secrets are shown, in this answer only.
pub(crate) async fn remove(
    OriginalUri(uri): OriginalUri,
    Path((organization, user)): Path<(String, String)>,
    Confirming { visit, typed }: Confirming,
) -> Response {
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::USER_DELETE).await?;
        members::remove_deciding(console, &access, &user, &decisions(&typed)?).await
    };
    match attempt.await {
        Ok(removed) if !removed.rotated.is_empty() => {
            let mut response = visit.render(uri.path(), Some(Posted { rotated: removed.rotated, ..Posted::default() })).await;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(removed) if visit.actor.as_ref().is_some_and(|actor| actor.id() == removed.member.user) => see("/"),
        Ok(_) => see(&format!("{}?done=removed", app::paths::members(&organization))),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Ends all sessions of a member and leads back to the list; who did that to themselves has to sign in.
pub(crate) async fn sign_out(visit: Visit, OriginalUri(uri): OriginalUri, Path((organization, user)): Path<(String, String)>) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::USER_UPDATE).await?;
        members::sign_out(console, &access, &user).await
    };
    match attempt.await {
        Ok(_) => see(&format!("{}?done=signed-out", app::paths::members(&organization))),
        Err(error) => refused(&visit, uri.path(), HashMap::new(), error).await,
    }
}

/// What was decided: token by token, about all others (which stay unless told), and about the old secrets of those to rotate.
fn decisions(typed: &HashMap<String, String>) -> Result<Decisions, Error> {
    let mut decisions = Decisions::each(choices(typed)?);
    if let Some(others) = typed.get("others") {
        decisions.others = Some(others.parse().map_err(|invalid: domain::Invalid| Error::Invalid { field: "others", why: invalid.0 })?);
    }
    if let Some(overlap) = typed.get("overlap") {
        decisions.overlap = tokens::chosen_overlap(overlap)?;
    }
    Ok(decisions)
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
