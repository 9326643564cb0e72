//! A token that gives itself a new secret.

use std::time::Duration;

use domain::{Overlap, Permission, texts::tokens as say};

use super::{
    IdempotencyKey, Outcome,
    once::Attempt,
    rotate::{may_rotate, turn},
    rotate_once::{finish, repeat},
};
use crate::{
    Console,
    access::Rotator,
    error::{Error, Result},
    store::{self, tokens::rotation},
};

/// For so long nobody takes a secret that was just answered for lost: it may be on its way into the place where it is kept, or in use on
/// another server that has not written that down yet.
const HOLD: Duration = Duration::from_mins(1);

fn meanwhile() -> Error {
    Error::Conflict(say::ROTATED_BY_ANOTHER)
}

/// Gives the token that asks a new secret, like [`super::rotate`]. Of requests that came while the same secret was current one wins. After
/// that the secret before it rotates once more, a minute later at the earliest, while the new one was never used, which is taken for lost. `attempt` is a key and the whole
/// of what was asked: see [`super::rotate_once`].
pub async fn rotate_itself(
    console: &Console,
    rotator: &Rotator,
    overlap: Overlap,
    attempt: Option<(&IdempotencyKey, &[u8])>,
) -> Result<Outcome> {
    let access = rotator.access();
    access.require(Permission::TOKEN_ROTATE_SELF)?;
    if !Overlap::LASTING.contains(&overlap) {
        return Err(Error::Invalid { field: "overlap", why: say::NEEDS_AN_OVERLAP.to_owned() });
    }
    let id = access.own_token()?;
    let attempt = attempt.map(|(key, body)| Attempt::new(console, access, key, &[b"rotate itself", body]));
    console.0.usage.settle().await?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    if let Some(attempt) = &attempt
        && let Some(earlier) = attempt.earlier(&mut write, access, now).await?
    {
        // Whoever repeats an attempt came after its answer; whoever was under way with it gets no second secret, which would end the first.
        if earlier.secret != rotator.current() {
            return Err(meanwhile());
        }
        return repeat(console, access, write, attempt, &earlier).await;
    }
    let token = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    may_rotate(access, &token, now)?;
    let live = rotation::live_in(&mut write, access, id, now).await?;
    let current = live.iter().find(|secret| secret.ends_at().is_none());
    let current = current.ok_or_else(|| Error::internal("a token without a current secret"))?;
    if current.digest != rotator.current() {
        return Err(meanwhile());
    }
    if current.digest != rotator.presented() && current.is_used() {
        return Err(Error::Conflict(say::NEW_SECRET_IN_USE));
    }
    if current.digest != rotator.presented() && now.since(current.created_at()) < HOLD {
        return Err(Error::Conflict(say::ROTATED_A_MOMENT_AGO));
    }
    let turned = turn(console, access, &mut write, token, live, overlap, now).await?;
    finish(console, access, write, turned, attempt.as_ref()).await
}
