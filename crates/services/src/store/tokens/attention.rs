//! What needs attention: the first tokens of each kind and how many there are, in one statement.

use domain::{
    Attention, Timestamp, TokenId,
    attention::Finding,
    token_query::{By, View},
};
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::{
    list::{narrow, reach, still_holds},
    walk::key,
};
use crate::{
    access::Access,
    error::{Error, Result},
    store::{Db, on_db, stored},
};

#[derive(sqlx::FromRow)]
struct Row {
    attention: i32,
    id: String,
    total: i64,
    presented_at: Option<i64>,
}

/// One of the first tokens that need attention for a reason.
#[derive(Debug)]
pub(crate) struct Spotted {
    pub(crate) attention: Attention,
    /// How many need it for the same reason.
    pub(crate) total: u64,
    pub(crate) token: TokenId,
    /// When it was last presented though dead, if that is the reason.
    pub(crate) presented_at: Option<Timestamp>,
}

/// The tokens that need attention at `now`, reason by reason, [`Attention::SHOWN`] of each at most.
pub(crate) async fn spot(db: &Db, access: &Access, now: Timestamp) -> Result<Vec<Spotted>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        let mut sql = attention(access, now);
        sql.build_query_as().fetch_all(pool).await?
    });
    rows.into_iter()
        .map(|row| {
            let attention = usize::try_from(row.attention).ok().and_then(|number| Attention::ALL.get(number).copied());
            Ok(Spotted {
                attention: attention.ok_or_else(|| Error::internal("the database answered about another reason"))?,
                total: u64::try_from(row.total).unwrap_or(0),
                token: stored("tokens.id", row.id.parse())?,
                presented_at: row.presented_at.map(Timestamp::from_micros),
            })
        })
        .collect()
}

/// The statement of [`spot`]: of each reason the list's own question, so that both find the same tokens.
pub(crate) fn attention<DB>(access: &Access, now: Timestamp) -> QueryBuilder<DB>
where
    DB: Database,
    for<'e> String: Encode<'e, DB> + Type<DB>,
    for<'e> i64: Encode<'e, DB> + Type<DB>,
{
    let now = now.as_micros();
    let mut sql = QueryBuilder::new("");
    for (number, attention) in Attention::ALL.into_iter().enumerate() {
        let query = attention.query();
        sql.push(format_args!("{}SELECT * FROM (SELECT {number} AS attention, p.*, ", if number == 0 { "" } else { " UNION ALL " }));
        let (key, turn) = match query.finding {
            Some(Finding::Presented) => ("p.presented_at", "DESC"),
            _ => ("p.sorted_by", if query.sort.descending { "DESC" } else { "ASC" }),
        };
        sql.push(format_args!("COUNT(*) OVER () AS total, ROW_NUMBER() OVER (ORDER BY {key} {turn}, p.id {turn}) AS place FROM ("));
        sql.push(format_args!("SELECT t.id, {} AS sorted_by, ", self::key(query.sort.by)));
        match query.finding {
            Some(Finding::Presented) => {
                sql.push("(SELECT MAX(f.last_at) FROM token_refusals f WHERE f.token_id = t.id");
                still_holds(&mut sql, now);
                sql.push(")");
            }
            _ => {
                sql.push("CAST(NULL AS BIGINT)");
            }
        }
        sql.push(
            " AS presented_at FROM tokens t JOIN token_secrets s ON s.token_id = t.id AND s.ends_at IS NULL \
             LEFT JOIN token_usage u ON u.token_id = t.id WHERE t.organization_id = ",
        );
        sql.push_bind(access.organization().id.to_string());
        reach(&mut sql, access);
        narrow(&mut sql, access, &query, now);
        if query.view == View::Active {
            // Says once more that it is not over, as the index has it: what ended long ago is not even looked at.
            sql.push(format_args!(" AND {} > ", self::key(By::Expires))).push_bind(now);
        }
        sql.push(") p) a WHERE place <= ").push_bind(i64::from(Attention::SHOWN));
    }
    sql.push(" ORDER BY attention, place");
    sql
}
