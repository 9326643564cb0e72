//! The triggers that make the audit trail append-only in the database itself. Their syntax is not portable, so they are not migrations;
//! they are put in place at every start.

use super::{Db, Pool};

const SQLITE: [&str; 3] = [
    // REPLACE would take an event away without a DELETE.
    "CREATE TRIGGER IF NOT EXISTS events_no_replace BEFORE INSERT ON events WHEN EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq) \
     BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
];

const POSTGRES: [&str; 4] = [
    // Two servers that start together would trip over each other's CREATE OR REPLACE.
    "SELECT pg_advisory_xact_lock(7263401)",
    "CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$",
    "CREATE OR REPLACE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events \
     FOR EACH ROW EXECUTE FUNCTION events_append_only()",
    "CREATE OR REPLACE TRIGGER events_no_truncate BEFORE TRUNCATE ON events \
     FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()",
];

/// Puts the triggers in place.
#[expect(clippy::disallowed_methods, reason = "start-up: no client can hang up, and no event belongs to it")]
pub(super) async fn set(db: &Db) -> Result<(), sqlx::Error> {
    match &db.pool {
        Pool::Sqlite(pool) => {
            for statement in SQLITE {
                sqlx::query(statement).execute(pool).await?;
            }
        }
        Pool::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            for statement in POSTGRES {
                sqlx::query(statement).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(())
}
