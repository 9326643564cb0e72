//! Who presents a token: what it lets its bearer do, in its own organization and nowhere else.

use std::sync::Arc;

use domain::{Cause, OrganizationId, Permission, PermissionSet, PresentedSecret, Purpose, Timestamp};

use super::{Access, Caller, Principal, Proof, reach::Reach};
use crate::{
    Console,
    error::{Error, Result},
    memory::Known,
};

/// Somebody who presented a good token.
pub(super) struct Bearer<'a> {
    pub(super) found: Arc<Known>,
    /// When it was judged.
    at: Timestamp,
    caller: &'a Caller,
}

/// Proof that somebody may ask whether tokens of an organization are good, and may do nothing else there. It is as small as it is because it
/// is made for every verification.
#[derive(Debug, Clone, Copy)]
pub struct Verifier(OrganizationId);

impl Verifier {
    /// Whose tokens they may ask about.
    pub(crate) fn organization(self) -> OrganizationId {
        self.0
    }
}

#[cfg(test)]
impl Access {
    /// The right to ask whether tokens are good, of who holds `token:verify`.
    pub(crate) fn verifier(&self) -> Result<Verifier> {
        self.require(Permission::TOKEN_VERIFY)?;
        Ok(Verifier(self.organization.id))
    }
}

/// Lets the bearer of a token that holds `token:verify` ask about the tokens of its organization.
pub async fn to_verify(console: &Console, presented: &str, caller: &Caller) -> Result<Verifier> {
    let bearer = Bearer::within_limits(console, presented, caller).await?;
    if !bearer.found.token.effective().contains(Permission::TOKEN_VERIFY) {
        return Err(Error::Forbidden);
    }
    bearer.note(console, Purpose::Permission(Permission::TOKEN_VERIFY));
    Ok(Verifier(bearer.found.organization.id))
}

/// Lets the bearer of a token into its organization, to do what the permission says. What is presented may be anything.
pub async fn by_token(console: &Console, presented: &str, caller: &Caller, permission: Permission) -> Result<Access> {
    Bearer::within_limits(console, presented, caller).await?.to(console, permission)
}

/// The same, into the organization that the address names, by id or slug: any but the token's own is not found.
pub async fn by_token_to(
    console: &Console,
    presented: &str,
    caller: &Caller,
    organization: &str,
    permission: Permission,
) -> Result<Access> {
    Bearer::in_organization(console, presented, caller, organization).await?.to(console, permission)
}

/// Lets the bearer of a token to the token itself, which takes no permission. Who is shown what it may do may be a service that was handed it, and
/// decides by that: what it is used for is not told.
pub async fn by_token_to_itself(console: &Console, presented: &str, caller: &Caller) -> Result<Access> {
    let bearer = Bearer::within_limits(console, presented, caller).await?;
    bearer.note(console, Purpose::Untold);
    Ok(bearer.access())
}

/// Lets the bearer of a token end it, and do nothing else, from wherever and however often it is used: whoever finds one can make it worthless.
pub async fn by_token_to_end_itself(console: &Console, presented: &str, caller: &Caller) -> Result<Access> {
    let bearer = Bearer::of(console, presented, caller).await?;
    bearer.note(console, Purpose::Itself);
    Ok(Access { permissions: PermissionSet::NONE, ..bearer.access() })
}

impl<'a> Bearer<'a> {
    /// Who presents this, if it is a good token.
    async fn of(console: &Console, presented: &str, caller: &'a Caller) -> Result<Self> {
        let secret = PresentedSecret::parse(presented, &console.0.prefix).map_err(|_| Error::Unauthenticated)?;
        let found = console.recognize(&console.0.keys.token(secret)).await?.ok_or(Error::Unauthenticated)?;
        // Only now: the look-up may have taken a second, in which what was found has run out.
        let at = console.now();
        let ended = found.secret.is_ended(at).then_some(Cause::Ended);
        if let Some(cause) = ended.or_else(|| Cause::of(found.token.status_at(at))) {
            console.0.usage.refused(&found, cause, at, caller);
            return Err(Error::Unauthenticated);
        }
        Ok(Self { found, at, caller })
    }

    /// The same, if it is used from where and as often as it may be. Whether they may do what they want to is asked next.
    pub(super) async fn within_limits(console: &Console, presented: &str, caller: &'a Caller) -> Result<Self> {
        let bearer = Self::of(console, presented, caller).await?;
        console.within_limits(&bearer.found, caller.address, bearer.at)?;
        Ok(bearer)
    }

    /// The same, in the organization that the address names.
    pub(super) async fn in_organization(console: &Console, presented: &str, caller: &'a Caller, organization: &str) -> Result<Self> {
        let bearer = Self::within_limits(console, presented, caller).await?;
        let own = &bearer.found.organization;
        if organization != own.slug.as_str() && organization != own.id.to_string() {
            return Err(Error::NotFound);
        }
        Ok(bearer)
    }

    /// Everything the token lets them do, if that is among it.
    pub(super) fn holding(&self, permission: Permission) -> Result<Access> {
        let access = self.access();
        access.require(permission)?;
        Ok(access)
    }

    /// Lets them do what the permission says, if they hold it.
    fn to(&self, console: &Console, permission: Permission) -> Result<Access> {
        let access = self.holding(permission)?;
        self.note(console, Purpose::Permission(permission));
        Ok(access)
    }

    /// Notes that the token was accepted, and what for. Comes last: the first use of a secret may end another one, so nothing may fail after it.
    pub(super) fn note(&self, console: &Console, purpose: Purpose) {
        console.0.usage.accepted(&self.found, self.at, purpose, self.caller);
    }

    /// Everything the token lets them do.
    fn access(&self) -> Access {
        let found = &self.found;
        Access {
            person: None,
            reach: Reach::All,
            teams: Vec::new(),
            proof: Proof::Secret(found.token.id, found.secret.digest),
            permissions: found.token.effective(),
            ends_at: found.token.expires_at,
            networks: found.token.limits.networks.clone(),
            principal: Principal::Token { id: found.token.id, label: found.token.label.clone() },
            organization: found.organization.clone(),
            caller: self.caller.clone(),
        }
    }
}
