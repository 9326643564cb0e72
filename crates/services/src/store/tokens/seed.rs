//! Made-up tokens, a million in a minute: many rows in one statement, without the indexes, which are built again in the end.

use domain::{AssignedRole, Hint, State, Timestamp, Token, TokenId, UserId};
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::{Write, on_tx};
use crate::{
    access::Access,
    error::{Error, Result},
    keys::Digest,
    store::Tx,
};

/// Rows in one statement: of the widest table not more values than SQLite takes, 32,766.
const ROWS: usize = 500;
/// KiB of its file that SQLite keeps in memory while this goes on, and otherwise.
const PAGES: (u32, u32) = (256 * 1024, 2 * 1024);

/// A made-up token, and what a [`Token`] does not tell of it.
pub(crate) struct Planted {
    pub(crate) token: Token,
    pub(crate) digest: Digest,
    pub(crate) creator: UserId,
}

/// A secret that is still to be written.
struct Waiting {
    digest: Digest,
    token: TokenId,
    hint: Hint,
    created_at: i64,
    last_used_at: Option<i64>,
}

/// A change in which made-up tokens are added.
pub(crate) struct Plantation {
    write: Write,
    organization: String,
    /// What builds the indexes again.
    indexes: Vec<String>,
    secrets: Vec<Waiting>,
}

impl Plantation {
    /// Takes the indexes away, inside the change: whoever reads meanwhile reads what was there before, or waits.
    pub(crate) async fn open(mut write: Write, access: &Access) -> Result<Self> {
        set_pages(&mut write, PAGES.0).await?;
        // What a constraint has made is not told of here, and stays.
        let found: Vec<(String, String)> = match &mut write.tx {
            Tx::Sqlite(tx) => {
                sqlx::query_as(
                    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL \
                     AND tbl_name IN ('tokens', 'token_secrets', 'token_usage') ORDER BY name",
                )
                .fetch_all(&mut **tx)
                .await?
            }
            Tx::Postgres(tx) => {
                sqlx::query_as(
                    "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.schemaname = current_schema() \
                     AND i.tablename IN ('tokens', 'token_secrets', 'token_usage') AND NOT EXISTS (SELECT 1 FROM pg_constraint c \
                     WHERE c.conindid = (quote_ident(i.schemaname) || '.' || quote_ident(i.indexname))::regclass AND c.contype IN ('p', 'u')) \
                     ORDER BY i.indexname",
                )
                .fetch_all(&mut **tx)
                .await?
            }
        };
        for (name, _) in &found {
            run(&mut write, format!("DROP INDEX {name}")).await?;
        }
        let indexes = found.into_iter().map(|(_, sql)| sql).collect();
        Ok(Self { write, organization: access.organization().id.to_string(), indexes, secrets: Vec::new() })
    }

    /// Adds tokens with their last use.
    pub(crate) async fn add(&mut self, planted: &[Planted]) -> Result<()> {
        let (write, organization) = (&mut self.write, &self.organization);
        for rows in planted.chunks(ROWS) {
            let touched = on_tx!(write, |connection| {
                let mut sql = QueryBuilder::new(
                    "INSERT INTO tokens (id, organization_id, kind, label, description, role, permissions, created_at, created_by_kind, \
                     created_by_id, created_by_name, expires_at, user_id, team_id, role_id, disabled_at, disabled_by_name, revoked_at, \
                     revoked_by_kind, revoked_by_id, revoked_by_name) ",
                );
                sql.push_values(rows, |mut row, Planted { token, creator, .. }| {
                    let (disabled, revoked) = match &token.state {
                        State::Active => (None, None),
                        State::Disabled { at, by } => (Some((at.as_micros(), by.as_str())), None),
                        State::Revoked { at, by, .. } => (None, Some((at.as_micros(), by.as_str()))),
                    };
                    row.push_bind(token.id.to_string())
                        .push_bind(organization)
                        .push_bind(token.owner.kind().as_str())
                        .push_bind(token.label.as_str())
                        .push_bind(token.description.as_str())
                        .push_bind(token.role.as_ref().map(|role| role.stored().as_str()))
                        .push_bind(token.permissions.stored())
                        .push_bind(token.created_at.as_micros())
                        .push_bind("member")
                        .push_bind(creator.to_string())
                        .push_bind(&token.created_by)
                        .push_bind(token.expires_at.map(Timestamp::as_micros))
                        .push_bind(token.owner.person().map(|person| person.id.to_string()))
                        .push_bind(token.owner.team().map(|team| team.id.to_string()))
                        .push_bind(token.role.as_ref().and_then(AssignedRole::id).map(|id| id.to_string()))
                        .push_bind(disabled.map(|(at, _)| at))
                        .push_bind(disabled.map(|(_, by)| by))
                        .push_bind(revoked.map(|(at, _)| at))
                        .push_bind(revoked.map(|_| "member"))
                        .push_bind(revoked.map(|_| creator.to_string()))
                        .push_bind(revoked.map(|(_, by)| by));
                });
                sql.build().execute(connection).await?.rows_affected()
            });
            all(touched, rows.len())?;
        }
        let used: Vec<(&Token, i64)> =
            planted.iter().filter_map(|each| Some((&each.token, each.token.last_used_at?.as_micros()))).collect();
        for rows in used.chunks(ROWS) {
            let touched = on_tx!(write, |connection| {
                let mut sql = QueryBuilder::new("INSERT INTO token_usage (token_id, organization_id, last_used_at, address, user_agent) ");
                sql.push_values(rows, |mut row, (token, at)| {
                    row.push_bind(token.id.to_string()).push_bind(organization).push_bind(*at).push_bind("").push_bind("");
                });
                sql.build().execute(connection).await?.rows_affected()
            });
            all(touched, rows.len())?;
        }
        self.secrets.extend(planted.iter().map(|Planted { token, digest, .. }| Waiting {
            digest: *digest,
            token: token.id,
            hint: token.hint.clone(),
            created_at: token.created_at.as_micros(),
            last_used_at: token.last_used_at.map(Timestamp::as_micros),
        }));
        Ok(())
    }

    /// Adds the secrets and builds the indexes. Gives the change to commit, and how many tokens were added.
    pub(crate) async fn close(self) -> Result<(Write, usize)> {
        let Self { mut write, organization, indexes, mut secrets } = self;
        // Digests are spread over all of their index: in their order each of its pages is written once.
        secrets.sort_unstable_by_key(|secret| secret.digest);
        for rows in secrets.chunks(ROWS) {
            let touched = on_tx!(write, |connection| {
                let mut sql =
                    QueryBuilder::new("INSERT INTO token_secrets (digest, organization_id, token_id, hint, created_at, first_used_at) ");
                sql.push_values(rows, |mut row, secret| {
                    row.push_bind(secret.digest.as_slice())
                        .push_bind(&organization)
                        .push_bind(secret.token.to_string())
                        .push_bind(secret.hint.as_str())
                        .push_bind(secret.created_at)
                        // The last use is one as well, and no other is known.
                        .push_bind(secret.last_used_at);
                });
                sql.build().execute(connection).await?.rows_affected()
            });
            all(touched, rows.len())?;
        }
        for index in indexes {
            run(&mut write, index).await?;
        }
        if matches!(write.tx, Tx::Postgres(_)) {
            // Until PostgreSQL has looked at so many new rows it plans as if there were few, and the first page takes half a minute.
            run(&mut write, "ANALYZE tokens, token_secrets, token_usage".to_owned()).await?;
        }
        set_pages(&mut write, PAGES.1).await?;
        Ok((write, secrets.len()))
    }
}

fn all(touched: u64, rows: usize) -> Result<()> {
    if touched == rows as u64 { Ok(()) } else { Err(Error::internal(format!("of {rows} rows {touched} were added"))) }
}

async fn set_pages(write: &mut Write, kib: u32) -> Result<()> {
    if matches!(write.tx, Tx::Sqlite(_)) { run(write, format!("PRAGMA cache_size = -{kib}")).await } else { Ok(()) }
}

/// Runs what stands in this file or in the schema.
async fn run(write: &mut Write, sql: String) -> Result<()> {
    on_tx!(write, |connection| sqlx::query(AssertSqlSafe(sql)).execute(connection).await.map(|_| ())?);
    Ok(())
}
