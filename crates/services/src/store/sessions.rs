//! Browser sessions.

use domain::{AssignedRole, Email, Name, SessionId, Timestamp, UserId};

use super::{Db, Write, exactly_one, on_db, on_tx, roles, stored};
use crate::{access::Access, error::Result, keys::Digest};

/// A session that has not been ended, with whose it is.
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) user: UserId,
    pub(crate) name: Name,
    pub(crate) email: Email,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) proved_at: Timestamp,
    /// Whether it waits for another cookie.
    pub(crate) is_to_renew: bool,
}

/// The columns of that, in its order.
type Row = (String, String, String, String, i64, i64, i64, Option<i64>);

/// A session about to begin.
pub(crate) struct NewSession<'a> {
    pub(crate) id: SessionId,
    pub(crate) digest: &'a Digest,
    pub(crate) user: UserId,
    pub(crate) at: Timestamp,
    pub(crate) address: &'a str,
    pub(crate) user_agent: &'a str,
}

/// Finds a session by the digest of its cookie: a look-up by secret, so it asks for no proof of access.
pub(crate) async fn find(db: &Db, digest: &Digest) -> Result<Option<Session>> {
    let row: Option<Row> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT s.id, s.user_id, u.name, u.email, s.created_at, s.last_seen_at, \
             COALESCE(s.proved_at, s.created_at), s.renew_from FROM sessions s \
             JOIN users u ON u.id = s.user_id WHERE s.digest = $1 AND s.ended_at IS NULL",
        )
        .bind(digest.as_slice())
        .fetch_optional(pool)
        .await?
    });
    row.map(|(id, user, name, email, created_at, last_seen_at, proved_at, renew_from)| {
        Ok(Session {
            id: stored("sessions.id", id.parse())?,
            user: stored("sessions.user_id", user.parse())?,
            name: stored("users.name", Name::parse(&name))?,
            email: stored("users.email", Email::parse(&email))?,
            created_at: Timestamp::from_micros(created_at),
            last_seen_at: Timestamp::from_micros(last_seen_at),
            proved_at: Timestamp::from_micros(proved_at),
            is_to_renew: renew_from.is_some(),
        })
    })
    .transpose()
}

/// Begins a session.
pub(crate) async fn insert(write: &mut Write, session: &NewSession<'_>) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "INSERT INTO sessions (id, digest, user_id, created_at, last_seen_at, proved_at, address, user_agent) \
             VALUES ($1, $2, $3, $4, $4, $4, $5, $6)",
        )
        .bind(session.id.to_string())
        .bind(session.digest.as_slice())
        .bind(session.user.to_string())
        .bind(session.at.as_micros())
        .bind(session.address)
        .bind(session.user_agent)
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Whether a person has had sessions before, and none of them with this browser from this address.
pub(crate) async fn is_new_place(write: &mut Write, user: UserId, address: &str, user_agent: &str) -> Result<bool> {
    let (all, alike): (i64, i64) = on_tx!(write, |connection| {
        sqlx::query_as("SELECT COUNT(*), COUNT(CASE WHEN address = $1 AND user_agent = $2 THEN 1 END) FROM sessions WHERE user_id = $3")
            .bind(address)
            .bind(user_agent)
            .bind(user.to_string())
            .fetch_one(connection)
            .await?
    });
    Ok(all > 0 && alike == 0)
}

/// Notes that a session is in use. It never moves backwards and does not wake an ended one.
pub(crate) async fn touch(db: &Db, id: SessionId, at: Timestamp) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND ended_at IS NULL AND last_seen_at < $1")
            .bind(at.as_micros())
            .bind(id.to_string())
            .execute(pool)
            .await?;
    });
    Ok(())
}

/// Gives a session another cookie; the one before is nobody's from then on. `proved_at` is when its person proved their password, if they just
/// did.
pub(crate) async fn renew_in(write: &mut Write, id: SessionId, digest: &Digest, proved_at: Option<Timestamp>) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE sessions SET digest = $1, proved_at = COALESCE($2, proved_at), renew_from = NULL WHERE id = $3 AND ended_at IS NULL",
        )
        .bind(digest.as_slice())
        .bind(proved_at.map(Timestamp::as_micros))
        .bind(id.to_string())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Asks for another cookie for each session of a person who has got more rights.
pub(crate) async fn ask_to_renew(write: &mut Write, user: UserId, at: Timestamp) -> Result<()> {
    on_tx!(write, |connection| {
        sqlx::query("UPDATE sessions SET renew_from = $1 WHERE user_id = $2 AND ended_at IS NULL")
            .bind(at.as_micros())
            .bind(user.to_string())
            .execute(connection)
            .await?;
    });
    Ok(())
}

/// Gives a session that waits for it another cookie in the place of this one; tells whether nobody was quicker. Why it waits is recorded
/// already.
pub(crate) async fn renew(db: &Db, id: SessionId, from: &Digest, to: &Digest) -> Result<bool> {
    let _place = db.place_to_write().await?;
    let touched = on_db!(db, |pool| {
        sqlx::query(
            "UPDATE sessions SET digest = $1, renew_from = NULL WHERE id = $2 AND digest = $3 AND renew_from IS NOT NULL \
             AND ended_at IS NULL",
        )
        .bind(to.as_slice())
        .bind(id.to_string())
        .bind(from.as_slice())
        .execute(pool)
        .await?
        .rows_affected()
    });
    Ok(touched == 1)
}

/// Ends a session; tells whether it was still going.
pub(crate) async fn end(write: &mut Write, id: SessionId, at: Timestamp) -> Result<bool> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE sessions SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL")
            .bind(at.as_micros())
            .bind(id.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(touched == 1)
}

/// Whether a session has not been ended, after all changes before this one.
pub(crate) async fn is_live_in(write: &mut Write, id: SessionId) -> Result<bool> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT id FROM sessions WHERE id = $1 AND ended_at IS NULL")
            .bind(id.to_string())
            .fetch_optional(connection)
            .await?
    });
    Ok(found.is_some())
}

/// The role that whoever has this session has in the organization now, after all changes before this one.
pub(crate) async fn find_role_in(write: &mut Write, access: &Access, id: SessionId) -> Result<Option<AssignedRole>> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar(concat!(
            "SELECT ",
            role_of!("m", "r"),
            " FROM memberships m JOIN sessions s ON s.user_id = m.user_id LEFT JOIN roles r ON r.id = m.role_id \
             WHERE m.organization_id = $1 AND s.id = $2",
        ))
        .bind(access.organization().id.to_string())
        .bind(id.to_string())
        .fetch_optional(connection)
        .await?
    });
    found.map(|role| roles::read("memberships.role", &role)).transpose()
}

/// A person's sessions that have not been ended, were used after `seen` and began after `born`, the latest first.
pub(crate) async fn list(db: &Db, user: UserId, current: SessionId, seen: Timestamp, born: Timestamp) -> Result<Vec<domain::Session>> {
    let rows: Vec<(String, i64, i64, String, String)> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT id, created_at, last_seen_at, address, user_agent FROM sessions WHERE user_id = $1 AND ended_at IS NULL \
             AND last_seen_at > $2 AND created_at > $3 ORDER BY created_at DESC, id DESC",
        )
        .bind(user.to_string())
        .bind(seen.as_micros())
        .bind(born.as_micros())
        .fetch_all(pool)
        .await?
    });
    rows.into_iter()
        .map(|(id, created_at, last_seen_at, address, user_agent)| {
            let id = stored("sessions.id", id.parse())?;
            Ok(domain::Session {
                id,
                created_at: Timestamp::from_micros(created_at),
                last_seen_at: Timestamp::from_micros(last_seen_at),
                address,
                user_agent,
                current: id == current,
            })
        })
        .collect()
}

/// Ends one session of a person; tells whether it was theirs and still going.
pub(crate) async fn end_own(write: &mut Write, user: UserId, id: SessionId, at: Timestamp) -> Result<bool> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE sessions SET ended_at = $1 WHERE id = $2 AND user_id = $3 AND ended_at IS NULL")
            .bind(at.as_micros())
            .bind(id.to_string())
            .bind(user.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(touched == 1)
}

/// Ends all sessions of a person but one; tells how many were still going.
pub(crate) async fn end_all(write: &mut Write, user: UserId, but: Option<SessionId>, at: Timestamp) -> Result<u64> {
    let but = but.map(|id| id.to_string()).unwrap_or_default();
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE sessions SET ended_at = $1 WHERE user_id = $2 AND id <> $3 AND ended_at IS NULL")
            .bind(at.as_micros())
            .bind(user.to_string())
            .bind(but)
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(touched)
}
