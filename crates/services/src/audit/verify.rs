//! Checking the trail on request.

use std::time::Duration;

use domain::{Permission, audit::Verified};
use tokio::sync::Semaphore;

use crate::{
    Console,
    access::Access,
    error::{Error, Result},
};

/// How long somebody who came second may wait before asking again.
const WAIT: Duration = Duration::from_secs(10);

/// The one place to check from: a check reads everything and computes a code for each event, so two at once would be a way to keep
/// the server from its work.
pub(crate) struct Verifying(Semaphore);

impl Default for Verifying {
    fn default() -> Self {
        Self(Semaphore::new(1))
    }
}

/// Checks the trail of the whole instance: one chain runs through the events of all organizations, so none can be checked alone. While
/// another check runs, the answer is [`Error::TooMany`].
pub async fn verify(console: &Console, access: &Access) -> Result<Verified> {
    access.require(Permission::ORGANIZATION_UPDATE)?;
    let _place = console.0.verifying.0.try_acquire().map_err(|_| Error::TooMany { wait: WAIT })?;
    Ok(match console.verify_events(None).await? {
        Ok(checkpoint) => Verified::Intact { events: checkpoint.events, checkpoint: checkpoint.to_string() },
        Err(from) => {
            tracing::error!(from, "the audit trail is not what was recorded");
            Verified::Broken { from }
        }
    })
}

#[cfg(test)]
impl Verifying {
    /// Takes the place, as a check that is under way does.
    pub(crate) fn take(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.0.try_acquire().expect("nobody else checks")
    }
}
