//! Verification: is a presented token good, and for what. The hot path, top to bottom in one function; it never writes.

use domain::{Cause, Organization, Permission, Secret, Token, Verdict};

use crate::{
    Console,
    access::{Access, Caller},
    error::Result,
    store::{
        self,
        tokens::{Found, Presented},
    },
};

/// What a service is told about a token it was shown.
#[derive(Debug)]
pub struct Verification {
    /// What was found.
    pub verdict: Verdict,
    /// The token and its organization; only when the verdict is [`Verdict::Valid`].
    pub subject: Option<(Token, Organization)>,
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
    let ours = |found: &Found| found.organization.id == access.organization().id;
    let found = match store::tokens::find_by_digest(&console.0.db, &digest, now).await? {
        Some(Presented::Live(found)) if ours(&found) => found,
        // Nobody is told that it once was good, but its owner is told that somebody has it.
        Some(Presented::Ended(found)) if ours(&found) => {
            console.0.usage.refused(&found, Cause::Ended, now, caller);
            return Ok(Verification::refused(Verdict::NotFound));
        }
        _ => return Ok(Verification::refused(Verdict::NotFound)),
    };
    match Verdict::on(&found.token, asked, now) {
        Verdict::Valid => {
            console.0.usage.accepted(&found, now, caller);
            Ok(Verification { verdict: Verdict::Valid, subject: Some((found.token, found.organization)) })
        }
        refused => {
            if let Some(cause) = Cause::of(found.token.status_at(now)) {
                console.0.usage.refused(&found, cause, now, caller);
            }
            Ok(Verification::refused(refused))
        }
    }
}
