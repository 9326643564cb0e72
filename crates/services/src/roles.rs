//! Roles that an organization makes itself: what they stand for, and who may hand them out.
//!
//! Whoever makes a role, edits one or gives it away has to hold all of it, so that no sequence of edits gets anybody further than they were.
//! What somebody may do is read together with the role they hold, so an edit is true for everybody when it is answered.

use domain::{
    AssignedRole, CustomRole, DefinedRole, Description, Holders, Name, Networks, Offered, Permission, PermissionSet, Role, RoleId,
    Timestamp, audit::Action, texts::roles as say,
};
use serde_json::{Map, Value, json};

use crate::{
    Console,
    access::Access,
    entropy,
    error::{Error, Result},
    members,
    store::{
        self, Write,
        events::{NewEvent, Target},
    },
    tokens::fingerprint,
};

/// Says that an edit was made from what the role no longer is.
pub use say::EDITED_MEANWHILE;

/// What a role is to be, checked field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// What it is called.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// What it stands for.
    pub permissions: PermissionSet,
}

impl Definition {
    /// Checks what was typed; the first that is wrong is named. The permissions have spaces between them.
    pub fn parse(name: &str, description: &str, permissions: &str) -> Result<Self> {
        Ok(Self {
            name: Name::parse(name).map_err(Error::in_field("name"))?,
            description: Description::parse(description).map_err(Error::in_field("description"))?,
            permissions: permissions.parse().map_err(Error::in_field("permissions"))?,
        })
    }

    /// What a role is.
    pub fn of(role: &DefinedRole) -> Self {
        let DefinedRole { role, description, .. } = role.clone();
        Self { name: role.name, description, permissions: role.permissions }
    }
}

/// A fingerprint of everything about a role that can be edited, and of how many have it: an edit changes what they may do, so whoever edits has
/// seen them. See [`crate::tokens::version`].
pub fn version(role: &DefinedRole) -> String {
    let DefinedRole { role, description, holders } = role;
    fingerprint(&json!([role.name, description, role.permissions, holders]))
}

/// Lists the organization's own roles, by name.
pub async fn list(console: &Console, access: &Access) -> Result<Vec<DefinedRole>> {
    access.require(Permission::ROLE_READ)?;
    store::roles::list(&console.0.db, access, console.now()).await
}

/// Finds one of them.
pub async fn find(console: &Console, access: &Access, id: &str) -> Result<DefinedRole> {
    access.require(Permission::ROLE_READ)?;
    store::roles::find(&console.0.db, access, parse(id)?, console.now()).await?.ok_or(Error::NotFound)
}

/// Whether somebody may edit this role: nobody who may do less than it.
pub fn may_edit(access: &Access, role: &DefinedRole) -> bool {
    access.allows(Permission::ROLE_UPDATE) && access.covers(role.role.permissions)
}

/// Whether somebody may delete this role: nobody who may do less than it.
pub fn may_delete(access: &Access, role: &DefinedRole) -> bool {
    access.allows(Permission::ROLE_DELETE) && access.covers(role.role.permissions)
}

/// What a role may be made of by who asks: what they hold themselves, without what no such role can have.
pub fn material(access: &Access) -> PermissionSet {
    let held = Permission::all().filter(|permission| access.allows(*permission)).collect::<PermissionSet>();
    held.without([Permission::ORGANIZATION_DELETE].into_iter().collect())
}

/// The roles that may be handed out: none that may do more than who asks.
pub async fn offered(console: &Console, access: &Access) -> Result<Offered> {
    let custom = store::roles::described(&console.0.db, access).await?;
    let given = |role: &Role| access.covers(AssignedRole::from(*role).permissions());
    Ok(Offered {
        built_in: Role::FOR_MEMBERS.into_iter().filter(given).collect(),
        custom: custom.into_iter().filter(|role| access.covers(role.role.permissions)).collect(),
    })
}

/// Makes a role. Nobody makes one that may do more than they.
pub async fn create(console: &Console, access: &Access, new: Definition) -> Result<DefinedRole> {
    access.require(Permission::ROLE_CREATE)?;
    check(access, &new)?;
    let mut write = access.begin(console).await?;
    let names = store::roles::names_in(&mut write, access).await?;
    if names.len() >= CustomRole::MOST {
        return Err(Error::Invalid { field: "name", why: say::too_many(CustomRole::MOST) });
    }
    let now = console.now();
    let Definition { name, description, permissions } = new;
    let role = CustomRole { id: RoleId::new(now, entropy::bytes(&*console.0.entropy)), name, permissions };
    be_unique(&names, &role)?;
    let recent = access.recent(now)?;
    store::roles::insert(&mut write, access, &recent, &role, &description, now).await?;
    let details = json!({ "description": description, "permissions": PermissionSet::NONE.changes(permissions) });
    write.commit(&console.0.keys, &event(access, now, Action::RoleCreate, &role, details)).await?;
    Ok(DefinedRole { role, description, holders: Holders::default() })
}

/// Edits a role, at once for everybody who has it. Whoever edits holds all that it stood for and all that it stands for then. `seen` is the
/// [`version`] that the edit was made from, none to change whatever is there. Invitations that members with the role made, to more than it
/// then allows, are withdrawn in the same change. What changes nothing is no event.
pub async fn edit(console: &Console, access: &Access, id: &str, seen: Option<&str>, to: Definition) -> Result<DefinedRole> {
    edit_with(console, access, id, seen, |_| to).await
}

/// The same with an edit that depends on what the role is, after every change before this one.
pub async fn edit_with(
    console: &Console,
    access: &Access,
    id: &str,
    seen: Option<&str>,
    to: impl FnOnce(&DefinedRole) -> Definition + Send,
) -> Result<DefinedRole> {
    access.require(Permission::ROLE_UPDATE)?;
    let id = parse(id)?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    let before = store::roles::find_in(&mut write, access, id, now).await?.ok_or(Error::NotFound)?;
    if !may_edit(access, &before) {
        return Err(Error::Forbidden);
    }
    if seen.is_some_and(|seen| seen != version(&before)) {
        return Err(Error::Conflict(EDITED_MEANWHILE));
    }
    let to = to(&before);
    check(access, &to)?;
    let Definition { name, description, permissions } = to;
    let after = DefinedRole { role: CustomRole { id, name, permissions }, description, holders: before.holders };
    if after == before {
        write.unchanged().await;
        return Ok(before);
    }
    // What is added would live on in whoever has the role after the end of the token that adds it, and be used from where that may not.
    let is_kept = access.is_outlived_by(None) || access.is_outreached_by(&Networks::default());
    if !before.role.permissions.covers(permissions) && is_kept {
        return Err(Error::Forbidden);
    }
    be_unique(&store::roles::names_in(&mut write, access).await?, &after.role)?;
    let recent = access.recent(now)?;
    let changed_at = (after.role.permissions != before.role.permissions).then_some(now);
    store::roles::edit(&mut write, access, &recent, &after.role, &after.description, changed_at).await?;
    let mut withdrawn = Vec::new();
    let is_wider = !before.role.permissions.covers(permissions);
    for member in store::roles::members_in(&mut write, access, id).await? {
        if is_wider {
            store::sessions::ask_to_renew(&mut write, member, now).await?;
        }
        withdrawn.extend(members::withdraw_invitations_beyond(&mut write, access, member, now, permissions).await?);
    }
    let details = difference(&before, &after, &withdrawn);
    write.commit(&console.0.keys, &event(access, now, Action::RoleEdit, &after.role, details)).await?;
    Ok(after)
}

/// Deletes a role that nobody has.
pub async fn delete(console: &Console, access: &Access, id: &str) -> Result<DefinedRole> {
    access.require(Permission::ROLE_DELETE)?;
    let id = parse(id)?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    let role = store::roles::find_in(&mut write, access, id, now).await?.ok_or(Error::NotFound)?;
    if !may_delete(access, &role) {
        return Err(Error::Forbidden);
    }
    if !role.holders.is_empty() {
        return Err(Error::Invalid { field: "role", why: say::is_in_use(role.holders) });
    }
    store::roles::delete(&mut write, access, id, now).await?;
    let details = json!({ "permissions": role.role.permissions.changes(PermissionSet::NONE) });
    write.commit(&console.0.keys, &event(access, now, Action::RoleDelete, &role.role, details)).await?;
    Ok(role)
}

/// Finds the role that was typed: the word of a built-in one, or the id of one that the organization has made.
pub async fn named(console: &Console, access: &Access, typed: &str) -> Result<AssignedRole> {
    let Ok(id) = typed.parse() else { return built_in(typed) };
    let found = store::roles::find(&console.0.db, access, id, console.now()).await?;
    found.map(|role| AssignedRole::Custom(role.role)).ok_or_else(unknown)
}

/// The same inside a change, after every change before it.
pub(crate) async fn named_in(write: &mut Write, access: &Access, typed: &str) -> Result<AssignedRole> {
    let Ok(id) = typed.parse() else { return built_in(typed) };
    // Nobody asks here who holds it, so the time is of no matter.
    let found = store::roles::find_in(write, access, id, Timestamp::from_micros(0)).await?;
    found.map(|role| AssignedRole::Custom(role.role)).ok_or_else(unknown)
}

/// The role as it is inside a change, after every change before it. One that was deleted meanwhile cannot be given.
pub(crate) async fn assigned_in(write: &mut Write, access: &Access, role: &AssignedRole) -> Result<AssignedRole> {
    match role {
        AssignedRole::BuiltIn(role) => Ok((*role).into()),
        AssignedRole::Custom(role) => named_in(write, access, &role.id.to_string()).await,
    }
}

fn built_in(typed: &str) -> Result<AssignedRole> {
    typed.parse().map(AssignedRole::BuiltIn).map_err(Error::in_field("role"))
}

fn unknown() -> Error {
    Error::Invalid { field: "role", why: say::ROLE_IS_GONE.to_owned() }
}

fn parse(id: &str) -> Result<RoleId> {
    id.parse().map_err(|_| Error::NotFound)
}

/// Refuses what no such role can be, and what may do more than who asks.
fn check(access: &Access, role: &Definition) -> Result<()> {
    CustomRole::check_name(&role.name).map_err(Error::in_field("name"))?;
    CustomRole::check_permissions(role.permissions).map_err(Error::in_field("permissions"))?;
    let excess = access.excess(role.permissions);
    if excess.is_empty() {
        return Ok(());
    }
    Err(Error::Invalid { field: "permissions", why: say::leave_out(&excess.stored().replace(' ', ", ")) })
}

/// Refuses a name that another role of the organization has, in small or capital letters.
fn be_unique(names: &[(String, String)], role: &CustomRole) -> Result<()> {
    let (id, folded) = (role.id.to_string(), CustomRole::folded(&role.name));
    if names.iter().any(|(other, name)| *other != id && *name == folded) {
        return Err(Error::Invalid { field: "name", why: say::NAME_IN_USE.to_owned() });
    }
    Ok(())
}

/// What an edit changed: see the same of tokens. Also how many it is true for, and which invitations it took back.
fn difference(before: &DefinedRole, after: &DefinedRole, withdrawn: &[String]) -> Value {
    let mut details = Map::new();
    if before.role.name != after.role.name {
        details.insert("name".to_owned(), json!({ "from": before.role.name, "to": after.role.name }));
    }
    if before.description != after.description {
        details.insert("description".to_owned(), json!({ "from": before.description, "to": after.description }));
    }
    let permissions = before.role.permissions.changes(after.role.permissions);
    if !permissions.is_empty() {
        details.insert("permissions".to_owned(), json!(permissions));
    }
    details.insert("held_by".to_owned(), json!(after.holders.words()));
    if !withdrawn.is_empty() {
        details.insert("invitations_withdrawn".to_owned(), json!(withdrawn));
    }
    Value::Object(details)
}

/// The event that something was done to a role.
fn event<'a>(access: &'a Access, at: Timestamp, action: Action, role: &CustomRole, details: Value) -> NewEvent<'a> {
    NewEvent {
        at,
        organization: Some(access.organization().id),
        actor: access.principal(),
        action,
        target: Target { kind: "role", id: role.id.to_string(), name: role.name.as_str().to_owned() },
        details,
        caller: access.caller(),
    }
}
