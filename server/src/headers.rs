//! The security headers of every answer.
//!
//! The policy for pages was tried against Leptos in Chromium: `'self'` and a nonce, WebAssembly allowed, Trusted Types required.
//! `'strict-dynamic'` is absent on purpose: with it, inline text that a trusted script injects would run.

use std::sync::LazyLock;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};

use crate::{
    config::PublicUrl,
    observe::{Nonce, REQUEST_ID},
};

const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
    magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=(), clipboard-write=(self), \
    publickey-credentials-get=(self), publickey-credentials-create=(self)";

/// As many headers as a page has: room for all of them at once.
const MOST: usize = 16;

// Their names are made once, here: to make one is to read it letter by letter.
const CROSS_ORIGIN_EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const ORIGIN_AGENT_CLUSTER: HeaderName = HeaderName::from_static("origin-agent-cluster");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const REPORTING_ENDPOINTS: HeaderName = HeaderName::from_static("reporting-endpoints");

/// JSON that is written down already, with all headers of such an answer but the name of its request: they are copied whole, not set one
/// after the other.
pub(crate) fn json(body: Bytes, public_url: &PublicUrl) -> Response {
    static OF_JSON: LazyLock<[HeaderMap; 2]> = LazyLock::new(|| [false, true].map(of_json));
    let mut response = Response::new(Body::from(body));
    response.headers_mut().clone_from(&OF_JSON[usize::from(public_url.is_https())]);
    response
}

fn of_json(is_https: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    secure(&mut headers, None, is_https);
    // The place of the name, so that no room has to be made for it.
    headers.insert(REQUEST_ID, HeaderValue::from_static("-"));
    headers
}

/// Sets the headers that fit the answer: the page's when it is HTML and has a nonce, the API's otherwise.
pub(crate) fn secure(headers: &mut HeaderMap, nonce: Option<Nonce>, is_https: bool) {
    let html = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if let Some(nonce) = nonce.filter(|_| html) {
        headers.reserve(MOST);
        let nonce = nonce.encoded();
        let policy = format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
             img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types default; report-to csp; \
             report-uri /csp-report"
        );
        let policy = HeaderValue::from_str(&policy).expect("a nonce is base64");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        set(headers, REPORTING_ENDPOINTS, "csp=\"/csp-report\"");
        set(headers, CROSS_ORIGIN_OPENER_POLICY, "same-origin");
        set(headers, CROSS_ORIGIN_EMBEDDER_POLICY, "require-corp");
        set(headers, ORIGIN_AGENT_CLUSTER, "?1");
        set(headers, PERMISSIONS_POLICY, PERMISSIONS);
        set(headers, header::X_FRAME_OPTIONS, "DENY");
        set(headers, header::VARY, "Accept-Encoding, Sec-Fetch-Site, Origin, Cookie");
    } else {
        set(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox");
    }
    set(headers, header::REFERRER_POLICY, "same-origin");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    if is_https {
        set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
