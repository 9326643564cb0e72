//! How lately somebody has shown that it is they, which the gravest changes ask for. Decision 26.

use std::time::Duration;

use domain::{CURRENT_PASSWORD, PermissionSet, Timestamp, texts::access as say};

use super::{Access, Actor, Proof};
use crate::error::{Error, Result};

/// For so long after somebody typed their password nobody asks for it again: long enough to do what they came for, too short for whoever
/// finds the browser open.
pub const RECENT: Duration = Duration::from_mins(10);

/// Proof that whoever asks has shown lately that it is they. The functions of `store` that give somebody rights, take a membership or change
/// the policy take one.
pub(crate) struct Recent(());

impl Actor {
    /// Whether they typed their password lately.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        is_recent(self.proved_at, now)
    }
}

fn is_recent(proved_at: Timestamp, now: Timestamp) -> bool {
    now < proved_at.plus(RECENT)
}

impl Access {
    /// Refuses a person who typed their password longer than [`RECENT`] ago. Tokens and the operator have none to type: what they present
    /// with each request is the whole proof there is.
    pub(crate) fn recent(&self, now: Timestamp) -> Result<Recent> {
        match self.proof {
            Proof::Session { proved_at, .. } if !is_recent(proved_at, now) => {
                Err(Error::Invalid { field: CURRENT_PASSWORD, why: say::TYPE_YOUR_PASSWORD.to_owned() })
            }
            Proof::Session { .. } | Proof::Secret(..) | Proof::Operator | Proof::System => Ok(Recent(())),
        }
    }

    /// The same where it depends on what is given: only who gets to administer with it asks for the proof.
    pub(crate) fn recent_to_give(&self, given: PermissionSet, now: Timestamp) -> Result<()> {
        if given.administers() { self.recent(now).map(|_| ()) } else { Ok(()) }
    }
}
