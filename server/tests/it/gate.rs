//! `/auth/verify`: what gateways ask. With a gateway in front: `nginx`.

use axum::{
    body::Body,
    http::{Method, Request},
};
use domain::{Lifetime, Role};

use crate::{
    harness::{Answer, Caller, TestConsole, on_both, request, with},
    introspect, teams,
};

on_both![
    a_good_token_passes_and_is_named,
    who_may_not_pass_is_told_as_rfc_6750_says,
    a_gateway_without_a_good_token_of_its_own_lets_nobody_pass,
    everything_required_has_to_hold,
    what_passes_may_be_used_for_all_that_is_handed_on,
    no_request_is_odd_enough_for_a_fifth_answer,
    without_a_database_nobody_passes,
];

const NAMES: [&str; 5] = ["x-jeton-token", "x-jeton-organization", "x-jeton-kind", "x-jeton-subject", "x-jeton-permissions"];
const VIEWER: &str = "usr_00000000000000000000000000000002";

type Headers<'a> = &'a [(&'static str, &'a str)];

async fn verifier(it: &TestConsole) -> String {
    it.issue("acme", "gateway", Role::Viewer, &["token:verify"], Lifetime::Never).await.1
}

async fn ask(it: &TestConsole, path: &str, headers: Headers<'_>) -> Answer {
    send(it, with(request(Method::GET, path, ""), headers)).await
}

/// Sends a request and sees that the answer is one of the four, whole.
async fn send(it: &TestConsole, request: Request<Body>) -> Answer {
    let answer = it.send(&Caller::Anonymous, request).await;
    let named = NAMES.iter().filter(|name| answer.headers.contains_key(**name)).count();
    match answer.status.as_u16() {
        200 => assert_eq!((named, answer.body.as_str()), (5, "")),
        401 => assert!(named == 0 && answer.header("www-authenticate").starts_with("Bearer realm=\"jeton\"")),
        403 => assert_eq!((named, answer.header("content-type")), (0, "application/problem+json")),
        503 => assert_eq!((named, answer.header("retry-after")), (0, "1")),
        other => panic!("{other}"),
    }
    assert_eq!(answer.header("cache-control"), "no-store");
    answer
}

async fn a_good_token_passes_and_is_named(it: TestConsole) {
    let verifier = verifier(&it).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &["deployment:trigger"], Lifetime::Never).await;
    let organization = it.get(&Caller::Token(secret.clone()), "/organization").await.json()["id"].as_str().unwrap().to_owned();
    let permissions =
        "agent:read budget:read cluster:read organization:read recommendations:read scopes:read teams:read user:read deployment:trigger";
    for (name, value) in [
        ("authorization", format!("Bearer {secret}")),
        ("authorization", format!("tOKEN {secret}")),
        ("authorization", format!("Api-Key {secret}")),
        ("x-api-key", secret.clone()),
    ] {
        let answer = ask(&it, "/auth/verify", &[("x-jeton-verifier", &verifier), (name, &value)]).await;
        let told = NAMES.map(|name| answer.header(name));
        assert_eq!(told, [&token.id.to_string(), &organization, "organization", &organization, permissions], "{name}");
    }
    let team = teams::create(&it, &teams::unused_name(), &[VIEWER]).await.to_string();
    let of_team = introspect::generated_by(&it, "viewer", &team).await;
    let answer = ask(&it, "/auth/verify", &[("x-jeton-verifier", &verifier), ("x-api-key", &of_team)]).await;
    assert_eq!((answer.header("x-jeton-kind"), answer.header("x-jeton-subject")), ("team", team.as_str()));
    let of_person = introspect::generated_by(&it, "viewer", "user").await;
    let answer = ask(&it, "/auth/verify", &[("x-jeton-verifier", &verifier), ("x-api-key", &of_person)]).await;
    assert_eq!((answer.header("x-jeton-kind"), answer.header("x-jeton-subject")), ("user", VIEWER));
    // Who may nothing at all has a header that says so.
    it.execute("UPDATE tokens SET role = NULL, permissions = '' WHERE label = 'ci' AND kind = 'organization'").await;
    let answer = ask(&it, "/auth/verify", &[("x-jeton-verifier", &verifier), ("x-api-key", &secret)]).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-jeton-permissions")), (200, ""));
}

async fn who_may_not_pass_is_told_as_rfc_6750_says(it: TestConsole) {
    let verifier = verifier(&it).await;
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let bearer = format!("Bearer {secret}");
    let (plain, invalid) = ("Bearer realm=\"jeton\"", "Bearer realm=\"jeton\", error=\"invalid_token\"");
    let twice = "Bearer realm=\"jeton\", error=\"invalid_request\"";
    let scope = "Bearer realm=\"jeton\", error=\"insufficient_scope\", scope=\"cluster:delete\"";
    let cases: [(&str, Headers<'_>, u16, &str); 7] = [
        ("", &[], 401, plain),
        ("", &[("cookie", "__Host-sid=x")], 401, plain),
        ("", &[("authorization", "Basic dTpw")], 401, invalid),
        ("", &[("authorization", &secret)], 401, invalid),
        ("", &[("authorization", &bearer), ("x-api-key", &secret)], 401, twice),
        ("", &[("authorization", &bearer), ("authorization", &bearer)], 401, twice),
        ("?permission=cluster:delete", &[("authorization", &bearer)], 403, scope),
    ];
    for (query, headers, status, challenge) in cases {
        let headers = [&[("x-jeton-verifier", verifier.as_str())], headers].concat();
        let answer = ask(&it, &format!("/auth/verify{query}"), &headers).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (status, challenge));
        assert!(!answer.body.contains(&secret));
    }
    let mut bodies = Vec::new();
    for (cause, secret) in introspect::dead(&it).await {
        // Dead before weak.
        let answer =
            ask(&it, "/auth/verify?permission=cluster:delete&kind=user", &[("x-jeton-verifier", &verifier), ("x-api-key", &secret)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, invalid), "{cause}");
        let mut body = answer.json();
        body["instance"] = "".into();
        bodies.push(body);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
}

async fn a_gateway_without_a_good_token_of_its_own_lets_nobody_pass(it: TestConsole) {
    let good = verifier(&it).await;
    let (_, secret) = it.issue("acme", "ci", Role::Developer, &[], Lifetime::Never).await;
    let (_, foreign) = it.issue("globex", "gateway", Role::Viewer, &["token:verify"], Lifetime::Never).await;
    let (bearer, client) = (format!("Bearer {good}"), format!("Bearer {secret}"));
    let cases: [(&str, Headers<'_>); 7] = [
        ("none", &[]),
        ("empty", &[("x-jeton-verifier", "")]),
        ("malformed", &[("x-jeton-verifier", "nonsense")]),
        ("with a scheme", &[("x-jeton-verifier", &bearer)]),
        ("without the right", &[("x-jeton-verifier", &secret)]),
        ("two", &[("x-jeton-verifier", &good), ("x-jeton-verifier", &good)]),
        ("in the wrong place", &[("x-api-key", &good)]),
    ];
    for (what, headers) in cases {
        let headers = [headers, &[("authorization", client.as_str())]].concat();
        let answer = ask(&it, "/auth/verify", &headers).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some("verifier_refused")), "{what}");
        assert_eq!(answer.json()["field"], "X-Jeton-Verifier");
    }
    // The gateway of another organization knows nobody here; and a client's token is not the gateway's.
    assert_eq!(ask(&it, "/auth/verify", &[("x-jeton-verifier", &foreign), ("x-api-key", &secret)]).await.status, 401);
    assert_eq!(ask(&it, "/auth/verify", &[("x-jeton-verifier", &good)]).await.status, 401);
    assert_eq!(ask(&it, "/auth/verify", &[("x-jeton-verifier", &good), ("x-api-key", &secret)]).await.status, 200);
    it.disable("gateway").await;
    assert_eq!(ask(&it, "/auth/verify", &[("x-jeton-verifier", &good), ("x-api-key", &secret)]).await.status, 403);
}

async fn everything_required_has_to_hold(it: TestConsole) {
    let verifier = verifier(&it).await;
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    for (query, header, status, code) in [
        ("", None, 200, ""),
        ("?", None, 200, ""),
        ("?permission=cluster:read", None, 200, ""),
        ("?permission=cluster:read&permission=agent:read", None, 200, ""),
        ("?permission=cluster:read+agent%3Aread", None, 200, ""),
        ("?permission=cluster:read%20cluster:delete", None, 403, "insufficient_permissions"),
        ("?permission=cluster:read&permission=cluster:delete", None, 403, "insufficient_permissions"),
        ("?permission=cluster:read", Some("permission=cluster:delete"), 403, "insufficient_permissions"),
        ("?permission=cluster:delete", Some("permission=cluster:read"), 403, "insufficient_permissions"),
        ("", Some("permission=cluster:read&kind=organization"), 200, ""),
        ("?kind=organization", None, 200, ""),
        ("?kind=team+organization", None, 200, ""),
        ("?kind=user+team", None, 403, "wrong_kind"),
        ("?kind=organization&kind=user", None, 403, "wrong_kind"),
        ("?kind=organization", Some("kind=user"), 403, "wrong_kind"),
        ("?permission=cluster:fly", None, 403, "bad_requirement"),
        ("?permission=", None, 403, "bad_requirement"),
        ("?permission", None, 403, "bad_requirement"),
        ("?kind=", None, 403, "bad_requirement"),
        ("?kind=robot", None, 403, "bad_requirement"),
        ("?scope=cluster:read", None, 403, "bad_requirement"),
        ("?token=x", None, 403, "bad_requirement"),
        ("?permission=cluster:read", Some(""), 403, "bad_requirement"),
        ("", Some("cluster:read"), 403, "bad_requirement"),
        // Envoy appends the path of its client, whose query it then is.
        ("/", None, 200, ""),
        ("/clusters/1?permission=cluster:fly&token=x&access_token=y", None, 200, ""),
        ("/clusters/1?permission=cluster:delete", Some("permission=cluster:read"), 200, ""),
        ("/clusters/%ff/../..//%00?%", Some("permission=cluster:delete"), 403, "insufficient_permissions"),
    ] {
        let mut headers = vec![("x-jeton-verifier", verifier.as_str()), ("x-api-key", &secret)];
        headers.extend(header.map(|value| ("x-jeton-require", value)));
        let answer = ask(&it, &format!("/auth/verify{query}"), &headers).await;
        assert_eq!(answer.status.as_u16(), status, "{query} {header:?}: {}", answer.body);
        assert_eq!(
            if status == 200 { String::new() } else { answer.json()["code"].as_str().unwrap().to_owned() },
            code,
            "{query} {header:?}"
        );
    }
    let in_address = ask(&it, &format!("/auth/verify?permission={secret}"), &[("x-jeton-verifier", &verifier)]).await;
    assert!(in_address.status == 403 && !in_address.body.contains(&secret));
}

/// What stands behind gets every permission and decides by it, so none may be said to be unused.
async fn what_passes_may_be_used_for_all_that_is_handed_on(it: TestConsole) {
    let verifier = verifier(&it).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &["deployment:trigger"], Lifetime::Never).await;
    let bearer = format!("Bearer {secret}");
    let headers = [("authorization", bearer.as_str()), ("x-jeton-verifier", verifier.as_str())];
    assert_eq!(ask(&it, "/auth/verify?permission=cluster:read+deployment:trigger", &headers).await.status, 200);
    // Rotating another waits until every use is written.
    let admin = Caller::Token(it.issue("acme", "admin", Role::Admin, &[], Lifetime::Never).await.1);
    let (waiting, _) = it.issue("acme", "waiting", Role::Viewer, &[], Lifetime::Never).await;
    let path = format!("/api/v1/organizations/acme/tokens/{}/rotate", waiting.id);
    let rotate = with(request(Method::POST, &path, "{}"), &[("content-type", "application/json")]);
    assert_eq!(it.send(&admin, rotate).await.status, 200);
    let told = it.get(&admin, &format!("/api/v1/organizations/acme/tokens/{}/usage", token.id)).await.json();
    assert_eq!((told["without_permission"].as_bool(), told["permissions"].as_array().map(Vec::len)), (Some(true), Some(0)));
}

async fn no_request_is_odd_enough_for_a_fifth_answer(it: TestConsole) {
    let verifier = verifier(&it).await;
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let credentials = [("x-jeton-verifier", verifier.as_str()), ("x-api-key", &secret)];
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert_eq!(send(&it, with(request(method.clone(), "/auth/verify", ""), &credentials)).await.status, 200, "{method}");
        assert_eq!(send(&it, request(method, "/auth/verify", "")).await.status, 403);
    }
    let large = "x".repeat(3_000_000);
    for headers in [
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("sec-fetch-mode", "navigate")],
        vec![("accept", "text/html"), ("cookie", "__Host-sid=x"), ("referer", "https://evil.example/")],
        vec![("content-type", "application/json"), ("accept-encoding", "br"), ("expect", "100-continue")],
        vec![("content-type", "multipart/form-data"), ("content-length", "3000000")],
        vec![("upgrade", "websocket"), ("connection", "upgrade"), ("x-forwarded-for", "nonsense, , 1.2.3.4")],
        vec![("if-none-match", "*"), ("range", "bytes=0-1"), ("x-http-method-override", "DELETE")],
    ] {
        let post = with(with(request(Method::POST, "/auth/verify", &large), &credentials), &headers);
        assert_eq!(send(&it, post).await.status, 200, "{headers:?}");
    }
}

async fn without_a_database_nobody_passes(mut it: TestConsole) {
    let verifier = verifier(&it).await;
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let credentials = [("x-jeton-verifier", verifier.as_str()), ("x-api-key", &secret)];
    assert_eq!(ask(&it, "/auth/verify", &credentials).await.status, 200);
    let (_, unknown) = it.issue("acme", "cd", Role::Viewer, &[], Lifetime::Never).await;
    it.stop().await;
    let credentials_of_unknown = [("x-jeton-verifier", verifier.as_str()), ("x-api-key", unknown.as_str())];
    assert_eq!(ask(&it, "/auth/verify", &credentials_of_unknown).await.status, 503);
    // On SQLite nobody else can have changed what is remembered. On PostgreSQL somebody can, a lease later.
    tokio::time::sleep(crate::harness::TERM).await;
    let remembered = if it.is_sqlite() { 200 } else { 503 };
    assert_eq!(ask(&it, "/auth/verify", &credentials).await.status, remembered);
}
