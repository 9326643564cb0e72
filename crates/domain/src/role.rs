//! Roles: those that are built in, and those that an organization makes itself.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{Description, Invalid, Name, Permission, PermissionSet, Role, RoleId, policy, texts::roles as say};

/// A role that an organization has made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    /// The same for its whole life, whatever it is called.
    pub id: RoleId,
    /// What it is called: no two roles of an organization are called the same.
    pub name: Name,
    /// What it stands for at this moment.
    pub permissions: PermissionSet,
}

/// The role that somebody or something has been given. A built-in one is written as its word, as it always was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AssignedRole {
    /// One of those that every organization has.
    BuiltIn(Role),
    /// One that the organization has made.
    Custom(CustomRole),
}

/// A role that an organization has made, as those see it who look after roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinedRole {
    /// The role.
    pub role: CustomRole,
    /// What it is for.
    pub description: Description,
    /// Who has it.
    pub holders: Holders,
}

/// The roles that somebody may hand out: none that may do more than they.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// The built-in ones, the least first.
    pub built_in: Vec<Role>,
    /// The organization's own, by name.
    pub custom: Vec<OfferedRole>,
}

/// A role that an organization has made, as those see it who hand it out. Who has it is not told: that takes counting, and is for those who
/// look after roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedRole {
    /// The role.
    pub role: CustomRole,
    /// What it is for.
    pub description: Description,
}

/// How many have a role: what an edit of it changes, and what is in the way of deleting it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holders {
    /// People.
    pub members: u32,
    /// Invitations that can still be accepted.
    pub invitations: u32,
    /// Tokens that are not over: those that were given it, and those that belong to people who have it.
    pub tokens: u32,
}

impl Holders {
    /// Whether nobody has it.
    pub const fn is_empty(self) -> bool {
        self.members == 0 && self.invitations == 0 && self.tokens == 0
    }

    /// As in `2 members, 1 invitation and 3 tokens`; what there is none of is left out. `nobody` for none at all.
    pub fn words(self) -> String {
        say::holders(self)
    }
}

impl CustomRole {
    /// The most that an organization may have.
    pub const MOST: usize = 100;

    /// What two names are compared by: small and capital letters are alike.
    pub fn folded(name: &Name) -> String {
        name.as_str().to_lowercase()
    }

    /// Refuses the name of a built-in role: a custom one must not be taken for it.
    pub fn check_name(name: &Name) -> Result<(), Invalid> {
        if Role::ALL.iter().any(|role| role.as_str() == Self::folded(name)) {
            return Err(Invalid(say::NAME_IS_BUILT_IN.to_owned()));
        }
        Ok(())
    }

    /// Refuses what a role that an organization makes cannot stand for: nothing at all, and ending the organization, which is the owners'.
    pub fn check_permissions(permissions: PermissionSet) -> Result<(), Invalid> {
        if permissions.is_empty() {
            return Err(Invalid(say::NO_PERMISSION.to_owned()));
        }
        if permissions.contains(Permission::ORGANIZATION_DELETE) {
            return Err(Invalid(say::ONLY_OF_OWNERS.to_owned()));
        }
        Ok(())
    }
}

impl AssignedRole {
    /// What it stands for now.
    pub fn permissions(&self) -> PermissionSet {
        match self {
            Self::BuiltIn(role) => policy::grants(*role),
            Self::Custom(role) => role.permissions,
        }
    }

    /// What it is called on the screen.
    pub fn title(&self) -> String {
        match self {
            Self::BuiltIn(role) => role.title().to_owned(),
            Self::Custom(role) => role.name.to_string(),
        }
    }

    /// What the audit trail calls it, which outlives it: the word of a built-in one, the name of a custom one. They are never the same.
    pub fn recorded(&self) -> &str {
        match self {
            Self::BuiltIn(role) => role.as_str(),
            Self::Custom(role) => role.name.as_str(),
        }
    }

    /// The built-in one, if it is one.
    pub const fn built_in(&self) -> Option<Role> {
        match self {
            Self::BuiltIn(role) => Some(*role),
            Self::Custom(_) => None,
        }
    }

    /// Names the custom one, if it is one.
    pub const fn id(&self) -> Option<RoleId> {
        match self {
            Self::BuiltIn(_) => None,
            Self::Custom(role) => Some(role.id),
        }
    }

    /// The built-in role that is stored of it: of a custom one the least.
    pub const fn stored(&self) -> Role {
        match self {
            Self::BuiltIn(role) => *role,
            Self::Custom(_) => Role::Viewer,
        }
    }
}

impl From<Role> for AssignedRole {
    fn from(role: Role) -> Self {
        Self::BuiltIn(role)
    }
}

impl From<CustomRole> for AssignedRole {
    fn from(role: CustomRole) -> Self {
        Self::Custom(role)
    }
}

impl PartialEq<Role> for AssignedRole {
    fn eq(&self, other: &Role) -> bool {
        self.built_in() == Some(*other)
    }
}

/// The word of a built-in role, the id of a custom one: how forms, addresses and JSON name it.
impl fmt::Display for AssignedRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(role) => role.fmt(f),
            Self::Custom(role) => role.id.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn deployer() -> CustomRole {
        CustomRole {
            id: RoleId::new(Timestamp::from_micros(0), [1; 10]),
            name: Name::parse("Deployer").unwrap(),
            permissions: "deployment:trigger".parse().unwrap(),
        }
    }

    #[test]
    fn a_built_in_role_is_written_as_its_word_and_a_custom_one_whole() {
        let built_in: AssignedRole = Role::Admin.into();
        assert_eq!(serde_json::to_string(&built_in).unwrap(), "\"admin\"");
        for role in [built_in, deployer().into()] {
            assert_eq!(serde_json::from_str::<AssignedRole>(&serde_json::to_string(&role).unwrap()).unwrap(), role);
        }
    }

    #[test]
    fn what_is_stored_beside_a_custom_role_widens_nothing() {
        let role: AssignedRole = deployer().into();
        assert_eq!((role.stored(), role.id()), (Role::Viewer, Some(deployer().id)));
        assert_eq!(role.permissions(), deployer().permissions);
        assert!(role != Role::Viewer && role != Role::Owner);
    }

    #[test]
    fn no_custom_role_is_an_owner_or_is_called_like_a_built_in_one() {
        for name in ["owner", "Admin", "DEVELOPER", "viewer"] {
            assert!(CustomRole::check_name(&Name::parse(name).unwrap()).is_err(), "{name}");
        }
        assert!(CustomRole::check_name(&deployer().name).is_ok());
        assert!(CustomRole::check_permissions(PermissionSet::NONE).is_err());
        assert!(CustomRole::check_permissions(policy::grants(Role::Owner)).is_err());
        assert!(CustomRole::check_permissions(policy::grants(Role::Admin)).is_ok());
    }

    #[test]
    fn holders_are_counted_in_words() {
        assert_eq!(Holders::default().words(), "nobody");
        assert_eq!(Holders { members: 1, invitations: 0, tokens: 0 }.words(), "1 member");
        assert_eq!(Holders { members: 2, invitations: 1, tokens: 3 }.words(), "2 members, 1 invitation and 3 tokens");
    }
}
