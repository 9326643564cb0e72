//! Attempts that may be repeated, by the digest of their key.

use domain::{Timestamp, TokenId};

use super::{Write, exactly_one, on_tx, stored};
use crate::{access::Access, error::Result, keys::Digest};

/// What an earlier attempt with the same key led to.
pub(crate) struct Earlier {
    pub(crate) token: TokenId,
    /// The digest of its body.
    pub(crate) body: Vec<u8>,
    /// The digest of the secret it answered with.
    pub(crate) secret: Vec<u8>,
}

/// The earlier attempt with this key.
pub(crate) async fn find_in(write: &mut Write, access: &Access, digest: &Digest) -> Result<Option<Earlier>> {
    let row: Option<(String, Vec<u8>, Vec<u8>)> = on_tx!(write, |connection| {
        sqlx::query_as("SELECT token_id, body, secret FROM idempotency_keys WHERE organization_id = $1 AND digest = $2")
            .bind(access.organization().id.to_string())
            .bind(digest.as_slice())
            .fetch_optional(connection)
            .await?
    });
    row.map(|(token, body, secret)| Ok(Earlier { token: stored("idempotency_keys.token_id", token.parse())?, body, secret })).transpose()
}

/// Remembers an attempt.
pub(crate) async fn insert(
    write: &mut Write,
    access: &Access,
    digest: &Digest,
    body: &Digest,
    (token, secret): (TokenId, &Digest),
    at: Timestamp,
) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "INSERT INTO idempotency_keys (digest, organization_id, token_id, body, secret, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(digest.as_slice())
        .bind(access.organization().id.to_string())
        .bind(token.to_string())
        .bind(body.as_slice())
        .bind(secret.as_slice())
        .bind(at.as_micros())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Remembers that the attempt was answered with another secret.
pub(crate) async fn update_secret(write: &mut Write, access: &Access, digest: &Digest, secret: &Digest) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE idempotency_keys SET secret = $1 WHERE organization_id = $2 AND digest = $3")
            .bind(secret.as_slice())
            .bind(access.organization().id.to_string())
            .bind(digest.as_slice())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Forgets the organization's attempts up to a time, however many there are.
pub(crate) async fn prune(write: &mut Write, access: &Access, until: Timestamp) -> Result<()> {
    on_tx!(write, |connection| {
        sqlx::query("DELETE FROM idempotency_keys WHERE organization_id = $1 AND created_at <= $2")
            .bind(access.organization().id.to_string())
            .bind(until.as_micros())
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(())
}
