//! `POST /api/v1/verify/batch`.

use domain::{Lifetime, Role};
use serde_json::{Value, json};

use crate::harness::{TestConsole, on_both};

on_both![answers_as_if_each_had_been_asked_alone_and_in_order, what_cannot_be_taken_is_named_and_nothing_is_answered];

const PATH: &str = "/api/v1/verify/batch";

async fn answers_as_if_each_had_been_asked_alone_and_in_order(mut it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &["deployment:trigger"], Lifetime::Never).await;
    let (_, foreign) = it.issue("globex", "ci", Role::Admin, &[], Lifetime::Never).await;
    let (_, short) = it.issue("acme", "short", Role::Viewer, &[], Lifetime::Minutes(1)).await;
    it.advance(60);
    let kinds = [
        json!({ "token": secret, "permission": "deployment:trigger" }),
        json!({ "token": foreign }),
        json!({ "token": secret, "permission": "cluster:delete" }),
        json!({ "token": short }),
        json!({ "token": "nonsense" }),
        json!({ "token": secret, "permission": null }),
    ];
    let questions: Vec<&Value> = kinds.iter().cycle().take(100).collect();
    let answer = it.post_json(&verifier, PATH, &json!({ "questions": questions }).to_string()).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let answers = answer.json()["answers"].as_array().unwrap().clone();
    assert_eq!(answers.len(), 100);
    for (question, answer) in questions.iter().zip(&answers) {
        assert_eq!(it.post_json(&verifier, "/api/v1/verify", &question.to_string()).await.json(), *answer);
    }
    let codes: Vec<&str> = answers.iter().take(6).map(|answer| answer["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["VALID", "NOT_FOUND", "INSUFFICIENT_PERMISSIONS", "EXPIRED", "NOT_FOUND", "VALID"]);
    it.stop().await;
    assert_eq!(it.count(&format!("SELECT COUNT(*) FROM token_usage WHERE token_id = '{}'", token.id)).await, 1);
}

async fn what_cannot_be_taken_is_named_and_nothing_is_answered(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let one = "{\"token\":\"x\"}";
    let many = |count: usize| format!("{{\"questions\":[{}]}}", vec![one; count].join(","));
    assert_eq!(it.post_json(&verifier, PATH, &many(1)).await.json(), json!({ "answers": [{ "valid": false, "code": "NOT_FOUND" }] }));
    for (body, field, says) in [
        (many(0), "questions", "1 to 100"),
        (many(101), "questions", "1 to 100"),
        (format!("{{\"questions\":[{one},{{\"token\":\"x\",\"permission\":\"cluster:fly\"}}]}}"), "questions[1].permission", "catalogue"),
        ("{}".to_owned(), "", "missing: questions"),
        ("{\"questions\":{}}".to_owned(), "", "wrong type"),
        ("{\"questions\":[[\"x\",null]]}".to_owned(), "", "wrong type"),
        ("{\"questions\":[{}]}".to_owned(), "", "missing: token"),
        ("{\"questions\":[{\"token\":\"x\",\"token\":\"y\"}]}".to_owned(), "", "twice"),
        ("{\"questions\":[{\"token\":\"x\",\"scope\":\"y\"}]}".to_owned(), "", "there are: token, permission"),
        (format!("{{\"questions\":[{one}],\"permission\":\"cluster:read\"}}"), "", "there are: questions"),
    ] {
        let answer = it.post_json(&verifier, PATH, &body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.body);
        assert_eq!(answer.json()["field"].as_str().unwrap_or_default(), field, "{body}");
        assert!(answer.json()["message"].as_str().unwrap().contains(says), "{body}: {}", answer.body);
    }
    let plain = it.token("acme", Role::Developer, &[]).await;
    let answer = it.post_json(&plain, PATH, &many(1)).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some("insufficient_permissions")));
}
