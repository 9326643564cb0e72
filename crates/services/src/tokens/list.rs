//! Finding tokens: a page of them, one of them, one by its label.

use domain::{Cursor, Label, Page, Permission, Token, TokenId};

use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    store,
};

/// Rows on a page of the list.
pub const PAGE: u32 = 25;

/// Lists the organization's tokens, newest first, [`PAGE`] at a time, those after a [`Cursor`] (empty: from the first).
pub async fn list(console: &Console, access: &Access, after: &str) -> Result<Page<Token>> {
    list_some(console, access, after, PAGE).await
}

/// The same with a size of page that the caller chose, at most 100.
pub async fn list_some(console: &Console, access: &Access, after: &str, size: u32) -> Result<Page<Token>> {
    access.require(Permission::API_KEY_READ)?;
    let after: Option<Cursor> = if after.is_empty() { None } else { Some(after.parse().map_err(Error::in_field("after"))?) };
    // One more than a page holds tells whether there is a next one.
    let size = size.clamp(1, 100);
    let mut items = store::tokens::list(&console.0.db, access, after, i64::from(size) + 1).await?;
    let more = items.len() > size as usize;
    items.truncate(size as usize);
    let next = items.last().filter(|_| more).map(|last| Cursor { created_at: last.created_at, id: last.id });
    Ok(Page { items, next })
}

/// Finds one of the organization's tokens.
pub async fn find(console: &Console, access: &Access, id: &str) -> Result<Token> {
    access.require(Permission::API_KEY_READ)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    store::tokens::find(&console.0.db, access, id).await?.ok_or(Error::NotFound)
}

/// Finds the token that asks.
pub async fn find_itself(console: &Console, access: &Access) -> Result<Token> {
    store::tokens::find(&console.0.db, access, access.own_token()?).await?.ok_or(Error::NotFound)
}

/// Whether a token in force has this label already, so that the form can warn. A label that is not valid is in nobody's use.
pub async fn label_in_use(console: &Console, access: &Access, label: &str) -> Result<bool> {
    access.require(Permission::API_KEY_CREATE)?;
    match Label::parse(label) {
        Ok(label) => store::tokens::label_in_use(&console.0.db, access, &label, console.now()).await,
        Err(_) => Ok(false),
    }
}
