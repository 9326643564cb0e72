//! Creating, editing and ending teams, and who is in them.

use std::collections::HashMap;

use axum::{
    Form,
    extract::{OriginalUri, Path},
    response::Response,
};
use domain::Permission;
use services::{Error, access, teams};

use super::{refused, segment};
use crate::pages::{Visit, of_team, see};

fn field(typed: &HashMap<String, String>, name: &str) -> String {
    typed.get(name).cloned().unwrap_or_default()
}

fn form(typed: &HashMap<String, String>) -> teams::Form {
    teams::Form { name: field(typed, "name"), description: field(typed, "description") }
}

/// Creates a team and leads to it.
pub(crate) async fn create(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path(organization): Path<String>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::TEAMS_CREATE).await?;
        let (name, description) = form(&typed).parse()?;
        teams::create(console, &access, name, description).await
    };
    match attempt.await {
        Ok(team) => see(&format!("{}?done=created", of_team(&organization, &team.id.to_string()))),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Gives a team another name or description and leads back to it.
pub(crate) async fn edit(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, team)): Path<(String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::TEAMS_UPDATE).await?;
        let (name, description) = form(&typed).parse()?;
        let change = teams::Change { name: Some(name), description: Some(description) };
        teams::edit(console, &access, &team, Some(&field(&typed, "version")), change).await
    };
    match attempt.await {
        Ok(_) => see(&format!("{}?done=edited", of_team(&organization, &team))),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Ends a team and its tokens, and leads back to the list.
pub(crate) async fn end(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, team)): Path<(String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let attempt = async {
        let access = access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::TEAMS_DELETE).await?;
        teams::end(console, &access, &team, &field(&typed, "typed")).await
    };
    match attempt.await {
        Ok(_) => see(&format!("{}?done=ended", app::paths::teams(&segment(&organization)))),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Adds somebody to a team and leads back to it.
pub(crate) async fn add_member(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, team)): Path<(String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let user = field(&typed, "user");
    let page = of_team(&organization, &team);
    let attempt = async {
        let access = access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::TEAMS_UPDATE).await?;
        if user.is_empty() {
            return Err(Error::Invalid { field: "user", why: "Choose who shall be added.".to_owned() });
        }
        teams::add_member(console, &access, &team, &user).await
    };
    match attempt.await {
        Ok(_) => see(&format!("{page}?done=added")),
        Err(error) => refused(&visit, &page, typed, error).await,
    }
}

/// Removes somebody from a team and leads back to it.
pub(crate) async fn remove_member(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, team, user)): Path<(String, String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let page = of_team(&organization, &team);
    let attempt = async {
        let access = access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::TEAMS_UPDATE).await?;
        teams::remove_member(console, &access, &team, &user).await
    };
    match attempt.await {
        Ok(_) => see(&format!("{page}?done=removed")),
        Err(error) => refused(&visit, &page, typed, error).await,
    }
}
