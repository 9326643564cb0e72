//! What a token may be given, at generation and at every edit alike.

use domain::{AssignedRole, Networks, Permission, PermissionSet, Rights, Role, Timestamp};

use crate::{
    access::Access,
    error::{Error, Result},
};

/// Refuses rights that may not be given to a token that has `held` so far: a role for people, nothing at all, and whatever would be added
/// that the one who gives does not hold. Taking away is everybody's who may edit.
pub(super) fn may_give(access: &Access, rights: &Rights, held: PermissionSet) -> Result<()> {
    if rights.role.as_ref().and_then(AssignedRole::built_in).is_some_and(|role| !Role::FOR_TOKENS.contains(&role)) {
        let why = "A token can be a viewer, developer or admin; owner is for people.".to_owned();
        return Err(Error::Invalid { field: "role", why });
    }
    if rights.effective().is_empty() {
        return Err(Error::Invalid { field: "permissions", why: "Choose at least one permission, or a role.".to_owned() });
    }
    let excess = access.excess(rights.effective().without(held));
    if excess.is_empty() {
        return Ok(());
    }
    let by_role = rights.role.as_ref().map_or(PermissionSet::NONE, AssignedRole::permissions);
    let own = excess.without(by_role) == excess;
    if let Some(role) = rights.role.as_ref().filter(|_| !own) {
        let why = format!("You may not do all that the role {} allows, so you cannot give it. Choose one that allows less.", role.title());
        return Err(Error::Invalid { field: "role", why });
    }
    let field = "permissions";
    Err(Error::Invalid { field, why: format!("Leave out what you may not do yourself: {}.", excess.stored().replace(' ', ", ")) })
}

/// What may be given to a token by who asks: what they hold themselves.
pub fn may_be_given(access: &Access) -> PermissionSet {
    Permission::all().filter(|permission| access.covers([*permission].into_iter().collect())).collect()
}

/// Refuses an end after that of the token that asks: no token lives on in another one that it generates or edits.
pub(super) fn may_last(access: &Access, expires_at: Option<Timestamp>) -> Result<()> {
    if access.is_outlived_by(expires_at) {
        let why = "A token cannot generate one that outlives it; choose an end that is not after its own.".to_owned();
        return Err(Error::Invalid { field: "expires_at", why });
    }
    Ok(())
}

/// Refuses a token that could be used from where the token that asks may not.
pub(super) fn may_reach(access: &Access, networks: &Networks) -> Result<()> {
    if access.is_outreached_by(networks) {
        let own = access.networks();
        let why = format!("A token cannot give what may be used from elsewhere than itself; choose networks within its own: {own}.");
        return Err(Error::Invalid { field: "allowed_networks", why });
    }
    Ok(())
}
