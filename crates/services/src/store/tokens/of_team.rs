//! The tokens of a team.

use domain::{TeamId, Timestamp, Token};

use super::Row;
use crate::{
    access::Access,
    error::Result,
    store::{Db, Write, on_db, on_tx},
};

macro_rules! of_team {
    () => {
        "WHERE t.organization_id = $1 AND t.team_id = $2 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $3) "
    };
}

/// Those of a team's tokens that are not over and that the access reaches, newest first, so many at most.
pub(crate) async fn list_of_team(db: &Db, access: &Access, team: TeamId, now: Timestamp, limit: i64) -> Result<Vec<Token>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!(of_team!(), reaches!("t.", "$4"), "ORDER BY t.created_at DESC, t.id DESC LIMIT $5"))
            .bind(access.organization().id.to_string())
            .bind(team.to_string())
            .bind(now.as_micros())
            .bind(access.only_of())
            .bind(limit)
            .fetch_all(pool)
            .await?
    });
    rows.into_iter().map(Row::into_token).collect()
}

/// All of a team's tokens that are not over, inside the change that ends the team.
pub(crate) async fn list_of_team_in(write: &mut Write, access: &Access, team: TeamId, now: Timestamp) -> Result<Vec<Token>> {
    let rows: Vec<Row> = on_tx!(write, |connection| {
        sqlx::query_as(select!(of_team!(), "ORDER BY t.created_at DESC, t.id DESC"))
            .bind(access.organization().id.to_string())
            .bind(team.to_string())
            .bind(now.as_micros())
            .fetch_all(connection)
            .await?
    });
    rows.into_iter().map(Row::into_token).collect()
}
