//! Signing in and out.

use axum::http::Method;

use crate::harness::{Caller, PASSWORD, TestConsole, on_both, request, with};

on_both![
    gives_the_cookies_as_they_are_written_down,
    refusals_are_the_same_bytes_for_everybody,
    leads_only_to_addresses_of_our_own,
    signing_out_takes_the_cookie_back_and_kills_it,
    a_presented_session_is_never_adopted,
    too_many_attempts_are_told_when_to_come_back,
];

async fn gives_the_cookies_as_they_are_written_down(it: TestConsole) {
    let answer = it.post_form(&Caller::Anonymous, "/sign-in", &[("email", "Owner@Acme.test"), ("password", PASSWORD)]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"));
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let [session, device] = cookies[..] else { panic!("{cookies:?}") };
    let (value, attributes) = session.strip_prefix("__Host-sid=").unwrap().split_once(';').unwrap();
    assert_eq!((value.len(), attributes), (43, " HttpOnly; SameSite=Lax; Secure; Path=/"));
    let (_, attributes) = device.strip_prefix("__Host-device=").unwrap().split_once(';').unwrap();
    assert_eq!(attributes, " HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000");
    assert_eq!(it.get(&Caller::Session(value.to_owned()), "/orgs/acme/tokens").await.status, 200);
}

async fn refusals_are_the_same_bytes_for_everybody(it: TestConsole) {
    let mut seen = Vec::new();
    for email in ["owner@acme.test", "nobody@acme.test"] {
        let answer = it.post_form(&Caller::Anonymous, "/sign-in", &[("email", email), ("password", "not the password")]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.headers.get("set-cookie").is_none());
        assert!(!answer.body.contains("not the password"));
        seen.push(answer.without_nonce().replace(email, "EMAIL"));
    }
    assert_eq!(seen[0], seen[1]);
}

async fn leads_only_to_addresses_of_our_own(it: TestConsole) {
    for (next, to) in [
        ("/orgs/acme/tokens?after=1", "/orgs/acme/tokens?after=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil", "/"),
    ] {
        let answer =
            it.post_form(&Caller::Anonymous, "/sign-in", &[("email", "owner@acme.test"), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!(answer.header("location"), to);
    }
}

async fn signing_out_takes_the_cookie_back_and_kills_it(it: TestConsole) {
    let owner = it.session("owner").await;
    let answer = it.post_form(&owner, "/sign-out", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/sign-in"));
    assert_eq!(answer.header("set-cookie"), "__Host-sid=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0");
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(it.get(&owner, "/orgs/acme/tokens").await.header("location"), "/sign-in?next=%2Forgs%2Facme%2Ftokens");
    assert_eq!(it.post_form(&owner, "/account", &[("name", "Ada")]).await.header("location"), "/sign-in?next=%2Faccount");
}

async fn a_presented_session_is_never_adopted(it: TestConsole) {
    // Signing in anew ends the session one had.
    let before = it.session("owner").await;
    assert_eq!(it.post_form(&before, "/sign-in", &[("email", "owner@acme.test"), ("password", PASSWORD)]).await.status, 303);
    assert_eq!(it.get(&before, "/orgs/acme/tokens").await.status, 303);
    let planted = Caller::Session("A".repeat(43));
    let answer = it.post_form(&planted, "/sign-in", &[("email", "owner@acme.test"), ("password", PASSWORD)]).await;
    assert!(!answer.header("set-cookie").contains(&"A".repeat(43)));
    assert_eq!(it.get(&planted, "/orgs/acme/tokens").await.status, 303);
}

async fn too_many_attempts_are_told_when_to_come_back(it: TestConsole) {
    let attempt = async || it.post_form(&Caller::Anonymous, "/sign-in", &[("email", "owner@acme.test"), ("password", "wrong")]).await;
    for _ in 0..10 {
        assert_eq!(attempt().await.status, 422);
    }
    let answer = attempt().await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "61"));
    assert!(answer.body.contains("Try again in 1 minute"));
    // Forged: neither header makes a form ours.
    let forged = with(request(Method::POST, "/sign-in", "email=a&password=b"), &[("content-type", "application/x-www-form-urlencoded")]);
    assert_eq!(it.send(&Caller::Anonymous, forged).await.status, 403);
}
