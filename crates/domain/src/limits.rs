//! What bounds the use of a token beside its rights and its end: from where, and how often.

use serde::{Deserialize, Serialize};

use crate::{Networks, RateLimit, texts::limits as say};

/// From where a token may be used, and how often. Off unless somebody says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// From where.
    pub networks: Networks,
    /// How often; none for as often as somebody likes.
    pub rate: Option<RateLimit>,
}

impl Limits {
    /// Whether they allow nothing that the others do not.
    pub fn are_within(&self, others: &Self) -> bool {
        self.rate_is_within(others) && self.networks.are_within(&others.networks)
    }

    /// The same of how often alone.
    pub fn rate_is_within(&self, others: &Self) -> bool {
        match (self.rate, others.rate) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => own.is_within(other),
        }
    }

    /// Both in a few words, as in `2 networks · 100/min`; none without any.
    pub fn short(&self) -> Option<String> {
        let networks = match self.networks.as_slice() {
            [] => None,
            [one] => Some(one.to_string()),
            several => Some(say::networks(several.len())),
        };
        let parts: Vec<String> = networks.into_iter().chain(self.rate.map(RateLimit::short)).collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(networks: &str, rate: &str) -> Limits {
        Limits { networks: Networks::parse(networks).unwrap(), rate: RateLimit::parse(rate).unwrap() }
    }

    #[test]
    fn wider_in_either_is_wider() {
        let some = limits("10.0.0.0/8", "100/minute");
        for (other, within) in [
            (limits("10.0.0.0/8", "100/minute"), true),
            (limits("10.1.0.0/16", "10/minute"), true),
            (limits("10.0.0.0/8", ""), false),
            (limits("", "100/minute"), false),
            (limits("10.0.0.0/8 192.0.2.0/24", "10/minute"), false),
            (limits("10.1.0.0/16", "101/minute"), false),
        ] {
            assert_eq!(other.are_within(&some), within, "{other:?}");
            assert!(other.are_within(&Limits::default()));
        }
    }

    #[test]
    fn both_are_told_in_a_few_words() {
        for (networks, rate, words) in [
            ("", "", None),
            ("10.0.0.0/8", "", Some("10.0.0.0/8")),
            ("10.0.0.0/8 ::1", "100/minute", Some("2 networks · 100/min")),
            ("", "5/second", Some("5/s")),
        ] {
            assert_eq!(limits(networks, rate).short().as_deref(), words);
        }
    }
}
