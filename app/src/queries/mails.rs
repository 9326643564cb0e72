//! What pages ask about the mails that an organization's people get.

use domain::{Failure, Mail, Organization, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

/// The latest mails of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mails {
    /// Whose people got them.
    pub organization: Organization,
    /// Whether there is no mail server, so that mails only become files on the server's disk.
    pub become_files: bool,
    /// Newest first.
    pub items: Vec<Mail>,
    /// The server's time when it answered.
    pub now: Timestamp,
}

/// Lists the latest 50 mails, and how far each has come.
pub async fn list(organization: String) -> Result<Mails, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::ORGANIZATION_UPDATE).await?;
            Ok(Mails {
                items: services::mails::list(&request.console, &access).await?,
                organization: access.organization().clone(),
                become_files: request.mails_become_files,
                now: request.console.now(),
            })
        }
        .await,
    )
}
