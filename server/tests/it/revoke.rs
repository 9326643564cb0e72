//! `POST /oauth2/revoke`: RFC 7009.

use std::time::{Duration, Instant};

use axum::http::Method;
use domain::{Kind, Lifetime, Role, Secret};
use services::{access, tokens};

use crate::{
    harness::{Answer, Caller, TestConsole, command_line, on_both, request},
    introspect,
};

on_both![
    a_token_ends_itself_and_may_say_so_again,
    of_two_at_once_both_are_done_and_one_is_recorded,
    another_one_takes_the_right_to_revoke,
    either_secret_of_an_overlap_ends_the_token,
    what_is_good_for_nothing_changes_nothing,
    who_presents_nothing_good_is_not_let_in,
    no_revocation_is_half_done,
];

const PATH: &str = "/oauth2/revoke";

async fn revoke(it: &TestConsole, caller: &Caller, secret: &str) -> Answer {
    introspect::form(it, caller, PATH, &format!("token={secret}&token_type_hint=refresh_token")).await
}

async fn opens(it: &TestConsole, secret: &str) -> bool {
    it.get(&Caller::Token(secret.to_owned()), "/api/v1/token").await.status == 200
}

async fn revocations(it: &TestConsole) -> i64 {
    it.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await
}

async fn a_token_ends_itself_and_may_say_so_again(it: TestConsole) {
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let caller = Caller::Token(secret.clone());
    let mails = it.count("SELECT COUNT(*) FROM mails").await;
    for _ in 0..2 {
        let answer = revoke(&it, &caller, &secret).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str(), answer.header("cache-control")), (200, "{}", "no-store"));
        assert!(!opens(&it, &secret).await);
    }
    let by = format!(
        "SELECT COUNT(*) FROM events WHERE action = 'token.revoke' AND actor_kind = 'token' AND actor_name = 'ci' AND target_id = '{}'",
        token.id
    );
    assert_eq!((it.count(&by).await, revocations(&it).await), (1, 1));
    assert!(it.count("SELECT COUNT(*) FROM mails").await > mails, "owners and admins are told");
    for (table, column) in [("events", "details"), ("mails", "text_body"), ("mails", "html_body")] {
        assert_eq!(it.count(&format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%{secret}%'")).await, 0, "{table}");
    }
}

async fn of_two_at_once_both_are_done_and_one_is_recorded(it: TestConsole) {
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let caller = Caller::Token(secret.clone());
    let (one, two) = tokio::join!(revoke(&it, &caller, &secret), revoke(&it, &caller, &secret));
    assert_eq!((one.status.as_u16(), two.status.as_u16(), revocations(&it).await), (200, 200, 1));
}

async fn another_one_takes_the_right_to_revoke(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let plain = it.token("acme", Role::Developer, &["token:verify"]).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let refused = revoke(&it, &plain, &secret).await;
    let challenge = "Bearer realm=\"jeton\", error=\"insufficient_scope\", scope=\"api_key:delete\"";
    assert_eq!((refused.status.as_u16(), refused.header("www-authenticate")), (403, challenge));
    assert!(opens(&it, &secret).await);
    // One that is switched off could be switched on again.
    let disable = format!("/api/v1/organizations/acme/tokens/{}/disable", token.id);
    assert_eq!(it.send(&admin, request(Method::POST, &disable, "")).await.status, 200);
    for _ in 0..2 {
        assert_eq!(revoke(&it, &admin, &secret).await.status, 200);
        assert_eq!(it.get(&admin, &format!("/api/v1/organizations/acme/tokens/{}", token.id)).await.json()["status"], "revoked");
    }
    assert_eq!(revocations(&it).await, 1);
    assert_eq!(revoke(&it, &plain, &secret).await.status, 200, "it is good for nothing any more");
    // A person's own token ends as over the rest of the API.
    let person = introspect::generated_by(&it, "developer", "user").await;
    assert_eq!(revoke(&it, &admin, &person).await.status, 200);
    assert!(!opens(&it, &person).await);
}

async fn either_secret_of_an_overlap_ends_the_token(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    for presents_old in [true, false] {
        let (token, old) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
        let rotated = it.post_json(&admin, &format!("/api/v1/organizations/acme/tokens/{}/rotate", token.id), "{}").await.json();
        let new = rotated["secret"].as_str().unwrap().to_owned();
        let presented = if presents_old { &old } else { &new };
        assert_eq!(revoke(&it, &Caller::Token(new.clone()), presented).await.status, 200);
        assert!(!opens(&it, &old).await && !opens(&it, &new).await);
    }
}

async fn what_is_good_for_nothing_changes_nothing(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (_, foreign) = it.issue("globex", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let (token, ended) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let rotate = format!("/api/v1/organizations/acme/tokens/{}/rotate", token.id);
    let current = it.post_json(&admin, &rotate, "{\"overlap\":\"now\"}").await.json()["secret"].as_str().unwrap().to_owned();
    let unknown = Secret::mint(it.console.prefix(), Kind::Organization, &"b".repeat(32)).unwrap();
    for presented in [foreign.as_str(), &ended, unknown.expose(), "nonsense", &"x".repeat(60_000)] {
        assert_eq!(revoke(&it, &admin, presented).await.status, 200);
    }
    assert!(opens(&it, &foreign).await && opens(&it, &current).await);
    assert_eq!(revocations(&it).await, 0);
}

async fn who_presents_nothing_good_is_not_let_in(it: TestConsole) {
    let owner = it.session("owner").await;
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let bad = Caller::Token("jto_00000000000000000000000000000000000000".to_owned());
    for caller in [&Caller::Anonymous, &owner, &bad] {
        for body in [format!("token={secret}"), "token=x".to_owned(), String::new()] {
            assert_eq!(introspect::form(&it, caller, PATH, &body).await.status, 401);
        }
    }
    assert!(opens(&it, &secret).await);
    let caller = Caller::Token(secret.clone());
    let get = it.get(&caller, PATH).await;
    assert_eq!((get.status.as_u16(), get.header("allow")), (405, "POST"));
    assert_eq!(introspect::form(&it, &caller, PATH, "").await.json()["error"], "invalid_request");
    assert_eq!(it.post_json(&caller, PATH, &format!("{{\"token\":\"{secret}\"}}")).await.status, 415);
    assert!(opens(&it, &secret).await);
}

async fn no_revocation_is_half_done(mut it: TestConsole) {
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let caller = Caller::Token(secret.clone());
    it.break_events().await;
    assert_eq!(revoke(&it, &caller, &secret).await.status, 500);
    assert!(opens(&it, &secret).await);
    // Without a database nobody is told that anything was done, whatever they present.
    it.stop().await;
    let answer = revoke(&it, &caller, &secret).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"));
}

/// Whoever is told that it is done may rely on it, though somebody else did it on another server and was not told yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_told_by_another_server_is_told_as_late() {
    // Long enough for that server to be asked before it knows.
    const TERM: Duration = Duration::from_millis(500);
    let mut it = TestConsole::postgres().await;
    let background = it.turn_to_another(TERM).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    assert!(opens(&it, &secret).await, "it is remembered there");
    let first = tokio::spawn({
        let (console, id) = (it.console.clone(), token.id.to_string());
        async move {
            let operator = access::by_operator(&console, "acme", &command_line()).await.unwrap();
            tokens::revoke_by_id(&console, &operator, &id, None).await
        }
    });
    while revocations(&it).await == 0 {
        tokio::task::yield_now().await;
    }
    // Before that server knows, and when it does.
    for _ in 0..2 {
        let begun = Instant::now();
        assert_eq!(revoke(&it, &Caller::Token(secret.clone()), &secret).await.status, 200);
        assert!(begun.elapsed() >= TERM + TERM / 4, "{:?}", begun.elapsed());
        assert!(!opens(&it, &secret).await);
    }
    assert!(first.await.unwrap().is_ok());
    background.stop().await;
}
