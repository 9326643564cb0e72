//! Sessions: signing in and out of the console with a browser.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::{CURRENT_PASSWORD, Email, Me, Name, SessionId, Timestamp, UserId, audit::Action, texts::sessions as say};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use serde_json::json;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{
    Console,
    access::{Actor, Caller, Principal},
    entropy,
    error::{Error, Result},
    mails::{self, Letter},
    passwords::Password,
    store::{
        self, Write,
        events::{NewEvent, Target},
        sessions::NewSession,
        users::Credentials,
    },
};

/// A session ends after this long without a request.
pub const IDLE: Duration = Duration::from_mins(30);
/// A session ends this long after it began, used or not.
pub const ABSOLUTE: Duration = Duration::from_hours(12);
/// How coarse "last seen" is, so that not every request writes.
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// Attempts on one account at once, then one a minute.
const ACCOUNT_BURST: u32 = 10;
const ACCOUNT_PERIOD: Duration = Duration::from_mins(1);

/// Attempts from one address (a /64 in IPv6): 20 at once, then one in three seconds. In memory: what one server sees is enough to keep a
/// single source away from the hash, and the budget of the account is shared by all servers.
pub(crate) struct Addresses(DefaultKeyedRateLimiter<IpAddr>);

impl Default for Addresses {
    fn default() -> Self {
        let quota = Quota::with_period(Duration::from_secs(3)).expect("the period is not zero");
        Self(RateLimiter::keyed(quota.allow_burst(NonZeroU32::new(20).expect("20 is not zero"))))
    }
}

impl Addresses {
    /// Takes one attempt of whoever calls. Callers without an address share a budget: who hides it must not get around it.
    pub(crate) fn take(&self, caller: &Caller) -> Result<()> {
        let address = caller.address.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));
        let source = match address {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
            IpAddr::V4(_) => address,
        };
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        self.0.check_key(&source).map_err(|not_until| Error::TooMany { wait: not_until.wait_time_from(self.0.clock().now()) })
    }
}

/// The cookies of somebody who has just signed in. Neither is stored: the database has a digest of the first.
pub struct SignedIn {
    /// The session's cookie: 256 random bits.
    pub session: Zeroizing<String>,
    /// The device's cookie: a browser that has signed in before has a budget of attempts of its own, so that guessing at an account
    /// does not lock its owner out.
    pub device: String,
}

/// The other cookie that a session goes on with: 256 random bits. The one before is worth nothing any more.
pub struct Renewed(pub Zeroizing<String>);

/// Signs a person in. The same answer, and the same work, whether the address is unknown or the password wrong.
pub async fn sign_in(console: &Console, caller: &Caller, email: &str, password: &Password, device: Option<&str>) -> Result<SignedIn> {
    let wrong = || Error::Invalid { field: "password", why: say::WRONG.to_owned() };
    let Some((known, is_known_device)) = prove(console, caller, email, password, device).await? else { return Err(wrong()) };
    store::throttles::prune(&console.0.db, console.now())
        .await
        .unwrap_or_else(|error| tracing::warn!(%error, "spent budgets of attempts could not be forgotten"));
    let signed_in = begin_verified(console, caller, &known, is_known_device).await?.ok_or_else(wrong)?;
    if console.0.hasher.is_outdated(&known.password_hash) {
        upgrade(console, &known, password).await.unwrap_or_else(|error| tracing::warn!(%error, "a password hash could not be upgraded"));
    }
    Ok(signed_in)
}

/// Whose the address and the password are, if they belong together, and whether this browser signed in as them before. Attempts are counted
/// before a password is hashed, whatever the password is asked for: who guesses finds no second budget.
async fn prove(
    console: &Console,
    caller: &Caller,
    email: &str,
    password: &Password,
    device: Option<&str>,
) -> Result<Option<(Credentials, bool)>> {
    console.0.addresses.take(caller)?;
    let Ok(email) = Email::parse(email) else {
        console.0.hasher.verify(password, None).await?;
        return Ok(None);
    };
    let known = store::users::find_credentials(&console.0.db, &email).await?;
    let device = device.filter(|device| is_device_of(console, device, known.as_ref().map(|known| known.user)));
    let bucket = console.0.keys.bucket(&match device {
        Some(device) => format!("device {device}"),
        None => format!("account {}", email.as_str()),
    });
    let wait = store::throttles::take(&console.0.db, &bucket, ACCOUNT_BURST, ACCOUNT_PERIOD, console.now()).await?;
    if let Some(wait) = wait {
        return Err(Error::TooMany { wait });
    }
    let hash = known.as_ref().map(|known| known.password_hash.as_str());
    let good = console.0.hasher.verify(password, hash).await?;
    let known = known.filter(|_| good);
    if known.is_none() {
        tracing::info!(address = caller.address(), "a sign-in was refused");
    }
    Ok(known.map(|known| (known, device.is_some())))
}

/// Lets a person who is signed in show once more that it is they. The session goes on under another cookie.
pub async fn confirm(
    console: &Console,
    caller: &Caller,
    actor: &Actor,
    password: &Password,
    device: Option<&str>,
) -> Result<(Actor, Renewed)> {
    let wrong = || Error::Invalid { field: CURRENT_PASSWORD, why: say::WRONG_PASSWORD.to_owned() };
    let Some((known, _)) = prove(console, caller, actor.email.as_str(), password, device).await? else { return Err(wrong()) };
    let mut write = actor.begin(console).await?;
    if !store::users::has_hash(&mut write, known.user, &known.password_hash).await? {
        return Err(wrong());
    }
    let now = console.now();
    let renewed = renew_in(console, &mut write, actor, Some(now)).await?;
    let principal = actor.principal();
    let event = NewEvent {
        at: now,
        organization: None,
        actor: &principal,
        action: Action::SessionConfirm,
        target: Target { kind: "session", id: actor.session.to_string(), name: actor.name.as_str().to_owned() },
        details: json!({}),
        caller,
    };
    write.commit(&console.0.keys, &event).await?;
    Ok((Actor { proved_at: now, is_to_renew: false, ..actor.clone() }, renewed))
}

/// Lets a session go on under another cookie, as part of a change.
pub(crate) async fn renew_in(console: &Console, write: &mut Write, actor: &Actor, proved_at: Option<Timestamp>) -> Result<Renewed> {
    let cookie = new_cookie(console);
    store::sessions::renew_in(write, actor.session, &console.0.keys.session(&cookie), proved_at).await?;
    Ok(Renewed(cookie))
}

/// Lets a session go on under another cookie if it waits for that, because its person has got more rights since `cookie` was given out. For
/// when a browser opens a page, and only then: decision 27.
pub async fn renew(console: &Console, actor: &Actor, cookie: &str) -> Result<Option<Renewed>> {
    if !actor.is_to_renew {
        return Ok(None);
    }
    let new = new_cookie(console);
    let keys = &console.0.keys;
    let renewed = store::sessions::renew(&console.0.db, actor.session, &keys.session(cookie), &keys.session(&new)).await?;
    Ok(renewed.then_some(Renewed(new)))
}

fn new_cookie(console: &Console) -> Zeroizing<String> {
    Zeroizing::new(BASE64URL_NOPAD.encode(&*Zeroizing::new(entropy::bytes::<32>(&*console.0.entropy))))
}

/// Begins a session for somebody whose password was compared with this hash, if it is still theirs: hashing takes its time, and a password
/// that was changed meanwhile, which ended all sessions, must not begin another one.
pub(crate) async fn begin_verified(
    console: &Console,
    caller: &Caller,
    known: &Credentials,
    is_known_device: bool,
) -> Result<Option<SignedIn>> {
    let mut write = console.0.db.begin_write().await?;
    if !store::users::has_hash(&mut write, known.user, &known.password_hash).await? {
        return Ok(None);
    }
    begin(console, caller, write, known.user, &known.name, is_known_device).await.map(Some)
}

/// Replaces the hash by one with today's parameters; signing in does not depend on it.
async fn upgrade(console: &Console, known: &Credentials, password: &Password) -> Result<()> {
    let new = console.0.hasher.hash(password, &*console.0.entropy).await?;
    store::users::upgrade_hash(&console.0.db, known.user, &known.password_hash, &new).await
}

/// Adds a session for somebody who has proved who they are, as part of a change.
pub(crate) async fn insert(console: &Console, write: &mut Write, caller: &Caller, user: UserId) -> Result<(SessionId, SignedIn)> {
    let cookie = new_cookie(console);
    let now = console.now();
    let session = SessionId::new(now, entropy::bytes(&*console.0.entropy));
    store::sessions::insert(
        write,
        &NewSession {
            id: session,
            digest: &console.0.keys.session(&cookie),
            user,
            at: now,
            address: &caller.address(),
            user_agent: caller.user_agent(),
        },
    )
    .await?;
    Ok((session, SignedIn { session: cookie, device: new_device(console, user) }))
}

/// Ends a change by beginning a session for somebody who has proved who they are. They get a mail when it is in a new place: neither a browser
/// that has signed in as them before, which its cookie shows, nor one that looks like one of those at the same address.
pub(crate) async fn begin(
    console: &Console,
    caller: &Caller,
    mut write: Write,
    user: UserId,
    name: &Name,
    is_known_device: bool,
) -> Result<SignedIn> {
    let is_new_place = !is_known_device && store::sessions::is_new_place(&mut write, user, &caller.address(), caller.user_agent()).await?;
    let (session, signed_in) = insert(console, &mut write, caller, user).await?;
    let actor = Principal::Member { id: user.to_string(), name: name.as_str().to_owned() };
    let event = NewEvent {
        at: console.now(),
        organization: None,
        actor: &actor,
        action: Action::SessionCreate,
        target: Target { kind: "session", id: session.to_string(), name: name.as_str().to_owned() },
        details: json!({ "user_agent": caller.user_agent() }),
        caller,
    };
    if is_new_place {
        mails::tell_person(console, &mut write, user, event.at, &Letter::signed_in(console, caller, name, event.at)).await?;
    }
    write.commit(&console.0.keys, &event).await?;
    console.0.mails.notify_one();
    Ok(signed_in)
}

/// Finds who a session cookie belongs to: nobody when it is unknown, ended, idle for [`IDLE`] or older than [`ABSOLUTE`].
pub async fn find(console: &Console, cookie: &str) -> Result<Option<Actor>> {
    let now = console.now();
    let Some(session) = store::sessions::find(&console.0.db, &console.0.keys.session(cookie)).await? else { return Ok(None) };
    if now >= session.created_at.plus(ABSOLUTE) || now >= session.last_seen_at.plus(IDLE) {
        return Ok(None);
    }
    if now >= session.last_seen_at.plus(SEEN_EVERY) {
        store::sessions::touch(&console.0.db, session.id, now).await?;
    }
    Ok(Some(Actor {
        user: session.user,
        name: session.name,
        email: session.email,
        session: session.id,
        proved_at: session.proved_at,
        is_to_renew: session.is_to_renew,
    }))
}

/// Signs a person out. Doing it again changes nothing.
pub async fn sign_out(console: &Console, caller: &Caller, actor: &Actor) -> Result<()> {
    let now = console.now();
    let mut write = console.0.db.begin_write().await?;
    if !store::sessions::end(&mut write, actor.session, now).await? {
        return Ok(());
    }
    let principal = actor.principal();
    let event = NewEvent {
        at: now,
        organization: None,
        actor: &principal,
        action: Action::SessionEnd,
        target: Target { kind: "session", id: actor.session.to_string(), name: actor.name.as_str().to_owned() },
        details: json!({}),
        caller,
    };
    write.commit(&console.0.keys, &event).await
}

/// Tells a person who they are and where they belong.
pub async fn me(console: &Console, actor: Option<&Actor>) -> Result<Me> {
    let actor = actor.ok_or(Error::Unauthenticated)?;
    Ok(actor.me(store::organizations::list_for_member(&console.0.db, actor.user).await?))
}

/// `RANDOM.SIGNATURE`: the signature covers the random part and the user, so one person's cookie is no budget for another account.
fn new_device(console: &Console, user: UserId) -> String {
    let device = HEXLOWER.encode(&entropy::bytes::<16>(&*console.0.entropy));
    let signature = HEXLOWER.encode(&console.0.keys.device(&user.to_string(), &device));
    format!("{device}.{signature}")
}

/// Whether this is a device cookie of that user. For nobody it does the same work and says no: an account must not show in the time.
fn is_device_of(console: &Console, cookie: &str, user: Option<UserId>) -> bool {
    let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let Some((device, signature)) = cookie
        .split_once('.')
        .filter(|(device, signature)| device.len() == 32 && signature.len() == 64 && is_hex(device) && is_hex(signature))
    else {
        return false;
    };
    let name = user.map_or_else(|| "usr_00000000000000000000000000000000".to_owned(), |user| user.to_string());
    let expected = HEXLOWER.encode(&console.0.keys.device(&name, device));
    bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) && user.is_some()
}
