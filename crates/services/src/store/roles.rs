//! The roles that organizations have made.

use domain::{AssignedRole, CustomRole, DefinedRole, Description, Holders, Name, OfferedRole, PermissionSet, RoleId, Timestamp, UserId};

use super::{Db, Write, exactly_one, on_db, on_tx, stored};
use crate::{
    access::{Access, Recent},
    error::Result,
};

/// Takes apart what `role_of!` reads. The name is last, for it may hold anything.
pub(super) fn read(column: &str, text: &str) -> Result<AssignedRole> {
    let mut parts = text.splitn(3, '|');
    let (first, permissions, name) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let (Some(permissions), Some(name)) = (permissions, name) else {
        return Ok(AssignedRole::BuiltIn(stored(column, first.parse())?));
    };
    Ok(AssignedRole::Custom(role(first, name, permissions)?))
}

fn role(id: &str, name: &str, permissions: &str) -> Result<CustomRole> {
    Ok(CustomRole {
        id: stored("roles.id", id.parse())?,
        name: stored("roles.name", Name::parse(name))?,
        permissions: PermissionSet::from_stored(permissions),
    })
}

fn described_as(description: &str) -> Result<Description> {
    stored("roles.description", Description::parse(description))
}

/// What is read of a role, with who holds it at $2. A token that was given the role and belongs to somebody who has it counts once; asked
/// with OR, both databases would look at every token there is.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.name, r.description, r.permissions, \
             (SELECT COUNT(*) FROM memberships m WHERE m.organization_id = r.organization_id AND m.role_id = r.id) AS members, \
             (SELECT COUNT(*) FROM invitations i WHERE i.organization_id = r.organization_id AND i.role_id = r.id \
             AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL AND i.expires_at > $2) AS invitations, \
             (SELECT COUNT(*) FROM tokens t WHERE t.organization_id = r.organization_id AND t.role_id = r.id AND t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > $2)) \
             + (SELECT COUNT(*) FROM memberships m JOIN tokens t ON t.organization_id = m.organization_id AND t.user_id = m.user_id \
             WHERE m.organization_id = r.organization_id AND m.role_id = r.id AND (t.role_id IS NULL OR t.role_id <> r.id) \
             AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)) AS tokens \
             FROM roles r WHERE r.organization_id = $1 AND r.deleted_at IS NULL ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    description: String,
    permissions: String,
    members: i64,
    invitations: i64,
    tokens: i64,
}

impl Row {
    fn into_role(self) -> Result<DefinedRole> {
        let count = |column, count: i64| stored(column, u32::try_from(count));
        Ok(DefinedRole {
            role: role(&self.id, &self.name, &self.permissions)?,
            description: described_as(&self.description)?,
            holders: Holders {
                members: count("members", self.members)?,
                invitations: count("invitations", self.invitations)?,
                tokens: count("tokens", self.tokens)?,
            },
        })
    }
}

/// The organization's own roles, by name, with who holds them at `now`.
pub(crate) async fn list(db: &Db, access: &Access, now: Timestamp) -> Result<Vec<DefinedRole>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("ORDER BY r.name_folded, r.id"))
            .bind(access.organization().id.to_string())
            .bind(now.as_micros())
            .fetch_all(pool)
            .await?
    });
    rows.into_iter().map(Row::into_role).collect()
}

/// The organization's own roles, by name, without who holds them.
pub(crate) async fn described(db: &Db, access: &Access) -> Result<Vec<OfferedRole>> {
    let rows: Vec<(String, String, String, String)> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT id, name, description, permissions FROM roles WHERE organization_id = $1 AND deleted_at IS NULL \
             ORDER BY name_folded, id",
        )
        .bind(access.organization().id.to_string())
        .fetch_all(pool)
        .await?
    });
    rows.into_iter()
        .map(|(id, name, description, permissions)| {
            Ok(OfferedRole { role: role(&id, &name, &permissions)?, description: described_as(&description)? })
        })
        .collect()
}

/// One of them.
pub(crate) async fn find(db: &Db, access: &Access, id: RoleId, now: Timestamp) -> Result<Option<DefinedRole>> {
    let row: Option<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("AND r.id = $3"))
            .bind(access.organization().id.to_string())
            .bind(now.as_micros())
            .bind(id.to_string())
            .fetch_optional(pool)
            .await?
    });
    row.map(Row::into_role).transpose()
}

/// The same inside a change, after all changes before it.
pub(crate) async fn find_in(write: &mut Write, access: &Access, id: RoleId, now: Timestamp) -> Result<Option<DefinedRole>> {
    let row: Option<Row> = on_tx!(write, |connection| {
        sqlx::query_as(select!("AND r.id = $3"))
            .bind(access.organization().id.to_string())
            .bind(now.as_micros())
            .bind(id.to_string())
            .fetch_optional(connection)
            .await?
    });
    row.map(Row::into_role).transpose()
}

/// The ids and folded names of the organization's own roles, inside a change.
pub(crate) async fn names_in(write: &mut Write, access: &Access) -> Result<Vec<(String, String)>> {
    Ok(on_tx!(write, |connection| {
        sqlx::query_as("SELECT id, name_folded FROM roles WHERE organization_id = $1 AND deleted_at IS NULL")
            .bind(access.organization().id.to_string())
            .fetch_all(connection)
            .await?
    }))
}

/// The members who have a role, inside a change.
pub(crate) async fn members_in(write: &mut Write, access: &Access, id: RoleId) -> Result<Vec<UserId>> {
    let ids: Vec<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT user_id FROM memberships WHERE organization_id = $1 AND role_id = $2 ORDER BY user_id")
            .bind(access.organization().id.to_string())
            .bind(id.to_string())
            .fetch_all(connection)
            .await?
    });
    ids.into_iter().map(|id| stored("memberships.user_id", id.parse())).collect()
}

/// Adds a role.
pub(crate) async fn insert(
    write: &mut Write,
    access: &Access,
    _: &Recent,
    role: &CustomRole,
    description: &Description,
    at: Timestamp,
) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "INSERT INTO roles (id, organization_id, name, name_folded, description, permissions, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(role.id.to_string())
        .bind(access.organization().id.to_string())
        .bind(role.name.as_str())
        .bind(CustomRole::folded(&role.name))
        .bind(description.as_str())
        .bind(role.permissions.stored())
        .bind(at.as_micros())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Writes down what a role is called, what it is for and what it stands for, and when that changed, if it is now.
pub(crate) async fn edit(
    write: &mut Write,
    access: &Access,
    _: &Recent,
    role: &CustomRole,
    description: &Description,
    permissions_changed_at: Option<Timestamp>,
) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE roles SET name = $1, name_folded = $2, description = $3, permissions = $4, \
             permissions_changed_at = COALESCE(CAST($7 AS BIGINT), permissions_changed_at) \
             WHERE organization_id = $5 AND id = $6 AND deleted_at IS NULL",
        )
        .bind(role.name.as_str())
        .bind(CustomRole::folded(&role.name))
        .bind(description.as_str())
        .bind(role.permissions.stored())
        .bind(access.organization().id.to_string())
        .bind(role.id.to_string())
        .bind(permissions_changed_at.map(Timestamp::as_micros))
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Deletes a role. Its row stays for what is over and was given it.
pub(crate) async fn delete(write: &mut Write, access: &Access, id: RoleId, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE roles SET deleted_at = $1 WHERE organization_id = $2 AND id = $3 AND deleted_at IS NULL")
            .bind(at.as_micros())
            .bind(access.organization().id.to_string())
            .bind(id.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}
