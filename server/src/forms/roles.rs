//! Making, editing and deleting roles.

use std::collections::HashMap;

use app::paths;
use axum::{
    Form,
    extract::{OriginalUri, Path},
    response::Response,
};
use domain::Permission;
use services::{
    Access, access,
    roles::{self, Definition},
};

use super::{confirm::Confirming, refused, tokens::segment};
use crate::pages::{Visit, see};

/// Makes a role and leads to the list.
pub(crate) async fn create(
    OriginalUri(uri): OriginalUri,
    Path(organization): Path<String>,
    Confirming { visit, typed }: Confirming,
) -> Response {
    let attempt = async {
        let access = to(&visit, &organization, Permission::ROLE_CREATE).await?;
        roles::create(&visit.site.console, &access, definition(&typed)?).await
    };
    match attempt.await {
        Ok(_) => done(&organization, "created"),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Edits a role and leads to the list.
pub(crate) async fn edit(
    OriginalUri(uri): OriginalUri,
    Path((organization, role)): Path<(String, String)>,
    Confirming { visit, typed }: Confirming,
) -> Response {
    let attempt = async {
        let access = to(&visit, &organization, Permission::ROLE_UPDATE).await?;
        let version = typed.get("version").map(String::as_str).unwrap_or_default();
        roles::edit(&visit.site.console, &access, &role, Some(version), definition(&typed)?).await
    };
    match attempt.await {
        // Whoever may edit a role may see it, but perhaps not any more.
        Ok(_) => done(&organization, "edited"),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Deletes a role and leads to the list.
pub(crate) async fn delete(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, role)): Path<(String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let attempt = async {
        let access = to(&visit, &organization, Permission::ROLE_DELETE).await?;
        roles::delete(&visit.site.console, &access, &role).await
    };
    match attempt.await {
        Ok(_) => done(&organization, "deleted"),
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

async fn to(visit: &Visit, organization: &str, permission: Permission) -> services::Result<Access> {
    access::to_organization(&visit.site.console, visit.actor.as_ref(), &visit.caller, organization, permission).await
}

fn done(organization: &str, what: &str) -> Response {
    see(&format!("{}?done={what}", paths::roles(&segment(organization))))
}

/// What was typed about a role. A toggle comes under the name of its permission, and only if it is on.
fn definition(typed: &HashMap<String, String>) -> services::Result<Definition> {
    let field = |name: &str| typed.get(name).map(String::as_str).unwrap_or_default();
    let toggled: Vec<&str> = typed.keys().map(String::as_str).filter(|name| name.contains(':')).collect();
    Definition::parse(field("name"), field("description"), &toggled.join(" "))
}
