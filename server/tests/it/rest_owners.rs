//! Generating tokens of people and of teams over `/api/v1/organizations/{organization}/tokens`. Decision 28.

use axum::http::Method;
use domain::{Lifetime, Role};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Caller, TestConsole, on_both, request, with},
    teams,
};

on_both![
    whose_a_token_may_be_depends_on_whose_asks,
    an_owner_that_is_none_is_told_and_changes_nothing,
    a_persons_token_hands_on_neither_more_nor_for_longer_than_it_has,
    a_key_stands_for_one_owner,
    who_left_the_team_generates_no_token_of_it,
    the_policy_is_asked,
    nothing_is_half_done,
];

const TOKENS: &str = "/api/v1/organizations/acme/tokens";
const VIEWER: &str = "usr_00000000000000000000000000000002";
const ADMIN: &str = "usr_00000000000000000000000000000000";

fn wanted(owner: &Value) -> Value {
    json!({ "label": "made", "role": "viewer", "expires_in": 600, "owner": owner })
}

async fn create(it: &TestConsole, caller: &Caller, owner: &Value) -> Answer {
    it.post_json(caller, TOKENS, &wanted(owner).to_string()).await
}

async fn payments(it: &TestConsole) -> Value {
    let team = teams::create(it, &teams::unused_name(), &[VIEWER, ADMIN]).await;
    json!({ "kind": "team", "id": team.to_string() })
}

async fn tokens(it: &TestConsole) -> i64 {
    it.count("SELECT COUNT(*) FROM tokens").await
}

async fn whose_a_token_may_be_depends_on_whose_asks(it: TestConsole) {
    let ours = payments(&it).await;
    let theirs = json!({ "kind": "team", "id": teams::create(&it, &teams::unused_name(), &[ADMIN]).await.to_string() });
    let (organization, user) = (json!({ "kind": "organization" }), json!({ "kind": "user" }));
    let of_viewer = it.token_of("viewer", "user", Role::Viewer).await;
    let of_admin = it.token_of("admin", "user", Role::Admin).await;
    let of_team = it.token_of("viewer", ours["id"].as_str().unwrap(), Role::Viewer).await;
    let minter = it.token("acme", Role::Admin, &[]).await;
    let plain = it.token("acme", Role::Viewer, &[]).await;
    for (who, caller, organization_is, user_is, ours_is, theirs_is) in [
        ("a viewer's", &of_viewer, 403, 403, 403, 403),
        ("an admin's", &of_admin, 201, 201, 201, 201),
        ("a team's", &of_team, 403, 403, 403, 403),
        ("the organization's", &minter, 201, 422, 422, 422),
        ("the organization's, which generates none", &plain, 403, 403, 403, 403),
    ] {
        for (owner, status) in [(&organization, organization_is), (&user, user_is), (&ours, ours_is), (&theirs, theirs_is)] {
            let before = tokens(&it).await;
            let answer = create(&it, caller, owner).await;
            assert_eq!(answer.status.as_u16(), status, "{who} token for {owner}: {}", answer.body);
            match status {
                201 => assert_eq!(answer.json()["owner"]["kind"], owner["kind"], "{who}"),
                403 => assert!(answer.header("www-authenticate").ends_with("scope=\"api_key:create\""), "{who} {owner}"),
                _ => assert_eq!(answer.json()["field"], "owner", "{who} {owner}"),
            }
            assert_eq!(tokens(&it).await, before + i64::from(status == 201), "{who} {owner}");
        }
    }
    let made = create(&it, &of_admin, &user).await.json();
    assert_eq!(made["owner"], json!({ "kind": "user", "id": ADMIN, "name": "admin" }));
    assert_eq!((made["created_by"].as_str(), &made["secret"].as_str().unwrap()[..4]), (Some("admin"), "jtu_"));
    let secret = Caller::Token(made["secret"].as_str().unwrap().to_owned());
    assert_eq!(it.get(&secret, "/api/v1/token").await.json()["id"], made["id"]);
    assert_eq!(create(&it, &of_admin, &ours).await.json()["owner"]["id"], ours["id"]);
    for elsewhere in ["globex", "nowhere"] {
        let path = format!("/api/v1/organizations/{elsewhere}/tokens");
        assert_eq!(it.post_json(&of_admin, &path, &wanted(&user).to_string()).await.status, 404, "{elsewhere}");
    }
    let recorded = "SELECT COUNT(*) FROM events WHERE action = 'token.create' AND actor_kind = 'token' AND actor_name = 'admin'";
    assert_eq!(it.count(recorded).await, 6);
}

async fn an_owner_that_is_none_is_told_and_changes_nothing(it: TestConsole) {
    let ours = payments(&it).await;
    let caller = it.token_of("admin", "user", Role::Admin).await;
    let before = tokens(&it).await;
    for owner in [
        json!({ "kind": "team" }),
        json!({ "kind": "team", "id": "x" }),
        json!({ "kind": "team", "id": "team_00000000000000000000000000000000" }),
        json!({ "kind": "user", "id": VIEWER }),
        json!({ "kind": "user", "id": ADMIN }),
        json!({ "kind": "organization", "id": "acme" }),
        json!({ "kind": "person" }),
        json!({ "kind": "" }),
    ] {
        let answer = create(&it, &caller, &owner).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some("owner")), "{owner}: {}", answer.body);
    }
    for owner in [json!(null), json!("user"), json!([]), json!({}), json!({ "kind": "user", "name": "x" }), json!({ "id": ours["id"] })] {
        let answer = create(&it, &caller, &owner).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (422, Some("invalid_body")), "{owner}");
    }
    assert_eq!(tokens(&it).await, before);
}

async fn a_persons_token_hands_on_neither_more_nor_for_longer_than_it_has(it: TestConsole) {
    let ours = payments(&it).await;
    let user = json!({ "kind": "user" });
    // The admin may do more than their token, which counts here.
    let admin = it.token_of("admin", "user", Role::Admin).await;
    let minter = json!({ "label": "minter", "role": "viewer", "permissions": ["api_key:create"], "expires_in": 3600, "owner": user });
    let minter = it.post_json(&admin, TOKENS, &minter.to_string()).await.json();
    let caller = Caller::Token(minter["secret"].as_str().unwrap().to_owned());
    let before = tokens(&it).await;
    for owner in [&user, &ours] {
        for (member, value, field) in [
            ("role", json!("developer"), "role"),
            ("permissions", json!(["cluster:delete"]), "permissions"),
            ("expires_in", json!(100 * 24 * 3600), "expires_at"),
            ("expires_in", json!(null), "expires_at"),
        ] {
            let mut body = wanted(owner);
            body[member] = value;
            let answer = it.post_json(&caller, TOKENS, &body.to_string()).await;
            assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(field)), "{body}: {}", answer.body);
        }
    }
    assert_eq!(tokens(&it).await, before);
    // A demotion holds for what their tokens generate as well.
    let owner = it.session("owner").await;
    assert_eq!(it.post_form(&owner, &format!("/orgs/acme/members/{ADMIN}"), &[("role", "viewer")]).await.status, 303);
    for caller in [&admin, &caller] {
        for owner in [&user, &ours, &json!({ "kind": "organization" })] {
            assert_eq!(create(&it, caller, owner).await.status, 403);
        }
    }
}

async fn a_key_stands_for_one_owner(it: TestConsole) {
    let ours = payments(&it).await;
    let user = json!({ "kind": "user" });
    let caller = it.token_of("admin", "user", Role::Admin).await;
    let attempt = async |owner: &Value| {
        let post = request(Method::POST, TOKENS, &wanted(owner).to_string());
        it.send(&caller, with(post, &[("content-type", "application/json"), ("idempotency-key", "k")])).await
    };
    let first = attempt(&ours).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""));
    let again = attempt(&ours).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    assert_eq!((&again.json()["id"], &again.json()["secret"].as_str().unwrap()[..4]), (&first.json()["id"], "jtt_"));
    for other in [&user, &json!({ "kind": "organization" })] {
        let answer = attempt(other).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (422, Some("idempotency_key_reused")), "{other}");
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE label = 'made'").await, 1);
}

async fn who_left_the_team_generates_no_token_of_it(it: TestConsole) {
    let ours = payments(&it).await;
    let caller = it.token_of("admin", "user", Role::Admin).await;
    let post = || {
        with(request(Method::POST, TOKENS, &wanted(&ours).to_string()), &[("content-type", "application/json"), ("idempotency-key", "k")])
    };
    assert_eq!(it.send(&caller, post()).await.status, 201);
    it.execute(&format!("DELETE FROM team_members WHERE user_id = '{ADMIN}'")).await;
    let before = tokens(&it).await;
    for answer in [create(&it, &caller, &ours).await, it.send(&caller, post()).await] {
        assert_eq!(
            (answer.status.as_u16(), answer.json()["field"].as_str()),
            (422, Some("owner")),
            "a lost secret is not given anew either"
        );
    }
    assert_eq!(tokens(&it).await, before);
}

async fn the_policy_is_asked(it: TestConsole) {
    let ours = payments(&it).await;
    let user = json!({ "kind": "user" });
    let caller = it.token_of("admin", "user", Role::Admin).await;
    let editor = it.token("acme", Role::Admin, &[]).await;
    let policy = json!({ "user_tokens_allowed": false, "team_tokens_allowed": false, "creators": "admins" });
    assert_eq!(it.put_json(&editor, "/api/v1/organizations/acme/policy", &policy.to_string()).await.status, 200);
    let before = tokens(&it).await;
    for owner in [&user, &ours] {
        let answer = create(&it, &caller, owner).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some("owner")), "{owner}");
        assert!(answer.body.contains("allows no tokens of"), "{}", answer.body);
    }
    assert_eq!(tokens(&it).await, before);
    assert_eq!(it.put_json(&editor, "/api/v1/organizations/acme/policy", "{\"max_days\":5,\"may_never_expire\":false}").await.status, 200);
    let usual = it.post_json(&caller, TOKENS, "{\"label\":\"x\",\"role\":\"viewer\",\"owner\":{\"kind\":\"user\"}}").await;
    assert_eq!(usual.json()["expires_at"], "2026-11-27T09:05:00.000Z", "what nobody says is what the policy says");
}

async fn nothing_is_half_done(it: TestConsole) {
    let ours = payments(&it).await;
    let caller = it.token_of("admin", "user", Role::Admin).await;
    let (_, secret) = it.issue("acme", "minter", Role::Admin, &[], Lifetime::Never).await;
    let before = (tokens(&it).await, it.count("SELECT COUNT(*) FROM mails").await);
    it.break_events().await;
    assert_eq!(create(&it, &caller, &json!({ "kind": "user" })).await.status, 500);
    assert_eq!(create(&it, &caller, &ours).await.status, 500);
    assert_eq!(create(&it, &Caller::Token(secret), &json!({ "kind": "organization" })).await.status, 500);
    assert_eq!((tokens(&it).await, it.count("SELECT COUNT(*) FROM mails").await), before);
}
