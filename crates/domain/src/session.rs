//! Sessions, as their owner sees them.

use serde::{Deserialize, Serialize};

use crate::{SessionId, Timestamp};

/// The field in which somebody shows once more that it is they, by their password. A refusal that names it asks for that.
pub const CURRENT_PASSWORD: &str = "current_password";

/// One of a person's own sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Names it.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, a minute coarse.
    pub last_seen_at: Timestamp,
    /// From where it began; empty when that is not known.
    pub address: String,
    /// What the browser called itself when it began.
    pub user_agent: String,
    /// Whether it is the one that asks.
    pub current: bool,
}
