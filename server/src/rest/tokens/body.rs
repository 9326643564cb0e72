//! What the bodies that describe a token have in common.

use domain::{Lifetime, PermissionSet, Timestamp};
use serde::{Deserialize, Deserializer};

use super::{super::problem::Problem, invalid, wrong};

/// When a token ends, in one of two ways; none for never.
#[derive(Deserialize)]
pub(super) struct End<T>(pub(super) Option<T>);

/// A whole number. JSON knows no other kind than numbers: 60.0 is one as well.
#[derive(Deserialize)]
#[serde(try_from = "serde_json::Number")]
pub(super) struct Seconds(u64);

impl TryFrom<serde_json::Number> for Seconds {
    type Error = &'static str;

    fn try_from(number: serde_json::Number) -> Result<Self, Self::Error> {
        let whole = number.as_f64().filter(|number| number.fract() == 0.0 && (0.0..1e15).contains(number));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole, not negative and small enough")]
        number.as_u64().or(whole.map(|number| number as u64)).map(Self).ok_or("not a whole number")
    }
}

/// Reads a member that is there: null is a value of it, or none it can have.
pub(super) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Permissions by their names.
pub(super) fn permissions(names: &[String]) -> Result<PermissionSet, Problem> {
    names.iter().map(|name| name.parse()).collect::<Result<_, _>>().map_err(wrong("permissions"))
}

/// How long the token shall live; none when nothing is said.
pub(super) fn lifetime(
    expires_in: Option<End<Seconds>>,
    expires_at: Option<End<String>>,
    now: Timestamp,
) -> Result<Option<Lifetime>, Problem> {
    match (expires_in, expires_at) {
        (Some(_), Some(_)) => Err(invalid("expires_at", "Send expires_in or expires_at, not both.")),
        (Some(End(None)), None) | (None, Some(End(None))) => Ok(Some(Lifetime::Never)),
        (None, None) => Ok(None),
        (Some(End(Some(Seconds(seconds)))), None) => {
            Lifetime::until(now.plus(std::time::Duration::from_secs(seconds)), now).map(Some).map_err(wrong("expires_in"))
        }
        (None, Some(End(Some(text)))) => text.parse().and_then(|end| Lifetime::until(end, now)).map(Some).map_err(wrong("expires_at")),
    }
}
