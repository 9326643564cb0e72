//! Which tokens an access reaches: all of the organization's, or those that belong to the member who asks and to their teams. Decisions 16
//! and 18.

use domain::{Owner, OwnerChoice, OwnerTeam, Permission, Purpose, TeamId, Token, UserId, texts::access as say};

use super::{Access, Actor, Caller, bearer::Bearer, member};
use crate::{
    Console,
    error::{Error, Result},
    store::{self, Write},
};

/// Which of the organization's tokens an access reaches.
#[derive(Debug)]
pub(super) enum Reach {
    All,
    /// Those that belong to the member who asks, or to a team that they are in. It takes no permission.
    Own,
}

impl Access {
    /// Whether to offer this for tokens at all: for all of them, or for one's own.
    pub fn allows_on_tokens(&self, permission: Permission) -> bool {
        self.allows(permission) || self.is_to_own_tokens()
    }

    /// Whether only the tokens are reached that belong to the member who asks, or to their teams.
    pub fn is_to_own_tokens(&self) -> bool {
        matches!(self.reach, Reach::Own)
    }

    /// Whether this may be done to this token. Their own, and their team's, is everybody's to do anything to. Somebody else's can be seen and ended, and
    /// nothing more: a new secret of it, or other rights for it, would let one person act as another.
    pub fn allows_on(&self, permission: Permission, token: &Token) -> bool {
        match &token.owner {
            Owner::Organization => self.allows(permission),
            Owner::User(owner) if self.is_of(owner.id) => true,
            Owner::Team(team) if self.is_in(team.id) => true,
            Owner::User(_) | Owner::Team(_) => {
                matches!(permission, Permission::API_KEY_READ | Permission::API_KEY_DELETE) && self.allows(permission)
            }
        }
    }

    /// Whether this token may be switched off and on. Whoever may do that to the organization's may do it to a team's: it is no person's
    /// way in, and no secret comes of it.
    pub fn allows_switching(&self, token: &Token) -> bool {
        self.allows_on(Permission::API_KEY_UPDATE, token) || (token.owner.team().is_some() && self.allows(Permission::API_KEY_UPDATE))
    }

    /// The teams that the member who asks is in, by name. Only on the way to tokens ([`to_tokens`], [`by_token_to_generate`]).
    pub fn teams(&self) -> &[OwnerTeam] {
        &self.teams
    }

    /// Whether the member who asks is in this team.
    pub fn is_in(&self, team: TeamId) -> bool {
        self.teams.iter().any(|each| each.id == team)
    }

    /// Whether the member who asks is in all the teams they were in when they were let in, after all changes before this one.
    pub(super) async fn is_still_in_its_teams(&self, write: &mut Write) -> Result<bool> {
        let Some(person) = self.person.as_ref().filter(|_| !self.teams.is_empty()) else { return Ok(true) };
        let now = store::teams::of_person_in(write, self, person.id).await?;
        Ok(self.teams.iter().all(|team| now.iter().any(|each| each.id == team.id)))
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

    /// Whom a new token belongs to; without a choice, to the organization if whoever asks may generate such, else to them.
    pub(crate) fn owner_of_new(&self, choice: Option<OwnerChoice>) -> Result<Owner> {
        let own = self.person.is_some() && !self.allows(Permission::API_KEY_CREATE);
        let default = if own { OwnerChoice::Me } else { OwnerChoice::Organization };
        let refused = |why: &str| Err(Error::Invalid { field: "owner", why: why.to_owned() });
        match (choice.unwrap_or(default), &self.person) {
            (OwnerChoice::Organization, _) => self.require(Permission::API_KEY_CREATE).map(|()| Owner::Organization),
            (OwnerChoice::Me, Some(person)) => Ok(Owner::User(person.clone())),
            (OwnerChoice::Me, None) => refused(say::TOKEN_OF_NOBODY),
            (OwnerChoice::Team(id), Some(_)) => match self.teams.iter().find(|team| team.id == id) {
                Some(team) => Ok(Owner::Team(team.clone())),
                None => refused(say::NOT_IN_THE_TEAM),
            },
            (OwnerChoice::Team(_), None) => refused(say::IN_NO_TEAM),
        }
    }

    /// The member whose tokens alone are reached, with those of their teams, as the store binds it; none when all are.
    pub(crate) fn only_of(&self) -> Option<String> {
        self.person.as_ref().filter(|_| self.is_to_own_tokens()).map(|person| person.id.to_string())
    }

    /// The member who asks, as the store binds it. Tokens and the operator are nobody.
    pub(crate) fn person_id(&self) -> Option<String> {
        self.person.as_ref().map(|person| person.id.to_string())
    }
}

/// Lets a person to the tokens of the organization with this slug, to do what the permission says: to all of them who hold it, and every
/// other member to their own and to those of their teams.
pub async fn to_tokens(
    console: &Console,
    actor: Option<&Actor>,
    caller: &Caller,
    organization: &str,
    permission: Permission,
) -> Result<Access> {
    let access = member(console, actor, caller, organization).await?;
    let reach = if access.allows(permission) { Reach::All } else { Reach::Own };
    let teams = teams_of(console, &access).await?;
    Ok(Access { reach, teams, ..access })
}

/// Lets the bearer of a token that holds `api_key:create` into the organization that the address names, to generate tokens: one of a person also for
/// that person and for the teams they are in now. Decision 28.
pub async fn by_token_to_generate(console: &Console, presented: &str, caller: &Caller, organization: &str) -> Result<Access> {
    let bearer = Bearer::in_organization(console, presented, caller, organization).await?;
    let access = bearer.holding(Permission::API_KEY_CREATE)?;
    let access = Access { person: bearer.found.token.owner.person().cloned(), ..access };
    let teams = teams_of(console, &access).await?;
    bearer.note(console, Purpose::Permission(Permission::API_KEY_CREATE));
    Ok(Access { teams, ..access })
}

/// The teams that the member who asks is in now.
async fn teams_of(console: &Console, access: &Access) -> Result<Vec<OwnerTeam>> {
    match &access.person {
        Some(person) => store::teams::of_person(&console.0.db, access, person.id).await,
        None => Ok(Vec::new()),
    }
}
