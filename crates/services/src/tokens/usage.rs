//! How much a token is used.

use domain::{Permission, PermissionSet, Token, TokenId, UsageHistory};

use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    store,
};

/// What is known about the use of one of the organization's tokens lately. A few seconds behind, since nothing is written in a request.
pub async fn usage(console: &Console, access: &Access, id: &str) -> Result<UsageHistory> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let db = &console.0.db;
    let token = store::tokens::find(db, access, id).await?.ok_or(Error::NotFound)?;
    let now = console.now();
    let known = store::usage::list_days(db, access, id, now.day() - UsageHistory::DAYS + 1).await?;
    let (permissions, is_untold, excess) = purposes(console, access, &token).await?;
    Ok(UsageHistory {
        days: UsageHistory::latest(&known, now),
        addresses: store::usage::list_addresses(db, access, id).await?,
        user_agent: store::usage::find_user_agent(db, access, id).await?,
        permissions,
        is_untold,
        excess,
    })
}

/// What one of the organization's tokens may do and was not used for, as judged last, without what it was used for since; nothing while that cannot be
/// said.
pub async fn excess(console: &Console, access: &Access, token: &Token) -> Result<PermissionSet> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let (.., excess) = purposes(console, access, token).await?;
    Ok(excess)
}

/// What a token was used for as far as it was named, whether it was used without a name, and what it was not used for.
async fn purposes(console: &Console, access: &Access, token: &Token) -> Result<(PermissionSet, bool, PermissionSet)> {
    let (db, now) = (&console.0.db, console.now());
    let (permissions, is_untold) = store::tokens::used_for(db, access, token.id, now.day() - UsageHistory::JUDGED_DAYS + 1).await?;
    let judged = store::tokens::excess(db, access, &[token.id], now).await?.into_iter().next();
    let excess = judged.filter(|_| !is_untold).map_or(PermissionSet::NONE, |(_, excess)| {
        // What it may do may have changed with the catalogue since it was judged.
        excess.within(token.effective()).without(permissions)
    });
    Ok((permissions, is_untold, excess))
}
