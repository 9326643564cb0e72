//! Teams and who is in them.

use domain::{Description, Email, Name, OrganizationId, OwnerTeam, Team, TeamId, TeamMember, Timestamp, UserId};

use super::{Db, Write, exactly_one, on_db, on_tx, stored};
use crate::{access::Access, error::Result};

/// What is read of a team that has not ended. `$1` is the organization, `$2` the time at which tokens count.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.name, t.description, t.created_at, t.created_by_name, \
             (SELECT COUNT(*) FROM team_members m WHERE m.team_id = t.id) AS members, \
             (SELECT COUNT(*) FROM tokens k WHERE k.organization_id = t.organization_id AND k.team_id = t.id \
             AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)) AS tokens \
             FROM teams t WHERE t.organization_id = $1 AND t.ended_at IS NULL ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    description: String,
    created_at: i64,
    created_by_name: String,
    members: i64,
    tokens: i64,
}

impl Row {
    fn into_team(self) -> Result<Team> {
        Ok(Team {
            id: stored("teams.id", self.id.parse())?,
            name: stored("teams.name", Name::parse(&self.name))?,
            description: stored("teams.description", Description::parse(&self.description))?,
            created_at: Timestamp::from_micros(self.created_at),
            created_by: self.created_by_name,
            members: u32::try_from(self.members).unwrap_or(u32::MAX),
            tokens: u32::try_from(self.tokens).unwrap_or(u32::MAX),
        })
    }
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    user_id: String,
    name: String,
    email: String,
    created_at: i64,
}

impl MemberRow {
    fn into_member(self) -> Result<TeamMember> {
        Ok(TeamMember {
            user: stored("team_members.user_id", self.user_id.parse())?,
            name: stored("users.name", Name::parse(&self.name))?,
            email: Some(stored("users.email", Email::parse(&self.email))?),
            since: Timestamp::from_micros(self.created_at),
        })
    }
}

/// The organization's teams by name, those after this one, which may have ended since.
pub(crate) async fn list(db: &Db, access: &Access, after: Option<TeamId>, limit: i64, now: Timestamp) -> Result<Vec<Team>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!(
            "AND (CAST($3 AS TEXT) IS NULL OR (t.name_key, t.id) > (SELECT a.name_key, a.id FROM teams a WHERE a.organization_id = $1 \
             AND a.id = $3)) ORDER BY t.name_key, t.id LIMIT $4"
        ))
        .bind(access.organization().id.to_string())
        .bind(now.as_micros())
        .bind(after.map(|team| team.to_string()))
        .bind(limit)
        .fetch_all(pool)
        .await?
    });
    rows.into_iter().map(Row::into_team).collect()
}

/// Whether the organization has, or had, this team: a list may begin after one that has ended since.
pub(crate) async fn is_known(db: &Db, access: &Access, team: TeamId) -> Result<bool> {
    let found: Option<String> = on_db!(db, |pool| {
        sqlx::query_scalar("SELECT id FROM teams WHERE organization_id = $1 AND id = $2")
            .bind(access.organization().id.to_string())
            .bind(team.to_string())
            .fetch_optional(pool)
            .await?
    });
    Ok(found.is_some())
}

/// One of the organization's teams.
pub(crate) async fn find(db: &Db, access: &Access, team: TeamId, now: Timestamp) -> Result<Option<Team>> {
    let row: Option<Row> = on_db!(db, |pool| {
        sqlx::query_as(select!("AND t.id = $3"))
            .bind(access.organization().id.to_string())
            .bind(now.as_micros())
            .bind(team.to_string())
            .fetch_optional(pool)
            .await?
    });
    row.map(Row::into_team).transpose()
}

/// The same inside a change, after all changes before it.
pub(crate) async fn find_in(write: &mut Write, access: &Access, team: TeamId, now: Timestamp) -> Result<Option<Team>> {
    let row: Option<Row> = on_tx!(write, |connection| {
        sqlx::query_as(select!("AND t.id = $3"))
            .bind(access.organization().id.to_string())
            .bind(now.as_micros())
            .bind(team.to_string())
            .fetch_optional(connection)
            .await?
    });
    row.map(Row::into_team).transpose()
}

/// How many teams the organization has, inside a change.
pub(crate) async fn count_in(write: &mut Write, access: &Access) -> Result<i64> {
    Ok(on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT COUNT(*) FROM teams WHERE organization_id = $1 AND ended_at IS NULL")
            .bind(access.organization().id.to_string())
            .fetch_one(connection)
            .await?
    }))
}

/// The team that has this name, in small or capital letters.
pub(crate) async fn named_in(write: &mut Write, access: &Access, name: &Name) -> Result<Option<TeamId>> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT id FROM teams WHERE organization_id = $1 AND name_key = $2 AND ended_at IS NULL")
            .bind(access.organization().id.to_string())
            .bind(Team::key(name))
            .fetch_optional(connection)
            .await?
    });
    found.map(|id| stored("teams.id", id.parse())).transpose()
}

/// Adds a team.
pub(crate) async fn insert(write: &mut Write, access: &Access, team: &Team) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "INSERT INTO teams (id, organization_id, name, name_key, description, created_at, created_by_kind, created_by_id, \
             created_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(team.id.to_string())
        .bind(access.organization().id.to_string())
        .bind(team.name.as_str())
        .bind(Team::key(&team.name))
        .bind(team.description.as_str())
        .bind(team.created_at.as_micros())
        .bind(access.principal().kind())
        .bind(access.principal().id())
        .bind(access.principal().name())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Writes down what can be edited.
pub(crate) async fn edit(write: &mut Write, access: &Access, team: &Team) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE teams SET name = $1, name_key = $2, description = $3 WHERE organization_id = $4 AND id = $5 AND ended_at IS NULL",
        )
        .bind(team.name.as_str())
        .bind(Team::key(&team.name))
        .bind(team.description.as_str())
        .bind(access.organization().id.to_string())
        .bind(team.id.to_string())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Ends a team: nobody is in it any more. Its tokens are ended one by one.
pub(crate) async fn end(write: &mut Write, access: &Access, team: TeamId, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("UPDATE teams SET ended_at = $1, ended_by_name = $2 WHERE organization_id = $3 AND id = $4 AND ended_at IS NULL")
            .bind(at.as_micros())
            .bind(access.principal().name())
            .bind(access.organization().id.to_string())
            .bind(team.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)?;
    // As many as are in it: that is what was asked for.
    on_tx!(write, |connection| {
        sqlx::query("DELETE FROM team_members WHERE organization_id = $1 AND team_id = $2")
            .bind(access.organization().id.to_string())
            .bind(team.to_string())
            .execute(connection)
            .await?;
    });
    Ok(())
}

/// Who is in a team, by name.
pub(crate) async fn members(db: &Db, access: &Access, team: TeamId) -> Result<Vec<TeamMember>> {
    let rows: Vec<MemberRow> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT m.user_id, u.name, u.email, m.created_at FROM team_members m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 AND m.team_id = $2 ORDER BY LOWER(u.name), m.user_id",
        )
        .bind(access.organization().id.to_string())
        .bind(team.to_string())
        .fetch_all(pool)
        .await?
    });
    rows.into_iter().map(MemberRow::into_member).collect()
}

/// Whether this person is in the team, inside a change.
pub(crate) async fn has_member_in(write: &mut Write, access: &Access, team: TeamId, user: UserId) -> Result<bool> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar("SELECT user_id FROM team_members WHERE organization_id = $1 AND team_id = $2 AND user_id = $3")
            .bind(access.organization().id.to_string())
            .bind(team.to_string())
            .bind(user.to_string())
            .fetch_optional(connection)
            .await?
    });
    Ok(found.is_some())
}

/// Adds a member of the organization to a team.
pub(crate) async fn insert_member(write: &mut Write, access: &Access, team: TeamId, user: UserId, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("INSERT INTO team_members (team_id, organization_id, user_id, created_at) VALUES ($1, $2, $3, $4)")
            .bind(team.to_string())
            .bind(access.organization().id.to_string())
            .bind(user.to_string())
            .bind(at.as_micros())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Removes somebody from a team.
pub(crate) async fn remove_member(write: &mut Write, access: &Access, team: TeamId, user: UserId) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("DELETE FROM team_members WHERE organization_id = $1 AND team_id = $2 AND user_id = $3")
            .bind(access.organization().id.to_string())
            .bind(team.to_string())
            .bind(user.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    });
    exactly_one(touched)
}

/// Removes somebody from all teams of the organization, which they leave; tells from how many.
pub(crate) async fn remove_from_all(write: &mut Write, access: &Access, user: UserId) -> Result<u64> {
    Ok(on_tx!(write, |connection| {
        sqlx::query("DELETE FROM team_members WHERE organization_id = $1 AND user_id = $2")
            .bind(access.organization().id.to_string())
            .bind(user.to_string())
            .execute(connection)
            .await?
            .rows_affected()
    }))
}

const OF_PERSON: &str = "SELECT t.id, t.name FROM teams t JOIN team_members m ON m.team_id = t.id \
                         WHERE t.organization_id = $1 AND m.user_id = $2 AND t.ended_at IS NULL ORDER BY t.name_key, t.id";

fn into_owners(rows: Vec<(String, String)>) -> Result<Vec<OwnerTeam>> {
    let team = |(id, name): (String, String)| {
        Ok(OwnerTeam { id: stored("teams.id", id.parse())?, name: stored("teams.name", Name::parse(&name))?, is_ended: false })
    };
    rows.into_iter().map(team).collect()
}

/// The teams of the organization that this person is in, by name.
pub(crate) async fn of_person(db: &Db, access: &Access, user: UserId) -> Result<Vec<OwnerTeam>> {
    into_owners(on_db!(db, |pool| {
        sqlx::query_as(OF_PERSON).bind(access.organization().id.to_string()).bind(user.to_string()).fetch_all(pool).await?
    }))
}

/// The same inside a change, after all changes before it.
pub(crate) async fn of_person_in(write: &mut Write, access: &Access, user: UserId) -> Result<Vec<OwnerTeam>> {
    into_owners(on_tx!(write, |connection| {
        sqlx::query_as(OF_PERSON).bind(access.organization().id.to_string()).bind(user.to_string()).fetch_all(connection).await?
    }))
}

/// The addresses of those in a team who are neither owners nor admins, for mails about it: owners and admins get theirs anyway.
pub(crate) async fn addresses_in(write: &mut Write, organization: OrganizationId, team: TeamId) -> Result<Vec<(String, String)>> {
    Ok(on_tx!(write, |connection| {
        sqlx::query_as(
            "SELECT m.user_id, u.email FROM team_members m JOIN users u ON u.id = m.user_id JOIN memberships o \
             ON o.organization_id = m.organization_id AND o.user_id = m.user_id \
             WHERE m.organization_id = $1 AND m.team_id = $2 AND o.role NOT IN ('owner', 'admin') ORDER BY u.email",
        )
        .bind(organization.to_string())
        .bind(team.to_string())
        .fetch_all(connection)
        .await?
    }))
}
