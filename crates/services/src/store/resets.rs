//! Password resets and the digests of their codes. They belong to a person and to no organization; the code is the proof.

use domain::{Email, Name, PasswordResetId, Timestamp, UserId};

use super::{Db, Write, exactly_one, on_db, on_tx, stored};
use crate::{error::Result, keys::Digest};

/// A reset that can still be used, and whose it is.
pub(crate) struct Found {
    pub(crate) id: PasswordResetId,
    pub(crate) user: UserId,
    pub(crate) name: Name,
    pub(crate) email: Email,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    name: String,
    email: String,
}

impl Row {
    fn into_found(self) -> Result<Found> {
        Ok(Found {
            id: stored("password_resets.id", self.id.parse())?,
            user: stored("users.id", self.user_id.parse())?,
            name: stored("users.name", Name::parse(&self.name))?,
            email: stored("users.email", Email::parse(&self.email))?,
        })
    }
}

const BY_DIGEST: &str = "SELECT r.id, r.user_id, u.name, u.email FROM password_resets r JOIN users u ON u.id = r.user_id \
    WHERE r.digest = $1 AND r.used_at IS NULL AND r.ended_at IS NULL AND r.expires_at > $2";

/// Finds a reset that can be used at `now` by the digest of its code: a look-up by secret.
pub(crate) async fn find_by_digest(db: &Db, digest: &Digest, now: Timestamp) -> Result<Option<Found>> {
    let row: Option<Row> =
        on_db!(db, |pool| { sqlx::query_as(BY_DIGEST).bind(digest.as_slice()).bind(now.as_micros()).fetch_optional(pool).await? });
    row.map(Row::into_found).transpose()
}

/// The same inside a change, after all changes before it.
pub(crate) async fn find_by_digest_in(write: &mut Write, digest: &Digest, now: Timestamp) -> Result<Option<Found>> {
    let row: Option<Row> = on_tx!(write, |connection| {
        sqlx::query_as(BY_DIGEST).bind(digest.as_slice()).bind(now.as_micros()).fetch_optional(connection).await?
    });
    row.map(Row::into_found).transpose()
}

/// Adds a reset and the digest of its code.
pub(crate) async fn insert(
    write: &mut Write,
    id: PasswordResetId,
    user: UserId,
    digest: &Digest,
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("INSERT INTO password_resets (id, user_id, digest, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(id.to_string())
            .bind(user.to_string())
            .bind(digest.as_slice())
            .bind(at.as_micros())
            .bind(expires_at.as_micros())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Ends whatever reset of a person is open; a unique index lets there be one at most.
pub(crate) async fn end_open(write: &mut Write, user: UserId, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE password_resets SET ended_at = $1 WHERE user_id = $2 AND used_at IS NULL AND ended_at IS NULL")
            .bind(at.as_micros())
            .bind(user.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    if touched == 0 { Ok(()) } else { exactly_one(touched) }
}

/// Uses a reset up.
pub(crate) async fn consume(write: &mut Write, found: &Found, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE password_resets SET used_at = $1 WHERE id = $2 AND user_id = $3 AND used_at IS NULL AND ended_at IS NULL")
            .bind(at.as_micros())
            .bind(found.id.to_string())
            .bind(found.user.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}
