//! Mails as administrators see them: to whom, about what, and whether they have arrived. The text itself is not shown again.

use serde::{Deserialize, Serialize};

use crate::{MailId, Timestamp};

/// A mail on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The same as in its Message-ID.
    pub id: MailId,
    /// The address it goes to.
    pub recipient: String,
    /// What it is about.
    pub subject: String,
    /// When what it tells of happened.
    pub created_at: Timestamp,
    /// How far it has come.
    pub delivery: Delivery,
}

/// How far a mail has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Not yet taken by a mail server.
    Waiting {
        /// How often it was tried.
        attempts: u32,
        /// When it is tried next.
        due_at: Timestamp,
        /// What the last try ended with; empty before the first.
        problem: String,
    },
    /// A mail server has taken it. What happens behind that server nobody tells us.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// Given up before it was handed over, because the link that it was to bring had ended, or a newer mail brings it.
    Dropped {
        /// When.
        at: Timestamp,
    },
    /// Given up.
    Failed {
        /// When.
        at: Timestamp,
        /// What the last try ended with.
        problem: String,
    },
}
