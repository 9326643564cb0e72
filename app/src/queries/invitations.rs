//! What pages do with invitations. They are accepted by a plain form alone, since a session may begin with it.

use domain::{Failure, Offered, OpenInvitation, Organization};
use serde::{Deserialize, Serialize};

use crate::ssr::{no_store, reply, request};

/// What the form for an invitation needs to know before it is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteForm {
    /// Where to.
    pub organization: Organization,
    /// The roles that the person asking may give.
    pub roles: Offered,
    /// Whether there is no mail server, so that nobody gets the link by mail.
    pub mails_become_files: bool,
}

/// Answers what the form needs. Refuses who may not invite.
pub async fn form(organization: String) -> Result<InviteForm, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::INVITATION_CREATE).await?;
            let roles = services::roles::offered(&request.console, &access).await?;
            Ok(InviteForm { organization: access.organization().clone(), roles, mails_become_files: request.mails_become_files })
        }
        .await,
    )
}

/// Tells what a code invites to. The code is the credential: without a good one the answer is 401, signed in or not.
pub async fn open(code: String) -> Result<OpenInvitation, Failure> {
    let request = request();
    no_store();
    reply(services::invitations::open(&request.console, request.actor.as_ref(), &code).await)
}
