//! Storage: all the SQL there is, for SQLite and PostgreSQL alike.
//!
//! One text per query, with `$1` placeholders and a portable schema, expanded once per database by [`on_db!`] and [`on_tx!`]. A change is
//! made in a [`Write`], and the only way to commit one is to say what to put in the audit trail.

/// The role in a row of `$holder`, with `$role` the row of `roles` that its `role_id` leads to, if it does: a built-in role's word, or what
/// [`roles::read`] takes apart. Whoever reads a role reads in the same query what it stands for.
macro_rules! role_of {
    ($holder:literal, $role:literal) => {
        concat!("COALESCE(", $role, ".id || '|' || ", $role, ".permissions || '|' || ", $role, ".name, ", $holder, ".role)")
    };
}

mod connect;
pub(crate) mod daily;
pub(crate) mod events;
mod guards;
pub(crate) mod idempotency;
pub(crate) mod invitations;
pub(crate) mod mails;
pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod reports;
pub(crate) mod resets;
pub(crate) mod revocations;
pub(crate) mod roles;
pub(crate) mod sessions;
pub(crate) mod setup;
pub(crate) mod teams;
pub(crate) mod throttles;
pub(crate) mod time;
pub(crate) mod token_policy;
pub(crate) mod tokens;
pub(crate) mod usage;
pub(crate) mod users;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use domain::texts::database as say;
use sqlx::{
    PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    clock::{Clock, Reading},
    error::{Error, Result},
    keys::Keys,
    memory::{Concerns, Feed, Memory},
};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// How long to wait for a connection or, on SQLite, for the other writer.
const PATIENCE: Duration = Duration::from_secs(5);
/// So often what nobody asked for is put off.
const PUT_OFF: u32 = 10;

/// Which database to use.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file, made when missing. One server at a time.
    Sqlite(PathBuf),
    /// A `postgres://` address that names the user.
    Postgres(String),
}

/// Why a database cannot be used. The messages are read by operators.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The address cannot be read.
    #[error("{}", say::no_address(.0))]
    Address(String),
    /// Nobody answers, or not to us.
    #[error("{}", say::unreachable(.0))]
    Unreachable(#[source] sqlx::Error),
    /// An older SQLite is linked in.
    #[error("{}", say::old_sqlite(.0))]
    OldSqlite(String),
    /// A newer server has been here.
    #[error("{}", say::newer_schema(*.found, *.known))]
    NewerSchema {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this binary.
        known: i64,
    },
    /// The database would lose acknowledged writes.
    #[error("{}", say::LOSES_WRITES)]
    Torn,
    /// A migration failed; nothing of it is left behind.
    #[error("{}", say::not_brought_up_to_date(.0))]
    Migration(#[source] MigrateError),
}

/// A database: its pool of connections and the places for those who write.
#[derive(Clone)]
pub(crate) struct Db {
    pub(crate) pool: Pool,
    writers: Arc<Semaphore>,
    /// Whose turn it is to wait for the head. One change of a server does: if the server stops, it holds up the others' by that one alone.
    turn: Arc<Semaphore>,
    /// How often a change that nobody asked for was put off since one was begun.
    put_off: Arc<AtomicU32>,
    /// What verification remembers; every change is noted in it.
    pub(crate) memory: Arc<Memory>,
}

#[derive(Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A change under way. It holds the head of the event sequence, so changes follow one another; dropping it undoes it. It can be
/// committed only together with an event.
pub(crate) struct Write {
    tx: Tx,
    /// Its turn among the changes of this server, and its place among those who write.
    place: (OwnedSemaphorePermit, OwnedSemaphorePermit),
    seq: i64,
    mac: Vec<u8>,
    memory: Arc<Memory>,
}

pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Expands the same expression for each database's pool.
macro_rules! on_db {
    ($db:expr, |$pool:ident| $body:expr) => {
        match &$db.pool {
            crate::store::Pool::Sqlite($pool) => $body,
            crate::store::Pool::Postgres($pool) => $body,
        }
    };
}

/// Expands the same expression for each database's open transaction.
macro_rules! on_tx {
    ($write:expr, |$connection:ident| $body:expr) => {
        match &mut $write.tx {
            crate::store::Tx::Sqlite(tx) => {
                let $connection = &mut **tx;
                $body
            }
            crate::store::Tx::Postgres(tx) => {
                let $connection = &mut **tx;
                $body
            }
        }
    };
}
pub(crate) use {on_db, on_tx};

/// The pattern for LIKE of what holds a text, in which nothing stands for anything else. Its escape is a backslash.
pub(crate) fn containing(search: &domain::Search) -> String {
    format!("%{}%", search.as_str().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

/// Fails unless the statement touched exactly one row: a write that hits more or less than it named is a mistake, and undone.
pub(crate) fn exactly_one(rows: u64) -> Result<()> {
    exactly(1, rows)
}

/// The same of a statement for so many.
pub(crate) fn exactly(named: usize, touched: u64) -> Result<()> {
    if touched == named as u64 { Ok(()) } else { Err(Error::internal(format!("a write that names {named} rows touched {touched}"))) }
}

/// How many rows one statement adds to a change. Everybody else's changes wait meanwhile, so there are few statements; each has some values a row.
pub(crate) const AT_ONCE: usize = 500;

/// Reads a stored value that was valid when it was written. That it no longer is is our fault.
pub(crate) fn stored<T, E: std::fmt::Display>(column: &str, parsed: core::result::Result<T, E>) -> Result<T> {
    parsed.map_err(|error| Error::internal(format!("column {column}: {error}")))
}

/// Waits for a permit, for as long as somebody would.
async fn in_time(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    let permit = tokio::time::timeout(PATIENCE, permits.clone().acquire_owned()).await;
    permit.map_err(|_| Error::unavailable("too many changes are waiting"))?.map_err(Error::internal)
}

/// Writes, and again where the database undid it because of somebody else's change: what is counted or told must not be lost to that. Anything
/// else is not tried again: it may have been written, and nothing is to count twice.
pub(crate) async fn persistently<T, Writing: Future<Output = Result<T>>>(write: impl Fn() -> Writing) -> Result<T> {
    for _ in 0..2 {
        match write().await {
            Err(error) if error.gave_way() => {}
            done => return done,
        }
    }
    write().await
}

impl Db {
    /// Connects, checks what the database promises, and brings the schema up to date. Hands out what renews the lease of memory, where
    /// others may change things as well.
    pub(crate) async fn open(
        database: &Database,
        clock: &Arc<dyn Clock>,
        remembered: u64,
        term: Duration,
    ) -> core::result::Result<(Self, Option<Feed>), DatabaseError> {
        // Whoever writes waits for a place before taking a connection. Otherwise writers that wait for one another would hold every
        // connection, and verification, which only reads, would find none. SQLite has one writer anyway.
        let (pool, writers, memory, feed) = match database {
            Database::Sqlite(path) => (Pool::Sqlite(connect::sqlite(path).await?), 1, Arc::new(Memory::new(remembered, None)), None),
            Database::Postgres(address) => {
                let (pool, options) = connect::postgres(address).await?;
                let memory = Arc::new(Memory::new(remembered, Some(term)));
                (Pool::Postgres(pool), 6, memory.clone(), Some(Feed::new(memory, options, clock.clone(), term)))
            }
        };
        let (writers, turn) = (Arc::new(Semaphore::new(writers)), Arc::new(Semaphore::new(1)));
        let db = Self { pool, writers, turn, put_off: Arc::default(), memory };
        db.migrate().await?;
        guards::set(&db).await.map_err(DatabaseError::Unreachable)?;
        Ok((db, feed))
    }

    async fn migrate(&self) -> core::result::Result<(), DatabaseError> {
        let migrated = match &self.pool {
            // The caller holds a lock file.
            Pool::Sqlite(pool) => MIGRATIONS.run(pool).await,
            Pool::Postgres(pool) => connect::migrate_in_turn(pool).await,
        };
        migrated.map_err(|error| match error {
            MigrateError::VersionMissing(found) => {
                DatabaseError::NewerSchema { found, known: MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0) }
            }
            other => DatabaseError::Migration(other),
        })
    }

    /// Begins a change and waits for the one before it. Nothing else may begin a transaction: a cancelled `begin` would leave an open
    /// transaction on a pooled connection (sqlx 0.9.0), so it runs in a task that a client who hangs up cannot cancel; and on SQLite a
    /// transaction that first reads and then writes fails under contention unless it begins IMMEDIATE.
    pub(crate) async fn begin_write(&self) -> Result<Write> {
        // Said aloud: a database may have another default, under which waiting for the head ends in an error.
        self.begin("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await
    }

    /// The same for what nobody asked for, which can be done later as well. A server that hears so late from its database that it has no lease
    /// puts it off, and a change that stands still for a quarter of a second is undone by PostgreSQL, instead of holding up those
    /// that somebody waits for (docs/revocation.md). One that is always so far away is not put off for ever.
    pub(crate) async fn begin_unasked(&self) -> Result<Write> {
        if let Err(late) = self.memory.wait_for_lease().await {
            if self.put_off.fetch_add(1, Ordering::Relaxed) < PUT_OFF {
                return Err(late);
            }
            self.put_off.store(0, Ordering::Relaxed);
            return self.begin_write().await;
        }
        self.put_off.store(0, Ordering::Relaxed);
        self.begin("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL idle_in_transaction_session_timeout = '250ms'").await
    }

    async fn begin(&self, on_postgres: &'static str) -> Result<Write> {
        let turn = in_time(&self.turn).await?;
        let place = self.place_to_write().await?;
        let pool = self.pool.clone();
        let begin = tokio::spawn(async move {
            Ok::<_, sqlx::Error>(match pool {
                Pool::Sqlite(pool) => Tx::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
                Pool::Postgres(pool) => Tx::Postgres(pool.begin_with(on_postgres).await?),
            })
        });
        let tx = begin.await.map_err(Error::internal)??;
        let mut write = Write { tx, place: (turn, place), seq: 0, mac: Vec::new(), memory: self.memory.clone() };
        (write.seq, write.mac) = on_tx!(write, |connection| {
            sqlx::query_as("UPDATE head SET seq = seq + 1 WHERE id = 1 RETURNING seq, mac").fetch_one(connection).await?
        });
        Ok(write)
    }

    /// Waits for a place among those who write; single statements that write take one as well.
    pub(crate) async fn place_to_write(&self) -> Result<OwnedSemaphorePermit> {
        in_time(&self.writers).await
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<()> {
        on_db!(self, |pool| sqlx::query("SELECT 1").execute(pool).await.map(|_| ())?);
        Ok(())
    }

    /// What time it is at the database. None on SQLite, which is a file of this machine and has no other clock.
    pub(crate) async fn time(&self) -> Result<Option<Reading>> {
        match &self.pool {
            Pool::Sqlite(_) => Ok(None),
            Pool::Postgres(pool) => Ok(Some(time::read(&mut *pool.acquire().await?).await?)),
        }
    }

    /// The key check of the instance, if one has been set.
    pub(crate) async fn key_check(&self) -> Result<Option<Vec<u8>>> {
        let found =
            on_db!(self, |pool| { sqlx::query_scalar("SELECT value FROM settings WHERE name = 'key_check'").fetch_optional(pool).await? });
        Ok(found)
    }

    /// Sets the key check and the head of the event sequence, unless another server was quicker; tells which check holds.
    pub(crate) async fn claim(&self, check: &[u8]) -> Result<Vec<u8>> {
        on_db!(self, |pool| {
            sqlx::query("INSERT INTO head (id, seq, mac) VALUES (1, 0, $1) ON CONFLICT (id) DO NOTHING")
                .bind(events::GENESIS.as_slice())
                .execute(pool)
                .await?;
            sqlx::query("INSERT INTO settings (name, value) VALUES ('key_check', $1) ON CONFLICT (name) DO NOTHING")
                .bind(check)
                .execute(pool)
                .await?;
        });
        self.key_check().await?.ok_or_else(|| Error::internal("the key check is gone"))
    }

    /// Closes all connections, writing the SQLite journal back.
    pub(crate) async fn close(&self) {
        on_db!(self, |pool| pool.close().await);
    }
}

impl Write {
    /// Ends the change by recording what it was. Both become true in the same instant, or neither does.
    pub(crate) async fn commit(self, keys: &Keys, event: &events::NewEvent<'_>) -> Result<()> {
        self.commit_all(keys, core::slice::from_ref(event)).await
    }

    /// The same for a change that is several at once, each with an event of its own. Their numbers follow one another without a gap: the
    /// head is held until all of them are there.
    pub(crate) async fn commit_all(self, keys: &Keys, events: &[events::NewEvent<'_>]) -> Result<()> {
        let memory = self.memory.clone();
        if self.record(keys, events).await? {
            memory.wait_until_forgotten().await;
        }
        Ok(())
    }

    /// Ends a change that found nothing to do: what was wanted is true already. Somebody else made it true, perhaps just now on another server,
    /// and has not been answered yet; who is answered here must be able to rely on it as well.
    pub(crate) async fn unchanged(self) {
        let memory = self.memory.clone();
        drop(self);
        memory.wait_until_forgotten().await;
    }

    /// Commits what the server does by itself: nobody is answered, so nobody has to wait until the answer is true everywhere.
    pub(crate) async fn commit_unanswered(self, keys: &Keys, event: &events::NewEvent<'_>) -> Result<()> {
        self.record(keys, core::slice::from_ref(event)).await.map(drop)
    }

    /// Records what the change was and commits it. Tells whether it ends something that others may remember.
    async fn record(mut self, keys: &Keys, events: &[events::NewEvent<'_>]) -> Result<bool> {
        if events.is_empty() {
            return Err(Error::internal("a change without an event"));
        }
        events::append(&mut self, keys, events).await?;
        let touched = on_tx!(self, |connection| {
            sqlx::query("UPDATE head SET seq = $1, mac = $2 WHERE id = 1")
                // That of the last event.
                .bind(self.seq - 1)
                .bind(self.mac.as_slice())
                .execute(connection)
                .await?
                .rows_affected()
        });
        exactly_one(touched)?;
        let concerns: Vec<Concerns> =
            events.iter().map(|event| Concerns::of(event.organization, event.action.as_str(), &event.target.id)).collect();
        let ends_something = concerns.iter().any(|concerns| concerns.ends_something());
        let Self { tx, place, memory, .. } = self;
        // In a task of its own: a client who hangs up here must not leave a change that nobody notes.
        let committed = tokio::spawn(async move {
            let committed = match tx {
                Tx::Sqlite(tx) => tx.commit().await,
                Tx::Postgres(tx) => tx.commit().await,
            };
            // Whether a commit that failed has happened is not always known. Noting what did not happen costs a look-up.
            memory.note(concerns);
            drop(place);
            committed
        });
        committed.await.map_err(Error::internal)??;
        Ok(ends_something)
    }
}
