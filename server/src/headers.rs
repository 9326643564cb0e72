//! The security headers of every answer.
//!
//! The policy for pages was tried against Leptos in Chromium: `'self'` and a nonce, WebAssembly allowed, Trusted Types required.
//! `'strict-dynamic'` is absent on purpose: with it, inline text that a trusted script injects would run.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{config::PublicUrl, observe::Nonce};

const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
    magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=(), clipboard-write=(self), \
    publickey-credentials-get=(self), publickey-credentials-create=(self)";

/// Sets the headers that fit the answer: the page's when it is HTML and has a nonce, the API's otherwise.
pub(crate) fn secure(headers: &mut HeaderMap, nonce: Option<Nonce>, public_url: &PublicUrl) {
    // Once for all that follow, instead of twice on the way.
    headers.reserve(16);
    let html = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if let Some(nonce) = nonce.filter(|_| html) {
        let nonce = nonce.encoded();
        let policy = format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
             img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types default; report-to csp; \
             report-uri /csp-report"
        );
        let policy = HeaderValue::from_str(&policy).expect("a nonce is base64");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        set(headers, "reporting-endpoints", "csp=\"/csp-report\"");
        set(headers, "cross-origin-opener-policy", "same-origin");
        set(headers, "cross-origin-embedder-policy", "require-corp");
        set(headers, "origin-agent-cluster", "?1");
        set(headers, "permissions-policy", PERMISSIONS);
        set(headers, "x-frame-options", "DENY");
        set(headers, "vary", "Accept-Encoding, Sec-Fetch-Site, Origin, Cookie");
    } else {
        set(headers, "content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
    }
    set(headers, "referrer-policy", "same-origin");
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "cross-origin-resource-policy", "same-origin");
    if public_url.is_https() {
        set(headers, "strict-transport-security", "max-age=63072000; includeSubDomains");
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
}
