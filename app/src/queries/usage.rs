//! What pages tell about the use of an organization's tokens.

use domain::{Failure, Timestamp, UsageHistory};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

/// What is known about the use of a token, and when that was so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// By day, and from where.
    pub history: UsageHistory,
    /// The server's time when it answered.
    pub now: Timestamp,
}

/// What is known about the use of a token lately.
pub async fn usage(organization: String, token: String) -> Result<Used, Failure> {
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_READ).await?;
            let history = services::tokens::usage(&request.console, &access, &token).await?;
            Ok(Used { history, now: request.console.now() })
        }
        .await,
    )
}
