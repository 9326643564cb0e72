//! Access: the only place that says yes.
//!
//! An [`Actor`] is somebody who proved who they are. An [`Access`] is proof that somebody may do something in one organization; its fields
//! are private and this module alone makes one. The functions of `store` on an organization's data take an [`Access`] and read the
//! organization and the acting principal from it, so a use case that forgets to ask has nothing to pass. Verification reads nothing else of an
//! organization than whose token it is, and takes a [`Verifier`], which is less.
//!
//! With tokens it goes further than yes and no: who lacks a permission for all of them still reaches their own ([`to_tokens`]).
//!
//! Refusals: no good credentials is [`Error::Unauthenticated`]; an organization one does not belong to is [`Error::NotFound`], exactly as
//! if it did not exist; belonging to it without the permission is [`Error::Forbidden`].

mod bearer;
mod reach;
mod recent;
mod rotator;

use std::{fmt, net::IpAddr, sync::Arc};

use domain::{
    Email, Label, Me, Name, Networks, Organization, OwnerTeam, Permission, PermissionSet, Person, SessionId, Slug, Status, Timestamp,
    TokenId, UserId, policy, texts::access as say,
};

use crate::{
    Console,
    error::{Error, Result},
    keys::Digest,
    store::{self, Write},
};
use reach::Reach;

pub use bearer::{Verifier, by_token, by_token_to, by_token_to_end_itself, by_token_to_itself, to_verify};
pub use reach::{by_token_to_generate, to_tokens};
pub use recent::RECENT;
pub(crate) use recent::Recent;
pub(crate) use rotator::by_reuse;
pub use rotator::{Rotator, to_rotate_itself};

/// Where a request comes from, for the audit trail. None of it is proof of anything.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Names the request in logs, answers and events.
    pub request_id: Arc<str>,
    /// The peer's address, as far as the operator's proxies are to be trusted.
    pub address: Option<IpAddr>,
    /// What it calls itself; cut to 200 characters, control characters replaced.
    user_agent: Arc<str>,
}

impl Caller {
    /// Takes what a request says of itself.
    pub fn new(request_id: impl Into<Arc<str>>, address: Option<IpAddr>, user_agent: &str) -> Self {
        let is_plain = user_agent.len() <= 200 && user_agent.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        let cut = || user_agent.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
        let user_agent = if is_plain { user_agent.into() } else { cut().into() };
        Self { request_id: request_id.into(), address, user_agent }
    }

    /// The operator at the command line.
    pub fn command_line(request_id: impl Into<Arc<str>>) -> Self {
        Self::new(request_id, None, "jeton command line")
    }

    pub(crate) fn address(&self) -> String {
        self.address.map(|address| address.to_string()).unwrap_or_default()
    }

    pub(crate) fn user_agent(&self) -> &str {
        &self.user_agent
    }
}

/// A person with a good session. Only `sessions` makes one.
#[derive(Debug, Clone)]
pub struct Actor {
    pub(crate) user: UserId,
    pub(crate) name: Name,
    pub(crate) email: Email,
    pub(crate) session: SessionId,
    /// When they last typed their password.
    pub(crate) proved_at: Timestamp,
    /// Whether their session waits for another cookie, since they have got more rights.
    pub(crate) is_to_renew: bool,
}

/// Who does something, as the audit trail names them.
#[derive(Debug, Clone)]
pub(crate) enum Principal {
    Member {
        id: String,
        name: String,
    },
    Token {
        id: TokenId,
        label: Label,
    },
    Operator,
    /// The server itself, when time has come for something.
    System,
}

impl Principal {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Member { .. } => "member",
            Self::Token { .. } => "token",
            Self::Operator => "operator",
            Self::System => "system",
        }
    }

    pub(crate) fn id(&self) -> String {
        match self {
            Self::Member { id, .. } => id.clone(),
            Self::Token { id, .. } => id.to_string(),
            Self::Operator | Self::System => String::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Member { name, .. } => name,
            Self::Token { label, .. } => label.as_str(),
            Self::Operator => say::OPERATOR,
            Self::System => say::JETON,
        }
    }
}

impl Actor {
    /// Who it is.
    pub fn id(&self) -> UserId {
        self.user
    }

    pub(crate) fn principal(&self) -> Principal {
        Principal::Member { id: self.user.to_string(), name: self.name.as_str().to_owned() }
    }

    /// Opens a change to the actor's own account, and asks inside it whether the session still goes on: see [`Access::begin`].
    pub(crate) async fn begin(&self, console: &Console) -> Result<Write> {
        let mut write = console.0.db.begin_write().await?;
        if store::sessions::is_live_in(&mut write, self.session).await? { Ok(write) } else { Err(Error::Unauthenticated) }
    }

    pub(crate) fn me(&self, memberships: Vec<domain::Membership>) -> Me {
        Me { id: self.user, name: self.name.clone(), email: self.email.clone(), memberships }
    }
}

/// By what somebody got in, to ask again.
enum Proof {
    Session {
        id: SessionId,
        proved_at: Timestamp,
    },
    Secret(TokenId, Digest),
    Operator,
    /// The server itself, which asked nobody.
    System,
}

impl fmt::Debug for Proof {
    /// Whose secret it was, and nothing of its digest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session { id, proved_at } => f.debug_struct("Session").field("id", id).field("proved_at", proved_at).finish(),
            Self::Secret(token, _) => f.debug_tuple("Secret").field(token).finish_non_exhaustive(),
            Self::Operator => f.write_str("Operator"),
            Self::System => f.write_str("System"),
        }
    }
}

/// Proof that somebody may do something in an organization.
#[derive(Debug)]
pub struct Access {
    organization: Arc<Organization>,
    principal: Principal,
    /// The member who asks; none for the operator, and for tokens but on the way to generate ([`by_token_to_generate`]).
    person: Option<Person>,
    reach: Reach,
    /// The teams that this member is in; looked up on the way to tokens only, and to generate.
    teams: Vec<OwnerTeam>,
    proof: Proof,
    permissions: PermissionSet,
    /// When the bearer's own token ends; none when it does not, and for people.
    ends_at: Option<Timestamp>,
    /// From where the bearer's own token may be used; everywhere for people.
    networks: Networks,
    caller: Caller,
}

impl Access {
    /// Where.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Whether this is allowed as well, to offer only what would not be refused.
    pub fn allows(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// Whether all of these are allowed: nobody hands on more than they hold.
    pub(crate) fn covers(&self, permissions: PermissionSet) -> bool {
        self.excess(permissions).is_empty()
    }

    /// Those of the permissions that are not allowed: nobody hands on more than they hold.
    pub(crate) fn excess(&self, permissions: PermissionSet) -> PermissionSet {
        permissions.without(self.permissions)
    }

    /// Whether what ends then would outlive the token that asks for it: a token must not live on in what it generates.
    pub(crate) fn is_outlived_by(&self, end: Option<Timestamp>) -> bool {
        self.ends_at.is_some_and(|own| end.is_none_or(|end| end > own))
    }

    /// Whether what may be used from there could be used from where the token that asks may not: whoever is kept out must not get in by way
    /// of another one.
    pub(crate) fn is_outreached_by(&self, networks: &Networks) -> bool {
        !networks.are_within(&self.networks)
    }

    /// From where the token that asks may be used, which holds for what it generates unless that is told otherwise.
    pub fn networks(&self) -> &Networks {
        &self.networks
    }

    /// The token that asks, which needs no permission to see or end itself. Refuses whoever is no token.
    pub(crate) fn own_token(&self) -> Result<TokenId> {
        match &self.principal {
            Principal::Token { id, .. } => Ok(*id),
            Principal::Member { .. } | Principal::Operator | Principal::System => Err(Error::Forbidden),
        }
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Opens a change, and asks again inside it. An access is as old as the head of its request: while a body is on its way, or a change
    /// waits for its turn, whoever got in may have been signed out, demoted, removed or revoked, and that was answered. Changes follow one
    /// another, so what is true here stays true until this one ends.
    pub(crate) async fn begin(&self, console: &Console) -> Result<Write> {
        let mut write = console.0.db.begin_write().await?;
        let (held, ends_at, networks) = match &self.proof {
            Proof::Operator | Proof::System => return Ok(write),
            Proof::Session { id, .. } => {
                if !store::sessions::is_live_in(&mut write, *id).await? {
                    return Err(Error::Unauthenticated);
                }
                let role = store::sessions::find_role_in(&mut write, self, *id).await?.ok_or(Error::NotFound)?;
                if !self.is_still_in_its_teams(&mut write).await? {
                    return Err(Error::Conflict(say::CHANGED_MEANWHILE));
                }
                (role.permissions(), None, Networks::default())
            }
            Proof::Secret(token, digest) => {
                let now = console.now();
                let live = store::tokens::rotation::live_in(&mut write, self, *token, now).await?;
                let token = store::tokens::find_in(&mut write, self, *token).await?.ok_or(Error::Unauthenticated)?;
                if token.status_at(now) != Status::Active || !live.iter().any(|secret| secret.digest == digest) {
                    return Err(Error::Unauthenticated);
                }
                if !self.is_still_in_its_teams(&mut write).await? {
                    return Err(Error::Conflict(say::CHANGED_MEANWHILE));
                }
                (token.effective(), token.expires_at, token.limits.networks)
            }
        };
        if held.covers(self.permissions) && ends_at == self.ends_at && networks == self.networks {
            return Ok(write);
        }
        Err(Error::Conflict(say::CHANGED_MEANWHILE))
    }

    /// Asks again, for who has waited for an answer: what takes the right away may be what they waited for. Only for the bearer of a token.
    pub(crate) async fn still_allows(&self, console: &Console, permission: Permission) -> Result<()> {
        let Proof::Secret(_, digest) = &self.proof else { return self.require(permission) };
        let found = console.recognize(digest).await?.ok_or(Error::Unauthenticated)?;
        let now = console.now();
        if found.secret.is_ended(now) || found.token.status_at(now) != Status::Active {
            return Err(Error::Unauthenticated);
        }
        if found.token.effective().contains(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Refuses without this permission. An access is made for one, and use cases ask for theirs again: who got it may have asked for
    /// another.
    pub(crate) fn require(&self, permission: Permission) -> Result<()> {
        if self.allows(permission) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// Lets a person into the organization with this slug, to do what the permission says.
pub async fn to_organization(
    console: &Console,
    actor: Option<&Actor>,
    caller: &Caller,
    organization: &str,
    permission: Permission,
) -> Result<Access> {
    let access = member(console, actor, caller, organization).await?;
    access.require(permission)?;
    Ok(access)
}

async fn member(console: &Console, actor: Option<&Actor>, caller: &Caller, organization: &str) -> Result<Access> {
    let actor = actor.ok_or(Error::Unauthenticated)?;
    let slug = Slug::parse(organization).map_err(|_| Error::NotFound)?;
    let membership = store::organizations::find_for_member(&console.0.db, actor.user, &slug).await?.ok_or(Error::NotFound)?;
    Ok(Access {
        organization: Arc::new(membership.organization),
        principal: actor.principal(),
        permissions: membership.role.permissions(),
        person: Some(Person { id: actor.user, name: actor.name.clone(), role: Some(membership.role) }),
        reach: Reach::All,
        teams: Vec::new(),
        proof: Proof::Session { id: actor.session, proved_at: actor.proved_at },
        ends_at: None,
        networks: Networks::default(),
        caller: caller.clone(),
    })
}

/// Lets the operator into any organization: whoever can run commands on the machine holds its key.
pub async fn by_operator(console: &Console, organization: &str, caller: &Caller) -> Result<Access> {
    let unknown = || Error::Invalid { field: "organization", why: say::NO_ORGANIZATION.to_owned() };
    let slug = Slug::parse(organization).map_err(|_| unknown())?;
    let organization = store::organizations::find_for_operator(&console.0.db, &slug).await?.ok_or_else(unknown)?;
    Ok(Access {
        organization: Arc::new(organization),
        principal: Principal::Operator,
        person: None,
        reach: Reach::All,
        teams: Vec::new(),
        proof: Proof::Operator,
        permissions: policy::grants(domain::Role::Owner),
        ends_at: None,
        networks: Networks::default(),
        caller: caller.clone(),
    })
}
