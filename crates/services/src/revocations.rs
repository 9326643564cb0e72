//! What services have to forget that remember verdicts themselves: what was changed since they last asked, told at once.
//!
//! A place in the audit trail is the cursor, so nothing is skipped whatever happens between two questions (`store::revocations`). Who asks
//! and finds nothing waits for the next change; how many wait is limited. Decision 35.

use std::{
    collections::HashMap,
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use domain::{Invalid, OrganizationId, Permission, TokenId, audit::Action, texts::revocations as say};
use tokio::{
    sync::{Semaphore, broadcast::error::RecvError, watch},
    time::{Instant, sleep_until},
};

use crate::{
    Console,
    access::Access,
    error::{Error, Result},
    memory::{Changed, Concerns},
    store::revocations::{self as store, News, Place},
};

/// The longest that anybody waits: well inside of what a request may take.
pub const LONGEST_WAIT: Duration = Duration::from_secs(25);
/// The most changes in one answer.
const MOST: usize = 1_000;
/// How many of one organization wait at once, on one server.
const PLACES: usize = 64;
/// How many wait altogether.
const ALL_PLACES: usize = 1_024;
/// How many look at once: one change may call all who wait, and verification needs connections, too.
const LOOKS: usize = 3;

/// Where somebody stopped reading. Written as the number of an event and how its code begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(Place);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0.seq, data_encoding::HEXLOWER.encode(&self.0.code))
    }
}

impl FromStr for Cursor {
    type Err = Invalid;

    fn from_str(text: &str) -> core::result::Result<Self, Invalid> {
        let parsed = text.split_once('-').and_then(|(seq, code)| {
            let code = data_encoding::HEXLOWER.decode(code.as_bytes()).ok()?;
            // One way to write it: no sign, no zeros before it.
            let seq = seq.parse().ok().filter(|number: &i64| *number >= 0 && number.to_string() == seq)?;
            Some(Self(Place { seq, code: code.try_into().ok()? }))
        });
        parsed.ok_or_else(|| Invalid(say::NO_PLACE.to_owned()))
    }
}

/// What became of what somebody may remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The token is good for nothing any more, and never will be.
    Revoked,
    /// The token is good for nothing until it is switched on.
    Disabled,
    /// One of its secrets has ended, or has an end now.
    SecretEnded,
    /// Anything else: what it may do, until when, whether it is on.
    Changed,
}

impl What {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Revoked, Self::Disabled, Self::SecretEnded, Self::Changed];

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::Disabled => "disabled",
            Self::SecretEnded => "secret_ended",
            Self::Changed => "changed",
        }
    }
}

/// Something that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Of which token everything has to be forgotten; none for all tokens of the organization.
    pub token: Option<TokenId>,
    /// What became of it.
    pub what: What,
}

impl From<News> for Change {
    fn from(news: News) -> Self {
        let what = match news.action.parse() {
            Ok(Action::TokenRevoke) => What::Revoked,
            Ok(Action::TokenDisable) => What::Disabled,
            Ok(Action::TokenRotate | Action::TokenEndOverlap | Action::TokenReissue) => What::SecretEnded,
            _ => What::Changed,
        };
        Self { token: news.token, what }
    }
}

/// What was changed, in its order, and where to go on.
#[derive(Debug)]
pub struct Changes {
    /// Empty when nothing was, for as long as was waited.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub next: Cursor,
}

/// Reads what was changed in the organization since a place; from nowhere on it is where the trail stands, to begin with nothing remembered.
/// When there is nothing, waits for it. None when the place is unknown here: then whatever is remembered has to be forgotten.
pub async fn list(console: &Console, access: &Access, after: Option<Cursor>, wait: Duration) -> Result<Option<Changes>> {
    access.require(Permission::TOKEN_VERIFY)?;
    let db = &console.0.db;
    let Some(Cursor(mut place)) = after else {
        return Ok(Some(Changes { changes: Vec::new(), next: Cursor(store::head(db).await?) }));
    };
    let deadline = Instant::now() + wait.min(LONGEST_WAIT);
    let organization = access.organization().id;
    // Before the first look: what is changed after a look calls.
    let mut changed = db.memory.changes();
    let mut stopping = console.0.waiting.stopping.subscribe();
    let mut seat = None;
    loop {
        let look = console.0.waiting.looks.acquire().await.map_err(Error::internal)?;
        let Some(read) = store::since(db, access, &place, MOST).await? else { return Ok(None) };
        drop(look);
        place = read.next;
        let is_over = Instant::now() >= deadline || *stopping.borrow();
        if !read.news.is_empty() || (is_over && !read.has_more) {
            access.still_allows(console, Permission::TOKEN_VERIFY).await?;
            return Ok(Some(Changes { changes: read.news.into_iter().map(Change::from).collect(), next: Cursor(place) }));
        }
        if read.has_more {
            continue;
        }
        if seat.is_none() {
            seat = Some(console.0.waiting.sit_down(organization)?);
        }
        tokio::select! {
            () = wait_for(&mut changed, organization) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
            () = sleep_until(deadline) => {}
        }
    }
}

/// Waits for a change that may be news to the organization.
async fn wait_for(changed: &mut Changed, organization: OrganizationId) {
    loop {
        match changed.recv().await {
            Ok(Concerns::Token(of, _) | Concerns::Organization(of)) if of != organization => {}
            Ok(Concerns::Nothing | Concerns::Unknown | Concerns::Person(_)) => {}
            // More than could be told apart is news as well; and what calls lives as long as the console.
            Ok(_) | Err(RecvError::Lagged(_) | RecvError::Closed) => return,
        }
    }
}

/// The places of those who wait.
pub(crate) struct Waiting {
    taken: Mutex<HashMap<OrganizationId, usize>>,
    looks: Semaphore,
    stopping: watch::Sender<bool>,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { taken: Mutex::default(), looks: Semaphore::new(LOOKS), stopping: watch::Sender::new(false) }
    }
}

/// A place that is taken until this is dropped.
struct Seat<'a> {
    waiting: &'a Waiting,
    organization: OrganizationId,
}

impl Waiting {
    /// Takes a place, unless there is none. An organization cannot take all of them.
    fn sit_down(&self, organization: OrganizationId) -> Result<Seat<'_>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.get(&organization).is_some_and(|taken| *taken >= PLACES) {
            return Err(Error::TooMany { wait: Duration::from_secs(1) });
        }
        if taken.values().sum::<usize>() >= ALL_PLACES {
            return Err(Error::unavailable("too many wait for changes"));
        }
        *taken.entry(organization).or_default() += 1;
        Ok(Seat { waiting: self, organization })
    }

    /// How many of an organization wait.
    #[cfg(test)]
    pub(crate) fn count(&self, organization: OrganizationId) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).get(&organization).copied().unwrap_or_default()
    }

    /// Answers all who wait, and whoever comes, with what there is.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut taken = self.waiting.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.organization) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.organization);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_written_in_one_way() {
        let cursor = Cursor(Place { seq: 120, code: [0x3f, 0, 1, 2, 3, 4, 5, 0xff] });
        assert_eq!(cursor.to_string(), "120-3f000102030405ff");
        assert_eq!("120-3f000102030405ff".parse(), Ok(cursor));
        for wrong in [
            "",
            "120",
            "120-",
            "-3f000102030405ff",
            "+120-3f000102030405ff",
            "0120-3f000102030405ff",
            "-1-3f000102030405ff",
            "120-3F000102030405FF",
            "120-3f0001020304",
            "120-3f000102030405ff00",
            "99999999999999999999-3f000102030405ff",
        ] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_organization_cannot_take_all_places() {
        let waiting = Waiting::default();
        let organization = |number: u8| OrganizationId::new(domain::Timestamp::from_micros(0), [number; 10]);
        let mut seats: Vec<_> = (0..PLACES).map(|_| waiting.sit_down(organization(0)).unwrap()).collect();
        assert!(matches!(waiting.sit_down(organization(0)), Err(Error::TooMany { .. })));
        for number in 1..=15 {
            seats.extend((0..PLACES).map(|_| waiting.sit_down(organization(number)).unwrap()));
        }
        assert!(matches!(waiting.sit_down(organization(16)), Err(Error::Unavailable(_))));
        seats.truncate(PLACES - 1);
        assert!(waiting.sit_down(organization(16)).is_ok());
        assert!(waiting.sit_down(organization(0)).is_ok());
        drop(seats);
        assert!(waiting.taken.lock().unwrap().is_empty());
    }
}
