//! `/api/v1/organizations/{organization}/roles`: the roles that an organization has made itself.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{DefinedRole, Description, Name, PermissionSet};
use serde::{Deserialize, Serialize};
use services::{
    Error,
    roles::{self, Definition},
};

use super::{
    extract::{Json, RoleCreator, RoleDeleter, RoleEditor, RoleReader},
    json,
    names::PermissionName,
    problem::Problem,
    tokens::{body, edit::version, wrong},
};
use crate::router::Site;

/// A role that the organization has made.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = CustomRole)]
pub(super) struct Role {
    /// The same for its whole life.
    id: String,
    /// What it is called; no two roles of the organization are called the same.
    name: String,
    /// What it is for.
    description: String,
    /// What it stands for.
    #[schema(value_type = Vec<PermissionName>)]
    permissions: PermissionSet,
    held_by: Holders,
}

/// How many have a role.
#[derive(Serialize, utoipa::ToSchema)]
struct Holders {
    /// Members.
    members: u32,
    /// Invitations that can still be accepted.
    invitations: u32,
    /// Tokens that are not over: those that were given it, and those that belong to members who have it.
    tokens: u32,
}

/// The roles of an organization.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = CustomRoles)]
pub(super) struct Roles {
    /// By name; 100 at most.
    items: Vec<Role>,
}

impl From<&DefinedRole> for Role {
    fn from(DefinedRole { role, description, holders }: &DefinedRole) -> Self {
        Self {
            id: role.id.to_string(),
            name: role.name.to_string(),
            description: description.to_string(),
            permissions: role.permissions,
            held_by: Holders { members: holders.members, invitations: holders.invitations, tokens: holders.tokens },
        }
    }
}

/// A role to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRole)]
pub(super) struct Wanted {
    /// What it is called: not like another role of the organization, in small or capital letters, nor like a built-in one.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// What it is for; may have several lines.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
    /// What it stands for: at least one, never `organization:delete`.
    #[schema(value_type = Vec<PermissionName>)]
    permissions: Vec<String>,
}

/// What is to become another in a role. A member that is absent leaves its part as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoleChange)]
pub(super) struct WantedChange {
    /// What it is called.
    #[serde(default, deserialize_with = "body::present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 64)]
    name: Option<String>,
    /// What it is for; may have several lines.
    #[serde(default, deserialize_with = "body::present")]
    #[schema(value_type = String, required = false, max_length = 500)]
    description: Option<String>,
    /// What it stands for: all of it, not what is added.
    #[serde(default, deserialize_with = "body::present")]
    #[schema(value_type = Vec<PermissionName>, required = false)]
    permissions: Option<Vec<String>>,
}

/// The role, with what stands for all of it that can be edited.
fn tagged(role: &DefinedRole) -> Result<Response, Problem> {
    let mut response = json(&Role::from(role));
    let tag = HeaderValue::from_str(&format!("\"{}\"", roles::version(role))).map_err(|_| Problem::internal())?;
    response.headers_mut().insert(header::ETAG, tag);
    Ok(response)
}

/// Lists the roles.
///
/// Those that the organization has made, by name; the built-in ones are not among them. Needs `role:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/roles",
    operation_id = "role_list",
    tag = "Roles",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    responses(
        (status = 200, description = "The roles.", body = Roles, example = json!({ "items": [example()] })),
        (status = 403, description = "The token lacks `role:read`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
    )
)]
pub(super) async fn list(State(site): State<Site>, RoleReader(access): RoleReader) -> Result<Response, Problem> {
    let items = roles::list(&site.console, &access).await?;
    Ok(json(&Roles { items: items.iter().map(Role::from).collect() }))
}

/// Finds a role.
///
/// Needs `role:read`.
#[utoipa::path(
    get,
    path = "/api/v1/organizations/{organization}/roles/{role}",
    operation_id = "role_find",
    tag = "Roles",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("role" = String, Path, description = "The role's id.", example = "rol_019aa3c4f1a07d3e8000000000000003"),
    ),
    responses(
        (status = 200, description = "The role.", headers(
            ("ETag" = String, description = "Stands for everything about the role that can be edited.")
        ), body = Role, example = json!(example())),
        (status = 403, description = "The token lacks `role:read`."),
        (status = 404, description = "There is no such role, or it is of another organization."),
    )
)]
pub(super) async fn find(
    State(site): State<Site>,
    RoleReader(access): RoleReader,
    Path((_organization, role)): Path<(String, String)>,
) -> Result<Response, Problem> {
    tagged(&roles::find(&site.console, &access, &role).await?)
}

/// Makes a role.
///
/// It may do no more than the token that asks. Needs `role:create`.
#[utoipa::path(
    post,
    path = "/api/v1/organizations/{organization}/roles",
    operation_id = "role_create",
    tag = "Roles",
    params(("organization" = String, Path, description = "The organization's id or slug.", example = "acme")),
    request_body(content = Wanted, examples(
        ("A role" = (value = json!({ "name": "Deployer", "permissions": ["cluster:read", "deployment:trigger"] }))),
    )),
    responses(
        (status = 201, description = "The role.", headers(
            ("Location" = String, description = "The address of the role."),
            ("ETag" = String, description = "Stands for everything about the role that can be edited.")
        ), body = Role, example = json!(example())),
        (status = 403, description = "The token lacks `role:create`."),
        (status = 404, description = "There is no such organization, or the token is of another one."),
        (status = 409, description = "What the token may do was changed meanwhile, and nothing was done."),
        (status = 422, description = "A member is missing, unknown or wrong, or is more than the token that asks may do."),
    )
)]
pub(super) async fn create(
    State(site): State<Site>,
    RoleCreator(access): RoleCreator,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let new = Definition {
        name: Name::parse(&wanted.name).map_err(wrong("name"))?,
        description: Description::parse(&wanted.description).map_err(wrong("description"))?,
        permissions: body::permissions(&wanted.permissions)?,
    };
    let role = roles::create(&site.console, &access, new).await?;
    let location = format!("/api/v1/organizations/{}/roles/{}", access.organization().slug, role.role.id);
    let mut response = (StatusCode::CREATED, tagged(&role)?).into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(&location).map_err(|_| Problem::internal())?);
    Ok(response)
}

/// Edits a role.
///
/// What is absent stays; when this answers, the change holds for everybody who has the role. The token that asks has to hold all that the
/// role stood for and all that it stands for then. Needs `role:update`. `If-Match` works as it does for tokens.
#[utoipa::path(
    patch,
    path = "/api/v1/organizations/{organization}/roles/{role}",
    operation_id = "role_edit",
    tag = "Roles",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("role" = String, Path, description = "The role's id.", example = "rol_019aa3c4f1a07d3e8000000000000003"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the role that the edit was made from, or `*`.",
            pattern = "^(\\*|(W/)?\"[!#-~]*\")$", example = "*"),
    ),
    request_body(content = WantedChange, examples(
        ("Narrower" = (value = json!({ "permissions": ["cluster:read"] }))),
    )),
    responses(
        (status = 200, description = "The role, as it is now.", headers(
            ("ETag" = String, description = "Stands for everything about the role that can be edited.")
        ), body = Role, example = json!(example())),
        (status = 403, description = "The token lacks `role:update`, or something that the role stands for."),
        (status = 404, description = "There is no such role, or it is of another organization."),
        (status = 409, description = "What the token may do was changed meanwhile, and nothing was done."),
        (status = 412, description = "`precondition_failed`: the role was edited since the `ETag` in `If-Match` came. Nothing was changed."),
        (status = 422, description = "A member is unknown or wrong, or is more than the token that asks may do."),
    )
)]
pub(super) async fn edit(
    State(site): State<Site>,
    RoleEditor(access): RoleEditor,
    Path((_organization, role)): Path<(String, String)>,
    headers: HeaderMap,
    Json(wanted): Json<WantedChange>,
) -> Result<Response, Problem> {
    let seen = version(&headers)?;
    let name = wanted.name.map(|text| Name::parse(&text)).transpose().map_err(wrong("name"))?;
    let description = wanted.description.map(|text| Description::parse(&text)).transpose().map_err(wrong("description"))?;
    let permissions = wanted.permissions.map(|names| body::permissions(&names)).transpose()?;
    let to = move |before: &DefinedRole| {
        let present = Definition::of(before);
        Definition {
            name: name.unwrap_or(present.name),
            description: description.unwrap_or(present.description),
            permissions: permissions.unwrap_or(present.permissions),
        }
    };
    let role = roles::edit_with(&site.console, &access, &role, seen, to).await.map_err(|error| match error {
        Error::Conflict(roles::EDITED_MEANWHILE) => Problem::precondition_failed(),
        other => Problem::from(other),
    })?;
    tagged(&role)
}

/// Deletes a role.
///
/// One that anybody has is refused, naming how many they are. Needs `role:delete`, and all that the role stands for.
#[utoipa::path(
    delete,
    path = "/api/v1/organizations/{organization}/roles/{role}",
    operation_id = "role_delete",
    tag = "Roles",
    params(
        ("organization" = String, Path, description = "The organization's id or slug.", example = "acme"),
        ("role" = String, Path, description = "The role's id.", example = "rol_019aa3c4f1a07d3e8000000000000003"),
    ),
    responses(
        (status = 204, description = "The role is deleted."),
        (status = 403, description = "The token lacks `role:delete`, or something that the role stands for."),
        (status = 404, description = "There is no such role, or it is of another organization."),
        (status = 409, description = "What the token may do was changed meanwhile, and nothing was done."),
        (status = 422, description = "The role is in use."),
    )
)]
pub(super) async fn delete(
    State(site): State<Site>,
    RoleDeleter(access): RoleDeleter,
    Path((_organization, role)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    roles::delete(&site.console, &access, &role).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn example() -> serde_json::Value {
    serde_json::json!({
        "id": "rol_019aa3c4f1a07d3e8000000000000003",
        "name": "Deployer",
        "description": "Rolls out the shop.",
        "permissions": ["cluster:read", "deployment:trigger"],
        "held_by": { "members": 2, "invitations": 0, "tokens": 3 },
    })
}
