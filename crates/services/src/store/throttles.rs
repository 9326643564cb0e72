//! Budgets of sign-in attempts, shared by all servers on the database.

use std::time::Duration;

use domain::Timestamp;

use super::{Db, on_db};
use crate::error::Result;

/// Takes one attempt out of a bucket that holds `burst` and refills one per `period`. Returns how long to wait when it is empty. One
/// statement, so that any number of attempts at once take no more than there are.
pub(crate) async fn take(db: &Db, bucket: &str, burst: u32, period: Duration, now: Timestamp) -> Result<Option<Duration>> {
    let period = i64::try_from(period.as_micros()).unwrap_or(i64::MAX);
    let tolerance = period.saturating_mul(i64::from(burst) - 1);
    let place = db.place_to_write().await?;
    let touched = on_db!(db, |pool| {
        sqlx::query(
            "INSERT INTO throttles (bucket, spent_until) VALUES ($1, $2 + $3) ON CONFLICT (bucket) DO UPDATE \
             SET spent_until = CASE WHEN throttles.spent_until > $2 THEN throttles.spent_until ELSE $2 END + $3 \
             WHERE throttles.spent_until <= $2 + $4",
        )
        .bind(bucket)
        .bind(now.as_micros())
        .bind(period)
        .bind(tolerance)
        .execute(pool)
        .await?
        .rows_affected()
    });
    drop(place);
    if touched == 1 {
        return Ok(None);
    }
    let spent: Option<i64> = on_db!(db, |pool| {
        sqlx::query_scalar("SELECT spent_until FROM throttles WHERE bucket = $1").bind(bucket).fetch_optional(pool).await?
    });
    let wait = spent.unwrap_or(0).saturating_sub(tolerance).saturating_sub(now.as_micros());
    Ok(Some(Duration::from_micros(u64::try_from(wait).unwrap_or(0))))
}

/// Forgets buckets that are full again.
pub(crate) async fn prune(db: &Db, now: Timestamp) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("DELETE FROM throttles WHERE spent_until < $1").bind(now.as_micros()).execute(pool).await?;
    });
    Ok(())
}
