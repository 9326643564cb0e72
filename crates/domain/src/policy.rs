//! The policy: which role stands for which permissions. The console hides with it, the services decide with it.
//!
//! It is one `match` of patterns over the catalogue. The golden file `tests/policy.txt` prints what it comes to, so that a reviewer
//! reads a change of rights as a change of a table.

use crate::{Permission, PermissionSet, Role};

/// Whether the role has the permission.
pub fn allows(role: Role, permission: Permission) -> bool {
    let (category, action) = permission.as_str().split_once(':').unwrap_or_default();
    let builds_with = matches!(category, "agent" | "budget" | "cluster" | "recommendations" | "scopes");
    let confidential =
        matches!(category, "api_key" | "billing" | "custom_pricing" | "invitation" | "role" | "saml_integration" | "deployment" | "token");
    match role {
        Role::Owner => true,
        Role::Admin => permission.as_str() != "organization:delete",
        Role::Developer => {
            allows(Role::Viewer, permission)
                || (builds_with && matches!(action, "create" | "update"))
                || permission.as_str() == "deployment:trigger"
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
