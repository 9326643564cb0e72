//! Many tokens at once: those that a query finds, and those that a person has chosen.

use domain::{
    Hint, Role, Search, Status, Token, TokenFilter, TokenId, TokenQuery,
    attention::Finding,
    audit::Action,
    page::Key,
    token_query::{By, Expiring, Grant, Owned, Unused, View},
};
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::{
    super::{Db, Write, containing, on_db, on_tx, stored, token_policy},
    Row,
    excess::{TOLD, still_held},
    walk::key,
};
use crate::{access::Access, error::Result};

/// A day in microseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// What is soon for a token that lives long, in microseconds.
const SOON: i64 = Expiring::SOON.as_secs().cast_signed() * 1_000_000;

/// Leaves out what the access does not reach.
pub(super) fn reach<DB>(sql: &mut QueryBuilder<DB>, access: &Access)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
{
    if let Some(user) = access.only_of() {
        sql.push(" AND (t.user_id = ").push_bind(user.clone());
        sql.push(" OR t.team_id IN (SELECT r.team_id FROM team_members r WHERE r.organization_id = t.organization_id AND r.user_id = ");
        sql.push_bind(user).push("))");
    }
}

/// Leaves out what the query does not find at `now`.
pub(super) fn narrow<DB>(sql: &mut QueryBuilder<DB>, access: &Access, query: &TokenQuery, now: i64)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    match (query.view, query.status) {
        (View::Active, status) => {
            sql.push(" AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ").push_bind(now).push(")");
            if query.sort.by == By::Expires {
                // Says it once more as the index has it: what ended long ago is not even looked at.
                sql.push(format_args!(" AND {} > ", key(By::Expires))).push_bind(now);
            }
            match status {
                Some(Status::Disabled) => sql.push(" AND t.disabled_at IS NOT NULL"),
                Some(Status::Active) => sql.push(" AND t.disabled_at IS NULL"),
                _ => sql,
            }
        }
        (View::Inactive, Some(Status::Expired)) => sql.push(" AND t.revoked_at IS NULL AND t.expires_at <= ").push_bind(now),
        (View::Inactive, Some(Status::Revoked)) => sql.push(" AND t.revoked_at IS NOT NULL"),
        (View::Inactive, _) => sql.push(" AND (t.revoked_at IS NOT NULL OR t.expires_at <= ").push_bind(now).push(")"),
    };
    seek(sql, query.search.as_ref());
    grant(sql, query.role);
    belong(sql, access, query.owner);
    match query.expiring {
        Some(Expiring::Days(days)) => {
            sql.push(format_args!(" AND {} <= ", key(By::Expires))).push_bind(now + i64::from(days) * DAY);
        }
        Some(Expiring::Soon) => {
            // As in `Token::ends_soon`. The first part is the index's.
            sql.push(format_args!(" AND {} <= ", key(By::Expires))).push_bind(now + SOON);
            sql.push(" AND (t.expires_at - ").push_bind(now).push(") * 3 <= t.expires_at - t.created_at");
        }
        Some(Expiring::Never) => {
            // Nothing is later; as a range the index gives the order as well.
            sql.push(format_args!(" AND {} >= ", key(By::Expires))).push_bind(Key::NEVER);
        }
        None => {}
    }
    match query.unused {
        // What is younger has had no time to stay unused.
        Some(Unused::Days(days)) => sql.push(" AND COALESCE(u.last_used_at, t.created_at) <= ").push_bind(now - i64::from(days) * DAY),
        Some(Unused::Never) => sql.push(" AND u.token_id IS NULL"),
        None => sql,
    };
    if let Some(name) = &query.created_by {
        sql.push(" AND t.created_by_name = ").push_bind(name.as_str().to_owned());
    }
    if let Some(finding) = query.finding {
        suffer(sql, finding, now);
    }
}

/// Those with which this is the matter.
fn suffer<DB>(sql: &mut QueryBuilder<DB>, finding: Finding, now: i64)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    match finding {
        Finding::Presented => {
            // The organization is not named once more: SQLite would take the index that begins with it, and read all refusals for each token.
            sql.push(" AND EXISTS (SELECT 1 FROM token_refusals f WHERE f.token_id = t.id AND f.last_at >= ")
                .push_bind(now - i64::from(Finding::PRESENTED_DAYS) * DAY);
            still_holds(sql, now);
            sql.push(")");
        }
        Finding::CreatorLeft => {
            // A removal that rotates gives the new secret the time of its event.
            sql.push(
                " AND t.kind <> 'user' AND t.created_by_kind = 'member' AND NOT EXISTS (SELECT 1 FROM memberships m \
                 WHERE m.organization_id = t.organization_id AND m.user_id = t.created_by_id) AND s.created_at < COALESCE((SELECT MAX(e.at) \
                 FROM events e WHERE e.organization_id = t.organization_id AND e.target_id = t.created_by_id AND e.action = ",
            );
            sql.push_bind(Action::MemberRemove.as_str().to_owned()).push("), 9223372036854775807)");
        }
        Finding::OutsidePolicy => {
            sql.push(
                " AND EXISTS (SELECT 1 FROM token_policies y WHERE y.organization_id = t.organization_id AND ( \
                 (y.must_expire_at IS NOT NULL AND t.expires_at IS NULL) OR t.expires_at - t.created_at > y.max_days * ",
            );
            sql.push_bind(DAY).push(
                " OR (y.no_user_tokens_at IS NOT NULL AND t.kind = 'user') OR (y.no_team_tokens_at IS NOT NULL AND t.kind = 'team') \
                 OR (y.unique_labels_at IS NOT NULL AND t.kind <> 'user' AND ",
            );
            token_policy::share_label(sql, now);
            sql.push(")))");
        }
        Finding::WiderThanUsed => {
            sql.push(concat!(
                " AND EXISTS (SELECT 1 FROM token_excess x WHERE x.token_id = t.id AND ",
                still_held!(),
                " AND x.judged_at > "
            ));
            sql.push_bind(now - TOLD).push(" AND x.judged_at <= ").push_bind(now).push(")");
        }
    }
}

/// Those presentations `f` that would be refused for the same cause at `now`: what was switched on again is not dead.
pub(super) fn still_holds<DB>(sql: &mut QueryBuilder<DB>, now: i64)
where
    DB: Database,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    sql.push(" AND (f.cause = 'ended' OR f.cause = CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= ");
    sql.push_bind(now).push(" THEN 'expired' WHEN t.disabled_at IS NOT NULL THEN 'disabled' END)");
}

/// The same for a program's filter, which names one status or none.
pub(super) fn sift<DB>(sql: &mut QueryBuilder<DB>, access: &Access, filter: &TokenFilter, now: i64)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    match filter.status {
        Some(Status::Revoked) => {
            sql.push(" AND t.revoked_at IS NOT NULL");
        }
        Some(Status::Expired) => {
            sql.push(" AND t.revoked_at IS NULL AND t.expires_at <= ").push_bind(now);
        }
        Some(status) => {
            sql.push(" AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ").push_bind(now).push(")");
            sql.push(if status == Status::Disabled { " AND t.disabled_at IS NOT NULL" } else { " AND t.disabled_at IS NULL" });
        }
        None if filter.is_of_active() => {
            sql.push(" AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ").push_bind(now).push(")");
        }
        None => {}
    }
    seek(sql, filter.search.as_ref());
    grant(sql, filter.role);
    belong(sql, access, filter.owner);
    if filter.never_expires {
        sql.push(format_args!(" AND {} >= ", key(By::Expires))).push_bind(Key::NEVER);
    }
    if filter.never_used {
        sql.push(" AND u.token_id IS NULL");
    }
    if let Some(time) = filter.expiring_before {
        sql.push(" AND t.expires_at < ").push_bind(time.as_micros());
    }
    if let Some(time) = filter.unused_since {
        sql.push(" AND COALESCE(u.last_used_at, t.created_at) < ").push_bind(time.as_micros());
    }
    if let Some(name) = &filter.created_by {
        sql.push(" AND t.created_by_name = ").push_bind(name.as_str().to_owned());
    }
    if let Some(finding) = filter.finding {
        suffer(sql, finding, now);
    }
}

/// Those in which the text occurs. The mask of an earlier secret counts: it is what somebody has who looks into a log or an old file.
fn seek<DB>(sql: &mut QueryBuilder<DB>, search: Option<&Search>)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
{
    if let Some(search) = search {
        let pattern = containing(search);
        sql.push(" AND (");
        holds(sql, "t.label", &pattern);
        sql.push(" OR ");
        holds(sql, "t.description", &pattern);
        sql.push(" OR EXISTS (SELECT 1 FROM token_secrets h WHERE h.token_id = t.id AND ");
        holds(sql, "h.hint", &pattern);
        sql.push("))");
    }
}

/// What the pattern of a search fits, in small or capital letters.
fn holds<DB>(sql: &mut QueryBuilder<DB>, column: &'static str, pattern: &str)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
{
    sql.push(format_args!("LOWER({column}) LIKE LOWER(")).push_bind(pattern.to_owned()).push(") ESCAPE '\\'");
}

#[derive(sqlx::FromRow)]
struct EarlierRow {
    token_id: String,
    hint: String,
}

/// The masks of earlier secrets for which alone some of these tokens were found, the latest first: nothing else of the token holds the text.
pub(crate) async fn found_by_earlier(db: &Db, access: &Access, search: &Search, tokens: &[TokenId]) -> Result<Vec<(TokenId, Hint)>> {
    if tokens.is_empty() {
        return Ok(Vec::new());
    }
    let pattern = containing(search);
    let rows: Vec<EarlierRow> = on_db!(db, |pool| {
        let mut sql = QueryBuilder::new(
            "SELECT h.token_id, h.hint FROM token_secrets h JOIN tokens t ON t.id = h.token_id \
             JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL WHERE h.ends_at IS NOT NULL AND h.organization_id = ",
        );
        sql.push_bind(access.organization().id.to_string()).push(" AND ");
        holds(&mut sql, "h.hint", &pattern);
        for column in ["t.label", "t.description", "s.hint"] {
            sql.push(" AND NOT ");
            holds(&mut sql, column, &pattern);
        }
        sql.push(" AND h.token_id IN (");
        let mut list = sql.separated(", ");
        for token in tokens {
            list.push_bind(token.to_string());
        }
        sql.push(") ORDER BY h.created_at DESC, h.digest");
        // As long as the list in it is, so none is like the other.
        sql.build_query_as().persistent(false).fetch_all(pool).await?
    });
    rows.into_iter().map(|row| Ok((stored("token_secrets.token_id", row.token_id.parse())?, Hint::from_stored(row.hint)))).collect()
}

/// Those that may do what a word says.
fn grant<DB>(sql: &mut QueryBuilder<DB>, role: Option<Grant>)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
{
    match role {
        Some(Grant::Role(role)) => sql.push(" AND t.role_id IS NULL AND t.role = ").push_bind(Role::as_str(role).to_owned()),
        Some(Grant::Made(id)) => sql.push(" AND t.role_id = ").push_bind(id.to_string()),
        Some(Grant::Custom) => sql.push(" AND t.role IS NULL"),
        None => sql,
    };
}

/// Those that belong to whom a word says.
fn belong<DB>(sql: &mut QueryBuilder<DB>, access: &Access, owner: Option<Owned>)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
{
    match owner {
        Some(Owned::ByOrganization) => sql.push(" AND t.kind = 'organization'"),
        Some(Owned::ByPeople) => sql.push(" AND t.kind = 'user'"),
        Some(Owned::ByTeams) => sql.push(" AND t.kind = 'team'"),
        // Whoever is nobody owns nothing.
        Some(Owned::ByMe) => sql.push(" AND t.user_id = ").push_bind(access.person_id().unwrap_or_default()),
        None => sql,
    };
}

/// Those of the organization's tokens that have one of these ids, newest first.
pub(crate) async fn find_many(db: &Db, access: &Access, ids: &[TokenId]) -> Result<Vec<Token>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        let mut sql = chosen(access, ids);
        // As long as the list in it is, so none is like the other.
        sql.build_query_as().persistent(false).fetch_all(pool).await?
    });
    rows.into_iter().map(Row::into_token).collect()
}

/// The same inside a change, after all changes before it.
pub(crate) async fn find_many_in(write: &mut Write, access: &Access, ids: &[TokenId]) -> Result<Vec<Token>> {
    let rows: Vec<Row> = on_tx!(write, |connection| {
        let mut sql = chosen(access, ids);
        // As long as the list in it is, so none is like the other.
        sql.build_query_as().persistent(false).fetch_all(connection).await?
    });
    rows.into_iter().map(Row::into_token).collect()
}

fn chosen<DB>(access: &Access, ids: &[TokenId]) -> QueryBuilder<DB>
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
{
    let mut sql = QueryBuilder::new(select!("WHERE t.organization_id = "));
    sql.push_bind(access.organization().id.to_string()).push(" AND t.id IN (");
    let mut list = sql.separated(", ");
    for id in ids {
        list.push_bind(id.to_string());
    }
    sql.push(")");
    reach(&mut sql, access);
    sql.push(" ORDER BY t.created_at DESC, t.id DESC");
    sql
}
