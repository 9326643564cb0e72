//! `GET /organization`.

use axum::http::Method;
use domain::Role;
use serde_json::json;

use crate::harness::{Caller, TestConsole, on_both, request};

on_both![tells_whose_token_it_is, refusals_are_problems_that_older_clients_can_read];

async fn tells_whose_token_it_is(it: TestConsole) {
    let token = it.token("acme", Role::Viewer, &[]).await;
    let answer = it.get(&token, "/organization").await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("org_"));
    assert_eq!(answer.body, format!("{{\"id\":\"{id}\",\"name\":\"Acme\",\"created_at\":\"2026-11-22T09:05:00.000Z\"}}"));
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn refusals_are_problems_that_older_clients_can_read(it: TestConsole) {
    let answer = it.get(&Caller::Anonymous, "/organization").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(
        answer.json(),
        json!({
            "status": 401, "error": "Unauthorized", "message": "Invalid or missing authentication token",
            "type": "about:blank", "title": "Unauthorized", "code": "unauthenticated", "instance": answer.header("x-request-id"),
        })
    );
    let answer = it.send(&Caller::Anonymous, request(Method::DELETE, "/organization", "")).await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET,HEAD"));
    assert_eq!(answer.json()["code"], "method_not_allowed");
    let answer = it.get(&Caller::Anonymous, "/api/v1/nothing").await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (404, Some("not_found")));
}
