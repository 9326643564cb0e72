//! What organizations ask of their tokens, and which tokens are outside of it.

use std::collections::{BTreeMap, HashSet};

use domain::{
    Label, OrganizationId, Owner, TeamId, Timestamp, TokenId,
    token_policy::{Impact, Policy},
};
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::{Db, Write, exactly_one, on_db, on_tx, stored};
use crate::{
    access::{Access, Principal, Recent},
    error::Result,
};

/// A day in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// From when on a token has not been used: its last use, or when it or its present secret came into being, or when it was switched on again.
macro_rules! last_sign_of_use {
    () => {
        "CASE WHEN COALESCE(t.enabled_at, 0) > s.created_at \
         AND COALESCE(t.enabled_at, 0) > COALESCE(u.last_used_at, 0) THEN t.enabled_at \
         WHEN COALESCE(u.last_used_at, 0) > s.created_at THEN u.last_used_at ELSE s.created_at END"
    };
}

/// The same, as the left side of a comparison that finds tokens to be ended.
macro_rules! unused_since {
    () => {
        // What is switched off cannot be used, so that time does not count; it counts anew from when it is switched on again.
        concat!("t.disabled_at IS NULL AND ", last_sign_of_use!())
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    max_days: Option<i64>,
    default_days: Option<i64>,
    must_expire_at: Option<i64>,
    unique_labels_at: Option<i64>,
    creators: String,
    no_user_tokens_at: Option<i64>,
    no_team_tokens_at: Option<i64>,
    revoke_unused_days: Option<i64>,
    unused_since: Option<i64>,
}

/// A policy as it is stored.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Stored {
    pub(crate) policy: Policy,
    /// From when on days without use count.
    pub(crate) unused_since: Option<Timestamp>,
}

impl Row {
    fn into_stored(self) -> Result<Stored> {
        let days = |column, days: Option<i64>| stored(column, days.map(u32::try_from).transpose());
        Ok(Stored {
            policy: Policy {
                max_days: days("token_policies.max_days", self.max_days)?,
                default_days: days("token_policies.default_days", self.default_days)?,
                may_never_expire: self.must_expire_at.is_none(),
                creators: stored("token_policies.creators", self.creators.parse())?,
                user_tokens_allowed: self.no_user_tokens_at.is_none(),
                team_tokens_allowed: self.no_team_tokens_at.is_none(),
                revoke_unused_days: days("token_policies.revoke_unused_days", self.revoke_unused_days)?,
                unique_labels: self.unique_labels_at.is_some(),
            },
            unused_since: self.unused_since.map(Timestamp::from_micros),
        })
    }
}

const FIND: &str = "SELECT max_days, default_days, must_expire_at, unique_labels_at, creators, no_user_tokens_at, no_team_tokens_at, \
                    revoke_unused_days, unused_since FROM token_policies WHERE organization_id = $1";

/// The organization's policy; the default when it has none.
pub(crate) async fn find(db: &Db, access: &Access) -> Result<Stored> {
    let row: Option<Row> = on_db!(db, |pool| sqlx::query_as(FIND).bind(access.organization().id.to_string()).fetch_optional(pool).await?);
    row.map_or_else(|| Ok(Stored::default()), Row::into_stored)
}

/// The same inside a change, after all changes before it.
pub(crate) async fn find_in(write: &mut Write, organization: OrganizationId) -> Result<Stored> {
    let row: Option<Row> =
        on_tx!(write, |connection| sqlx::query_as(FIND).bind(organization.to_string()).fetch_optional(connection).await?);
    row.map_or_else(|| Ok(Stored::default()), Row::into_stored)
}

/// Puts a policy in the place of the one before. What goes on being asked for keeps the time from which on it was.
pub(crate) async fn edit(
    write: &mut Write,
    access: &Access,
    _: &Recent,
    policy: &Policy,
    unused_since: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    let at = |asked: bool| asked.then_some(now.as_micros());
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "INSERT INTO token_policies (organization_id, max_days, default_days, must_expire_at, unique_labels_at, creators, \
             revoke_unused_days, unused_since, edited_at, no_user_tokens_at, no_team_tokens_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
             ON CONFLICT (organization_id) DO UPDATE SET max_days = excluded.max_days, default_days = excluded.default_days, \
             must_expire_at = CASE WHEN excluded.must_expire_at IS NULL THEN NULL \
             ELSE COALESCE(token_policies.must_expire_at, excluded.must_expire_at) END, \
             unique_labels_at = CASE WHEN excluded.unique_labels_at IS NULL THEN NULL \
             ELSE COALESCE(token_policies.unique_labels_at, excluded.unique_labels_at) END, \
             no_user_tokens_at = CASE WHEN excluded.no_user_tokens_at IS NULL THEN NULL \
             ELSE COALESCE(token_policies.no_user_tokens_at, excluded.no_user_tokens_at) END, \
             no_team_tokens_at = CASE WHEN excluded.no_team_tokens_at IS NULL THEN NULL \
             ELSE COALESCE(token_policies.no_team_tokens_at, excluded.no_team_tokens_at) END, \
             creators = excluded.creators, revoke_unused_days = excluded.revoke_unused_days, unused_since = excluded.unused_since, \
             edited_at = excluded.edited_at",
        )
        .bind(access.organization().id.to_string())
        .bind(policy.max_days.map(i64::from))
        .bind(policy.default_days.map(i64::from))
        .bind(at(!policy.may_never_expire))
        .bind(at(policy.unique_labels))
        .bind(policy.creators.as_str())
        .bind(policy.revoke_unused_days.map(i64::from))
        .bind(unused_since.map(Timestamp::as_micros))
        .bind(now.as_micros())
        .bind(at(!policy.user_tokens_allowed))
        .bind(at(!policy.team_tokens_allowed))
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// Whether a token in force of the same owner, another one than this, has the label, in small or capital letters. What other teams call
/// theirs is nobody's business.
pub(crate) async fn label_in_use_in(
    write: &mut Write,
    access: &Access,
    owner: &Owner,
    label: &Label,
    but: TokenId,
    now: Timestamp,
) -> Result<bool> {
    let found: Option<String> = on_tx!(write, |connection| {
        sqlx::query_scalar(
            "SELECT id FROM tokens WHERE organization_id = $1 AND kind = $2 AND LOWER(label) = LOWER($3) AND id <> $4 \
             AND COALESCE(team_id, '') = $6 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $5) LIMIT 1",
        )
        .bind(access.organization().id.to_string())
        .bind(owner.kind().as_str())
        .bind(label.as_str())
        .bind(but.to_string())
        .bind(now.as_micros())
        .bind(owner.team().map_or(String::new(), |team| team.id.to_string()))
        .fetch_optional(connection)
        .await?
    });
    Ok(found.is_some())
}

/// Which of these tokens share their label with another one of their kind in force.
pub(crate) async fn find_sharing_labels(db: &Db, access: &Access, ids: &[TokenId], now: Timestamp) -> Result<HashSet<TokenId>> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let found: Vec<String> = on_db!(db, |pool| {
        let mut sql = QueryBuilder::new("SELECT t.id FROM tokens t WHERE t.kind <> 'user' AND t.organization_id = ");
        sql.push_bind(access.organization().id.to_string());
        sql.push(" AND ");
        share_label(&mut sql, now.as_micros());
        sql.push(" AND t.id IN (");
        let mut list = sql.separated(", ");
        for id in ids {
            list.push_bind(id.to_string());
        }
        sql.push(")");
        sql.build_query_scalar().persistent(false).fetch_all(pool).await?
    });
    found.into_iter().map(|id| stored("tokens.id", id.parse())).collect()
}

/// The condition that another token in force, of the same kind and team, has the label of `t`.
pub(super) fn share_label<DB>(sql: &mut QueryBuilder<DB>, now: i64)
where
    DB: Database,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    sql.push(
        "EXISTS (SELECT 1 FROM tokens o WHERE o.organization_id = t.organization_id AND o.kind = t.kind AND o.id <> t.id \
         AND COALESCE(o.team_id, '') = COALESCE(t.team_id, '') AND LOWER(o.label) = LOWER(t.label) AND o.revoked_at IS NULL \
         AND (o.expires_at IS NULL OR o.expires_at > ",
    );
    sql.push_bind(now).push("))");
}

/// Of an organization's tokens in force those that a policy would not let through.
macro_rules! breaking {
    () => {
        "t.organization_id = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) AND ( \
         (t.expires_at IS NULL AND $3 = 1) OR (t.expires_at IS NOT NULL AND t.expires_at - t.created_at > $4) \
         OR ($6 = 1 AND t.kind = 'user') OR ($7 = 1 AND t.kind = 'team') \
         OR ($5 = 1 AND t.kind <> 'user' AND EXISTS (SELECT 1 FROM tokens o WHERE o.organization_id = t.organization_id \
         AND o.kind = t.kind AND COALESCE(o.team_id, '') = COALESCE(t.team_id, '') AND o.id <> t.id AND LOWER(o.label) = LOWER(t.label) \
         AND o.revoked_at IS NULL AND (o.expires_at IS NULL OR o.expires_at > $2))))"
    };
}

/// Binds what [`breaking!`] asks for.
macro_rules! ask_breaking {
    ($query:expr, $access:expr, $policy:expr, $now:expr) => {
        $query
            .bind($access.organization().id.to_string())
            .bind($now.as_micros())
            .bind(i64::from(!$policy.may_never_expire))
            .bind($policy.max_days.map_or(i64::MAX, |days| i64::from(days) * DAY))
            .bind(i64::from($policy.unique_labels))
            .bind(i64::from(!$policy.user_tokens_allowed))
            .bind(i64::from(!$policy.team_tokens_allowed))
    };
}

#[derive(sqlx::FromRow)]
struct BreakingRow {
    created_by_name: String,
    team: Option<String>,
    tokens: i64,
    used: i64,
}

/// What a policy would mean for the organization's tokens that are in force.
pub(crate) async fn impact(db: &Db, access: &Access, policy: &Policy, now: Timestamp) -> Result<Impact> {
    let organization = access.organization().id.to_string();
    let rows: Vec<BreakingRow> = on_db!(db, |pool| {
        let sql = concat!(
            "SELECT t.created_by_name, g.name AS team, COUNT(*) AS tokens, COUNT(CASE WHEN u.last_used_at >= $8 THEN 1 END) AS used \
             FROM tokens t LEFT JOIN token_usage u ON u.token_id = t.id LEFT JOIN teams g ON g.id = t.team_id WHERE ",
            breaking!(),
            " GROUP BY t.created_by_name, g.id, g.name"
        );
        ask_breaking!(sqlx::query_as(sql), access, policy, now).bind(now.as_micros() - 7 * DAY).fetch_all(pool).await?
    });
    let unused = match policy.revoke_unused_days {
        None => 0,
        Some(days) => on_db!(db, |pool| {
            sqlx::query_scalar(concat!(
                "SELECT COUNT(*) FROM tokens t JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL \
                 LEFT JOIN token_usage u ON u.token_id = t.id WHERE t.organization_id = $1 AND t.revoked_at IS NULL \
                 AND (t.expires_at IS NULL OR t.expires_at > $2) AND ",
                unused_since!(),
                " <= $3"
            ))
            .bind(&organization)
            .bind(now.as_micros())
            .bind(now.as_micros() - i64::from(days) * DAY)
            .fetch_one(pool)
            .await?
        }),
    };
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(Impact {
        tokens: rows.iter().map(|row| count(row.tokens)).sum(),
        used: rows.iter().map(|row| count(row.used)).sum(),
        creators: by_name(rows.iter().map(|row| (row.created_by_name.as_str(), count(row.tokens)))),
        teams: by_name(rows.iter().filter_map(|row| Some((row.team.as_deref()?, count(row.tokens))))),
        named: Vec::new(),
        unused: count(unused),
    })
}

/// When a token will be ended if nobody uses it before, as its organization asks; none for what is over or cannot be used now.
pub(crate) async fn unused_until(db: &Db, access: &Access, id: TokenId, now: Timestamp) -> Result<Option<Timestamp>> {
    let found: Option<(i64, i64, i64)> = on_db!(db, |pool| {
        sqlx::query_as(concat!(
            "SELECT ",
            last_sign_of_use!(),
            ", p.unused_since, p.revoke_unused_days FROM tokens t JOIN token_policies p ON p.organization_id = t.organization_id \
             JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL LEFT JOIN token_usage u ON u.token_id = t.id \
             WHERE t.organization_id = $1 AND t.id = $2 AND t.disabled_at IS NULL AND t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > $3) AND p.revoke_unused_days IS NOT NULL AND p.unused_since IS NOT NULL"
        ))
        .bind(access.organization().id.to_string())
        .bind(id.to_string())
        .bind(now.as_micros())
        .fetch_optional(pool)
        .await?
    });
    Ok(found.map(|(sign, asked, days)| Timestamp::from_micros(sign.max(asked) + days * DAY)))
}

/// At most `limit` of the tokens that a policy would not let through, those first that were used last.
pub(crate) async fn find_breaking(db: &Db, access: &Access, policy: &Policy, now: Timestamp, limit: i64) -> Result<Vec<TokenId>> {
    let found: Vec<String> = on_db!(db, |pool| {
        let sql = concat!(
            "SELECT t.id FROM tokens t LEFT JOIN token_usage u ON u.token_id = t.id WHERE ",
            breaking!(),
            " ORDER BY COALESCE(u.last_used_at, 0) DESC, t.id DESC LIMIT $8"
        );
        ask_breaking!(sqlx::query_scalar(sql), access, policy, now).bind(limit).fetch_all(pool).await?
    });
    found.into_iter().map(|id| stored("tokens.id", id.parse())).collect()
}

/// Adds up what goes by the same name; those with most come first.
fn by_name<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> Vec<(String, u64)> {
    let mut sums = BTreeMap::new();
    for (name, count) in counts {
        *sums.entry(name).or_insert(0) += count;
    }
    let mut sums: Vec<(String, u64)> = sums.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    // Stable: those with as many stay in the order of their names.
    sums.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
    sums
}

/// A token that was not used for as long as its organization allows.
#[derive(Debug, Clone)]
pub(crate) struct Unused {
    pub(crate) id: TokenId,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) last_used_at: Option<Timestamp>,
    /// The address of the person to whom it belongs; none when it belongs to nobody.
    pub(crate) owner: Option<String>,
    /// The team to which it belongs.
    pub(crate) team: Option<TeamId>,
}

#[derive(sqlx::FromRow)]
struct UnusedRow {
    id: String,
    label: String,
    hint: String,
    last_used_at: Option<i64>,
    owner: Option<String>,
    team_id: Option<String>,
}

/// The organizations with tokens that were not used for as long as they allow. The server looks by itself, so it asks for no proof of access.
pub(crate) async fn find_with_unused(db: &Db, now: Timestamp) -> Result<Vec<OrganizationId>> {
    let found: Vec<String> = on_db!(db, |pool| {
        sqlx::query_scalar(concat!(
            "SELECT p.organization_id FROM token_policies p WHERE p.revoke_unused_days IS NOT NULL \
             AND p.unused_since + p.revoke_unused_days * $2 <= $1 AND EXISTS (SELECT 1 FROM tokens t \
             JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL LEFT JOIN token_usage u ON u.token_id = t.id \
             WHERE t.organization_id = p.organization_id AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $1) AND ",
            unused_since!(),
            " <= $1 - p.revoke_unused_days * $2)"
        ))
        .bind(now.as_micros())
        .bind(DAY)
        .fetch_all(pool)
        .await?
    });
    found.into_iter().map(|id| stored("token_policies.organization_id", id.parse())).collect()
}

/// Those tokens of an organization, inside the change that ends them, `most` at a time.
pub(crate) async fn find_unused_in(
    write: &mut Write,
    organization: OrganizationId,
    days: u32,
    now: Timestamp,
    most: i64,
) -> Result<Vec<Unused>> {
    let rows: Vec<UnusedRow> = on_tx!(write, |connection| {
        sqlx::query_as(concat!(
            "SELECT t.id, t.label, s.hint, u.last_used_at, p.email AS owner, t.team_id FROM tokens t \
             JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL \
             LEFT JOIN token_usage u ON u.token_id = t.id LEFT JOIN users p ON p.id = t.user_id WHERE t.organization_id = $1 AND t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > $2) AND ",
            unused_since!(),
            " <= $3 ORDER BY t.created_at, t.id LIMIT $4"
        ))
        .bind(organization.to_string())
        .bind(now.as_micros())
        .bind(now.as_micros() - i64::from(days) * DAY)
        .bind(most)
        .fetch_all(connection)
        .await?
    });
    rows.into_iter()
        .map(|row| {
            Ok(Unused {
                id: stored("tokens.id", row.id.parse())?,
                label: row.label,
                hint: row.hint,
                last_used_at: row.last_used_at.map(Timestamp::from_micros),
                owner: row.owner,
                team: row.team_id.map(|id| stored("tokens.team_id", id.parse())).transpose()?,
            })
        })
        .collect()
}

/// Ends a token that was not used, in the name of the server.
pub(crate) async fn revoke_unused(write: &mut Write, organization: OrganizationId, id: TokenId, why: &str, at: Timestamp) -> Result<()> {
    let touched = on_tx!(write, |connection| {
        sqlx::query(
            "UPDATE tokens SET revoked_at = $1, revoked_by_kind = 'system', revoked_by_id = '', revoked_by_name = $2, \
             revoked_why = $3 WHERE organization_id = $4 AND id = $5 AND revoked_at IS NULL",
        )
        .bind(at.as_micros())
        .bind(Principal::System.name())
        .bind(why)
        .bind(organization.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await?
        .rows_affected()
    });
    exactly_one(touched)
}

/// What an organization is called and where its pages are, for the mail of such a change.
pub(crate) async fn find_organization_in(write: &mut Write, organization: OrganizationId) -> Result<(String, String)> {
    Ok(on_tx!(write, |connection| {
        sqlx::query_as("SELECT name, slug FROM organizations WHERE id = $1").bind(organization.to_string()).fetch_one(connection).await?
    }))
}
