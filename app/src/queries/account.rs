//! What pages ask about a person's own account. It is changed by plain forms alone, since sessions end and begin with it.

use domain::{Failure, Session, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

/// Where a person is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionList {
    /// The latest first.
    pub sessions: Vec<Session>,
    /// The server's time when it answered, which relative times are counted from.
    pub now: Timestamp,
}

/// Lists the sessions of the person who asks.
pub async fn sessions() -> Result<SessionList, Failure> {
    let request = request();
    reply(
        services::account::list_sessions(&request.console, request.actor.as_ref())
            .await
            .map(|sessions| SessionList { sessions, now: request.console.now() }),
    )
}
