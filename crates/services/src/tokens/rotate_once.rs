//! Rotating once, however often a client that lost the answer asks: see [`super::once`].

use domain::{Overlap, Permission, Status, TokenId, audit::Action, texts::tokens as say};
use serde_json::json;

use super::{
    IdempotencyKey, Outcome, event,
    once::Attempt,
    rotate::{Turned, may_rotate, renew, turn},
};
use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    mails::{self, Letter},
    store::{
        self, Write,
        idempotency::Earlier,
        tokens::rotation::{self, LiveSecret},
    },
};

/// Rotates one of the organization's tokens like [`super::rotate`], at most once a day for a caller and a key. `body` is the whole of what
/// was asked, to tell a repetition from another use of the key.
pub async fn rotate_once(
    console: &Console,
    access: &Access,
    id: &str,
    overlap: Overlap,
    key: &IdempotencyKey,
    body: &[u8],
) -> Result<Outcome> {
    access.require_on_tokens(Permission::API_KEY_UPDATE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let attempt = Attempt::new(console, access, key, &[b"rotate", id.to_string().as_bytes(), body]);
    // Whether the secret of an earlier attempt was used decides, and uses arrive late.
    console.0.usage.settle().await?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    // First of all: whose the token is may have changed since an earlier attempt.
    let token = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    access.require_on(Permission::API_KEY_UPDATE, &token)?;
    if let Some(earlier) = attempt.earlier(&mut write, access, now).await? {
        return repeat(console, access, write, &attempt, &earlier).await;
    }
    may_rotate(access, &token, now)?;
    let live = rotation::live_in(&mut write, access, id, now).await?;
    let turned = turn(console, access, &mut write, token, live, overlap, now).await?;
    finish(console, access, write, turned, Some(&attempt)).await
}

/// Records a rotation, and the attempt that it was.
pub(super) async fn finish(
    console: &Console,
    access: &Access,
    mut write: Write,
    turned: Turned,
    attempt: Option<&Attempt>,
) -> Result<Outcome> {
    let now = console.now();
    let Turned { issued, digest, details, .. } = turned;
    if let Some(attempt) = attempt {
        store::idempotency::insert(&mut write, access, &attempt.digest, &attempt.asked, (issued.token.id, &digest), now).await?;
    }
    write.commit(&console.0.keys, &event(access, now, Action::TokenRotate, &issued.token, details)).await?;
    console.0.mails.notify_one();
    Ok(Outcome::Created(issued))
}

/// Answers an attempt that succeeded before: as long as nobody has used the secret that was lost, it ends and another one takes its place.
/// It stays on record as ended, since somebody may have received it after all. The overlap of the one before goes on as it was.
pub(super) async fn repeat(console: &Console, access: &Access, mut write: Write, attempt: &Attempt, earlier: &Earlier) -> Result<Outcome> {
    if earlier.body != attempt.asked {
        return Ok(Outcome::Reused);
    }
    let now = console.now();
    let id = earlier.token;
    let lost = store::tokens::find_in(&mut write, access, id).await?.ok_or_else(|| Error::internal("the token is gone"))?;
    if !matches!(lost.status_at(now), Status::Active | Status::Disabled) {
        return Ok(Outcome::Spent(id));
    }
    may_rotate(access, &lost, now)?;
    let live = rotation::live_in(&mut write, access, id, now).await?;
    let is_lost = |secret: &LiveSecret| secret.ends_at().is_none() && secret.digest == earlier.secret && !secret.is_used();
    let Some(secret) = live.into_iter().find(is_lost) else { return Ok(Outcome::Spent(id)) };
    rotation::set_end(&mut write, access, id, &secret, now, Overlap::Now).await?;
    let (issued, digest) = renew(console, access, &mut write, lost.clone(), now).await?;
    store::idempotency::update_secret(&mut write, access, &attempt.digest, &digest).await?;
    let details = json!({ "hint": issued.token.hint.as_str(), "replaced": lost.hint.as_str(), "reason": say::ANSWER_WAS_LOST });
    mails::tell_admins(console, &mut write, access, now, &Letter::token_reissued(console, access, &issued, &lost, now)).await?;
    write.commit(&console.0.keys, &event(access, now, Action::TokenReissue, &issued.token, details)).await?;
    console.0.mails.notify_one();
    Ok(Outcome::Reissued(issued))
}
