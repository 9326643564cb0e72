//! A secret that a rotation has ended, presented to rotate with: two parties hold what one should, and nobody can tell them apart.

use domain::{Permission, PresentedSecret, Status, audit::Action, texts::tokens as say};
use serde_json::json;

use super::{event, revoke::details};
use crate::{
    Console,
    access::{self, Caller},
    error::Result,
    mails::{self, Letter},
    store,
};

/// Ends the token of which this is an ended secret, whatever secret of it is good, if it is one that rotates itself and is not over
/// already. Anything else has no effect, and nobody is told which it was. The server does this by itself: who asked has proved nothing.
pub(crate) async fn end_reused(console: &Console, presented: &str, caller: &Caller) -> Result<()> {
    let Ok(secret) = PresentedSecret::parse(presented, &console.0.prefix) else { return Ok(()) };
    let digest = console.0.keys.token(secret);
    let found = console.recognize(&digest).await?.filter(|found| found.secret.is_ended(console.now()));
    let Some(found) = found else { return Ok(()) };
    // Asked before the change, so that whoever holds something worthless cannot make others wait for it.
    let lives = matches!(found.token.status_at(console.now()), Status::Active | Status::Disabled);
    if !lives || !found.token.effective().contains(Permission::TOKEN_ROTATE_SELF) {
        return Ok(());
    }
    let hint = found.token.hint.clone();
    let access = access::by_reuse(&found, caller);
    let mut write = access.begin(console).await?;
    let now = console.now();
    let Some(before) = store::tokens::find_in(&mut write, &access, found.token.id).await? else { return Ok(()) };
    if !matches!(before.status_at(now), Status::Active | Status::Disabled) {
        return Ok(());
    }
    let why = super::revoke::known(say::REUSED);
    let Ok(token) = before.revoke(now, access.principal().name().to_owned(), why.clone()) else { return Ok(()) };
    store::tokens::revoke(&mut write, &access, token.id, why.as_ref(), now).await?;
    mails::tell_admins(console, &mut write, &access, now, &Letter::token_reused(console, &access, &token, &hint, now)).await?;
    let reused = json!({ "hint": hint.as_str(), "consequence": say::WAS_REVOKED });
    let events = [
        event(&access, now, Action::TokenReuse, &token, reused),
        event(&access, now, Action::TokenRevoke, &token, details(&token, why.as_ref())),
    ];
    write.commit_all(&console.0.keys, &events).await?;
    console.0.mails.notify_one();
    Ok(())
}
