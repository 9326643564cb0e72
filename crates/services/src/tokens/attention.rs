//! What needs attention among the tokens that somebody reaches.

use domain::{Attention, Needing, Noted, Owners, Permission, PermissionSet, Remedy, Timestamp, Token, TokenId, token_policy::Policy};

use super::rotate::may_rotate;
use crate::{
    Console,
    access::Access,
    error::Result,
    store::{
        self,
        tokens::{Listed, Spotted},
    },
    token_policy,
};

/// What is to be told first about an organization's tokens.
#[derive(Debug)]
pub struct Overview {
    /// What needs attention, in the order of [`Attention::ALL`]; a reason that nothing has is left out.
    pub needing: Vec<Needing>,
    /// Whether there are no tokens at all, not even dead ones.
    pub nothing_yet: bool,
    /// Whom a token may belong to that the person who asks generates now.
    pub owners: Owners,
}

/// Tells what needs attention among the tokens that the access reaches: of each reason how many there are, and the first ones with whether
/// what is offered about them may be done.
pub async fn overview(console: &Console, access: &Access) -> Result<Overview> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let now = console.now();
    let policy = store::token_policy::find(&console.0.db, access).await?.policy;
    let spotted = store::tokens::spot(&console.0.db, access, policy.can_be_broken(), now).await?;
    let breaking = spotted.iter().filter(|each| each.attention == Attention::OutsidePolicy);
    let breaking: Vec<Token> = breaking.flat_map(|each| &each.first).map(|listed| listed.token.clone()).collect();
    let outside = if breaking.is_empty() { Vec::new() } else { token_policy::breaches_under(&policy, console, access, &breaking).await? };
    let wider = spotted.iter().filter(|each| each.attention == Attention::WiderThanUsed);
    let wider: Vec<TokenId> = wider.flat_map(|each| &each.first).map(|listed| listed.token.id).collect();
    let excess = store::tokens::excess(&console.0.db, access, &wider, now).await?;
    let note = |attention: Attention, listed: Listed| {
        let of_use = excess.iter().find(|(id, _)| attention == Attention::WiderThanUsed && *id == listed.token.id);
        let of_policy = outside.iter().find(|(id, _)| attention == Attention::OutsidePolicy && *id == listed.token.id);
        Noted {
            presented_at: listed.presented.filter(|_| attention.is_of_presented()).map(|presented| presented.last_at),
            outside: of_policy.map(|(_, words)| words.clone()),
            // What it may do may have changed with the catalogue since it was judged.
            excess: of_use.map_or(PermissionSet::NONE, |(_, excess)| excess.within(listed.token.effective())),
            may_act: may(access, &policy, attention.remedy(), &listed.token, now),
            token: listed.token,
        }
    };
    let needing = spotted.into_iter().map(|Spotted { attention, total, first }| {
        let tokens = first.into_iter().map(|listed| note(attention, listed)).collect();
        Needing { attention, total, tokens }
    });
    let needing: Vec<Needing> = needing.collect();
    let nothing_yet = needing.is_empty() && !store::tokens::any(&console.0.db, access).await?;
    Ok(Overview { needing, nothing_yet, owners: token_policy::owners_under(&policy, access) })
}

/// Whether who asks may do this about the token. What else the page behind it asks for, as a password typed lately, it asks for itself.
fn may(access: &Access, policy: &Policy, remedy: Remedy, token: &Token, now: Timestamp) -> bool {
    match remedy {
        Remedy::Rotate => access.allows_on(Permission::API_KEY_UPDATE, token) && may_rotate(access, token, now).is_ok(),
        Remedy::Revoke => access.allows_on(Permission::API_KEY_DELETE, token),
        Remedy::Edit => access.allows_on(Permission::API_KEY_UPDATE, token),
        Remedy::Replace => {
            access.allows_on(Permission::API_KEY_CREATE, token)
                && access.covers(token.effective())
                && token_policy::may_replace_under(policy, access, &token.owner).is_ok()
        }
        Remedy::Look => true,
    }
}
