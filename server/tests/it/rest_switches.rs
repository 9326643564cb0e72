//! Switching a token off and on and ending an overlap over the JSON API.

use axum::http::Method;
use domain::{Lifetime, Role};
use serde_json::{Value, json};

use crate::harness::{Answer, Caller, TestConsole, on_both, request};

on_both![
    a_disabled_token_is_refused_until_it_is_enabled,
    an_ended_overlap_leaves_only_the_newest_secret,
    a_dead_token_is_not_switched,
    foreign_and_absent_tokens_are_not_found,
    no_switch_is_half_done,
];

const VERBS: [&str; 3] = ["disable", "enable", "end-overlap"];

async fn post(it: &TestConsole, caller: &Caller, token: &str, verb: &str) -> Answer {
    it.send(caller, request(Method::POST, &format!("/api/v1/organizations/acme/tokens/{token}/{verb}"), "")).await
}

async fn a_disabled_token_is_refused_until_it_is_enabled(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, secret) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let (id, secret) = (target.id.to_string(), Caller::Token(secret));
    let disabled = post(&it, &admin, &id, "disable").await;
    assert_eq!((disabled.status.as_u16(), disabled.json()["status"].as_str()), (200, Some("disabled")));
    assert_eq!(disabled.json()["disabled"], json!({ "at": "2026-11-22T09:05:00.000Z", "by": "caller" }));
    assert_eq!(it.get(&secret, "/organization").await.status, 401);
    it.advance(60);
    assert_eq!(post(&it, &admin, &id, "disable").await.json(), disabled.json(), "who did it first stays on record");
    for _ in 0..2 {
        let enabled = post(&it, &admin, &id, "enable").await;
        assert_eq!((enabled.status.as_u16(), enabled.json()["status"].as_str()), (200, Some("active")));
        assert_eq!(enabled.json()["disabled"], Value::Null);
    }
    assert_eq!(it.get(&secret, "/organization").await.status, 200);
    for action in ["token.disable", "token.enable"] {
        assert_eq!(it.count(&format!("SELECT COUNT(*) FROM events WHERE action = '{action}'")).await, 1);
    }
}

async fn an_ended_overlap_leaves_only_the_newest_secret(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let owner = it.session("owner").await;
    let (target, old) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let (id, old) = (target.id.to_string(), Caller::Token(old));
    let rotated = crate::rotation::rotate(&it, &owner, &format!("/orgs/acme/tokens/{id}"), "6h").await;
    assert_eq!(rotated.status, 200);
    assert_eq!(it.get(&old, "/organization").await.status, 200);
    for _ in 0..2 {
        let ended = post(&it, &admin, &id, "end-overlap").await;
        assert_eq!((ended.status.as_u16(), ended.json()["id"].as_str()), (200, Some(id.as_str())));
        assert_eq!(it.get(&old, "/organization").await.status, 401);
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.end_overlap'").await, 1);
}

async fn a_dead_token_is_not_switched(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, _) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let id = target.id.to_string();
    assert_eq!(it.delete(&admin, &format!("/api/v1/organizations/acme/tokens/{id}")).await.status, 200);
    for verb in ["disable", "enable"] {
        let answer = post(&it, &admin, &id, verb).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (409, Some("conflict")), "{verb}");
    }
}

async fn foreign_and_absent_tokens_are_not_found(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (foreign, secret) = it.issue("globex", "target", Role::Viewer, &[], Lifetime::Never).await;
    for verb in VERBS {
        for id in [foreign.id.to_string().as_str(), "tok_00000000000000000000000000000001", "x"] {
            assert_eq!(post(&it, &admin, id, verb).await.status, 404, "{verb} {id}");
        }
    }
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
}

async fn no_switch_is_half_done(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, secret) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    it.break_events().await;
    assert_eq!(post(&it, &admin, &target.id.to_string(), "disable").await.status, 500);
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
}
