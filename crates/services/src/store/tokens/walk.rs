//! The list of tokens in an order: each is walked along an index, so that the first page costs the same however many tokens there are.

use std::time::Duration;

use domain::{
    Cursor, Hint, OldSecret, Presented, Timestamp, Token, TokenFilter, TokenId, TokenQuery,
    attention::Finding,
    page::Key,
    token_query::{By, Sort, Unused},
};
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::{
    Row,
    list::{DAY, narrow, reach, sift, still_holds},
};
use crate::{
    access::Access,
    error::Result,
    store::{Db, on_db, stored},
};

/// What was presented last of what is dead, if that was lately, in one column: rows stay rows, and there is nothing to sort. Times have sixteen
/// digits, so the latest is the greatest text.
fn presented<DB>(sql: &mut QueryBuilder<DB>, now: i64)
where
    DB: Database,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    sql.push(
        ", (SELECT MAX(CAST(f.last_at AS TEXT) || ' ' || CAST(f.times AS TEXT) || ' ' || f.cause) FROM token_refusals f \
         WHERE f.token_id = t.id AND f.last_at >= ",
    );
    sql.push_bind(now - i64::from(Finding::PRESENTED_DAYS) * DAY);
    still_holds(sql, now);
    sql.push(") AS presented");
}

/// What is asked of the list.
#[derive(Clone, Copy)]
pub(crate) enum Question<'a> {
    /// By a person, in one of the two views.
    Person(&'a TokenQuery),
    /// By a program, of all tokens whatever they are.
    Program(&'a TokenFilter),
}

/// A token of the list.
pub(crate) struct Listed {
    pub(crate) token: Token,
    /// The secret that a rotation has replaced and that is still accepted.
    pub(crate) old: Option<OldSecret>,
    /// That it, or a secret of it, is presented although it is dead.
    pub(crate) presented: Option<Presented>,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    token: Row,
    old_hint: Option<String>,
    old_ends_at: Option<i64>,
    presented: Option<String>,
}

/// Where a walk begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// At the tokens, whose indexes give the order.
    Tokens,
    /// At the uses in their order, so only what was used.
    Used,
    /// At the secrets that were not used, so only what never was.
    Unused,
    /// At what was refused lately, which is looked up and sorted.
    Presented,
    /// At those who have generated tokens and are no members: what they have generated is looked up and sorted.
    CreatorLeft,
    /// At what was judged to be wider than used, which is looked up and sorted.
    WiderThanUsed,
}

impl<'a> Question<'a> {
    fn sort(self) -> Sort {
        match self {
            Self::Person(query) => query.sort,
            Self::Program(filter) => filter.sort,
        }
    }

    fn after(self) -> Option<&'a Cursor> {
        match self {
            Self::Person(query) => query.after.as_ref(),
            Self::Program(filter) => filter.after.as_ref(),
        }
    }

    fn finding(self) -> Option<Finding> {
        match self {
            Self::Person(query) => query.finding,
            Self::Program(filter) => filter.finding,
        }
    }

    /// Since when at least nobody has used them, if that is asked.
    fn unused_since(self, now: i64) -> Option<i64> {
        match self {
            Self::Person(TokenQuery { unused: Some(Unused::Days(days)), .. }) => Some(now - i64::from(*days) * DAY),
            Self::Person(_) => None,
            Self::Program(filter) => filter.unused_since.map(Timestamp::as_micros),
        }
    }
}

/// Some of the organization's tokens: those that are asked for at `now`, from a place on.
pub(crate) async fn list(db: &Db, access: &Access, question: Question<'_>, now: Timestamp, limit: usize) -> Result<Vec<Listed>> {
    let mut listed: Vec<Listed> = Vec::new();
    for (walk, after) in walks(access, question) {
        if listed.len() >= limit {
            break;
        }
        let missing = i64::try_from(limit - listed.len()).unwrap_or(i64::MAX);
        let rows: Vec<ListedRow> = on_db!(db, |pool| {
            let mut sql = page(access, question, walk, after, now, missing);
            sql.build_query_as().fetch_all(pool).await?
        });
        for row in rows {
            let row = row.into_listed()?;
            // What is used for the first time between two walks would be met by both.
            if !listed.iter().any(|known| known.token.id == row.token.id) {
                listed.push(row);
            }
        }
    }
    Ok(listed)
}

/// How many of the organization's tokens a question from its beginning finds at `now`; not more than `most` are counted.
pub(crate) async fn count(db: &Db, access: &Access, question: Question<'_>, now: Timestamp, most: usize) -> Result<usize> {
    let mut total = 0;
    for (walk, _) in walks(access, question) {
        if total >= most {
            break;
        }
        let missing = i64::try_from(most - total).unwrap_or(i64::MAX);
        let counted: i64 = on_db!(db, |pool| {
            let mut sql = counted(access, question, walk, now, missing);
            sql.build_query_scalar().fetch_one(pool).await?
        });
        total += usize::try_from(counted).unwrap_or(0);
    }
    Ok(total)
}

impl ListedRow {
    fn into_listed(self) -> Result<Listed> {
        let old = self.old_hint.zip(self.old_ends_at);
        Ok(Listed {
            token: self.token.into_token()?,
            presented: self.presented.map(|text| read(&text)).transpose()?,
            old: old.map(|(hint, ends_at)| OldSecret { hint: Hint::from_stored(hint), ends_at: Timestamp::from_micros(ends_at) }),
        })
    }
}

/// Reads what [`presented`] puts together.
fn read(text: &str) -> Result<Presented> {
    let mut parts = text.split(' ');
    let mut part = || parts.next().unwrap_or_default();
    Ok(Presented {
        last_at: Timestamp::from_micros(stored("token_refusals.last_at", part().parse())?),
        times: stored("token_refusals.times", part().parse())?,
        cause: stored("token_refusals.cause", part().parse())?,
    })
}

/// What has to be walked one after the other for a question, each from where on. What was never used is in no index of uses, and comes before or
/// after all of it. Whoever reaches few tokens is better off when those are looked up and sorted.
pub(crate) fn walks<'a>(access: &Access, question: Question<'a>) -> Vec<(Walk, Option<&'a Cursor>)> {
    let (sort, after) = (question.sort(), question.after());
    if access.only_of().is_some() {
        return vec![(Walk::Tokens, after)];
    }
    match question.finding() {
        Some(Finding::Presented) => return vec![(Walk::Presented, after)],
        Some(Finding::CreatorLeft) => return vec![(Walk::CreatorLeft, after)],
        Some(Finding::WiderThanUsed) => return vec![(Walk::WiderThanUsed, after)],
        Some(Finding::OutsidePolicy) | None => {}
    }
    if sort.by != By::LastUsed {
        return vec![(Walk::Tokens, after)];
    }
    let unused = after.map(|after| after.key == Key::Time(Key::NOT_YET));
    match (sort.descending, unused) {
        (true, None | Some(false)) => vec![(Walk::Used, after), (Walk::Unused, None)],
        (true, Some(true)) => vec![(Walk::Unused, after)],
        (false, None | Some(true)) => vec![(Walk::Unused, after), (Walk::Used, None)],
        (false, Some(false)) => vec![(Walk::Used, after)],
    }
}

/// The statement of one walk of [`list`]. Everything that was typed is bound; what is pushed stands in these files.
pub(crate) fn page<DB>(
    access: &Access,
    question: Question<'_>,
    walk: Walk,
    after: Option<&Cursor>,
    now: Timestamp,
    limit: i64,
) -> QueryBuilder<DB>
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    let mut sql = QueryBuilder::new(concat!("SELECT ", columns!(), ", w.hint AS old_hint, w.ends_at AS old_ends_at"));
    presented(&mut sql, now.as_micros());
    begin(&mut sql, access, walk, now.as_micros());
    sql.push("LEFT JOIN token_secrets w ON w.token_id = t.id AND w.overlap <> 'now' AND w.ends_at > ");
    sql.push_bind(now.as_micros());
    keep(&mut sql, access, question, walk, now.as_micros());
    turn(&mut sql, question.sort(), walk, after, limit);
    sql
}

/// The statement of one walk of [`count`].
pub(crate) fn counted<DB>(access: &Access, question: Question<'_>, walk: Walk, now: Timestamp, limit: i64) -> QueryBuilder<DB>
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT t.id");
    begin(&mut sql, access, walk, now.as_micros());
    keep(&mut sql, access, question, walk, now.as_micros());
    match walk {
        // In the order of the list, so that both find the first ones along the same index.
        Walk::Tokens | Walk::Used | Walk::Unused => turn(&mut sql, question.sort(), walk, None, limit),
        // Here there is none, and nothing to sort for a number.
        Walk::Presented | Walk::CreatorLeft | Walk::WiderThanUsed => {
            sql.push(" LIMIT ").push_bind(limit);
        }
    }
    sql.push(") c");
    sql
}

/// The tables of a walk, its own first.
fn begin<DB>(sql: &mut QueryBuilder<DB>, access: &Access, walk: Walk, now: i64)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    let organization = access.organization().id.to_string();
    // SQLite takes the tables of a CROSS JOIN in this order; without statistics it would rather sort, or read every token.
    match walk {
        Walk::Tokens => sql.push(" FROM tokens t "),
        Walk::Used => {
            sql.push(" FROM token_usage u CROSS JOIN tokens t JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL ");
            return;
        }
        Walk::Unused => {
            sql.push(" FROM token_secrets s CROSS JOIN tokens t LEFT JOIN token_usage u ON u.token_id = t.id ");
            return;
        }
        Walk::Presented => {
            sql.push(" FROM (SELECT DISTINCT d.token_id FROM token_refusals d WHERE d.organization_id = ").push_bind(organization);
            sql.push(" AND d.last_at >= ").push_bind(now - i64::from(Finding::PRESENTED_DAYS) * DAY).push(") d CROSS JOIN tokens t ")
        }
        Walk::WiderThanUsed => sql.push(" FROM token_excess d CROSS JOIN tokens t "),
        Walk::CreatorLeft => {
            // From each creator straight to the next one, as the names of the filter are found.
            sql.push(" FROM (WITH RECURSIVE creators (id) AS (SELECT MIN(c.created_by_id) FROM tokens c WHERE c.organization_id = ");
            sql.push_bind(organization.clone());
            sql.push(" UNION ALL SELECT (SELECT MIN(c.created_by_id) FROM tokens c WHERE c.organization_id = ")
                .push_bind(organization.clone());
            sql.push(
                " AND c.created_by_id > n.id) FROM creators n WHERE n.id IS NOT NULL) SELECT n.id FROM creators n WHERE n.id IS NOT NULL \
                 AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.organization_id = ",
            );
            sql.push_bind(organization).push(" AND m.user_id = n.id)) d CROSS JOIN tokens t ")
        }
    };
    sql.push("JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL LEFT JOIN token_usage u ON u.token_id = t.id ");
}

/// Leaves out what is not asked for, or not on this walk.
fn keep<DB>(sql: &mut QueryBuilder<DB>, access: &Access, question: Question<'_>, walk: Walk, now: i64)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    let organization = access.organization().id.to_string();
    sql.push(" WHERE t.organization_id = ").push_bind(organization.clone());
    match walk {
        Walk::Tokens => {}
        Walk::Used => {
            sql.push(" AND t.id = u.token_id AND u.organization_id = ").push_bind(organization);
            if let Some(since) = question.unused_since(now) {
                // Says once more as the index has it what is asked of either time: what was used later is not even looked at.
                sql.push(" AND u.last_used_at <= ").push_bind(since);
            }
        }
        Walk::Unused => {
            // A rotated token has a secret that was not used, and may have been used before.
            sql.push(
                " AND t.id = s.token_id AND s.ends_at IS NULL AND s.first_used_at IS NULL AND u.token_id IS NULL AND s.organization_id = ",
            );
            sql.push_bind(organization);
            if let Some(since) = question.unused_since(now) {
                // Ids begin with the millisecond in which a token was generated: what is younger is not even looked at.
                let end = TokenId::new(Timestamp::from_micros(since).plus(Duration::from_millis(1)), [0; 10]);
                sql.push(" AND s.token_id < ").push_bind(end.to_string());
            }
        }
        Walk::Presented => {
            sql.push(" AND t.id = d.token_id");
        }
        Walk::CreatorLeft => {
            sql.push(" AND t.created_by_id = d.id");
        }
        Walk::WiderThanUsed => {
            sql.push(" AND t.id = d.token_id AND d.organization_id = ").push_bind(organization);
        }
    }
    reach(sql, access);
    match question {
        Question::Person(query) => narrow(sql, access, query, now),
        Question::Program(filter) => sift(sql, access, filter, now),
    }
    if let Some(since) = question.unused_since(now) {
        // Nothing is used before it is generated: again as the index has it.
        sql.push(" AND t.created_at <= ").push_bind(since);
    }
}

/// Brings rows into an order, and begins after a place in it.
fn turn<DB>(sql: &mut QueryBuilder<DB>, sort: Sort, walk: Walk, after: Option<&Cursor>, limit: i64)
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    let (turn, beyond) = if sort.descending { ("DESC", "<") } else { ("ASC", ">") };
    let (key, id) = match walk {
        Walk::Tokens | Walk::Presented | Walk::CreatorLeft | Walk::WiderThanUsed => (key(sort.by), "t.id"),
        Walk::Used => ("u.last_used_at", "u.token_id"),
        Walk::Unused => {
            if let Some(after) = after {
                sql.push(format_args!(" AND s.token_id {beyond} ")).push_bind(after.id.to_string());
            }
            sql.push(format_args!(" ORDER BY s.token_id {turn} LIMIT ")).push_bind(limit);
            return;
        }
    };
    if let Some(after) = after {
        sql.push(format_args!(" AND ({key}, {id}) {beyond} ("));
        match &after.key {
            Key::Label(label) => sql.push("LOWER(").push_bind(label.as_str().to_owned()).push(")"),
            Key::Time(micros) => sql.push_bind(*micros),
        };
        sql.push(", ").push_bind(after.id.to_string()).push(")");
    }
    sql.push(format_args!(" ORDER BY {key} {turn}, {id} {turn} LIMIT ")).push_bind(limit);
}

/// What rows are sorted and compared by: never null, and written as in the indexes.
pub(super) const fn key(by: By) -> &'static str {
    match by {
        By::Label => "LOWER(t.label)",
        By::Created => "t.created_at",
        By::Expires => "COALESCE(t.expires_at, 9223372036854775807)",
        By::LastUsed => "COALESCE(u.last_used_at, 0)",
    }
}
