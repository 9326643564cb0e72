//! Organizations and who belongs to them.

use domain::{AssignedRole, Membership, Name, Organization, Slug, Timestamp, UserId};

use super::{Db, Write, exactly_one, on_db, on_tx, roles, stored};
use crate::error::Result;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    slug: String,
    name: String,
    created_at: i64,
    role: String,
    no_user_tokens_at: Option<i64>,
}

impl Row {
    fn into_membership(self) -> Result<Membership> {
        Ok(Membership {
            organization: Organization {
                id: stored("organizations.id", self.id.parse())?,
                slug: stored("organizations.slug", Slug::parse(&self.slug))?,
                name: stored("organizations.name", Name::parse(&self.name))?,
                created_at: Timestamp::from_micros(self.created_at),
            },
            role: roles::read("memberships.role", &self.role)?,
            user_tokens_allowed: self.no_user_tokens_at.is_none(),
        })
    }
}

const ANY: &str = "SELECT id FROM organizations LIMIT 1";

/// Whether anything has been set up yet.
pub(crate) async fn any(db: &Db) -> Result<bool> {
    let found: Option<String> = on_db!(db, |pool| sqlx::query_scalar(ANY).fetch_optional(pool).await?);
    Ok(found.is_some())
}

/// The same, inside the change that would set it up.
pub(crate) async fn any_in(write: &mut Write) -> Result<bool> {
    let found: Option<String> = on_tx!(write, |connection| sqlx::query_scalar(ANY).fetch_optional(connection).await?);
    Ok(found.is_some())
}

/// The organization with this slug, if the user belongs to it: who does not cannot tell it from one that is not there.
pub(crate) async fn find_for_member(db: &Db, user: UserId, slug: &Slug) -> Result<Option<Membership>> {
    let row: Option<Row> = on_db!(db, |pool| {
        sqlx::query_as(concat!(
            "SELECT o.id, o.slug, o.name, o.created_at, ",
            role_of!("m", "r"),
            " AS role, p.no_user_tokens_at FROM organizations o JOIN memberships m ON m.organization_id = o.id \
             LEFT JOIN roles r ON r.id = m.role_id LEFT JOIN token_policies p ON p.organization_id = o.id \
             WHERE o.slug = $1 AND m.user_id = $2",
        ))
        .bind(slug.as_str())
        .bind(user.to_string())
        .fetch_optional(pool)
        .await?
    });
    row.map(Row::into_membership).transpose()
}

/// The organization with this slug, for the operator at the command line.
pub(crate) async fn find_for_operator(db: &Db, slug: &Slug) -> Result<Option<Organization>> {
    let row: Option<Row> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT id, slug, name, created_at, 'owner' AS role, CAST(NULL AS BIGINT) AS no_user_tokens_at FROM organizations \
             WHERE slug = $1",
        )
        .bind(slug.as_str())
        .fetch_optional(pool)
        .await?
    });
    Ok(row.map(Row::into_membership).transpose()?.map(|membership| membership.organization))
}

/// Whether an organization is reached by this slug, inside the change that would make another one.
pub(crate) async fn has_slug(write: &mut Write, slug: &Slug) -> Result<bool> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT id FROM organizations WHERE slug = $1").bind(slug.as_str()).fetch_optional(connection).await?
    });
    Ok(found.is_some())
}

/// Where the user belongs, by name.
pub(crate) async fn list_for_member(db: &Db, user: UserId) -> Result<Vec<Membership>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(concat!(
            "SELECT o.id, o.slug, o.name, o.created_at, ",
            role_of!("m", "r"),
            " AS role, p.no_user_tokens_at FROM organizations o JOIN memberships m ON m.organization_id = o.id \
             LEFT JOIN roles r ON r.id = m.role_id LEFT JOIN token_policies p ON p.organization_id = o.id \
             WHERE m.user_id = $1 ORDER BY LOWER(o.name), o.id",
        ))
        .bind(user.to_string())
        .fetch_all(pool)
        .await?
    });
    rows.into_iter().map(Row::into_membership).collect()
}

/// Adds an organization.
pub(crate) async fn insert(write: &mut Write, organization: &Organization) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("INSERT INTO organizations (id, slug, name, created_at) VALUES ($1, $2, $3, $4)")
            .bind(organization.id.to_string())
            .bind(organization.slug.as_str())
            .bind(organization.name.as_str())
            .bind(organization.created_at.as_micros())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Whether a user is a member, inside the change that would make them one.
pub(crate) async fn is_member(write: &mut Write, organization: &Organization, user: UserId) -> Result<bool> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT role FROM memberships WHERE organization_id = $1 AND user_id = $2")
            .bind(organization.id.to_string())
            .bind(user.to_string())
            .fetch_optional(connection)
            .await?
    });
    Ok(found.is_some())
}

/// Makes a user a member.
pub(crate) async fn insert_member(
    write: &mut Write,
    organization: &Organization,
    user: UserId,
    role: &AssignedRole,
    at: Timestamp,
) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("INSERT INTO memberships (organization_id, user_id, role, created_at, role_id) VALUES ($1, $2, $3, $4, $5)")
            .bind(organization.id.to_string())
            .bind(user.to_string())
            .bind(role.stored().as_str())
            .bind(at.as_micros())
            .bind(role.id().map(|id| id.to_string()))
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}
