//! The lease: for how long what is in memory may be said without asking the database again.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::sync::{AtomicU64, Ordering};

/// How long a lease lasts, by a clock that counts while the machine sleeps, from when the poll that renewed it was *sent*. All servers on a
/// database have the same one: whoever changes something waits as long before answering.
pub const TERM: Duration = Duration::from_millis(100);

/// A clock that never stands still and that nobody sets: it counts while the machine is suspended, which `std::time::Instant` does not on
/// Linux. After a night asleep a lease must be over.
pub(crate) fn since_boot() -> Duration {
    #[cfg(target_os = "linux")]
    const CLOCK: ClockId = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: ClockId = ClockId::Monotonic;
    let time = clock_gettime(CLOCK);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Until when memory may speak.
pub(super) enum Lease {
    /// Nobody else changes anything: the changes of this process are all there are.
    Sole,
    /// Others may, and are asked again and again.
    Shared {
        /// When the last successful poll was sent, in nanoseconds since boot; 0 when none was.
        sent: AtomicU64,
        /// How long that is good for.
        term: Duration,
    },
}

impl Lease {
    pub(super) fn shared(term: Duration) -> Self {
        Self::Shared { sent: AtomicU64::new(0), term }
    }

    /// Whether it holds now. What this is asked about has to be looked at afterwards.
    pub(super) fn holds(&self) -> bool {
        match self {
            Self::Sole => true,
            Self::Shared { .. } => self.holds_at(since_boot()),
        }
    }

    fn holds_at(&self, now: Duration) -> bool {
        match self {
            Self::Sole => true,
            Self::Shared { sent, term } => {
                let sent = sent.load(Ordering::Acquire);
                sent != 0 && now < Duration::from_nanos(sent).saturating_add(*term)
            }
        }
    }

    /// Renews it. Everything that the poll told has to be noted before.
    pub(super) fn renew(&self, sent_at: Duration) {
        if let Self::Shared { sent, .. } = self {
            sent.fetch_max(u64::try_from(sent_at.as_nanos()).unwrap_or(u64::MAX), Ordering::AcqRel);
        }
    }

    /// How long a change has to wait, once it is committed, until no server says anything that is older. A quarter more than the term: while
    /// two clocks are set right by slewing, one slower and one quicker, they run at speeds that differ by a sixth.
    pub(super) fn patience(&self) -> Option<Duration> {
        match self {
            Self::Sole => None,
            Self::Shared { term, .. } => Some(*term + *term / 4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_lease_counts_from_when_the_poll_was_sent() {
        let lease = Lease::shared(ms(100));
        assert!(!lease.holds_at(ms(5_000)), "no poll, no lease");
        // Sent at 5,000; its answer took 60 ms, of which nothing is given.
        lease.renew(ms(5_000));
        assert!(lease.holds_at(ms(5_060)));
        assert!(lease.holds_at(Duration::from_nanos(5_099_999_999)));
        assert!(!lease.holds_at(ms(5_100)));
        // A poll that took longer than the term gives nothing at all.
        lease.renew(ms(5_200));
        assert!(!lease.holds_at(ms(5_350)));
        // An answer that comes late does not take back what a later poll gave.
        lease.renew(ms(5_300));
        lease.renew(ms(5_250));
        assert!(lease.holds_at(ms(5_399)));
    }

    #[test]
    fn a_lease_does_not_outlive_a_suspended_machine() {
        let lease = Lease::shared(ms(100));
        lease.renew(ms(5_000));
        // Ten seconds asleep: the process has seen 20 ms go by, the clock that counts suspension ten seconds more.
        assert!(!lease.holds_at(ms(5_020 + 10_000)));
        assert!(since_boot() > Duration::ZERO);
    }
}
