//! Replacing a token that is over, over the JSON API.

use axum::http::Method;
use domain::{Lifetime, Role};

use crate::harness::{Answer, Caller, TestConsole, on_both, request};

on_both![
    what_is_over_is_replaced_by_its_like,
    what_is_in_force_is_not_replaced,
    nobody_replaces_more_than_they_hold_or_for_longer,
    foreign_and_absent_tokens_are_not_found,
    nothing_is_half_done,
];

async fn replace(it: &TestConsole, caller: &Caller, token: &str) -> Answer {
    it.send(caller, request(Method::POST, &format!("/api/v1/organizations/acme/tokens/{token}/replace"), "")).await
}

async fn revoke(it: &TestConsole, caller: &Caller, token: &str) {
    assert_eq!(it.delete(caller, &format!("/api/v1/organizations/acme/tokens/{token}")).await.status, 200);
}

async fn what_is_over_is_replaced_by_its_like(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, old) = it.issue("acme", "target", Role::Viewer, &["token:verify"], Lifetime::Never).await;
    revoke(&it, &admin, &target.id.to_string()).await;
    let answer = replace(&it, &admin, &target.id.to_string()).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (201, "no-store"));
    let made = answer.json();
    assert_eq!(answer.header("location"), format!("/api/v1/organizations/acme/tokens/{}", made["id"].as_str().unwrap()));
    assert_ne!(made["id"], target.id.to_string());
    assert_eq!((made["label"].as_str(), made["role"].as_str(), made["status"].as_str()), (Some("target"), Some("viewer"), Some("active")));
    assert_eq!(made["permissions"], serde_json::json!(["token:verify"]));
    let new = Caller::Token(made["secret"].as_str().unwrap().to_owned());
    assert_eq!(it.get(&new, "/api/v1/token").await.json()["id"], made["id"]);
    assert_eq!(it.get(&Caller::Token(old), "/api/v1/token").await.status, 401);
}

async fn what_is_in_force_is_not_replaced(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, _) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let answer = replace(&it, &admin, &target.id.to_string()).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (409, Some("conflict")));
}

async fn nobody_replaces_more_than_they_hold_or_for_longer(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, _) = it.issue("acme", "target", Role::Admin, &[], Lifetime::Never).await;
    revoke(&it, &admin, &target.id.to_string()).await;
    let narrow = it.token("acme", Role::Viewer, &["api_key:create"]).await;
    assert_eq!(replace(&it, &narrow, &target.id.to_string()).await.status, 403);
    let (_, brief) = it.issue("acme", "brief", Role::Admin, &[], Lifetime::Minutes(60)).await;
    let before = it.count("SELECT COUNT(*) FROM tokens").await;
    let answer = replace(&it, &Caller::Token(brief), &target.id.to_string()).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (422, Some("invalid")), "{}", answer.body);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens").await, before);
}

async fn foreign_and_absent_tokens_are_not_found(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (foreign, _) = it.issue("globex", "target", Role::Viewer, &[], Lifetime::Never).await;
    for id in [foreign.id.to_string().as_str(), "tok_00000000000000000000000000000001", "x"] {
        assert_eq!(replace(&it, &admin, id).await.status, 404, "{id}");
    }
}

async fn nothing_is_half_done(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, _) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    revoke(&it, &admin, &target.id.to_string()).await;
    let before = it.count("SELECT COUNT(*) FROM tokens").await;
    it.break_events().await;
    assert_eq!(replace(&it, &admin, &target.id.to_string()).await.status, 500);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens").await, before);
}
