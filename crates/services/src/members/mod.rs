//! Members: who belongs to an organization and as what, and what becomes of their things when they leave.

mod decisions;
mod removal;
mod remove;
mod sign_out;

use domain::{
    AssignedRole, Member, MemberPlace, MemberQuery, Permission, PermissionSet, Role, Timestamp, UserId,
    audit::Action,
    texts::{lists, members as say},
};
use serde_json::json;

pub use decisions::Decisions;
pub use removal::removal;
pub use remove::{Offboarding, Removed, offboarding, remove, remove_deciding, revoked_by};
pub use sign_out::{may_sign_out, sign_out};

use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    roles,
    store::{
        self, Write,
        events::{NewEvent, Target},
    },
};

/// Rows on a page of the list.
pub const PAGE: u32 = 25;

/// What a member has become since it was read.
pub use say::EDITED_MEANWHILE;

/// Lists the organization's members, by name.
pub async fn list(console: &Console, access: &Access) -> Result<Vec<Member>> {
    access.require(Permission::USER_READ)?;
    store::members::list(&console.0.db, access).await
}

/// Lists those of them that a query finds, by name, [`PAGE`] at a time.
pub async fn page(console: &Console, access: &Access, query: &MemberQuery) -> Result<(Vec<Member>, Option<MemberPlace>)> {
    access.require(Permission::USER_READ)?;
    // One more than a page holds tells whether there is a next one.
    let mut members = store::members::page(&console.0.db, access, query, i64::from(PAGE) + 1).await?;
    let more = members.len() > PAGE as usize;
    members.truncate(PAGE as usize);
    let next = members.last().filter(|_| more).map(MemberPlace::of);
    Ok((members, next))
}

/// Lists at most `limit` members after the one with this id, those who came first first; tells after whom the next ones come, if there are.
pub async fn list_after(console: &Console, access: &Access, after: Option<&str>, limit: u32) -> Result<(Vec<Member>, Option<UserId>)> {
    access.require(Permission::USER_READ)?;
    let after = after.map(|id| id.parse().map_err(|_| Error::Invalid { field: "after", why: lists::NO_PLACE.to_owned() })).transpose()?;
    let mut members = store::members::list_after(&console.0.db, access, after, limit + 1).await?;
    let more = members.len() > limit as usize;
    members.truncate(limit as usize);
    let next = members.last().filter(|_| more).map(|member| member.user);
    Ok((members, next))
}

/// Finds one of the organization's members.
pub async fn find(console: &Console, access: &Access, id: &str) -> Result<Member> {
    access.require(Permission::USER_READ)?;
    store::members::find(&console.0.db, access, parse(id)?).await?.ok_or(Error::NotFound)
}

/// Whether this member's role may be changed: by nobody who may do less.
pub fn may_edit(access: &Access, member: &Member) -> bool {
    access.allows(Permission::USER_UPDATE) && access.covers(member.role.permissions())
}

/// Whether this member may be removed: by nobody who may do less.
pub fn may_remove(access: &Access, member: &Member) -> bool {
    access.allows(Permission::USER_DELETE) && access.covers(member.role.permissions())
}

/// Refuses a role that may do more than who gives it, as it is inside the change.
pub(crate) async fn check_role(write: &mut Write, access: &Access, typed: &str) -> Result<AssignedRole> {
    let role = roles::named_in(write, access, typed).await?;
    if access.covers(role.permissions()) {
        return Ok(role);
    }
    Err(Error::Invalid { field: "role", why: say::ROLE_BEYOND_YOURS.to_owned() })
}

/// Gives a member another role. It holds from their next request on. Invitations they made to roles that they can no longer give are
/// withdrawn in the same change. The last owner stays one.
pub async fn edit(console: &Console, access: &Access, id: &str, role: &str) -> Result<Member> {
    edit_if(console, access, id, role, None).await
}

/// Stands for everything about a member that can be edited.
pub fn version(member: &Member) -> String {
    member.role.to_string()
}

/// The same, if the member still is what `seen` says; refuses with [`EDITED_MEANWHILE`] otherwise.
pub async fn edit_if(console: &Console, access: &Access, id: &str, role: &str, seen: Option<&str>) -> Result<Member> {
    access.require(Permission::USER_UPDATE)?;
    let mut write = access.begin(console).await?;
    let member = store::members::find_in(&mut write, access, parse(id)?).await?.ok_or(Error::NotFound)?;
    if !may_edit(access, &member) {
        return Err(Error::Forbidden);
    }
    if seen.is_some_and(|seen| seen != version(&member)) {
        return Err(Error::Conflict(EDITED_MEANWHILE));
    }
    let role = check_role(&mut write, access, role).await?;
    if role == member.role {
        write.unchanged().await;
        return Ok(member);
    }
    keep_an_owner(&mut write, access, &member).await?;
    let now = console.now();
    let recent = access.recent(now)?;
    store::members::edit(&mut write, access, &recent, member.user, &role).await?;
    if !member.role.permissions().covers(role.permissions()) {
        store::sessions::ask_to_renew(&mut write, member.user, now).await?;
    }
    let withdrawn = withdraw_invitations_beyond(&mut write, access, member.user, now, role.permissions()).await?;
    let details = json!({ "from": member.role.recorded(), "to": role.recorded(), "invitations_withdrawn": withdrawn });
    write.commit(&console.0.keys, &event(access, now, Action::MemberEdit, &member, details)).await?;
    Ok(Member { role, ..member })
}

/// Refuses to take the last owner's role away. Asked inside the change, which follows all others: of two owners who end each other's
/// ownership at the same time, the second finds no other owner.
async fn keep_an_owner(write: &mut Write, access: &Access, member: &Member) -> Result<()> {
    if member.role.built_in() != Some(Role::Owner) || store::members::has_another_owner(write, access, member.user).await? {
        return Ok(());
    }
    Err(NEEDS_AN_OWNER)
}

const NEEDS_AN_OWNER: Error = Error::Conflict(say::NEEDS_AN_OWNER);

/// Takes back the invitations that a member made to more than they hold from now on; tells which.
pub(crate) async fn withdraw_invitations_beyond(
    write: &mut Write,
    access: &Access,
    user: UserId,
    now: Timestamp,
    held: PermissionSet,
) -> Result<Vec<String>> {
    withdraw_invitations(write, access, user, now, |invited| !held.covers(invited.permissions())).await
}

/// Takes back invitations that a member made; tells which.
async fn withdraw_invitations(
    write: &mut Write,
    access: &Access,
    user: UserId,
    now: Timestamp,
    which: impl Fn(&AssignedRole) -> bool,
) -> Result<Vec<String>> {
    let mut withdrawn = Vec::new();
    for invitation in store::invitations::list_created_by_in(write, access, user).await? {
        if which(&invitation.role) {
            store::invitations::withdraw(write, access, invitation.id, now).await?;
            withdrawn.push(invitation.id.to_string());
        }
    }
    Ok(withdrawn)
}

fn parse(id: &str) -> Result<UserId> {
    id.parse().map_err(|_| Error::NotFound)
}

/// The event that something was done to a member.
fn event<'a>(access: &'a Access, at: Timestamp, action: Action, member: &Member, details: serde_json::Value) -> NewEvent<'a> {
    NewEvent {
        at,
        organization: Some(access.organization().id),
        actor: access.principal(),
        action,
        target: Target { kind: "member", id: member.user.to_string(), name: member.name.as_str().to_owned() },
        details,
        caller: access.caller(),
    }
}
