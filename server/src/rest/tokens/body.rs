//! What the bodies that describe a token have in common.

use domain::{Lifetime, Networks, PermissionSet, RateLimit, Timestamp};
use serde::{Deserialize, Deserializer};

use super::{
    super::{extract::Object, number::Whole, problem::Problem, rate_limit::WantedRate},
    invalid, wrong,
};

/// When a token ends, in one of two ways; none for never.
#[derive(Deserialize)]
pub(super) struct End<T>(pub(super) Option<T>);

/// Reads a member that is there: null is a value of it, or none it can have.
pub(in crate::rest) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Permissions by their names.
pub(crate) fn permissions(names: &[String]) -> Result<PermissionSet, Problem> {
    names.iter().map(|name| name.parse()).collect::<Result<_, _>>().map_err(wrong("permissions"))
}

/// Networks as they are written.
pub(super) fn networks(entries: &[String]) -> Result<Networks, Problem> {
    Networks::new(entries.iter().map(String::as_str)).map_err(wrong("allowed_networks"))
}

/// How often the token may be used; none for as often as it is.
pub(super) fn rate(End(wanted): End<Object<WantedRate>>) -> Result<Option<RateLimit>, Problem> {
    wanted.map(|Object(rate)| rate.parse()).transpose()
}

/// How long the token shall live; none when nothing is said.
pub(super) fn lifetime(
    expires_in: Option<End<Whole>>,
    expires_at: Option<End<String>>,
    now: Timestamp,
) -> Result<Option<Lifetime>, Problem> {
    match (expires_in, expires_at) {
        (Some(_), Some(_)) => Err(invalid("expires_at", "Send expires_in or expires_at, not both.")),
        (Some(End(None)), None) | (None, Some(End(None))) => Ok(Some(Lifetime::Never)),
        (None, None) => Ok(None),
        (Some(End(Some(Whole(seconds)))), None) => {
            Lifetime::until(now.plus(std::time::Duration::from_secs(seconds)), now).map(Some).map_err(wrong("expires_in"))
        }
        (None, Some(End(Some(text)))) => text.parse().and_then(|end| Lifetime::until(end, now)).map(Some).map_err(wrong("expires_at")),
    }
}
