//! One kind of fault, while tokens are revoked and everybody asks about them.

use std::io::ErrorKind;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use super::client::Client;
use super::dice::Dice;
use super::faults::Outages;
use super::servers::Servers;
use super::watched::{Clock, SERVERS, Verification, Watched};

/// For how long a revocation is sent again that was not answered.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long to wait before it is sent again.
const PAUSE: Duration = Duration::from_millis(250);
/// How many revocations wait for an answer at once, at most. Two or three do while nothing fails; more than this would be a check of how a server
/// fares that is asked for more than it can do.
const UNANSWERED: usize = 16;
/// For how long everybody goes on asking once nothing fails any more: whatever was remembered wrongly would be said now as well.
const AFTERWARDS: Duration = Duration::from_secs(1);
/// How many tokens on either side of the one that is revoked next are asked about more often than others.
const NEAR: usize = 8;

/// How much is asked.
#[derive(Clone, Copy)]
pub(super) struct Load {
    /// Who asks at once, on each server.
    pub(super) verifiers: usize,
    /// How many verifications all of them start in a second, if they are answered.
    pub(super) rate: u32,
    /// How long a phase is.
    pub(super) long: Duration,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Counts {
    /// Answers that say yes or no.
    pub(super) verifications: AtomicU64,
    /// Answers of each server that say that it does not know.
    pub(super) unavailable: [AtomicU64; SERVERS],
    /// Questions to each server that nobody answered.
    pub(super) unanswered: [AtomicU64; SERVERS],
    /// Revocations that were sent again.
    pub(super) again: AtomicU64,
    /// From when until when each revocation waited that was answered, sent the last time.
    pub(super) waited: Mutex<Vec<Range<u64>>>,
}

/// A phase while it goes on.
struct Phase<'a> {
    clock: &'a Clock,
    servers: &'a Servers,
    watched: &'a [Watched],
    counts: Counts,
    /// How many revocations have begun.
    begun: AtomicUsize,
    /// How many of them have not been answered yet.
    waiting: AtomicUsize,
    is_over: AtomicBool,
}

/// Revokes these tokens one after the other while everybody asks about all of them and something fails, which `fail` lets happen for about as long
/// as it is told. Says what came of it, how long everybody asked, and when there was no database.
pub(super) fn run(
    clock: &Clock,
    servers: &Servers,
    watched: &[Watched],
    load: Load,
    fail: impl FnOnce(Duration) -> Result<Outages> + Send,
) -> Result<(Counts, Duration, Outages)> {
    let counts = Counts::default();
    let phase = Phase {
        clock,
        servers,
        watched,
        counts,
        begun: AtomicUsize::new(0),
        waiting: AtomicUsize::new(0),
        is_over: AtomicBool::new(false),
    };
    let count = u32::try_from(watched.len())?;
    let askers = load.verifiers * servers.all.len();
    let all_known = Barrier::new(askers + 1);
    let (asked, outages) = scope(|scope| {
        let mut verifiers = Vec::new();
        for number in 0..askers {
            let (phase, all_known) = (&phase, &all_known);
            verifiers.push(scope.spawn(move || phase.verify(number, load, all_known)));
        }
        all_known.wait();
        let begun = Instant::now();
        let failing = scope.spawn(move || fail(load.long));
        let mut revoking = Vec::new();
        for (number, watched) in (0..count).zip(watched) {
            // By the clock, whatever became of those before: who waits for them would not notice that they are slow.
            let due = load.long * number / count;
            sleep(due.saturating_sub(begun.elapsed()));
            while phase.waiting.load(SeqCst) >= UNANSWERED {
                sleep(Duration::from_millis(5));
            }
            phase.waiting.fetch_add(1, SeqCst);
            let phase = &phase;
            revoking.push(scope.spawn(move || phase.revoke_and_ask(watched)));
            phase.begun.fetch_add(1, Relaxed);
        }
        let mut done = Ok(());
        for thread in revoking {
            done = done.and(joined(thread));
        }
        let outages = joined(failing);
        sleep(AFTERWARDS);
        phase.is_over.store(true, SeqCst);
        let asked = begun.elapsed();
        for verifier in verifiers {
            done = done.and(joined(verifier));
        }
        done.and(outages).map(|outages| (asked, outages))
    })?;
    Ok((phase.counts, asked, outages))
}

/// What became of a thread.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread panicked"))?
}

impl Phase<'_> {
    /// Asks one server again and again, as often as is this one's share, until the phase is over.
    fn verify(&self, number: usize, load: Load, all_known: &Barrier) -> Result<()> {
        let servers = self.servers.all.len();
        let server = number % servers;
        let mut client = Client::new(self.servers.all[server].address);
        // Everybody has to know all of them before any is revoked: who does not has nothing to forget.
        let known: Result<()> = self
            .watched
            .iter()
            .skip(number / servers)
            .step_by(load.verifiers)
            .try_for_each(|watched| self.ask(&mut client, server, watched));
        all_known.wait();
        known?;
        let mut dice = Dice::new(number as u64);
        let every = Duration::from_secs(1) * u32::try_from(load.verifiers * servers)? / load.rate.max(1);
        let mut due = Instant::now();
        while !self.is_over.load(Relaxed) {
            self.ask(&mut client, server, self.any(&mut dice))?;
            due += every;
            let now = Instant::now();
            if due > now {
                sleep(due - now);
            } else {
                // What could not be asked in time is not made up for.
                due = now;
            }
        }
        Ok(())
    }

    /// Any token, every other time one that is being revoked, was just now or soon will be: that is when somebody might still say yes.
    fn any(&self, dice: &mut Dice) -> &Watched {
        let below = |dice: &mut Dice, end: usize| usize::try_from(dice.below(end as u64)).unwrap_or(0);
        let near = below(dice, 2) == 0;
        let place = if near {
            (self.begun.load(Relaxed) + below(dice, 2 * NEAR)).saturating_sub(NEAR).min(self.watched.len() - 1)
        } else {
            below(dice, self.watched.len())
        };
        &self.watched[place]
    }

    /// Asks a server about a token, and notes what it says.
    fn ask(&self, client: &mut Client, server: usize, watched: &Watched) -> Result<()> {
        match verdict(self.clock, client, watched)? {
            Verdict::Said(verification) => {
                watched.note(server, verification);
                self.counts.verifications.fetch_add(1, Relaxed);
            }
            Verdict::Unavailable => {
                self.counts.unavailable[server].fetch_add(1, Relaxed);
            }
            Verdict::Unanswered => {
                self.counts.unanswered[server].fetch_add(1, Relaxed);
            }
        }
        Ok(())
    }

    /// Revokes a token, and asks all servers about it in the same moment, on new connections: nobody relies on the answer sooner. A server that
    /// is stopped finds the question waiting when it goes on.
    fn revoke_and_ask(&self, watched: &Watched) -> Result<()> {
        let revoked = self.revoke(watched);
        self.waiting.fetch_sub(1, SeqCst);
        revoked?;
        scope(|scope| {
            let ask = |server: usize| self.ask(&mut Client::new(self.servers.all[server].address), server, watched);
            let others: Vec<_> = (1..self.servers.all.len()).map(|server| scope.spawn(move || ask(server))).collect();
            others.into_iter().fold(ask(0), |done, other| done.and(joined(other)))
        })
    }

    /// Revokes a token on the first server, again if nobody answers.
    fn revoke(&self, watched: &Watched) -> Result<()> {
        let request = self.servers.revocation(watched);
        let begun = Instant::now();
        loop {
            let mut client = Client::new(self.servers.all[0].address);
            watched.note_sent(self.clock.now());
            match client.ask(self.clock, &request) {
                Ok(answer) if answer.status == 200 => {
                    watched.note_answered(answer.ended);
                    self.counts.waited.lock().unwrap_or_else(PoisonError::into_inner).push(answer.started..answer.ended);
                    return Ok(());
                }
                Ok(answer) if answer.status != 503 => {
                    bail!("{}: revoking it answers {}: {}", watched.id, answer.status, String::from_utf8_lossy(answer.body));
                }
                Ok(_) | Err(_) if begun.elapsed() < PATIENCE => {}
                Ok(_) => bail!("{}: revoking it answers 503", watched.id),
                Err(error) => return Err(error).context("a revocation is not answered"),
            }
            self.counts.again.fetch_add(1, Relaxed);
            sleep(PAUSE);
        }
    }
}

/// What came of a question.
pub(super) enum Verdict {
    Said(Verification),
    Unavailable,
    Unanswered,
}

/// Asks about a token. Neither yes nor no nor 503 is an answer that must not be.
pub(super) fn verdict(clock: &Clock, client: &mut Client, watched: &Watched) -> Result<Verdict> {
    let answer = match client.ask(clock, &watched.question) {
        Ok(answer) => answer,
        Err(error) if error.kind() == ErrorKind::InvalidData => return Err(error.into()),
        Err(_) => return Ok(Verdict::Unanswered),
    };
    let says = |text: &str| answer.status == 200 && answer.body.starts_with(text.as_bytes());
    let is_good = says(r#"{"valid":true,"#);
    if is_good || says(r#"{"valid":false,"code":"REVOKED""#) {
        return Ok(Verdict::Said(Verification { started: answer.started, ended: answer.ended, is_good }));
    }
    if answer.status == 503 {
        return Ok(Verdict::Unavailable);
    }
    bail!("{}: a verification answers {}: {}", watched.id, answer.status, String::from_utf8_lossy(answer.body))
}
