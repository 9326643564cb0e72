//! What was noted since it was last gathered: merged where it is noted, so that a use costs no message and no copy of what is known.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::atomic::Ordering,
};

use domain::{Cause, OrganizationId, PermissionSet, Purpose, Rotation, Timestamp, TokenId, UsageHistory};

use super::{FirstUse, Presenter, Refused, SecretUse};
use crate::{keys::Digest, store::tokens::Found};

/// Entries that wait in one place at most. Past that what is new is dropped: the next use of the same token says the same.
pub(super) const MOST: usize = 20_000;

/// How many of them may be users of replaced secrets. Of one secret no more wait than are kept in the end: programs call themselves what they like,
/// and services say what they like of addresses, so that one could take the room of all.
const MOST_STRAGGLERS: usize = MOST / 4;

/// What waits in one place.
#[derive(Default)]
pub(super) struct Noted {
    /// By token and day. Nobody outside chooses these, so a hasher will do that somebody who did could make slow.
    pub(super) tallies: HashMap<(TokenId, i64), Tally, foldhash::fast::RandomState>,
    pub(super) firsts: HashMap<Digest, FirstUse>,
    pub(super) stragglers: HashMap<Digest, Vec<SecretUse>>,
    /// How many there are in those.
    users: usize,
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
    /// The permissions it was accepted for.
    pub(super) permissions: PermissionSet,
    /// Whether it was accepted without one being named.
    pub(super) is_untold: bool,
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
        self.tallies.len() + self.firsts.len() + self.users + self.refusals.len()
    }

    /// Takes a use in.
    pub(super) fn accept(&mut self, found: &Found, at: Timestamp, purpose: Purpose, by: Presenter<'_>) {
        let (organization, token, digest) = (found.organization.id, found.token.id, found.secret.digest);
        self.tally(organization, token, at).accept(at, purpose, by);
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
        let has_room = self.users < MOST_STRAGGLERS;
        let known = match self.stragglers.entry(used.digest) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if !has_room => return,
            Entry::Vacant(place) => place.insert(Vec::new()),
        };
        if let Some(same) = known.iter_mut().find(|each| each.address == used.address && each.user_agent == used.user_agent) {
            same.add(&used);
        } else if known.len() >= usize::from(Rotation::MOST_USERS) {
            // Of more than are kept, the one who used it longest ago would be forgotten anyway.
            if let Some(oldest) = known.iter_mut().min_by_key(|each| each.last).filter(|oldest| oldest.last <= used.last) {
                *oldest = used;
            }
        } else if has_room {
            known.push(used);
            self.users += 1;
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
        self.tallies.entry((token, at.day())).or_insert_with(|| Tally::new(organization))
    }
}

impl Tally {
    fn new(organization: OrganizationId) -> Self {
        let (addresses, permissions) = (Vec::new(), PermissionSet::NONE);
        Self { organization, allowed: 0, refused: 0, latest: None, addresses, permissions, is_untold: false }
    }

    fn accept(&mut self, at: Timestamp, purpose: Purpose, by: Presenter<'_>) {
        let user_agent = by.caller.user_agent();
        self.allowed += 1;
        match purpose {
            Purpose::Permission(permission) => self.permissions = self.permissions.with(permission),
            Purpose::Untold => self.is_untold = true,
            Purpose::Itself => {}
        }
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
        Entry::Occupied(mut known) => known.get_mut().add(&used),
        Entry::Vacant(place) => {
            place.insert(used);
        }
    }
}

impl SecretUse {
    /// Adds what the same somebody did besides.
    fn add(&mut self, more: &Self) {
        self.times += more.times;
        self.last = self.last.max(more.last);
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
        Tally::new(OrganizationId::new(Timestamp::from_micros(0), [0; 10]))
    }

    fn from(last: u8, agent: &str) -> Caller {
        Caller::new("req".to_owned(), Some(IpAddr::from([10, 0, 0, last])), agent)
    }

    #[test]
    fn the_latest_use_stays_in_whatever_order_they_come() {
        let mut tally = tally();
        for (at, last, agent) in [(2, 1, "one"), (5, 2, "two"), (3, 3, "three")] {
            tally.accept(Timestamp::from_micros(at), Purpose::Itself, (&from(last, agent)).into());
        }
        let latest = tally.latest.unwrap();
        assert_eq!((tally.allowed, latest.at.as_micros(), latest.user_agent.as_str()), (3, 5, "two"));
        assert_eq!(latest.address, Some(IpAddr::from([10, 0, 0, 2])));
    }

    #[test]
    fn as_many_addresses_wait_as_are_kept_in_the_end_and_they_are_the_latest() {
        let mut tally = tally();
        for (at, last) in [(10, 1), (11, 2), (12, 3), (13, 4), (14, 5), (15, 6), (16, 2), (3, 9), (17, 7)] {
            tally.accept(Timestamp::from_micros(at), Purpose::Itself, (&from(last, "agent")).into());
        }
        let mut known: Vec<(i64, IpAddr)> = tally.addresses.iter().map(|(address, at)| (at.as_micros(), *address)).collect();
        known.sort_unstable();
        let expected = [(13, 4), (14, 5), (15, 6), (16, 2), (17, 7)].map(|(at, last): (i64, u8)| (at, IpAddr::from([10, 0, 0, last])));
        assert_eq!(known, expected);
        assert_eq!(tally.allowed, 9);
    }

    #[test]
    fn what_programs_are_called_takes_no_room_from_others() {
        let used = |secret: u8, agent: usize| {
            let organization = OrganizationId::new(Timestamp::from_micros(0), [0; 10]);
            let (token, last) = (TokenId::new(Timestamp::from_micros(0), [0; 10]), Timestamp::from_micros(agent.try_into().unwrap()));
            let (address, user_agent) = ("10.0.0.1".to_owned(), agent.to_string());
            SecretUse { digest: [secret; 32], organization, token, address, user_agent, last, times: 1 }
        };
        let most = usize::from(Rotation::MOST_USERS);
        let mut noted = Noted::default();
        for agent in 0..2 * MOST {
            noted.straggle(used(0, agent));
        }
        assert_eq!(noted.len(), most, "of one secret no more than are kept");
        noted.straggle(used(0, 2 * MOST - 1));
        noted.straggle(used(0, 0));
        let times = |noted: &Noted, secret: u8, agent: usize| {
            let all = noted.stragglers.get(&[secret; 32]);
            all.and_then(|all| all.iter().find(|each| each.user_agent == agent.to_string())).map(|each| each.times)
        };
        assert_eq!((times(&noted, 0, 2 * MOST - 1), times(&noted, 0, 0)), (Some(2), None), "the latest, who are counted");
        noted.straggle(used(1, 0));
        assert_eq!(times(&noted, 1, 0), Some(1), "another one has its room");
        // Where there is none left, those who are known are still counted.
        noted.users = MOST_STRAGGLERS;
        noted.straggle(used(2, 0));
        noted.straggle(used(1, 1));
        noted.straggle(used(1, 0));
        assert_eq!((times(&noted, 2, 0), times(&noted, 1, 1), times(&noted, 1, 0)), (None, None, Some(2)));
    }
}
