//! The secrets of one token while a rotation overlaps, and what is presented though it is dead.

use domain::{Hint, OldSecret, OrganizationId, Overlap, Refusals, Rotation, SecretUser, Timestamp, TokenId};
use sqlx::QueryBuilder;

use crate::{
    access::Access,
    error::Result,
    keys::Digest,
    store::{Db, Write, exactly_one, on_db, on_tx, stored},
};

/// A secret that is accepted.
#[derive(sqlx::FromRow)]
pub(crate) struct LiveSecret {
    pub(crate) digest: Vec<u8>,
    pub(crate) hint: String,
    created_at: i64,
    ends_at: Option<i64>,
    overlap: Option<String>,
    first_used_at: Option<i64>,
}

impl LiveSecret {
    /// Until when it is accepted at the latest, if a rotation has replaced it.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at.map(Timestamp::from_micros)
    }

    /// When it was generated.
    pub(crate) fn created_at(&self) -> Timestamp {
        Timestamp::from_micros(self.created_at)
    }

    /// Whether a use of it has been written.
    pub(crate) fn is_used(&self) -> bool {
        self.first_used_at.is_some()
    }
}

/// A secret that somebody has ended has the overlap `now` and is ended whatever the clock says: the clock of another server may be behind.
const LIVE: &str = "SELECT digest, hint, created_at, ends_at, overlap, first_used_at FROM token_secrets \
                    WHERE organization_id = $1 AND token_id = $2 AND (ends_at IS NULL OR (ends_at > $3 AND overlap <> 'now'))";

/// The secrets of a token that are accepted at `now`: the current one, and the one before it while an overlap runs.
pub(crate) async fn live_in(write: &mut Write, access: &Access, token: TokenId, now: Timestamp) -> Result<Vec<LiveSecret>> {
    Ok(on_tx!(write, |connection| {
        sqlx::query_as(LIVE)
            .bind(access.organization().id.to_string())
            .bind(token.to_string())
            .bind(now.as_micros())
            .fetch_all(connection)
            .await?
    }))
}

/// The old secrets of these tokens that are accepted at `now`, and would not be if the tokens were rotated once more: those of which the new one
/// has been used.
pub(crate) async fn ended_by_rotating(db: &Db, access: &Access, tokens: &[TokenId], now: Timestamp) -> Result<Vec<(TokenId, OldSecret)>> {
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, String, i64)> = on_db!(db, |pool| {
        let mut sql = QueryBuilder::new(
            "SELECT o.token_id, o.hint, o.ends_at FROM token_secrets o JOIN token_secrets n ON n.token_id = o.token_id AND n.ends_at IS NULL \
             AND n.first_used_at IS NOT NULL WHERE o.overlap <> 'now' AND o.organization_id = ",
        );
        sql.push_bind(access.organization().id.to_string())
            .push(" AND o.ends_at > ")
            .push_bind(now.as_micros())
            .push(" AND o.token_id IN (");
        let mut list = sql.separated(", ");
        for token in tokens {
            list.push_bind(token.to_string());
        }
        sql.push(")");
        sql.build_query_as().persistent(false).fetch_all(pool).await?
    });
    let old = |(token, hint, ends_at): (String, String, i64)| {
        let old = OldSecret { hint: Hint::from_stored(hint), ends_at: Timestamp::from_micros(ends_at) };
        Ok((stored("token_secrets.token_id", token.parse())?, old))
    };
    rows.into_iter().map(old).collect()
}

/// The digest of a token's current secret.
pub(crate) async fn current(db: &Db, access: &Access, token: TokenId) -> Result<Vec<u8>> {
    Ok(on_db!(db, |pool| {
        sqlx::query_scalar("SELECT digest FROM token_secrets WHERE organization_id = $1 AND token_id = $2 AND ends_at IS NULL")
            .bind(access.organization().id.to_string())
            .bind(token.to_string())
            .fetch_one(pool)
            .await?
    }))
}

/// Sets until when a secret is accepted, and remembers what was chosen for it.
pub(crate) async fn set_end(
    write: &mut Write,
    access: &Access,
    token: TokenId,
    secret: &LiveSecret,
    ends_at: Timestamp,
    overlap: Overlap,
) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE token_secrets SET ends_at = $1, overlap = $2 WHERE organization_id = $3 AND token_id = $4 AND digest = $5")
            .bind(ends_at.as_micros())
            .bind(overlap.as_str())
            .bind(access.organization().id.to_string())
            .bind(token.to_string())
            .bind(&secret.digest)
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Ends the secret that waits for the first use of the one with this digest, if there is one; answers its mask. The worker that writes
/// uses calls this, which has no proof of access: organization and token come from the look-up of verification.
pub(crate) async fn end_on_first_use(
    write: &mut Write,
    organization: OrganizationId,
    token: TokenId,
    used: &Digest,
    now: Timestamp,
) -> Result<Option<Hint>> {
    let ended: Vec<String> = on_tx!(write, |connection| {
        sqlx::query_scalar(
            "UPDATE token_secrets SET ends_at = $1, overlap = 'now' \
             WHERE organization_id = $2 AND token_id = $3 AND overlap = $4 AND ends_at > $1 \
             AND EXISTS (SELECT 1 FROM token_secrets n WHERE n.digest = $5 AND n.token_id = $3 AND n.ends_at IS NULL) RETURNING hint",
        )
        .bind(now.as_micros())
        .bind(organization.to_string())
        .bind(token.to_string())
        .bind(Overlap::FirstUse.as_str())
        .bind(used.as_slice())
        .fetch_all(connection)
        .await?
    });
    if ended.is_empty() {
        return Ok(None);
    }
    exactly_one(ended.len() as u64)?;
    Ok(ended.into_iter().next().map(Hint::from_stored))
}

#[derive(sqlx::FromRow)]
struct UserRow {
    address: String,
    user_agent: String,
    last_used_at: i64,
    times: i64,
}

/// The overlap that runs at `now`, with those who still use the old secret.
pub(crate) async fn find(db: &Db, access: &Access, token: TokenId, now: Timestamp) -> Result<Option<Rotation>> {
    let organization = access.organization().id.to_string();
    let live: Vec<LiveSecret> = on_db!(db, |pool| {
        sqlx::query_as(LIVE).bind(&organization).bind(token.to_string()).bind(now.as_micros()).fetch_all(pool).await?
    });
    let (old, new): (Vec<LiveSecret>, Vec<LiveSecret>) = live.into_iter().partition(|secret| secret.ends_at.is_some());
    let (Some(old), Some(new)) = (old.into_iter().next(), new.into_iter().next()) else { return Ok(None) };
    let users: Vec<UserRow> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT address, user_agent, last_used_at, times FROM token_secret_users WHERE organization_id = $1 AND token_id = $2 \
             AND digest = $3 ORDER BY last_used_at DESC, address, user_agent LIMIT $4",
        )
        .bind(&organization)
        .bind(token.to_string())
        .bind(&old.digest)
        .bind(i64::from(Rotation::MOST_USERS))
        .fetch_all(pool)
        .await?
    });
    Ok(Some(Rotation {
        since: Timestamp::from_micros(new.created_at),
        ends_at: old.ends_at().unwrap_or(now),
        until_first_use: old.overlap.as_deref() == Some(Overlap::FirstUse.as_str()),
        new_is_used: new.is_used(),
        old: Hint::from_stored(old.hint),
        new: Hint::from_stored(new.hint),
        users: users
            .into_iter()
            .map(|row| SecretUser {
                address: row.address,
                user_agent: row.user_agent,
                last_used_at: Timestamp::from_micros(row.last_used_at),
                times: u64::try_from(row.times).unwrap_or(0),
            })
            .collect(),
    }))
}

#[derive(sqlx::FromRow)]
struct RefusalsRow {
    cause: String,
    hint: String,
    times: i64,
    last_at: i64,
    address: String,
    user_agent: String,
}

/// What of a token was presented although it was dead, by cause.
pub(crate) async fn refusals(db: &Db, access: &Access, token: TokenId) -> Result<Vec<Refusals>> {
    let rows: Vec<RefusalsRow> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT cause, hint, times, last_at, address, user_agent FROM token_refusals WHERE organization_id = $1 AND token_id = $2 \
             ORDER BY cause",
        )
        .bind(access.organization().id.to_string())
        .bind(token.to_string())
        .fetch_all(pool)
        .await?
    });
    rows.into_iter()
        .map(|row| {
            Ok(Refusals {
                cause: stored("token_refusals.cause", row.cause.parse())?,
                times: u64::try_from(row.times).unwrap_or(0),
                last_at: Timestamp::from_micros(row.last_at),
                hint: Hint::from_stored(row.hint),
                address: row.address,
                user_agent: row.user_agent,
            })
        })
        .collect()
}
