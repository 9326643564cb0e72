//! Ending the sessions of a member, wherever they are signed in. Decision 27.

use domain::{Member, Permission, audit::Action};
use serde_json::json;

use super::{event, may_edit, parse};
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    mails::{self, Letter},
    store,
};

/// Whether this member may be signed out everywhere: by whoever may change their role, so by nobody who may do less.
pub fn may_sign_out(access: &Access, member: &Member) -> bool {
    may_edit(access, member)
}

/// Ends all sessions of a member, and tells them so by mail. When there is none, nothing changes.
pub async fn sign_out(console: &Console, access: &Access, id: &str) -> Result<Member> {
    access.require(Permission::USER_UPDATE)?;
    let mut write = access.begin(console).await?;
    let member = store::members::find_in(&mut write, access, parse(id)?).await?.ok_or(Error::NotFound)?;
    if !may_sign_out(access, &member) {
        return Err(Error::Forbidden);
    }
    let now = console.now();
    let ended = store::sessions::end_all(&mut write, member.user, None, now).await?;
    if ended == 0 {
        return Ok(member);
    }
    let letter = Letter::signed_out(console, access, &member.name, now);
    mails::tell_person(console, &mut write, member.user, now, &letter).await?;
    write.commit(&console.0.keys, &event(access, now, Action::MemberSignOut, &member, json!({ "sessions_ended": ended }))).await?;
    console.0.mails.notify_one();
    Ok(member)
}
