//! `PATCH /api/v1/organizations/{organization}/tokens/{token}`.

use axum::http::Method;
use domain::{Lifetime, Role};
use serde_json::{Value, json};

use crate::harness::{Answer, Caller, TestConsole, on_both, request, with};

on_both![
    what_is_absent_stays,
    an_edit_from_something_older_changes_nothing,
    bad_bodies_name_the_member_and_change_nothing,
    nobody_gives_more_or_for_longer_than_they_have,
    what_is_dead_or_foreign_is_not_edited,
    edits_of_different_parts_do_not_undo_one_another,
];

fn path(id: &str) -> String {
    format!("/api/v1/organizations/acme/tokens/{id}")
}

async fn patch(it: &TestConsole, caller: &Caller, id: &str, body: &Value) -> Answer {
    patch_if(it, caller, id, body, &[]).await
}

async fn patch_if(it: &TestConsole, caller: &Caller, id: &str, body: &Value, tags: &[&str]) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(tags.iter().map(|tag| ("if-match", *tag)));
    it.send(caller, with(request(Method::PATCH, &path(id), &body.to_string()), &headers)).await
}

async fn what_is_absent_stays(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, secret) = it.issue("acme", "target", Role::Viewer, &["token:verify"], Lifetime::Minutes(600)).await;
    let id = target.id.to_string();
    let mut expected = it.get(&admin, &path(&id)).await.json();
    for (body, members) in [
        (json!({}), vec![]),
        (json!({ "label": "renamed" }), vec![("label", json!("renamed"))]),
        (json!({ "description": "Two\nlines" }), vec![("description", json!("Two\nlines"))]),
        (json!({ "expires_in": 60 }), vec![("expires_at", json!("2026-11-22T09:06:00.000Z"))]),
        (json!({ "expires_at": "2026-11-23T10:05:00+01:00" }), vec![("expires_at", json!("2026-11-23T09:05:00.000Z"))]),
        (json!({ "expires_at": null }), vec![("expires_at", json!(null))]),
        (json!({ "description": "" }), vec![("description", json!(""))]),
    ] {
        let answer = patch(&it, &admin, &id, &body).await;
        for (member, value) in members {
            expected[member] = value;
        }
        assert_eq!((answer.status.as_u16(), answer.json()), (200, expected.clone()), "{body}");
    }
    // The permissions of its own stay when the role goes, and the other way round.
    let bare = patch(&it, &admin, &id, &json!({ "role": null })).await.json();
    assert_eq!((&bare["role"], &bare["effective_permissions"]), (&json!(null), &json!(["token:verify"])));
    assert_eq!(it.get(&Caller::Token(secret.clone()), "/organization").await.status, 403, "it holds at once");
    let both = patch(&it, &admin, &id, &json!({ "role": "developer" })).await.json();
    assert_eq!((&both["role"], &both["permissions"]), (&json!("developer"), &json!(["token:verify"])));
    let role = patch(&it, &admin, &id, &json!({ "permissions": [] })).await.json();
    assert_eq!((&role["role"], &role["permissions"]), (&json!("developer"), &json!([])));
    assert_eq!(it.get(&admin, &path(&id)).await.json(), role);
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
    let edits = "SELECT COUNT(*) FROM events WHERE action = 'token.edit' AND actor_kind = 'token' AND actor_name = 'caller'";
    assert_eq!(it.count(edits).await, 9, "what changes nothing is no event");
}

async fn an_edit_from_something_older_changes_nothing(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, secret) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let id = target.id.to_string();
    let seen = it.get(&admin, &path(&id)).await.header("etag").to_owned();
    assert!(seen.starts_with('"') && seen.ends_with('"') && seen.len() == 34, "{seen}");
    // A use is no edit.
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
    assert_eq!(it.get(&admin, &path(&id)).await.header("etag"), seen);
    let edited = patch_if(&it, &admin, &id, &json!({ "label": "one" }), &[&seen]).await;
    assert_eq!(edited.status, 200);
    let next = edited.header("etag").to_owned();
    assert_ne!(next, seen);
    assert_eq!(it.get(&admin, &path(&id)).await.header("etag"), next);
    for stale in [seen.as_str(), "\"\"", "\"x\"", &format!("W/{next}")] {
        let refused = patch_if(&it, &admin, &id, &json!({ "label": "two" }), &[stale]).await;
        assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (412, Some("precondition_failed")), "{stale}");
    }
    for wrong in [&["x"][..], &["\""], &["\"a\", \"b\""], &[&next, &next], &[""]] {
        let refused = patch_if(&it, &admin, &id, &json!({ "label": "two" }), wrong).await;
        assert_eq!((refused.status.as_u16(), refused.json()["field"].as_str()), (422, Some("If-Match")), "{wrong:?}");
    }
    assert_eq!(it.get(&admin, &path(&id)).await.json()["label"], "one");
    assert_eq!(patch_if(&it, &admin, &id, &json!({ "label": "two" }), &[&next]).await.status, 200);
    assert_eq!(patch_if(&it, &admin, &id, &json!({ "label": "three" }), &["*"]).await.status, 200);
}

async fn bad_bodies_name_the_member_and_change_nothing(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, _) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let id = target.id.to_string();
    let before = it.count("SELECT seq FROM head").await;
    for (body, field) in [
        (json!({ "label": "" }), "label"),
        (json!({ "description": "x".repeat(501) }), "description"),
        (json!({ "role": "owner" }), "role"),
        (json!({ "role": "king" }), "role"),
        (json!({ "role": null }), "permissions"),
        (json!({ "permissions": ["cluster:fly"] }), "permissions"),
        (json!({ "expires_in": 59 }), "expires_in"),
        (json!({ "expires_at": "soon" }), "expires_at"),
        (json!({ "expires_at": null, "expires_in": null }), "expires_at"),
    ] {
        let answer = patch(&it, &admin, &id, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(field)), "{body}: {}", answer.body);
    }
    for body in [
        json!(null),
        json!([]),
        json!({ "label": null }),
        json!({ "description": null }),
        json!({ "permissions": null }),
        json!({ "permissions": "cluster:read" }),
        json!({ "status": "active" }),
        json!({ "secret": "x" }),
        json!({ "owner": {} }),
        json!({ "id": id }),
        json!({ "created_by": "x" }),
        json!({ "effective_permissions": [] }),
    ] {
        let answer = patch(&it, &admin, &id, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (422, Some("invalid_body")), "{body}");
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
}

async fn nobody_gives_more_or_for_longer_than_they_have(it: TestConsole) {
    let (editor, secret) = it.issue("acme", "editor", Role::Viewer, &["api_key:update"], Lifetime::Minutes(60)).await;
    let (caller, own) = (Caller::Token(secret), editor.id.to_string());
    let (strong, _) = it.issue("acme", "strong", Role::Admin, &[], Lifetime::Minutes(30)).await;
    let (weak, _) = it.issue("acme", "weak", Role::Viewer, &[], Lifetime::Minutes(30)).await;
    let before = it.count("SELECT seq FROM head").await;
    let (strong, weak) = (strong.id.to_string(), weak.id.to_string());
    for (id, body, field) in [
        (&weak, json!({ "role": "developer" }), "role"),
        (&weak, json!({ "permissions": ["api_key:delete"] }), "permissions"),
        (&own, json!({ "permissions": ["api_key:update", "api_key:create"] }), "permissions"),
        (&weak, json!({ "expires_at": null }), "expires_at"),
        (&own, json!({ "expires_in": 3601 }), "expires_at"),
        (&strong, json!({ "expires_in": 3600 }), "expires_at"),
    ] {
        let answer = patch(&it, &caller, id, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(field)), "{body}: {}", answer.body);
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    // Taking away and shortening is for whoever may edit.
    assert_eq!(patch(&it, &caller, &strong, &json!({ "role": "viewer", "expires_in": 600 })).await.status, 200);
    assert_eq!(patch(&it, &caller, &weak, &json!({ "expires_in": 3600 })).await.status, 200);
}

async fn what_is_dead_or_foreign_is_not_edited(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (dead, _) = it.issue("acme", "dead", Role::Viewer, &[], Lifetime::Never).await;
    let (foreign, _) = it.issue("globex", "foreign", Role::Viewer, &[], Lifetime::Never).await;
    assert_eq!(it.delete(&admin, &path(&dead.id.to_string())).await.status, 200);
    let before = it.count("SELECT seq FROM head").await;
    let answer = patch(&it, &admin, &dead.id.to_string(), &json!({ "label": "x" })).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (409, Some("conflict")));
    for id in [foreign.id.to_string().as_str(), "tok_00000000000000000000000000000001", "x"] {
        assert_eq!(patch(&it, &admin, id, &json!({ "label": "x" })).await.status, 404, "{id}");
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    let (target, _) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    it.break_events().await;
    assert_eq!(patch(&it, &admin, &target.id.to_string(), &json!({ "label": "x" })).await.status, 500);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE label = 'target'").await, 1);
}

/// Each names one half of what the token may do, and what it does not name is read when its turn has come.
async fn edits_of_different_parts_do_not_undo_one_another(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    for _ in 0..5 {
        let (target, _) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
        let id = target.id.to_string();
        let (role, permissions) = (json!({ "role": "developer" }), json!({ "permissions": ["token:verify"] }));
        let (one, other) = tokio::join!(patch(&it, &admin, &id, &role), patch(&it, &admin, &id, &permissions));
        assert_eq!((one.status.as_u16(), other.status.as_u16()), (200, 200));
        let found = it.get(&admin, &path(&id)).await.json();
        assert_eq!((&found["role"], &found["permissions"]), (&json!("developer"), &json!(["token:verify"])));
    }
}
