//! Delivery: takes what is due out of the outbox, hands it over, writes down what came of it.

use std::{future::poll_fn, sync::Arc, task::Poll, time::Duration};

use domain::{Timestamp, texts::mails as say};
use tokio::{
    sync::{Notify, mpsc},
    time::timeout,
};

use super::{Handing, Mailer, Outgoing, Refused};
use crate::{
    Console,
    error::Result,
    keys::Keys,
    store::{self, mails::Claimed},
};

/// How long a server has a mail to itself before another one may try.
const CLAIM: Duration = Duration::from_mins(1);
/// How long a mail server may take for one mail; well inside the claim.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// After this long a mail is given up.
const GIVE_UP: Duration = Duration::from_hours(24);
/// How often the outbox is looked through for what nobody called out: retries, and what a server left that died.
const PERIOD: Duration = Duration::from_secs(5);

/// What one look through the outbox came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Taken by a mail server.
    pub sent: u32,
    /// To be tried again.
    pub waiting: u32,
    /// Given up.
    pub failed: u32,
    /// Not handed over, because the link in it had ended, or a newer mail brings it.
    pub dropped: u32,
}

/// Delivers what is due, one mail after the other. Any number of servers may do this at once: each mail is claimed by one.
pub async fn deliver(console: &Console, mailer: &dyn Mailer) -> Result<Delivered> {
    let mut done = Delivered::default();
    loop {
        // Taken before the claim, so that it is over here before it is over anywhere.
        let until = console.now().plus(PATIENCE);
        let Some(claimed) = store::mails::claim(&console.0.db, console.now(), CLAIM).await? else { return Ok(done) };
        if let Some(linked) = claimed.linked
            && !store::mails::is_wanted(&console.0.db, claimed.mail.id, linked, console.now()).await?
        {
            tracing::info!(mail = %claimed.mail.id, "a mail was dropped, because its link had ended or a newer one brings it");
            done.dropped += u32::from(store::mails::mark_dropped(&console.0.db, &claimed, console.now()).await?);
            continue;
        }
        let whole = complete(&console.0.keys, &claimed);
        let handed = while_claimed(console, until, mailer.hand_over(whole.as_ref().unwrap_or(&claimed.mail))).await;
        let handed = handed.map_err(|refused| refused.without(&console.0.keys, &claimed));
        let now = console.now();
        match handed {
            Ok(()) => {
                store::mails::mark_sent(&console.0.db, claimed.mail.id, now).await?;
                done.sent += 1;
            }
            Err(Refused::ForNow(problem)) if now < claimed.mail.created_at.plus(GIVE_UP) => {
                tracing::warn!(mail = %claimed.mail.id, attempts = claimed.attempts, problem, "a mail could not be delivered yet");
                let due_at = next_try(now, claimed.attempts);
                done.waiting += u32::from(store::mails::mark_waiting(&console.0.db, &claimed, due_at, &problem).await?);
            }
            Err(Refused::ForNow(problem) | Refused::ForGood(problem)) => {
                tracing::error!(mail = %claimed.mail.id, problem, "a mail was given up");
                done.failed += u32::from(store::mails::mark_failed(&console.0.db, &claimed, now, &problem).await?);
            }
        }
    }
}

/// Hands over for as long as nobody else can have claimed the mail, which is asked before each step: a server that was stopped for a while, or
/// its whole machine, goes on in the middle, when another one has sent the mail long since. A timer alone would let it take that step.
async fn while_claimed(console: &Console, until: Timestamp, mut handing: Handing<'_>) -> core::result::Result<(), Refused> {
    let late = || Err(Refused::ForNow(say::TOOK_TOO_LONG.to_owned()));
    let in_time = poll_fn(|context| if console.now() < until { handing.as_mut().poll(context) } else { Poll::Ready(late()) });
    timeout(PATIENCE, in_time).await.unwrap_or_else(|_| late())
}

impl Refused {
    /// The same without the code that the mail brought: a server may quote what it refuses, and this is logged and stored.
    fn without(self, keys: &Keys, claimed: &Claimed) -> Self {
        let Some(linked) = claimed.linked else { return self };
        let (id, code) = linked.id_and_code(keys);
        match self {
            Self::ForNow(problem) => Self::ForNow(problem.replace(code.as_str(), &id)),
            Self::ForGood(problem) => Self::ForGood(problem.replace(code.as_str(), &id)),
        }
    }
}

/// The mail with a code in the place of its id, if it brings one. What is in the outbox stays without.
fn complete(keys: &Keys, claimed: &Claimed) -> Option<Outgoing> {
    let (id, code) = claimed.linked?.id_and_code(keys);
    let mut whole = claimed.mail.clone();
    for body in [&mut whole.text, &mut whole.html] {
        *body = body.replace(&id, &code);
    }
    Some(whole)
}

/// 1 second after the first try, then four times as long after each, an hour at most.
fn next_try(now: Timestamp, attempts: u32) -> Timestamp {
    let wait = 4_u64.checked_pow(attempts.saturating_sub(1)).map_or(LONGEST_WAIT, Duration::from_secs);
    now.plus(wait.min(LONGEST_WAIT))
}

/// Delivers in the background, for as long as the instance is open.
pub(crate) struct Worker {
    console: Console,
    mailer: Arc<dyn Mailer>,
    called: Arc<Notify>,
}

impl Worker {
    pub(crate) fn new(console: Console, mailer: Arc<dyn Mailer>, called: Arc<Notify>) -> Self {
        Self { console, mailer, called }
    }

    /// Works until told to stop. What is being handed over then is finished or, should that take too long, tried again by the next server.
    pub(crate) async fn run(self, mut stop: mpsc::Receiver<()>) {
        loop {
            if let Err(error) = deliver(&self.console, &*self.mailer).await {
                tracing::warn!(%error, "the outbox could not be looked through");
            }
            tokio::select! {
                _ = timeout(PERIOD, self.called.notified()) => {}
                _ = stop.recv() => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_has_an_end() {
        let wait = |attempts| next_try(Timestamp::from_micros(0), attempts).as_micros() / 1_000_000;
        assert_eq!([1, 2, 3, 7, 8, 60].map(wait), [1, 4, 16, 3600, 3600, 3600]);
    }
}
