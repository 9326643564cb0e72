//! Ending several tokens for good, all of them or none.

use domain::{Permission, Token, audit::Action, token::confirmation};

use super::{list::choose, revoke};
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    store,
};

/// Ends the organization's tokens with these ids for good: all in one change, with an event each, or none. `typed` has to be what
/// [`confirmation`] says. Those that were ended before stay as they are, as in [`revoke::revoke`].
pub async fn revoke_many<'a>(
    console: &Console,
    access: &Access,
    ids: impl IntoIterator<Item = &'a str>,
    typed: &str,
) -> Result<Vec<Token>> {
    access.require_on_tokens(Permission::API_KEY_DELETE)?;
    let ids = choose(ids)?;
    let mut write = access.begin(console).await?;
    let before = store::tokens::find_many_in(&mut write, access, &ids).await?;
    if before.len() != ids.len() {
        return Err(Error::NotFound);
    }
    for token in &before {
        access.require_on(Permission::API_KEY_DELETE, token)?;
    }
    let asked = confirmation(&before);
    if typed.trim() != asked {
        return Err(Error::Invalid { field: "typed", why: format!("Type {asked} to confirm, exactly as it is shown.") });
    }
    let now = console.now();
    let (mut tokens, mut ended, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for token in before {
        let unchanged = token.clone();
        let Ok(token) = token.revoke(now, access.principal().name().to_owned()) else {
            tokens.push(unchanged);
            continue;
        };
        store::tokens::revoke(&mut write, access, token.id, now).await?;
        events.push(super::event(access, now, Action::TokenRevoke, &token, revoke::details(&token)));
        ended.push(token.clone());
        tokens.push(token);
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
