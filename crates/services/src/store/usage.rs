//! Last uses, written in batches.

use sqlx::QueryBuilder;

use super::{Db, on_db};
use crate::{error::Result, usage::Use};

/// Writes the latest use of each token; a later one that is there already stays. One statement for all.
pub(crate) async fn upsert(db: &Db, uses: &[Use]) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        let mut query = QueryBuilder::new("INSERT INTO token_usage (token_id, last_used_at, address, user_agent) ");
        query.push_values(uses, |mut row, used| {
            row.push_bind(used.token.to_string()).push_bind(used.at.as_micros()).push_bind(&used.address).push_bind(&used.user_agent);
        });
        query.push(
            " ON CONFLICT (token_id) DO UPDATE SET last_used_at = excluded.last_used_at, address = excluded.address, \
             user_agent = excluded.user_agent WHERE token_usage.last_used_at < excluded.last_used_at",
        );
        query.build().execute(pool).await?;
    });
    Ok(())
}
