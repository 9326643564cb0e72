//! What pages do with an organization's tokens.

#![expect(clippy::too_many_arguments, reason = "the fields of a form are flat on the wire")]

use domain::{Issued, Offered, OldSecret, Organization, Owners, Page, PermissionSet, RoleId, Timestamp, Token, TokenId, TokenQuery};
use leptos::server;
use serde::{Deserialize, Serialize};

use super::Failure;

/// A page of an organization's tokens, and what the person asking may do with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenList {
    /// Whose tokens.
    pub organization: Organization,
    /// Whether they are only those that belong to the person asking.
    pub own: bool,
    /// Whom a token may belong to that the person asking generates.
    pub owners: Owners,
    /// Whether to offer the bin.
    pub may_revoke: bool,
    /// What was asked for.
    pub query: TokenQuery,
    /// The rows.
    pub page: Page<Token>,
    /// What is outside of the organization's policy about some of them.
    pub outside: Vec<(TokenId, String)>,
    /// The old secrets of those that are being rotated.
    pub rotating: Vec<(TokenId, OldSecret)>,
    /// The roles that the organization has made and that may be asked for, by name.
    pub roles: Vec<(RoleId, String)>,
    /// Who has generated tokens here, by name; nobody when there are none at all.
    pub creators: Vec<String>,
    /// The server's time when it answered. Relative times are counted from it, so that server and browser write the same words.
    pub now: Timestamp,
}

/// One token, what the person asking may do with it, and when that was so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Whose token.
    pub organization: Organization,
    /// The token.
    pub token: Token,
    /// What is outside of the organization's policy about it; none when nothing is.
    pub outside: Option<String>,
    /// Whether to offer editing it.
    pub may_update: bool,
    /// Whether to offer switching it off or on.
    pub may_switch: bool,
    /// Whether to offer ending it.
    pub may_revoke: bool,
    /// See [`TokenList::now`].
    pub now: Timestamp,
}

/// What the form for a new token begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blank {
    /// Where it is generated.
    pub organization: Organization,
    /// Whom it can belong to.
    pub owners: Owners,
    /// The roles that the person asking may hand out.
    pub roles: Offered,
    /// What the person asking may give to a token.
    pub may: PermissionSet,
    /// Goes back with the form, which generates one token however often it is sent.
    pub form: String,
}

/// Some tokens that a person has chosen, and when they were like this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Whose tokens.
    pub organization: Organization,
    /// The tokens, newest first.
    pub tokens: Vec<Token>,
    /// See [`TokenList::now`].
    pub now: Timestamp,
}

/// Lists 25 of the tokens that a query finds, written as in the address of the list (see [`TokenQuery::parse`]).
#[server(endpoint = "tokens/list")]
pub async fn list(organization: String, #[server(default)] query: String) -> Result<TokenList, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_READ).await?;
            let query = TokenQuery::parse(&query)?;
            let services::tokens::Listed { page, creators } = services::tokens::list(&request.console, &access, &query).await?;
            let offered = services::roles::offered(&request.console, &access).await?;
            Ok(TokenList {
                roles: offered.custom.into_iter().map(|role| (role.role.id, role.role.name.to_string())).collect(),
                query,
                creators,
                organization: access.organization().clone(),
                own: access.is_to_own_tokens() && access.teams().is_empty(),
                owners: services::token_policy::owners(&request.console, &access).await?,
                outside: services::token_policy::breaches(&request.console, &access, &page.items).await?,
                rotating: services::tokens::old_secrets(&request.console, &access, &page.items).await?,
                may_revoke: access.allows_on_tokens(domain::Permission::API_KEY_DELETE),
                page,
                now: request.console.now(),
            })
        }
        .await,
    )
}

/// Finds one token, for its page and for dialogs about it.
#[server(endpoint = "tokens/find")]
pub async fn find(organization: String, token: String) -> Result<Found, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_READ).await?;
            let token = services::tokens::find(&request.console, &access, &token).await?;
            let outside = services::token_policy::breaches(&request.console, &access, core::slice::from_ref(&token)).await?;
            Ok(Found {
                outside: outside.into_iter().next().map(|(_, outside)| outside),
                organization: access.organization().clone(),
                may_update: access.allows_on(domain::Permission::API_KEY_UPDATE, &token),
                may_switch: access.allows_switching(&token),
                may_revoke: access.allows_on(domain::Permission::API_KEY_DELETE, &token),
                token,
                now: request.console.now(),
            })
        }
        .await,
    )
}

/// Finds the tokens that a person has chosen to revoke; `tokens` are their ids with commas between. Refuses who may not revoke.
#[server(endpoint = "tokens/find_many")]
pub async fn find_many(organization: String, #[server(default)] tokens: String) -> Result<Chosen, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_DELETE).await?;
            let tokens = services::tokens::find_many(&request.console, &access, ids(&tokens)).await?;
            Ok(Chosen { organization: access.organization().clone(), tokens, now: request.console.now() })
        }
        .await,
    )
}

/// What the "Generate token" form needs to know before it is filled in.
#[server(endpoint = "tokens/form")]
pub async fn form(organization: String) -> Result<Blank, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_CREATE).await?;
            let owners = services::token_policy::owners(&request.console, &access).await?;
            let roles = services::roles::offered(&request.console, &access).await?;
            Ok(Blank {
                organization: access.organization().clone(),
                owners,
                roles,
                may: services::tokens::may_be_given(&access),
                form: services::tokens::form_key(&request.console),
            })
        }
        .await,
    )
}

/// Whether a token that is in force has this label already.
#[server(endpoint = "tokens/label_in_use")]
pub async fn label_in_use(organization: String, label: String) -> Result<bool, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_CREATE).await?;
            services::tokens::label_in_use(&request.console, &access, &label).await
        }
        .await,
    )
}

/// Generates a token. The answer is the only one that ever holds its secret.
///
/// `owner` is `organization`, `user` or the id of a team; empty: the organization, if that is allowed, else the person who asks.
/// `role` is one of the built-in roles, the id of one that the organization has made, or `custom` with the names of permissions beside it, with spaces between.
/// `expiry` is a number of days out of the presets, `never`, or `custom` with days, hours and minutes beside it.
/// `form` is what the form was given.
#[server(endpoint = "tokens/create")]
pub async fn create(
    organization: String,
    #[server(default)] form: String,
    #[server(default)] owner: String,
    #[server(default)] label: String,
    #[server(default)] description: String,
    #[server(default)] role: String,
    #[server(default)] permissions: String,
    #[server(default)] expiry: String,
    #[server(default)] days: String,
    #[server(default)] hours: String,
    #[server(default)] minutes: String,
) -> Result<Issued, Failure> {
    use crate::ssr::{no_store, reply, request};
    let request = request();
    no_store();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_CREATE).await?;
            let typed =
                services::tokens::Form { owner, label, description, role, permissions, expiry, days, hours, minutes, ..Default::default() };
            let new = typed.parse(&request.console, &access).await?;
            services::tokens::create_by_form(&request.console, &access, new, &form).await
        }
        .await,
    )
}

/// Ends a token for good. `label` is what was typed to confirm; it has to be the token's label.
#[server(endpoint = "tokens/revoke")]
pub async fn revoke(organization: String, token: String, #[server(default)] label: String) -> Result<Token, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_DELETE).await?;
            services::tokens::revoke(&request.console, &access, &token, &label).await
        }
        .await,
    )
}

/// Ends several tokens for good, all or none; `tokens` are their ids with commas between. `typed` is what was typed to confirm; it has to
/// be what [`domain::token::confirmation`] says.
#[server(endpoint = "tokens/revoke_many")]
pub async fn revoke_many(
    organization: String,
    #[server(default)] tokens: String,
    #[server(default)] typed: String,
) -> Result<Vec<Token>, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_DELETE).await?;
            services::tokens::revoke_many(&request.console, &access, ids(&tokens), &typed).await
        }
        .await,
    )
}

/// Takes ids with commas between apart.
#[cfg(feature = "ssr")]
fn ids(tokens: &str) -> impl Iterator<Item = &str> {
    tokens.split(',').filter(|id| !id.is_empty())
}
