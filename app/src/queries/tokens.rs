//! What pages do with an organization's tokens.

use domain::{
    Failure, Hint, Needing, Offered, OldSecret, Organization, Owners, Page, PermissionSet, Presented, RoleId, Timestamp, Token, TokenId,
    TokenQuery,
};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

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
    /// Which of the rows the person asking may edit: of what belongs to others, or to a team they are not in, nothing.
    pub editable: Vec<TokenId>,
    /// What was asked for.
    pub query: TokenQuery,
    /// The rows.
    pub page: Page<Token>,
    /// What is outside of the organization's policy about some of them.
    pub outside: Vec<(TokenId, String)>,
    /// The masks of earlier secrets for which alone the search found some of them, the latest first.
    pub earlier: Vec<(TokenId, Hint)>,
    /// The old secrets of those that are being rotated.
    pub rotating: Vec<(TokenId, OldSecret)>,
    /// Those that are still presented although they, or a secret of them, are dead.
    pub presented: Vec<(TokenId, Presented)>,
    /// The roles that the organization has made and that may be asked for, by name.
    pub roles: Vec<(RoleId, String)>,
    /// Who has generated tokens here, by name; nobody when there are none at all.
    pub creators: Vec<String>,
    /// The token of which the address says that it was generated, if whoever asks did so just now.
    pub generated: Option<Token>,
    /// The server's time when it answered. Relative times are counted from it.
    pub now: Timestamp,
}

/// What needs attention in an organization, and what the person asking may do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Whose tokens.
    pub organization: Organization,
    /// See [`TokenList::own`].
    pub own: bool,
    /// See [`TokenList::owners`].
    pub owners: Owners,
    /// Reason by reason; one that no token has is left out.
    pub needing: Vec<Needing>,
    /// Whether there are no tokens at all.
    pub nothing_yet: bool,
    /// Whether to tell that nobody gets the mails of this instance.
    pub mails_become_files: bool,
    /// See [`TokenList::now`].
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
    /// When it is revoked if nobody uses it before, as the organization asks.
    pub unused_until: Option<Timestamp>,
    /// Whether to offer editing it.
    pub may_update: bool,
    /// Whether to offer switching it off or on.
    pub may_switch: bool,
    /// Whether to offer ending it.
    pub may_revoke: bool,
    /// The token that it stands in for.
    pub replaced: Option<Token>,
    /// Those that stand in for it, oldest first.
    pub replacing: Vec<Token>,
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

/// Lists 25 of the tokens that a query finds, written as in the address of the list (see [`TokenQuery::parse`]). `generated` is the id of the
/// token that whoever asks comes from generating, or empty.
pub async fn list(organization: String, query: String, generated: String) -> Result<TokenList, Failure> {
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_READ).await?;
            let query = TokenQuery::parse(&query)?;
            let listed = services::tokens::list(&request.console, &access, &query).await?;
            let services::tokens::Listed { page, rotating, outside, earlier, creators, roles, owners, presented } = listed;
            Ok(TokenList {
                generated: services::tokens::just_generated(&request.console, &access, &generated).await?,
                query,
                organization: access.organization().clone(),
                own: access.is_to_own_tokens() && access.teams().is_empty(),
                editable: {
                    let may_edit = |token: &&Token| access.allows_on(domain::Permission::API_KEY_UPDATE, token);
                    page.items.iter().filter(may_edit).map(|token| token.id).collect()
                },
                may_revoke: access.allows_on_tokens(domain::Permission::API_KEY_DELETE),
                owners,
                page,
                outside,
                earlier,
                rotating,
                presented,
                roles,
                creators,
                now: request.console.now(),
            })
        }
        .await,
    )
}

/// Tells what needs attention among the tokens that the list shows to the same person.
pub async fn overview(organization: String) -> Result<Overview, Failure> {
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_READ).await?;
            let services::tokens::Overview { needing, nothing_yet, owners } = services::tokens::overview(&request.console, &access).await?;
            Ok(Overview {
                organization: access.organization().clone(),
                own: access.is_to_own_tokens() && access.teams().is_empty(),
                owners,
                needing,
                nothing_yet,
                // Who can do something about it, by asking the operator, learns of it.
                mails_become_files: request.mails_become_files && access.allows(domain::Permission::ORGANIZATION_UPDATE),
                now: request.console.now(),
            })
        }
        .await,
    )
}

/// Finds one token, for its page and for dialogs about it.
pub async fn find(organization: String, token: String) -> Result<Found, Failure> {
    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, domain::Permission::API_KEY_READ).await?;
            let token = services::tokens::find(&request.console, &access, &token).await?;
            let outside = services::token_policy::breaches(&request.console, &access, core::slice::from_ref(&token)).await?;
            let (replaced, replacing) = services::tokens::replacements(&request.console, &access, token.id).await?;
            Ok(Found {
                unused_until: services::token_policy::unused_until(&request.console, &access, &token).await?,
                replaced,
                replacing,
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
pub async fn find_many(organization: String, tokens: String) -> Result<Chosen, Failure> {
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
pub async fn form(organization: String) -> Result<Blank, Failure> {
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

/// Takes ids with commas between apart.
fn ids(tokens: &str) -> impl Iterator<Item = &str> {
    tokens.split(',').filter(|id| !id.is_empty())
}
