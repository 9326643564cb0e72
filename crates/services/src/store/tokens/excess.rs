//! Which tokens may do more than they are used for: judged once a day, of every organization, so there is no proof of access for that.

use std::collections::HashMap;

use domain::{Permission, PermissionSet, PermissionUse, Timestamp, Token, TokenId};
use sqlx::{Database, QueryBuilder};

use super::Row;
use crate::{
    access::Access,
    error::Result,
    store::{Db, on_db, stored},
};

/// A token that was used, what for, and since when it may do what it may.
pub(crate) struct Used {
    pub(crate) organization: String,
    pub(crate) token: Token,
    pub(crate) uses: Vec<PermissionUse>,
    pub(crate) rights_changed_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct UsedRow {
    #[sqlx(flatten)]
    token: Row,
    organization_id: String,
    rights_changed_at: Option<i64>,
    enabled_at: Option<i64>,
    permissions_changed_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct UseRow {
    token_id: String,
    permission: String,
    first_day: i64,
    last_day: i64,
}

/// The ids of the next tokens of which it is known since this day, or for longer, what they were used for.
pub(crate) async fn known_since(db: &Db, after: Option<TokenId>, day: i64, limit: i64) -> Result<Vec<TokenId>> {
    let ids: Vec<String> = on_db!(db, |pool| {
        sqlx::query_scalar(
            "SELECT DISTINCT w.token_id FROM token_permission_uses w WHERE w.token_id > $1 AND w.first_day <= $2 ORDER BY w.token_id LIMIT $3",
        )
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(day)
        .bind(limit)
        .fetch_all(pool)
        .await?
    });
    ids.into_iter().map(|id| stored("token_permission_uses.token_id", id.parse())).collect()
}

/// Forgets what some of the tokens were used for that are over: nobody asks any more. Tells whether there were any. They are looked for
/// first, so that no change waits while all tokens are looked through.
pub(crate) async fn forget_uses_of_dead(db: &Db, now: Timestamp, limit: i64) -> Result<bool> {
    let dead: Vec<String> = on_db!(db, |pool| {
        sqlx::query_scalar(
            "SELECT DISTINCT w.token_id FROM token_permission_uses w JOIN tokens t ON t.id = w.token_id \
             WHERE t.revoked_at IS NOT NULL OR t.expires_at <= $1 LIMIT $2",
        )
        .bind(now.as_micros())
        .bind(limit)
        .fetch_all(pool)
        .await?
    });
    if dead.is_empty() {
        return Ok(false);
    }
    let dead: Vec<TokenId> = dead.into_iter().map(|id| stored("token_permission_uses.token_id", id.parse())).collect::<Result<_>>()?;
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut sql = QueryBuilder::new("DELETE FROM token_permission_uses WHERE token_id IN (");
        among(&mut sql, &dead);
        sql.build().persistent(false).execute(pool).await?;
    });
    Ok(true)
}

/// What these tokens were used for, in the order of their ids; of those that are revoked, or cannot be read, nothing. What was switched off could not
/// be used, so that it may do what it may counts from when it was switched on.
pub(crate) async fn used(db: &Db, ids: &[TokenId]) -> Result<Vec<Used>> {
    let rows: Vec<UsedRow> = on_db!(db, |pool| {
        let mut sql = QueryBuilder::new(concat!(
            "SELECT ",
            columns!(),
            ", t.organization_id, t.rights_changed_at, t.enabled_at, (SELECT c.permissions_changed_at FROM roles c WHERE c.id = t.role_id) AS permissions_changed_at \
             FROM tokens t JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL LEFT JOIN token_usage u ON u.token_id = t.id \
             WHERE t.revoked_at IS NULL AND t.id IN ("
        ));
        among(&mut sql, ids);
        sql.push(" ORDER BY t.id");
        sql.build_query_as().persistent(false).fetch_all(pool).await?
    });
    let mut uses: HashMap<String, Vec<PermissionUse>> = HashMap::new();
    let use_rows: Vec<UseRow> = on_db!(db, |pool| {
        let mut sql = QueryBuilder::new("SELECT token_id, permission, first_day, last_day FROM token_permission_uses WHERE token_id IN (");
        among(&mut sql, ids);
        sql.build_query_as().persistent(false).fetch_all(pool).await?
    });
    for UseRow { token_id, permission, first_day, last_day } in use_rows {
        // What is no longer in the catalogue nobody holds.
        let Ok(permission) = named(&permission) else { continue };
        uses.entry(token_id).or_default().push(PermissionUse { permission, first_day, last_day });
    }
    let read = rows.into_iter().filter_map(|row| {
        let uses = uses.remove(&row.token.id).unwrap_or_default();
        let rights_changed_at = row.rights_changed_at.max(row.permissions_changed_at).max(row.enabled_at).map(Timestamp::from_micros);
        // One row that is broken must not keep all others from being judged.
        let token = row.token.into_token().inspect_err(|error| tracing::warn!(%error, "a token cannot be judged")).ok()?;
        Some(Used { organization: row.organization_id, token, uses, rights_changed_at })
    });
    Ok(read.collect())
}

/// The permission that a use was for; none where none was named.
fn named(permission: &str) -> core::result::Result<Option<Permission>, domain::Invalid> {
    if permission.is_empty() { Ok(None) } else { permission.parse().map(Some) }
}

fn among<DB>(sql: &mut QueryBuilder<DB>, ids: &[TokenId])
where
    DB: Database,
    for<'e> String: sqlx::Encode<'e, DB> + sqlx::Type<DB>,
{
    let mut list = sql.separated(", ");
    for id in ids {
        list.push_bind(id.to_string());
    }
    sql.push(")");
}

/// Writes what these tokens may do beyond what they are used for, as judged at a time; one statement for all.
pub(crate) async fn upsert_excess(db: &Db, excess: &[(&Used, PermissionSet)], judged_at: Timestamp) -> Result<()> {
    if excess.is_empty() {
        return Ok(());
    }
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut query = QueryBuilder::new("INSERT INTO token_excess (token_id, organization_id, permissions, judged_at) ");
        query.push_values(excess, |mut row, (used, permissions)| {
            row.push_bind(used.token.id.to_string())
                .push_bind(&used.organization)
                .push_bind(permissions.stored())
                .push_bind(judged_at.as_micros());
        });
        query.push(
            " ON CONFLICT (token_id) DO UPDATE SET permissions = excluded.permissions, judged_at = excluded.judged_at \
             WHERE token_excess.judged_at < excluded.judged_at",
        );
        query.build().persistent(false).execute(pool).await?;
    });
    Ok(())
}

/// Forgets what was judged before this time: now it is not so any more.
pub(crate) async fn forget_excess(db: &Db, judged_at: Timestamp) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("DELETE FROM token_excess WHERE judged_at < $1").bind(judged_at.as_micros()).execute(pool).await?;
    });
    Ok(())
}

/// Forgets what was judged after this time, which is to come: by a clock that was ahead.
pub(crate) async fn forget_excess_to_come(db: &Db, now: Timestamp) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("DELETE FROM token_excess WHERE judged_at > $1").bind(now.as_micros()).execute(pool).await?;
    });
    Ok(())
}

/// For so long what was judged is told; a day is enough unless no server could judge since.
pub(super) const TOLD: i64 = 2 * super::list::DAY;

/// Leaves out of what was judged, `x`, what is about rights that have changed since. What is too old is left out by who asks.
macro_rules! still_held {
    () => {
        "x.judged_at > COALESCE(t.rights_changed_at, 0) AND x.judged_at > COALESCE((SELECT c.permissions_changed_at FROM roles c \
         WHERE c.id = t.role_id), 0)"
    };
}
pub(super) use still_held;

/// What these tokens of the organization may do beyond what they are used for; those that do not are left out.
pub(crate) async fn excess(db: &Db, access: &Access, tokens: &[TokenId], now: Timestamp) -> Result<Vec<(TokenId, PermissionSet)>> {
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, String)> = on_db!(db, |pool| {
        let mut sql = QueryBuilder::new(concat!(
            "SELECT x.token_id, x.permissions FROM token_excess x JOIN tokens t ON t.id = x.token_id WHERE ",
            still_held!(),
            " AND t.organization_id = "
        ));
        sql.push_bind(access.organization().id.to_string()).push(" AND x.judged_at > ").push_bind(now.as_micros() - TOLD);
        sql.push(" AND x.judged_at <= ").push_bind(now.as_micros());
        sql.push(" AND x.token_id IN (");
        among(&mut sql, tokens);
        sql.build_query_as().persistent(false).fetch_all(pool).await?
    });
    rows.into_iter()
        .map(|(id, permissions)| Ok((stored("token_excess.token_id", id.parse())?, PermissionSet::from_stored(&permissions))))
        .collect()
}

/// What a token of the organization was used for since this day: the permissions that were named, and whether it was used without a name.
pub(crate) async fn used_for(db: &Db, access: &Access, token: TokenId, since: i64) -> Result<(PermissionSet, bool)> {
    let names: Vec<String> = on_db!(db, |pool| {
        sqlx::query_scalar("SELECT permission FROM token_permission_uses WHERE organization_id = $1 AND token_id = $2 AND last_day >= $3")
            .bind(access.organization().id.to_string())
            .bind(token.to_string())
            .bind(since)
            .fetch_all(pool)
            .await?
    });
    let is_untold = names.iter().any(String::is_empty);
    Ok((names.iter().filter_map(|name| named(name).ok().flatten()).collect(), is_untold))
}
