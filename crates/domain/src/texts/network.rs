//! From where a token may be used.

use core::net::IpAddr;

use ipnet::IpNet;

pub const NOT_FROM_HERE: &str =
    "This token may not be used from this network address. Use it from one of its allowed networks, or let somebody change those.";
pub const FROM_AN_UNKNOWN_ADDRESS: &str =
    "This token may be used from some networks only, and its user's network address is not known here.";

pub fn too_many(most: usize, given: usize) -> String {
    format!("A token may have {most} allowed networks; these are {given}.")
}

/// What the entry at a place, from 1, is called where it is not repeated.
pub fn entry(place: usize) -> String {
    format!("Entry {place}")
}

/// `entry` is what was typed, or [`entry`].
pub fn no_network(entry: &str) -> String {
    format!("{entry} is no network; write 10.0.0.0/8, 2001:db8::/32 or a single address.")
}

pub fn has_more_bits(entry: &str, network: IpNet, address: IpAddr) -> String {
    format!("{entry} has bits beyond its prefix; write {network} for the network or {address} for one address.")
}
