//! Cross-site request forgery: an unsafe request that could carry a cookie has to come from a page of ours.
//!
//! Browsers say where a request comes from in `Sec-Fetch-Site`; older ones at least in `Origin`. Who says neither is no browser, and has
//! no business with forms. The JSON API takes no cookies and is not guarded by this.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{config::PublicUrl, rest::problem::Problem};

/// Lets safe requests through, and unsafe ones from our own pages.
pub(crate) async fn guard(State(public_url): State<PublicUrl>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_ours(request.headers(), &public_url) { next.run(request).await } else { Problem::cross_site().into_response() }
}

fn is_ours(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.get(header::ORIGIN).is_some_and(|origin| origin == public_url.origin()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_our_own_pages_may_post() {
        let ours = PublicUrl::parse("https://tokens.example.org").ok().unwrap();
        for (site, origin, allowed) in [
            (Some("same-origin"), None, true),
            (Some("same-origin"), Some("https://evil.example"), true),
            (Some("same-site"), Some("https://tokens.example.org"), false),
            (Some("cross-site"), Some("https://tokens.example.org"), false),
            (Some("none"), None, false),
            (Some("Same-Origin"), None, false),
            (None, Some("https://tokens.example.org"), true),
            (None, Some("http://tokens.example.org"), false),
            (None, Some("https://tokens.example.org.evil.example"), false),
            (None, Some("null"), false),
            (None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            site.map(|site| headers.insert("sec-fetch-site", HeaderValue::from_static(site)));
            origin.map(|origin| headers.insert(header::ORIGIN, HeaderValue::from_static(origin)));
            assert_eq!(is_ours(&headers, &ours), allowed, "{site:?} {origin:?}");
        }
    }
}
