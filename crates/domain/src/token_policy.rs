//! What an organization asks of its tokens: how long they live, who generates them, what they are called. The default asks for nothing.
//!
//! A policy judges what is wanted: a new token, or a longer life of one that is there. It changes no token that exists; those that it would
//! not let through today are only said to be outside of it.

use core::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Invalid, Kind, Lifetime, PermissionSet, Role, Timestamp, Token, policy};

/// A day.
const DAY: Duration = Duration::from_hours(24);

/// What an organization asks of its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// The most days a token may live, counted from when it was generated; none for what Jeton takes at all.
    pub max_days: Option<u32>,
    /// The days chosen when nobody chooses; none for [`Lifetime::DEFAULT_DAYS`], or for the maximum where that is less.
    pub default_days: Option<u32>,
    /// Whether a token may have no end. Never true beside a maximum.
    pub may_never_expire: bool,
    /// Who may generate tokens of the organization.
    pub creators: Creators,
    /// After so many days without use a token is revoked; none for never.
    pub revoke_unused_days: Option<u32>,
    /// Whether two tokens in force may not share a label.
    pub unique_labels: bool,
}

/// Who may generate tokens of the organization.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Creators {
    /// Whoever has the permission for it.
    #[default]
    Permitted,
    /// Of those, who may do all that an admin may.
    Admins,
}

/// A value that cannot be taken: where it came from, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The name of the member or form field.
    pub field: &'static str,
    /// A sentence for people.
    pub why: Invalid,
}

/// What a form for a token offers, so that nobody chooses what would be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The numbers of days.
    pub days: Vec<u32>,
    /// The number of days that is chosen at first.
    pub chosen: u32,
    /// Whether to offer that it never expires.
    pub never: bool,
    /// The limit in a sentence; empty without one.
    pub limit: String,
}

/// What a policy would mean for the tokens that are there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// How many tokens in force would not be let through today.
    pub tokens: u64,
    /// How many of these were used in the last seven days.
    pub used: u64,
    /// Who generated these, by name, those with most of them first, and how many.
    pub creators: Vec<(String, u64)>,
    /// How many tokens have gone unused for as long as the policy allows.
    pub unused: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_days: None,
            default_days: None,
            may_never_expire: true,
            creators: Creators::Permitted,
            revoke_unused_days: None,
            unique_labels: false,
        }
    }
}

impl Creators {
    /// All choices, the widest first.
    pub const ALL: [Self; 2] = [Self::Permitted, Self::Admins];

    /// The word in storage, forms and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Admins => "admins",
        }
    }

    /// The words on the screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Permitted => "Everybody with the permission",
            Self::Admins => "Only owners and admins",
        }
    }

    /// Whether who holds these permissions is among them.
    pub fn include(self, held: impl Fn(PermissionSet) -> bool) -> bool {
        match self {
            Self::Permitted => true,
            Self::Admins => held(policy::grants(Role::Admin)),
        }
    }
}

impl fmt::Display for Creators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Creators {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|creators| creators.as_str() == text);
        found.ok_or_else(|| Invalid("Choose who may generate tokens: permitted or admins.".to_owned()))
    }
}

impl Policy {
    /// The most days that any setting takes.
    pub const LONGEST_DAYS: u32 = 3650;

    /// Checks that its parts go together; the first that does not is named.
    pub fn check(self) -> Result<Self, Refused> {
        let settings = [("max_days", self.max_days), ("default_days", self.default_days), ("revoke_unused_days", self.revoke_unused_days)];
        for (field, days) in settings {
            if days.is_some_and(|days| !(1..=Self::LONGEST_DAYS).contains(&days)) {
                return Err(Refused { field, why: Invalid(format!("Choose 1 to {} days, or none.", Self::LONGEST_DAYS)) });
            }
        }
        if self.max_days.is_some() && self.may_never_expire {
            let why = "With a maximum lifetime every token has an end; choose that tokens have to expire, or leave the maximum out.";
            return Err(Refused { field: "may_never_expire", why: Invalid(why.to_owned()) });
        }
        match (self.default_days, self.max_days) {
            (Some(default), Some(max)) if default > max => {
                let why = format!("The default cannot be longer than the maximum; choose {} at most.", days(max));
                Err(Refused { field: "default_days", why: Invalid(why) })
            }
            _ => Ok(self),
        }
    }

    /// Everything in it, in one line. Two policies are the same exactly when this is.
    pub fn fingerprint(&self) -> String {
        let days = |days: Option<u32>| days.map_or_else(|| "none".to_owned(), |days| days.to_string());
        let Self { max_days, default_days, may_never_expire, creators, revoke_unused_days, unique_labels } = self;
        format!("{}.{}.{may_never_expire}.{creators}.{}.{unique_labels}", days(*max_days), days(*default_days), days(*revoke_unused_days))
    }

    /// How many days a token lives when nobody chooses.
    pub fn usual_days(&self) -> u32 {
        self.default_days.unwrap_or_else(|| Lifetime::DEFAULT_DAYS.min(self.max_days.unwrap_or(u32::MAX)))
    }

    /// The same as a lifetime.
    pub fn usual_lifetime(&self) -> Lifetime {
        Lifetime::Minutes(self.usual_days() * 24 * 60)
    }

    /// Refuses an end that a token from `created` on may not be given: the reason names the limit, and what to choose.
    pub fn judge(&self, created: Timestamp, expires_at: Option<Timestamp>) -> Result<(), Invalid> {
        match (expires_at, self.max_days) {
            (None, _) if !self.may_never_expire => {
                Err(Invalid(format!("Tokens of this organization have to expire; choose {}.", self.at_most("an end"))))
            }
            (Some(end), Some(max)) if end > last_end(created, max) => Err(Invalid(format!(
                "A token of this organization may live {} from when it is generated; choose an end on {} at the latest.",
                days(max),
                last_end(created, max).human()
            ))),
            _ => Ok(()),
        }
    }

    /// What is outside of the policy about a token, in words; none when nothing is, and of a lifetime that nobody limits.
    pub fn breach(&self, token: &Token) -> Option<String> {
        self.judge(token.created_at, token.expires_at).err()?;
        Some(match (token.expires_at, self.max_days) {
            (Some(_), Some(max)) => format!("lives longer than {}", days(max)),
            _ => "never expires".to_owned(),
        })
    }

    /// The lifetime, or what comes nearest to it inside the policy.
    #[must_use]
    pub fn limit(&self, lifetime: Lifetime, now: Timestamp) -> Lifetime {
        if self.judge(now, lifetime.ends(now)).is_ok() {
            return lifetime;
        }
        match (lifetime, self.max_days) {
            (Lifetime::Never, _) | (_, None) => self.usual_lifetime(),
            (_, Some(max)) => Lifetime::Minutes(max * 24 * 60),
        }
    }

    /// Whether tokens of this kind may not share a label. What a person has of their own is nobody else's business.
    pub fn asks_for_unique_labels(&self, kind: Kind) -> bool {
        self.unique_labels && kind != Kind::User
    }

    /// What the form for a new token offers.
    pub fn offer(&self) -> Offer {
        let usual = self.usual_days();
        let fits = |days: &u32| self.max_days.is_none_or(|max| *days <= max);
        let mut offered: Vec<u32> = Lifetime::PRESETS.into_iter().filter(fits).chain([usual]).collect();
        offered.sort_unstable();
        offered.dedup();
        let limit = match self.max_days {
            Some(max) => format!("The organization's policy allows {} at most.", days(max)),
            None if !self.may_never_expire => "The organization's policy asks for an end.".to_owned(),
            None => String::new(),
        };
        Offer { days: offered, chosen: usual, never: self.may_never_expire, limit }
    }

    /// What the form that edits this token offers beside keeping its end: a life inside the policy, or a shorter one than it has.
    pub fn offer_for(&self, token: &Token, now: Timestamp) -> Offer {
        let fits = |end: Timestamp| token.expires_at.is_none_or(|now| end <= now) || self.judge(token.created_at, Some(end)).is_ok();
        let mut offer = self.offer();
        offer.days.retain(|days| fits(now.plus(DAY * *days)));
        offer.never = self.may_never_expire;
        if let Some(max) = self.max_days {
            offer.limit = format!(
                "The organization's policy allows {} from when it was generated, until {}; shorter is always possible.",
                days(max),
                last_end(token.created_at, max).human()
            );
        }
        offer
    }

    fn at_most(&self, otherwise: &str) -> String {
        self.max_days.map_or_else(|| otherwise.to_owned(), |max| format!("{} at most", days(max)))
    }
}

/// The end of the longest life of a token from `created` on.
fn last_end(created: Timestamp, max_days: u32) -> Timestamp {
    created.plus(DAY * max_days)
}

/// A number of days in words.
pub fn days(count: u32) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Description, Hint, Label, State, TokenId};

    fn strict() -> Policy {
        Policy { max_days: Some(30), may_never_expire: false, ..Policy::default() }
    }

    fn at(days: u64) -> Timestamp {
        Timestamp::from_micros(1_000_000_000).plus(DAY * u32::try_from(days).unwrap())
    }

    fn token(expires_at: Option<Timestamp>) -> Token {
        Token {
            id: TokenId::new(at(0), [0; 10]),
            owner: crate::Owner::Organization,
            label: Label::parse("ci").unwrap(),
            description: Description::parse("").unwrap(),
            hint: Hint::from_stored("jto_aaaa…bbbb".to_owned()),
            role: Some(Role::Viewer.into()),
            permissions: PermissionSet::NONE,
            created_at: at(0),
            created_by: "Ada".to_owned(),
            created_by_left: false,
            expires_at,
            last_used_at: None,
            state: State::Active,
        }
    }

    #[test]
    fn the_default_lets_everything_through_and_offers_what_there_is() {
        let open = Policy::default().check().unwrap();
        for end in [None, Some(at(1)), Some(at(3650))] {
            assert_eq!((open.judge(at(0), end), open.breach(&token(end))), (Ok(()), None));
        }
        let offer = Offer { days: Lifetime::PRESETS.to_vec(), chosen: Lifetime::DEFAULT_DAYS, never: true, limit: String::new() };
        assert_eq!((open.offer(), open.offer_for(&token(Some(at(1))), at(0))), (offer.clone(), offer));
        assert!(open.creators.include(|_| false) && !open.asks_for_unique_labels(Kind::Organization));
        assert_eq!(open.limit(Lifetime::Never, at(0)), Lifetime::Never);
    }

    #[test]
    fn what_does_not_go_together_names_its_field() {
        let field = |policy: Policy| policy.check().unwrap_err().field;
        for wrong in [0, 3651, u32::MAX] {
            assert_eq!(field(Policy { max_days: Some(wrong), ..strict() }), "max_days");
            assert_eq!(field(Policy { default_days: Some(wrong), ..strict() }), "default_days");
            assert_eq!(field(Policy { revoke_unused_days: Some(wrong), ..strict() }), "revoke_unused_days");
        }
        assert_eq!(field(Policy { may_never_expire: true, ..strict() }), "may_never_expire");
        assert_eq!(field(Policy { default_days: Some(31), ..strict() }), "default_days");
        assert!(Policy { default_days: Some(30), ..strict() }.check().is_ok());
    }

    #[test]
    fn a_life_ends_at_the_latest_at_the_very_microsecond() {
        let micro = Duration::from_micros(1);
        assert_eq!(strict().judge(at(0), Some(at(30))), Ok(()));
        assert!(strict().judge(at(0), Some(at(30).plus(micro))).unwrap_err().0.contains("30 days"));
        assert!(strict().judge(at(0), None).unwrap_err().0.contains("30 days at most"));
        assert!(Policy { max_days: None, ..strict() }.judge(at(0), None).unwrap_err().0.contains("choose an end"));
        assert_eq!(strict().breach(&token(Some(at(30)))), None);
        assert_eq!(strict().breach(&token(Some(at(31)))).as_deref(), Some("lives longer than 30 days"));
        assert_eq!(strict().breach(&token(None)).as_deref(), Some("never expires"));
    }

    #[test]
    fn what_is_outside_is_not_offered() {
        let offer = strict().offer();
        assert_eq!((offer.days, offer.chosen, offer.never), (vec![7, 30], 30, false));
        let offer = Policy { default_days: Some(45), ..Policy::default() }.offer();
        assert_eq!((offer.days, offer.chosen), (vec![7, 30, 45, 60, 90], 45));
        assert_eq!(Policy { max_days: Some(3), ..strict() }.offer().days, [3]);
    }

    #[test]
    fn a_longer_life_is_offered_inside_the_policy_and_a_shorter_one_always() {
        assert_eq!(strict().offer_for(&token(Some(at(30))), at(20)).days, [7]);
        assert_eq!(strict().offer_for(&token(Some(at(30))), at(29)).days, [0_u32; 0]);
        assert_eq!(strict().offer_for(&token(Some(at(300))), at(200)).days, [7, 30], "shorter than it was");
        assert_eq!(strict().offer_for(&token(None), at(200)).days, [7, 30]);
        assert!(!strict().offer_for(&token(None), at(200)).never);
    }

    #[test]
    fn a_replacement_gets_what_comes_nearest() {
        let limited = |lifetime| strict().limit(lifetime, at(0));
        assert_eq!(limited(Lifetime::Never), Lifetime::Minutes(30 * 1440));
        assert_eq!(limited(Lifetime::Minutes(60 * 1440)), Lifetime::Minutes(30 * 1440));
        assert_eq!(limited(Lifetime::Minutes(5)), Lifetime::Minutes(5));
        let must_end = Policy { max_days: None, ..strict() };
        assert_eq!(must_end.limit(Lifetime::Never, at(0)), Lifetime::Minutes(90 * 1440));
    }

    #[test]
    fn every_part_is_in_the_fingerprint() {
        let base = strict();
        let others = [
            Policy { max_days: Some(31), ..base },
            Policy { default_days: Some(30), ..base },
            Policy { may_never_expire: true, ..base },
            Policy { creators: Creators::Admins, ..base },
            Policy { revoke_unused_days: Some(30), ..base },
            Policy { unique_labels: true, ..base },
        ];
        for other in others {
            assert_ne!(other.fingerprint(), base.fingerprint());
        }
    }

    #[test]
    fn admins_are_who_may_do_all_that_an_admin_may() {
        let held = |role| move |asked| policy::grants(role).covers(asked);
        assert!(Creators::Admins.include(held(Role::Owner)) && Creators::Admins.include(held(Role::Admin)));
        assert!(!Creators::Admins.include(held(Role::Developer)));
        for creators in Creators::ALL {
            assert_eq!(creators.as_str().parse(), Ok(creators));
        }
        assert!("Admins".parse::<Creators>().is_err());
    }
}
