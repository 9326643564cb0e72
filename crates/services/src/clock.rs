//! Time as a value that is handed in, so that a test can set it.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, UNIX_EPOCH},
};

use domain::Timestamp;

use crate::memory::since_boot;

/// What time it was at the database that several servers share, and between which moments it said so, by a clock of this machine that
/// nobody sets.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub(crate) at: Timestamp,
    /// When the question was sent, since boot.
    pub(crate) sent: Duration,
    /// When the answer was there.
    pub(crate) received: Duration,
}

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present.
    fn now(&self) -> Timestamp;

    /// Hears what time it is at the database. A clock that goes by nobody else does nothing with it.
    fn hear(&self, _: Reading) {}
}

/// The machine's clock, until a database says what time it is there. From then on that is the time, counted on between two readings by a
/// clock that nobody sets: servers on one database agree on what is expired, whose turn it is and which day it is, however wrong their
/// own clocks are. What it told once it does not go back behind.
#[derive(Debug)]
pub struct SystemClock {
    /// The database's time less the time since boot, in microseconds.
    ahead: AtomicI64,
    /// The latest time that was told.
    latest: AtomicI64,
}

/// No database has said anything.
const UNHEARD: i64 = i64::MIN;
/// What is worth a word in the log: more than a network and a slow machine explain.
const STRIKING: i64 = 5_000_000;

impl Default for SystemClock {
    fn default() -> Self {
        Self { ahead: AtomicI64::new(UNHEARD), latest: AtomicI64::new(i64::MIN) }
    }
}

impl SystemClock {
    fn now_at(&self, since_boot: Duration, of_machine: impl FnOnce() -> i64) -> Timestamp {
        let ahead = self.ahead.load(Ordering::Acquire);
        if ahead == UNHEARD {
            return Timestamp::from_micros(of_machine());
        }
        let now = micros(since_boot).saturating_add(ahead);
        Timestamp::from_micros(self.latest.fetch_max(now, Ordering::AcqRel).max(now))
    }

    /// Keeps what it goes by as long as the reading allows it, so that slow answers do not make time jump, and otherwise corrects it by as
    /// little as possible. Tells by how much, the first time by how much the machine is wrong.
    fn hear_at(&self, reading: Reading, of_machine: i64) -> i64 {
        let at = reading.at.as_micros();
        // The database read its clock at some moment between the two.
        let (least, most) = (at.saturating_sub(micros(reading.received)), at.saturating_sub(micros(reading.sent)));
        let before = self.ahead.load(Ordering::Acquire);
        // If in doubt it is later: then something ends too soon rather than too late.
        let after = if before == UNHEARD { most } else { before.max(least).min(most) };
        self.ahead.store(after, Ordering::Release);
        if before == UNHEARD { at.saturating_sub(of_machine) } else { after.saturating_sub(before) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        self.now_at(since_boot(), machine)
    }

    fn hear(&self, reading: Reading) {
        let is_first = self.ahead.load(Ordering::Acquire) == UNHEARD;
        let microseconds = self.hear_at(reading, machine());
        if microseconds.saturating_abs() > STRIKING {
            let seconds = microseconds / 1_000_000;
            if is_first {
                tracing::warn!(seconds, "the database's clock is so far ahead of this machine's; the database's holds");
            } else {
                tracing::error!(seconds, "the database's clock was set; when it was set back, time stands still until it is later again");
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn machine() -> i64 {
    micros(std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// A clock that stands still until it is moved: for tests.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// Stands at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.as_micros()))
    }

    /// Moves forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(micros(by), Ordering::SeqCst);
    }

    /// Moves back, as the clock of a machine does that is set right.
    pub fn set_back(&self, by: Duration) {
        self.0.fetch_sub(micros(by), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn reading(at: i64, sent: u64, received: u64) -> Reading {
        Reading { at: Timestamp::from_micros(at * 1_000), sent: ms(sent), received: ms(received) }
    }

    /// Milliseconds.
    fn told(clock: &SystemClock, since_boot: u64) -> i64 {
        clock.now_at(ms(since_boot), || 77_000).as_micros() / 1_000
    }

    #[test]
    fn the_machines_clock_holds_until_the_database_has_spoken() {
        let clock = SystemClock::default();
        assert_eq!(told(&clock, 5_000), 77);
        assert_eq!(clock.hear_at(reading(900_000, 5_000, 5_010), 600_000_000), 300_000_000, "five minutes behind the database");
        assert_eq!(told(&clock, 5_000), 900_000);
        assert_eq!(told(&clock, 65_000), 960_000, "a minute later, whatever the machine's clock was set to meanwhile");
    }

    #[test]
    fn a_slow_answer_does_not_make_time_jump() {
        let clock = SystemClock::default();
        clock.hear_at(reading(900_000, 5_000, 5_001), 0);
        // Read at once, on its way for a second; then on its way for a second and read at the end.
        assert_eq!(clock.hear_at(reading(901_000, 6_000, 7_000), 0), 0);
        assert_eq!(clock.hear_at(reading(903_000, 7_000, 8_000), 0), 0);
        // This is certain: 100 ms were lost. It is corrected by no more than that.
        assert_eq!(clock.hear_at(reading(904_110, 9_000, 9_010), 0), 100_000);
        assert_eq!(told(&clock, 9_010), 904_110);
    }

    #[test]
    fn time_never_goes_back() {
        let clock = SystemClock::default();
        clock.hear_at(reading(900_000, 5_000, 5_000), 0);
        assert_eq!(told(&clock, 5_500), 900_500);
        assert_eq!(clock.hear_at(reading(840_600, 5_600, 5_600), 0), -60_000_000, "the database was set back by a minute");
        assert_eq!(told(&clock, 5_700), 900_500, "what was expired stays so");
        assert_eq!(told(&clock, 65_600), 900_600, "until time has caught up");
    }
}
