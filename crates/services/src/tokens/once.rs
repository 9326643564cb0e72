//! Generating a token once, however often a client that lost the answer asks.
//!
//! A secret is never stored, so an answer cannot be repeated as it was. As long as nobody has used the secret that was lost, another one
//! takes its place; once it was used, somebody received it, and there is nothing to repeat.

use std::time::Duration;

use data_encoding::HEXLOWER;
use domain::{Invalid, Issued, Permission, PermissionSet, Status, Timestamp, TokenId, audit::Action, texts::tokens as say};
use serde_json::json;

use super::{
    NewToken,
    create::{created, insert, mint, not_too_often},
    event,
    rights::{may_give, may_last, may_reach},
};
use crate::{
    Console,
    access::Access,
    entropy,
    error::{Error, Result},
    keys::Digest,
    mails::{self, Letter},
    store::{self, Write, idempotency::Earlier},
};

/// How long an attempt is remembered.
const MEMORY: Duration = Duration::from_hours(24);

/// What a client sends along to mark attempts as the same one: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Checks a key that came with a request.
    pub fn parse(text: &[u8]) -> core::result::Result<Self, Invalid> {
        let fits = (1..=255).contains(&text.len()) && text.iter().all(|byte| (b' '..=b'~').contains(byte));
        let text = core::str::from_utf8(text).ok().filter(|_| fits);
        text.map(|text| Self(text.to_owned())).ok_or_else(|| Invalid(say::NO_KEY.to_owned()))
    }
}

/// An attempt as it is remembered: who sent which key, and what was asked for.
pub(super) struct Attempt {
    pub(super) digest: Digest,
    pub(super) asked: Digest,
}

impl Attempt {
    /// The key belongs to whoever sends it. `asked` tells a repetition from another use of the key.
    pub(super) fn new(console: &Console, access: &Access, key: &IdempotencyKey, asked: &[&[u8]]) -> Self {
        let keys = &console.0.keys;
        let (organization, principal) = (access.organization().id.to_string(), access.principal());
        let id = principal.id();
        let sender = [b"key", organization.as_bytes(), principal.kind().as_bytes(), id.as_bytes(), key.0.as_bytes()];
        Self { digest: keys.idempotency(&sender), asked: keys.idempotency(asked) }
    }

    /// The attempt that a form is, by the key that it carries; none when it carries none.
    pub(super) fn of_form(console: &Console, access: &Access, form: &str) -> Result<Option<Self>> {
        if form.is_empty() {
            return Ok(None);
        }
        let key = IdempotencyKey::parse(form.as_bytes()).map_err(Error::in_field("form"))?;
        Ok(Some(Self::new(console, access, &key, &[b"form"])))
    }

    /// What the attempt with the same key led to, if that was not too long ago.
    pub(super) async fn earlier(&self, write: &mut Write, access: &Access, now: Timestamp) -> Result<Option<Earlier>> {
        store::idempotency::prune(write, access, now.minus(MEMORY)).await?;
        store::idempotency::find_in(write, access, &self.digest).await
    }
}

/// What a form carries, so that sending it again, as reloading its answer does, generates no second token. Decision 32.
pub fn form_key(console: &Console) -> String {
    let random: [u8; 16] = entropy::bytes(&*console.0.entropy);
    HEXLOWER.encode(&random)
}

/// What an attempt with a key led to.
pub enum Outcome {
    /// The token was generated, or rotated.
    Created(Issued),
    /// An earlier attempt did it. The secret, which nobody had used, is replaced by this one.
    Reissued(Issued),
    /// An earlier attempt did it to this token, and the secret can no longer be replaced: it was used, or the token was changed since.
    Spent(TokenId),
    /// An earlier attempt with this key asked for something else.
    Reused,
}

/// Generates a token like [`super::create`], at most once a day for a caller and a key. `body` is the whole of what was
/// asked, to tell a repetition from another use of the key.
pub async fn create_once(console: &Console, access: &Access, new: NewToken, key: &IdempotencyKey, body: &[u8]) -> Result<Outcome> {
    not_too_often(console, access, &new).await?;
    let attempt = Attempt::new(console, access, key, &[b"body", body]);
    let mut settled = false;
    loop {
        let mut write = access.begin(console).await?;
        let now = console.now();
        match attempt.earlier(&mut write, access, now).await? {
            None => {
                let (issued, secret) = insert(console, access, &mut write, new, None, now).await?;
                store::idempotency::insert(&mut write, access, &attempt.digest, &attempt.asked, (issued.token.id, &secret), now).await?;
                write.commit(&console.0.keys, &created(access, now, &issued.token, None)).await?;
                console.0.mails.notify_one();
                return Ok(Outcome::Created(issued));
            }
            Some(earlier) if earlier.body != attempt.asked => return Ok(Outcome::Reused),
            // Whether the secret was used is read from the database, where uses arrive late. Writing them needs the place of this change.
            Some(_) if !settled => {
                drop(write);
                console.0.usage.settle().await?;
                settled = true;
            }
            Some(earlier) => return reissue(console, access, write, &attempt.digest, &earlier).await,
        }
    }
}

/// Puts a new secret in the place of the one that was lost. The token may have been changed meanwhile, so the ceiling is asked again.
async fn reissue(console: &Console, access: &Access, mut write: Write, key: &Digest, earlier: &Earlier) -> Result<Outcome> {
    let now = console.now();
    let lost = store::tokens::find_in(&mut write, access, earlier.token).await?.ok_or_else(|| Error::internal("the token is gone"))?;
    if lost.status_at(now) != Status::Active || lost.last_used_at.is_some() {
        return Ok(Outcome::Spent(lost.id));
    }
    access.require_on(Permission::API_KEY_CREATE, &lost)?;
    may_give(access, &lost.rights(), PermissionSet::NONE)?;
    may_last(access, lost.expires_at)?;
    may_reach(access, &lost.limits.networks)?;
    let (secret, digest) = mint(console, lost.owner.kind())?;
    if !store::tokens::replace_secret(&mut write, access, lost.id, &earlier.secret, &digest, &secret.hint(), now).await? {
        return Ok(Outcome::Spent(lost.id));
    }
    store::idempotency::update_secret(&mut write, access, key, &digest).await?;
    let details = json!({ "hint": secret.hint().as_str(), "replaced": lost.hint.as_str(), "reason": say::ANSWER_WAS_LOST });
    let issued = Issued { token: domain::Token { hint: secret.hint(), ..lost.clone() }, secret };
    mails::tell_admins(console, &mut write, access, now, &Letter::token_reissued(console, access, &issued, &lost, now)).await?;
    write.commit(&console.0.keys, &event(access, now, Action::TokenReissue, &issued.token, details)).await?;
    console.0.mails.notify_one();
    Ok(Outcome::Reissued(issued))
}
