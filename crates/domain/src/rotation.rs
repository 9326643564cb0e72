//! Rotation: a token gets a new secret, and the old one goes on working for a while, so that nobody who uses it is cut off.

use core::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Hint, Invalid, Status, Timestamp, attention::Finding, texts::rotation as say};

/// How long the old secret is accepted beside the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// Not at all: for a secret that has leaked.
    Now,
    /// One hour.
    Hour,
    /// Six hours.
    SixHours,
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// Until the new secret is first accepted, seven days at the latest.
    FirstUse,
}

impl Overlap {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 6] = [Self::Hour, Self::SixHours, Self::Day, Self::Week, Self::FirstUse, Self::Now];
    /// Those that leave the old secret some time, as a token that rotates itself needs.
    pub const LASTING: [Self; 5] = [Self::Hour, Self::SixHours, Self::Day, Self::Week, Self::FirstUse];
    /// What is chosen when nobody chooses.
    pub const DEFAULT: Self = Self::Hour;
    /// The longest one.
    pub const LONGEST: Duration = Duration::from_hours(7 * 24);

    /// The word in forms, JSON, storage and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Hour => "1h",
            Self::SixHours => "6h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::FirstUse => "first_use",
        }
    }

    /// When the old secret ends, for people.
    pub const fn title(self) -> &'static str {
        say::overlap(self)
    }

    /// Until when the old secret is accepted, at the latest, when the new one comes at `now`. At that very microsecond it is refused.
    pub fn ends(self, now: Timestamp) -> Timestamp {
        now.plus(match self {
            Self::Now => Duration::ZERO,
            Self::Hour => Duration::from_hours(1),
            Self::SixHours => Duration::from_hours(6),
            Self::Day => Duration::from_hours(24),
            Self::Week | Self::FirstUse => Self::LONGEST,
        })
    }
}

impl FromStr for Overlap {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid(say::NO_OVERLAP.to_owned());
        Self::ALL.into_iter().find(|overlap| overlap.as_str() == text).ok_or_else(wrong)
    }
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A secret that a rotation has replaced and that is still accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldSecret {
    /// Masked.
    pub hint: Hint,
    /// Until when it is accepted at the latest.
    pub ends_at: Timestamp,
}

/// An overlap that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// The old secret, masked.
    pub old: Hint,
    /// The new secret, masked.
    pub new: Hint,
    /// When the new one was generated.
    pub since: Timestamp,
    /// From when on the old one is refused, at the latest.
    pub ends_at: Timestamp,
    /// Whether it ends earlier when the new one is first used.
    pub until_first_use: bool,
    /// Whether the new one has been used, a few seconds coarse.
    pub new_is_used: bool,
    /// Who used the old one since it was replaced, the latest first; [`Rotation::MOST_USERS`] at most.
    pub users: Vec<SecretUser>,
}

impl Rotation {
    /// Users of one secret that are remembered; of more, those who used it last.
    pub const MOST_USERS: u8 = 20;
}

/// Somebody who presented a secret, as the caller of Jeton was seen: for a token that a service verifies, the service, with what it says of the
/// address, or else its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretUser {
    /// The network address; empty when it is not known.
    pub address: String,
    /// What it calls itself; may be empty.
    pub user_agent: String,
    /// When it did so last.
    pub last_used_at: Timestamp,
    /// How often.
    pub times: u64,
}

/// Why something that was once good is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The secret was replaced by a rotation, and its overlap is over.
    Ended,
    /// The token is revoked.
    Revoked,
    /// The token is expired.
    Expired,
    /// The token is switched off.
    Disabled,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ended, Self::Revoked, Self::Expired, Self::Disabled];

    /// The word in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
        }
    }

    /// Why a token in this state is refused; none for one that is accepted.
    pub const fn of(status: Status) -> Option<Self> {
        match status {
            Status::Active => None,
            Status::Revoked => Some(Self::Revoked),
            Status::Expired => Some(Self::Expired),
            Status::Disabled => Some(Self::Disabled),
        }
    }
}

impl FromStr for Cause {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid(say::NO_CAUSE.to_owned());
        Self::ALL.into_iter().find(|dead| dead.as_str() == text).ok_or_else(wrong)
    }
}

/// How long it is told that something dead was presented.
const NEWS: Duration = Duration::from_hours(24 * Finding::PRESENTED_DAYS as u64);

/// That something of a token was presented although it is dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusals {
    /// Why it was refused.
    pub cause: Cause,
    /// How often, a few seconds coarse.
    pub times: u64,
    /// When last.
    pub last_at: Timestamp,
    /// Which secret it was last, masked.
    pub hint: Hint,
    /// From where last; see [`SecretUser::address`].
    pub address: String,
    /// By whom last; see [`SecretUser::user_agent`].
    pub user_agent: String,
}

/// That something of a token is presented although it is dead, as a row of the list tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presented {
    /// Why it is refused.
    pub cause: Cause,
    /// How often it was, a few seconds coarse.
    pub times: u64,
    /// When last.
    pub last_at: Timestamp,
}

impl Refusals {
    /// Whether to tell of it: it was lately, and what was refused then is refused now for the same reason, whatever the token is by now.
    pub fn is_news(&self, status: Status, now: Timestamp) -> bool {
        (self.cause == Cause::Ended || Cause::of(status) == Some(self.cause)) && now.since(self.last_at) < NEWS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_read_back_and_ends_when_it_says() {
        let ends: Vec<(&str, i64)> = Overlap::ALL
            .map(|overlap| {
                assert_eq!(overlap.as_str().parse(), Ok(overlap));
                (overlap.as_str(), overlap.ends(Timestamp::from_micros(5)).as_micros() - 5)
            })
            .to_vec();
        let hour = 3_600_000_000;
        assert_eq!(ends, [("1h", hour), ("6h", 6 * hour), ("24h", 24 * hour), ("7d", 168 * hour), ("first_use", 168 * hour), ("now", 0)]);
        for wrong in ["", "2h", "NOW", "1h ", "8d", "-1"] {
            assert!(wrong.parse::<Overlap>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_accepted_is_not_dead() {
        assert_eq!(Cause::of(Status::Active), None);
        for status in [Status::Revoked, Status::Expired, Status::Disabled] {
            let dead = Cause::of(status).unwrap();
            assert_eq!((dead.as_str(), dead.as_str().parse()), (status.as_str(), Ok(dead)));
        }
    }
}
