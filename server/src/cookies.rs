//! The cookies: one for the session, one for the device, and one for each thing that a browser remembers of how it is used.

use app::{
    preferences::{Keys, Preferences, Theme},
    ssr::Renewal,
};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use cookie::{Cookie, CookieBuilder, SameSite, time::Duration};
use services::sessions::SignedIn;

/// `__Host-`: a browser takes it only with `Secure`, with `Path=/` and without `Domain`, so no sibling host can plant one.
const SESSION: &str = "__Host-sid";
const DEVICE: &str = "__Host-device";
const THEME: &str = "__Host-theme";
const KEYS: &str = "__Host-keys";
/// How long a browser remembers, beyond a session.
const A_YEAR: Duration = Duration::days(365);

/// The session's cookie, as presented.
pub(crate) fn session(headers: &HeaderMap) -> Option<String> {
    find(headers, SESSION)
}

/// The device's cookie, as presented.
pub(crate) fn device(headers: &HeaderMap) -> Option<String> {
    find(headers, DEVICE)
}

/// What the browser remembers. A value that is none of ours counts as none.
pub(crate) fn preferences(headers: &HeaderMap) -> Preferences {
    Preferences {
        theme: find(headers, THEME).and_then(|word| Theme::parse(&word)).unwrap_or_default(),
        keys: find(headers, KEYS).and_then(|word| Keys::parse(&word)).unwrap_or_default(),
    }
}

/// Lets the browser remember what differs from what is usual, and forget the rest.
pub(crate) fn remember(headers: &mut HeaderMap, preferences: Preferences) {
    let Preferences { theme, keys } = preferences;
    keep(headers, THEME, (theme != Theme::default()).then_some(theme.as_str()));
    keep(headers, KEYS, (keys != Keys::default()).then_some(keys.as_str()));
}

fn keep(headers: &mut HeaderMap, name: &'static str, value: Option<&'static str>) {
    let age = if value.is_some() { A_YEAR } else { Duration::ZERO };
    set(headers, Cookie::build((name, value.unwrap_or_default())).max_age(age));
}

/// Gives a browser that has just signed in its cookies. The session's ends with the browser or when the server says so; the device's
/// lasts a year.
pub(crate) fn sign_in(headers: &mut HeaderMap, signed_in: &SignedIn) {
    set(headers, Cookie::build((SESSION, signed_in.session.as_str())));
    set(headers, Cookie::build((DEVICE, signed_in.device.as_str())).max_age(A_YEAR));
}

/// Gives the browser the cookie under which its session goes on, if it got another one on the way.
pub(crate) async fn renewing(mut request: Request, next: Next) -> Response {
    let renewal = Renewal::default();
    request.extensions_mut().insert(renewal.clone());
    let mut response = next.run(request).await;
    if let Some(renewed) = renewal.take() {
        set(response.headers_mut(), Cookie::build((SESSION, renewed.0.as_str())));
    }
    response
}

/// Takes the session's cookie back and lets the browser forget what it kept of the console.
pub(crate) fn sign_out(headers: &mut HeaderMap) {
    set(headers, Cookie::build((SESSION, "")).max_age(Duration::ZERO));
    // Not "cookies": browsers would drop those of every sibling host too, and the device's, which the next sign-in needs.
    headers.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
}

fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

fn set(headers: &mut HeaderMap, cookie: CookieBuilder<'_>) {
    let cookie = cookie.path("/").secure(true).http_only(true).same_site(SameSite::Lax).to_string();
    headers.append(header::SET_COOKIE, HeaderValue::from_str(&cookie).expect("cookies hold base64, hexadecimal, a dot and words"));
}
