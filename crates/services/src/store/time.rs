//! What time it is at the database, where several servers share one, and what time it was, as far as that is on record.

use domain::Timestamp;
use sqlx::PgConnection;

use super::{Db, on_db};
use crate::{clock::Reading, error::Result, memory::since_boot};

/// The database's clock in microseconds since 1970, at the moment it is asked rather than at the beginning of a transaction.
macro_rules! now {
    () => {
        "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
    };
}
pub(super) use now;

/// Asks for it.
pub(crate) async fn read(connection: &mut PgConnection) -> Result<Reading> {
    let sent = since_boot();
    let at: i64 = sqlx::query_scalar(concat!("SELECT ", now!())).fetch_one(connection).await?;
    Ok(Reading { at: Timestamp::from_micros(at), sent, received: since_boot() })
}

/// The latest time on record, of what is found along an index however much there is: that of the last event, and when something dead was
/// presented last, which is written a second after an end was first told.
pub(crate) async fn on_record(db: &Db) -> Result<Option<Timestamp>> {
    let at: Option<i64> = on_db!(db, |pool| {
        sqlx::query_scalar(
            "SELECT MAX(k.at) FROM (SELECT e.at FROM events e JOIN head h ON h.seq = e.seq WHERE h.id = 1 UNION ALL \
             SELECT (SELECT MAX(r.last_at) FROM token_refusals r WHERE r.organization_id = o.id) AS at FROM organizations o) k",
        )
        .fetch_one(pool)
        .await?
    });
    Ok(at.map(Timestamp::from_micros))
}

/// Has nothing on record that is later than now and would stay: the time of an event gives way to that of the next.
pub(crate) async fn set_back(db: &Db, now: Timestamp) -> Result<()> {
    on_db!(db, |pool| {
        sqlx::query("UPDATE token_refusals SET last_at = $1 WHERE last_at > $1").bind(now.as_micros()).execute(pool).await?;
        sqlx::query("UPDATE tokens SET rights_changed_at = $1 WHERE rights_changed_at > $1").bind(now.as_micros()).execute(pool).await?;
        sqlx::query("UPDATE roles SET permissions_changed_at = $1 WHERE permissions_changed_at > $1")
            .bind(now.as_micros())
            .execute(pool)
            .await?;
        sqlx::query("DELETE FROM token_excess WHERE judged_at > $1").bind(now.as_micros()).execute(pool).await?;
        // A use on a day that is yet to come was on some day before: without it a permission would be taken for one that was not used.
        sqlx::query(
            "UPDATE token_permission_uses SET last_day = $1, first_day = CASE WHEN first_day > $1 THEN $1 ELSE first_day END WHERE last_day > $1",
        )
        .bind(now.day())
        .execute(pool)
        .await?;
        sqlx::query("DELETE FROM daily_tasks WHERE day > $1").bind(now.day()).execute(pool).await?;
    });
    Ok(())
}
