//! Which tokens stand in for which.

use domain::{Token, TokenId};

use super::Row;
use crate::{
    access::Access,
    error::Result,
    store::{Db, on_db},
};

/// The token that this one was generated in the place of.
pub(crate) async fn replaced(db: &Db, access: &Access, id: TokenId) -> Result<Option<Token>> {
    let row: Option<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!(
            "WHERE t.organization_id = $1 AND t.id = (SELECT replaces FROM tokens WHERE id = $2) ",
            reaches!("t.", "$3")
        ))
        .bind(access.organization().id.to_string())
        .bind(id.to_string())
        .bind(access.only_of())
        .fetch_optional(pool)
        .await?
    });
    row.map(Row::into_token).transpose()
}

/// The tokens that were generated in the place of this one, oldest first.
pub(crate) async fn replacing(db: &Db, access: &Access, id: TokenId) -> Result<Vec<Token>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("WHERE t.organization_id = $1 AND t.replaces = $2 ", reaches!("t.", "$3"), "ORDER BY t.created_at, t.id"))
            .bind(access.organization().id.to_string())
            .bind(id.to_string())
            .bind(access.only_of())
            .fetch_all(pool)
            .await?
    });
    rows.into_iter().map(Row::into_token).collect()
}
