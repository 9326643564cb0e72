//! Points in time: whole microseconds since 1970 in UTC, the same number in memory, in both databases and on the wire.

use core::{str::FromStr, time::Duration};

use jiff::{
    civil::{Date, DateTime},
    tz::Offset,
};
use serde::{Deserialize, Serialize};

use crate::{Invalid, texts::time as say};

/// A point in time, in microseconds UTC. It cannot ask for the present: that comes in from a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// Microseconds of a day: UTC as it is counted here has no leap seconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The last microsecond of the year 9998; a lifetime can never push a date past what can be written.
const LATEST: i64 = 253_370_764_799_999_999;

impl Timestamp {
    /// Takes microseconds since 1970; values before 1970 or past the year 9998 are moved to the nearer end.
    pub const fn from_micros(micros: i64) -> Self {
        Self(if micros < 0 {
            0
        } else if micros > LATEST {
            LATEST
        } else {
            micros
        })
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The beginning of a day in UTC, written `2026-11-22`, as browsers send dates. None when that is no day.
    pub fn of_day(text: &str) -> Option<Self> {
        let shape =
            text.len() == 10 && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
        let date: Date = shape.then(|| text.parse().ok())??;
        let midnight = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        Some(Self::from_micros(midnight.as_microsecond()))
    }

    /// The number of the day in UTC, counted from 1970.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// The beginning of the day with this number.
    pub const fn of_day_number(number: i64) -> Self {
        Self::from_micros(number.saturating_mul(DAY))
    }

    /// Reads what [`Self::iso`] wrote.
    pub fn from_iso(text: &str) -> Option<Self> {
        let at: jiff::Timestamp = text.parse().ok()?;
        Some(Self::from_micros(at.as_microsecond())).filter(|at| at.iso() == text)
    }

    /// This long after, at the latest the end of the year 9998.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self::from_micros(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// This long before, at the earliest 1970.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self::from_micros(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long from `earlier` until this; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// ISO 8601 with milliseconds and `Z`, as in `2026-11-22T09:05:00.000Z`: for machines.
    pub fn iso(self) -> String {
        let at = self.civil();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            at.millisecond()
        )
    }

    /// A full date for people, as in `Sun 22 Nov 2026, 09:05 UTC`.
    pub fn human(self) -> String {
        let at = self.civil();
        say::at(&self.human_day(), at.hour(), at.minute())
    }

    /// The day in UTC for people, as in `Sun 22 Nov 2026`.
    pub fn human_day(self) -> String {
        let at = self.civil();
        let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0);
        let month = usize::try_from(at.month() - 1).unwrap_or(0);
        say::date(weekday, at.day(), month, at.year())
    }

    fn civil(self) -> DateTime {
        // Every Timestamp lies between 1970 and 9998, which jiff can hold.
        jiff::Timestamp::from_microsecond(self.0).map(|at| Offset::UTC.to_datetime(at)).unwrap_or_default()
    }
}

impl FromStr for Timestamp {
    type Err = Invalid;

    /// Reads ISO 8601 with an offset, as in `2026-11-22T09:05:00Z` or `2026-11-22T10:05:00+01:00`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse::<jiff::Timestamp>().map(|at| Self::from_micros(at.as_microsecond())).map_err(|_| Invalid(say::NO_TIME.to_owned()))
    }
}

/// Says how long something took, in whole units of the largest that fits: `3 minutes`, `1 day`. Under a minute it is `moments`.
pub fn roughly(duration: Duration) -> String {
    in_units(24, |unit| duration.as_secs() / unit)
}

/// Says how long something still takes, like [`roughly`] but to the nearest unit: what was to end in 90 days is in 90 days a moment later. Up to two days
/// in hours: who reads of 2 days must not find that it was one and a half.
pub fn remaining(duration: Duration) -> String {
    in_units(48, |unit| duration.as_secs().saturating_add(unit / 2) / unit)
}

/// Says how many there are of the smallest unit of which there are not enough for the next one, hours up to so many; `count` counts those of so many
/// seconds.
fn in_units(enough_hours: u64, count: impl Fn(u64) -> u64) -> String {
    match [60, 60 * 60, 24 * 60 * 60].map(count) {
        [0, ..] => say::MOMENTS.to_owned(),
        [minutes, ..] if minutes < 60 => say::minutes(minutes),
        [_, hours, _] if hours < enough_hours => say::hours(hours),
        [.., days] => say::days(days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_for_machines_and_for_people() {
        let at = Timestamp::from_micros(1_795_338_300_123_456);
        assert_eq!(at.iso(), "2026-11-22T09:05:00.123Z");
        assert_eq!(at.human(), "Sun 22 Nov 2026, 09:05 UTC");
        assert_eq!(at.human_day(), "Sun 22 Nov 2026");
    }

    #[test]
    fn a_day_has_a_number() {
        let at = Timestamp::from_micros(1_795_338_300_123_456);
        assert_eq!(Timestamp::of_day_number(at.day()).iso(), "2026-11-22T00:00:00.000Z");
        assert_eq!(Timestamp::from_micros(DAY - 1).day(), 0);
        assert_eq!(Timestamp::of_day_number(-1), Timestamp::from_micros(0));
    }

    #[test]
    fn reads_what_machines_write() {
        let at = Timestamp::from_micros(1_795_338_300_123_000);
        assert_eq!(at.iso().parse(), Ok(at));
        assert_eq!("2026-11-22T10:05:00.123+01:00".parse(), Ok(at));
        for wrong in ["", "tomorrow", "2026-11-22", "2026-11-22T09:05:00", "2026-13-01T00:00:00Z", "1795338300"] {
            assert!(wrong.parse::<Timestamp>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_and_has_one_spelling() {
        assert_eq!(Timestamp::of_day("2026-11-22").map(Timestamp::iso).as_deref(), Some("2026-11-22T00:00:00.000Z"));
        assert!(Timestamp::of_day("2028-02-29").is_some());
        for wrong in
            ["", "2026-02-29", "2026-13-01", "22.11.2026", "2026-1-02", "20261122xx", "2026-11-22T00:00:00Z", "+026-11-22", "2026–11-2"]
        {
            assert_eq!(Timestamp::of_day(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn only_its_own_spelling_is_read_back() {
        let text = "2026-11-22T09:05:00.123Z";
        assert_eq!(Timestamp::from_iso(text).map(Timestamp::iso).as_deref(), Some(text));
        for wrong in ["", "2026-11-22", "2026-11-22T09:05:00Z", "2026-11-22T10:05:00.123+01:00", "yesterday"] {
            assert_eq!(Timestamp::from_iso(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn stays_within_what_can_be_written() {
        assert_eq!(Timestamp::from_micros(i64::MAX).plus(Duration::MAX).iso(), "9998-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_micros(i64::MIN).minus(Duration::MAX).iso(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn what_took_a_while_is_rounded_down_to_one_unit() {
        for (seconds, text) in [
            (0, "moments"),
            (59, "moments"),
            (60, "1 minute"),
            (3_599, "59 minutes"),
            (3_600, "1 hour"),
            (7_199, "1 hour"),
            (86_399, "23 hours"),
            (86_400, "1 day"),
            (172_800, "2 days"),
        ] {
            assert_eq!(roughly(Duration::from_secs(seconds)), text, "{seconds}");
        }
    }

    #[test]
    fn what_is_to_come_is_rounded_to_the_nearest_unit() {
        for (seconds, text) in [
            (29, "moments"),
            (30, "1 minute"),
            (31 * 60, "31 minutes"),
            (3_569, "59 minutes"),
            // What rounds to all of a unit is one of the next.
            (3_570, "1 hour"),
            (5_399, "1 hour"),
            (5_400, "2 hours"),
            (84_599, "23 hours"),
            (84_600, "24 hours"),
            (39 * 3_600, "39 hours"),
            (171_000 - 1, "47 hours"),
            (171_000, "2 days"),
            (7 * 86_400 - 1, "7 days"),
            (90 * 86_400 - 1, "90 days"),
            (90 * 86_400, "90 days"),
            (89 * 86_400 + 43_199, "89 days"),
        ] {
            assert_eq!(remaining(Duration::from_secs(seconds)), text, "{seconds}");
        }
    }

    #[test]
    fn the_longest_durations_are_said_too() {
        for say in [roughly, remaining] {
            assert_eq!(say(Duration::from_secs(u64::MAX)), "213503982334601 days");
        }
    }
}
