//! Verification: is a presented token good, and for what. The hot path, top to bottom in one function; it never writes.
//!
//! What it knows of tokens comes out of `memory`, and what time does to them is judged here: docs/revocation.md.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use domain::{Cause, Organization, Permission, PresentedSecret, Purpose, Timestamp, Token, Verdict, rate_limit::Budget};

use crate::{
    Console,
    access::{Caller, Verifier},
    error::{Error, Result},
    memory::Known,
    store::tokens::Found,
    usage::Presenter,
};

/// What is asked about a presented token.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// A permission it has to hold.
    pub permission: Option<Permission>,
    /// From where it was presented to whoever asks, as far as they say: what its usage tells. What may not be used from everywhere is
    /// refused without it.
    pub address: Option<IpAddr>,
    /// Whether whoever asks passes everything it may do on to others, who decide by that: then nobody is told what it is used for.
    pub passed_on: bool,
}

impl From<Option<Permission>> for Asked {
    fn from(permission: Option<Permission>) -> Self {
        Self { permission, ..Self::default() }
    }
}

/// What a service is told about a token it was shown.
#[derive(Debug)]
pub struct Verification {
    /// What was found.
    pub verdict: Verdict,
    /// The token and its organization; only when the verdict is [`Verdict::Valid`].
    pub subject: Option<Subject>,
    /// What is left of its rate limit; none for a token without one, and for what is refused before it is counted.
    pub budget: Option<Budget>,
}

/// A good token and its organization, as they are remembered: shared, not copied.
pub struct Subject(Arc<Known>);

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

    /// What is answered about it, as `write` writes it: once for as long as the token is remembered, since nothing else is in the answer.
    pub fn answer(&self, write: impl FnOnce(&Self) -> Bytes) -> Bytes {
        self.0.answer.get_or_init(|| write(self)).clone()
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
        Self { verdict, subject: None, budget: None }
    }
}

/// Judges a presented token for who may ask about those of an organization. Length, prefix, alphabet and checksum are checked before
/// anything is looked up. A token of another organization is not found, whatever its state.
pub async fn verify(
    console: &Console,
    verifier: Verifier,
    caller: &Caller,
    presented: &str,
    asked: impl Into<Asked>,
) -> Result<Verification> {
    let Ok(secret) = PresentedSecret::parse(presented, &console.0.prefix) else { return Ok(Verification::refused(Verdict::NotFound)) };
    let digest = console.0.keys.token(secret);
    // A token of another organization is like none.
    let found = console.recognize(&digest).await?.filter(|found| found.organization.id == verifier.organization());
    let Some(found) = found else { return Ok(Verification::refused(Verdict::NotFound)) };
    let Asked { permission, address, passed_on } = asked.into();
    // Only now: the look-up may have taken a second, in which what was found has run out.
    let now = console.now();
    let by = Presenter::through(caller, address);
    if found.secret.is_ended(now) {
        // Nobody is told that it once was good, but its owner is told that somebody has it.
        console.0.usage.refused(&found, Cause::Ended, now, by);
        return Ok(Verification::refused(Verdict::NotFound));
    }
    let verdict = Verdict::on(&found.token, permission, address, now);
    if !matches!(verdict, Verdict::Valid | Verdict::InsufficientPermissions) {
        match Cause::of(found.token.status_at(now)) {
            Some(cause) => console.0.usage.refused(&found, cause, now, by),
            None => console.0.usage.limited(&found, now),
        }
        return Ok(Verification::refused(verdict));
    }
    // Also what lacks the permission is counted: a limit bounds what is tried.
    let budget = match console.spend(&found, now) {
        Ok(budget) => budget,
        Err(budget) => return Ok(Verification { budget: Some(budget), ..Verification::refused(Verdict::RateLimited) }),
    };
    if verdict != Verdict::Valid {
        return Ok(Verification { budget, ..Verification::refused(verdict) });
    }
    let purpose = permission.filter(|_| !passed_on).map_or(Purpose::Untold, Purpose::Permission);
    console.0.usage.accepted(&found, now, purpose, by);
    Ok(Verification { verdict, subject: Some(Subject(found)), budget })
}

impl Console {
    /// Counts a use of a token that has a rate limit, and says what is left of it.
    fn spend(&self, found: &Found, now: Timestamp) -> core::result::Result<Option<Budget>, Budget> {
        let Some(limit) = found.token.limits.rate else { return Ok(None) };
        self.0.counters.take(found.token.id, limit, now).map(Some).inspect_err(|_| self.0.usage.limited(found, now))
    }

    /// Refuses a good token that is presented to this server itself from an address where it may not be used, or more often than it may be.
    pub(crate) fn within_limits(&self, found: &Found, address: Option<IpAddr>, now: Timestamp) -> Result<()> {
        if let Err(outside) = found.token.limits.networks.admit(address) {
            self.0.usage.limited(found, now);
            return Err(outside.into());
        }
        self.spend(found, now).map(drop).map_err(Error::RateLimited)
    }
}
