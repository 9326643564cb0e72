//! The memory in front of the database, for verification alone: what the digests of presented secrets led to.
//!
//! It never makes a revoked token good: `docs/revocation.md` has the argument. It is the one place that remembers; it decides nothing, and
//! what depends on the time, expiry and overlap, is judged from the clock at each verdict.

mod concerns;
mod feed;
mod generations;
mod lease;
/// What [`generations`] and [`lease`] are synchronized with: loom's in the model, std's everywhere else.
mod sync {
    pub(super) use std::sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    };

    /// Tokens of one organization, and people, whose changes are told apart: some 40 KiB an organization. The model has fewer.
    pub(super) const TOLD_APART: usize = 1_024;
}

use std::{ops::Deref, time::Duration};

use domain::TokenId;
use quick_cache::{Weighter, sync::Cache};
use tokio::{
    sync::{Semaphore, broadcast},
    time::{sleep, timeout},
};

use crate::{
    error::{Error, Result},
    keys::Digest,
    store::{Db, tokens},
};
use generations::{Generations, Marks};
use lease::Lease;
use sync::{Arc, Ordering};

pub(crate) use feed::Feed;
pub(crate) use generations::Concerns;
pub use lease::TERM;
pub(crate) use lease::since_boot;

/// Digests of secrets nobody has, remembered at most: some 4 MiB. Whoever makes up well-formed secrets cannot fill more.
const UNKNOWN: usize = 50_000;
/// How many look-ups run at once.
const LOOKUPS: usize = 6;
/// How long a look-up in the database may take, with the wait for its turn. Who presents a token waits for it, and others wait behind.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is remembered of the tokens, in how many bytes, and for how long it may be said.
pub(crate) struct Memory {
    known: Cache<Digest, Arc<Known>, Weight>,
    /// In which generation there was none.
    unknown: Cache<Digest, u64>,
    generations: Generations,
    lease: Lease,
    /// Places to look something up: fewer than the pool has connections, so that pages and changes find one.
    lookups: Semaphore,
    /// Calls out what was changed, once it is noted.
    changed: broadcast::Sender<Concerns>,
}

/// What is called out. Whoever does not listen for a while is told that they missed something.
pub(crate) type Changed = broadcast::Receiver<Concerns>;
/// How much may be missed before it is.
const CALLS: usize = 64;

/// A token that was found, and since when that is known.
pub(crate) struct Known {
    found: tokens::Found,
    read: u64,
    marks: Arc<Marks<TokenId>>,
}

impl Deref for Known {
    type Target = tokens::Found;

    fn deref(&self) -> &tokens::Found {
        &self.found
    }
}

#[derive(Clone)]
struct Weight;

impl Weighter<Digest, Arc<Known>> for Weight {
    fn weight(&self, _: &Digest, known: &Arc<Known>) -> u64 {
        // The key, the Arc and the place in the cache, beside what is behind them.
        const AROUND: usize = size_of::<Known>() - size_of::<tokens::Found>() + 160;
        (known.found.size() + AROUND) as u64
    }
}

impl Memory {
    /// Remembers nothing yet. `term` is how long others may be trusted not to have changed anything; none when there are no others.
    pub(crate) fn new(bytes: u64, term: Option<Duration>) -> Self {
        let items = usize::try_from(bytes / 1_400).unwrap_or(usize::MAX);
        Self {
            known: Cache::with_weighter(items, bytes, Weight),
            unknown: Cache::new(UNKNOWN),
            generations: Generations::default(),
            lease: term.map_or(Lease::Sole, Lease::shared),
            lookups: Semaphore::new(LOOKUPS),
            changed: broadcast::Sender::new(CALLS),
        }
    }

    /// What the digest of a presented secret leads to, from memory if that may be said, else from the database.
    pub(crate) async fn find(&self, db: &Db, digest: &Digest) -> Result<Option<Arc<Known>>> {
        // The lease first: what it vouches for was noted before it was renewed.
        if self.lease.holds() {
            if let Some(known) = self.known.get(digest).filter(|known| self.is_current(known)) {
                return Ok(Some(known));
            }
            if self.unknown.get(digest).is_some_and(|read| read == self.generations.now()) {
                return Ok(None);
            }
        }
        // In a box: what is remembered is to take no room for this.
        Box::pin(self.look_up(db, digest)).await
    }

    async fn look_up(&self, db: &Db, digest: &Digest) -> Result<Option<Arc<Known>>> {
        let read = self.generations.now();
        let found = async {
            let _place = self.lookups.acquire().await.map_err(Error::internal)?;
            tokens::find_by_digest(db, digest).await
        };
        let found = timeout(PATIENCE, found).await;
        let found = found.map_err(|_| Error::unavailable("the database takes too long to find a token"))??;
        let Some(found) = found else {
            self.unknown.insert(*digest, read);
            return Ok(None);
        };
        let marks = self.generations.marks(found.organization.id);
        let known = Arc::new(Known { found, read, marks });
        self.known.insert(*digest, known.clone());
        Ok(Some(known))
    }

    fn is_current(&self, known: &Known) -> bool {
        let token = &known.found.token;
        self.generations.is_current(known.read, &known.marks, token.id, token.owner.person().map(|person| person.id))
    }

    /// Notes what a committed change concerns.
    pub(crate) fn note(&self, concerns: impl IntoIterator<Item = Concerns>) {
        for concerns in concerns {
            self.generations.note(concerns);
            if concerns.ends_something() {
                // Nobody may be listening.
                let _ = self.changed.send(concerns);
            }
        }
    }

    /// Hears from now on what was changed, by this server at once and by others when the feed has it.
    pub(crate) fn changes(&self) -> Changed {
        self.changed.subscribe()
    }

    /// Notes that a use of a secret has been written, so that it is no first use any more.
    pub(crate) fn note_first_use(&self, digest: &Digest) {
        if let Some(known) = self.known.peek(digest) {
            known.found.secret.is_used.store(true, Ordering::Relaxed);
        }
    }

    /// Waits until every server, whatever has become of it, has stopped saying what was true before now.
    pub(crate) async fn wait_until_forgotten(&self) {
        if let Some(patience) = self.lease.patience() {
            sleep(patience).await;
        }
    }

    /// Waits until the database is heard from in time.
    pub(crate) async fn wait_for_lease(&self) -> Result<()> {
        let held = timeout(PATIENCE, async {
            while !self.lease.holds() {
                sleep(lease::TERM / 5).await;
            }
        });
        held.await.map_err(|_| Error::unavailable("the database answers too late for what can be done later"))
    }

    /// About how many bytes the tokens in it take.
    #[cfg(test)]
    pub(crate) fn weight(&self) -> u64 {
        self.known.weight()
    }

    /// How many digests of secrets nobody has it holds.
    #[cfg(test)]
    pub(crate) fn unknown(&self) -> usize {
        self.unknown.len()
    }
}
