//! Use: noted in memory when a secret is presented, written in batches, never in the request.
//!
//! Of what is accepted the latest use of each token is kept; of a secret that a rotation has replaced also who uses it; of what is dead how
//! often it is presented all the same. The first use of a new secret ends the old one where that was chosen. [`history`] counts by day.

mod history;

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use domain::{Cause, Hint, Label, OrganizationId, Timestamp, TokenId};
use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    time::{Instant, sleep_until, timeout},
};

use history::History;
pub(crate) use history::{DayCount, Seen};

use crate::{
    access::Caller,
    clock::Clock,
    error::{Error, Result},
    keys::{Digest, Keys},
    store,
    store::{Db, tokens::Found},
    tokens,
};

/// Notes that may wait to be merged. Past that they are dropped: the next use of the same token says the same.
const WAITING: usize = 10_000;
/// How long a note waits at most before it is written.
const PERIOD: Duration = Duration::from_secs(1);
/// Rows in one statement; SQLite takes 32,766 values.
const BATCH: usize = 1_000;
/// How long a change waits for what was noted before it.
const PATIENCE: Duration = Duration::from_secs(5);

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

enum Note {
    Used {
        used: Use,
        first: Option<Box<FirstUse>>,
        replaced: Option<Box<SecretUse>>,
    },
    Refused(Box<Refused>),
    /// That a token was presented from where, or more often than, it may be used.
    Limited {
        organization: OrganizationId,
        token: TokenId,
        at: Timestamp,
    },
    /// Asks to write what was noted before, and to say when that is done.
    Settle(oneshot::Sender<()>),
}

/// Where the worker finds what it writes.
pub(crate) struct Notes(mpsc::Receiver<Note>);

/// Where presented secrets are noted.
pub(crate) struct Usage(mpsc::Sender<Note>);

impl Usage {
    /// The place to note, and what comes out of it.
    pub(crate) fn new() -> (Self, Notes) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), Notes(receiver))
    }

    /// Notes that a secret was accepted; never waits.
    pub(crate) fn accepted(&self, found: &Found, at: Timestamp, caller: &Caller) {
        let (organization, token, digest) = (found.organization.id, found.token.id, found.secret.digest);
        let used = Use { organization, token, at, address: caller.address(), user_agent: caller.user_agent().to_owned() };
        let first = (!found.secret.is_used.load(Ordering::Relaxed))
            .then(|| Box::new(FirstUse { digest, organization, token, label: found.token.label.clone(), at, caller: caller.clone() }));
        let replaced = found.secret.is_replaced().then(|| {
            let (address, user_agent) = (used.address.clone(), used.user_agent.clone());
            Box::new(SecretUse { digest, organization, token, address, user_agent, last: at, times: 1 })
        });
        self.note(Note::Used { used, first, replaced });
    }

    /// Notes that something dead was presented; never waits.
    pub(crate) fn refused(&self, found: &Found, cause: Cause, at: Timestamp, caller: &Caller) {
        self.note(Note::Refused(Box::new(Refused {
            organization: found.organization.id,
            token: found.token.id,
            cause,
            hint: found.token.hint.clone(),
            last: at,
            address: caller.address(),
            user_agent: caller.user_agent().to_owned(),
            times: 1,
        })));
    }

    /// Notes that something good was presented where, or more often than, it may be used; never waits.
    pub(crate) fn limited(&self, found: &Found, at: Timestamp) {
        self.note(Note::Limited { organization: found.organization.id, token: found.token.id, at });
    }

    fn note(&self, note: Note) {
        if let Err(TrySendError::Full(_)) = self.0.try_send(note) {
            tracing::debug!("more uses of tokens than can be noted; this one is dropped");
        }
    }

    /// Waits until everything noted so far by this process has been written: for a change that depends on whether a secret was used.
    pub(crate) async fn settle(&self) -> Result<()> {
        let (done, settled) = oneshot::channel();
        let settle = async {
            // Without a worker, which ends last, there is nothing to wait for.
            if self.0.send(Note::Settle(done)).await.is_err() {
                return Ok(());
            }
            // The worker goes without a word when not everything could be written.
            settled.await.map_err(|_| Error::unavailable("the uses of tokens could not be written"))
        };
        timeout(PATIENCE, settle).await.map_err(|_| Error::unavailable("the uses of tokens cannot be written"))?
    }
}

/// Merges notes and writes them.
pub(crate) struct Worker {
    db: Db,
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
    notes: mpsc::Receiver<Note>,
    uses: HashMap<TokenId, Use>,
    firsts: HashMap<Digest, FirstUse>,
    stragglers: HashMap<(Digest, String, String), SecretUse>,
    refusals: HashMap<(TokenId, Cause), Refused>,
    history: History,
}

impl Worker {
    pub(crate) fn new(db: Db, keys: Arc<Keys>, clock: Arc<dyn Clock>, Notes(notes): Notes) -> Self {
        let (uses, firsts, stragglers, refusals, history) = Default::default();
        Self { db, keys, clock, notes, uses, firsts, stragglers, refusals, history }
    }

    /// Works until told to stop, then writes what is left. Nothing is written while nothing is noted.
    pub(crate) async fn run(mut self, mut stop: mpsc::Receiver<()>) {
        let mut due: Option<Instant> = None;
        loop {
            let wait = due.unwrap_or_else(|| Instant::now() + Duration::from_hours(1));
            tokio::select! {
                note = self.notes.recv() => {
                    let Some(note) = note else { break };
                    let settled = self.merge(note);
                    let soon = Instant::now() + PERIOD;
                    due = Some(due.map_or(soon, |due| due.min(soon)));
                    if self.merged() >= BATCH || self.history.is_due() || settled.is_some() {
                        let written = self.flush(settled.is_some()).await;
                        due = self.history.due();
                        // Whoever asked may have given up meanwhile.
                        settled.filter(|_| written).map(|done| done.send(()));
                    }
                }
                () = sleep_until(wait), if due.is_some() => {
                    self.flush(false).await;
                    due = self.history.due();
                }
                _ = stop.recv() => break,
            }
        }
        while let Ok(note) = self.notes.try_recv() {
            self.merge(note);
        }
        self.flush(true).await;
    }

    fn merged(&self) -> usize {
        self.uses.len() + self.firsts.len() + self.stragglers.len() + self.refusals.len()
    }

    /// Takes a note in; hands back whom to tell when it is written.
    fn merge(&mut self, note: Note) -> Option<oneshot::Sender<()>> {
        match note {
            Note::Used { used, first, replaced } => {
                self.history.accepted(&used);
                if let Some(first) = first {
                    self.firsts.entry(first.digest).or_insert(*first);
                }
                if let Some(replaced) = replaced {
                    let key = (replaced.digest, replaced.address.clone(), replaced.user_agent.clone());
                    self.stragglers
                        .entry(key)
                        .and_modify(|known| {
                            known.times += 1;
                            known.last = known.last.max(replaced.last);
                        })
                        .or_insert(*replaced);
                }
                if self.uses.get(&used.token).is_none_or(|known| known.at < used.at) {
                    self.uses.insert(used.token, used);
                }
                None
            }
            Note::Refused(mut refused) => {
                self.history.refused(&refused);
                let key = (refused.token, refused.cause);
                if let Some(known) = self.refusals.get(&key) {
                    refused.times += known.times;
                    refused.last = refused.last.max(known.last);
                }
                self.refusals.insert(key, *refused);
                None
            }
            Note::Limited { organization, token, at } => {
                self.history.limited(organization, token, at);
                None
            }
            Note::Settle(done) => Some(done),
        }
    }

    /// Writes what is merged, in one order everywhere: two servers that write the same rows in different ones would wait for each other
    /// for ever. What the database cannot take is dropped with a warning: it must not pile up, and the next use says the same. The history
    /// waits until it is due, unless `all` is to be written. Tells whether everything was written.
    async fn flush(&mut self, all: bool) -> bool {
        let mut written = self.write_first_uses().await;
        let mut uses: Vec<Use> = self.uses.drain().map(|(_, used)| used).collect();
        uses.sort_unstable_by_key(|used| used.token);
        for batch in uses.chunks(BATCH) {
            written &= warned(&persistently(|| store::usage::upsert(&self.db, batch)).await);
        }
        let mut stragglers: Vec<_> = self.stragglers.drain().collect();
        stragglers.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let stragglers: Vec<SecretUse> = stragglers.into_iter().map(|(_, used)| used).collect();
        for batch in stragglers.chunks(BATCH) {
            written &= warned(&persistently(|| store::usage::upsert_users(&self.db, batch)).await);
        }
        for of_one in stragglers.chunk_by(|one, other| one.digest == other.digest) {
            let now = self.clock.now();
            written &= warned(&persistently(|| store::usage::prune_users(&self.db, &of_one[0], now)).await);
        }
        let mut refusals: Vec<_> = self.refusals.drain().collect();
        refusals.sort_unstable_by_key(|(key, _)| *key);
        let refusals: Vec<Refused> = refusals.into_iter().map(|(_, refused)| refused).collect();
        for batch in refusals.chunks(BATCH) {
            written &= warned(&persistently(|| store::usage::upsert_refusals(&self.db, batch)).await);
        }
        if all || self.history.is_due() {
            written &= self.history.write(&self.db, self.clock.now()).await;
        }
        written
    }

    /// Ends the old secret of tokens whose new one is used for the first time, where that was chosen, and then remembers that it is used.
    /// In this order: what fails is tried again at the next use.
    async fn write_first_uses(&mut self) -> bool {
        let mut all = true;
        let mut firsts: Vec<FirstUse> = self.firsts.drain().map(|(_, first)| first).collect();
        firsts.sort_unstable_by_key(|first| first.digest);
        for batch in firsts.chunks(BATCH) {
            let digests: Vec<Digest> = batch.iter().map(|first| first.digest).collect();
            let awaited = match store::usage::awaited(&self.db, &digests, self.clock.now()).await {
                Ok(awaited) => awaited,
                Err(error) => {
                    all &= warned(&Err(error));
                    continue;
                }
            };
            for first in batch {
                let written = async {
                    if awaited.contains(first.digest.as_slice()) {
                        tokens::end_on_first_use(&self.db, &self.keys, &*self.clock, first).await?;
                    }
                    store::usage::set_first_use(&self.db, &first.digest, first.at).await?;
                    self.db.memory.note_first_use(&first.digest);
                    Ok(())
                };
                all &= warned(&written.await);
            }
        }
        all
    }
}

/// Writes, and again where the database undid it because another server wrote the same rows: what is counted must not be lost to that. Anything
/// else is not tried again: it may have been written, and nothing is to count twice.
async fn persistently<Writing: Future<Output = Result<()>>>(write: impl Fn() -> Writing) -> Result<()> {
    for _ in 0..2 {
        match write().await {
            Err(error) if error.gave_way() => {}
            done => return done,
        }
    }
    write().await
}

/// Whether it was written; warns when it was not.
fn warned(written: &Result<()>) -> bool {
    if let Err(error) = written {
        tracing::warn!(%error, "uses of tokens could not be written");
    }
    written.is_ok()
}
