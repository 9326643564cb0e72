//! From where a token may be used: ranges of network addresses.

use core::{fmt, net::IpAddr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{Invalid, texts::network as say};

/// Ranges of network addresses (CIDR), IPv4 and IPv6, in one order. Without any, nobody is kept out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Networks(Vec<IpNet>);

/// Why a token is refused where it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Outside {
    /// The address is in none of its networks.
    #[error("{}", say::NOT_FROM_HERE)]
    NotAllowed,
    /// Nobody said from where it was presented, and it may not be used from everywhere.
    #[error("{}", say::FROM_AN_UNKNOWN_ADDRESS)]
    Unknown,
}

impl Networks {
    /// The most ranges that one token may have.
    pub const MOST: usize = 50;

    /// Reads ranges with line breaks, spaces or commas between; an address alone is a range of one. Of two that are the same one stays.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        Self::new(typed.split([',', ';']).flat_map(str::split_whitespace))
    }

    /// Reads ranges that are apart already.
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, Invalid> {
        let read = entries.into_iter().enumerate().map(|(place, entry)| network(entry.trim(), place));
        let mut networks = read.collect::<Result<Vec<_>, _>>()?;
        networks.sort_unstable();
        networks.dedup();
        if networks.len() > Self::MOST {
            return Err(Invalid(say::too_many(Self::MOST, networks.len())));
        }
        Ok(Self(networks))
    }

    /// Whether nobody is kept out.
    pub fn are_everywhere(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges.
    pub fn as_slice(&self) -> &[IpNet] {
        &self.0
    }

    /// Refuses an address outside of them; without an address, whatever is not everywhere.
    pub fn admit(&self, address: Option<IpAddr>) -> Result<(), Outside> {
        if self.are_everywhere() {
            return Ok(());
        }
        // An IPv4 address may come as the IPv6 address that stands for it.
        let address = address.ok_or(Outside::Unknown)?.to_canonical();
        if self.0.iter().any(|network| network.contains(&address)) { Ok(()) } else { Err(Outside::NotAllowed) }
    }

    /// Whether every address in these is in the others too.
    pub fn are_within(&self, others: &Self) -> bool {
        if others.are_everywhere() {
            return true;
        }
        // Two neighbours make a whole that neither of them is.
        let whole = IpNet::aggregate(&others.0);
        !self.are_everywhere() && self.0.iter().all(|network| whole.iter().any(|other| other.contains(network)))
    }

    /// Each as it is written.
    pub fn words(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// What came, as in `+10.0.0.0/8`, and what went, as in `-192.0.2.0/24`.
    pub fn changes(&self, after: &Self) -> Vec<String> {
        let only = |these: &Self, those: &Self, sign: char| {
            these.0.iter().filter(|network| !those.0.contains(network)).map(|network| format!("{sign}{network}")).collect::<Vec<_>>()
        };
        [only(after, self, '+'), only(self, after, '-')].concat()
    }
}

/// One range. It has to be written as it is meant: 10.0.0.7/8 is as likely one machine as all of its network.
fn network(entry: &str, place: usize) -> Result<IpNet, Invalid> {
    let digits = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':' | '/');
    // What looks like no address is not repeated: it may be a secret in the wrong field.
    let named = if (1..=50).contains(&entry.len()) && entry.chars().all(digits) { entry.to_owned() } else { say::entry(place + 1) };
    let wrong = || Invalid(say::no_network(&named));
    // The standard library reads the address: what other readers take for octal, as in 010.0.0.0, it refuses.
    let (address, prefix) = entry.split_once('/').map_or((entry, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let network = match prefix {
        None => IpNet::from(address),
        Some(prefix) => {
            let prefix = prefix.parse().ok().filter(|_| prefix.bytes().all(|byte| byte.is_ascii_digit())).ok_or_else(wrong)?;
            IpNet::new(address, prefix).map_err(|_| wrong())?
        }
    };
    if network.addr() != network.network() {
        let (network, address) = (canonical(network.trunc()), network.addr().to_canonical());
        return Err(Invalid(say::has_more_bits(&named, network, address)));
    }
    Ok(canonical(network))
}

/// A range of IPv6 addresses that stand for IPv4 addresses is the range of those.
fn canonical(network: IpNet) -> IpNet {
    match (network.network().to_canonical(), network.prefix_len().checked_sub(96)) {
        (address @ IpAddr::V4(_), Some(prefix)) if matches!(network, IpNet::V6(_)) => IpNet::new(address, prefix).unwrap_or(network),
        _ => network,
    }
}

impl fmt::Display for Networks {
    /// With commas between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(", "))
    }
}

impl TryFrom<Vec<String>> for Networks {
    type Error = Invalid;

    fn try_from(entries: Vec<String>) -> Result<Self, Invalid> {
        Self::new(entries.iter().map(String::as_str))
    }
}

impl From<Networks> for Vec<String> {
    fn from(networks: Networks) -> Self {
        networks.words()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(typed: &str) -> Networks {
        Networks::parse(typed).unwrap()
    }

    #[test]
    fn what_people_type_is_read_and_written_in_one_way() {
        for (typed, written) in [
            ("", ""),
            (" \r\n , ", ""),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("2001:DB8::1", "2001:db8::1/128"),
            ("2001:db8::/32\r\n10.0.0.0/8,\n\n192.0.2.0/24", "10.0.0.0/8, 192.0.2.0/24, 2001:db8::/32"),
            ("10.0.0.0/8 10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.0/8; 10.1.0.0/16", "10.0.0.0/8, 10.1.0.0/16"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ] {
            assert_eq!(networks(typed).to_string(), written, "{typed:?}");
        }
        let read: Networks = serde_json::from_str("[\"10.0.0.0/8\"]").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "[\"10.0.0.0/8\"]");
        assert!(serde_json::from_str::<Networks>("[\"10.0.0.1/8\"]").is_err());
    }

    #[test]
    fn what_is_wrong_is_named_with_what_to_write_instead() {
        let beyond = "10.0.0.7/8 has bits beyond its prefix; write 10.0.0.0/8 for the network or 10.0.0.7 for one address.";
        let no_network = |named: &str| format!("{named} is no network; write 10.0.0.0/8, 2001:db8::/32 or a single address.");
        for (typed, why) in [
            ("192.0.2.0/24\n10.0.0.7/8", beyond.to_owned()),
            (
                "::ffff:10.0.0.7/104",
                "::ffff:10.0.0.7/104 has bits beyond its prefix; write 10.0.0.0/8 for the network or 10.0.0.7 for one address.".to_owned(),
            ),
            (
                "2001:db8::1/32",
                "2001:db8::1/32 has bits beyond its prefix; write 2001:db8::/32 for the network or 2001:db8::1 for one address.".to_owned(),
            ),
            ("10.0.0.0/33", no_network("10.0.0.0/33")),
            ("10.0.0.0/", no_network("10.0.0.0/")),
            ("10.0.0.0/+8", no_network("Entry 1")),
            ("10.0.0.0/8/8", no_network("10.0.0.0/8/8")),
            ("10.0.0", no_network("10.0.0")),
            ("010.0.0.0/8", no_network("010.0.0.0/8")),
            ("192.0.2.1, office", no_network("Entry 2")),
            ("fe80::1%eth0", no_network("Entry 1")),
            ("jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz", no_network("Entry 1")),
        ] {
            assert_eq!(Networks::parse(typed).unwrap_err().0, why, "{typed}");
        }
        let many = |count: u32| (0..count).map(|number| format!("10.0.{number}.0/24")).collect::<Vec<_>>().join("\n");
        assert_eq!(networks(&many(50)).as_slice().len(), 50);
        assert_eq!(Networks::parse(&many(51)).unwrap_err().0, "A token may have 50 allowed networks; these are 51.");
    }

    #[test]
    fn an_address_is_inside_or_outside() {
        let some = networks("10.0.0.0/8 2001:db8::/32 192.0.2.7");
        for (address, inside) in [
            ("10.0.0.0", true),
            ("10.255.255.255", true),
            ("11.0.0.0", false),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("::ffff:10.1.2.3", true),
            ("::ffff:11.1.2.3", false),
            ("::10.1.2.3", false),
        ] {
            let expected = if inside { Ok(()) } else { Err(Outside::NotAllowed) };
            assert_eq!(some.admit(address.parse().ok()), expected, "{address}");
        }
        assert_eq!(some.admit(None), Err(Outside::Unknown));
        assert_eq!(networks("::/0").admit("10.0.0.1".parse().ok()), Err(Outside::NotAllowed), "all of IPv6 is none of IPv4");
        for address in [None, "10.0.0.1".parse().ok(), "::1".parse().ok()] {
            assert_eq!(Networks::default().admit(address), Ok(()));
        }
    }

    #[test]
    fn one_list_is_within_another() {
        for (some, others, within) in [
            ("", "", true),
            ("10.0.0.0/8", "", true),
            ("", "10.0.0.0/8", false),
            ("", "0.0.0.0/0 ::/0", false),
            ("10.1.0.0/16 10.2.0.0/16", "10.0.0.0/8", true),
            ("10.0.0.0/8", "10.1.0.0/16", false),
            ("10.0.0.0/8", "10.0.0.0/9 10.128.0.0/9", true),
            ("10.0.0.0/8 192.0.2.0/24", "10.0.0.0/8", false),
            ("2001:db8:1::/48", "10.0.0.0/8 2001:db8::/32", true),
        ] {
            assert_eq!(networks(some).are_within(&networks(others)), within, "{some:?} in {others:?}");
        }
    }

    #[test]
    fn what_came_and_went_is_told() {
        let (before, after) = (networks("10.0.0.0/8 192.0.2.0/24"), networks("10.0.0.0/8 2001:db8::/32"));
        assert_eq!(before.changes(&after), ["+2001:db8::/32", "-192.0.2.0/24"]);
        assert!(before.changes(&before).is_empty());
    }
}
