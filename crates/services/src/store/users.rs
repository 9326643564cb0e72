//! People who can sign in.

use domain::{Email, Name, Timestamp, UserId};

use super::{Db, Write, exactly_one, on_db, on_tx, stored};
use crate::error::Result;

/// A person and the hash of their password.
pub(crate) struct Credentials {
    pub(crate) user: UserId,
    pub(crate) name: Name,
    pub(crate) password_hash: String,
}

/// Finds who signs in with this address.
pub(crate) async fn find_credentials(db: &Db, email: &Email) -> Result<Option<Credentials>> {
    let row: Option<(String, String, String)> = on_db!(db, |pool| {
        sqlx::query_as("SELECT id, name, password_hash FROM users WHERE email = $1").bind(email.as_str()).fetch_optional(pool).await?
    });
    row.map(|(id, name, password_hash)| {
        Ok(Credentials { user: stored("users.id", id.parse())?, name: stored("users.name", Name::parse(&name))?, password_hash })
    })
    .transpose()
}

/// Adds a person.
pub(crate) async fn insert(write: &mut Write, id: UserId, email: &Email, name: &Name, password_hash: &str, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(id.to_string())
            .bind(email.as_str())
            .bind(name.as_str())
            .bind(password_hash)
            .bind(at.as_micros())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Replaces a password hash by one of the same password with today's parameters. Nothing a person could notice changes.
pub(crate) async fn upgrade_hash(db: &Db, id: UserId, old: &str, new: &str) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3")
            .bind(new)
            .bind(id.to_string())
            .bind(old)
            .execute(pool)
            .await?;
    });
    Ok(())
}

/// Who signs in with this address, inside a change that depends on it.
pub(crate) async fn find_id_in(write: &mut Write, email: &Email) -> Result<Option<UserId>> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT id FROM users WHERE email = $1").bind(email.as_str()).fetch_optional(connection).await?
    });
    found.map(|id| stored("users.id", id.parse())).transpose()
}

/// Changes what a person is called.
pub(crate) async fn edit(write: &mut Write, id: UserId, name: &Name) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE users SET name = $1 WHERE id = $2")
            .bind(name.as_str())
            .bind(id.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Whether this is a person's password hash, after all changes before this one.
pub(crate) async fn has_hash(write: &mut Write, id: UserId, hash: &str) -> Result<bool> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT id FROM users WHERE id = $1 AND password_hash = $2")
            .bind(id.to_string())
            .bind(hash)
            .fetch_optional(connection)
            .await?
    });
    Ok(found.is_some())
}

/// Sets the password hash of somebody who proved otherwise who they are.
pub(crate) async fn set_hash(write: &mut Write, id: UserId, hash: &str) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2")
            .bind(hash)
            .bind(id.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Replaces a password hash by that of another password; tells whether the old one was still there.
pub(crate) async fn change_hash(write: &mut Write, id: UserId, old: &str, new: &str) -> Result<bool> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3")
            .bind(new)
            .bind(id.to_string())
            .bind(old)
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(touched == 1)
}
