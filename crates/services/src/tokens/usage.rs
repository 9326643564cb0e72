//! How much a token is used.

use domain::{Permission, PermissionSet, Timestamp, TokenId, UsageHistory};

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
    store::tokens::find(db, access, id).await?.ok_or(Error::NotFound)?;
    let now = console.now();
    let known = store::usage::list_days(db, access, id, now.day() - UsageHistory::DAYS + 1).await?;
    let (permissions, is_untold) = used_for(console, access, id, now).await?;
    Ok(UsageHistory {
        days: UsageHistory::latest(&known, now),
        addresses: store::usage::list_addresses(db, access, id).await?,
        user_agent: store::usage::find_user_agent(db, access, id).await?,
        permissions,
        is_untold,
        excess: excess(console, access, id).await?,
    })
}

/// What one of the organization's tokens may do and was not used for, as judged last, without what it was used for since; nothing while that cannot be
/// said.
pub async fn excess(console: &Console, access: &Access, id: TokenId) -> Result<PermissionSet> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let now = console.now();
    let (permissions, is_untold) = used_for(console, access, id, now).await?;
    if is_untold {
        return Ok(PermissionSet::NONE);
    }
    let excess = store::tokens::excess(&console.0.db, access, &[id], now).await?;
    Ok(excess.into_iter().next().map_or(PermissionSet::NONE, |(_, excess)| excess.without(permissions)))
}

async fn used_for(console: &Console, access: &Access, id: TokenId, now: Timestamp) -> Result<(PermissionSet, bool)> {
    store::tokens::used_for(&console.0.db, access, id, now.day() - UsageHistory::JUDGED_DAYS + 1).await
}
