//! The way to each database: what is asked of it, and what it has to promise.

use std::{fs, os::unix::fs::OpenOptionsExt as _, str::FromStr as _, time::Duration};

use domain::texts::database as say;
use log::LevelFilter;
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool, SqlitePool,
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{DatabaseError, MIGRATIONS, PATIENCE};

/// A statement is a line in the log for who asks for `sqlx::query=trace`. What is bound to it is in none.
const STATEMENTS: LevelFilter = LevelFilter::Trace;

/// Opens the file, which is made when missing.
pub(super) async fn sqlite(path: &std::path::Path) -> core::result::Result<SqlitePool, DatabaseError> {
    // For its owner only; SQLite gives its journal the same mode.
    fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| DatabaseError::Unreachable(sqlx::Error::Io(error)))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL may roll acknowledged commits back when the power fails.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .pragma("trusted_schema", "OFF")
        .log_statements(STATEMENTS)
        .log_slow_statements(LevelFilter::Off, Duration::MAX);
    let pool = SqlitePoolOptions::new()
        .max_connections(8)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await
        .map_err(DatabaseError::Unreachable)?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&pool).await.map_err(DatabaseError::Unreachable)?;
    let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
    if parts < vec![3, 51, 3] {
        return Err(DatabaseError::OldSqlite(version));
    }
    Ok(pool)
}

/// Connects; also answers with what, for connections of another kind.
pub(super) async fn postgres(address: &str) -> core::result::Result<(PgPool, PgConnectOptions), DatabaseError> {
    // Without a user in the address sqlx guesses one; a wrong guess reads like a wrong password.
    let names_a_user = address.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|host| host.contains('@')));
    if !names_a_user {
        return Err(DatabaseError::Address(say::NO_USER.to_owned()));
    }
    let options = PgConnectOptions::from_str(address)
        .map_err(|error| DatabaseError::Address(format!("{error}.")))?
        .application_name("jeton")
        // Nobody waits longer than a client would, also when the client is gone. A change that stands still, because its server does or cannot be
        // heard, holds up all others: it is undone before those who wait for it give up.
        .options([("lock_timeout", "4s"), ("idle_in_transaction_session_timeout", "3s")])
        .log_statements(STATEMENTS)
        .log_slow_statements(LevelFilter::Off, Duration::MAX);
    let host = options.get_host();
    let local = host.starts_with('/') || host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if !local && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull | PgSslMode::VerifyCa) {
        tracing::warn!("the connection to PostgreSQL may be read and altered on the way; add ?sslmode=verify-full to its address");
    }
    // The pool would try again until its patience ends and then say only that it has; a single attempt says what is wrong.
    PgConnection::connect_with(&options).await.map_err(DatabaseError::Unreachable)?.close().await.map_err(DatabaseError::Unreachable)?;
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone())
        .await
        .map_err(DatabaseError::Unreachable)?;
    let setting = async |name: &'static str| -> core::result::Result<String, DatabaseError> {
        sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(&pool).await.map_err(DatabaseError::Unreachable)
    };
    if setting("full_page_writes").await? == "off" {
        return Err(DatabaseError::Torn);
    }
    for name in ["fsync", "synchronous_commit"] {
        if setting(name).await? == "off" {
            tracing::warn!(setting = name, "PostgreSQL runs with this setting off: a crash can undo acknowledged changes");
        }
    }
    Ok((pool, options))
}

/// Migrates once no other server does: the migrator takes an advisory lock, and a migration may take longer than anybody waits for a lock. On
/// a connection of its own, which takes the lock with it when it ends.
pub(super) async fn migrate_in_turn(pool: &PgPool) -> core::result::Result<(), MigrateError> {
    /// How many seconds, at four a try.
    const TRIES: usize = 15;
    for left in (0..TRIES).rev() {
        let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
        match MIGRATIONS.run(&mut connection).await {
            Err(MigrateError::Execute(error)) if left > 0 && is_lock_timeout(&error) => {
                tracing::info!("waiting for another server to bring the database up to date");
            }
            done => {
                // What is done is done, whatever becomes of the connection.
                let _ = connection.close().await;
                return done;
            }
        }
    }
    Ok(())
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "55P03")
}
