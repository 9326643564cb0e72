//! The ceiling: nobody hands on more than they hold, or for longer.

use domain::{PermissionSet, Role, Timestamp, policy};

use crate::{
    access::Access,
    error::{Error, Result},
};

/// Refuses a role for people, rights the caller does not have, and an end after that of the token that asks.
pub(super) fn ceiling(access: &Access, role: Option<Role>, permissions: PermissionSet, expires_at: Option<Timestamp>) -> Result<()> {
    if role.is_some_and(|role| !Role::FOR_TOKENS.contains(&role)) {
        let why = "A token can be a viewer, developer or admin; owner is for people.".to_owned();
        return Err(Error::Invalid { field: "role", why });
    }
    if !access.covers(role.map_or(PermissionSet::NONE, policy::grants)) {
        let why = "This role may do more than you; choose one that does not.".to_owned();
        return Err(Error::Invalid { field: "role", why });
    }
    if !access.covers(permissions) {
        let why = "These permissions are more than you have; choose among your own.".to_owned();
        return Err(Error::Invalid { field: "permissions", why });
    }
    if access.is_outlived_by(expires_at) {
        let why = "A token cannot generate one that outlives it; choose an end that is not after its own.".to_owned();
        return Err(Error::Invalid { field: "expires_at", why });
    }
    Ok(())
}
