//! Uses and refusals, written in batches. Nothing that writes asks for proof of access: what is written comes from the look-up of
//! verification.
//!
//! A statement for so many rows is seldom asked for again, and each connection would keep a hundred of them, of up to a thousand rows: none is
//! kept.

use std::collections::HashSet;

use domain::{Overlap, Permission, Rotation, SeenAddress, Timestamp, TokenId, UsageDay, UsageHistory};
use sqlx::QueryBuilder;

use super::{Db, on_db};
use crate::{
    access::Access,
    error::Result,
    keys::Digest,
    usage::{DayCount, PermissionUses, Refused, SecretUse, Seen, Use},
};

/// Writes the latest use of each token; a later one that is there already stays. One statement for all.
pub(crate) async fn upsert(db: &Db, uses: &[Use]) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut query = QueryBuilder::new("INSERT INTO token_usage (token_id, organization_id, last_used_at, address, user_agent) ");
        query.push_values(uses, |mut row, used| {
            row.push_bind(used.token.to_string())
                .push_bind(used.organization.to_string())
                .push_bind(used.at.as_micros())
                .push_bind(&used.address)
                .push_bind(&used.user_agent);
        });
        query.push(
            " ON CONFLICT (token_id) DO UPDATE SET organization_id = excluded.organization_id, last_used_at = excluded.last_used_at, address = excluded.address, \
             user_agent = excluded.user_agent WHERE token_usage.last_used_at < excluded.last_used_at",
        );
        query.build().persistent(false).execute(pool).await?;
    });
    Ok(())
}

/// Says whose the uses are that a server from before migration 24 has written while this one was there already.
pub(crate) async fn adopt(db: &Db) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query(
            "UPDATE token_usage SET organization_id = (SELECT t.organization_id FROM tokens t WHERE t.id = token_usage.token_id) \
             WHERE organization_id IS NULL",
        )
        .execute(pool)
        .await?;
    });
    Ok(())
}

/// Which of these secrets, used for the first time, end the one before them by that.
pub(crate) async fn awaited(db: &Db, used: &[Digest], now: Timestamp) -> Result<HashSet<Vec<u8>>> {
    let awaited: Vec<Vec<u8>> = on_db!(db, |pool| {
        let mut query = QueryBuilder::new(
            "SELECT n.digest FROM token_secrets n JOIN token_secrets o ON o.token_id = n.token_id WHERE n.ends_at IS NULL AND o.overlap = ",
        );
        query.push_bind(Overlap::FirstUse.as_str()).push(" AND o.ends_at > ").push_bind(now.as_micros()).push(" AND n.digest IN (");
        let mut digests = query.separated(", ");
        for digest in used {
            digests.push_bind(digest.as_slice());
        }
        query.push(")");
        query.build_query_scalar().persistent(false).fetch_all(pool).await?
    });
    Ok(awaited.into_iter().collect())
}

/// Remembers that a secret has been used. Once in a secret's life, and a statement of its own: one that wrote several secrets could wait
/// for a rotation that waits for it.
pub(crate) async fn set_first_use(db: &Db, secret: &Digest, at: Timestamp) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("UPDATE token_secrets SET first_used_at = $1 WHERE digest = $2 AND first_used_at IS NULL")
            .bind(at.as_micros())
            .bind(secret.as_slice())
            .execute(pool)
            .await?;
    });
    Ok(())
}

/// Adds to what is known of those who use replaced secrets. One statement for all.
pub(crate) async fn upsert_users(db: &Db, uses: &[SecretUse]) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut query = QueryBuilder::new(
            "INSERT INTO token_secret_users (digest, organization_id, token_id, address, user_agent, last_used_at, times) ",
        );
        query.push_values(uses, |mut row, used| {
            row.push_bind(used.digest.as_slice())
                .push_bind(used.organization.to_string())
                .push_bind(used.token.to_string())
                .push_bind(&used.address)
                .push_bind(&used.user_agent)
                .push_bind(used.last.as_micros())
                .push_bind(used.times);
        });
        query.push(
            " ON CONFLICT (digest, address, user_agent) DO UPDATE SET times = token_secret_users.times + excluded.times, \
             last_used_at = CASE WHEN excluded.last_used_at > token_secret_users.last_used_at THEN excluded.last_used_at \
             ELSE token_secret_users.last_used_at END",
        );
        query.build().persistent(false).execute(pool).await?;
    });
    Ok(())
}

/// Forgets all users of a replaced secret but the [`Rotation::MOST_USERS`] latest, and those of secrets of the same token that have ended.
pub(crate) async fn prune_users(db: &Db, used: &SecretUse, now: Timestamp) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query(
            "DELETE FROM token_secret_users WHERE organization_id = $1 AND token_id = $2 AND \
             (digest IN (SELECT s.digest FROM token_secrets s WHERE s.token_id = $2 AND s.ends_at <= $3) \
             OR (digest = $4 AND (address, user_agent) NOT IN (SELECT k.address, k.user_agent FROM token_secret_users k \
             WHERE k.digest = $4 ORDER BY k.last_used_at DESC, k.address, k.user_agent LIMIT $5)))",
        )
        .bind(used.organization.to_string())
        .bind(used.token.to_string())
        .bind(now.as_micros())
        .bind(used.digest.as_slice())
        .bind(i64::from(Rotation::MOST_USERS))
        .execute(pool)
        .await?;
    });
    Ok(())
}

/// Adds to what is known of presentations that were refused because something is dead. One statement for all.
pub(crate) async fn upsert_refusals(db: &Db, refused: &[Refused]) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut query =
            QueryBuilder::new("INSERT INTO token_refusals (organization_id, token_id, cause, hint, times, last_at, address, user_agent) ");
        query.push_values(refused, |mut row, refused| {
            row.push_bind(refused.organization.to_string())
                .push_bind(refused.token.to_string())
                .push_bind(refused.cause.as_str())
                .push_bind(refused.hint.as_str())
                .push_bind(refused.times)
                .push_bind(refused.last.as_micros())
                .push_bind(&refused.address)
                .push_bind(&refused.user_agent);
        });
        // What was last stays what was last, whichever server writes later; the rest of the row is about that one.
        let later = |column: &str| {
            format!(
                "{column} = CASE WHEN excluded.last_at >= token_refusals.last_at THEN excluded.{column} ELSE token_refusals.{column} END"
            )
        };
        query.push(" ON CONFLICT (token_id, cause) DO UPDATE SET times = token_refusals.times + excluded.times");
        for column in ["hint", "address", "user_agent", "last_at"] {
            query.push(", ").push(later(column));
        }
        query.build().persistent(false).execute(pool).await?;
    });
    Ok(())
}

/// Adds to the counts of days. One statement for all.
pub(crate) async fn upsert_days(db: &Db, counts: &[DayCount]) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut query = QueryBuilder::new("INSERT INTO token_days (token_id, organization_id, day, allowed, refused) ");
        query.push_values(counts, |mut row, count| {
            row.push_bind(count.token.to_string())
                .push_bind(count.organization.to_string())
                .push_bind(count.day)
                .push_bind(count.allowed)
                .push_bind(count.refused);
        });
        query.push(
            " ON CONFLICT (token_id, day) DO UPDATE SET allowed = token_days.allowed + excluded.allowed, \
             refused = token_days.refused + excluded.refused",
        );
        query.build().persistent(false).execute(pool).await?;
    });
    Ok(())
}

/// Forgets the days up to this one.
pub(crate) async fn prune_days(db: &Db, last: i64) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("DELETE FROM token_days WHERE day <= $1").bind(last).execute(pool).await?;
    });
    Ok(())
}

/// Writes when a token was last accepted from an address; a later time that is there already stays. One statement for all.
pub(crate) async fn upsert_addresses(db: &Db, seen: &[Seen]) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut query = QueryBuilder::new("INSERT INTO token_addresses (token_id, organization_id, address, last_seen_at) ");
        query.push_values(seen, |mut row, seen| {
            row.push_bind(seen.token.to_string())
                .push_bind(seen.organization.to_string())
                .push_bind(&seen.address)
                .push_bind(seen.last.as_micros());
        });
        query.push(
            " ON CONFLICT (token_id, address) DO UPDATE SET last_seen_at = excluded.last_seen_at \
             WHERE token_addresses.last_seen_at < excluded.last_seen_at",
        );
        query.build().persistent(false).execute(pool).await?;
    });
    Ok(())
}

/// Writes between which days tokens were used for permissions; one statement for all.
pub(crate) async fn upsert_permissions(db: &Db, uses: &[PermissionUses]) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut query =
            QueryBuilder::new("INSERT INTO token_permission_uses (token_id, organization_id, permission, first_day, last_day) ");
        query.push_values(uses, |mut row, used| {
            row.push_bind(used.token.to_string())
                .push_bind(used.organization.to_string())
                .push_bind(used.permission.map_or("", Permission::as_str))
                .push_bind(used.first_day)
                .push_bind(used.last_day);
        });
        query.push(
            " ON CONFLICT (token_id, permission) DO UPDATE SET last_day = excluded.last_day \
             WHERE token_permission_uses.last_day < excluded.last_day",
        );
        query.build().persistent(false).execute(pool).await?;
    });
    Ok(())
}

/// Forgets all addresses of these tokens but the [`UsageHistory::MOST_ADDRESSES`] latest of each. One statement for all.
pub(crate) async fn prune_addresses(db: &Db, seen: &[Seen]) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut query = QueryBuilder::new(
            "DELETE FROM token_addresses WHERE (token_id, address) IN (SELECT r.token_id, r.address FROM (SELECT a.token_id, a.address, \
             ROW_NUMBER() OVER (PARTITION BY a.token_id ORDER BY a.last_seen_at DESC, a.address) AS place FROM token_addresses a \
             WHERE a.token_id IN (",
        );
        let mut tokens = query.separated(", ");
        for of_one in seen.chunk_by(|one, other| one.token == other.token) {
            tokens.push_bind(of_one[0].token.to_string());
        }
        query.push(")) r WHERE r.place > ").push_bind(i64::from(UsageHistory::MOST_ADDRESSES)).push(")");
        query.build().persistent(false).execute(pool).await?;
    });
    Ok(())
}

#[derive(sqlx::FromRow)]
struct DayRow {
    day: i64,
    allowed: i64,
    refused: i64,
}

/// The days since this one on which a token of the organization was presented.
pub(crate) async fn list_days(db: &Db, access: &Access, token: TokenId, since: i64) -> Result<Vec<UsageDay>> {
    let rows: Vec<DayRow> = on_db!(db, |pool| {
        sqlx::query_as("SELECT day, allowed, refused FROM token_days WHERE organization_id = $1 AND token_id = $2 AND day >= $3")
            .bind(access.organization().id.to_string())
            .bind(token.to_string())
            .bind(since)
            .fetch_all(pool)
            .await?
    });
    let day = |row: DayRow| UsageDay {
        day: Timestamp::of_day_number(row.day),
        allowed: u64::try_from(row.allowed).unwrap_or(0),
        refused: u64::try_from(row.refused).unwrap_or(0),
    };
    Ok(rows.into_iter().map(day).collect())
}

/// The addresses a token of the organization was last accepted from, the last one first.
pub(crate) async fn list_addresses(db: &Db, access: &Access, token: TokenId) -> Result<Vec<SeenAddress>> {
    let rows: Vec<(String, i64)> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT address, last_seen_at FROM token_addresses WHERE organization_id = $1 AND token_id = $2 \
             ORDER BY last_seen_at DESC, address LIMIT $3",
        )
        .bind(access.organization().id.to_string())
        .bind(token.to_string())
        .bind(i64::from(UsageHistory::MOST_ADDRESSES))
        .fetch_all(pool)
        .await?
    });
    Ok(rows.into_iter().map(|(address, at)| SeenAddress { address, last_seen_at: Timestamp::from_micros(at) }).collect())
}

/// What the program that used a token of the organization last calls itself.
pub(crate) async fn find_user_agent(db: &Db, access: &Access, token: TokenId) -> Result<Option<String>> {
    Ok(on_db!(db, |pool| {
        sqlx::query_scalar(
            "SELECT u.user_agent FROM token_usage u JOIN tokens t ON t.id = u.token_id WHERE t.organization_id = $1 AND t.id = $2",
        )
        .bind(access.organization().id.to_string())
        .bind(token.to_string())
        .fetch_optional(pool)
        .await?
    }))
}
