//! Tokens that give themselves a new secret. Decision 17.

use std::fmt;

use domain::{Networks, Permission, PermissionSet, Purpose};

use super::{Access, Caller, Principal, Proof, bearer::Bearer, reach::Reach};
use crate::{
    Console,
    error::{Error, Result},
    keys::Digest,
    store::{self, tokens::Found},
    tokens,
};

/// The bearer of a token who may give it a new secret, and which secret was the current one when they came.
pub struct Rotator {
    access: Access,
    presented: Digest,
    current: Vec<u8>,
}

impl fmt::Debug for Rotator {
    /// Whose access it is, and nothing of the digests.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotator").field("access", &self.access).finish_non_exhaustive()
    }
}

impl Rotator {
    /// Their access.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The digest of what they presented.
    pub(crate) fn presented(&self) -> &[u8] {
        &self.presented
    }

    /// The digest of the secret that was current: what they presented, or what has replaced it.
    pub(crate) fn current(&self) -> &[u8] {
        &self.current
    }
}

/// Lets the bearer of a token to that token, to give it a new secret. An ended secret that is presented here ends its token.
pub async fn to_rotate_itself(console: &Console, presented: &str, caller: &Caller) -> Result<Rotator> {
    let bearer = match Bearer::within_limits(console, presented, caller).await {
        Err(Error::Unauthenticated) => {
            tokens::reuse::end_reused(console, presented, caller).await?;
            return Err(Error::Unauthenticated);
        }
        known => known?,
    };
    let access = bearer.holding(Permission::TOKEN_ROTATE_SELF)?;
    let found = &bearer.found;
    let presented = found.secret.digest;
    let current = if found.secret.is_replaced() {
        store::tokens::rotation::current(&console.0.db, &access, found.token.id).await?
    } else {
        presented.to_vec()
    };
    bearer.note(console, Purpose::Permission(Permission::TOKEN_ROTATE_SELF));
    Ok(Rotator { access, presented, current })
}

/// Lets the server itself into the organization of a token of which an ended secret was presented; it holds no permission there.
pub(crate) fn by_reuse(found: &Found, caller: &Caller) -> Access {
    Access {
        organization: found.organization.clone(),
        principal: Principal::System,
        person: None,
        reach: Reach::All,
        teams: Vec::new(),
        proof: Proof::System,
        permissions: PermissionSet::NONE,
        ends_at: None,
        networks: Networks::default(),
        caller: caller.clone(),
    }
}
