//! How much a token is used: by day, and from where.

use serde::{Deserialize, Serialize};

use crate::{Permission, PermissionSet, Timestamp, texts::usage as say};

/// What a use of a token was for, as far as Jeton is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// This permission, which was named.
    Permission(Permission),
    /// Something that every token may do and that tells nobody what it may do besides: to end itself.
    Itself,
    /// Somebody asked about the token and named no permission: they decide by themselves, and may have made use of any.
    Untold,
}

/// Between which days a token was used for a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermissionUse {
    /// Which; none where none was named.
    pub permission: Option<Permission>,
    /// The number of the first day, since 1970 in UTC; after a change of what the token may do, that of the change.
    pub first_day: i64,
    /// That of the last day.
    pub last_day: i64,
}

/// How often a token was presented on one day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageDay {
    /// When the day begins.
    pub day: Timestamp,
    /// How often it was accepted.
    pub allowed: u64,
    /// How often it was refused because it, or the secret that was presented, is dead, or for its limits.
    pub refused: u64,
}

/// Where a token was accepted from, as the caller of Jeton was seen: for a token that a service verifies, what it says
/// of the address, or else its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenAddress {
    /// The network address.
    pub address: String,
    /// When last.
    pub last_seen_at: Timestamp,
}

/// What is known about the use of a token lately, a few seconds coarse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageHistory {
    /// The latest [`UsageHistory::DAYS`] days, without a gap, the first one first.
    pub days: Vec<UsageDay>,
    /// The latest [`UsageHistory::MOST_ADDRESSES`] distinct addresses, the last one first.
    pub addresses: Vec<SeenAddress>,
    /// What the program that used it last calls itself; may be empty, and is none when nobody has.
    pub user_agent: Option<String>,
    /// The permissions it was used for in [`UsageHistory::JUDGED_DAYS`] days, as far as they were named.
    pub permissions: PermissionSet,
    /// Whether it was also used for something that was not named.
    pub is_untold: bool,
    /// What it may do and was not used for so long, as the last daily look has found; none while that cannot be said.
    pub excess: PermissionSet,
}

impl UsageHistory {
    /// Days that are shown.
    pub const DAYS: i64 = 30;
    /// Days that are kept.
    pub const KEPT_DAYS: i64 = 90;
    /// So long nothing may have been used for a permission before it is said to be unused: longer than any quarter.
    pub const JUDGED_DAYS: i64 = 100;
    /// Distinct addresses of one token that are kept.
    pub const MOST_ADDRESSES: u8 = 5;

    /// What of `held` a token was not used for in [`Self::JUDGED_DAYS`] days up to `today`. None while that cannot be said: when it is not known
    /// for so long what it was used for, when a use named no permission, and when there was no use. Never what guards Jeton itself: that is also
    /// asked for without being named, and nobody rotates, generates or hands on more than they hold, so of a token that does such things nothing is said.
    pub fn excess(held: PermissionSet, uses: &[PermissionUse], today: i64) -> PermissionSet {
        let since = today - Self::JUDGED_DAYS;
        let is_known = uses.iter().any(|each| each.first_day <= since);
        let mut lately = uses.iter().filter(|each| each.last_day > since).map(|each| each.permission).peekable();
        if !is_known || lately.peek().is_none() {
            return PermissionSet::NONE;
        }
        // Without a name it may have been any.
        let named: Option<PermissionSet> = lately.collect();
        named.filter(|named| !named.administers()).map_or(PermissionSet::NONE, |named| held.without(named).beside_guards())
    }

    /// The latest days up to the one of `now`, those without a use too, out of the days that are known.
    pub fn latest(known: &[UsageDay], now: Timestamp) -> Vec<UsageDay> {
        let today = now.day();
        (today - Self::DAYS + 1..=today)
            .map(|number| {
                let of_it = known.iter().find(|known| known.day.day() == number);
                of_it.copied().unwrap_or(UsageDay { day: Timestamp::of_day_number(number), allowed: 0, refused: 0 })
            })
            .collect()
    }

    /// How often it was accepted in these days.
    pub fn allowed(&self) -> u64 {
        self.days.iter().map(|day| day.allowed).sum()
    }

    /// How often it was refused in these days.
    pub fn refused(&self) -> u64 {
        self.days.iter().map(|day| day.refused).sum()
    }

    /// The whole in a sentence, as in `1,204 uses in 30 days, and 3 more tries were refused.`
    pub fn summary(&self, ever: bool) -> String {
        say::summary(self.allowed(), self.refused(), Self::DAYS, ever)
    }
}

/// Writes a number with a comma before every three digits, as in `1,204`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_338_300_000_000);

    fn history(known: &[UsageDay]) -> UsageHistory {
        UsageHistory {
            days: UsageHistory::latest(known, NOW),
            addresses: Vec::new(),
            user_agent: None,
            permissions: PermissionSet::NONE,
            is_untold: false,
            excess: PermissionSet::NONE,
        }
    }

    fn day(ago: u64, allowed: u64, refused: u64) -> UsageDay {
        let day = Timestamp::of_day_number(NOW.minus(Duration::from_hours(24 * ago)).day());
        UsageDay { day, allowed, refused }
    }

    #[test]
    fn thirty_days_end_today_and_have_no_gap() {
        let days = history(&[day(30, 7, 7), day(29, 1, 0), day(0, 5, 2)]).days;
        assert_eq!(days.len(), 30);
        assert_eq!((days[0], days[28], days[29]), (day(29, 1, 0), day(1, 0, 0), day(0, 5, 2)));
        assert_eq!(days[29].day.iso(), "2026-11-22T00:00:00.000Z");
        // Also where there are not so many days yet.
        assert_eq!(UsageHistory::latest(&[], Timestamp::from_micros(0)).len(), 30);
    }

    #[test]
    fn what_was_not_used_is_said_when_it_is_known_for_long_enough() {
        const TODAY: i64 = 20_000;
        let held: PermissionSet = "cluster:read cluster:update billing:read api_key:read token:verify".parse().unwrap();
        let uses = |uses: &[(&str, i64, i64)]| -> Vec<PermissionUse> {
            let read = |&(name, first, last): &(&str, i64, i64)| PermissionUse {
                permission: (!name.is_empty()).then(|| name.parse().unwrap()),
                first_day: TODAY - first,
                last_day: TODAY - last,
            };
            uses.iter().map(read).collect()
        };
        for (known, excess) in [
            (&[][..], ""),
            (&[("cluster:read", 99, 0)], ""),
            (&[("cluster:read", 100, 0)], "billing:read cluster:update"),
            (&[("cluster:read", 100, 99)], "billing:read cluster:update"),
            // Nobody has used it, which is another matter.
            (&[("cluster:read", 200, 100)], ""),
            // What was used long ago is not used.
            (&[("cluster:read", 200, 0), ("billing:read", 200, 100)], "billing:read cluster:update"),
            (&[("cluster:read", 200, 0), ("billing:read", 3, 3)], "cluster:update"),
            (&[("cluster:read", 100, 0), ("billing:read", 3, 3), ("cluster:update", 1, 1)], ""),
            // Who names none may have used any.
            (&[("cluster:read", 100, 0), ("", 99, 99)], ""),
            (&[("cluster:read", 100, 0), ("", 200, 100)], "billing:read cluster:update"),
            // What it no longer holds is not missing.
            (&[("agent:read", 100, 0)], "billing:read cluster:read cluster:update"),
            // Who rotates what belongs to others has to hold all of it.
            (&[("cluster:read", 100, 0), ("api_key:update", 2, 1)], ""),
            (&[("cluster:read", 100, 0), ("api_key:read", 2, 1)], "billing:read cluster:update"),
        ] {
            assert_eq!(UsageHistory::excess(held, &uses(known), TODAY).stored(), excess, "{known:?}");
        }
    }

    #[test]
    fn the_sentence_counts_both() {
        for (allowed, refused, sentence) in [
            (0, 0, "Not used in 30 days."),
            (0, 3, "Not used in 30 days, and 3 tries were refused."),
            (1, 0, "1 use in 30 days."),
            (1_204, 3, "1,204 uses in 30 days, and 3 more tries were refused."),
            (1_234_567, 1_000, "1,234,567 uses in 30 days, and 1,000 more tries were refused."),
        ] {
            assert_eq!(history(&[day(29, allowed, 0), day(3, 0, refused)]).summary(true), sentence);
        }
        assert_eq!(history(&[day(3, 0, 2)]).summary(false), "Never used, and 2 tries were refused.");
    }

    #[test]
    fn numbers_are_grouped_by_three_digits() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (123_456, "123,456")] {
            assert_eq!(grouped(number), text);
        }
    }
}
