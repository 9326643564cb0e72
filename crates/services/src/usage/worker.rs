//! The worker: gathers what was noted, and writes it.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use domain::{Cause, TokenId};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    BATCH, FirstUse, Notes, Refused, SecretUse, Use,
    history::History,
    noted::{self, Noted, User},
};
use crate::{
    clock::Clock,
    error::Result,
    keys::{Digest, Keys},
    store::{self, Db, persistently},
    tokens,
};

/// How long a note waits at most before it is written.
const PERIOD: Duration = Duration::from_secs(1);

/// Gathers notes and writes them.
pub(crate) struct Worker {
    db: Db,
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
    notes: Notes,
    uses: HashMap<TokenId, Use>,
    firsts: HashMap<Digest, FirstUse>,
    stragglers: HashMap<User, SecretUse>,
    refusals: HashMap<(TokenId, Cause), Refused>,
    history: History,
}

impl Worker {
    pub(crate) fn new(db: Db, keys: Arc<Keys>, clock: Arc<dyn Clock>, notes: Notes) -> Self {
        let (uses, firsts, stragglers, refusals, history) = Default::default();
        Self { db, keys, clock, notes, uses, firsts, stragglers, refusals, history }
    }

    /// Works until told to stop, then writes what is left. Nothing is written while nothing is noted.
    pub(crate) async fn run(mut self, mut stop: mpsc::Receiver<()>) {
        let mut due: Option<Instant> = None;
        loop {
            let wait = due.unwrap_or_else(|| Instant::now() + Duration::from_hours(1));
            tokio::select! {
                () = self.notes.waiting.something.notified() => {
                    let soon = Instant::now() + PERIOD;
                    due = Some(due.map_or(soon, |due| due.min(soon)));
                }
                () = self.notes.waiting.much.notified() => due = Some(Instant::now()),
                settled = self.notes.settling.recv() => {
                    let Some(settled) = settled else { break };
                    if self.flush(true).await {
                        // Whoever asked may have given up meanwhile.
                        let _ = settled.send(());
                    }
                    due = self.history.due();
                }
                () = sleep_until(wait), if due.is_some() => {
                    self.flush(false).await;
                    due = self.history.due();
                }
                _ = stop.recv() => break,
            }
        }
        self.flush(true).await;
    }

    fn gather(&mut self) {
        for Noted { tallies, firsts, stragglers, refusals, .. } in self.notes.waiting.gather() {
            for ((token, day), tally) in tallies {
                self.history.add(token, day, &tally);
                let Some(latest) = tally.latest else { continue };
                if self.uses.get(&token).is_none_or(|known| known.at < latest.at) {
                    let address = latest.address.map(|address| address.to_string()).unwrap_or_default();
                    let (organization, at, user_agent) = (tally.organization, latest.at, latest.user_agent);
                    self.uses.insert(token, Use { organization, token, at, address, user_agent });
                }
            }
            for (digest, first) in firsts {
                self.firsts.entry(digest).or_insert(first);
            }
            for used in stragglers.into_values().flatten() {
                let user = (used.digest, used.address.clone(), used.user_agent.clone());
                noted::merge_straggler(self.stragglers.entry(user), used);
            }
            for refused in refusals.into_values() {
                noted::merge_refusal(&mut self.refusals, refused);
            }
        }
    }

    /// Gathers, and writes what is there, in one order everywhere: two servers that write the same rows in different ones would wait for each other
    /// for ever. What the database cannot take is dropped with a warning: it must not pile up, and the next use says the same. The history
    /// waits until it is due, unless `all` is to be written. Tells whether everything that came was written.
    async fn flush(&mut self, all: bool) -> bool {
        self.gather();
        let is_whole = !self.notes.waiting.is_dropped.swap(false, Ordering::AcqRel);
        if !is_whole {
            tracing::warn!("more uses of tokens than can be noted came at once: some are neither counted nor known");
        }
        let mut written = true;
        let mut uses: Vec<Use> = self.uses.drain().map(|(_, used)| used).collect();
        uses.sort_unstable_by_key(|used| used.token);
        for batch in uses.chunks(BATCH) {
            written &= warned(&persistently(|| store::usage::upsert(&self.db, batch)).await);
        }
        // What the list takes for used has a use in it: the one is written before the other.
        written &= self.write_first_uses(written).await;
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
        written && is_whole
    }

    /// Ends the old secret of tokens whose new one is used for the first time, where that was chosen, and then remembers that it is used.
    /// In this order: what fails is tried again at the next use, and so is what follows when the uses themselves are not written.
    async fn write_first_uses(&mut self, are_uses_written: bool) -> bool {
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
                    if !are_uses_written {
                        return Ok(());
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

/// Whether it was written; warns when it was not.
pub(super) fn warned(written: &Result<()>) -> bool {
    if let Err(error) = written {
        tracing::warn!(%error, "uses of tokens could not be written");
    }
    written.is_ok()
}
