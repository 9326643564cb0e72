//! Generating a token.

use std::time::Duration;

use domain::{
    AssignedRole, Issued, Kind, Owner, PermissionSet, Rights, Secret, State, Timestamp, Token, TokenId, audit::Action, texts::tokens as say,
};
use serde_json::json;

use super::{
    NewToken, event,
    once::Attempt,
    rights::{may_give, may_last, may_reach},
};
use crate::{
    Console,
    access::Access,
    entropy,
    error::{Error, Result},
    keys::Digest,
    mails::{self, Letter},
    roles,
    store::{self, Write, events::NewEvent},
    token_policy,
};

/// Tokens that a person generates for themselves and for their teams: so many at once, then one in this time.
const BURST: u32 = 20;
const PERIOD: Duration = Duration::from_mins(5);

/// Generates a token, for the organization, for the member who asks or for a team that they are in. Nobody hands on more than they hold; Owner is a role for people.
pub async fn create(console: &Console, access: &Access, new: NewToken) -> Result<Issued> {
    issue(console, access, new, None, None).await
}

/// The same for a form that carries a [`super::form_key`]: it generates one token, however often it is sent. An empty key marks nothing.
pub async fn create_by_form(console: &Console, access: &Access, new: NewToken, form: &str) -> Result<Issued> {
    issue(console, access, new, None, Attempt::of_form(console, access, form)?).await
}

/// Refuses a form that was sent before, as [`create_by_form`] does. For what would be refused sooner, and is so only because the form was sent.
pub async fn refuse_sent(console: &Console, access: &Access, form: &str) -> Result<()> {
    let Some(attempt) = Attempt::of_form(console, access, form)? else { return Ok(()) };
    let mut write = access.begin(console).await?;
    match attempt.earlier(&mut write, access, console.now()).await? {
        Some(earlier) => Err(sent_already(&mut write, access, earlier.token).await?),
        None => Ok(()),
    }
}

/// The same, also for a token that stands in for another one, which the event then names. An attempt that was made before makes none.
pub(super) async fn issue(
    console: &Console,
    access: &Access,
    new: NewToken,
    replaces: Option<TokenId>,
    attempt: Option<Attempt>,
) -> Result<Issued> {
    not_too_often(console, access, &new).await?;
    let mut write = access.begin(console).await?;
    let now = console.now();
    if let Some(attempt) = &attempt
        && let Some(earlier) = attempt.earlier(&mut write, access, now).await?
    {
        return Err(sent_already(&mut write, access, earlier.token).await?);
    }
    let (issued, digest) = insert(console, access, &mut write, new, replaces, now).await?;
    if let Some(attempt) = &attempt {
        store::idempotency::insert(&mut write, access, &attempt.digest, &attempt.asked, (issued.token.id, &digest), now).await?;
    }
    write.commit(&console.0.keys, &created(access, now, &issued.token, replaces)).await?;
    console.0.mails.notify_one();
    Ok(issued)
}

/// Refuses whoever generates tokens faster than anybody needs them. Everybody may have tokens of their own and of their teams, and each is told
/// to all admins: nobody may fill their inboxes, or ours. Also refuses an owner that cannot be.
pub(super) async fn not_too_often(console: &Console, access: &Access, new: &NewToken) -> Result<()> {
    let owner = access.owner_of_new(new.owner)?;
    let Some(person) = access.person_id().filter(|_| owner != Owner::Organization) else { return Ok(()) };
    let bucket = console.0.keys.bucket(&format!("tokens of {person}"));
    match store::throttles::take(&console.0.db, &bucket, BURST, PERIOD, console.now()).await? {
        Some(wait) => Err(Error::TooMany { wait }),
        None => Ok(()),
    }
}

/// Says what the form led to when it was sent before. Its secret is not replaced by another, as for a client that lost the answer: whoever
/// reloads a page has seen it, and may have stored it.
async fn sent_already(write: &mut Write, access: &Access, token: TokenId) -> Result<Error> {
    let made = store::tokens::find_in(write, access, token).await?;
    Ok(Error::Overtaken(say::sent_before(made.as_ref().map(|token| (&token.label, &token.hint)))))
}

/// A new secret and the digest to store of it.
pub(super) fn mint(console: &Console, kind: Kind) -> Result<(Secret, Digest)> {
    let secret = Secret::mint(&console.0.prefix, kind, &entropy::secret_body(&*console.0.entropy)).map_err(Error::internal)?;
    let digest = console.0.keys.token(secret.presented());
    Ok((secret, digest))
}

/// Adds the token inside a change, unless it is above the ceiling.
pub(super) async fn insert(
    console: &Console,
    access: &Access,
    write: &mut Write,
    new: NewToken,
    replaces: Option<TokenId>,
    now: Timestamp,
) -> Result<(Issued, Digest)> {
    let owner = access.owner_of_new(new.owner)?;
    let expires_at = new.lifetime.ends(now);
    let role = match &new.role {
        Some(role) => Some(roles::assigned_in(write, access, role).await?),
        None => None,
    };
    may_give(access, &Rights { role: role.clone(), permissions: new.permissions }, PermissionSet::NONE)?;
    may_last(access, expires_at)?;
    may_reach(access, &new.limits.networks)?;
    let (secret, digest) = mint(console, owner.kind())?;
    let token = Token {
        id: TokenId::new(now, entropy::bytes(&*console.0.entropy)),
        owner,
        label: new.label,
        description: new.description,
        hint: secret.hint(),
        role,
        permissions: new.permissions,
        created_at: now,
        created_by: access.principal().name().to_owned(),
        created_by_left: false,
        expires_at,
        limits: new.limits,
        last_used_at: None,
        state: State::Active,
    };
    token_policy::admit(write, access, None, &token, now).await?;
    access.recent_to_give(token.given(), now)?;
    let issued = Issued { token, secret };
    store::tokens::insert(write, access, &issued, &digest, replaces).await?;
    mails::tell_admins(console, write, access, now, &Letter::token_created(console, access, &issued.token)).await?;
    Ok((issued, digest))
}

/// The event that this token was generated, perhaps in the place of another one.
pub(super) fn created<'a>(access: &'a Access, now: Timestamp, token: &Token, replaces: Option<TokenId>) -> NewEvent<'a> {
    let mut details = json!({
        "owner": token.owner.kind().as_str(),
        "hint": token.hint.as_str(),
        "role": token.role.as_ref().map(AssignedRole::recorded),
        "permissions": token.permissions.stored(),
        "expires_at": token.expires_at.map(Timestamp::iso),
    });
    if let Some(team) = token.owner.team() {
        details["team"] = team.name.as_str().into();
    }
    if !token.limits.networks.are_everywhere() {
        details["allowed_networks"] = json!(token.limits.networks);
    }
    if let Some(rate) = token.limits.rate {
        details["rate_limit"] = rate.in_words().into();
    }
    if let Some(replaced) = replaces {
        details["replaces"] = replaced.to_string().into();
    }
    event(access, now, Action::TokenCreate, token, details)
}
