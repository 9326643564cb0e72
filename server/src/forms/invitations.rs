//! Inviting, mailing an invitation again, withdrawing it, accepting it.

use std::collections::HashMap;

use app::{paths, ssr::Posted};
use axum::{
    Form,
    extract::{OriginalUri, Path},
    http::{HeaderValue, header},
    response::Response,
};
use domain::{Invitation, Permission};
use serde::Deserialize;
use services::{
    Error, access,
    invitations::{self, NewPerson},
    organizations::Password,
};

use super::{confirm::Confirming, refused, tokens::segment};
use crate::{
    cookies,
    pages::{Visit, see},
};

/// Makes an invitation and shows its link, in this answer only.
pub(crate) async fn create(
    OriginalUri(uri): OriginalUri,
    Path(organization): Path<String>,
    Confirming { visit, typed }: Confirming,
) -> Response {
    let console = &visit.site.console;
    let field = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let (email, role) = (field("email"), field("role"));
    let page = format!("{}{}", visit.site.public_url.origin(), paths::accept(""));
    let attempt = async {
        let access =
            access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::INVITATION_CREATE).await?;
        invitations::create(console, &access, &email, &role, &page).await
    };
    match attempt.await {
        Ok(invited) => {
            let mut response = visit.render(uri.path(), Some(Posted { invited: Some(invited), ..Posted::default() })).await;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Leads to the list, which says what was `done` or why not.
async fn back(visit: &Visit, organization: &str, changed: Result<Invitation, Error>, done: &str) -> Response {
    let members = paths::members(&segment(organization));
    match changed {
        Ok(_) => see(&format!("{members}?done={done}")),
        Err(error) => refused(visit, &members, HashMap::new(), error).await,
    }
}

/// Mails the link of an invitation again and leads to the list.
pub(crate) async fn send(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, invitation)): Path<(String, String)>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let attempt = async {
        let access =
            access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::INVITATION_CREATE).await?;
        invitations::send(console, &access, &invitation).await
    };
    let done = if visit.site.mails_become_files { "written" } else { "sent" };
    back(&visit, &organization, attempt.await, done).await
}

/// Takes an invitation back and leads to the list.
pub(crate) async fn withdraw(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, invitation)): Path<(String, String)>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let attempt = async {
        let access =
            access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::INVITATION_DELETE).await?;
        invitations::withdraw(console, &access, &invitation).await
    };
    back(&visit, &organization, attempt.await, "withdrawn").await
}

/// What was typed to accept an invitation.
#[derive(Deserialize)]
pub(crate) struct Acceptance {
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

/// Makes somebody a member: the person who is signed in, or a new one, who then is.
pub(crate) async fn accept(visit: Visit, Form(typed): Form<Acceptance>) -> Response {
    let console = &visit.site.console;
    let accepted = if let Some(actor) = &visit.actor {
        invitations::accept(console, &visit.caller, actor, &typed.code).await.map(|(organization, renewed)| {
            visit.renewal.leave(renewed);
            (organization, None)
        })
    } else {
        let person = NewPerson { name: typed.name.clone(), password: Password::new(typed.password) };
        let accepted = invitations::accept_as_new(console, &visit.caller, &typed.code, &person).await;
        accepted.map(|(organization, signed_in)| (organization, Some(signed_in)))
    };
    match accepted {
        Ok((organization, signed_in)) => {
            let mut response = see(&format!("{}?done=joined", paths::overview(organization.slug.as_str())));
            if let Some(signed_in) = signed_in {
                cookies::sign_in(response.headers_mut(), &signed_in);
            }
            response
        }
        Err(error) => {
            let fields = [("code", typed.code), ("name", typed.name)].map(|(name, value)| (name.to_owned(), value));
            refused(&visit, paths::ACCEPT, HashMap::from(fields), error).await
        }
    }
}
