//! Changing the role of a member, and removing one.

use std::collections::HashMap;

use app::ssr::Posted;
use axum::{
    extract::{OriginalUri, Path},
    http::{HeaderValue, header},
    response::Response,
};
use domain::Permission;
use services::{
    access,
    members::{self, Decisions},
};

use super::{confirm::Confirming, refused, tokens::segment};
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
    let decisions = Decisions::parse(typed.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let attempt = async {
        let access = access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::USER_DELETE).await?;
        members::remove_deciding(console, &access, &user, &decisions?).await
    };
    match attempt.await {
        Ok(removed) if !removed.rotated.is_empty() => {
            let mut response = visit.render(uri.path(), Some(Posted { rotated: removed.rotated, ..Posted::default() })).await;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(removed) if visit.actor.as_ref().is_some_and(|actor| actor.id() == removed.member.user) => see("/"),
        Ok(removed) => see(&app::paths::removed(&segment(&organization), &removed.member.user.to_string())),
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
