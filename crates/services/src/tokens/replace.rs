//! Replacing a token that is over by a new one with the same settings.

use domain::{Issued, Lifetime, Owner, OwnerChoice, Permission, Status, Timestamp, Token, TokenId, texts::tokens as say};

use super::{NewToken, create, once::Attempt};
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    store, token_policy,
};

/// What a replacement would be.
#[derive(Debug)]
pub struct Replacement {
    /// The token that is over.
    pub token: Token,
    /// How long the new one would live: as long as the old one, as far as the policy allows it.
    pub lifetime: Lifetime,
    /// Whether a token in force has the same label already: somebody may have been quicker.
    pub label_in_use: bool,
}

/// Generates a token with the settings of one that is expired or revoked; the event names both. The old one stays as it is.
pub async fn replace(console: &Console, access: &Access, id: &str) -> Result<Issued> {
    replace_by_form(console, access, id, "").await
}

/// The same for a form that carries a [`super::form_key`]: it generates one token, however often it is sent. An empty key marks nothing.
pub async fn replace_by_form(console: &Console, access: &Access, id: &str, form: &str) -> Result<Issued> {
    let attempt = Attempt::of_form(console, access, form)?;
    let Replacement { token, lifetime, .. } = replacement(console, access, id).await?;
    let Token { id, owner, label, description, role, permissions, limits, .. } = token;
    let owner = Some(match owner {
        Owner::Organization => OwnerChoice::Organization,
        Owner::User(_) => OwnerChoice::Me,
        Owner::Team(team) => OwnerChoice::Team(team.id),
    });
    create::issue(console, access, NewToken { owner, label, description, role, permissions, lifetime, limits }, Some(id), attempt).await
}

/// The token that this one stands in for, if there is one, and those that stand in for it, oldest first; as far as whoever asks may see them.
pub async fn replacements(console: &Console, access: &Access, id: TokenId) -> Result<(Option<Token>, Vec<Token>)> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let replaced = store::tokens::replaced(&console.0.db, access, id).await?;
    Ok((replaced, store::tokens::replacing(&console.0.db, access, id).await?))
}

/// What would come out of replacing one of the organization's tokens.
pub async fn replacement(console: &Console, access: &Access, id: &str) -> Result<Replacement> {
    access.require_on_tokens(Permission::API_KEY_CREATE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let token = store::tokens::find(&console.0.db, access, id).await?.ok_or(Error::NotFound)?;
    let now = console.now();
    access.require_on(Permission::API_KEY_CREATE, &token)?;
    may_replace(&token, now)?;
    if !access.covers(token.effective()) {
        return Err(Error::Forbidden);
    }
    token_policy::may_replace(console, access, &token.owner).await?;
    let label_in_use = store::tokens::label_in_use(&console.0.db, access, &token.label, now).await?;
    // Another policy may hold than when the old one was generated.
    let lifetime = token_policy::limit(console, access, Lifetime::between(token.created_at, token.expires_at)).await?;
    Ok(Replacement { token, lifetime, label_in_use })
}

fn may_replace(token: &Token, now: Timestamp) -> Result<()> {
    match token.status_at(now) {
        Status::Expired | Status::Revoked => Ok(()),
        Status::Active => Err(Error::Conflict(say::STILL_IN_FORCE)),
        Status::Disabled => Err(Error::Conflict(say::ONLY_DISABLED)),
    }
}
