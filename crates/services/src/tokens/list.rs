//! Finding tokens: a page of them, one of them, one by its label, some by their ids, all for a file.

use std::time::Duration;

use domain::{Cursor, Hint, Label, Page, Permission, Token, TokenFilter, TokenId, TokenQuery};

use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    store,
};

/// Rows on a page of the list.
pub const PAGE: u32 = 25;
/// The most rows that leave in one file.
pub const EXPORT: usize = 10_000;
/// The most tokens that can be chosen at once.
pub const CHOSEN: usize = 100;

/// For so long a token has just been generated.
const JUST_NOW: Duration = Duration::from_hours(1);

/// Rows that are read at once for a file.
const BATCH: i64 = 1_000;

/// A page of the list.
#[derive(Debug)]
pub struct Listed {
    /// The rows.
    pub page: Page<Token>,
    /// The masks of earlier secrets for which alone a search found some of them, the latest first.
    pub earlier: Vec<(TokenId, Hint)>,
    /// Who has generated tokens, by name, whatever the query. Nobody: there are no tokens at all.
    pub creators: Vec<String>,
}

/// Everything a query finds, as far as it fits into one file.
#[derive(Debug)]
pub struct Exported {
    /// The rows.
    pub tokens: Vec<Token>,
    /// Whether there are more.
    pub cut: bool,
}

/// Lists the organization's tokens that a query finds, [`PAGE`] at a time.
pub async fn list(console: &Console, access: &Access, query: &TokenQuery) -> Result<Listed> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    // One more than a page holds tells whether there is a next one.
    let mut items = store::tokens::list(&console.0.db, access, query, console.now(), i64::from(PAGE) + 1).await?;
    let page = PAGE as usize;
    let more = items.len() > page;
    items.truncate(page);
    let next = items.last().filter(|_| more).map(|last| Cursor::of(last, query.sort));
    let creators = store::tokens::creators(&console.0.db, access).await?;
    let earlier = match &query.search {
        Some(search) => {
            let ids: Vec<TokenId> = items.iter().map(|token| token.id).collect();
            store::tokens::found_by_earlier(&console.0.db, access, search, &ids).await?
        }
        None => Vec::new(),
    };
    Ok(Listed { page: Page { items, next }, earlier, creators })
}

/// Lists the organization's tokens that a program's filter finds, whatever they are, as many as it wants, 100 at most.
pub async fn list_all(console: &Console, access: &Access, filter: &TokenFilter, size: u32) -> Result<Page<Token>> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    // One more than a page holds tells whether there is a next one.
    let size = size.clamp(1, 100);
    let mut items = store::tokens::list_all(&console.0.db, access, filter, console.now(), i64::from(size) + 1).await?;
    let more = items.len() > size as usize;
    items.truncate(size as usize);
    let next = items.last().filter(|_| more).map(|last| Cursor::of(last, filter.sort));
    Ok(Page { items, next })
}

/// Everything that a query finds, from its first page on, [`EXPORT`] rows at most.
pub async fn export(console: &Console, access: &Access, query: &TokenQuery) -> Result<Exported> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let now = console.now();
    let mut query = query.from(None);
    let mut tokens: Vec<Token> = Vec::new();
    loop {
        let batch = store::tokens::list(&console.0.db, access, &query, now, BATCH).await?;
        let last = batch.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
        query.after = batch.last().map(|token| Cursor::of(token, query.sort));
        tokens.extend(batch);
        if last || tokens.len() > EXPORT {
            break;
        }
    }
    let cut = tokens.len() > EXPORT;
    tokens.truncate(EXPORT);
    Ok(Exported { tokens, cut })
}

/// Finds one of the organization's tokens.
pub async fn find(console: &Console, access: &Access, id: &str) -> Result<Token> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    store::tokens::find(&console.0.db, access, id).await?.ok_or(Error::NotFound)
}

/// Finds a token that whoever asks has just generated. None for any other, whatever the id: an address that tells of it can be kept, and
/// sent to others.
pub async fn just_generated(console: &Console, access: &Access, id: &str) -> Result<Option<Token>> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let Ok(id) = id.parse() else { return Ok(None) };
    let found = store::tokens::find(&console.0.db, access, id).await?;
    let now = console.now();
    Ok(found.filter(|token| token.created_by == access.principal().name() && now.since(token.created_at) < JUST_NOW))
}

/// Finds the token that asks.
pub async fn find_itself(console: &Console, access: &Access) -> Result<Token> {
    store::tokens::find(&console.0.db, access, access.own_token()?).await?.ok_or(Error::NotFound)
}

/// Finds the organization's tokens with these ids, newest first. One that is not there, or not theirs, and none is found.
pub async fn find_many<'a>(console: &Console, access: &Access, ids: impl IntoIterator<Item = &'a str>) -> Result<Vec<Token>> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let ids = choose(ids)?;
    let tokens = store::tokens::find_many(&console.0.db, access, &ids).await?;
    if tokens.len() == ids.len() { Ok(tokens) } else { Err(Error::NotFound) }
}

/// The ids that were chosen, each once: at least one, [`CHOSEN`] at most.
pub(super) fn choose<'a>(ids: impl IntoIterator<Item = &'a str>) -> Result<Vec<TokenId>> {
    let mut chosen: Vec<TokenId> = Vec::new();
    for id in ids {
        let id = id.parse().map_err(|_| Error::NotFound)?;
        if !chosen.contains(&id) {
            chosen.push(id);
        }
        if chosen.len() > CHOSEN {
            return Err(Error::Invalid { field: "tokens", why: format!("Choose {CHOSEN} tokens at most; do the others after that.") });
        }
    }
    if chosen.is_empty() {
        return Err(Error::Invalid { field: "tokens", why: "Choose at least one token.".to_owned() });
    }
    Ok(chosen)
}

/// Whether a token in force has this label already, so that the form can warn. A label that is not valid is in nobody's use.
pub async fn label_in_use(console: &Console, access: &Access, label: &str) -> Result<bool> {
    access.require_on_tokens(Permission::API_KEY_CREATE)?;
    match Label::parse(label) {
        Ok(label) => store::tokens::label_in_use(&console.0.db, access, &label, console.now()).await,
        Err(_) => Ok(false),
    }
}
