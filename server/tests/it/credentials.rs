//! One token, one meaning, however it is presented.

use axum::http::Method;
use domain::{Lifetime, Role};

use crate::harness::{Caller, TestConsole, on_both, request, with};

type Headers = Vec<(&'static str, String)>;

on_both![every_accepted_form_means_the_same, everything_else_is_refused, the_cause_is_nobodys_business];

async fn every_accepted_form_means_the_same(it: TestConsole) {
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    for (name, value) in [
        ("authorization", format!("Bearer {secret}")),
        ("authorization", format!("bearer {secret}")),
        ("authorization", format!("Token {secret}")),
        ("authorization", format!("Api-Key {secret}")),
        ("authorization", format!("API-KEY {secret}")),
        ("authorization", format!("Bearer secret-token:{secret}")),
        ("x-api-key", secret.clone()),
        ("x-api-key", format!("secret-token:{secret}")),
    ] {
        let answer = it.send(&Caller::Anonymous, with(request(Method::GET, "/organization", ""), &[(name, &value)])).await;
        assert_eq!(answer.status, 200, "{name}: {}", value.replace(&secret, "…"));
    }
    // A cookie beside a token changes nothing, and alone it is no credential here.
    let Caller::Session(cookie) = it.session("owner").await else { unreachable!() };
    let cookie = format!("__Host-sid={cookie}");
    let both = with(request(Method::GET, "/organization", ""), &[("authorization", &format!("Bearer {secret}")), ("cookie", &cookie)]);
    assert_eq!(it.send(&Caller::Anonymous, both).await.status, 200);
    let alone = with(request(Method::GET, "/organization", ""), &[("cookie", &cookie)]);
    assert_eq!(it.send(&Caller::Anonymous, alone).await.status, 401);
}

async fn everything_else_is_refused(it: TestConsole) {
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let plain = "Bearer realm=\"jeton\"";
    let invalid = "Bearer realm=\"jeton\", error=\"invalid_token\"";
    let twice = "Bearer realm=\"jeton\", error=\"invalid_request\"";
    let bearer = format!("Bearer {secret}");
    let cases: Vec<(Headers, u16, &str)> = vec![
        (vec![], 401, plain),
        (vec![("authorization", secret.clone())], 401, invalid),
        (vec![("authorization", format!("Basic {secret}"))], 401, invalid),
        (vec![("authorization", "Basic dTpw".into())], 401, invalid),
        (vec![("authorization", format!("Bearer  {secret}"))], 401, invalid),
        (vec![("authorization", "Bearer ".into())], 401, invalid),
        (vec![("authorization", "Bearer".into())], 401, invalid),
        (vec![("authorization", format!("Bearer {}", secret.to_lowercase()))], 401, invalid),
        (vec![("x-api-key", bearer.clone())], 401, invalid),
        (vec![("x-api-key", String::new())], 401, invalid),
        (vec![("x-api-key", format!(" {secret}x"))], 401, invalid),
        (vec![("authorization", bearer.clone()), ("authorization", bearer.clone())], 400, twice),
        (vec![("authorization", bearer.clone()), ("x-api-key", secret.clone())], 400, twice),
        (vec![("x-api-key", secret.clone()), ("x-api-key", secret.clone())], 400, twice),
    ];
    for (headers, status, challenge) in cases {
        let headers: Vec<(&'static str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = it.send(&Caller::Anonymous, with(request(Method::GET, "/organization", ""), &headers)).await;
        let shown = format!("{headers:?}").replace(&secret, "…");
        assert_eq!(answer.status.as_u16(), status, "{shown}");
        assert_eq!(answer.header("www-authenticate"), challenge, "{shown}");
        assert!(!answer.body.contains(&secret));
    }
    for query in [
        format!("token={secret}"),
        format!("access_token={secret}"),
        format!("q={secret}"),
        format!("q={}", secret.replace('_', "%5F")),
        "api_key=".into(),
        secret.clone(),
        format!("x=Bearer%20{secret}"),
    ] {
        for path in ["/organization", "/sign-in", "/nowhere", "/assets/a.css"] {
            let answer = it.get(&Caller::Token(secret.clone()), &format!("{path}?{query}")).await;
            assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (400, Some("token_in_url")), "{path}");
        }
    }
}

async fn the_cause_is_nobodys_business(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, revoked) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let path = format!("/orgs/acme/tokens/{}/revoke", token.id);
    assert_eq!(it.post_form(&owner, &path, &[("label", "ci")]).await.status, 303);
    let (_, expired) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Minutes(1)).await;
    it.advance(60);
    let unknown = domain::Secret::mint(it.console.prefix(), domain::Kind::Organization, &"a".repeat(32)).unwrap();
    let mut bodies = Vec::new();
    for presented in [revoked.as_str(), &expired, unknown.expose(), "nonsense"] {
        let answer = it.get(&Caller::Token(presented.to_owned()), "/organization").await;
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"jeton\", error=\"invalid_token\"");
        let mut body = answer.json();
        body["instance"] = "".into();
        bodies.push(body);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
}
