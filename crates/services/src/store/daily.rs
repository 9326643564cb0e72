//! What is done once a day, by whichever server comes first, and since which day something is as it is.

use super::{Db, on_db};
use crate::error::Result;

/// Begins a day's task; tells whether nobody was quicker. A day that is yet to come is that of a clock which was ahead, and holds nobody back.
pub(crate) async fn begin(db: &Db, task: &'static str, day: i64) -> Result<bool> {
    let _place = db.place_to_write().await?;
    let touched = on_db!(db, |pool| {
        sqlx::query(
            "INSERT INTO daily_tasks (name, day) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET day = excluded.day \
             WHERE daily_tasks.day < excluded.day OR daily_tasks.day > excluded.day + 1",
        )
        .bind(task)
        .bind(day)
        .execute(pool)
        .await?
        .rows_affected()
    });
    Ok(touched == 1)
}

/// Gives a task back that could not be done, so that somebody tries again on the same day.
pub(crate) async fn give_back(db: &Db, task: &'static str, day: i64) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("UPDATE daily_tasks SET day = day - 1 WHERE name = $1 AND day = $2").bind(task).bind(day).execute(pool).await?;
    });
    Ok(())
}

/// Since which day a thing, named by `kind`, is as `what` says, to the knowledge of whoever asks each day; when it is new, that is `today`.
pub(crate) async fn since(db: &Db, kind: &str, what: &str, today: i64) -> Result<i64> {
    let _place = db.place_to_write().await?;
    let name = format!("{kind}{what}");
    Ok(on_db!(db, |pool| {
        // What was so before, and is so again, begins anew.
        sqlx::query("DELETE FROM daily_tasks WHERE name LIKE $1 AND name <> $2").bind(format!("{kind}%")).bind(&name).execute(pool).await?;
        sqlx::query("INSERT INTO daily_tasks (name, day) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(&name)
            .bind(today)
            .execute(pool)
            .await?;
        sqlx::query_scalar("SELECT COALESCE(MIN(day), $2) FROM daily_tasks WHERE name = $1").bind(&name).bind(today).fetch_one(pool).await?
    }))
}
