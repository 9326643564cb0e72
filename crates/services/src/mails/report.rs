//! What the server reports by itself: tokens that end soon, and dead ones that are still presented.
//!
//! Any number of servers may look at once, and as often as they like: a row written in the transaction of the mail decides who reports.

use std::time::Duration;

use domain::{Timestamp, audit::Action, texts::mails as say};
use serde_json::json;
use tokio::{sync::mpsc, time::timeout};

use super::{Letter, letter::MOST, post};
use crate::{
    Caller, Console,
    access::Principal,
    error::Result,
    store::{
        self,
        events::{NewEvent, Target},
        reports::{Expiring, Presented},
    },
};

/// So many days before its end a token is reported.
const AHEAD: [i64; 4] = [0, 1, 7, 30];
/// A dead token is reported at most once in this time, however often it is presented; and what ends is looked for no more often.
const PAUSE: Duration = Duration::from_hours(1);
/// How often is looked.
const PERIOD: Duration = Duration::from_mins(1);

/// Tells every owner and admin of the organization's tokens, and each person of their own, that end in 30, 7 or 1 days or today: one mail a
/// person and day. What should have been told while no server ran is told on the next day. Returns how many were written.
pub async fn report_expiring(console: &Console, now: Timestamp) -> Result<usize> {
    let day = now.day();
    let expiring = store::reports::find_expiring(&console.0.db, day, AHEAD, MOST).await?;
    let mut written = 0;
    for of_one in expiring.chunk_by(|one, other| one.user == other.user) {
        written += usize::from(digest(console, of_one, day, now).await?);
    }
    if written > 0 {
        console.0.mails.notify_one();
    }
    Ok(written)
}

/// Writes one person's digest, unless another server has. The event goes to each organization with a token in it.
async fn digest(console: &Console, expiring: &[Expiring], day: i64, now: Timestamp) -> Result<bool> {
    let Some(first) = expiring.first() else { return Ok(false) };
    let mut write = console.0.db.begin_write().await?;
    if !store::reports::insert_digest(&mut write, first.user, day, now).await? {
        return Ok(false);
    }
    let letter = Letter::tokens_expiring(console, expiring, day, now);
    post(console, &mut write, first.organization, first.email.clone(), now, &letter).await?;
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

/// Tells owners and admins of dead tokens that are still presented, of each at most once an hour. Returns of how many.
pub async fn report_refused(console: &Console, now: Timestamp) -> Result<usize> {
    let presented = store::reports::find_presented(&console.0.db, now, PAUSE).await?;
    let mut reported = 0;
    for of_one in presented.chunk_by(|one, other| one.token == other.token) {
        if let Some(latest) = of_one.first() {
            reported += usize::from(refused(console, latest, now).await?);
        }
    }
    if reported > 0 {
        console.0.mails.notify_one();
    }
    Ok(reported)
}

async fn refused(console: &Console, presented: &Presented, now: Timestamp) -> Result<bool> {
    let mut write = console.0.db.begin_write().await?;
    if !store::reports::upsert_refusal(&mut write, presented, now, PAUSE).await? {
        return Ok(false);
    }
    let letter = Letter::token_refused(console, presented);
    for recipient in store::mails::find_admins(&mut write, presented.organization).await? {
        post(console, &mut write, presented.organization, recipient, now, &letter).await?;
    }
    let event = NewEvent {
        at: now,
        organization: Some(presented.organization),
        actor: &Principal::System,
        action: Action::RefusalReport,
        target: Target { kind: "token", id: presented.token.to_string(), name: presented.label.clone() },
        details: json!({ "hint": presented.hint, "cause": presented.cause.as_str(), "times": presented.times }),
        caller: &by_itself(),
    };
    write.commit(&console.0.keys, &event).await?;
    Ok(true)
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
