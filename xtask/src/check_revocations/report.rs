//! What came of the phases, as a table and as JSON.

use std::ops::Range;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use serde_json::{Value, json};

use super::faults::Fault;
use super::phase::Counts;
use super::watched::{Breach, SERVERS, Watched};

/// So shortly before the answer to a revocation each server still says yes when nothing fails: the wait of a change, and a slow machine.
const NEAR: Duration = Duration::from_millis(500);

/// A phase that is over.
pub(super) struct Row {
    pub(super) fault: Fault,
    pub(super) revocations: usize,
    /// Sent again.
    again: u64,
    verifications: u64,
    per_second: u64,
    /// How long everybody asked: longer than the fault when revocations could not be answered in time.
    asked: Duration,
    /// Tokens of which somebody said yes too late.
    pub(super) late: usize,
    unavailable: [u64; SERVERS],
    unanswered: [u64; SERVERS],
    /// How long each revocation took that was answered, the quickest first.
    pub(super) answered_in: Vec<Duration>,
    /// Of these the median, the 99th of a hundred, and the slowest.
    pub(super) took: [Duration; 3],
    /// The 99th of a hundred, where the time does not count in which there was no database.
    pub(super) took_but_for_outages: Duration,
    /// The least time between the start of a yes of each server and the answer to the revocation.
    margins: [Option<Duration>; SERVERS],
}

impl Row {
    pub(super) fn new(fault: Fault, watched: &[Watched], counts: Counts, asked: Duration, outages: &[Range<u64>]) -> Self {
        let numbers = |counted: [AtomicU64; SERVERS]| counted.map(AtomicU64::into_inner);
        let waited = counts.waited.into_inner().unwrap_or_else(PoisonError::into_inner);
        let sorted = |not_counting: &[Range<u64>]| {
            let mut took: Vec<Duration> = waited.iter().map(|waited| length(waited, not_counting)).collect();
            took.sort_unstable();
            took
        };
        let took = sorted(&[]);
        let verifications = counts.verifications.load(Relaxed);
        let is_late = |watched: &&Watched| watched.check().iter().any(|breach| matches!(breach, Breach::LateYes { .. }));
        Self {
            fault,
            revocations: watched.len(),
            again: counts.again.load(Relaxed),
            verifications,
            per_second: verifications * 1_000 / u64::try_from(asked.as_millis()).unwrap_or(u64::MAX).max(1),
            asked,
            late: watched.iter().filter(is_late).count(),
            unavailable: numbers(counts.unavailable),
            unanswered: numbers(counts.unanswered),
            took: [50, 99, 100].map(|percent| percentile(&took, percent)),
            took_but_for_outages: percentile(&sorted(outages), 99),
            answered_in: took,
            margins: std::array::from_fn(|server| watched.iter().filter_map(|watched| watched.margin(server)).min()),
        }
    }

    /// Why nothing follows from this phase: a server that did not say yes to the last says nothing too late either, and what did not fail proves nothing.
    pub(super) fn is_vacuous(&self) -> Option<&'static str> {
        let is_far = |margin: &Option<Duration>| margin.is_none_or(|margin| margin > NEAR);
        match self.fault {
            Fault::NothingOnSqlite if is_far(&self.margins[0]) => Some("the server did not say yes until shortly before the answer"),
            Fault::Nothing if self.unavailable != [0; SERVERS] || self.margins.iter().any(is_far) => {
                Some("a server did not say yes until shortly before the answer, though nothing failed")
            }
            Fault::CutOff | Fault::Silence if self.unavailable[1] == 0 => {
                Some("the second server did not notice that its database was gone")
            }
            _ => None,
        }
    }

    /// Whether revocations were answered too slowly, not counting the time in which there was no database.
    pub(super) fn is_slow(&self) -> bool {
        self.took_but_for_outages > self.fault.bound()
    }

    pub(super) fn print_head() {
        println!(
            "{:<26} {:>7} {:>6} {:>9} {:>7} {:>5} {:>12} {:>9} {:>24} {:>9} {:>14}",
            "phase",
            "revoked",
            "again",
            "verified",
            "per s",
            "late",
            "503s",
            "no answer",
            "answer p50/p99/max, ms",
            "no outage",
            "nearest, ms"
        );
    }

    pub(super) fn print(&self) {
        let pair = |[first, second]: [u64; SERVERS]| format!("{first}+{second}");
        let [p50, p99, slowest] = self.took.map(milliseconds);
        let nearest = self.margins.map(|margin| margin.map_or_else(|| "-".to_owned(), |margin| format!("{:.1}", milliseconds(margin))));
        println!(
            "{:<26} {:>7} {:>6} {:>9} {:>7} {:>5} {:>12} {:>9} {:>24} {:>9.1} {:>14}{}",
            self.fault.name(),
            self.revocations,
            self.again,
            self.verifications,
            self.per_second,
            self.late,
            pair(self.unavailable),
            pair(self.unanswered),
            format!("{p50:.1} / {p99:.1} / {slowest:.1}"),
            milliseconds(self.took_but_for_outages),
            nearest.join("+"),
            if self.is_slow() { "  slow" } else { "" }
        );
    }

    pub(super) fn as_json(&self) -> Value {
        let [p50, p99, slowest] = self.took.map(milliseconds);
        json!({
            "phase": self.fault.name(), "revocations": self.revocations, "sent_again": self.again, "verifications": self.verifications,
            "verifications_per_second": self.per_second, "seconds": self.asked.as_secs(), "late": self.late, "unavailable": self.unavailable, "unanswered": self.unanswered,
            "answer_p50_ms": p50, "answer_p99_ms": p99, "answer_max_ms": slowest,
            "answer_p99_ms_without_outages": milliseconds(self.took_but_for_outages), "is_slow": self.is_slow(),
            "nearest_ms": self.margins.map(|margin| margin.map(milliseconds)),
        })
    }
}

/// Within how many milliseconds 99 of 100 revocations were answered on PostgreSQL, whatever failed.
pub(super) fn p99_of_all(rows: &[Row]) -> f64 {
    let rows = rows.iter().filter(|row| row.fault != Fault::NothingOnSqlite);
    let mut all: Vec<Duration> = rows.flat_map(|row| row.answered_in.iter().copied()).collect();
    all.sort_unstable();
    milliseconds(percentile(&all, 99))
}

/// How long somebody waited, less the spans that do not count.
fn length(waited: &Range<u64>, not_counting: &[Range<u64>]) -> Duration {
    let common = |other: &Range<u64>| waited.end.min(other.end).saturating_sub(waited.start.max(other.start));
    Duration::from_nanos((waited.end - waited.start).saturating_sub(not_counting.iter().map(common).sum()))
}

/// So many of a hundred took no longer.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_count_is_taken_off_as_far_as_somebody_waited() {
        let outages = [12..15, 18..30];
        let waits = [0..10, 10..20, 5..13, 13..19, 20..30, 11..40];
        assert_eq!(waits.map(|waited| length(&waited, &outages)), [10, 5, 7, 3, 0, 14].map(Duration::from_nanos));
    }

    #[test]
    fn one_of_a_hundred_may_be_slower() {
        let took: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!([50, 99, 100].map(|percent| percentile(&took, percent)), [100, 198, 200].map(Duration::from_millis));
        assert_eq!(percentile(&took[..1], 50), Duration::from_millis(1));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}
