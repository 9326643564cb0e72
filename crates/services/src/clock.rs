//! Time as a value that is handed in, so that a test can set it.

use std::{
    sync::atomic::{AtomicBool, AtomicI64, Ordering},
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

    /// Hears the latest time on record, which was told before by this server or another, and does not go back behind it. Tells whether it holds
    /// to that: what is on record may be wrong. A clock that others set does nothing with it.
    fn hold_to(&self, _: Timestamp) -> bool {
        true
    }
}

/// The machine's clock, until a database says what time it is there. From then on that is the time, counted on between two readings by a
/// clock that nobody sets: servers on one database agree on what is expired, whose turn it is and which day it is, however wrong their
/// own clocks are. What it told once it does not go back behind: a machine that is set back is counted on from what it said before, and a
/// database that is set back is waited for, since other servers go by it as well. Decision 41.
#[derive(Debug)]
pub struct SystemClock<M = Machine> {
    machine: M,
    /// The database's time less the time since boot, in microseconds.
    ahead: AtomicI64,
    /// The machine's time less the time since boot, when that was most.
    machine_ahead: AtomicI64,
    /// Whether the log says that the machine was set back.
    is_behind: AtomicBool,
    /// The latest time that was told by the database's.
    latest: AtomicI64,
    /// Whether what is on record is not to hold.
    may_go_back: bool,
}

/// The clock of this machine, which whoever administers it may set.
#[derive(Debug, Default)]
pub struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(micros(std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()))
    }
}

/// No database has said anything.
const UNHEARD: i64 = i64::MIN;
/// What is worth a word in the log: more than a network and a slow machine explain.
const STRIKING: i64 = 5_000_000;

impl Default for SystemClock {
    fn default() -> Self {
        Self::of(Machine)
    }
}

impl SystemClock {
    /// One that goes back behind what is on record, where somebody has found that to be wrong.
    pub fn that_may_go_back() -> Self {
        Self { may_go_back: true, ..Self::default() }
    }
}

impl<M: Clock> SystemClock<M> {
    /// One of a machine with another clock.
    pub(crate) fn of(machine: M) -> Self {
        let unheard = || AtomicI64::new(UNHEARD);
        let (ahead, machine_ahead, latest) = (unheard(), unheard(), unheard());
        Self { machine, ahead, machine_ahead, is_behind: AtomicBool::new(false), latest, may_go_back: false }
    }

    fn now_at(&self, since_boot: impl Fn() -> Duration) -> Timestamp {
        let ahead = self.ahead.load(Ordering::Acquire);
        if ahead == UNHEARD {
            return Timestamp::from_micros(self.by_machine(since_boot));
        }
        let now = micros(since_boot()).saturating_add(ahead);
        Timestamp::from_micros(self.latest.fetch_max(now, Ordering::AcqRel).max(now))
    }

    /// What time it is by the machine, however it was set back since it was first asked.
    fn by_machine(&self, since_boot: impl Fn() -> Duration) -> i64 {
        // In this order: to be stopped between the two makes the machine look slow, which is forgotten. The other way round it would look fast,
        // and that would stay.
        let at = self.machine.now().as_micros();
        let boot = micros(since_boot());
        let ahead = at.saturating_sub(boot);
        let mut most = self.machine_ahead.load(Ordering::Acquire);
        if ahead > most {
            most = self.machine_ahead.fetch_max(ahead, Ordering::AcqRel).max(ahead);
            self.is_behind.store(false, Ordering::Relaxed);
        } else if most.saturating_sub(ahead) > STRIKING && !self.is_behind.load(Ordering::Relaxed) {
            self.notice_behind(most, since_boot);
        }
        boot.saturating_add(most)
    }

    /// Says once that the machine was set back, unless it only looks so.
    #[cold]
    fn notice_behind(&self, most: i64, since_boot: impl Fn() -> Duration) {
        // The other way round than above: to be stopped between the two does not make it look slow.
        let boot = micros(since_boot());
        let behind = most.saturating_sub(self.machine.now().as_micros().saturating_sub(boot));
        if behind > STRIKING && !self.is_behind.swap(true, Ordering::Relaxed) {
            tracing::error!(seconds = behind / 1_000_000, "this machine's clock was set back; the time goes on from where it was");
        }
    }

    /// Holds to a time that was told before; says by how much that is ahead.
    fn hold_to_at(&self, told: Timestamp, since_boot: impl Fn() -> Duration) -> i64 {
        let at = told.as_micros();
        let ahead = at.saturating_sub(self.now_at(&since_boot).as_micros());
        if self.may_go_back {
            return ahead;
        }
        if ahead > STRIKING {
            // It is said once, and not again as what the machine's clock is.
            self.is_behind.store(true, Ordering::Relaxed);
        }
        self.machine_ahead.fetch_max(at.saturating_sub(micros(since_boot())), Ordering::AcqRel);
        self.latest.fetch_max(at, Ordering::AcqRel);
        ahead
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

impl<M: Clock> Clock for SystemClock<M> {
    fn now(&self) -> Timestamp {
        self.now_at(since_boot)
    }

    fn hold_to(&self, told: Timestamp) -> bool {
        let ahead = self.hold_to_at(told, since_boot);
        let seconds = ahead / 1_000_000;
        if self.may_go_back && ahead > 0 {
            tracing::warn!(seconds, "the time on record is so far ahead; it does not hold, as was asked");
            return false;
        }
        if ahead > STRIKING {
            tracing::error!(
                seconds,
                "the time on record is so far ahead of the clock, and holds; if it is the record that is wrong, start once with --set-time-back"
            );
        }
        true
    }

    fn hear(&self, reading: Reading) {
        let is_first = self.ahead.load(Ordering::Acquire) == UNHEARD;
        let microseconds = self.hear_at(reading, self.machine.now().as_micros());
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

    /// A clock of a machine that says something, in milliseconds.
    fn of_machine(says: i64) -> SystemClock<FixedClock> {
        SystemClock::of(FixedClock::at(Timestamp::from_micros(says * 1_000)))
    }

    /// Milliseconds.
    fn told(clock: &SystemClock<FixedClock>, since_boot: u64) -> i64 {
        clock.now_at(|| ms(since_boot)).as_micros() / 1_000
    }

    #[test]
    fn the_machines_clock_holds_until_the_database_has_spoken() {
        let clock = of_machine(77);
        assert_eq!(told(&clock, 5_000), 77);
        assert_eq!(clock.hear_at(reading(900_000, 5_000, 5_010), 600_000_000), 300_000_000, "five minutes behind the database");
        assert_eq!(told(&clock, 5_000), 900_000);
        assert_eq!(told(&clock, 65_000), 960_000, "a minute later, whatever the machine's clock was set to meanwhile");
    }

    #[test]
    fn a_slow_answer_does_not_make_time_jump() {
        let clock = of_machine(77);
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
        let clock = of_machine(77);
        clock.hear_at(reading(900_000, 5_000, 5_000), 0);
        assert_eq!(told(&clock, 5_500), 900_500);
        assert_eq!(clock.hear_at(reading(840_600, 5_600, 5_600), 0), -60_000_000, "the database was set back by a minute");
        assert_eq!(told(&clock, 5_700), 900_500, "what was expired stays so");
        assert_eq!(told(&clock, 65_600), 900_600, "until time has caught up");
    }

    #[test]
    fn a_machine_that_is_set_back_is_counted_on() {
        let clock = of_machine(900_000);
        let passes = |clock: &SystemClock<FixedClock>, milliseconds| clock.machine.advance(ms(milliseconds));
        assert_eq!(told(&clock, 5_000), 900_000);
        passes(&clock, 1_000);
        clock.machine.set_back(ms(60_000));
        assert_eq!((told(&clock, 6_000), clock.is_behind.load(Ordering::Relaxed)), (901_000, true));
        passes(&clock, 3_000);
        assert_eq!(told(&clock, 9_000), 904_000, "what ends does so when it should have");
        // Set right, or forward: that holds at once.
        passes(&clock, 61_000);
        assert_eq!((told(&clock, 10_000), clock.is_behind.load(Ordering::Relaxed)), (905_000, true));
        passes(&clock, 500);
        assert_eq!((told(&clock, 10_000), clock.is_behind.load(Ordering::Relaxed)), (905_500, false));
    }

    #[test]
    fn what_is_slow_to_ask_does_not_make_time_jump() {
        let clock = of_machine(900_000);
        assert_eq!(told(&clock, 5_000), 900_000);
        // The machine slept for a minute after it had said what time it was, and once more when it was asked why.
        let asked = std::cell::Cell::new(5_000);
        let slow = || {
            asked.set(asked.get() + 60_000);
            clock.machine.advance(ms(60_000));
            ms(asked.get())
        };
        assert_eq!(clock.now_at(slow).as_micros(), 960_000_000);
        assert_eq!((told(&clock, asked.get()), clock.is_behind.load(Ordering::Relaxed)), (1_020_000, false));
    }

    #[test]
    fn what_is_on_record_holds_unless_it_is_wrong() {
        let record = Timestamp::from_micros(960_000_000);
        let boot = || ms(5_000);
        let clock = of_machine(900_000);
        assert_eq!(clock.hold_to_at(record, boot), 60_000_000);
        assert_eq!((told(&clock, 5_000), told(&clock, 6_000)), (960_000, 961_000), "a machine's time goes on from there");
        let clock = of_machine(0);
        clock.hear_at(reading(900_000, 5_000, 5_000), 0);
        assert_eq!(clock.hold_to_at(record, boot), 60_000_000);
        assert_eq!((told(&clock, 6_000), told(&clock, 66_000)), (960_000, 961_000), "a database's is waited for");
        let clock = SystemClock { may_go_back: true, ..of_machine(900_000) };
        assert_eq!(clock.hold_to_at(record, boot), 60_000_000);
        assert_eq!(told(&clock, 5_000), 900_000);
        let clock = of_machine(970_000);
        assert_eq!((clock.hold_to_at(record, boot), told(&clock, 5_000)), (-10_000_000, 970_000), "as it should be");
    }
}
