//! What time it is at the database, where several servers share one.

use domain::Timestamp;
use sqlx::PgConnection;

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
