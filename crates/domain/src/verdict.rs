//! The verdict: what verification answers about a presented token, decided from facts and the time alone.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{Permission, Status, Timestamp, Token, network::Outside};

/// What verification found. The words are part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Good for what was asked.
    Valid,
    /// Malformed, unknown, or of another organization: nobody can tell which.
    NotFound,
    /// Its time is over.
    Expired,
    /// Somebody ended it.
    Revoked,
    /// Somebody switched it off.
    Disabled,
    /// Good, but not at the address that it was presented from.
    IpNotAllowed,
    /// Good from some networks only, and nobody said from where it was presented.
    IpUnknown,
    /// Good, but used more often than it may be. Who counts says so, not [`Verdict::on`].
    RateLimited,
    /// Good, but not for what was asked.
    InsufficientPermissions,
}

impl Verdict {
    /// Judges a token that was found and presented from this address. A dead token is dead before it is in the wrong place or weak, and in the
    /// wrong place before it is weak: the order tells nothing about the rights of one that is not good there.
    pub fn on(token: &Token, asked: Option<Permission>, address: Option<IpAddr>, now: Timestamp) -> Self {
        match token.status_at(now) {
            Status::Revoked => Self::Revoked,
            Status::Expired => Self::Expired,
            Status::Disabled => Self::Disabled,
            Status::Active if let Err(outside) = token.limits.networks.admit(address) => outside.into(),
            Status::Active if asked.is_some_and(|asked| !token.effective().contains(asked)) => Self::InsufficientPermissions,
            Status::Active => Self::Valid,
        }
    }
}

impl From<Outside> for Verdict {
    fn from(outside: Outside) -> Self {
        match outside {
            Outside::NotAllowed => Self::IpNotAllowed,
            Outside::Unknown => Self::IpUnknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Description, Hint, Label, Limits, Networks, Owner, PermissionSet, State, TokenId};

    /// Disabled, ended by its time, ended by hand: the later in this list wins, whatever the others are, and rights are asked last.
    #[test]
    fn what_is_for_good_is_told_before_what_is_for_now() {
        let at = Timestamp::from_micros;
        let (disabled, revoked) =
            (State::Disabled { at: at(1), by: "Ada".to_owned() }, State::Revoked { at: at(1), by: "Ada".to_owned(), why: None });
        for (state, expires_at, status, verdict) in [
            (State::Active, None, Status::Active, Verdict::Valid),
            (disabled.clone(), None, Status::Disabled, Verdict::Disabled),
            (disabled.clone(), Some(at(11)), Status::Disabled, Verdict::Disabled),
            (disabled, Some(at(10)), Status::Expired, Verdict::Expired),
            (State::Active, Some(at(10)), Status::Expired, Verdict::Expired),
            (revoked.clone(), None, Status::Revoked, Verdict::Revoked),
            (revoked, Some(at(10)), Status::Revoked, Verdict::Revoked),
        ] {
            let token = Token {
                id: TokenId::new(at(0), [0; 10]),
                owner: Owner::Organization,
                label: Label::parse("ci").unwrap(),
                description: Description::parse("").unwrap(),
                hint: Hint::from_stored("jto_aaaa…bbbb".to_owned()),
                role: None,
                permissions: "cluster:read".parse::<PermissionSet>().unwrap(),
                created_at: at(0),
                created_by: "Ada".to_owned(),
                created_by_left: false,
                expires_at,
                limits: Limits::default(),
                last_used_at: None,
                state,
            };
            assert_eq!((token.status_at(at(10)), Verdict::on(&token, None, None, at(10))), (status, verdict), "{token:?}");
            let weak = Verdict::on(&token, "cluster:delete".parse().ok(), None, at(10));
            assert_eq!(weak, if verdict == Verdict::Valid { Verdict::InsufficientPermissions } else { verdict }, "{token:?}");
            // The wrong place comes after death and before weakness.
            let bound = Token { limits: Limits { networks: Networks::parse("10.0.0.0/8").unwrap(), rate: None }, ..token };
            for (address, outside) in [(None, Verdict::IpUnknown), ("192.0.2.7".parse().ok(), Verdict::IpNotAllowed)] {
                let expected = if verdict == Verdict::Valid { outside } else { verdict };
                assert_eq!(Verdict::on(&bound, "cluster:delete".parse().ok(), address, at(10)), expected, "{bound:?}");
            }
            assert_eq!(Verdict::on(&bound, None, "10.0.0.7".parse().ok(), at(10)), verdict);
        }
    }
}
