//! What a token may be given, at generation and at every edit alike.

use domain::{
    AssignedRole, Networks, Permission, PermissionSet, Rights, Role, Timestamp,
    texts::{roles, tokens as say},
};

use crate::{
    access::Access,
    error::{Error, Result},
};

/// Refuses rights that may not be given to a token that has `held` so far: a role for people, nothing at all, and whatever would be added
/// that the one who gives does not hold. Taking away is everybody's who may edit.
pub(super) fn may_give(access: &Access, rights: &Rights, held: PermissionSet) -> Result<()> {
    if rights.role.as_ref().and_then(AssignedRole::built_in).is_some_and(|role| !Role::FOR_TOKENS.contains(&role)) {
        return Err(Error::Invalid { field: "role", why: say::NO_ROLE_OF_A_TOKEN.to_owned() });
    }
    if rights.effective().is_empty() {
        return Err(Error::Invalid { field: "permissions", why: say::NO_RIGHTS.to_owned() });
    }
    let excess = access.excess(rights.effective().without(held));
    if excess.is_empty() {
        return Ok(());
    }
    let by_role = rights.role.as_ref().map_or(PermissionSet::NONE, AssignedRole::permissions);
    let own = excess.without(by_role) == excess;
    if let Some(role) = rights.role.as_ref().filter(|_| !own) {
        return Err(Error::Invalid { field: "role", why: say::role_beyond_you(&role.title()) });
    }
    Err(Error::Invalid { field: "permissions", why: roles::leave_out(&excess.stored().replace(' ', ", ")) })
}

/// What may be given to a token by who asks: what they hold themselves.
pub fn may_be_given(access: &Access) -> PermissionSet {
    Permission::all().filter(|permission| access.covers([*permission].into_iter().collect())).collect()
}

/// Refuses an end after that of the token that asks: no token lives on in another one that it generates or edits.
pub(super) fn may_last(access: &Access, expires_at: Option<Timestamp>) -> Result<()> {
    if access.is_outlived_by(expires_at) {
        return Err(Error::Invalid { field: "expires_at", why: say::OUTLIVES_WHO_ASKS.to_owned() });
    }
    Ok(())
}

/// Refuses a token that could be used from where the token that asks may not.
pub(super) fn may_reach(access: &Access, networks: &Networks) -> Result<()> {
    if access.is_outreached_by(networks) {
        return Err(Error::Invalid { field: "allowed_networks", why: say::reaches_beyond(access.networks()) });
    }
    Ok(())
}
