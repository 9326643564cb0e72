//! What the server reports by itself. It looks through every organization; it is no use case and asks for no proof of access.

use std::{collections::HashSet, time::Duration};

use domain::{OrganizationId, Timestamp, TokenId, UserId};
use sqlx::QueryBuilder;

use super::{Db, Write, on_db, on_tx, stored};
use crate::error::Result;

/// A token that somebody has to be told of, because it ends soon.
#[derive(Debug, Clone)]
pub(crate) struct Expiring {
    pub(crate) user: UserId,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) organization: OrganizationId,
    pub(crate) slug: String,
    pub(crate) organization_name: String,
    pub(crate) token: TokenId,
    pub(crate) label: String,
    pub(crate) expires_at: Timestamp,
    /// How many of this organization this person has to be told of, with this one.
    pub(crate) total: u64,
}

#[derive(sqlx::FromRow)]
struct ExpiringRow {
    user_id: String,
    email: String,
    user_name: String,
    organization_id: String,
    slug: String,
    organization_name: String,
    token_id: String,
    label: String,
    expires_at: i64,
    total: i64,
}

/// Microseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The tokens whose end has come as near as one of these numbers of days: those of an organization or a team once for every owner and admin,
/// those of a team for everybody in it, those of a person for them, person by person, what ends first first. Left out is who has had a digest
/// since it came that near, and so whoever has had one on this day: a day on which no server ran is made up for on the next. What was generated
/// on that day or later is left out as well: whoever did it knows. Of each organization a person is told the first `most`, since a mail with a
/// hundred thousand is read by nobody, and a change that writes it keeps all others waiting.
pub(crate) async fn find_expiring(db: &Db, day: i64, ahead: [i64; 4], most: usize) -> Result<Vec<Expiring>> {
    let [first, second, third, fourth] = ahead;
    let end_of = |days: i64| (day + days + 1) * DAY;
    let rows: Vec<ExpiringRow> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT * FROM (SELECT u.id AS user_id, u.email, u.name AS user_name, o.id AS organization_id, o.slug, \
             o.name AS organization_name, t.id AS token_id, t.label, t.expires_at, COUNT(*) OVER (PARTITION BY u.id, o.id) AS total, \
             ROW_NUMBER() OVER (PARTITION BY u.id, o.id ORDER BY t.expires_at, t.id) AS place FROM (SELECT n.*, n.expires_at / $2 - CASE WHEN n.expires_at < $7 THEN $3 \
             WHEN n.expires_at < $8 THEN $4 WHEN n.expires_at < $9 THEN $5 ELSE $6 END AS came_near FROM tokens n \
             WHERE n.revoked_at IS NULL AND n.expires_at >= $1 AND n.expires_at < $10) t JOIN organizations o ON o.id = t.organization_id \
             JOIN memberships m ON m.organization_id = o.id AND (m.user_id = t.user_id \
             OR (t.kind <> 'user' AND m.role IN ('owner', 'admin')) OR EXISTS (SELECT 1 FROM team_members g WHERE g.team_id = t.team_id \
             AND g.user_id = m.user_id)) JOIN users u ON u.id = m.user_id \
             WHERE t.created_at < t.came_near * $2 \
             AND NOT EXISTS (SELECT 1 FROM expiry_digests d WHERE d.user_id = u.id AND d.day >= t.came_near)) told \
             WHERE place <= $11 ORDER BY user_id, expires_at, token_id",
        )
        .bind(day * DAY)
        .bind(DAY)
        .bind(first)
        .bind(second)
        .bind(third)
        .bind(fourth)
        .bind(end_of(first))
        .bind(end_of(second))
        .bind(end_of(third))
        .bind(end_of(fourth))
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(pool)
        .await?
    });
    rows.into_iter()
        .map(|row| {
            Ok(Expiring {
                user: stored("users.id", row.user_id.parse())?,
                email: row.email,
                name: row.user_name,
                organization: stored("organizations.id", row.organization_id.parse())?,
                slug: row.slug,
                organization_name: row.organization_name,
                token: stored("tokens.id", row.token_id.parse())?,
                label: row.label,
                expires_at: Timestamp::from_micros(row.expires_at),
                total: u64::try_from(row.total).unwrap_or(0),
            })
        })
        .collect()
}

/// Notes that a person gets the digest of a day; tells whether nobody was quicker.
pub(crate) async fn insert_digest(write: &mut Write, user: UserId, day: i64, at: Timestamp) -> Result<bool> {
    let touched = on_tx!(write, |connection| {
        sqlx::query("INSERT INTO expiry_digests (user_id, day, reported_at) VALUES ($1, $2, $3) ON CONFLICT (user_id, day) DO NOTHING")
            .bind(user.to_string())
            .bind(day)
            .bind(at.as_micros())
            .execute(connection)
            .await?
            .rows_affected()
    });
    Ok(touched == 1)
}

/// A token that was presented although it is dead, and has not been reported since.
#[derive(Debug, Clone)]
pub(crate) struct Presented {
    pub(crate) organization: OrganizationId,
    pub(crate) slug: String,
    pub(crate) organization_name: String,
    pub(crate) token: TokenId,
    pub(crate) label: String,
    pub(crate) cause: domain::Cause,
    pub(crate) hint: String,
    pub(crate) times: i64,
    pub(crate) last_at: Timestamp,
    pub(crate) address: String,
    pub(crate) user_agent: String,
    /// Whether nobody was ever told of it.
    pub(crate) is_new: bool,
}

#[derive(sqlx::FromRow)]
struct PresentedRow {
    organization_id: String,
    slug: String,
    organization_name: String,
    token_id: String,
    label: String,
    cause: String,
    hint: String,
    times: i64,
    last_at: i64,
    address: String,
    user_agent: String,
    is_new: bool,
}

/// The tokens that were presented after their end within the last day, later than what was reported of them, which was
/// `pause` ago or longer. Token by token, the latest first.
pub(crate) async fn find_presented(db: &Db, now: Timestamp, pause: Duration) -> Result<Vec<Presented>> {
    let rows: Vec<PresentedRow> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT r.organization_id, o.slug, o.name AS organization_name, r.token_id, t.label, r.cause, r.hint, r.times, r.last_at, \
             r.address, r.user_agent, p.token_id IS NULL AS is_new FROM token_refusals r JOIN tokens t ON t.id = r.token_id \
             JOIN organizations o ON o.id = r.organization_id LEFT JOIN refusal_reports p ON p.token_id = r.token_id \
             WHERE r.last_at > $1 \
             AND (p.token_id IS NULL OR (p.reported_at <= $2 AND r.last_at > p.last_at)) ORDER BY r.token_id, r.last_at DESC, r.cause",
        )
        .bind(now.minus(Duration::from_hours(24)).as_micros())
        .bind(now.minus(pause).as_micros())
        .fetch_all(pool)
        .await?
    });
    rows.into_iter()
        .map(|row| {
            Ok(Presented {
                organization: stored("token_refusals.organization_id", row.organization_id.parse())?,
                slug: row.slug,
                organization_name: row.organization_name,
                token: stored("token_refusals.token_id", row.token_id.parse())?,
                label: row.label,
                cause: stored("token_refusals.cause", row.cause.parse())?,
                hint: row.hint,
                times: row.times,
                last_at: Timestamp::from_micros(row.last_at),
                address: row.address,
                user_agent: row.user_agent,
                is_new: row.is_new,
            })
        })
        .collect()
}

/// Notes that dead tokens of an organization are reported; tells of which that has not been done within `pause`.
pub(crate) async fn upsert_refusals(
    write: &mut Write,
    presented: &[Presented],
    now: Timestamp,
    pause: Duration,
) -> Result<HashSet<TokenId>> {
    let noted: Vec<String> = on_tx!(write, |connection| {
        let mut query = QueryBuilder::new("INSERT INTO refusal_reports (token_id, organization_id, reported_at, last_at) ");
        query.push_values(presented, |mut row, each| {
            row.push_bind(each.token.to_string())
                .push_bind(each.organization.to_string())
                .push_bind(now.as_micros())
                .push_bind(each.last_at.as_micros());
        });
        query
            .push(
                " ON CONFLICT (token_id) DO UPDATE SET reported_at = excluded.reported_at, last_at = excluded.last_at \
                 WHERE refusal_reports.reported_at <= ",
            )
            .push_bind(now.minus(pause).as_micros())
            .push(" RETURNING token_id");
        query.build_query_scalar().persistent(false).fetch_all(connection).await?
    });
    noted.iter().map(|id| stored("refusal_reports.token_id", id.parse())).collect()
}
