//! Switching a token off for a while, and on again.

use domain::{Dead, Permission, State, Timestamp, Token, TokenId, audit::Action, texts::tokens as say};
use serde_json::json;

use super::event;
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    store,
};

/// Switches a token off. When this returns, it is refused everywhere until somebody enables it. Doing it again changes nothing and is no
/// error; whoever did it first stays on record.
pub async fn disable(console: &Console, access: &Access, id: &str) -> Result<Token> {
    let by = access.principal().name().to_owned();
    switch(console, access, id, Action::TokenDisable, |token, now| token.disable(now, by)).await
}

/// Switches a token on again; it may do what it might before. Doing it again changes nothing and is no error.
pub async fn enable(console: &Console, access: &Access, id: &str) -> Result<Token> {
    switch(console, access, id, Action::TokenEnable, Token::enable).await
}

async fn switch(
    console: &Console,
    access: &Access,
    id: &str,
    action: Action,
    turn: impl FnOnce(Token, Timestamp) -> core::result::Result<Token, Dead> + Send,
) -> Result<Token> {
    access.require_on_tokens(Permission::API_KEY_UPDATE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let mut write = access.begin(console).await?;
    let before = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    if !access.allows_switching(&before) {
        return Err(Error::Forbidden);
    }
    let now = console.now();
    let token = turn(before.clone(), now)?;
    if token == before {
        write.unchanged().await;
        return Ok(before);
    }
    // To enable is to give anew what was taken away.
    let gives_more =
        !access.covers(token.effective()) || access.is_outlived_by(token.expires_at) || access.is_outreached_by(&token.limits.networks);
    if token.state == State::Active && gives_more {
        return Err(Error::Conflict(say::ENABLES_BEYOND_YOU));
    }
    store::tokens::switch(&mut write, access, &token, now).await?;
    let details = json!({ "hint": token.hint.as_str(), "last_used_at": token.last_used_at.map(Timestamp::iso) });
    write.commit(&console.0.keys, &event(access, now, action, &token, details)).await?;
    Ok(token)
}
