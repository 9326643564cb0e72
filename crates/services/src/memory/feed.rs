//! The feed: asks the database what other servers have changed and what time it is, and renews the lease.

use std::{sync::Arc, time::Duration};

use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{Memory, lease::since_boot};
use crate::{
    clock::{Clock, Reading},
    error::{Error, Result},
    store::events,
};

/// How long a poll or a new connection may take. Its lease is over long before; this is for connections nobody answers on any more.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long to wait before connecting again.
const PAUSE: Duration = Duration::from_millis(200);

/// Asks again and again, on a connection of its own: changes that wait in the pool's queue must not take the lease from verification.
pub(crate) struct Feed {
    memory: Arc<Memory>,
    options: PgConnectOptions,
    /// Hears the database's time.
    clock: Arc<dyn Clock>,
    /// How often is asked.
    every: Duration,
    /// The last event that was noted; none before the first poll.
    noted: Option<events::Place>,
}

impl Feed {
    /// Asks two and a half times in a term, so that one poll may be late.
    pub(crate) fn new(memory: Arc<Memory>, options: PgConnectOptions, clock: Arc<dyn Clock>, term: Duration) -> Self {
        Self { memory, options, clock, every: term * 2 / 5, noted: None }
    }

    /// Works until told to stop.
    pub(crate) async fn run(mut self, mut stop: mpsc::Receiver<()>) {
        tokio::select! {
            () = self.follow() => {}
            _ = stop.recv() => {}
        }
    }

    async fn follow(&mut self) {
        let mut is_away = false;
        loop {
            let error = match timeout(PATIENCE, PgConnection::connect_with(&self.options)).await {
                Ok(Ok(mut connection)) => {
                    if std::mem::take(&mut is_away) {
                        tracing::info!("the database says again what was changed: tokens are verified from memory");
                    }
                    self.poll_until_it_fails(&mut connection).await
                }
                Ok(Err(error)) => error.into(),
                Err(_) => Error::unavailable("it cannot be connected to"),
            };
            if !std::mem::replace(&mut is_away, true) {
                tracing::warn!(%error, "the database does not say what was changed: every token is looked up until it does");
            }
            sleep(PAUSE).await;
        }
    }

    async fn poll_until_it_fails(&mut self, connection: &mut PgConnection) -> Error {
        match events::is_a_copy(connection).await {
            Ok(false) => {}
            Ok(true) => return Error::unavailable("this is a copy that follows the database from behind"),
            Err(error) => return error,
        }
        loop {
            let next = Instant::now() + self.every;
            match timeout(PATIENCE, self.poll(connection)).await {
                Ok(Ok(())) => sleep_until(next).await,
                Ok(Err(error)) => return error,
                Err(_) => return Error::unavailable("it takes too long"),
            }
        }
    }

    async fn poll(&mut self, connection: &mut PgConnection) -> Result<()> {
        let sent = since_boot();
        let changes = events::changes_since(connection, self.noted.as_ref()).await?;
        self.clock.hear(Reading { at: changes.at, sent, received: since_boot() });
        self.memory.note(changes.concerns);
        self.noted = Some(changes.head);
        self.memory.lease.renew(sent);
        Ok(())
    }
}
