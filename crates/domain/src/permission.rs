//! The permission catalogue: what can be allowed at all, as data. An operator may extend or replace it: [`crate::catalogue`].
//!
//! The built-in one has fourteen categories, each with create, read, update and delete, then three single permissions. The categories and their order are
//! those of Replex; Api Key, Invitation, Organization, Role, Teams and User also guard Jeton itself.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Invalid, catalogue, texts::permission as say};

/// Every permission of the built-in catalogue, `category:action`. The place of a name is its bit in a set; it is stored nowhere.
#[rustfmt::skip] // a category a line
pub const CATALOGUE: [&str; 59] = [
    "agent:create", "agent:read", "agent:update", "agent:delete",
    "api_key:create", "api_key:read", "api_key:update", "api_key:delete",
    "billing:create", "billing:read", "billing:update", "billing:delete",
    "budget:create", "budget:read", "budget:update", "budget:delete",
    "cluster:create", "cluster:read", "cluster:update", "cluster:delete",
    "custom_pricing:create", "custom_pricing:read", "custom_pricing:update", "custom_pricing:delete",
    "invitation:create", "invitation:read", "invitation:update", "invitation:delete",
    "organization:create", "organization:read", "organization:update", "organization:delete",
    "recommendations:create", "recommendations:read", "recommendations:update", "recommendations:delete",
    "role:create", "role:read", "role:update", "role:delete",
    "saml_integration:create", "saml_integration:read", "saml_integration:update", "saml_integration:delete",
    "scopes:create", "scopes:read", "scopes:update", "scopes:delete",
    "teams:create", "teams:read", "teams:update", "teams:delete",
    "user:create", "user:read", "user:update", "user:delete",
    "deployment:trigger", "token:verify", "token:rotate_self",
];

/// One permission of the catalogue that is in force.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission(u8);

impl Permission {
    /// Generate tokens.
    pub const API_KEY_CREATE: Self = Self::named("api_key:create");
    /// Edit, rotate, disable and enable tokens.
    pub const API_KEY_UPDATE: Self = Self::named("api_key:update");
    /// See the organization's tokens.
    pub const API_KEY_READ: Self = Self::named("api_key:read");
    /// Revoke tokens.
    pub const API_KEY_DELETE: Self = Self::named("api_key:delete");
    /// Invite people.
    pub const INVITATION_CREATE: Self = Self::named("invitation:create");
    /// See who is invited.
    pub const INVITATION_READ: Self = Self::named("invitation:read");
    /// Withdraw invitations.
    pub const INVITATION_DELETE: Self = Self::named("invitation:delete");
    /// See what the organization is called.
    pub const ORGANIZATION_READ: Self = Self::named("organization:read");
    /// Change what the organization is called; also, read its audit log and see its mails.
    pub const ORGANIZATION_UPDATE: Self = Self::named("organization:update");
    /// End the organization: the owners' alone.
    pub const ORGANIZATION_DELETE: Self = Self::named("organization:delete");
    /// Make roles.
    pub const ROLE_CREATE: Self = Self::named("role:create");
    /// See the roles and who has them.
    pub const ROLE_READ: Self = Self::named("role:read");
    /// Change what roles stand for.
    pub const ROLE_UPDATE: Self = Self::named("role:update");
    /// Delete roles.
    pub const ROLE_DELETE: Self = Self::named("role:delete");
    /// Create teams.
    pub const TEAMS_CREATE: Self = Self::named("teams:create");
    /// See teams and who is in them.
    pub const TEAMS_READ: Self = Self::named("teams:read");
    /// Rename teams, add and remove their members.
    pub const TEAMS_UPDATE: Self = Self::named("teams:update");
    /// End teams, and their tokens with them.
    pub const TEAMS_DELETE: Self = Self::named("teams:delete");
    /// Give the token itself a new secret.
    pub const TOKEN_ROTATE_SELF: Self = Self::named("token:rotate_self");
    /// Ask whether a presented token is good.
    pub const TOKEN_VERIFY: Self = Self::named("token:verify");
    /// See who belongs to the organization.
    pub const USER_READ: Self = Self::named("user:read");
    /// Change the roles of members.
    pub const USER_UPDATE: Self = Self::named("user:update");
    /// Remove members.
    pub const USER_DELETE: Self = Self::named("user:delete");

    /// All of the catalogue, in its order.
    pub fn all() -> impl Iterator<Item = Self> {
        catalogue::in_force().permissions()
    }

    /// The one with this place; the catalogue knows which.
    pub(crate) const fn at(place: u8) -> Self {
        Self(place)
    }

    /// Its bit in a set.
    pub(crate) const fn place(self) -> u8 {
        self.0
    }

    /// The name, `category:action`.
    pub fn as_str(self) -> &'static str {
        catalogue::in_force().name(self)
    }

    /// In plain words, for people: the category and the action, as in `custom pricing` and `read`.
    pub fn words(self) -> (String, &'static str) {
        let (category, action) = catalogue::in_force().words(self);
        (category.to_owned(), action)
    }

    /// Finds a name while compiling, so that a typing error in the constants above does not build. Only what guards Jeton itself has the
    /// same place in every catalogue.
    const fn named(name: &str) -> Self {
        assert!(catalogue::guards(name), "not in every catalogue");
        let mut place = 0;
        while place < CATALOGUE.len() {
            if same(CATALOGUE[place].as_bytes(), name.as_bytes()) {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the catalogue has fewer than 128 entries: PermissionSet holds 128 bits"
                )]
                return Self(place as u8);
            }
            place += 1;
        }
        panic!("not in the catalogue")
    }
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

impl FromStr for Permission {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        catalogue::in_force().find(text).ok_or_else(|| Invalid(say::NO_PERMISSION.to_owned()))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of permissions, as bits, so that a decision is one instruction. Written as a list of names: a name that is no longer in the
/// catalogue is dropped when read, so a shrinking catalogue never widens anyone.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct PermissionSet(u128);

impl PermissionSet {
    /// No permission.
    pub const NONE: Self = Self(0);

    /// Whether the permission is in it.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 >> permission.0 & 1 == 1
    }

    /// Whether everything in `other` is in it.
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in it, and this one.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission.0)
    }

    /// The permissions, in the order of the catalogue.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::all().filter(move |permission| self.contains(*permission))
    }

    /// In plain words, for people: the categories in the order of the catalogue, each with its actions.
    pub fn by_category(self) -> Vec<(String, Vec<&'static str>)> {
        let mut categories: Vec<(String, Vec<&'static str>)> = Vec::new();
        for (category, action) in self.iter().map(Permission::words) {
            match categories.last_mut() {
                Some((last, actions)) if *last == category => actions.push(action),
                _ => categories.push((category, vec![action])),
            }
        }
        categories
    }

    /// What is in both.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it lets somebody change who may do what here: anything but reading about tokens, invitations, the organization, roles, teams
    /// and people. All that the built-in roles Owner and Admin stand for does. Decision 26 says what this decides.
    pub fn administers(self) -> bool {
        const CATEGORIES: [&str; 6] = ["api_key", "invitation", "organization", "role", "teams", "user"];
        self.iter().any(|permission| {
            permission.as_str().split_once(':').is_some_and(|(category, action)| CATEGORIES.contains(&category) && action != "read")
        })
    }

    /// What is in it beside that which guards Jeton itself.
    #[must_use]
    pub fn beside_guards(self) -> Self {
        self.iter().filter(|permission| !catalogue::guards(permission.as_str())).collect()
    }

    /// Whether there is none in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What `after` has and this has not, as `+cluster:update`, then what this has and `after` has not, as `-billing:read`.
    pub fn changes(self, after: Self) -> Vec<String> {
        let signed = |sign: char, set: Self| set.iter().map(move |permission| format!("{sign}{permission}"));
        signed('+', after.without(self)).chain(signed('-', self.without(after))).collect()
    }

    /// The names with single spaces between, as they are stored. Empty for none.
    pub fn stored(self) -> String {
        self.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Self::stored`] wrote. What people type is parsed instead, which refuses a name that is unknown.
    pub fn from_stored(text: &str) -> Self {
        text.split(' ').filter_map(|name| name.parse().ok()).collect()
    }
}

impl FromStr for PermissionSet {
    type Err = Invalid;

    /// Reads names with white space between, none for no permission. One that is not in the catalogue refuses all of them.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.split_whitespace().map(str::parse).collect()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for PermissionSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Permission::as_str))
    }
}

impl<'de> Deserialize<'de> for PermissionSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<String>::deserialize(deserializer)?.iter().filter_map(|name| name.parse().ok()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_survives_storage_and_drops_what_is_unknown() {
        let set: PermissionSet = [Permission::TOKEN_VERIFY, Permission::ORGANIZATION_READ].into_iter().collect();
        assert_eq!(set.stored(), "organization:read token:verify");
        assert_eq!(PermissionSet::from_stored("gone:read token:verify organization:read"), set);
        assert_eq!(PermissionSet::from_stored(""), PermissionSet::NONE);
    }

    #[test]
    fn a_typed_set_is_refused_for_a_name_that_is_unknown() {
        assert_eq!(" token:verify  organization:read ".parse::<PermissionSet>().unwrap().stored(), "organization:read token:verify");
        assert!("".parse::<PermissionSet>().unwrap().is_empty());
        assert!("organization:read gone:read".parse::<PermissionSet>().is_err());
    }

    #[test]
    fn changes_name_what_came_and_what_went() {
        let before: PermissionSet = "billing:read cluster:read".parse().unwrap();
        let after: PermissionSet = "cluster:read cluster:update agent:read".parse().unwrap();
        assert_eq!(before.changes(after), ["+agent:read", "+cluster:update", "-billing:read"]);
        assert!(before.changes(before).is_empty());
    }

    #[test]
    fn to_change_who_may_do_what_is_to_administer() {
        use crate::{Role, policy::grants};
        assert!(grants(Role::Owner).administers() && grants(Role::Admin).administers());
        assert!(!grants(Role::Developer).administers() && !grants(Role::Viewer).administers() && !PermissionSet::NONE.administers());
        for permission in Permission::all() {
            let (category, action) = permission.as_str().split_once(':').unwrap();
            let guards = matches!(category, "api_key" | "invitation" | "organization" | "role" | "teams" | "user");
            let alone: PermissionSet = [permission].into_iter().collect();
            assert_eq!(alone.administers(), guards && action != "read", "{permission}");
            assert_eq!(alone.union("billing:update token:verify".parse().unwrap()).administers(), alone.administers(), "{permission}");
        }
    }

    #[test]
    fn covers_is_the_subset_relation() {
        let all: PermissionSet = Permission::all().collect();
        let one: PermissionSet = [Permission::TOKEN_VERIFY].into_iter().collect();
        assert!(all.covers(one) && one.covers(PermissionSet::NONE) && !one.covers(all));
    }
}
