//! What pages ask about roles. They are changed by plain forms alone: whoever edits one may be changing what they see themselves.

use domain::{DefinedRole, Failure, Organization, PermissionSet};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

/// An organization's own roles, and what the person asking may do about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleList {
    /// Whose roles.
    pub organization: Organization,
    /// By name.
    pub roles: Vec<DefinedRole>,
    /// Whether to offer making one.
    pub may_create: bool,
}

/// What the form for a role needs to know before it is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleForm {
    /// Whose role.
    pub organization: Organization,
    /// The permissions that the person asking can put into it.
    pub offered: PermissionSet,
}

/// One role, in the eyes of the person asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundRole {
    /// What its form needs.
    pub form: RoleForm,
    /// The role.
    pub role: DefinedRole,
    /// Whether to offer editing it.
    pub may_edit: bool,
    /// Whether to offer deleting it.
    pub may_delete: bool,
    /// Goes back with the edit, which is refused if the role has been edited meanwhile.
    pub version: String,
}

/// Lists the organization's own roles.
pub async fn list(organization: String) -> Result<RoleList, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::ROLE_READ).await?;
            Ok(RoleList {
                organization: access.organization().clone(),
                roles: services::roles::list(&request.console, &access).await?,
                may_create: access.allows(domain::Permission::ROLE_CREATE),
            })
        }
        .await,
    )
}

/// What the form for a new role begins with. Refuses who may not make one.
pub async fn form(organization: String) -> Result<RoleForm, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::ROLE_CREATE).await?;
            Ok(RoleForm { organization: access.organization().clone(), offered: services::roles::material(&access) })
        }
        .await,
    )
}

/// Finds one role.
pub async fn find(organization: String, role: String) -> Result<FoundRole, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::ROLE_READ).await?;
            let role = services::roles::find(&request.console, &access, &role).await?;
            Ok(FoundRole {
                form: RoleForm { organization: access.organization().clone(), offered: services::roles::material(&access) },
                may_edit: services::roles::may_edit(&access, &role),
                may_delete: services::roles::may_delete(&access, &role),
                version: services::roles::version(&role),
                role,
            })
        }
        .await,
    )
}
