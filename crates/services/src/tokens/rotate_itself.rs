//! A token that gives itself a new secret.

use domain::{Overlap, Permission};

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

/// Gives the token that asks a new secret, like [`super::rotate`]. Of requests that came while the same secret was current one wins. After
/// that the secret before it rotates once more while the new one was never used, which is taken for lost. `attempt` is a key and the whole
/// of what was asked: see [`super::rotate_once`].
pub async fn rotate_itself(
    console: &Console,
    rotator: &Rotator,
    overlap: Overlap,
    attempt: Option<(&IdempotencyKey, &[u8])>,
) -> Result<Outcome> {
    let access = rotator.access();
    access.require(Permission::TOKEN_ROTATE_SELF)?;
    if overlap == Overlap::Now {
        let why = "A token that rotates itself needs an overlap: whoever loses the answer asks again with the old secret. Choose 1h, 6h, \
                   24h, 7d or first_use.";
        return Err(Error::Invalid { field: "overlap", why: why.to_owned() });
    }
    let id = access.own_token()?;
    let attempt = attempt.map(|(key, body)| Attempt::new(console, access, key, &[b"rotate itself", body]));
    console.0.usage.settle().await?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    if let Some(attempt) = &attempt
        && let Some(earlier) = attempt.earlier(&mut write, access, now).await?
    {
        return repeat(console, access, write, attempt, &earlier).await;
    }
    let token = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    may_rotate(access, &token, now)?;
    let live = rotation::live_in(&mut write, access, id, now).await?;
    let current = live.iter().find(|secret| secret.ends_at().is_none());
    let current = current.ok_or_else(|| Error::internal("a token without a current secret"))?;
    if current.digest != rotator.current() {
        return Err(Error::Conflict(
            "Another request rotated this token meanwhile, and nothing was done. If you did not get its answer, ask again.",
        ));
    }
    if current.digest != rotator.presented() && current.is_used() {
        return Err(Error::Conflict("This secret was replaced, and the new one is in use. Rotate with the new one."));
    }
    let turned = turn(console, access, &mut write, token, live, overlap, now).await?;
    finish(console, access, write, turned, attempt.as_ref()).await
}
