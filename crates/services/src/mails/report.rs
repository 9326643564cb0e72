//! What the server reports by itself: tokens that end soon, and dead ones that are still presented.
//!
//! Any number of servers may look at once, and as often as they like: a row written in the transaction of the mail decides who reports.

use std::{cmp::Reverse, time::Duration};

use domain::{Timestamp, audit::Action, texts::mails as say};
use serde_json::json;
use tokio::{sync::mpsc, time::timeout};

use super::{Letter, letter::MOST, post, tell_admins_of};
use crate::{
    Caller, Console,
    access::Principal,
    error::Result,
    store::{
        self,
        events::{NewEvent, Target},
        persistently,
        reports::{Expiring, Presented},
    },
};

/// So many days before its end a token is reported.
const AHEAD: [i64; 4] = [0, 1, 7, 30];
/// A dead token is reported at most once in this time, however often it is presented; and what ends is looked for no more often.
const PAUSE: Duration = Duration::from_hours(1);
/// How many of them are reported in one change.
const AT_ONCE: usize = 5_000;
/// How often is looked.
const PERIOD: Duration = Duration::from_mins(1);

/// Tells every owner and admin of the organization's tokens, and each person of their own, that end in 30, 7 or 1 days or today: one mail a
/// person and day. What should have been told while no server ran is told on the next day. Returns how many were written.
pub async fn report_expiring(console: &Console, now: Timestamp) -> Result<usize> {
    let day = now.day();
    let expiring = store::reports::find_expiring(&console.0.db, day, AHEAD, MOST).await?;
    let mut written = 0;
    for of_one in expiring.chunk_by(|one, other| one.user == other.user) {
        written += usize::from(persistently(|| digest(console, of_one, day, now)).await?);
    }
    if written > 0 {
        console.0.mails.notify_one();
    }
    Ok(written)
}

/// Writes one person's digest, unless another server has. The event goes to each organization with a token in it.
async fn digest(console: &Console, expiring: &[Expiring], day: i64, now: Timestamp) -> Result<bool> {
    let Some(first) = expiring.first() else { return Ok(false) };
    let mut write = console.0.db.begin_unasked().await?;
    if !store::reports::insert_digest(&mut write, first.user, day, now).await? {
        return Ok(false);
    }
    let letter = Letter::tokens_expiring(console, expiring, day, now);
    post(console, &mut write, first.organization, [first.email.clone()], now, &letter).await?;
    let caller = by_itself();
    let events: Vec<_> = by_organization(expiring)
        .into_iter()
        .map(|of_one| NewEvent {
            at: now,
            organization: Some(of_one[0].organization),
            actor: &Principal::System,
            action: Action::ExpiryReport,
            target: Target { kind: "user", id: first.user.to_string(), name: first.name.clone() },
            // One text: in a list, a label that begins with a minus would read as something taken away.
            details: json!({ "tokens": labels(&of_one) }),
            caller: &caller,
        })
        .collect();
    write.commit_all(&console.0.keys, &events).await?;
    Ok(true)
}

/// The tokens organization by organization, none without any.
pub(super) fn by_organization(expiring: &[Expiring]) -> Vec<Vec<&Expiring>> {
    let mut all: Vec<_> = expiring.iter().collect();
    all.sort_by_key(|each| each.organization);
    all.chunk_by(|one, other| one.organization == other.organization).map(<[_]>::to_vec).collect()
}

/// How many of an organization's tokens do not stand in a digest with these.
pub(super) fn unlisted(of_one: &[&Expiring]) -> u64 {
    of_one.first().map_or(0, |first| first.total.saturating_sub(of_one.len() as u64))
}

/// What the tokens of one organization are called.
fn labels(of_one: &[&Expiring]) -> String {
    let labels = of_one.iter().map(|each| each.label.as_str()).collect::<Vec<_>>().join(", ");
    say::labels(labels, unlisted(of_one))
}

/// Tells owners and admins of dead tokens that are still presented, of each at most once an hour: one mail for all of an organization that are
/// found at once. Returns of how many.
pub async fn report_refused(console: &Console, now: Timestamp) -> Result<usize> {
    let mut presented = store::reports::find_presented(&console.0.db, now, PAUSE).await?;
    // Of each the latest, whatever else it was refused for.
    presented.dedup_by_key(|each| each.token);
    // What nobody was told of yet first, since not all are named: old ones that are tried every hour are not to hide one that was stolen.
    presented.sort_by_key(|each| (each.organization, !each.is_new, Reverse(each.last_at)));
    let mut reported = 0;
    for of_one in presented.chunk_by(|one, other| one.organization == other.organization) {
        for some in of_one.chunks(AT_ONCE) {
            reported += persistently(|| refused(console, some, now)).await?;
        }
    }
    if reported > 0 {
        console.0.mails.notify_one();
    }
    Ok(reported)
}

/// Tells of tokens of one organization, but for those that another server has told of.
async fn refused(console: &Console, presented: &[Presented], now: Timestamp) -> Result<usize> {
    let mut write = console.0.db.begin_unasked().await?;
    let noted = store::reports::upsert_refusals(&mut write, presented, now, PAUSE).await?;
    let presented: Vec<&Presented> = presented.iter().filter(|each| noted.contains(&each.token)).collect();
    let Some(first) = presented.first() else { return Ok(0) };
    let letter = Letter::tokens_refused(console, &presented);
    tell_admins_of(console, &mut write, first.organization, now, &letter).await?;
    let caller = by_itself();
    let events: Vec<_> = presented
        .iter()
        .map(|each| NewEvent {
            at: now,
            organization: Some(each.organization),
            actor: &Principal::System,
            action: Action::RefusalReport,
            target: Target { kind: "token", id: each.token.to_string(), name: each.label.clone() },
            details: json!({ "hint": each.hint, "cause": each.cause.as_str(), "times": each.times }),
            caller: &caller,
        })
        .collect();
    write.commit_all(&console.0.keys, &events).await?;
    Ok(presented.len())
}

/// Nobody asked.
fn by_itself() -> Caller {
    Caller::new(String::new(), None, "jeton")
}

/// Looks in the background, for as long as the instance is open. For tokens that end it looks through all that do so within a month, so on
/// each new day and once an hour, for those that were edited.
pub(crate) async fn run(console: Console, mut stop: mpsc::Receiver<()>) {
    let mut told: Option<Timestamp> = None;
    loop {
        let now = console.now();
        if told.is_none_or(|told| told.day() != now.day() || now.since(told) >= PAUSE) {
            match report_expiring(&console, now).await {
                Ok(_) => told = Some(now),
                Err(error) => tracing::warn!(%error, "expiring tokens could not be reported"),
            }
        }
        if let Err(error) = report_refused(&console, now).await {
            tracing::warn!(%error, "refused tokens could not be reported");
        }
        if timeout(PERIOD, stop.recv()).await.is_ok() {
            return;
        }
    }
}
