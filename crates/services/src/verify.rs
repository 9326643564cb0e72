//! Verification: is a presented token good, and for what. The hot path, top to bottom in one function; it never writes.
//!
//! What it knows of tokens comes out of `memory`, and what time does to them is judged here: docs/revocation.md.

use std::sync::Arc;

use domain::{Cause, Organization, Permission, Secret, Timestamp, Token, Verdict};

use crate::{
    Console,
    access::{Access, Caller},
    error::Result,
    store::tokens::Found,
};

/// What a service is told about a token it was shown.
#[derive(Debug)]
pub struct Verification {
    /// What was found.
    pub verdict: Verdict,
    /// The token and its organization; only when the verdict is [`Verdict::Valid`].
    pub subject: Option<Subject>,
}

/// A good token and its organization, as they are remembered: shared, not copied.
pub struct Subject(Arc<Found>);

impl Subject {
    /// The token; when it was used last is not known here.
    pub fn token(&self) -> &Token {
        &self.0.token
    }

    /// Until when what was presented is good, if nothing is changed: as long as the token, or shorter, if it is a secret that a rotation has
    /// replaced. None for ever.
    pub fn good_until(&self) -> Option<Timestamp> {
        [self.0.token.expires_at, self.0.secret.ends_at].into_iter().flatten().min()
    }

    /// Its organization.
    pub fn organization(&self) -> &Organization {
        &self.0.organization
    }
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Subject").field(&self.0.token.id).finish()
    }
}

impl Verification {
    fn refused(verdict: Verdict) -> Self {
        Self { verdict, subject: None }
    }
}

/// Judges a presented token for the bearer of `access`, who holds `token:verify`. Length, prefix, alphabet and checksum are checked before
/// anything is looked up. A token of another organization is not found, whatever its state.
pub async fn verify(
    console: &Console,
    access: &Access,
    caller: &Caller,
    presented: &str,
    asked: Option<Permission>,
) -> Result<Verification> {
    access.require(Permission::TOKEN_VERIFY)?;
    let Ok(secret) = Secret::parse(presented, &console.0.prefix) else { return Ok(Verification::refused(Verdict::NotFound)) };
    let now = console.now();
    let digest = console.0.keys.token(&secret);
    // A token of another organization is like none.
    let found = console.recognize(&digest).await?.filter(|found| found.organization.id == access.organization().id);
    let Some(found) = found else { return Ok(Verification::refused(Verdict::NotFound)) };
    if found.secret.is_ended(now) {
        // Nobody is told that it once was good, but its owner is told that somebody has it.
        console.0.usage.refused(&found, Cause::Ended, now, caller);
        return Ok(Verification::refused(Verdict::NotFound));
    }
    match Verdict::on(&found.token, asked, now) {
        Verdict::Valid => {
            console.0.usage.accepted(&found, now, caller);
            Ok(Verification { verdict: Verdict::Valid, subject: Some(Subject(found)) })
        }
        refused => {
            if let Some(cause) = Cause::of(found.token.status_at(now)) {
                console.0.usage.refused(&found, cause, now, caller);
            }
            Ok(Verification::refused(refused))
        }
    }
}
