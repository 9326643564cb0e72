//! A person's own account: what they are called, their password, where they are signed in.

use std::time::Duration;

use domain::{Name, Session, SessionId, audit::Action, texts::account as say};
use serde_json::json;

use crate::{
    Console,
    access::{Actor, Caller, Principal},
    error::{Error, Result},
    mails::{self, Letter},
    organizations::Password,
    sessions::{self, SignedIn},
    store::{
        self,
        events::{NewEvent, Target},
    },
};

/// Guesses at the present password by who has got hold of a session: so many at once, then one a minute.
const BURST: u32 = 5;
const PERIOD: Duration = Duration::from_mins(1);

/// Changes what a person is called. What they did before keeps the name it was done under.
pub async fn edit(console: &Console, caller: &Caller, actor: &Actor, name: &str) -> Result<Name> {
    let name = Name::parse(name).map_err(Error::in_field("name"))?;
    if name == actor.name {
        return Ok(name);
    }
    let mut write = actor.begin(console).await?;
    store::users::edit(&mut write, actor.user, &name).await?;
    let details = json!({ "from": actor.name.as_str(), "to": name.as_str() });
    let target = Target { kind: "user", id: actor.user.to_string(), name: name.as_str().to_owned() };
    write.commit(&console.0.keys, &event(console, caller, &actor.principal(), Action::AccountEdit, target, details)).await?;
    Ok(name)
}

/// Changes a password. All sessions end, and one begins anew for who changed it: neither a stolen cookie nor an older one is worth
/// anything afterwards.
pub async fn change_password(console: &Console, caller: &Caller, actor: &Actor, present: &Password, new: &Password) -> Result<SignedIn> {
    let bucket = console.0.keys.bucket(&format!("present password {}", actor.user));
    if let Some(wait) = store::throttles::take(&console.0.db, &bucket, BURST, PERIOD, console.now()).await? {
        return Err(Error::TooMany { wait });
    }
    new.check(&[actor.name.as_str(), actor.email.as_str()]).map_err(Error::in_field("password"))?;
    let known = store::users::find_credentials(&console.0.db, &actor.email).await?.ok_or(Error::Unauthenticated)?;
    if !console.0.hasher.verify(present, Some(&known.password_hash)).await? {
        return Err(Error::Invalid { field: "present", why: say::WRONG_PASSWORD.to_owned() });
    }
    let hash = console.0.hasher.hash(new, &*console.0.entropy).await?;
    let mut write = actor.begin(console).await?;
    if !store::users::change_hash(&mut write, actor.user, &known.password_hash, &hash).await? {
        return Err(Error::Conflict(say::PASSWORD_CHANGED_MEANWHILE));
    }
    let now = console.now();
    let ended = store::sessions::end_all(&mut write, actor.user, None, now).await?;
    // Whoever asked for a link in their name must not set another one.
    store::resets::end_open(&mut write, actor.user, now).await?;
    let (session, signed_in) = sessions::insert(console, &mut write, caller, actor.user).await?;
    let details = json!({ "sessions_ended": ended, "session": session.to_string() });
    let target = Target { kind: "user", id: actor.user.to_string(), name: actor.name.as_str().to_owned() };
    mails::tell_person(console, &mut write, actor.user, now, &Letter::password_changed(console, caller, &actor.name, now)).await?;
    write.commit(&console.0.keys, &event(console, caller, &actor.principal(), Action::PasswordChange, target, details)).await?;
    console.0.mails.notify_one();
    Ok(signed_in)
}

/// Lists where a person is signed in, the latest first.
pub async fn list_sessions(console: &Console, actor: Option<&Actor>) -> Result<Vec<Session>> {
    let actor = actor.ok_or(Error::Unauthenticated)?;
    let now = console.now();
    store::sessions::list(&console.0.db, actor.user, actor.session, now.minus(sessions::IDLE), now.minus(sessions::ABSOLUTE)).await
}

/// Ends one of a person's own sessions; one that is over, or of somebody else, is not found.
pub async fn end_session(console: &Console, caller: &Caller, actor: &Actor, id: &str) -> Result<()> {
    let id: SessionId = id.parse().map_err(|_| Error::NotFound)?;
    let mut write = actor.begin(console).await?;
    if !store::sessions::end_own(&mut write, actor.user, id, console.now()).await? {
        return Err(Error::NotFound);
    }
    let target = Target { kind: "session", id: id.to_string(), name: actor.name.as_str().to_owned() };
    write.commit(&console.0.keys, &event(console, caller, &actor.principal(), Action::SessionEnd, target, json!({}))).await
}

/// Ends all sessions of a person but the one that asks. When there is none, nothing changes.
pub async fn end_other_sessions(console: &Console, caller: &Caller, actor: &Actor) -> Result<()> {
    let mut write = actor.begin(console).await?;
    let ended = store::sessions::end_all(&mut write, actor.user, Some(actor.session), console.now()).await?;
    if ended == 0 {
        return Ok(());
    }
    let target = Target { kind: "user", id: actor.user.to_string(), name: actor.name.as_str().to_owned() };
    let details = json!({ "sessions_ended": ended });
    write.commit(&console.0.keys, &event(console, caller, &actor.principal(), Action::SessionEnd, target, details)).await
}

/// The event that a person did something to their own account.
fn event<'a>(
    console: &Console,
    caller: &'a Caller,
    actor: &'a Principal,
    action: Action,
    target: Target,
    details: serde_json::Value,
) -> NewEvent<'a> {
    NewEvent { at: console.now(), organization: None, actor, action, target, details, caller }
}
