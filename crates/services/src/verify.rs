//! Verification: is a presented token good, and for what. The hot path, top to bottom in one function; it never writes.

use domain::{Organization, Permission, Secret, Token, Verdict};

use crate::{
    Console,
    access::{Access, Caller},
    error::Result,
    store,
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
    let found = store::tokens::find_by_digest(&console.0.db, &digest, now).await?;
    let Some(found) = found.filter(|found| found.organization.id == access.organization().id) else {
        return Ok(Verification::refused(Verdict::NotFound));
    };
    match Verdict::on(&found.token, asked, now) {
        Verdict::Valid => {
            console.0.usage.record(found.token.id, now, caller);
            Ok(Verification { verdict: Verdict::Valid, subject: Some((found.token, found.organization)) })
        }
        refused => Ok(Verification::refused(refused)),
    }
}
