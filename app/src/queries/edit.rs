//! What pages change about a token that is there.

use domain::{Failure, Offered, Organization, PermissionSet, Token};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

/// A token that can be edited, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Editable {
    /// Whose token.
    pub organization: Organization,
    /// The token.
    pub token: Token,
    /// The roles that the person asking may hand out.
    pub roles: Offered,
    /// What the token may be given by the person asking: what they may do, and what it may do already.
    pub may: PermissionSet,
    /// What it may do and was not used for, as far as that is known.
    pub excess: PermissionSet,
    /// Goes back with the edit, which is refused if the token has been edited meanwhile.
    pub version: String,
}

/// What the "Edit token" form needs to know. Refuses who may not edit, and a token that is dead.
pub async fn edit_form(organization: String, token: String) -> Result<Editable, Failure> {
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_UPDATE).await?;
            let token = services::tokens::editable(&request.console, &access, &token).await?;
            let roles = services::roles::offered(&request.console, &access).await?;
            let may = services::tokens::may_be_given(&access).union(token.effective());
            // Who may edit a token may not be one who sees how it is used.
            let excess = if access.allows_on(domain::Permission::API_KEY_READ, &token) {
                services::tokens::excess_of(&request.console, &access, &token).await?
            } else {
                PermissionSet::NONE
            };
            let version = services::tokens::version(&token);
            Ok(Editable { roles, may, excess, organization: access.organization().clone(), version, token })
        }
        .await,
    )
}
