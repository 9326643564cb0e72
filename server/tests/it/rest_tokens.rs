//! `/api/v1/organizations/{organization}` and its tokens.

use axum::http::Method;
use domain::{Lifetime, Role};
use serde_json::{Value, json};
use test_database::rounds;

use crate::harness::{Answer, Caller, TestConsole, on_both, request, with};

on_both![
    an_organization_is_found_by_id_and_slug_and_no_other_exists,
    a_generated_token_is_answered_once_with_its_secret,
    a_lifetime_is_chosen_in_three_ways,
    bad_bodies_name_the_member_and_change_nothing,
    unknown_members_change_nothing,
    a_token_hands_on_neither_more_nor_for_longer_than_it_has,
    pages_follow_one_another,
    bad_places_in_the_list_are_told,
    filters_find_what_they_name,
    revoking_is_final_and_twice_is_once,
    several_are_revoked_at_once_and_each_is_told_of,
    a_lost_answer_can_be_asked_for_again,
    a_key_is_taken_as_it_is_or_not_at_all,
    the_same_key_at_once_is_one_token,
    nothing_is_half_done,
];

const TOKENS: &str = "/api/v1/organizations/acme/tokens";

async fn create(it: &TestConsole, caller: &Caller, body: &Value) -> Answer {
    it.post_json(caller, TOKENS, &body.to_string()).await
}

async fn create_with_key(it: &TestConsole, caller: &Caller, key: &str, body: &str) -> Answer {
    let post = request(Method::POST, TOKENS, body);
    it.send(caller, with(post, &[("content-type", "application/json"), ("idempotency-key", key)])).await
}

async fn tokens(it: &TestConsole) -> i64 {
    it.count("SELECT COUNT(*) FROM tokens").await
}

/// A body without the request's id, which differs from answer to answer.
fn anonymized(answer: &Answer) -> String {
    answer.body.replace(answer.header("x-request-id"), "req")
}

async fn an_organization_is_found_by_id_and_slug_and_no_other_exists(it: TestConsole) {
    let caller = it.token("acme", Role::Viewer, &[]).await;
    let by_slug = it.get(&caller, "/api/v1/organizations/acme").await;
    assert_eq!(by_slug.status, 200);
    let id = by_slug.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(by_slug.json(), json!({ "id": id, "slug": "acme", "name": "Acme", "created_at": "2026-11-22T09:05:00.000Z" }));
    assert_eq!(it.get(&caller, &format!("/api/v1/organizations/{id}")).await.body, by_slug.body);
    let (foreign, _) = it.issue("globex", "target", Role::Viewer, &[], Lifetime::Never).await;
    let admin = it.token("acme", Role::Admin, &[]).await;
    let absent = it.get(&admin, "/api/v1/organizations/nowhere").await;
    assert_eq!(absent.status, 404);
    for organization in ["globex", "org_00000000000000000000000000000001", "nowhere", "ACME", "%2e%2e", "%ff", "acme%00"] {
        for rest in ["", "/tokens", &format!("/tokens/{}", foreign.id)] {
            // Whether the permission is held at home makes no difference.
            for who in [&caller, &admin] {
                let answer = it.get(who, &format!("/api/v1/organizations/{organization}{rest}")).await;
                assert_eq!((answer.status.as_u16(), anonymized(&answer)), (404, anonymized(&absent)), "{organization}{rest}");
            }
        }
        let address = format!("/api/v1/organizations/{organization}/tokens");
        let posted = it.post_json(&admin, &address, "{\"label\":\"x\",\"role\":\"viewer\"}").await;
        let deleted = it.delete(&admin, &format!("{address}/{}", foreign.id)).await;
        for answer in [posted, deleted] {
            assert_eq!((answer.status.as_u16(), anonymized(&answer)), (404, anonymized(&absent)), "{organization}");
        }
    }
    for token in [foreign.id.to_string(), "tok_".into(), "x".into(), "%ff".into()] {
        let found = it.get(&admin, &format!("{TOKENS}/{token}")).await;
        let deleted = it.delete(&admin, &format!("{TOKENS}/{token}")).await;
        for answer in [found, deleted] {
            assert_eq!((answer.status.as_u16(), anonymized(&answer)), (404, anonymized(&absent)), "{token}");
        }
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NOT NULL").await, 0);
}

async fn a_generated_token_is_answered_once_with_its_secret(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let answer = create(&it, &admin, &json!({ "label": "deploy-bot", "description": "Rolls out.\nAsk Ada.", "role": "developer" })).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (201, "no-store"));
    let mut body = answer.json();
    let (id, secret) = (body["id"].as_str().unwrap().to_owned(), body["secret"].as_str().unwrap().to_owned());
    assert_eq!(answer.header("location"), format!("{TOKENS}/{id}"));
    assert_eq!(answer.header("idempotency-replayed"), "");
    body.as_object_mut().unwrap().remove("secret");
    assert_eq!((body["created_by"].as_str(), body["expires_at"].as_str()), (Some("caller"), Some("2027-02-20T09:05:00.000Z")));
    let found = it.get(&admin, answer.header("location")).await;
    assert_eq!((found.status.as_u16(), found.json()), (200, body));
    assert!(!found.body.contains(&secret));
    assert!(!it.get(&admin, TOKENS).await.body.contains(&secret));
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
    let recorded = "SELECT COUNT(*) FROM events WHERE action = 'token.create' AND actor_kind = 'token' AND actor_name = 'caller'";
    assert_eq!(it.count(recorded).await, 1);
    let bare = create(&it, &admin, &json!({ "label": "bare", "permissions": ["token:verify", "cluster:read"] })).await.json();
    assert_eq!((&bare["role"], &bare["permissions"]), (&Value::Null, &json!(["cluster:read", "token:verify"])));
    assert_eq!(bare["effective_permissions"], bare["permissions"]);
}

async fn a_lifetime_is_chosen_in_three_ways(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    for (member, value, end) in [
        ("expires_in", json!(60), json!("2026-11-22T09:06:00.000Z")),
        ("expires_in", json!(60.0), json!("2026-11-22T09:06:00.000Z")),
        ("expires_in", json!(315_360_000), json!("2036-11-19T09:05:00.000Z")),
        ("expires_in", json!(null), json!(null)),
        ("expires_at", json!("2026-11-22T11:05:00+01:00"), json!("2026-11-22T10:05:00.000Z")),
        ("expires_at", json!(null), json!(null)),
    ] {
        let mut body = json!({ "label": "x", "role": "viewer" });
        body[member] = value;
        let answer = create(&it, &admin, &body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["expires_at"]), (201, &end), "{body}");
    }
}

async fn bad_bodies_name_the_member_and_change_nothing(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let before = tokens(&it).await;
    for (body, field) in [
        (json!({ "label": "", "role": "viewer" }), "label"),
        (json!({ "label": "a\u{202e}b", "role": "viewer" }), "label"),
        (json!({ "label": "x".repeat(65), "role": "viewer" }), "label"),
        (json!({ "label": "x", "description": "x".repeat(501), "role": "viewer" }), "description"),
        (json!({ "label": "x" }), "role"),
        (json!({ "label": "x", "permissions": [] }), "role"),
        (json!({ "label": "x", "role": "owner" }), "role"),
        (json!({ "label": "x", "role": "king" }), "role"),
        (json!({ "label": "x", "permissions": ["cluster:fly"] }), "permissions"),
        (json!({ "label": "x", "role": "viewer", "expires_in": 59 }), "expires_in"),
        (json!({ "label": "x", "role": "viewer", "expires_in": 315_360_001 }), "expires_in"),
        (json!({ "label": "x", "role": "viewer", "expires_in": u64::MAX }), "expires_in"),
        (json!({ "label": "x", "role": "viewer", "expires_at": "2026-11-22T09:05:00Z" }), "expires_at"),
        (json!({ "label": "x", "role": "viewer", "expires_at": "soon" }), "expires_at"),
        (json!({ "label": "x", "role": "viewer", "expires_at": null, "expires_in": null }), "expires_at"),
    ] {
        let answer = create(&it, &admin, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(field)), "{body}: {}", answer.body);
    }
    for body in
        ["", "[]", "{}", "null", "{\"label\":null,\"role\":\"viewer\"}", "{\"label\":\"x\",\"role\":null}", "{\"label\":\"x\",\"role\":7}"]
    {
        assert_eq!(it.post_json(&admin, TOKENS, body).await.status, 422, "{body}");
    }
    let form = with(request(Method::POST, TOKENS, "label=x&role=viewer"), &[("content-type", "application/x-www-form-urlencoded")]);
    assert_eq!(it.send(&admin, form).await.status, 415);
    assert_eq!(create(&it, &admin, &json!({ "label": "x".repeat(70_000) })).await.status, 413);
    assert_eq!(tokens(&it).await, before);
}

async fn unknown_members_change_nothing(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let before = tokens(&it).await;
    for member in [
        "id",
        "kind",
        "organization",
        "organization_id",
        "status",
        "state",
        "hint",
        "secret",
        "digest",
        "prefix",
        "created_at",
        "created_by",
        "created_by_id",
        "created_by_kind",
        "last_used_at",
        "revoked",
        "revoked_at",
        "disabled",
        "disabled_at",
        "effective_permissions",
        "scopes",
        "is_admin",
        "admin",
        "user_id",
        "team_id",
        "never_expires",
        "Label",
        "ROLE",
        "__proto__",
    ] {
        let mut body = json!({ "label": "x", "role": "viewer" });
        body[member] = json!("org_00000000000000000000000000000001");
        let answer = create(&it, &admin, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (422, Some("invalid_body")), "{member}");
        assert!(!answer.body.contains("org_0000"), "what was sent is not repeated");
    }
    assert_eq!(tokens(&it).await, before);
}

async fn a_token_hands_on_neither_more_nor_for_longer_than_it_has(it: TestConsole) {
    let (_, secret) = it.issue("acme", "minter", Role::Viewer, &["api_key:create"], Lifetime::Minutes(60)).await;
    let minter = Caller::Token(secret);
    let before = tokens(&it).await;
    for (body, field) in [
        (json!({ "label": "x", "role": "developer", "expires_in": 600 }), "role"),
        (json!({ "label": "x", "role": "viewer", "permissions": ["api_key:delete"], "expires_in": 600 }), "permissions"),
        (json!({ "label": "x", "role": "viewer" }), "expires_at"),
        (json!({ "label": "x", "role": "viewer", "expires_at": null }), "expires_at"),
        (json!({ "label": "x", "role": "viewer", "expires_in": 3601 }), "expires_at"),
    ] {
        let answer = create(&it, &minter, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(field)), "{body}");
    }
    assert_eq!(tokens(&it).await, before);
    let body = json!({ "label": "x", "role": "viewer", "permissions": ["api_key:create"], "expires_in": 3600 });
    assert_eq!(create(&it, &minter, &body).await.status, 201);
    // Generating is neither seeing nor ending.
    let refused = it.get(&minter, TOKENS).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"jeton\", error=\"insufficient_scope\", scope=\"api_key:read\"");
}

async fn pages_follow_one_another(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    for number in 0..30 {
        it.advance(1);
        it.issue("acme", &format!("t{number}"), Role::Viewer, &[], Lifetime::Never).await;
    }
    let first = it.get(&admin, TOKENS).await.json();
    assert_eq!((first["items"].as_array().unwrap().len(), first["items"][0]["label"].as_str()), (25, Some("t29")));
    let (mut seen, mut address) = (Vec::new(), format!("{TOKENS}?limit=7"));
    loop {
        let page = it.get(&admin, &address).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|token| token["label"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => address = format!("{TOKENS}?after={next}&limit=7"),
            None => break,
        }
    }
    let expected: Vec<String> = (0..30).rev().map(|number| format!("t{number}")).chain(["caller".into()]).collect();
    assert_eq!(seen, expected);
    assert_eq!(it.get(&admin, &format!("{TOKENS}?limit=100")).await.json()["items"].as_array().unwrap().len(), 31);
}

async fn bad_places_in_the_list_are_told(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    for (query, field) in [
        ("limit=0", Some("limit")),
        ("limit=101", Some("limit")),
        ("limit=x", Some("limit")),
        ("limit=", Some("limit")),
        ("limit=1&limit=2", Some("limit")),
        ("after=x", Some("after")),
        ("after=", Some("after")),
        ("after=-created.1.tok_00000000000000000000000000000000&after=x", Some("after")),
        ("page=2", None),
        ("view=active", None),
        ("status=asleep", Some("status")),
        ("status=", Some("status")),
        ("status=active&status=active", Some("status")),
        ("expiring_before=soon", Some("expiring_before")),
        ("q=jto_00000000000000000000000000000000000000", Some("q")),
        ("after=-created.1.tok_00000000000000000000000000000000&sort=label", Some("after")),
    ] {
        let answer = it.get(&admin, &format!("{TOKENS}?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, field), "{query}");
    }
}

async fn filters_find_what_they_name(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let mut secrets = Vec::new();
    for (label, role, lifetime) in [
        ("b active", Role::Viewer, Lifetime::Never),
        ("c off", Role::Developer, Lifetime::Minutes(600)),
        ("a over", Role::Viewer, Lifetime::Minutes(1)),
        ("d gone", Role::Viewer, Lifetime::Minutes(1)),
    ] {
        it.advance(1);
        let (token, secret) = it.issue("acme", label, role, &[], lifetime).await;
        secrets.push((token.id.to_string(), secret));
    }
    it.issue("globex", "b active", Role::Viewer, &[], Lifetime::Never).await;
    let own = create(&it, &admin, &json!({ "label": "e own", "permissions": ["cluster:read"], "expires_at": null })).await;
    assert_eq!(own.status, 201);
    let post = request(Method::POST, &format!("{TOKENS}/{}/disable", secrets[1].0), "");
    assert_eq!(it.send(&admin, post).await.status, 200);
    assert_eq!(it.delete(&admin, &format!("{TOKENS}/{}", secrets[3].0)).await.status, 200);
    it.advance(3600);
    let labels = async |query: &str| -> Vec<String> {
        let answer = it.get(&admin, &format!("{TOKENS}?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        answer.json()["items"].as_array().unwrap().iter().map(|token| token["label"].as_str().unwrap().to_owned()).collect()
    };
    for (query, expected) in [
        ("sort=label", &["a over", "b active", "c off", "caller", "d gone", "e own"][..]),
        ("status=active&sort=label", &["b active", "caller", "e own"]),
        ("status=disabled", &["c off"]),
        ("status=expired", &["a over"]),
        ("status=revoked", &["d gone"]),
        ("q=A%20OV", &["a over"]),
        ("q=%25", &[]),
        ("role=developer", &["c off"]),
        ("role=custom", &["e own"]),
        ("owner=user", &[]),
        ("owner=organization&status=disabled", &["c off"]),
        ("created_by=caller", &["e own"]),
        ("created_by=call", &[]),
        ("expiring_before=2026-11-22T09:30:00Z&sort=label", &["a over", "d gone"]),
        ("expiring_before=2026-11-23T09:30:00Z&status=disabled", &["c off"]),
        // Without the one that asks, whose use is written at some moment.
        ("unused_since=2026-11-22T09:05:01Z&role=viewer", &[]),
        ("unused_since=2026-11-22T09:05:04Z&role=viewer&sort=label", &["a over", "b active"]),
        ("used=never&role=viewer&sort=label", &["a over", "b active", "d gone"]),
        ("expires=never&role=viewer", &["b active"]),
        ("finding=left", &[]),
        ("finding=policy", &[]),
    ] {
        assert_eq!(labels(query).await, expected, "{query}");
    }
    let policy = json!({ "max_days": 30, "default_days": 30, "may_never_expire": false }).to_string();
    assert_eq!(it.put_json(&admin, "/api/v1/organizations/acme/policy", &policy).await.status, 200);
    assert_eq!(labels("finding=policy&sort=label").await, ["b active", "caller", "e own"], "what is over breaks nothing");
    assert_eq!(labels("finding=policy&status=disabled").await, [""; 0]);
    // Pages go on in the order and with the filter that were asked for.
    let first = it.get(&admin, &format!("{TOKENS}?status=active&sort=-label&limit=2")).await.json();
    let next = first["next"].as_str().unwrap();
    assert_eq!((first["items"][0]["label"].as_str(), first["items"][1]["label"].as_str()), (Some("e own"), Some("caller")));
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    assert_eq!(labels(&format!("status=active&sort=-label&limit=2&after={next}")).await, ["b active"]);
}

async fn revoking_is_final_and_twice_is_once(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, secret) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let path = format!("{TOKENS}/{}", target.id);
    for (query, field) in [("why=", "why"), ("why=a&why=b", "parameters"), ("reason=a", "parameters"), ("why=a%0Ab", "why")] {
        let refused = it.delete(&admin, &format!("{path}?{query}")).await;
        assert_eq!((refused.status.as_u16(), refused.json()["field"].as_str()), (422, Some(field)), "{query}");
    }
    let first = it.delete(&admin, &format!("{path}?why=found+in+a+gist")).await;
    assert_eq!((first.status.as_u16(), first.json()["status"].as_str()), (200, Some("revoked")));
    assert_eq!(first.json()["revoked"], json!({ "at": "2026-11-22T09:05:00.000Z", "by": "caller", "why": "found in a gist" }));
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 401);
    it.advance(60);
    let second = it.delete(&admin, &path).await;
    assert_eq!((second.status.as_u16(), second.json()["revoked"].clone()), (200, first.json()["revoked"].clone()));
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 1);
    assert_eq!(it.get(&admin, &path).await.json(), second.json());
}

async fn several_are_revoked_at_once_and_each_is_told_of(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (one, secret) = it.issue("acme", "one", Role::Viewer, &[], Lifetime::Never).await;
    let (two, _) = it.issue("acme", "two", Role::Viewer, &[], Lifetime::Never).await;
    let (foreign, _) = it.issue("globex", "target", Role::Viewer, &[], Lifetime::Never).await;
    let (one, two, foreign) = (one.id.to_string(), two.id.to_string(), foreign.id.to_string());
    assert_eq!(it.delete(&admin, &format!("{TOKENS}/{two}")).await.status, 200);
    it.advance(60);
    let revoke = async |ids: Value| it.post_json(&admin, &format!("{TOKENS}/revoke"), &json!({ "ids": ids }).to_string()).await;
    let answer = revoke(json!([two, one, foreign, "x", one])).await;
    assert_eq!(answer.status, 200);
    let expected = json!({ "items": [
        { "id": two, "outcome": "already_revoked", "at": "2026-11-22T09:05:00.000Z" },
        { "id": one, "outcome": "revoked", "at": "2026-11-22T09:06:00.000Z" },
        { "id": foreign, "outcome": "not_found", "at": null },
        { "id": "x", "outcome": "not_found", "at": null },
    ] });
    assert_eq!(answer.json(), expected);
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 401);
    assert_eq!(revoke(json!([one])).await.json()["items"][0]["outcome"], "already_revoked");
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NOT NULL").await, 2);
    let (three, _) = it.issue("acme", "three", Role::Viewer, &[], Lifetime::Never).await;
    let three = three.id.to_string();
    for (ids, field) in [
        (json!([]), Some("ids")),
        (json!(vec![three.as_str(); 101]), Some("ids")),
        (json!(three), None),
        (json!([three, 7]), None),
        (json!(null), None),
    ] {
        let answer = revoke(ids.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, field), "{ids}");
    }
    let unknown = it.post_json(&admin, &format!("{TOKENS}/revoke"), &json!({ "ids": [three], "typed": "1" }).to_string()).await;
    assert_eq!(unknown.status, 422);
    it.break_events().await;
    assert_eq!(revoke(json!([three])).await.status, 500);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NOT NULL").await, 2);
}

async fn a_lost_answer_can_be_asked_for_again(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let body = "{\"label\":\"once\",\"role\":\"viewer\"}";
    let first = create_with_key(&it, &admin, "key 1", body).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""));
    let again = create_with_key(&it, &admin, "key 1", body).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    assert_eq!((&again.json()["id"], again.header("location")), (&first.json()["id"], first.header("location")));
    let secret = |answer: &Answer| Caller::Token(answer.json()["secret"].as_str().unwrap().to_owned());
    assert_eq!(it.get(&secret(&first), "/organization").await.status, 401, "the lost secret is dead");
    assert_eq!(it.get(&secret(&again), "/organization").await.status, 200);
    let used = create_with_key(&it, &admin, "key 1", body).await;
    assert_eq!((used.status.as_u16(), used.json()["code"].as_str()), (409, Some("idempotency_key_used")));
    assert_eq!(used.json()["token"], first.json()["id"]);
    assert!(!used.body.contains("secret\":"));
    assert_eq!(it.get(&secret(&again), "/organization").await.status, 200, "who received it keeps it");
    let other = create_with_key(&it, &admin, "key 1", "{\"label\":\"other\",\"role\":\"viewer\"}").await;
    assert_eq!((other.status.as_u16(), other.json()["code"].as_str()), (422, Some("idempotency_key_reused")));
    // A key belongs to the token that sent it.
    let colleague = it.token("acme", Role::Admin, &[]).await;
    let theirs = create_with_key(&it, &colleague, "key 1", body).await;
    assert_eq!((theirs.status.as_u16(), theirs.header("idempotency-replayed")), (201, ""));
    assert_ne!(theirs.json()["id"], first.json()["id"]);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE label = 'once'").await, 2);
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.reissue'").await, 1);
    it.advance(24 * 3600);
    assert_eq!(create_with_key(&it, &admin, "key 1", body).await.header("idempotency-replayed"), "", "a day later it is a new key");
}

async fn a_key_is_taken_as_it_is_or_not_at_all(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let body = "{\"label\":\"once\",\"role\":\"viewer\"}";
    let before = tokens(&it).await;
    for key in ["", "é", &"k".repeat(256), "a\tb"] {
        let answer = create_with_key(&it, &admin, key, body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some("Idempotency-Key")), "{key:?}");
    }
    let headers = [("content-type", "application/json"), ("idempotency-key", "a"), ("idempotency-key", "b")];
    assert_eq!(it.send(&admin, with(request(Method::POST, TOKENS, body), &headers)).await.status, 422);
    assert_eq!(tokens(&it).await, before);
    assert_eq!(create_with_key(&it, &admin, &"k".repeat(255), body).await.status, 201);
}

async fn the_same_key_at_once_is_one_token(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let body = "{\"label\":\"once\",\"role\":\"viewer\"}";
    for round in 1..=i64::try_from(rounds(5, 200)).unwrap() {
        let key = format!("k{round}");
        let (a, b) = tokio::join!(create_with_key(&it, &admin, &key, body), create_with_key(&it, &admin, &key, body));
        assert_eq!((a.status.as_u16(), b.status.as_u16()), (201, 201));
        assert_eq!(a.json()["id"], b.json()["id"]);
        assert_eq!([a.header("idempotency-replayed"), b.header("idempotency-replayed")].concat(), "true", "one of them came second");
        assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE label = 'once'").await, round);
    }
}

async fn nothing_is_half_done(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, _) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let before = tokens(&it).await;
    it.break_events().await;
    assert_eq!(create(&it, &admin, &json!({ "label": "x", "role": "viewer" })).await.status, 500);
    assert_eq!(create_with_key(&it, &admin, "k", "{\"label\":\"x\",\"role\":\"viewer\"}").await.status, 500);
    assert_eq!(it.delete(&admin, &format!("{TOKENS}/{}", target.id)).await.status, 500);
    assert_eq!(it.delete(&admin, "/api/v1/token").await.status, 500);
    assert_eq!(tokens(&it).await, before);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NOT NULL").await, 0);
    assert_eq!(it.count("SELECT COUNT(*) FROM idempotency_keys").await, 0);
}
