//! How long a token shall live, as chosen at creation.

use core::{fmt, str::FromStr, time::Duration};

use crate::{Invalid, Timestamp, texts::lifetime as say};

/// A lifetime, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Ends this many minutes after creation: 1 minute to 3,650 days.
    Minutes(u32),
    /// Ends at this time: see [`Self::until`].
    Until(Timestamp),
    /// Does not end by itself.
    Never,
}

impl Lifetime {
    /// The days offered in the form.
    pub const PRESETS: [u32; 4] = [7, 30, 60, 90];
    /// The days chosen when nobody chooses.
    pub const DEFAULT_DAYS: u32 = 90;
    const LONGEST_DAYS: u32 = 3650;
    const MINUTES_A_DAY: u32 = 24 * 60;

    /// Adds days, hours and minutes up. Fails on nothing at all and on more than 3,650 days.
    pub fn of(days: u32, hours: u32, minutes: u32) -> Result<Self, Invalid> {
        let sum = u64::from(days) * 1440 + u64::from(hours) * 60 + u64::from(minutes);
        match u32::try_from(sum) {
            Ok(0) => Err(Invalid(say::TOO_SHORT.to_owned())),
            Ok(sum) if sum <= Self::LONGEST_DAYS * Self::MINUTES_A_DAY => Ok(Self::Minutes(sum)),
            _ => Err(Invalid(say::too_long(Self::LONGEST_DAYS))),
        }
    }

    /// Ends at `end`, which has to be 1 minute to 3,650 days after `now`.
    pub fn until(end: Timestamp, now: Timestamp) -> Result<Self, Invalid> {
        let length = end.since(now);
        if length < Duration::from_mins(1) {
            Err(Invalid(say::ENDS_TOO_SOON.to_owned()))
        } else if length > Duration::from_hours(24 * u64::from(Self::LONGEST_DAYS)) {
            Err(Invalid(say::too_long(Self::LONGEST_DAYS)))
        } else {
            Ok(Self::Until(end))
        }
    }

    /// Reads the choice of the form: a number of days, `never`, or `custom` with what was typed beside it (empty counts as 0). Which numbers
    /// are offered is for [`crate::token_policy`] to say.
    pub fn from_form(choice: &str, days: &str, hours: &str, minutes: &str) -> Result<Self, Invalid> {
        let number = |typed: &str, why: &str| match typed.trim() {
            "" => Ok(0),
            typed => typed.parse().map_err(|_| Invalid(why.to_owned())),
        };
        match choice {
            "never" => Ok(Self::Never),
            "custom" => Self::of(number(days, say::NO_DAYS)?, number(hours, say::NO_HOURS)?, number(minutes, say::NO_MINUTES)?),
            preset => match preset.parse() {
                Ok(days) if days > 0 => Self::of(days, 0, 0),
                _ => Err(Invalid(say::NO_CHOICE.to_owned())),
            },
        }
    }

    /// How long a token from `created` to `expires_at` was given, rounded up to whole minutes and within what can be chosen.
    pub fn between(created: Timestamp, expires_at: Option<Timestamp>) -> Self {
        let longest = Self::LONGEST_DAYS * Self::MINUTES_A_DAY;
        match expires_at {
            None => Self::Never,
            Some(end) => {
                let minutes = end.since(created).as_micros().div_ceil(60_000_000);
                Self::Minutes(u32::try_from(minutes).unwrap_or(longest).clamp(1, longest))
            }
        }
    }

    /// For people: `90 days`, `1 day, 12 hours`, `never`.
    pub fn in_words(self) -> String {
        let Self::Minutes(minutes) = self else { return say::NEVER.to_owned() };
        say::in_words(minutes / 1440, minutes / 60 % 24, minutes % 60)
    }

    /// When a token created at `created` ends.
    pub fn ends(self, created: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Minutes(minutes) => Some(created.plus(Duration::from_secs(u64::from(minutes) * 60))),
            Self::Until(end) => Some(end),
            Self::Never => None,
        }
    }
}

impl FromStr for Lifetime {
    type Err = Invalid;

    /// Reads `never`, or numbers with `d`, `h`, `m`, as in `90d` or `1d12h`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text == "never" {
            return Ok(Self::Never);
        }
        let wrong = || Invalid(say::NO_LIFETIME.to_owned());
        let (mut parts, mut rest) = ([0; 3], text);
        for (part, unit) in parts.iter_mut().zip(['d', 'h', 'm']) {
            if let Some((number, after)) = rest.split_once(unit) {
                *part = number.parse().map_err(|_| wrong())?;
                rest = after;
            }
        }
        if !rest.is_empty() || text.is_empty() {
            return Err(wrong());
        }
        Self::of(parts[0], parts[1], parts[2])
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minutes(minutes) => write!(f, "{minutes}m"),
            Self::Until(end) => f.write_str(&end.iso()),
            Self::Never => f.write_str("never"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_command_line_takes() {
        for (text, minutes) in [("90d", 129_600), ("1d12h", 2160), ("30m", 30), ("1h1m", 61)] {
            assert_eq!(text.parse(), Ok(Lifetime::Minutes(minutes)));
        }
        assert_eq!("never".parse(), Ok(Lifetime::Never));
        for wrong in ["", "90", "0d", "d", "1m1h", "-1d", "3651d", "99999999999d", "1d 2h"] {
            assert!(wrong.parse::<Lifetime>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_set_end_is_neither_past_nor_too_far() {
        let now = Timestamp::from_micros(1_000_000_000);
        let after = |seconds| Lifetime::until(now.plus(Duration::from_secs(seconds)), now);
        assert_eq!(after(60), Ok(Lifetime::Until(now.plus(Duration::from_mins(1)))));
        assert!(after(3650 * 86_400).is_ok());
        assert!(after(59).is_err() && after(3650 * 86_400 + 1).is_err());
        assert!(Lifetime::until(now.minus(Duration::from_secs(1)), now).is_err());
    }

    #[test]
    fn is_found_again_between_two_dates() {
        let at = Timestamp::from_micros;
        for lifetime in [Lifetime::Minutes(1), Lifetime::Minutes(129_600), Lifetime::Minutes(5_256_000), Lifetime::Never] {
            assert_eq!(Lifetime::between(at(7), lifetime.ends(at(7))), lifetime);
        }
        assert_eq!(Lifetime::between(at(7), Some(at(60_000_008))), Lifetime::Minutes(2));
        assert_eq!(Lifetime::between(at(7), Some(at(7))), Lifetime::Minutes(1));
        assert_eq!(Lifetime::between(at(0), Some(at(i64::MAX))), Lifetime::Minutes(5_256_000));
    }

    #[test]
    fn is_said_in_words() {
        for (minutes, words) in [(129_600, "90 days"), (2160, "1 day, 12 hours"), (61, "1 hour, 1 minute"), (2, "2 minutes")] {
            assert_eq!(Lifetime::Minutes(minutes).in_words(), words);
        }
        assert_eq!(Lifetime::Never.in_words(), "never");
    }

    #[test]
    fn reads_what_the_form_sends() {
        assert_eq!(Lifetime::from_form("90", "", "", ""), Ok(Lifetime::Minutes(129_600)));
        assert_eq!(Lifetime::from_form("custom", "1", "", "5"), Ok(Lifetime::Minutes(1445)));
        assert_eq!(Lifetime::from_form("never", "", "", ""), Ok(Lifetime::Never));
        assert_eq!(Lifetime::from_form("45", "", "", ""), Ok(Lifetime::Minutes(64_800)));
        for (choice, days) in [("0", ""), ("3651", ""), ("-7", ""), ("", ""), ("custom", ""), ("custom", "x"), ("custom", "4294967295")] {
            assert!(Lifetime::from_form(choice, days, "", "").is_err(), "{choice} {days}");
        }
    }
}
