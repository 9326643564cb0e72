//! Changes of a token that lives.

use domain::{AssignedRole, State, Timestamp, Token};

use super::{
    super::{Write, exactly_one, on_tx},
    networks,
};
use crate::{access::Access, error::Result};

/// Writes down what can be edited, and when what it may do changed, if that is now.
pub(crate) async fn edit(write: &mut Write, access: &Access, token: &Token, rights_changed_at: Option<Timestamp>) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE tokens SET label = $1, description = $2, role = $3, permissions = $4, expires_at = $5, role_id = $8, \
             allowed_networks = $9, rate_limit = $10, rights_changed_at = COALESCE(CAST($11 AS BIGINT), rights_changed_at) \
             WHERE organization_id = $6 AND id = $7 AND revoked_at IS NULL",
        )
        .bind(token.label.as_str())
        .bind(token.description.as_str())
        .bind(token.role.as_ref().map(|role| role.stored().as_str()))
        .bind(token.permissions.stored())
        .bind(token.expires_at.map(Timestamp::as_micros))
        .bind(access.organization().id.to_string())
        .bind(token.id.to_string())
        .bind(token.role.as_ref().and_then(AssignedRole::id).map(|id| id.to_string()))
        .bind(networks(&token.limits))
        .bind(token.limits.rate.map(|rate| rate.to_string()))
        .bind(rights_changed_at.map(Timestamp::as_micros))
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Writes down whether it is switched off, since when and by whom, or that it was switched on at `now`.
pub(crate) async fn switch(write: &mut Write, access: &Access, token: &Token, now: Timestamp) -> Result<()> {
    let (at, by) = match &token.state {
        State::Disabled { at, by } => (Some(at.as_micros()), Some(by.as_str())),
        State::Active | State::Revoked { .. } => (None, None),
    };
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE tokens SET disabled_at = $1, disabled_by_name = $2, enabled_at = CASE WHEN CAST($1 AS BIGINT) IS NULL THEN $5 END \
             WHERE organization_id = $3 AND id = $4 AND revoked_at IS NULL",
        )
        .bind(at)
        .bind(by)
        .bind(access.organization().id.to_string())
        .bind(token.id.to_string())
        .bind(now.as_micros())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}
