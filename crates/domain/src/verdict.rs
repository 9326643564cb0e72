//! The verdict: what verification answers about a presented token, decided from facts and the time alone.

use serde::{Deserialize, Serialize};

use crate::{Permission, Status, Timestamp, Token};

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
    /// Good, but not for what was asked.
    InsufficientPermissions,
}

impl Verdict {
    /// Judges a token that was found. A dead token is dead before it is weak: the order tells nothing about the rights of a dead one.
    pub fn on(token: &Token, asked: Option<Permission>, now: Timestamp) -> Self {
        match token.status_at(now) {
            Status::Revoked => Self::Revoked,
            Status::Expired => Self::Expired,
            Status::Disabled => Self::Disabled,
            Status::Active if asked.is_some_and(|asked| !token.effective().contains(asked)) => Self::InsufficientPermissions,
            Status::Active => Self::Valid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Description, Hint, Label, Owner, PermissionSet, State, TokenId};

    /// Disabled, ended by its time, ended by hand: the later in this list wins, whatever the others are, and rights are asked last.
    #[test]
    fn what_is_for_good_is_told_before_what_is_for_now() {
        let at = Timestamp::from_micros;
        let (disabled, revoked) = (State::Disabled { at: at(1), by: "Ada".to_owned() }, State::Revoked { at: at(1), by: "Ada".to_owned() });
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
                last_used_at: None,
                state,
            };
            assert_eq!((token.status_at(at(10)), Verdict::on(&token, None, at(10))), (status, verdict), "{token:?}");
            let weak = Verdict::on(&token, "cluster:delete".parse().ok(), at(10));
            assert_eq!(weak, if verdict == Verdict::Valid { Verdict::InsufficientPermissions } else { verdict }, "{token:?}");
        }
    }
}
