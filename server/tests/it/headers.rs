//! The headers of each class of answer, to the byte.

use crate::harness::{Caller, TestConsole, on_both};

on_both![are_what_was_decided, a_panic_is_a_500_with_an_id_and_nothing_else];

async fn are_what_was_decided(it: TestConsole) {
    let page = it.get(&Caller::Anonymous, "/sign-in").await;
    let nonce = page.header("content-security-policy").split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert_eq!(
        page.header("content-security-policy"),
        format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; \
             font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
             object-src 'none'; require-trusted-types-for 'script'; trusted-types default; report-to csp; report-uri /csp-report"
        )
    );
    for (name, value) in [
        ("reporting-endpoints", "csp=\"/csp-report\""),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "same-origin"),
        ("origin-agent-cluster", "?1"),
        ("cache-control", "no-store"),
        ("vary", "Accept-Encoding, Sec-Fetch-Site, Origin, Cookie"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    assert!(
        page.header("permissions-policy")
            .ends_with("clipboard-write=(self), publickey-credentials-get=(self), publickey-credentials-create=(self)")
    );
    let again = it.get(&Caller::Anonymous, "/sign-in").await;
    assert!(!again.header("content-security-policy").contains(nonce), "a nonce is used once");
    assert_ne!(again.header("x-request-id"), page.header("x-request-id"));

    for path in ["/organization", "/nowhere", "/healthz", "/api/v1/organizations/acme/tokens"] {
        let answer = it.get(&Caller::Anonymous, path).await;
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'; sandbox", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        for absent in ["server", "access-control-allow-origin", "x-powered-by"] {
            assert_eq!(answer.header(absent), "", "{path} {absent}");
        }
    }
}

async fn a_panic_is_a_500_with_an_id_and_nothing_else(mut it: TestConsole) {
    async fn broken() -> &'static str {
        panic!("the secret recipe")
    }
    let routes = axum::Router::new().route("/broken", axum::routing::get(broken));
    let routes = server::router::layered(routes.merge(server::rest::router().0), it.site.clone());
    it.front = server::front::Front::before(routes, it.site.clone());
    let answer = it.get(&Caller::Anonymous, "/broken").await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (500, Some("internal")));
    assert_eq!(answer.json()["instance"], answer.header("x-request-id"));
    assert!(!answer.body.contains("recipe") && !answer.body.contains("panic"));
    let token = it.token("acme", domain::Role::Viewer, &[]).await;
    assert_eq!(it.get(&token, "/organization").await.status, 200, "and life goes on");
}
