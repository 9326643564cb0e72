//! Ending several tokens for good, all of them or none.

use std::collections::BTreeSet;

use domain::{Permission, Reason, Token, TokenId, audit::Action, texts::tokens as say, token::confirmation};

use super::{
    list::{CHOSEN, choose},
    revoke,
};
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    store::{self, Write},
};

/// Ends the organization's tokens with these ids for good: all in one change, with an event each, or none. `typed` has to be what
/// [`confirmation`] says. Those that were ended before stay as they are, as in [`revoke::revoke`].
pub async fn revoke_many<'a>(
    console: &Console,
    access: &Access,
    ids: impl IntoIterator<Item = &'a str>,
    typed: &str,
    why: Option<Reason>,
) -> Result<Vec<Token>> {
    access.require_on_tokens(Permission::API_KEY_DELETE)?;
    let ids = choose(ids)?;
    let mut write = access.begin(console).await?;
    let before = store::tokens::find_many_in(&mut write, access, &ids).await?;
    if before.len() != ids.len() {
        return Err(Error::NotFound);
    }
    let asked = confirmation(&before);
    if typed.trim() != asked {
        return Err(Error::Invalid { field: "typed", why: say::type_to_confirm(&asked) });
    }
    Ok(end(console, access, write, before, why).await?.into_iter().map(|(token, _)| token).collect())
}

/// The same for a program, which cannot mistype: what is there ends, in one change, whatever else is named. For each id, in their order and once, the token
/// and whether it ended now and not before; none where no such token is reached.
pub async fn revoke_many_by_id(
    console: &Console,
    access: &Access,
    ids: &[String],
    why: Option<Reason>,
) -> Result<Vec<(String, Option<(Token, bool)>)>> {
    access.require_on_tokens(Permission::API_KEY_DELETE)?;
    if !(1..=CHOSEN).contains(&ids.len()) {
        return Err(Error::Invalid { field: "ids", why: say::too_many_named(CHOSEN) });
    }
    let mut seen = BTreeSet::new();
    let ids: Vec<&String> = ids.iter().filter(|id| seen.insert(*id)).collect();
    let known: Vec<TokenId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let mut write = access.begin(console).await?;
    let before = if known.is_empty() { Vec::new() } else { store::tokens::find_many_in(&mut write, access, &known).await? };
    let ended = end(console, access, write, before, why).await?;
    let found = |id: &str| ended.iter().find(|(token, _)| token.id.to_string() == id).cloned();
    Ok(ids.into_iter().map(|id| (id.clone(), found(id))).collect())
}

/// Ends those of the tokens that are not ended yet, and tells of each whether it was.
async fn end(console: &Console, access: &Access, mut write: Write, before: Vec<Token>, why: Option<Reason>) -> Result<Vec<(Token, bool)>> {
    for token in &before {
        access.require_on(Permission::API_KEY_DELETE, token)?;
    }
    let now = console.now();
    let (mut tokens, mut ended, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for token in before {
        let unchanged = token.clone();
        let Ok(token) = token.revoke(now, access.principal().name().to_owned(), why.clone()) else {
            tokens.push((unchanged, false));
            continue;
        };
        store::tokens::revoke(&mut write, access, token.id, why.as_ref(), now).await?;
        events.push(super::event(access, now, Action::TokenRevoke, &token, revoke::details(&token, why.as_ref())));
        ended.push(token.clone());
        tokens.push((token, true));
    }
    if events.is_empty() {
        write.unchanged().await;
    } else {
        revoke::tell(console, &mut write, access, &ended, now).await?;
        write.commit_all(&console.0.keys, &events).await?;
        console.0.mails.notify_one();
    }
    Ok(tokens)
}
