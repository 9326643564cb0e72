//! What was noted since it was last gathered: merged where it is noted, so that a use costs no message and no copy of what is known.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::atomic::Ordering,
};

use domain::{Cause, OrganizationId, Timestamp, TokenId, UsageHistory};

use super::{FirstUse, Presenter, Refused, SecretUse};
use crate::{keys::Digest, store::tokens::Found};

/// Entries that wait in one place at most. Past that what is new is dropped: the next use of the same token says the same.
pub(super) const MOST: usize = 20_000;

/// How many of them may be users of replaced secrets. Programs call themselves what they like, so that one secret could take all the room; in the
/// end the latest twenty users of each are kept.
const MOST_STRAGGLERS: usize = MOST / 4;

/// What waits in one place.
#[derive(Default)]
pub(super) struct Noted {
    pub(super) tallies: HashMap<(TokenId, i64), Tally>,
    pub(super) firsts: HashMap<Digest, FirstUse>,
    pub(super) stragglers: HashMap<User, SecretUse>,
    pub(super) refusals: HashMap<(TokenId, Cause), Refused>,
}

/// What a token was used for on one day.
pub(super) struct Tally {
    pub(super) organization: OrganizationId,
    pub(super) allowed: i64,
    pub(super) refused: i64,
    /// The latest of what was accepted.
    pub(super) latest: Option<Latest>,
    /// The latest addresses of what was accepted, as many as are kept in the end.
    pub(super) addresses: Vec<(IpAddr, Timestamp)>,
}

/// A use.
pub(super) struct Latest {
    pub(super) at: Timestamp,
    pub(super) address: Option<IpAddr>,
    pub(super) user_agent: String,
}

impl Noted {
    /// How many entries wait.
    pub(super) fn len(&self) -> usize {
        self.tallies.len() + self.firsts.len() + self.stragglers.len() + self.refusals.len()
    }

    /// Takes a use in.
    pub(super) fn accept(&mut self, found: &Found, at: Timestamp, by: Presenter<'_>) {
        let (organization, token, digest) = (found.organization.id, found.token.id, found.secret.digest);
        self.tally(organization, token, at).accept(at, by);
        if !found.secret.is_used.load(Ordering::Relaxed) {
            self.firsts.entry(digest).or_insert_with(|| FirstUse {
                digest,
                organization,
                token,
                label: found.token.label.clone(),
                at,
                caller: by.caller.clone(),
            });
        }
        if found.secret.is_replaced() {
            let (address, user_agent) = (by.address(), by.caller.user_agent().to_owned());
            let used = SecretUse { digest, organization, token, address, user_agent, last: at, times: 1 };
            self.straggle(used);
        }
    }

    /// Takes in who uses a replaced secret. Where there is no room for another one, those who are known are still counted.
    fn straggle(&mut self, used: SecretUse) {
        let has_room = self.stragglers.len() < MOST_STRAGGLERS;
        match self.stragglers.entry((used.digest, used.address.clone(), used.user_agent.clone())) {
            Entry::Vacant(_) if !has_room => {}
            entry => merge_straggler(entry, used),
        }
    }

    /// Takes in that something dead was presented.
    pub(super) fn refuse(&mut self, refused: Refused) {
        self.limit(refused.organization, refused.token, refused.last);
        merge_refusal(&mut self.refusals, refused);
    }

    /// Takes in that something good was presented from where, or more often than, it may be used.
    pub(super) fn limit(&mut self, organization: OrganizationId, token: TokenId, at: Timestamp) {
        self.tally(organization, token, at).refused += 1;
    }

    fn tally(&mut self, organization: OrganizationId, token: TokenId, at: Timestamp) -> &mut Tally {
        let tally = || Tally { organization, allowed: 0, refused: 0, latest: None, addresses: Vec::new() };
        self.tallies.entry((token, at.day())).or_insert_with(tally)
    }
}

impl Tally {
    fn accept(&mut self, at: Timestamp, by: Presenter<'_>) {
        let user_agent = by.caller.user_agent();
        self.allowed += 1;
        match &mut self.latest {
            // In the same microsecond the one that is here is as good as the other.
            Some(latest) if latest.at >= at => {}
            Some(latest) => {
                (latest.at, latest.address) = (at, by.address);
                if latest.user_agent != user_agent {
                    user_agent.clone_into(&mut latest.user_agent);
                }
            }
            None => self.latest = Some(Latest { at, address: by.address, user_agent: user_agent.to_owned() }),
        }
        let Some(address) = by.address else { return };
        if let Some((_, last)) = self.addresses.iter_mut().find(|(known, _)| *known == address) {
            *last = at.max(*last);
            return;
        }
        if self.addresses.len() >= usize::from(UsageHistory::MOST_ADDRESSES) {
            // Of more than are kept, the one that was not seen for longest would be forgotten anyway.
            let oldest = self.addresses.iter().enumerate().min_by_key(|(_, (_, last))| *last).map_or(0, |(place, _)| place);
            if self.addresses[oldest].1 > at {
                return;
            }
            self.addresses.swap_remove(oldest);
        }
        self.addresses.push((address, at));
    }
}

/// Whom a use of a replaced secret is counted for.
pub(super) type User = (Digest, String, String);

/// Adds to how often somebody used a replaced secret.
pub(super) fn merge_straggler(known: Entry<'_, User, SecretUse>, used: SecretUse) {
    match known {
        Entry::Occupied(mut known) => {
            let known = known.get_mut();
            known.times += used.times;
            known.last = known.last.max(used.last);
        }
        Entry::Vacant(place) => {
            place.insert(used);
        }
    }
}

/// Adds to how often something dead was presented; what was last says from where.
pub(super) fn merge_refusal(all: &mut HashMap<(TokenId, Cause), Refused>, refused: Refused) {
    match all.entry((refused.token, refused.cause)) {
        Entry::Occupied(mut known) => {
            let known = known.get_mut();
            let times = known.times + refused.times;
            if refused.last >= known.last {
                *known = refused;
            }
            known.times = times;
        }
        Entry::Vacant(place) => {
            place.insert(refused);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Caller;

    fn tally() -> Tally {
        let organization = OrganizationId::new(Timestamp::from_micros(0), [0; 10]);
        Tally { organization, allowed: 0, refused: 0, latest: None, addresses: Vec::new() }
    }

    fn from(last: u8, agent: &str) -> Caller {
        Caller::new("req".to_owned(), Some(IpAddr::from([10, 0, 0, last])), agent)
    }

    #[test]
    fn the_latest_use_stays_in_whatever_order_they_come() {
        let mut tally = tally();
        for (at, last, agent) in [(2, 1, "one"), (5, 2, "two"), (3, 3, "three")] {
            tally.accept(Timestamp::from_micros(at), (&from(last, agent)).into());
        }
        let latest = tally.latest.unwrap();
        assert_eq!((tally.allowed, latest.at.as_micros(), latest.user_agent.as_str()), (3, 5, "two"));
        assert_eq!(latest.address, Some(IpAddr::from([10, 0, 0, 2])));
    }

    #[test]
    fn as_many_addresses_wait_as_are_kept_in_the_end_and_they_are_the_latest() {
        let mut tally = tally();
        for (at, last) in [(10, 1), (11, 2), (12, 3), (13, 4), (14, 5), (15, 6), (16, 2), (3, 9), (17, 7)] {
            tally.accept(Timestamp::from_micros(at), (&from(last, "agent")).into());
        }
        let mut known: Vec<(i64, IpAddr)> = tally.addresses.iter().map(|(address, at)| (at.as_micros(), *address)).collect();
        known.sort_unstable();
        let expected = [(13, 4), (14, 5), (15, 6), (16, 2), (17, 7)].map(|(at, last): (i64, u8)| (at, IpAddr::from([10, 0, 0, last])));
        assert_eq!(known, expected);
        assert_eq!(tally.allowed, 9);
    }

    #[test]
    fn what_programs_are_called_takes_no_room_from_others() {
        let used = |agent: usize| {
            let organization = OrganizationId::new(Timestamp::from_micros(0), [0; 10]);
            let (token, last) = (TokenId::new(Timestamp::from_micros(0), [0; 10]), Timestamp::from_micros(1));
            let (address, user_agent) = ("10.0.0.1".to_owned(), agent.to_string());
            SecretUse { digest: [0; 32], organization, token, address, user_agent, last, times: 1 }
        };
        let mut noted = Noted::default();
        for agent in 0..2 * MOST {
            noted.straggle(used(agent));
        }
        assert_eq!(noted.len(), MOST_STRAGGLERS);
        noted.straggle(used(0));
        noted.straggle(used(MOST));
        let times = |agent: usize| noted.stragglers.get(&([0; 32], "10.0.0.1".to_owned(), agent.to_string())).map(|used| used.times);
        assert_eq!((times(0), times(MOST)), (Some(2), None), "who is known is still counted");
    }
}
