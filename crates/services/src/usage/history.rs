//! What is kept of uses beyond the latest: how many on each day, from which addresses, and for which permissions.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use domain::{OrganizationId, Permission, Timestamp, TokenId, UsageHistory};
use tokio::time::Instant;

use super::{BATCH, noted::Tally, worker::warned};
use crate::store::{self, Db, persistently};

/// How long counts wait before they are written. Longer than the latest use does: nothing is decided by them, and under load most of the
/// statements are theirs.
const PERIOD: Duration = Duration::from_secs(5);

/// How often a token was presented on a day.
pub(crate) struct DayCount {
    pub(crate) organization: OrganizationId,
    pub(crate) token: TokenId,
    pub(crate) day: i64,
    pub(crate) allowed: i64,
    pub(crate) refused: i64,
}

/// That a token was accepted from an address.
pub(crate) struct Seen {
    pub(crate) organization: OrganizationId,
    pub(crate) token: TokenId,
    pub(crate) address: String,
    pub(crate) last: Timestamp,
}

/// Between which days a token was accepted for a permission; none where none was named.
#[derive(Clone, Copy)]
pub(crate) struct PermissionUses {
    pub(crate) organization: OrganizationId,
    pub(crate) token: TokenId,
    pub(crate) permission: Option<Permission>,
    pub(crate) first_day: i64,
    pub(crate) last_day: i64,
}

/// Of so many uses it is remembered that they are written; past that all of it is forgotten, which costs statements.
const MOST_WRITTEN: usize = 100_000;

/// So many uses that could not be written wait for the next time; past that they are dropped.
const MOST_WAITING: usize = 20_000;

/// What waits to be written.
#[derive(Default)]
pub(super) struct History {
    days: HashMap<(TokenId, i64), DayCount>,
    addresses: HashMap<(TokenId, String), Seen>,
    permissions: HashMap<(TokenId, Option<Permission>), PermissionUses>,
    /// What is written already of the latest day: once a day is enough, since days are all that is kept.
    written: HashSet<(TokenId, Option<Permission>)>,
    written_day: i64,
    due: Option<Instant>,
    /// The day on which this server last forgot days that are too old.
    pruned: Option<i64>,
}

impl History {
    /// When something has to be written; none when nothing waits.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether that is now, or more waits than should.
    pub(super) fn is_due(&self) -> bool {
        self.due.is_some_and(|due| due <= Instant::now()) || self.days.len() + self.addresses.len() + self.permissions.len() >= BATCH
    }

    /// Adds what was gathered of a token and a day.
    pub(super) fn add(&mut self, token: TokenId, day: i64, tally: &Tally) {
        self.due.get_or_insert_with(|| Instant::now() + PERIOD);
        let organization = tally.organization;
        let count = self.days.entry((token, day)).or_insert(DayCount { organization, token, day, allowed: 0, refused: 0 });
        count.allowed += tally.allowed;
        count.refused += tally.refused;
        for &(address, last) in &tally.addresses {
            let address = address.to_string();
            let seen = Seen { organization, token, address: address.clone(), last };
            self.addresses.entry((token, address)).and_modify(|known| known.last = known.last.max(last)).or_insert(seen);
        }
        let untold = tally.is_untold.then_some(None);
        for permission in tally.permissions.iter().map(Some).chain(untold) {
            if day == self.written_day && self.written.contains(&(token, permission)) {
                continue;
            }
            let used = PermissionUses { organization, token, permission, first_day: day, last_day: day };
            self.permissions
                .entry((token, permission))
                .and_modify(|known| (known.first_day, known.last_day) = (known.first_day.min(day), known.last_day.max(day)))
                .or_insert(used);
        }
    }

    /// Writes what waits, in the same order everywhere, and forgets what is more than is kept. Tells whether all of it was written.
    pub(super) async fn write(&mut self, db: &Db, now: Timestamp) -> bool {
        if self.due.take().is_none() {
            return true;
        }
        let mut written = true;
        let mut days: Vec<_> = self.days.drain().collect();
        days.sort_unstable_by_key(|(key, _)| *key);
        let days: Vec<DayCount> = days.into_iter().map(|(_, count)| count).collect();
        for batch in days.chunks(BATCH) {
            written &= warned(&persistently(|| store::usage::upsert_days(db, batch)).await);
        }
        let mut addresses: Vec<_> = self.addresses.drain().collect();
        addresses.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let addresses: Vec<Seen> = addresses.into_iter().map(|(_, seen)| seen).collect();
        for batch in addresses.chunks(BATCH) {
            written &= warned(&persistently(|| store::usage::upsert_addresses(db, batch)).await);
            written &= warned(&persistently(|| store::usage::prune_addresses(db, batch)).await);
        }
        let mut permissions: Vec<_> = self.permissions.drain().collect();
        permissions.sort_unstable_by_key(|(key, _)| *key);
        let permissions: Vec<PermissionUses> = permissions.into_iter().map(|(_, uses)| uses).collect();
        for batch in permissions.chunks(BATCH) {
            // Nobody who waits for uses to be written goes by these.
            let upserted = warned(&persistently(|| store::usage::upsert_permissions(db, batch)).await);
            if upserted {
                self.remember_written(batch);
            } else if self.permissions.len() < MOST_WAITING {
                // The next use may be in months, and writing it twice is writing it once.
                self.permissions.extend(batch.iter().map(|each| ((each.token, each.permission), *each)));
                self.due.get_or_insert_with(|| Instant::now() + PERIOD);
            }
        }
        let today = now.day();
        if self.pruned != Some(today) {
            let pruned = store::usage::prune_days(db, today - UsageHistory::KEPT_DAYS).await;
            let adopted = store::usage::adopt(db).await;
            written &= warned(&pruned) & warned(&adopted);
            self.pruned = (pruned.is_ok() && adopted.is_ok()).then_some(today);
        }
        written
    }

    fn remember_written(&mut self, uses: &[PermissionUses]) {
        let latest = uses.iter().map(|each| each.last_day).max().unwrap_or(0).max(self.written_day);
        if latest > self.written_day || self.written.len() + uses.len() > MOST_WRITTEN {
            self.written.clear();
            self.written_day = latest;
        }
        self.written.extend(uses.iter().filter(|each| each.last_day == latest).map(|each| (each.token, each.permission)));
    }
}
