//! How a token is presented: one way or another, once, and never in an address, a cookie or Basic.

use axum::http::{HeaderMap, HeaderName, header};

use super::problem::Problem;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// The schemes that mean the same.
const SCHEMES: [&str; 3] = ["bearer", "token", "api-key"];

/// The token that a request presents. Two of anything is refused: which one is meant must never be a guess.
pub(super) fn presented(headers: &HeaderMap) -> Result<&str, Problem> {
    let authorizations = headers.get_all(header::AUTHORIZATION).iter();
    let keys = headers.get_all(X_API_KEY).iter();
    let mut all = authorizations.map(|value| (true, value)).chain(keys.map(|value| (false, value)));
    let (has_scheme, value) = all.next().ok_or_else(Problem::no_credentials)?;
    if all.next().is_some() {
        return Err(Problem::two_credentials());
    }
    let value = value.to_str().map_err(|_| Problem::bad_token())?;
    if !has_scheme {
        return Ok(value);
    }
    let (scheme, token) = value.split_once(' ').ok_or_else(Problem::bad_token)?;
    if SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)) { Ok(token) } else { Err(Problem::bad_token()) }
}
