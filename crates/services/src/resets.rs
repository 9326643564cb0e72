//! Password resets: who forgot their password asks for a mail, whose link sets a new one, once, within half an hour.
//!
//! Whoever asks gets one answer at one pace: it is given before anybody looks whether there is an account. The code in the link is derived
//! from the reset's id and the instance key when the mail is handed over, so neither the outbox nor anything else in the database holds it.

use std::time::Duration;

use domain::{Email, PasswordResetId, audit::Action};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::{
    Console,
    access::{Caller, Principal},
    entropy,
    error::{Error, Result},
    mails::{self, Letter},
    organizations::Password,
    store::{
        self,
        events::{NewEvent, Target},
        resets::Found,
    },
};

/// How long a link can be used.
pub const LIFETIME: Duration = Duration::from_mins(30);

/// Mails to one address: so many at once, then one in this time. What is asked beyond that is answered alike and sends nothing: the last
/// mail is there, and nobody can fill the inbox of somebody else.
const BURST: u32 = 3;
const PERIOD: Duration = Duration::from_mins(10);

/// Asks for a link. The answer is the same, and takes the same time, whether or not there is an account: everything that depends on one
/// is done in a task of its own, whose end nobody but a test waits for.
pub async fn request(console: &Console, caller: &Caller, email: &str) -> Result<JoinHandle<()>> {
    console.0.askers.take(caller)?;
    let email = Email::parse(email).map_err(Error::in_field("email"))?;
    let bucket = console.0.keys.bucket(&format!("password reset {}", email.as_str()));
    let is_spent = store::throttles::take(&console.0.db, &bucket, BURST, PERIOD, console.now()).await?.is_some();
    let (console, caller) = (console.clone(), caller.clone());
    Ok(tokio::spawn(async move {
        if is_spent {
            return;
        }
        if let Err(error) = insert(&console, &caller, &email).await {
            tracing::warn!(%error, "a password reset could not be prepared");
        }
    }))
}

/// Adds a reset for the person with this address and writes the mail that brings its link. Without such a person, or when they are in no
/// organization and could reach nothing, nothing is done.
pub(crate) async fn insert(console: &Console, caller: &Caller, email: &Email) -> Result<()> {
    let Some(known) = store::users::find_credentials(&console.0.db, email).await? else { return Ok(()) };
    let mut write = console.0.db.begin_write().await?;
    let now = console.now();
    let id = PasswordResetId::new(now, entropy::bytes(&*console.0.entropy));
    let expires_at = now.plus(LIFETIME);
    let digest = console.0.keys.reset(&console.0.keys.reset_code(id));
    store::resets::end_open(&mut write, known.user, now).await?;
    store::resets::insert(&mut write, id, known.user, &digest, now, expires_at).await?;
    let letter = Letter::password_reset(console, caller, &known.name, id, now, expires_at);
    if !mails::bring_reset(console, &mut write, known.user, now, &letter, id).await? {
        return Ok(());
    }
    let event = NewEvent {
        at: now,
        organization: None,
        // Whoever asks has proved nothing.
        actor: &Principal::System,
        action: Action::PasswordRequestReset,
        target: Target { kind: "user", id: known.user.to_string(), name: known.name.as_str().to_owned() },
        details: json!({ "reset": id.to_string(), "expires_at": expires_at.iso() }),
        caller,
    };
    write.commit(&console.0.keys, &event).await?;
    console.0.mails.notify_one();
    Ok(())
}

/// Tells whose password a code sets. Reading uses nothing up. The code is the credential: without a good one nobody learns anything.
pub async fn open(console: &Console, code: &str) -> Result<Email> {
    Ok(find(console, code).await?.email)
}

/// Sets a new password. The link is used up and all sessions of the person end; nobody is signed in by it.
pub async fn reset(console: &Console, caller: &Caller, code: &str, new: &Password) -> Result<()> {
    let found = find(console, code).await?;
    new.check(&[found.name.as_str(), found.email.as_str()]).map_err(Error::in_field("password"))?;
    let hash = console.0.hasher.hash(new, &*console.0.entropy).await?;
    let mut write = console.0.db.begin_write().await?;
    let now = console.now();
    let found = store::resets::find_by_digest_in(&mut write, &console.0.keys.reset(code), now).await?.ok_or(Error::Unauthenticated)?;
    store::resets::consume(&mut write, &found, now).await?;
    store::users::set_hash(&mut write, found.user, &hash).await?;
    let ended = store::sessions::end_all(&mut write, found.user, None, now).await?;
    mails::tell_person(console, &mut write, found.user, now, &Letter::password_was_reset(console, caller, &found.name, now)).await?;
    let event = NewEvent {
        at: now,
        organization: None,
        actor: &Principal::Member { id: found.user.to_string(), name: found.name.as_str().to_owned() },
        action: Action::PasswordReset,
        target: Target { kind: "user", id: found.user.to_string(), name: found.name.as_str().to_owned() },
        details: json!({ "reset": found.id.to_string(), "sessions_ended": ended }),
        caller,
    };
    write.commit(&console.0.keys, &event).await?;
    console.0.mails.notify_one();
    Ok(())
}

async fn find(console: &Console, code: &str) -> Result<Found> {
    let digest = console.0.keys.reset(code);
    store::resets::find_by_digest(&console.0.db, &digest, console.now()).await?.ok_or(Error::Unauthenticated)
}
