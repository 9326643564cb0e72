//! `/api/v1/token`: the token that is presented.

use domain::{Lifetime, Role};
use serde_json::json;

use crate::harness::{Caller, TestConsole, on_both};

on_both![tells_everything_but_the_secret, ends_itself_and_is_refused_from_then_on, a_session_is_no_token];

async fn tells_everything_but_the_secret(mut it: TestConsole) {
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &["deployment:trigger"], Lifetime::Minutes(90)).await;
    let caller = Caller::Token(secret.clone());
    let answer = it.get(&caller, "/api/v1/token").await;
    assert_eq!(answer.status, 200);
    assert!(!answer.body.contains(&secret));
    let organization = it.get(&caller, "/organization").await.json()["id"].clone();
    let viewer: Vec<&str> = domain::policy::grants(Role::Viewer).iter().map(domain::Permission::as_str).collect();
    let effective: Vec<&str> = viewer.into_iter().chain(["deployment:trigger"]).collect();
    assert_eq!(
        answer.json(),
        json!({
            "id": token.id.to_string(), "label": "ci", "description": "", "hint": token.hint.as_str(),
            "owner": { "kind": "organization", "id": organization, "name": "Acme" },
            "status": "active", "role": "viewer", "permissions": ["deployment:trigger"], "effective_permissions": effective,
            "created_at": "2026-11-22T09:05:00.000Z", "created_by": "Operator", "created_by_left": false, "expires_at": "2026-11-22T10:35:00.000Z",
            "allowed_networks": [], "rate_limit": null, "last_used_at": null, "disabled": null, "revoked": null,
        })
    );
    it.stop().await;
    assert_eq!(it.count(&format!("SELECT COUNT(*) FROM token_usage WHERE token_id = '{}'", token.id)).await, 1, "asking is a use");
}

async fn ends_itself_and_is_refused_from_then_on(it: TestConsole) {
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let caller = Caller::Token(secret);
    let answer = it.delete(&caller, "/api/v1/token").await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""));
    for path in ["/api/v1/token", "/organization", "/api/v1/organizations/acme"] {
        assert_eq!(it.get(&caller, path).await.status, 401, "{path}");
    }
    assert_eq!(it.delete(&caller, "/api/v1/token").await.status, 401);
    let by = format!(
        "SELECT COUNT(*) FROM events WHERE action = 'token.revoke' AND actor_kind = 'token' AND actor_name = 'ci' AND target_id = '{}'",
        token.id
    );
    assert_eq!(it.count(&by).await, 1);
}

async fn a_session_is_no_token(it: TestConsole) {
    let owner = it.session("owner").await;
    assert_eq!(it.get(&owner, "/api/v1/token").await.status, 401);
    assert_eq!(it.delete(&owner, "/api/v1/token").await.status, 401);
}
