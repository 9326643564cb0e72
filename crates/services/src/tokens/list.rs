//! Finding tokens: a page of them, one of them, one by its label, some by their ids, all for a file.

use std::time::Duration;

use domain::{
    Cursor, Hint, Label, OldSecret, Owners, Page, Permission, Presented, RoleId, Status, Token, TokenFilter, TokenId, TokenQuery,
    texts::tokens as say,
};

use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    store::{self, tokens::Question},
    token_policy,
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
const BATCH: usize = 1_000;

/// A page of the list, and what stands around it.
#[derive(Debug)]
pub struct Listed {
    /// The rows.
    pub page: Page<Token>,
    /// The old secrets of those that are being rotated.
    pub rotating: Vec<(TokenId, OldSecret)>,
    /// Those that are still presented although they, or a secret of them, are dead.
    pub presented: Vec<(TokenId, Presented)>,
    /// What is outside of the organization's policy about some of them, in words.
    pub outside: Vec<(TokenId, String)>,
    /// The masks of earlier secrets for which alone a search found some of them, the latest first.
    pub earlier: Vec<(TokenId, Hint)>,
    /// Who has generated tokens, by name, whatever the query. Nobody: there are no tokens at all.
    pub creators: Vec<String>,
    /// The roles that the organization has made and that whoever asks may hand out, by name.
    pub roles: Vec<(RoleId, String)>,
    /// Whom a token may belong to that the person who asks generates now.
    pub owners: Owners,
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
    let now = console.now();
    // One more than a page holds tells whether there is a next one.
    let page = PAGE as usize;
    let db = &console.0.db;
    // None of these depends on another, so whoever waits for the page waits for the slowest only.
    let (mut listed, facets, policy) = tokio::try_join!(
        store::tokens::list(db, access, Question::Person(query), now, page + 1),
        store::tokens::facets(db, access),
        store::token_policy::find(db, access),
    )?;
    let more = listed.len() > page;
    listed.truncate(page);
    // What is over is not being rotated.
    let is_living = |token: &Token| matches!(token.status_at(now), Status::Active | Status::Disabled);
    let rotating =
        listed.iter().filter(|each| is_living(&each.token)).filter_map(|each| Some((each.token.id, each.old.clone()?))).collect();
    let presented = listed.iter().filter_map(|each| Some((each.token.id, each.presented.clone()?))).collect();
    let items: Vec<Token> = listed.into_iter().map(|each| each.token).collect();
    let next = items.last().filter(|_| more).map(|last| Cursor::of(last, query.sort));
    let (store::tokens::Facets { creators, roles }, policy) = (facets, policy.policy);
    let outside = token_policy::breaches_under(&policy, console, access, &items).await?;
    let earlier = match &query.search {
        Some(search) => {
            let ids: Vec<TokenId> = items.iter().map(|token| token.id).collect();
            store::tokens::found_by_earlier(&console.0.db, access, search, &ids).await?
        }
        None => Vec::new(),
    };
    let roles = roles.into_iter().filter(|role| access.covers(role.permissions)).map(|role| (role.id, role.name.to_string())).collect();
    let owners = token_policy::owners_under(&policy, access);
    Ok(Listed { page: Page { items, next }, rotating, presented, outside, earlier, creators, roles, owners })
}

/// Lists the organization's tokens that a program's filter finds, whatever they are, as many as it wants, 100 at most.
pub async fn list_all(console: &Console, access: &Access, filter: &TokenFilter, size: u32) -> Result<Page<Token>> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    // One more than a page holds tells whether there is a next one.
    let size = size.clamp(1, 100) as usize;
    let listed = store::tokens::list(&console.0.db, access, Question::Program(filter), console.now(), size + 1).await?;
    let mut items: Vec<Token> = listed.into_iter().map(|each| each.token).collect();
    let more = items.len() > size;
    items.truncate(size);
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
        let batch = store::tokens::list(&console.0.db, access, Question::Person(&query), now, BATCH).await?;
        let last = batch.len() < BATCH;
        query.after = batch.last().map(|each| Cursor::of(&each.token, query.sort));
        tokens.extend(batch.into_iter().map(|each| each.token));
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
            return Err(Error::Invalid { field: "tokens", why: say::too_many_chosen(CHOSEN) });
        }
    }
    if chosen.is_empty() {
        return Err(Error::Invalid { field: "tokens", why: say::NONE_CHOSEN.to_owned() });
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
