//! The audit trail, one row an event, each chained to the one before it.

use domain::{
    OrganizationId, Timestamp,
    audit::{Action, Event, Party},
};
use sqlx::{PgConnection, QueryBuilder};

use super::{AT_ONCE, Db, Write, exactly, on_db, on_tx, stored, time::now};
use crate::{
    access::{Access, Caller, Principal},
    audit::{Filter, Recorded},
    error::{Error, Result},
    keys::{Digest, Keys},
    memory::Concerns,
};

/// What stands before the first event.
pub(crate) const GENESIS: Digest = [0; 32];

/// An event about to be recorded.
pub(crate) struct NewEvent<'a> {
    pub(crate) at: Timestamp,
    /// None for what concerns the instance as a whole, such as signing in.
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) actor: &'a Principal,
    pub(crate) action: Action,
    pub(crate) target: Target,
    /// JSON, without anything secret.
    pub(crate) details: serde_json::Value,
    pub(crate) caller: &'a Caller,
}

/// What an event was done to, with its name at that time.
pub(crate) struct Target {
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    at: i64,
    organization_id: Option<String>,
    actor_kind: String,
    actor_id: String,
    actor_name: String,
    action: String,
    target_kind: String,
    target_id: String,
    target_name: String,
    details: String,
    address: String,
    request_id: String,
    mac: Vec<u8>,
}

impl Row {
    /// Its code, were it to follow `previous`.
    fn mac_after(&self, keys: &Keys, previous: &[u8]) -> Digest {
        let organization = self.organization_id.as_deref().unwrap_or_default();
        keys.event(
            &[
                &self.seq.to_be_bytes(),
                &self.at.to_be_bytes(),
                organization.as_bytes(),
                self.actor_kind.as_bytes(),
                self.actor_id.as_bytes(),
                self.actor_name.as_bytes(),
                self.action.as_bytes(),
                self.target_kind.as_bytes(),
                self.target_id.as_bytes(),
                self.target_name.as_bytes(),
                self.details.as_bytes(),
                self.address.as_bytes(),
                self.request_id.as_bytes(),
            ],
            previous,
        )
    }

    fn into_recorded(self) -> Result<Recorded> {
        Ok(Recorded {
            event: Event {
                seq: self.seq,
                at: Timestamp::from_micros(self.at),
                actor: Party { kind: self.actor_kind, id: self.actor_id, name: self.actor_name },
                action: self.action,
                target: Party { kind: self.target_kind, id: self.target_id, name: self.target_name },
                address: self.address,
                request_id: self.request_id,
            },
            details: stored("events.details", serde_json::from_str(&self.details))?,
        })
    }
}

/// The text that lists events. Two of them, for two indexes: an id leads straight to the events about one thing, everything else walks the
/// organization's events back from a place. Names are compared by how they begin, in small letters as far as the database knows them.
pub(crate) fn listing(target: &str) -> &'static str {
    macro_rules! select {
        ($target:literal) => {
            concat!(
                "SELECT * FROM events WHERE organization_id = $1 AND seq < $2 AND at >= $3 AND at < $4 AND ($5 = '' OR action = $5) \
                 AND ($6 = '' OR actor_id = $6 OR SUBSTR(LOWER(actor_name), 1, LENGTH(LOWER($6))) = LOWER($6)) AND ",
                $target,
                " ORDER BY seq DESC LIMIT $8"
            )
        };
    }
    if is_id(target) {
        select!("target_id = $7")
    } else {
        select!("($7 = '' OR SUBSTR(LOWER(target_name), 1, LENGTH(LOWER($7))) = LOWER($7))")
    }
}

/// The organization's events that a filter lets through, newest first.
pub(crate) async fn list(db: &Db, access: &Access, filter: &Filter, limit: i64) -> Result<Vec<Recorded>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(listing(&filter.target))
            .bind(access.organization().id.to_string())
            .bind(filter.before)
            .bind(filter.from.as_micros())
            .bind(filter.until.as_micros())
            .bind(filter.action.map_or("", Action::as_str))
            .bind(&filter.actor)
            .bind(&filter.target)
            .bind(limit)
            .fetch_all(pool)
            .await?
    });
    rows.into_iter().map(Row::into_recorded).collect()
}

/// When one of these was last done to something of the organization, and by whom.
pub(crate) async fn latest_in(
    write: &mut Write,
    access: &Access,
    target: &str,
    actions: [Action; 2],
) -> Result<Option<(Timestamp, String)>> {
    let latest: Option<(i64, String)> = on_tx!(write, |connection| {
        sqlx::query_as(
            "SELECT at, actor_name FROM events WHERE organization_id = $1 AND target_id = $2 AND action IN ($3, $4) \
             ORDER BY seq DESC LIMIT 1",
        )
        .bind(access.organization().id.to_string())
        .bind(target)
        .bind(actions[0].as_str())
        .bind(actions[1].as_str())
        .fetch_optional(connection)
        .await?
    });
    Ok(latest.map(|(at, by)| (Timestamp::from_micros(at), by)))
}

/// Whether a text has the shape of an id, as in `tok_019a…`; a name of that shape would be a strange one.
fn is_id(text: &str) -> bool {
    text.split_once('_').is_some_and(|(prefix, rest)| {
        prefix.len() == 3 && rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

/// Records events one after another from the place that the change holds, and moves that behind the last of them. Few statements, and none waits for
/// those after it to be made: the head is held meanwhile, and PostgreSQL undoes what stands still.
pub(super) async fn append(write: &mut Write, keys: &Keys, events: &[NewEvent<'_>]) -> Result<()> {
    for some in events.chunks(AT_ONCE) {
        let mut rows = Vec::with_capacity(some.len());
        for event in some {
            let mut row = Row {
                seq: write.seq,
                at: event.at.as_micros(),
                organization_id: event.organization.map(|id| id.to_string()),
                actor_kind: event.actor.kind().to_owned(),
                actor_id: event.actor.id(),
                actor_name: event.actor.name().to_owned(),
                action: event.action.as_str().to_owned(),
                target_kind: event.target.kind.to_owned(),
                target_id: event.target.id.clone(),
                target_name: event.target.name.clone(),
                details: event.details.to_string(),
                address: event.caller.address(),
                request_id: event.caller.request_id.to_string(),
                mac: Vec::new(),
            };
            row.mac = row.mac_after(keys, &write.mac).to_vec();
            (write.seq, write.mac) = (row.seq + 1, row.mac.clone());
            rows.push(row);
        }
        let touched = on_tx!(write, |connection| {
            let mut query = QueryBuilder::new(
                "INSERT INTO events (seq, at, organization_id, actor_kind, actor_id, actor_name, action, target_kind, target_id, \
                 target_name, details, address, request_id, mac) ",
            );
            query.push_values(&rows, |mut values, row| {
                values
                    .push_bind(row.seq)
                    .push_bind(row.at)
                    .push_bind(&row.organization_id)
                    .push_bind(&row.actor_kind)
                    .push_bind(&row.actor_id)
                    .push_bind(&row.actor_name)
                    .push_bind(&row.action)
                    .push_bind(&row.target_kind)
                    .push_bind(&row.target_id)
                    .push_bind(&row.target_name)
                    .push_bind(&row.details)
                    .push_bind(&row.address)
                    .push_bind(&row.request_id)
                    .push_bind(row.mac.as_slice());
            });
            // Only the statement for one is asked for again.
            query.build().persistent(rows.len() == 1).execute(connection).await?.rows_affected()
        });
        exactly(rows.len(), touched)?;
    }
    Ok(())
}

/// A place in the trail that was seen: the number and the code of an event.
pub(crate) struct Place {
    seq: i64,
    mac: Vec<u8>,
}

/// What was changed up to a place.
pub(crate) struct Changes {
    /// The latest event there is.
    pub(crate) head: Place,
    /// What the changes concern, in their order.
    pub(crate) concerns: Vec<Concerns>,
    /// The time at the database.
    pub(crate) at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    seq: i64,
    mac: Vec<u8>,
    organization_id: Option<String>,
    action: String,
    target_id: String,
    now: i64,
}

/// What was changed since a place, in one statement and so at one moment. An event is in its change's transaction, and changes follow one
/// another: who sees an event sees everything before it. From nowhere on, after too much, and when the place is in no trail that this
/// database has, because another was put in its stead, everything may have changed.
pub(crate) async fn changes_since(connection: &mut PgConnection, since: Option<&Place>) -> Result<Changes> {
    /// More than that is answered by forgetting everything.
    const LIMIT: usize = 1_000;
    if let Some(since) = since.filter(|since| since.seq > 0) {
        let sql = concat!(
            "SELECT seq, mac, organization_id, action, target_id, ",
            now!(),
            " AS now FROM events WHERE seq >= $1 ORDER BY seq LIMIT $2"
        );
        let limit = i64::try_from(LIMIT + 1).map_err(Error::internal)?;
        let mut rows: Vec<ChangeRow> = sqlx::query_as(sql).bind(since.seq).bind(limit).fetch_all(&mut *connection).await?;
        let is_same_trail = rows.first().is_some_and(|first| first.seq == since.seq && first.mac == since.mac);
        if is_same_trail && rows.len() <= LIMIT {
            let mut concerns = Vec::new();
            for row in &rows[1..] {
                let id = row.organization_id.as_deref();
                let organization = id.map(|id| stored("events.organization_id", id.parse())).transpose()?;
                concerns.push(Concerns::of(organization, &row.action, &row.target_id));
            }
            let last = rows.pop().ok_or_else(|| Error::internal("an event is gone"))?;
            return Ok(Changes { head: Place { seq: last.seq, mac: last.mac }, concerns, at: Timestamp::from_micros(last.now) });
        }
    }
    let sql = concat!("SELECT seq, mac, ", now!(), " FROM head WHERE id = 1");
    let (seq, mac, now) = sqlx::query_as(sql).fetch_one(connection).await?;
    Ok(Changes { head: Place { seq, mac }, concerns: vec![Concerns::Everything], at: Timestamp::from_micros(now) })
}

/// Whether this is a copy that follows the database from behind. What it says may be older than what was answered.
pub(crate) async fn is_a_copy(connection: &mut PgConnection) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(connection).await?)
}

/// Walks the chain up to where the head stands. Returns how many events it holds and the code of the last, or the number of the first that
/// is not what was recorded: changed, missing, moved, added, or cut off at the end. Whoever owns the database can also set the head back
/// together with a cut tail; only a `checkpoint` that is kept elsewhere, the number and code of an event once seen, shows that.
pub(crate) async fn verify(db: &Db, keys: &Keys, checkpoint: Option<&(i64, Vec<u8>)>) -> Result<core::result::Result<(i64, Vec<u8>), i64>> {
    const BATCH: i64 = 5_000;
    // Read before the head: an event that is added meanwhile raises the head as well, so nothing honest is ever beyond it.
    let (first, last): (Option<i64>, Option<i64>) =
        on_db!(db, |pool| sqlx::query_as("SELECT MIN(seq), MAX(seq) FROM events").fetch_one(pool).await?);
    let (head, head_mac): (i64, Vec<u8>) =
        on_db!(db, |pool| sqlx::query_as("SELECT seq, mac FROM head WHERE id = 1").fetch_one(pool).await?);
    let (mut seq, mut mac) = (0, GENESIS.to_vec());
    while seq < head {
        let rows: Vec<Row> = on_db!(db, |pool| {
            sqlx::query_as("SELECT * FROM events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3")
                .bind(seq)
                .bind(head)
                .bind(BATCH)
                .fetch_all(pool)
                .await?
        });
        if rows.is_empty() {
            return Ok(Err(seq + 1));
        }
        for row in rows {
            if row.seq != seq + 1 || row.mac != row.mac_after(keys, &mac) {
                return Ok(Err(seq + 1));
            }
            if checkpoint.is_some_and(|(at, seen)| *at == row.seq && *seen != row.mac) {
                return Ok(Err(row.seq));
            }
            (seq, mac) = (row.seq, row.mac);
        }
    }
    if last.is_some_and(|last| last > head) {
        return Ok(Err(head + 1));
    }
    if first.is_some_and(|first| first < 1) || mac != head_mac {
        return Ok(Err(seq));
    }
    Ok(match checkpoint {
        Some((at, _)) if *at > seq => Err(seq + 1),
        _ => Ok((seq, mac)),
    })
}
