//! The policy: which role stands for which permissions. The console hides with it, the services decide with it.
//!
//! It is one `match` of patterns over the built-in catalogue; an operator's catalogue says itself what developers and viewers may do with
//! what is new in it. The golden file `tests/policy.txt` prints what it comes to, so that a reviewer
//! reads a change of rights as a change of a table.

use crate::{Permission, PermissionSet, Role, catalogue, permission::CATALOGUE};

/// Whether the role has the permission.
pub fn allows(role: Role, permission: Permission) -> bool {
    match role {
        Role::Owner => true,
        Role::Admin => permission.as_str() != "organization:delete",
        Role::Developer | Role::Viewer => catalogue::in_force().gives(role, permission),
    }
}

/// What the lesser roles have of the built-in catalogue: nothing of what is not in it.
pub(crate) fn by_default(role: Role, name: &str) -> bool {
    if !CATALOGUE.contains(&name) {
        return false;
    }
    let (category, action) = name.split_once(':').unwrap_or_default();
    let builds_with = matches!(category, "agent" | "budget" | "cluster" | "recommendations" | "scopes");
    let confidential =
        matches!(category, "api_key" | "billing" | "custom_pricing" | "invitation" | "role" | "saml_integration" | "deployment" | "token");
    match role {
        Role::Owner | Role::Admin => true,
        Role::Developer => {
            by_default(Role::Viewer, name) || (builds_with && matches!(action, "create" | "update")) || name == "deployment:trigger"
        }
        Role::Viewer => action == "read" && !confidential,
    }
}

/// All permissions the role stands for.
pub fn grants(role: Role) -> PermissionSet {
    Permission::all().filter(|permission| allows(role, *permission)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If this fails you have changed who may do what. Read the difference as a security review, then copy the printed table to
    /// `tests/policy.txt`.
    #[test]
    fn is_what_the_golden_file_says() {
        let mut table = format!("{:<26}{}\n", "permission", Role::ALL.map(|role| format!("{:<11}", role.as_str())).concat().trim_end());
        for permission in Permission::all() {
            let cells = Role::ALL.map(|role| format!("{:<11}", if allows(role, permission) { "yes" } else { "-" })).concat();
            table.push_str(format!("{:<26}{cells}", permission.as_str()).trim_end());
            table.push('\n');
        }
        assert_eq!(table, include_str!("../tests/policy.txt"), "\n{table}");
    }

    #[test]
    fn each_role_covers_the_lesser_one() {
        for pair in Role::ALL.windows(2) {
            assert!(grants(pair[0]).covers(grants(pair[1])), "{pair:?}");
        }
    }
}
