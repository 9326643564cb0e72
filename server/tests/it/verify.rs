//! `POST /api/v1/verify`.

use axum::{body::Body, http::Method};
use domain::{Lifetime, Role};
use serde_json::json;

use crate::harness::{Caller, TestConsole, on_both, request, with};

on_both![
    tells_all_about_a_good_token,
    says_until_when_an_answer_may_be_remembered,
    tells_nothing_but_the_code_about_others,
    a_caller_without_the_right_is_told_which_one,
    bad_questions_name_the_member,
    a_revocation_is_true_when_it_is_answered,
    use_shows_in_the_list,
];

async fn ask(it: &TestConsole, caller: &Caller, token: &str) -> serde_json::Value {
    let answer = it.post_json(caller, "/api/v1/verify", &json!({ "token": token }).to_string()).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

async fn tells_all_about_a_good_token(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &["deployment:trigger"], Lifetime::Minutes(90)).await;
    let body = json!({ "token": secret, "permission": "deployment:trigger" }).to_string();
    let answer = it.post_json(&verifier, "/api/v1/verify", &body).await.json();
    let organization = answer["organization"]["id"].clone();
    assert_eq!(
        answer,
        json!({
            "valid": true,
            "code": "VALID",
            "token": {
                "id": token.id.to_string(), "label": "ci", "hint": token.hint.as_str(),
                "owner": { "kind": "organization", "id": organization, "name": "Acme" },
                "expires_at": "2026-11-22T10:35:00.000Z",
            },
            "organization": { "id": organization, "slug": "acme", "name": "Acme" },
            "good_until": "2026-11-22T10:35:00.000Z",
            "permissions": [
                "agent:read", "budget:read", "cluster:read", "organization:read", "recommendations:read", "scopes:read", "teams:read", "user:read",
                "deployment:trigger",
            ],
        })
    );
}

async fn says_until_when_an_answer_may_be_remembered(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let admin = it.token("acme", Role::Admin, &[]).await;
    let until = async |secret: &str| ask(&it, &verifier, secret).await["good_until"].as_str().map(str::to_owned);
    let rotate = async |id: String| {
        let answer = it.post_json(&admin, &format!("/api/v1/organizations/acme/tokens/{id}/rotate"), "{\"overlap\":\"6h\"}").await;
        answer.json()["secret"].as_str().unwrap().to_owned()
    };
    // Issued at 09:05.
    let (token, old) = it.issue("acme", "lasting", Role::Viewer, &[], Lifetime::Never).await;
    assert_eq!(until(&old).await, None);
    let new = rotate(token.id.to_string()).await;
    assert_eq!(until(&old).await.as_deref(), Some("2026-11-22T15:05:00.000Z"), "the overlap ends sooner than the token");
    assert_eq!(until(&new).await, None);
    let (token, old) = it.issue("acme", "short", Role::Viewer, &[], Lifetime::Minutes(90)).await;
    let new = rotate(token.id.to_string()).await;
    for secret in [old, new] {
        assert_eq!(until(&secret).await.as_deref(), Some("2026-11-22T10:35:00.000Z"), "no secret outlives its token");
    }
}

async fn tells_nothing_but_the_code_about_others(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let not_found = json!({ "valid": false, "code": "NOT_FOUND" });
    let (_, foreign) = it.issue("globex", "ci", Role::Admin, &[], Lifetime::Never).await;
    let unknown = domain::Secret::mint(it.console.prefix(), domain::Kind::Organization, &"b".repeat(32)).unwrap();
    for presented in [foreign.as_str(), unknown.expose(), "", "nonsense", &"x".repeat(60_000)] {
        assert_eq!(ask(&it, &verifier, presented).await, not_found);
    }
    let (_, short) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Minutes(1)).await;
    let body = json!({ "token": short, "permission": "cluster:delete" }).to_string();
    let weak = it.post_json(&verifier, "/api/v1/verify", &body).await.json();
    assert_eq!(weak, json!({ "valid": false, "code": "INSUFFICIENT_PERMISSIONS" }));
    it.advance(60);
    assert_eq!(ask(&it, &verifier, &short).await, json!({ "valid": false, "code": "EXPIRED" }));
    // A dead token is dead before it is weak.
    let dead = it.post_json(&verifier, "/api/v1/verify", &body).await.json();
    assert_eq!(dead, json!({ "valid": false, "code": "EXPIRED" }));
}

async fn a_caller_without_the_right_is_told_which_one(it: TestConsole) {
    let caller = it.token("acme", Role::Developer, &[]).await;
    let answer = it.post_json(&caller, "/api/v1/verify", "{\"token\":\"x\"}").await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"jeton\", error=\"insufficient_scope\", scope=\"token:verify\"");
    let body = answer.json();
    assert_eq!(body["message"], "Insufficient permissions to access this resource");
    assert_eq!((body["status"].as_u64(), body["error"].as_str()), (Some(403), Some("Forbidden")));
}

async fn bad_questions_name_the_member(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    for (body, status, says) in [
        ("", 422, "not valid JSON"),
        ("{", 422, "not valid JSON"),
        ("[]", 422, "JSON object"),
        ("{}", 422, "missing: token"),
        ("{\"token\":7}", 422, "wrong type"),
        ("{\"token\":\"x\",\"permission\":\"cluster:fly\"}", 422, "not in the catalogue"),
        ("{\"token\":\"x\",\"permisson\":\"cluster:read\"}", 422, "there are: token, permission"),
        ("{\"token\":\"x\",\"token\":\"y\"}", 422, "twice"),
        ("{\"token\":\"x\"} trailing", 422, "not valid JSON"),
    ] {
        let answer = it.post_json(&verifier, "/api/v1/verify", body).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.body);
        assert!(answer.json()["message"].as_str().unwrap().contains(says), "{body}: {}", answer.body);
    }
    let deep = "[".repeat(50_000);
    assert_eq!(it.post_json(&verifier, "/api/v1/verify", &deep).await.status, 422);
    let large = format!("{{\"token\":\"{}\"}}", "x".repeat(70_000));
    let answer = it.post_json(&verifier, "/api/v1/verify", &large).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (413, Some("too_large")));
    let typed = with(request(Method::POST, "/api/v1/verify", "{\"token\":\"x\"}"), &[("content-type", "text/plain")]);
    assert_eq!(it.send(&verifier, typed).await.status, 415);
    // A body that does not say how long it is, and one that ends before its end.
    for (last, status, code) in [(Ok("x"), 413, "too_large"), (Err("gone"), 400, "invalid_body")] {
        let parts = std::iter::repeat_n(Ok("x".repeat(10_000)), 6 + usize::from(last.is_ok())).chain([last.map(str::to_owned)]);
        let body = Body::from_stream(futures_util::stream::iter(parts));
        let mut sent = with(request(Method::POST, "/api/v1/verify", ""), &[("content-type", "application/json")]);
        *sent.body_mut() = body;
        let answer = it.send(&verifier, sent).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (status, Some(code)));
    }
    // No other method is taken, and each refusal is a problem.
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = it.send(&verifier, request(method, "/api/v1/verify", "")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("allow"), answer.json()["code"].as_str()),
            (405, "POST", Some("method_not_allowed"))
        );
        assert!(!answer.header("x-request-id").is_empty());
    }
}

async fn a_revocation_is_true_when_it_is_answered(it: TestConsole) {
    let owner = it.session("owner").await;
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    for _ in 0..10 {
        let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
        assert_eq!(ask(&it, &verifier, &secret).await["code"], "VALID");
        let address = format!("/orgs/acme/tokens/{}/revoke", token.id);
        assert_eq!(it.post_form(&owner, &address, &[("label", "ci")]).await.status, 303);
        assert_eq!(ask(&it, &verifier, &secret).await, json!({ "valid": false, "code": "REVOKED" }));
    }
}

async fn use_shows_in_the_list(mut it: TestConsole) {
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    assert_eq!(it.count("SELECT COUNT(*) FROM token_usage").await, 0);
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
    it.stop().await;
    let written = it.count(&format!("SELECT last_used_at FROM token_usage WHERE token_id = '{}'", token.id)).await;
    assert_eq!(written, 1_795_338_300_000_000);
}
