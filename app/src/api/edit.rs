//! What pages change about a token that is there.

#![expect(clippy::too_many_arguments, reason = "the fields of a form are flat on the wire")]

use domain::{Offered, Organization, PermissionSet, Token};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::Failure;

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
    /// Goes back with the edit, which is refused if the token has been edited meanwhile.
    pub version: String,
}

/// What the "Edit token" form needs to know. Refuses who may not edit, and a token that is dead.
#[server(endpoint = "tokens/edit_form")]
pub async fn edit_form(organization: String, token: String) -> Result<Editable, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_UPDATE).await?;
            let token = services::tokens::editable(&request.console, &access, &token).await?;
            let roles = services::roles::offered(&request.console, &access).await?;
            let may = services::tokens::may_be_given(&access).union(token.effective());
            Ok(Editable { roles, may, organization: access.organization().clone(), version: services::tokens::version(&token), token })
        }
        .await,
    )
}

/// Edits a token, at once. `version` is what the form was given. The other fields are those of `tokens/create`; `role` and `expiry` may also
/// be `keep`.
#[server(endpoint = "tokens/edit")]
pub async fn edit(
    organization: String,
    token: String,
    #[server(default)] version: String,
    #[server(default)] label: String,
    #[server(default)] description: String,
    #[server(default)] role: String,
    #[server(default)] permissions: String,
    #[server(default)] expiry: String,
    #[server(default)] days: String,
    #[server(default)] hours: String,
    #[server(default)] minutes: String,
) -> Result<Token, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_UPDATE).await?;
            let form = services::tokens::Form { label, description, role, permissions, expiry, days, hours, minutes, ..Default::default() };
            services::tokens::edit(&request.console, &access, &token, Some(&version), form.parse_change(&request.console, &access).await?)
                .await
        }
        .await,
    )
}

/// Switches a token off until somebody enables it.
#[server(endpoint = "tokens/disable")]
pub async fn disable(organization: String, token: String) -> Result<Token, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_UPDATE).await?;
            services::tokens::disable(&request.console, &access, &token).await
        }
        .await,
    )
}

/// Switches a token on again.
#[server(endpoint = "tokens/enable")]
pub async fn enable(organization: String, token: String) -> Result<Token, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_UPDATE).await?;
            services::tokens::enable(&request.console, &access, &token).await
        }
        .await,
    )
}
