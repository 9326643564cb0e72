//! Which tokens an access reaches: all of the organization's, or those that belong to the member who asks. Decision 16.

use domain::{Kind, Owner, Permission, Token, UserId};

use super::{Access, Actor, Caller, member};
use crate::{
    Console,
    error::{Error, Result},
};

/// Which of the organization's tokens an access reaches.
#[derive(Debug)]
pub(super) enum Reach {
    All,
    /// Those that belong to the member who asks. It takes no permission.
    Own,
}

impl Access {
    /// Whether to offer this for tokens at all: for all of them, or for one's own.
    pub fn allows_on_tokens(&self, permission: Permission) -> bool {
        self.allows(permission) || self.is_to_own_tokens()
    }

    /// Whether only the tokens are reached that belong to the member who asks.
    pub fn is_to_own_tokens(&self) -> bool {
        matches!(self.reach, Reach::Own)
    }

    /// Whether this may be done to this token. Their own is everybody's to do anything to. Somebody else's can be seen and ended, and
    /// nothing more: a new secret of it, or other rights for it, would let one person act as another.
    pub fn allows_on(&self, permission: Permission, token: &Token) -> bool {
        match &token.owner {
            Owner::Organization => self.allows(permission),
            Owner::User(owner) if self.is_of(owner.id) => true,
            Owner::User(_) => matches!(permission, Permission::API_KEY_READ | Permission::API_KEY_DELETE) && self.allows(permission),
        }
    }

    /// Whether it is this member who asks, by hand.
    pub(crate) fn is_of(&self, user: UserId) -> bool {
        self.person.as_ref().is_some_and(|person| person.id == user)
    }

    /// Refuses who may do this to no token.
    pub(crate) fn require_on_tokens(&self, permission: Permission) -> Result<()> {
        if self.allows_on_tokens(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Refuses who may not do this to this token.
    pub(crate) fn require_on(&self, permission: Permission, token: &Token) -> Result<()> {
        if self.allows_on(permission, token) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Whom a new token of this kind belongs to; without a kind, to the organization if whoever asks may generate such, else to them.
    pub(crate) fn owner_of_new(&self, kind: Option<Kind>) -> Result<Owner> {
        let default = if self.person.is_some() && !self.allows(Permission::API_KEY_CREATE) { Kind::User } else { Kind::Organization };
        match (kind.unwrap_or(default), &self.person) {
            (Kind::Organization, _) => self.require(Permission::API_KEY_CREATE).map(|()| Owner::Organization),
            (Kind::User, Some(person)) => Ok(Owner::User(person.clone())),
            (Kind::User | Kind::Team, _) => {
                let why = "A token can belong to the organization, or to the person who generates it.".to_owned();
                Err(Error::Invalid { field: "owner", why })
            }
        }
    }

    /// The member whose tokens alone are reached, as the store binds it; none when all are.
    pub(crate) fn only_of(&self) -> Option<String> {
        self.person.as_ref().filter(|_| self.is_to_own_tokens()).map(|person| person.id.to_string())
    }

    /// The member who asks, as the store binds it. Tokens and the operator are nobody.
    pub(crate) fn person_id(&self) -> Option<String> {
        self.person.as_ref().map(|person| person.id.to_string())
    }
}

/// Lets a person to the tokens of the organization with this slug, to do what the permission says: to all of them who hold it, and every
/// other member to their own.
pub async fn to_tokens(
    console: &Console,
    actor: Option<&Actor>,
    caller: &Caller,
    organization: &str,
    permission: Permission,
) -> Result<Access> {
    let access = member(console, actor, caller, organization).await?;
    let reach = if access.allows(permission) { Reach::All } else { Reach::Own };
    Ok(Access { reach, ..access })
}
