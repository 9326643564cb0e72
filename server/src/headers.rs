//! The security headers of every answer.
//!
//! The policy for pages was tried against Leptos in Chromium: `'self'` and a nonce, WebAssembly allowed, Trusted Types required.
//! `'strict-dynamic'` is absent on purpose: with it, inline text that a trusted script injects would run.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{config::PublicUrl, observe::Nonce};

const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
    magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=(), clipboard-write=(self), \
    publickey-credentials-get=(self), publickey-credentials-create=(self)";

/// As many headers as a page has: room for all of them at once.
const MOST: usize = 16;
/// As many headers as an answer to a service has, but for those of a rate limit.
pub(crate) const FEW: usize = 8;

// Their names are made once, here: to make one is to read it letter by letter.
const CROSS_ORIGIN_EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const ORIGIN_AGENT_CLUSTER: HeaderName = HeaderName::from_static("origin-agent-cluster");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const REPORTING_ENDPOINTS: HeaderName = HeaderName::from_static("reporting-endpoints");

/// Sets the headers that fit the answer: the page's when it is HTML and has a nonce, the API's otherwise.
pub(crate) fn secure(headers: &mut HeaderMap, nonce: Option<Nonce>, public_url: &PublicUrl) {
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
    if public_url.is_https() {
        set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
