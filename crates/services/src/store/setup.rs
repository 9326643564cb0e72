//! The one-time links that open the set-up page.

use domain::Timestamp;

use super::{Db, Write, on_db, on_tx};
use crate::{error::Result, keys::Digest};

/// Adds a link, and forgets those made before `since`.
pub(crate) async fn insert(db: &Db, digest: &Digest, at: Timestamp, since: Timestamp) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("DELETE FROM setup_links WHERE created_at <= $1").bind(since.as_micros()).execute(pool).await?;
        sqlx::query("INSERT INTO setup_links (digest, created_at) VALUES ($1, $2)")
            .bind(digest.as_slice())
            .bind(at.as_micros())
            .execute(pool)
            .await?;
    });
    Ok(())
}

/// Whether a link made after `since` is known.
pub(crate) async fn is_known(db: &Db, digest: &Digest, since: Timestamp) -> Result<bool> {
    let found: Option<i64> = on_db!(db, |pool| {
        sqlx::query_scalar("SELECT created_at FROM setup_links WHERE digest = $1 AND created_at > $2")
            .bind(digest.as_slice())
            .bind(since.as_micros())
            .fetch_optional(pool)
            .await?
    });
    Ok(found.is_some())
}

/// Takes all links away, used or not.
pub(crate) async fn delete_all(write: &mut Write) -> Result<()> {
    on_tx!(write, |connection| sqlx::query("DELETE FROM setup_links").execute(connection).await.map(|_| ())?);
    Ok(())
}
