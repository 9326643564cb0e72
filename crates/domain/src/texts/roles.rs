//! Roles: the built-in ones, and those that organizations make.

use crate::{Role, role::Holders};

pub const NO_ROLE: &str = "A role is owner, admin, developer or viewer.";
pub const ROLE_IS_GONE: &str = "This role is not there any more; choose another one.";
pub const EDITED_MEANWHILE: &str = "Somebody changed this role meanwhile. Open it anew to see what it is now, then make your change.";

pub const NAME_IS_BUILT_IN: &str = "This is the name of a built-in role; choose another one.";
pub const NAME_IN_USE: &str = "Another role has this name; choose another one.";
pub const NO_PERMISSION: &str = "Choose at least one permission.";
pub const ONLY_OF_OWNERS: &str = "Leave out organization:delete: only an owner may do that.";

pub const fn title(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::Developer => "Developer",
        Role::Viewer => "Viewer",
    }
}

/// What it allows a token by the built-in catalogue.
pub const fn summary(role: Role) -> &'static str {
    match role {
        Role::Owner => "Everything, including deleting the organization.",
        Role::Admin => "Full access: everything Developer may, plus people, tokens, roles and billing.",
        Role::Developer => "Reads everything Viewer may, creates and updates what you build with, and triggers deployments.",
        Role::Viewer => "Read-only: agents, budgets, clusters, the organization, recommendations, scopes, teams and users.",
    }
}

/// The same by a catalogue of the operator, of which nobody knows in advance what it gives.
pub const fn summary_by_operator(role: Role) -> &'static str {
    match role {
        Role::Owner => summary(role),
        Role::Admin => "Full access: everything but deleting the organization.",
        Role::Developer => "Everything Viewer may, and what the permission catalogue gives to developers.",
        Role::Viewer => "The least: what the permission catalogue gives to viewers.",
    }
}

/// As in `2 members, 1 invitation and 3 tokens`: what there is none of is left out.
pub fn holders(holders: Holders) -> String {
    let counted = |count: u32, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [
        counted(holders.members, "member", "members"),
        counted(holders.invitations, "invitation", "invitations"),
        counted(holders.tokens, "token", "tokens"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

pub fn too_many(most: usize) -> String {
    format!("An organization can have {most} roles of its own. Delete one that nobody has first.")
}

pub fn is_in_use(by: Holders) -> String {
    format!("This role is in use by {}. Give them another role first.", holders(by))
}

/// Of permissions that who gives them does not hold, with commas between.
pub fn leave_out(permissions: &str) -> String {
    format!("Leave out what you may not do yourself: {permissions}.")
}
