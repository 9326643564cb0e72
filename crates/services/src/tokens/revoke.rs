//! Ending a token for good.

use domain::{Label, Permission, Timestamp, Token, TokenId, audit::Action};
use serde_json::{Value, json};

use super::event;
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    store,
};

/// Ends one of the organization's tokens for good. `typed` has to be its label, so that nobody ends the wrong one. When this returns, the
/// token is refused everywhere. Ending it again changes nothing and is no error, whoever ended it first stays on record.
pub async fn revoke(console: &Console, access: &Access, id: &str, typed: &str) -> Result<Token> {
    access.require(Permission::API_KEY_DELETE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let mut write = console.0.db.begin_write().await?;
    let token = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    if Label::parse(typed).ok().as_ref() != Some(&token.label) {
        return Err(Error::Invalid { field: "label", why: "Type the label of the token exactly as it is shown.".to_owned() });
    }
    let now = console.now();
    let before = token.clone();
    let Ok(token) = token.revoke(now, access.principal().name().to_owned()) else { return Ok(before) };
    store::tokens::revoke(&mut write, access, id, now).await?;
    write.commit(&console.0.keys, &event(access, now, Action::TokenRevoke, &token, details(&token))).await?;
    Ok(token)
}

/// What the event tells of the token that was ended.
pub(super) fn details(token: &Token) -> Value {
    json!({ "hint": token.hint.as_str(), "last_used_at": token.last_used_at.map(Timestamp::iso) })
}
