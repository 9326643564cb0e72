//! The tokens of somebody who leaves.

use domain::{Kind, TeamId, Timestamp, Token, TokenId, UserId};

use super::Row;
use crate::{
    access::Access,
    error::Result,
    store::{Db, Write, exactly_one, on_db, on_tx},
};

macro_rules! of_leaver {
    () => {
        select!(
            "WHERE t.organization_id = $1 AND (t.user_id = $2 OR (t.kind <> 'user' \
             AND ((t.created_by_kind = 'member' AND t.created_by_id = $2) OR (t.created_by_kind = 'token' AND t.created_by_id IN \
             (SELECT c.id FROM tokens c WHERE c.organization_id = $1 AND c.user_id = $2))))) AND t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > $3) ORDER BY t.created_at DESC, t.id DESC"
        )
    };
}

/// The tokens of somebody who leaves that are not over, newest first.
pub(crate) struct OfLeaver {
    /// The organization's and their teams' that they generated, by hand or with a token of theirs.
    pub(crate) generated: Vec<Token>,
    /// Those that belong to them.
    pub(crate) own: Vec<Token>,
}

impl OfLeaver {
    fn new(rows: Vec<Row>) -> Result<Self> {
        let tokens = rows.into_iter().map(Row::into_token).collect::<Result<Vec<_>>>()?;
        let (generated, own) = tokens.into_iter().partition(|token| token.owner.person().is_none());
        Ok(Self { generated, own })
    }
}

/// The tokens of this person that are not over at `now`.
pub(crate) async fn list_of_leaver(db: &Db, access: &Access, user: UserId, now: Timestamp) -> Result<OfLeaver> {
    OfLeaver::new(on_db!(db, |pool| {
        sqlx::query_as(of_leaver!())
            .bind(access.organization().id.to_string())
            .bind(user.to_string())
            .bind(now.as_micros())
            .fetch_all(pool)
            .await?
    }))
}

/// The same inside a change, after all changes before it.
pub(crate) async fn list_of_leaver_in(write: &mut Write, access: &Access, user: UserId, now: Timestamp) -> Result<OfLeaver> {
    OfLeaver::new(on_tx!(write, |connection| {
        sqlx::query_as(of_leaver!())
            .bind(access.organization().id.to_string())
            .bind(user.to_string())
            .bind(now.as_micros())
            .fetch_all(connection)
            .await?
    }))
}

/// Lets a token end at `at`, which is sooner than it would.
pub(crate) async fn expire(write: &mut Write, access: &Access, id: TokenId, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE tokens SET expires_at = $1 WHERE organization_id = $2 AND id = $3 AND revoked_at IS NULL \
             AND (expires_at IS NULL OR expires_at > $1)",
        )
        .bind(at.as_micros())
        .bind(access.organization().id.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Makes a token of the organization one of a team, which is to be one of the same organization.
pub(crate) async fn move_to_team(write: &mut Write, access: &Access, id: TokenId, team: TeamId) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE tokens SET kind = $1, team_id = $2 WHERE organization_id = $3 AND id = $4 AND kind = $5 AND revoked_at IS NULL \
             AND EXISTS (SELECT 1 FROM teams g WHERE g.id = $2 AND g.organization_id = $3 AND g.ended_at IS NULL)",
        )
        .bind(Kind::Team.as_str())
        .bind(team.to_string())
        .bind(access.organization().id.to_string())
        .bind(id.to_string())
        .bind(Kind::Organization.as_str())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}
