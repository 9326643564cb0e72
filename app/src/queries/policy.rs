//! What pages ask about what an organization asks of its tokens.

use domain::{Failure, Organization, Timestamp, token_policy::Policy};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

/// An organization's token policy, and what the person asking may do with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Whose policy.
    pub organization: Organization,
    /// The policy.
    pub policy: Policy,
    /// Whether to offer changing it.
    pub may_update: bool,
    /// The server's time when it answered.
    pub now: Timestamp,
}

/// Finds the organization's token policy.
pub async fn find(organization: String) -> Result<Found, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::ORGANIZATION_READ).await?;
            Ok(Found {
                policy: services::token_policy::find(&request.console, &access).await?,
                organization: access.organization().clone(),
                may_update: access.allows(domain::Permission::ORGANIZATION_UPDATE),
                now: request.console.now(),
            })
        }
        .await,
    )
}
