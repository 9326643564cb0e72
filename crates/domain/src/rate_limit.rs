//! How often a token may be used: so many requests in a period, counted from the first of them.

use core::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Invalid, Timestamp, texts::rate_limit as say};

/// In what time requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// Twenty-four hours.
    Day,
}

impl Period {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    /// The word in storage and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// How long it is.
    pub const fn seconds(self) -> u32 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 60 * 60,
            Self::Day => 24 * 60 * 60,
        }
    }
}

impl FromStr for Period {
    type Err = Invalid;

    /// Reads a word, also as people shorten it.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.trim().to_ascii_lowercase().as_str() {
            "s" | "sec" | "second" | "seconds" => Ok(Self::Second),
            "m" | "min" | "minute" | "minutes" => Ok(Self::Minute),
            "h" | "hour" | "hours" => Ok(Self::Hour),
            "d" | "day" | "days" => Ok(Self::Day),
            _ => Err(Invalid(say::NO_PERIOD.to_owned())),
        }
    }
}

/// So many requests per period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RateLimit {
    requests: u32,
    period: Period,
}

impl RateLimit {
    /// The most requests in a period.
    pub const MOST: u32 = 1_000_000;

    /// Checks the number.
    pub fn new(requests: u64, period: Period) -> Result<Self, Invalid> {
        let fits = u32::try_from(requests).ok().filter(|requests| (1..=Self::MOST).contains(requests));
        let requests = fits.ok_or_else(|| Invalid(say::too_many(Self::MOST)))?;
        Ok(Self { requests, period })
    }

    /// Reads what somebody typed, as in `100/minute` or `100 per minute`; nothing is no limit.
    pub fn parse(typed: &str) -> Result<Option<Self>, Invalid> {
        if typed.trim().is_empty() { Ok(None) } else { typed.parse().map(Some) }
    }

    /// How many.
    pub const fn requests(self) -> u32 {
        self.requests
    }

    /// In what time.
    pub const fn period(self) -> Period {
        self.period
    }

    /// As in `100 per minute`.
    pub fn in_words(self) -> String {
        say::in_words(self)
    }

    /// As in `100/min`.
    pub fn short(self) -> String {
        say::short(self)
    }

    /// Whether nobody gets more by this than by the other, neither at once nor in the long run.
    pub fn is_within(self, other: Self) -> bool {
        let in_the_long_run = |one: Self, other: Self| u64::from(one.requests) * u64::from(other.period.seconds());
        self.requests <= other.requests && in_the_long_run(self, other) <= in_the_long_run(other, self)
    }
}

impl fmt::Display for RateLimit {
    /// As it is stored: `100/minute`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.requests, self.period.as_str())
    }
}

impl FromStr for RateLimit {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (requests, period) =
            text.split_once('/').or_else(|| text.split_once(" per ")).ok_or_else(|| Invalid(say::NO_RATE_LIMIT.to_owned()))?;
        let digits = requests.trim();
        // A number that is too large for any type is a number all the same.
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let requests = if is_number { digits.parse().unwrap_or(u64::MAX) } else { 0 };
        Self::new(requests, period.parse()?)
    }
}

impl TryFrom<String> for RateLimit {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<RateLimit> for String {
    fn from(limit: RateLimit) -> Self {
        limit.to_string()
    }
}

/// What is left of a limit at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The limit.
    pub limit: RateLimit,
    /// How many requests are left.
    pub left: u32,
    /// How long until the next period begins, and all of them are there again.
    pub wait: Duration,
}

impl Budget {
    /// The wait in whole seconds, rounded up: who comes after it is let in.
    pub fn wait_seconds(&self) -> u64 {
        self.wait.as_secs() + u64::from(self.wait.subsec_nanos() > 0)
    }
}

/// The period that runs, and how many requests were in it. A period begins with a request after the one before is over, so one that is over is
/// worth as much as none. What is counted stays when the limit is changed.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    began: Timestamp,
    used: u32,
}

impl Window {
    /// By how much requests may come out of order: each takes the time before it waits for its turn. What is further back, the clock was set.
    const OUT_OF_ORDER: Duration = Duration::from_secs(30);

    /// One that begins now.
    pub const fn new(now: Timestamp) -> Self {
        Self { began: now, used: 0 }
    }

    /// Counts a request; refuses it, and does not count it, when there were as many as the limit allows. Either way says what is left.
    pub fn take(&mut self, limit: RateLimit, now: Timestamp) -> Result<Budget, Budget> {
        let ends = |began: Timestamp| began.plus(Duration::from_secs(limit.period.seconds().into()));
        // Where the clock was set back nobody waits for what it said before.
        let is_set_back = now.plus(Self::OUT_OF_ORDER) < self.began;
        if is_set_back || now >= ends(self.began) {
            *self = Self::new(now);
        }
        // Who comes from before the period began, behind somebody who came later and was quicker, is one of the period.
        let now = now.max(self.began);
        let fits = self.used < limit.requests;
        self.used += u32::from(fits);
        let budget = Budget { limit, left: limit.requests.saturating_sub(self.used), wait: ends(self.began).since(now) };
        if fits { Ok(budget) } else { Err(budget) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(text: &str) -> RateLimit {
        text.parse().unwrap()
    }

    #[test]
    fn what_people_type_is_read_and_written_in_one_way() {
        for (typed, stored, words, short) in [
            ("100/minute", "100/minute", "100 per minute", "100/min"),
            (" 100 / min ", "100/minute", "100 per minute", "100/min"),
            ("5 per second", "5/second", "5 per second", "5/s"),
            ("1000/h", "1000/hour", "1,000 per hour", "1,000/h"),
            ("1000000 per Day", "1000000/day", "1,000,000 per day", "1,000,000/day"),
        ] {
            let read = RateLimit::parse(typed).unwrap().unwrap();
            assert_eq!((read.to_string(), read.in_words(), read.short()), (stored.to_owned(), words.to_owned(), short.to_owned()));
            assert_eq!(stored.parse(), Ok(read));
        }
        assert_eq!(RateLimit::parse("  "), Ok(None));
        for period in Period::ALL {
            assert_eq!(period.as_str().parse(), Ok(period));
        }
    }

    #[test]
    fn what_is_wrong_says_what_to_write() {
        let (form, number) =
            ("Write a rate limit as 100/minute; also second, hour or day.", "A rate limit is from 1 to 1,000,000 requests.");
        let period = "A rate limit counts requests per second, minute, hour or day.";
        for (typed, why) in [
            ("100", form),
            ("minute", form),
            ("0/minute", number),
            ("-1/minute", number),
            ("1.5/minute", number),
            ("/minute", number),
            ("1000001/day", number),
            ("99999999999999999999999/day", number),
            ("100/", period),
            ("100/month", period),
            ("100/minute/day", period),
        ] {
            assert_eq!(RateLimit::parse(typed).unwrap_err().0, why, "{typed}");
        }
    }

    #[test]
    fn less_is_less_at_once_and_in_the_long_run() {
        for (one, other, within) in [
            ("100/minute", "100/minute", true),
            ("99/minute", "100/minute", true),
            ("101/minute", "100/minute", false),
            ("100/hour", "100/minute", true),
            ("100/second", "100/minute", false),
            // Less in the long run, and more at once.
            ("1000/hour", "100/minute", false),
        ] {
            assert_eq!(limit(one).is_within(limit(other)), within, "{one} in {other}");
        }
    }

    #[test]
    fn a_period_begins_with_its_first_request_and_has_so_many() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let limit = limit("2/minute");
        let mut window = Window::new(at(100));
        let told = |answer: Result<Budget, Budget>| {
            let (fits, budget) = answer.map_or_else(|budget| (false, budget), |budget| (true, budget));
            (fits, budget.left, budget.wait_seconds())
        };
        assert_eq!(told(window.take(limit, at(100))), (true, 1, 60));
        assert_eq!(told(window.take(limit, at(130))), (true, 0, 30));
        assert_eq!(told(window.take(limit, at(131))), (false, 0, 29));
        let nearly = Timestamp::from_micros(159_999_999);
        assert_eq!(told(window.take(limit, nearly)), (false, 0, 1));
        assert_eq!(told(window.take(limit, at(160))), (true, 1, 60), "at the very second it is over");
        // A pause of any length gives no more than one period.
        assert_eq!(told(window.take(limit, at(10_000))), (true, 1, 60));
        // A clock that is set back begins a period; it does not make anybody wait for hours.
        assert_eq!(told(window.take(limit, at(50))), (true, 1, 60));
    }

    #[test]
    fn who_comes_out_of_order_forgets_nothing() {
        let limit = limit("2/day");
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let mut window = Window::new(at(100));
        window.take(limit, at(100)).unwrap();
        // It took its time first, and its turn last.
        let second = window.take(limit, at(99)).unwrap();
        assert_eq!((second.left, second.wait_seconds()), (0, 24 * 60 * 60));
        for late in [at(98), at(70), at(100), at(101)] {
            assert_eq!(window.take(limit, late).unwrap_err().left, 0, "{late:?}");
        }
        assert!(window.take(limit, at(69)).is_ok(), "more than anybody waits for their turn: the clock was set back");
    }

    #[test]
    fn what_was_counted_stays_when_the_limit_changes() {
        let now = Timestamp::from_micros(1);
        let mut window = Window::new(now);
        for _ in 0..5 {
            window.take(limit("10/minute"), now).unwrap();
        }
        assert_eq!(window.take(limit("3/minute"), now).unwrap_err().left, 0, "a narrower one holds at once");
        assert_eq!(window.take(limit("7/minute"), now).unwrap().left, 1);
    }
}
