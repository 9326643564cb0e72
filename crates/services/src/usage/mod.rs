//! Use: noted in memory when a secret is presented, written in batches, never in the request.
//!
//! Each thread notes in a place of its own, and a worker gathers what is there: verification waits for nobody and wakes nobody but the
//! worker, once in a period.
//!
//! Of what is accepted the latest use of each token is kept; of a secret that a rotation has replaced also who uses it; of what is dead how
//! often it is presented all the same. The first use of a new secret ends the old one where that was chosen. [`history`] counts by day.

mod history;
mod noted;
mod worker;

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering, fence},
    },
    time::Duration,
};

use domain::{Cause, Hint, Label, OrganizationId, Purpose, Timestamp, TokenId};
use thread_local::ThreadLocal;
use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::timeout,
};

pub(crate) use history::{DayCount, PermissionUses, Seen};
use noted::Noted;
pub(crate) use worker::Worker;

use crate::{
    access::Caller,
    error::{Error, Result},
    keys::Digest,
    store::tokens::Found,
};

/// Rows in one statement; SQLite takes 32,766 values.
const BATCH: usize = 1_000;
/// How long a change waits for what was noted before it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who presented a secret, as far as anybody can tell.
#[derive(Clone, Copy)]
pub(crate) struct Presenter<'a> {
    /// Whose request brought it here: whoever presented it, or the service that asks about it.
    caller: &'a Caller,
    /// From where it was presented.
    address: Option<IpAddr>,
}

impl<'a> Presenter<'a> {
    /// Who presented a secret to the service `caller`, which may know the address.
    pub(crate) fn through(caller: &'a Caller, address: Option<IpAddr>) -> Self {
        Self { caller, address: address.map(|address| address.to_canonical()).or(caller.address) }
    }

    fn address(&self) -> String {
        self.address.map(|address| address.to_string()).unwrap_or_default()
    }
}

impl<'a> From<&'a Caller> for Presenter<'a> {
    fn from(caller: &'a Caller) -> Self {
        Self { caller, address: caller.address }
    }
}

/// That a token was accepted.
pub(crate) struct Use {
    pub(crate) organization: OrganizationId,
    pub(crate) token: TokenId,
    pub(crate) at: Timestamp,
    pub(crate) address: String,
    pub(crate) user_agent: String,
}

/// That a secret was accepted of which no use has been written yet.
pub(crate) struct FirstUse {
    pub(crate) digest: Digest,
    pub(crate) organization: OrganizationId,
    pub(crate) token: TokenId,
    pub(crate) label: Label,
    pub(crate) at: Timestamp,
    pub(crate) caller: Caller,
}

/// How often somebody used a secret that a rotation has replaced.
pub(crate) struct SecretUse {
    pub(crate) digest: Digest,
    pub(crate) organization: OrganizationId,
    pub(crate) token: TokenId,
    pub(crate) address: String,
    pub(crate) user_agent: String,
    pub(crate) last: Timestamp,
    pub(crate) times: i64,
}

/// How often something of a token was presented although it is dead.
pub(crate) struct Refused {
    pub(crate) organization: OrganizationId,
    pub(crate) token: TokenId,
    pub(crate) cause: Cause,
    pub(crate) hint: Hint,
    pub(crate) last: Timestamp,
    pub(crate) address: String,
    pub(crate) user_agent: String,
    pub(crate) times: i64,
}

/// What waits to be gathered.
#[derive(Default)]
struct Waiting {
    /// A place for each thread. Only the worker ever asks for that of another.
    places: ThreadLocal<Mutex<Noted>>,
    /// Whether the worker knows that something waits.
    is_known: AtomicBool,
    something: Notify,
    /// Calls the worker before its time: much waits.
    much: Notify,
    /// Whether there was no room for something since it was last gathered: then nobody may be told that all of it was written.
    is_dropped: AtomicBool,
}

impl Waiting {
    fn note(&self, take: impl FnOnce(&mut Noted)) {
        let (place, is_new) = self.places.get().map_or_else(|| (self.places.get_or_default(), true), |place| (place, false));
        let mut noted = place.lock().unwrap_or_else(PoisonError::into_inner);
        let before = noted.len();
        if before >= noted::MOST {
            self.is_dropped.store(true, Ordering::Release);
            return;
        }
        take(&mut noted);
        let is_much = before < noted::MOST / 2 && noted.len() >= noted::MOST / 2;
        // Whoever gathers takes the flag back *before* it looks into any place: what it does not see there is noted after that, and says so.
        drop(noted);
        if is_much {
            self.much.notify_one();
        }
        if is_new {
            // Their lock orders the two where both lock it. A place that is new may not be seen yet, and then nothing but this does.
            fence(Ordering::SeqCst);
        }
        if !self.is_known.load(Ordering::Relaxed) && !self.is_known.swap(true, Ordering::Relaxed) {
            self.something.notify_one();
        }
    }

    /// Everything that was noted until now.
    fn gather(&self) -> Vec<Noted> {
        self.is_known.store(false, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        self.places.iter().map(|place| std::mem::take(&mut *place.lock().unwrap_or_else(PoisonError::into_inner))).collect()
    }
}

/// Where the worker finds what it writes.
pub(crate) struct Notes {
    waiting: Arc<Waiting>,
    /// Whom to tell when everything that was noted before is written.
    settling: mpsc::Receiver<oneshot::Sender<()>>,
}

/// Where presented secrets are noted.
pub(crate) struct Usage {
    waiting: Arc<Waiting>,
    settle: mpsc::Sender<oneshot::Sender<()>>,
}

impl Usage {
    /// The place to note, and what comes out of it.
    pub(crate) fn new() -> (Self, Notes) {
        let waiting = Arc::<Waiting>::default();
        let (settle, settling) = mpsc::channel(1);
        (Self { waiting: waiting.clone(), settle }, Notes { waiting, settling })
    }

    /// Notes that a secret was accepted, and what for; never waits.
    pub(crate) fn accepted<'a>(&self, found: &Found, at: Timestamp, purpose: Purpose, by: impl Into<Presenter<'a>>) {
        let by = by.into();
        self.waiting.note(|noted| noted.accept(found, at, purpose, by));
    }

    /// Notes that something dead was presented; never waits.
    pub(crate) fn refused<'a>(&self, found: &Found, cause: Cause, at: Timestamp, by: impl Into<Presenter<'a>>) {
        let by = by.into();
        let refused = Refused {
            organization: found.organization.id,
            token: found.token.id,
            cause,
            hint: found.token.hint.clone(),
            last: at,
            address: by.address(),
            user_agent: by.caller.user_agent().to_owned(),
            times: 1,
        };
        self.waiting.note(|noted| noted.refuse(refused));
    }

    /// Notes that something good was presented where, or more often than, it may be used; never waits.
    pub(crate) fn limited(&self, found: &Found, at: Timestamp) {
        self.waiting.note(|noted| noted.limit(found.organization.id, found.token.id, at));
    }

    /// Waits until everything noted so far by this process has been written: for a change that depends on whether a secret was used.
    pub(crate) async fn settle(&self) -> Result<()> {
        let (done, settled) = oneshot::channel();
        let settle = async {
            // Without a worker, which ends last, there is nothing to wait for.
            if self.settle.send(done).await.is_err() {
                return Ok(());
            }
            // The worker goes without a word when not everything could be written.
            settled.await.map_err(|_| Error::unavailable("the uses of tokens could not be written"))
        };
        timeout(PATIENCE, settle).await.map_err(|_| Error::unavailable("the uses of tokens cannot be written"))?
    }
}

#[cfg(test)]
mod tests {
    use domain::Role;

    use super::*;
    use crate::{
        tests::{Instance, new_token},
        tokens,
    };

    /// On one thread, so that nothing is gathered before all of it is noted.
    #[tokio::test]
    async fn what_there_is_no_room_for_is_not_said_to_be_written() {
        let instance = Instance::sqlite().await;
        instance.set_up().await;
        let owner = instance.owner().await;
        let token = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap().token.id;
        let usage = &instance.console.0.usage;
        let note = |days: core::ops::Range<i64>| {
            days.for_each(|day| usage.waiting.note(|noted| noted.limit(owner.organization().id, token, Timestamp::of_day_number(day))));
        };
        let most = i64::try_from(noted::MOST).unwrap();
        note(0..most);
        assert!(usage.settle().await.is_ok());
        note(0..most + 1);
        assert!(matches!(usage.settle().await, Err(Error::Unavailable(_))));
        assert!(usage.settle().await.is_ok(), "nothing was dropped since");
    }
}
