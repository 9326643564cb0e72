//! Last use: noted in memory when a token is accepted, written in batches, never in the request.

use std::{collections::HashMap, time::Duration};

use domain::{Timestamp, TokenId};
use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    time::{Instant, sleep_until},
};

use crate::{access::Caller, store, store::Db};

/// Uses that may wait to be merged. Past that they are dropped: the next use of the same token says the same.
const WAITING: usize = 10_000;
/// How long a use waits at most before it is written.
const PERIOD: Duration = Duration::from_secs(1);
/// Tokens in one statement; SQLite takes 32,766 values.
const BATCH: usize = 1_000;

/// That a token was accepted.
pub(crate) struct Use {
    pub(crate) token: TokenId,
    pub(crate) at: Timestamp,
    pub(crate) address: String,
    pub(crate) user_agent: String,
}

/// What is sent to the worker.
pub(crate) enum Note {
    /// Something to write sooner or later.
    Use(Use),
    /// Somebody waits until everything before this is written.
    Settle(oneshot::Sender<()>),
}

/// Where accepted tokens are noted.
pub(crate) struct Usage(mpsc::Sender<Note>);

impl Usage {
    /// The place to note, and what comes out of it.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Note>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Notes a use; never waits.
    pub(crate) fn record(&self, token: TokenId, at: Timestamp, caller: &Caller) {
        let used = Use { token, at, address: caller.address(), user_agent: caller.user_agent().to_owned() };
        if let Err(TrySendError::Full(_)) = self.0.try_send(Note::Use(used)) {
            tracing::debug!("more uses of tokens than can be noted; this one is dropped");
        }
    }

    /// Waits until what was noted here so far is written: for who has to know whether a token was ever used. It must not be called inside
    /// a change, whose place the writing needs.
    pub(crate) async fn settle(&self) {
        let (done, wait) = oneshot::channel();
        // Either fails when the worker is gone: then everything is written already.
        if self.0.send(Note::Settle(done)).await.is_ok() {
            let _ = wait.await;
        }
    }
}

/// Merges uses by token and writes the latest of each.
pub(crate) struct Worker {
    db: Db,
    notes: mpsc::Receiver<Note>,
    merged: HashMap<TokenId, Use>,
}

impl Worker {
    pub(crate) fn new(db: Db, notes: mpsc::Receiver<Note>) -> Self {
        Self { db, notes, merged: HashMap::new() }
    }

    /// Works until told to stop, then writes what is left. Nothing is written while nothing is used.
    pub(crate) async fn run(mut self, mut stop: mpsc::Receiver<()>) {
        let mut due: Option<Instant> = None;
        loop {
            let wait = due.unwrap_or_else(|| Instant::now() + Duration::from_hours(1));
            tokio::select! {
                note = self.notes.recv() => match note {
                    None => break,
                    Some(Note::Use(used)) => {
                        self.merge(used);
                        due.get_or_insert_with(|| Instant::now() + PERIOD);
                        if self.merged.len() >= BATCH {
                            self.flush().await;
                            due = None;
                        }
                    }
                    Some(Note::Settle(done)) => {
                        self.flush().await;
                        due = None;
                        let _ = done.send(());
                    }
                },
                () = sleep_until(wait), if due.is_some() => {
                    self.flush().await;
                    due = None;
                }
                _ = stop.recv() => break,
            }
        }
        while let Ok(note) = self.notes.try_recv() {
            if let Note::Use(used) = note {
                self.merge(used);
            }
        }
        self.flush().await;
    }

    fn merge(&mut self, used: Use) {
        let known = self.merged.get(&used.token).is_some_and(|known| known.at >= used.at);
        if !known {
            self.merged.insert(used.token, used);
        }
    }

    /// Writes what is merged. When the database cannot take it, it is dropped with a warning: it must not pile up, and the next use
    /// says the same.
    async fn flush(&mut self) {
        let mut uses: Vec<Use> = self.merged.drain().map(|(_, used)| used).collect();
        // In one order everywhere: two servers that write the same tokens in different ones would wait for each other for ever.
        uses.sort_unstable_by_key(|used| used.token);
        for batch in uses.chunks(BATCH) {
            if let Err(error) = store::usage::upsert(&self.db, batch).await {
                tracing::warn!(%error, tokens = batch.len(), "the last uses of tokens could not be written");
            }
        }
    }
}
