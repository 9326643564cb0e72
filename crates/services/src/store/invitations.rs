//! Invitations and the digests of their codes.

use domain::{Email, Invitation, InvitationId, Name, Organization, Slug, Timestamp, UserId};

use super::{Db, Write, exactly_one, on_db, on_tx, roles, stored};
use crate::{access::Access, error::Result, keys::Digest};

/// What is read of an invitation that was neither accepted nor withdrawn.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.email, ",
            role_of!("i", "r"),
            " AS role, i.created_at, i.created_by_name, i.expires_at, i.mailed_at FROM invitations i LEFT JOIN roles r ON r.id = i.role_id \
             WHERE i.accepted_at IS NULL AND i.withdrawn_at IS NULL ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    role: String,
    created_at: i64,
    created_by_name: String,
    expires_at: i64,
    mailed_at: Option<i64>,
}

impl Row {
    fn into_invitation(self) -> Result<Invitation> {
        Ok(Invitation {
            id: stored("invitations.id", self.id.parse())?,
            email: stored("invitations.email", Email::parse(&self.email))?,
            role: roles::read("invitations.role", &self.role)?,
            created_at: Timestamp::from_micros(self.created_at),
            created_by: self.created_by_name,
            expires_at: Timestamp::from_micros(self.expires_at),
            mailed_at: self.mailed_at.map(Timestamp::from_micros),
        })
    }
}

/// An invitation found by its code, with the organization it is to.
pub(crate) struct Found {
    pub(crate) invitation: Invitation,
    pub(crate) organization: Organization,
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    invitation: Row,
    organization_id: String,
    slug: String,
    organization_name: String,
    organization_created_at: i64,
}

impl FoundRow {
    fn into_found(self) -> Result<Found> {
        Ok(Found {
            invitation: self.invitation.into_invitation()?,
            organization: Organization {
                id: stored("organizations.id", self.organization_id.parse())?,
                slug: stored("organizations.slug", Slug::parse(&self.slug))?,
                name: stored("organizations.name", Name::parse(&self.organization_name))?,
                created_at: Timestamp::from_micros(self.organization_created_at),
            },
        })
    }
}

const BY_DIGEST: &str = concat!(
    "SELECT i.id, i.email, ",
    role_of!("i", "r"),
    " AS role, i.created_at, i.created_by_name, i.expires_at, i.mailed_at, i.organization_id, o.slug, \
    o.name AS organization_name, o.created_at AS organization_created_at FROM invitations i \
    JOIN organizations o ON o.id = i.organization_id LEFT JOIN roles r ON r.id = i.role_id \
    WHERE i.digest = $1 AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > $2",
);

/// Finds an invitation that can be accepted at `now` by the digest of its code: a look-up by secret, so it asks for no proof of access.
pub(crate) async fn find_by_digest(db: &Db, digest: &Digest, now: Timestamp) -> Result<Option<Found>> {
    let row: Option<FoundRow> =
        on_db!(db, |pool| { sqlx::query_as(BY_DIGEST).bind(digest.as_slice()).bind(now.as_micros()).fetch_optional(pool).await? });
    row.map(FoundRow::into_found).transpose()
}

/// The same inside a change, after all changes before it.
pub(crate) async fn find_by_digest_in(write: &mut Write, digest: &Digest, now: Timestamp) -> Result<Option<Found>> {
    let row: Option<FoundRow> = on_tx!(write, |connection| {
        sqlx::query_as(BY_DIGEST).bind(digest.as_slice()).bind(now.as_micros()).fetch_optional(connection).await?
    });
    row.map(FoundRow::into_found).transpose()
}

/// The organization's invitations that can be accepted at `now`, newest first: at most `limit` of those older than this one.
pub(crate) async fn list(db: &Db, access: &Access, now: Timestamp, after: Option<InvitationId>, limit: u32) -> Result<Vec<Invitation>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("AND i.organization_id = $1 AND i.expires_at > $2 AND ($3 = '' OR i.id < $3) ORDER BY i.id DESC LIMIT $4"))
            .bind(access.organization().id.to_string())
            .bind(now.as_micros())
            .bind(after.map(|after| after.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
    });
    rows.into_iter().map(Row::into_invitation).collect()
}

/// One of the organization's invitations that can be accepted at `now`.
pub(crate) async fn find(db: &Db, access: &Access, id: InvitationId, now: Timestamp) -> Result<Option<Invitation>> {
    let row: Option<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("AND i.organization_id = $1 AND i.id = $2 AND i.expires_at > $3"))
            .bind(access.organization().id.to_string())
            .bind(id.to_string())
            .bind(now.as_micros())
            .fetch_optional(pool)
            .await?
    });
    row.map(Row::into_invitation).transpose()
}

/// One of the organization's invitations that was neither accepted nor withdrawn, inside a change.
pub(crate) async fn find_in(write: &mut Write, access: &Access, id: InvitationId) -> Result<Option<Invitation>> {
    let row: Option<Row> = on_tx!(write, |connection| {
        sqlx::query_as(select!("AND i.organization_id = $1 AND i.id = $2"))
            .bind(access.organization().id.to_string())
            .bind(id.to_string())
            .fetch_optional(connection)
            .await?
    });
    row.map(Row::into_invitation).transpose()
}

/// The one for this address, also when its time is over.
pub(crate) async fn find_for_address_in(write: &mut Write, access: &Access, email: &Email) -> Result<Option<Invitation>> {
    let row: Option<Row> = on_tx!(write, |connection| {
        sqlx::query_as(select!("AND i.organization_id = $1 AND i.email = $2"))
            .bind(access.organization().id.to_string())
            .bind(email.as_str())
            .fetch_optional(connection)
            .await?
    });
    row.map(Row::into_invitation).transpose()
}

/// Those that a member made, by hand or with a token of theirs.
pub(crate) async fn list_created_by_in(write: &mut Write, access: &Access, user: UserId) -> Result<Vec<Invitation>> {
    let rows: Vec<Row> = on_tx!(write, |connection| {
        sqlx::query_as(select!(
            "AND i.organization_id = $1 AND ((i.created_by_kind = 'member' AND i.created_by_id = $2) \
             OR (i.created_by_kind = 'token' AND i.created_by_id IN \
             (SELECT t.id FROM tokens t WHERE t.organization_id = $1 AND t.user_id = $2))) ORDER BY i.id"
        ))
        .bind(access.organization().id.to_string())
        .bind(user.to_string())
        .fetch_all(connection)
        .await?
    });
    rows.into_iter().map(Row::into_invitation).collect()
}

/// Adds an invitation and the digest of its code.
pub(crate) async fn insert(write: &mut Write, access: &Access, invitation: &Invitation, digest: &Digest) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "INSERT INTO invitations (id, organization_id, digest, email, role, created_at, created_by_kind, created_by_id, \
             created_by_name, expires_at, role_id, mailed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(invitation.id.to_string())
        .bind(access.organization().id.to_string())
        .bind(digest.as_slice())
        .bind(invitation.email.as_str())
        .bind(invitation.role.stored().as_str())
        .bind(invitation.created_at.as_micros())
        .bind(access.principal().kind())
        .bind(access.principal().id())
        .bind(access.principal().name())
        .bind(invitation.expires_at.as_micros())
        .bind(invitation.role.id().map(|id| id.to_string()))
        .bind(invitation.mailed_at.map(Timestamp::as_micros))
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// When the latest mail with a link went to this address, or is to go, whatever has become of its invitation.
pub(crate) async fn last_mailed_in(write: &mut Write, access: &Access, email: &Email) -> Result<Option<Timestamp>> {
    let at: Option<i64> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT MAX(mailed_at) FROM invitations WHERE organization_id = $1 AND email = $2")
            .bind(access.organization().id.to_string())
            .bind(email.as_str())
            .fetch_one(connection)
            .await?
    });
    Ok(at.map(Timestamp::from_micros))
}

/// Writes down that another mail goes out. The digest is that of the code which a mail brings, also for an invitation from the time when
/// codes were drawn.
pub(crate) async fn set_mailed(write: &mut Write, access: &Access, id: InvitationId, at: Timestamp, digest: &Digest) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE invitations SET mailed_at = $1, digest = $2 WHERE organization_id = $3 AND id = $4 AND accepted_at IS NULL \
             AND withdrawn_at IS NULL",
        )
        .bind(at.as_micros())
        .bind(digest.as_slice())
        .bind(access.organization().id.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Takes an invitation back.
pub(crate) async fn withdraw(write: &mut Write, access: &Access, id: InvitationId, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE invitations SET withdrawn_at = $1 WHERE organization_id = $2 AND id = $3 AND accepted_at IS NULL \
             AND withdrawn_at IS NULL",
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

/// Uses an invitation up.
pub(crate) async fn accept(write: &mut Write, found: &Found, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE invitations SET accepted_at = $1 WHERE organization_id = $2 AND id = $3 AND accepted_at IS NULL \
             AND withdrawn_at IS NULL",
        )
        .bind(at.as_micros())
        .bind(found.organization.id.to_string())
        .bind(found.invitation.id.to_string())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}
