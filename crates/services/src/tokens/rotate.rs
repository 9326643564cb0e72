//! Rotating: a new secret for the same token, and the old one lives on for a while.

use domain::{
    Hint, Issued, OldSecret, Overlap, Permission, Refusals, Rotation, Secret, Status, Timestamp, Token, TokenId, audit::Action,
    texts::tokens as say,
};
use serde_json::{Value, json};

use super::event;
use crate::{
    Console,
    access::{Access, Principal},
    clock::Clock,
    entropy,
    error::{Error, Result},
    keys::{Digest, Keys},
    mails::{self, Letter},
    store::{
        self, Db, Write,
        events::{NewEvent, Target},
        tokens::rotation::{self, LiveSecret},
    },
    usage::FirstUse,
};

/// What there is to know about a token's secrets.
#[derive(Debug)]
pub struct Rotating {
    /// The token.
    pub token: Token,
    /// The overlap that is under way.
    pub rotation: Option<Rotation>,
    /// What of the token was presented although it was dead.
    pub refusals: Vec<Refusals>,
}

/// Gives one of the organization's tokens a new secret. Everything else about it stays, and the one before is accepted for the overlap
/// that was chosen. At most two secrets are accepted at any time: rotating while an overlap runs ends the older one at once. But when the
/// newest was never used, whoever rotates has probably lost it: then it is the one that ends, and the one before keeps its overlap, unless
/// [`Overlap::Now`] ends that too.
pub async fn rotate(console: &Console, access: &Access, id: &str, overlap: Overlap) -> Result<Issued> {
    rotate_if(console, access, id, None, overlap).await.map(|(issued, _)| issued)
}

/// The same from a form. `seen` is the mask of the secret that was current when the form was shown. If another one is by now, nothing
/// happens: a form that is sent again, from a reloaded answer or an old tab, would end the secret that is at work. Decision 32. Also
/// answers the secret that lives on.
pub async fn rotate_seen(
    console: &Console,
    access: &Access,
    id: &str,
    seen: &str,
    overlap: Overlap,
) -> Result<(Issued, Option<OldSecret>)> {
    rotate_if(console, access, id, Some(seen), overlap).await
}

async fn rotate_if(
    console: &Console,
    access: &Access,
    id: &str,
    seen: Option<&str>,
    overlap: Overlap,
) -> Result<(Issued, Option<OldSecret>)> {
    access.require_on_tokens(Permission::API_KEY_UPDATE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    // A use of a moment ago counts: otherwise a secret that is at work would be taken for a lost one.
    console.0.usage.settle().await?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    let token = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    access.require_on(Permission::API_KEY_UPDATE, &token)?;
    may_rotate(access, &token, now)?;
    let live = rotation::live_in(&mut write, access, id, now).await?;
    if seen.is_some_and(|seen| seen != token.hint.as_str()) {
        return Err(rotated_meanwhile(&mut write, access, &token, &live).await?);
    }
    let turned = turn(console, access, &mut write, token, live, overlap, now).await?;
    write.commit(&console.0.keys, &event(access, now, Action::TokenRotate, &turned.issued.token, turned.details)).await?;
    console.0.mails.notify_one();
    let old = turned.old.filter(|(_, ends_at)| *ends_at > now);
    Ok((turned.issued, old.map(|(hint, ends_at)| OldSecret { hint: Hint::from_stored(hint), ends_at })))
}

/// Says who was quicker, and what that means for the secret that is at work.
async fn rotated_meanwhile(write: &mut Write, access: &Access, token: &Token, live: &[LiveSecret]) -> Result<Error> {
    let renewed = [Action::TokenRotate, Action::TokenReissue];
    let latest = store::events::latest_in(write, access, &token.id.to_string(), renewed).await?;
    let by = latest.as_ref().map(|(at, by)| (by.as_str(), *at));
    let old = live.iter().find_map(|secret| Some((secret.hint.as_str(), secret.ends_at()?)));
    Ok(Error::Overtaken(say::rotated_meanwhile(by, old, &token.hint)))
}

/// A rotation that waits for its event.
pub(crate) struct Turned {
    pub(crate) issued: Issued,
    pub(super) digest: Digest,
    pub(crate) details: Value,
    /// The mask of the secret that lives on, and until when it does.
    pub(crate) old: Option<(String, Timestamp)>,
}

/// Rotates inside a change, and tells admins. Whoever gets the new secret may do what the token may. `live` are the token's secrets that are accepted so far.
pub(super) async fn turn(
    console: &Console,
    access: &Access,
    write: &mut Write,
    token: Token,
    live: Vec<LiveSecret>,
    overlap: Overlap,
    now: Timestamp,
) -> Result<Turned> {
    access.recent_to_give(token.given(), now)?;
    let turned = exchange(console, access, write, token, live, overlap, now).await?;
    let old = turned.old.as_ref().map(|(hint, ends_at)| (hint.as_str(), *ends_at));
    mails::tell_admins(console, write, access, now, &Letter::token_rotated(console, access, &turned.issued.token, now, old)).await?;
    Ok(turned)
}

/// The same for a change that has a letter of its own.
pub(crate) async fn exchange(
    console: &Console,
    access: &Access,
    write: &mut Write,
    token: Token,
    live: Vec<LiveSecret>,
    overlap: Overlap,
    now: Timestamp,
) -> Result<Turned> {
    let id = token.id;
    let (older, newest): (Vec<LiveSecret>, Vec<LiveSecret>) = live.into_iter().partition(|secret| secret.ends_at().is_some());
    let newest = newest.into_iter().next().ok_or_else(|| Error::internal("a token without a current secret"))?;
    let newest_is_lost = !older.is_empty() && !newest.is_used() && overlap != Overlap::Now;
    let (stays, ends_at, ended) = if newest_is_lost {
        let ends_at = older.iter().filter_map(LiveSecret::ends_at).max();
        rotation::set_end(write, access, id, &newest, now, Overlap::Now).await?;
        (older, ends_at, vec![newest])
    } else {
        for secret in &older {
            rotation::set_end(write, access, id, secret, now, Overlap::Now).await?;
        }
        // No secret outlives its token; what is told of it shall not either.
        let ends_at = token.expires_at.map_or(overlap.ends(now), |end| end.min(overlap.ends(now)));
        rotation::set_end(write, access, id, &newest, ends_at, overlap).await?;
        (vec![newest], Some(ends_at), older)
    };
    let (issued, digest) = renew(console, access, write, token, now).await?;
    let token = &issued.token;
    let hints = |secrets: &[LiveSecret]| secrets.iter().map(|secret| secret.hint.clone()).collect::<Vec<_>>();
    let details = json!({
        "hint": token.hint.as_str(),
        "old_hint": hints(&stays).first(),
        "overlap": overlap.as_str(),
        "overlap_ends_at": ends_at.map(Timestamp::iso),
        "ended_hints": hints(&ended),
    });
    let old = stays.first().and_then(|secret| Some((secret.hint.clone(), ends_at?)));
    Ok(Turned { issued, digest, details, old })
}

/// Adds a new secret to a token that has no current one.
pub(super) async fn renew(console: &Console, access: &Access, write: &mut Write, token: Token, now: Timestamp) -> Result<(Issued, Digest)> {
    let secret =
        Secret::mint(&console.0.prefix, token.owner.kind(), &entropy::secret_body(&*console.0.entropy)).map_err(Error::internal)?;
    let digest = console.0.keys.token(secret.presented());
    let token = Token { hint: secret.hint(), ..token };
    store::tokens::insert_secret(write, access, &token, &digest, now).await?;
    Ok((Issued { token, secret }, digest))
}

/// Reads the choice of the form.
pub fn chosen_overlap(typed: &str) -> Result<Overlap> {
    typed.parse().map_err(Error::in_field("overlap"))
}

/// Says that somebody may be cut off.
pub use say::STILL_USED;

/// Ends the old secret like [`end_overlap`], but refuses with [`STILL_USED`] where it was used since the rotation or the new one was not, unless
/// whoever asks is `sure`: what works once a night has used neither yet.
pub async fn end_overlap_if(console: &Console, access: &Access, id: &str, sure: bool) -> Result<Token> {
    if !sure {
        // A use of a moment ago counts.
        console.0.usage.settle().await?;
        let rotating = rotation(console, access, id).await?;
        if rotating.rotation.is_some_and(|rotation| !rotation.users.is_empty() || !rotation.new_is_used) {
            access.require_on(Permission::API_KEY_UPDATE, &rotating.token)?;
            return Err(Error::Conflict(STILL_USED));
        }
    }
    end_overlap(console, access, id).await
}

/// Ends the old secret of a token now, while an overlap runs. When this returns, it is refused everywhere. When none runs any more, or the
/// token is over, that is what was wanted, and nothing changes.
pub async fn end_overlap(console: &Console, access: &Access, id: &str) -> Result<Token> {
    access.require_on_tokens(Permission::API_KEY_UPDATE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    let token = store::tokens::find_in(&mut write, access, id).await?.ok_or(Error::NotFound)?;
    access.require_on(Permission::API_KEY_UPDATE, &token)?;
    if matches!(token.status_at(now), Status::Revoked | Status::Expired) {
        write.unchanged().await;
        return Ok(token);
    }
    let live = rotation::live_in(&mut write, access, id, now).await?;
    let Some(old) = live.into_iter().find(|secret| secret.ends_at().is_some()) else {
        write.unchanged().await;
        return Ok(token);
    };
    rotation::set_end(&mut write, access, id, &old, now, Overlap::Now).await?;
    let details = json!({ "hint": old.hint, "would_have_ended_at": old.ends_at().map(Timestamp::iso) });
    write.commit(&console.0.keys, &event(access, now, Action::TokenEndOverlap, &token, details)).await?;
    Ok(token)
}

/// The token, if whoever asks may rotate it and it can be rotated, and the overlap that is under way already.
pub async fn rotatable(console: &Console, access: &Access, id: &str) -> Result<(Token, Option<Rotation>)> {
    access.require_on_tokens(Permission::API_KEY_UPDATE)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let token = store::tokens::find(&console.0.db, access, id).await?.ok_or(Error::NotFound)?;
    let now = console.now();
    access.require_on(Permission::API_KEY_UPDATE, &token)?;
    may_rotate(access, &token, now)?;
    Ok((token, rotation::find(&console.0.db, access, id, now).await?))
}

/// What there is to know about the secrets of one of the organization's tokens.
pub async fn rotation(console: &Console, access: &Access, id: &str) -> Result<Rotating> {
    access.require_on_tokens(Permission::API_KEY_READ)?;
    let id: TokenId = id.parse().map_err(|_| Error::NotFound)?;
    let token = store::tokens::find(&console.0.db, access, id).await?.ok_or(Error::NotFound)?;
    let now = console.now();
    // With a token that is over all of its secrets are, whatever end they were given.
    let is_over = matches!(token.status_at(now), Status::Revoked | Status::Expired);
    let rotation = if is_over { None } else { rotation::find(&console.0.db, access, id, now).await? };
    Ok(Rotating { token, rotation, refusals: rotation::refusals(&console.0.db, access, id).await? })
}

/// Nobody takes over a token that may do more than they: a new secret is as good as a new token. What is over stays over.
pub(crate) fn may_rotate(access: &Access, token: &Token, now: Timestamp) -> Result<()> {
    // Nor does a token live on in another one: the end of its own secret would mean nothing.
    if !access.covers(token.effective()) || access.is_outlived_by(token.expires_at) || access.is_outreached_by(&token.limits.networks) {
        return Err(Error::Forbidden);
    }
    match token.status_at(now) {
        Status::Active | Status::Disabled => Ok(()),
        Status::Expired => Err(Error::Conflict(say::ROTATES_NO_EXPIRED)),
        Status::Revoked => Err(Error::Conflict(say::ROTATES_NO_REVOKED)),
    }
}

/// Ends the old secret of a token because its new one has been used, if that was chosen and nobody was quicker. The worker that writes uses
/// calls this; the event names the token itself as who did it, and the request that used it.
pub(crate) async fn end_on_first_use(db: &Db, keys: &Keys, clock: &dyn Clock, used: &FirstUse) -> Result<()> {
    let mut write = db.begin_write().await?;
    let now = clock.now();
    let Some(old) = rotation::end_on_first_use(&mut write, used.organization, used.token, &used.digest, now).await? else { return Ok(()) };
    let event = NewEvent {
        at: now,
        organization: Some(used.organization),
        actor: &Principal::Token { id: used.token, label: used.label.clone() },
        action: Action::TokenEndOverlap,
        target: Target { kind: "token", id: used.token.to_string(), name: used.label.as_str().to_owned() },
        details: json!({ "hint": old.as_str(), "first_used_at": used.at.iso() }),
        caller: &used.caller,
    };
    write.commit_unanswered(keys, &event).await
}
