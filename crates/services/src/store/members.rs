//! The members of an organization.

use domain::{AssignedRole, Email, Member, MemberQuery, Name, Timestamp, UserId};

use super::{Db, Write, containing, exactly_one, on_db, on_tx, roles, stored};
use crate::{
    access::{Access, Recent},
    error::Result,
};

/// What is read of a member.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.user_id, u.name, u.email, ",
            role_of!("m", "r"),
            " AS role, m.created_at, \
             (SELECT MAX(s.last_seen_at) FROM sessions s WHERE s.user_id = m.user_id) AS last_seen_at \
             FROM memberships m JOIN users u ON u.id = m.user_id LEFT JOIN roles r ON r.id = m.role_id \
             WHERE m.organization_id = $1 ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    user_id: String,
    name: String,
    email: String,
    role: String,
    created_at: i64,
    last_seen_at: Option<i64>,
}

impl Row {
    fn into_member(self) -> Result<Member> {
        Ok(Member {
            user: stored("memberships.user_id", self.user_id.parse())?,
            name: stored("users.name", Name::parse(&self.name))?,
            email: stored("users.email", Email::parse(&self.email))?,
            role: roles::read("memberships.role", &self.role)?,
            since: Timestamp::from_micros(self.created_at),
            last_seen_at: self.last_seen_at.map(Timestamp::from_micros),
        })
    }
}

/// The organization's members, by name.
pub(crate) async fn list(db: &Db, access: &Access) -> Result<Vec<Member>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("ORDER BY LOWER(u.name), m.user_id")).bind(access.organization().id.to_string()).fetch_all(pool).await?
    });
    rows.into_iter().map(Row::into_member).collect()
}

/// At most `limit` of those of them that a query finds, by name.
pub(crate) async fn page(db: &Db, access: &Access, query: &MemberQuery, limit: i64) -> Result<Vec<Member>> {
    let (name, user) = query.after.as_ref().map(|place| (place.name.to_string(), place.user.to_string())).unwrap_or_default();
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!(
            "AND ($2 = '' OR (LOWER(u.name), m.user_id) > (LOWER($2), $3)) \
             AND ($4 = '' OR LOWER(u.name) LIKE LOWER($4) ESCAPE '\\' OR LOWER(u.email) LIKE LOWER($4) ESCAPE '\\') \
             ORDER BY LOWER(u.name), m.user_id LIMIT $5"
        ))
        .bind(access.organization().id.to_string())
        .bind(name)
        .bind(user)
        .bind(query.search.as_ref().map(containing).unwrap_or_default())
        .bind(limit)
        .fetch_all(pool)
        .await?
    });
    rows.into_iter().map(Row::into_member).collect()
}

/// At most `limit` of the organization's members after this one, in the order of their ids: who came first is first.
pub(crate) async fn list_after(db: &Db, access: &Access, after: Option<UserId>, limit: u32) -> Result<Vec<Member>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("AND ($2 = '' OR m.user_id > $2) ORDER BY m.user_id LIMIT $3"))
            .bind(access.organization().id.to_string())
            .bind(after.map(|after| after.to_string()).unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
    });
    rows.into_iter().map(Row::into_member).collect()
}

/// One of the organization's members.
pub(crate) async fn find(db: &Db, access: &Access, user: UserId) -> Result<Option<Member>> {
    let row: Option<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("AND m.user_id = $2"))
            .bind(access.organization().id.to_string())
            .bind(user.to_string())
            .fetch_optional(pool)
            .await?
    });
    row.map(Row::into_member).transpose()
}

/// The same inside a change, after all changes before it.
pub(crate) async fn find_in(write: &mut Write, access: &Access, user: UserId) -> Result<Option<Member>> {
    let row: Option<Row> = on_tx!(write, |connection| {
        sqlx::query_as(select!("AND m.user_id = $2"))
            .bind(access.organization().id.to_string())
            .bind(user.to_string())
            .fetch_optional(connection)
            .await?
    });
    row.map(Row::into_member).transpose()
}

/// Whether somebody with this address is a member.
pub(crate) async fn has_address(write: &mut Write, access: &Access, email: &Email) -> Result<bool> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar(
            "SELECT m.user_id FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.organization_id = $1 AND u.email = $2",
        )
        .bind(access.organization().id.to_string())
        .bind(email.as_str())
        .fetch_optional(connection)
        .await?
    });
    Ok(found.is_some())
}

/// Whether the organization would still have an owner without this person, after all changes before this one.
pub(crate) async fn has_another_owner(write: &mut Write, access: &Access, user: UserId) -> Result<bool> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT user_id FROM memberships WHERE organization_id = $1 AND user_id <> $2 AND role = 'owner' LIMIT 1")
            .bind(access.organization().id.to_string())
            .bind(user.to_string())
            .fetch_optional(connection)
            .await?
    });
    Ok(found.is_some())
}

/// Whether nobody but this member is an owner.
pub(crate) async fn is_only_owner(db: &Db, access: &Access, user: UserId) -> Result<bool> {
    let owners: Vec<String> = on_db!(db, |pool| {
        sqlx::query_scalar("SELECT user_id FROM memberships WHERE organization_id = $1 AND role = 'owner' LIMIT 2")
            .bind(access.organization().id.to_string())
            .fetch_all(pool)
            .await?
    });
    Ok(owners == [user.to_string()])
}

/// Gives a member another role.
pub(crate) async fn edit(write: &mut Write, access: &Access, _: &Recent, user: UserId, role: &AssignedRole) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE memberships SET role = $1, role_id = $4 WHERE organization_id = $2 AND user_id = $3")
            .bind(role.stored().as_str())
            .bind(access.organization().id.to_string())
            .bind(user.to_string())
            .bind(role.id().map(|id| id.to_string()))
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Ends a membership; tells whether the person still belongs to any organization.
pub(crate) async fn remove(write: &mut Write, access: &Access, _: &Recent, user: UserId) -> Result<bool> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("DELETE FROM memberships WHERE organization_id = $1 AND user_id = $2")
            .bind(access.organization().id.to_string())
            .bind(user.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)?;
    let elsewhere: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT organization_id FROM memberships WHERE user_id = $1 LIMIT 1")
            .bind(user.to_string())
            .fetch_optional(connection)
            .await?
    });
    Ok(elsewhere.is_some())
}
