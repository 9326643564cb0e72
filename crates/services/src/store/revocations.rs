//! The audit trail as news of one organization: what of it takes something away from tokens, from a place on.

use domain::TokenId;

use super::{Db, events::GENESIS, on_db, stored};
use crate::{access::Access, error::Result, memory::Concerns};

/// A place in the trail: the number of an event, and how its code begins. A trail that was put in this one's stead, as from a backup, has
/// another code there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) seq: i64,
    pub(crate) code: [u8; Self::CODE],
}

impl Place {
    /// How much of a code is told: as much as nobody meets by chance.
    pub(crate) const CODE: usize = 8;

    fn at(seq: i64, mac: &[u8]) -> Result<Self> {
        Ok(Self { seq, code: stored("mac", mac.get(..Self::CODE).unwrap_or_default().try_into())? })
    }
}

/// What happened to one token, or to more than one can name.
pub(crate) struct News {
    /// What was done, as it is stored.
    pub(crate) action: String,
    /// None for any token of the organization.
    pub(crate) token: Option<TokenId>,
}

/// What there is from one place to another.
pub(crate) struct Read {
    pub(crate) news: Vec<News>,
    /// Everything before it is in the news, or was read earlier.
    pub(crate) next: Place,
    /// Whether it is only the latest for lack of room.
    pub(crate) has_more: bool,
}

/// How far back a place may lie: whoever asks has what comes after it looked through. To forget everything costs less than hearing of so much.
const FARTHEST: i64 = 100_000;

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    mac: Vec<u8>,
    action: String,
    target_id: String,
}

/// Where the trail stands.
pub(crate) async fn head(db: &Db) -> Result<Place> {
    let (seq, mac): (i64, Vec<u8>) = on_db!(db, |pool| sqlx::query_as("SELECT seq, mac FROM head WHERE id = 1").fetch_one(pool).await?);
    Place::at(seq, &mac)
}

/// What changed in the organization since a place, at most `limit` events. None when the trail does not have that place, because it was put
/// back to an earlier state, or when that is farther back than is looked. The head is read before the events, and who sees the head sees all events up to it; so what
/// is committed meanwhile comes after `next`, and nothing is skipped.
pub(crate) async fn since(db: &Db, access: &Access, place: &Place, limit: usize) -> Result<Option<Read>> {
    let organization = access.organization().id;
    let (seq, mac, there): (i64, Vec<u8>, Option<Vec<u8>>) = on_db!(db, |pool| {
        sqlx::query_as("SELECT h.seq, h.mac, e.mac AS there FROM head h LEFT JOIN events e ON e.seq = $1 WHERE h.id = 1")
            .bind(place.seq)
            .fetch_one(pool)
            .await?
    });
    let there = there.unwrap_or_else(|| if place.seq == 0 { GENESIS.to_vec() } else { Vec::new() });
    if place.seq > seq || seq - place.seq > FARTHEST || !there.starts_with(&place.code) {
        return Ok(None);
    }
    let mut read = Read { news: Vec::new(), next: Place::at(seq, &mac)?, has_more: false };
    if place.seq == seq {
        return Ok(Some(read));
    }
    // What concerns the whole instance is in no organization.
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT seq, mac, action, target_id FROM events WHERE seq > $1 AND seq <= $2 \
             AND (organization_id = $3 OR organization_id IS NULL) ORDER BY seq LIMIT $4",
        )
        .bind(place.seq)
        .bind(seq)
        .bind(organization.to_string())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(pool)
        .await?
    });
    if let Some(last) = rows.last().filter(|_| rows.len() == limit) {
        (read.next, read.has_more) = (Place::at(last.seq, &last.mac)?, true);
    }
    read.news = rows.into_iter().filter_map(|row| News::of(row, access)).collect();
    Ok(Some(read))
}

impl News {
    /// What an event is to those who remember verdicts: nothing, if it takes nothing away from them.
    fn of(row: Row, access: &Access) -> Option<Self> {
        let organization = access.organization().id;
        let token = match Concerns::of(Some(organization), &row.action, &row.target_id) {
            // What a person is called does not decide whether their token is good.
            Concerns::Nothing | Concerns::Unknown | Concerns::Person(_) => return None,
            Concerns::Token(_, token) => Some(token),
            Concerns::Organization(_) | Concerns::Everything => None,
        };
        Some(Self { action: row.action, token })
    }
}
