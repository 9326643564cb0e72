//! Rotating over the JSON API, other tokens and the one that asks; how a token is used.

use axum::http::Method;
use domain::{Lifetime, Role};
use serde_json::{Value, json};
use test_database::rounds;

use crate::harness::{Answer, Caller, TestConsole, on_both, request, with};

on_both![
    a_new_secret_is_answered_once_and_the_old_one_lives_on,
    a_lost_answer_can_be_asked_for_again,
    bad_rotations_change_nothing,
    a_token_rotates_itself_and_asks_again,
    of_two_at_once_at_most_two_secrets_are_good,
    an_ended_secret_ends_the_token_and_is_answered_like_any_other,
    usage_tells_who_still_uses_the_old_secret,
    no_rotation_is_half_done,
];

const OWN: &str = "/api/v1/token/rotate";

fn path(id: &str) -> String {
    format!("/api/v1/organizations/acme/tokens/{id}/rotate")
}

async fn post(it: &TestConsole, caller: &Caller, path: &str, key: Option<&str>, body: &str) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(key.map(|key| ("idempotency-key", key)));
    it.send(caller, with(request(Method::POST, path, body), &headers)).await
}

fn secret(answer: &Answer) -> Caller {
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{}", answer.body);
    Caller::Token(answer.json()["secret"].as_str().unwrap().to_owned())
}

async fn opens(it: &TestConsole, caller: &Caller) -> bool {
    it.get(caller, "/organization").await.status == 200
}

fn refused<'a>(answer: &'a Answer, json: &'a Value) -> (u16, Option<&'a str>) {
    (answer.status.as_u16(), json["code"].as_str())
}

async fn a_new_secret_is_answered_once_and_the_old_one_lives_on(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, old) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let (id, old) = (target.id.to_string(), Caller::Token(old));
    let answer = post(&it, &admin, &path(&id), None, "{}").await;
    let new = secret(&answer);
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("secret");
    let found = it.get(&admin, &format!("/api/v1/organizations/acme/tokens/{id}")).await;
    assert_eq!(found.json(), body);
    assert!(opens(&it, &new).await && opens(&it, &old).await);
    it.advance(3600);
    assert!(opens(&it, &new).await && !opens(&it, &old).await, "an hour unless told");
    let newest = secret(&post(&it, &admin, &path(&id), None, "{\"overlap\":\"now\"}").await);
    assert!(opens(&it, &newest).await && !opens(&it, &new).await);
}

async fn a_lost_answer_can_be_asked_for_again(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, old) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let (id, old) = (target.id.to_string(), Caller::Token(old));
    let body = "{\"overlap\":\"6h\"}";
    let first = post(&it, &admin, &path(&id), Some("k"), body).await;
    let again = post(&it, &admin, &path(&id), Some("k"), body).await;
    assert_eq!([first.header("idempotency-replayed"), again.header("idempotency-replayed")], ["", "true"]);
    let (lost, found) = (secret(&first), secret(&again));
    assert!(opens(&it, &old).await && !opens(&it, &lost).await && opens(&it, &found).await);
    let used = post(&it, &admin, &path(&id), Some("k"), body).await;
    let used_json = used.json();
    assert_eq!(refused(&used, &used_json), (409, Some("idempotency_key_used")));
    assert_eq!(used_json["token"], json!(id));
    let other = post(&it, &admin, &path(&id), Some("k"), "{}").await;
    assert_eq!(refused(&other, &other.json()), (422, Some("idempotency_key_reused")));
    // A key that generated a token is no key of a rotation.
    let created = post(&it, &admin, "/api/v1/organizations/acme/tokens", Some("c"), "{\"label\":\"x\",\"role\":\"viewer\"}").await;
    assert_eq!(created.status, 201);
    let mixed = post(&it, &admin, &path(&id), Some("c"), "{}").await;
    assert_eq!(refused(&mixed, &mixed.json()), (422, Some("idempotency_key_reused")));
    let path = path(&id);
    let (a, b) = tokio::join!(post(&it, &admin, &path, Some("k2"), "{}"), post(&it, &admin, &path, Some("k2"), "{}"));
    assert_eq!([a.header("idempotency-replayed"), b.header("idempotency-replayed")].concat(), "true", "one of them came second");
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.rotate'").await, 2);
}

async fn bad_rotations_change_nothing(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &["token:rotate_self"]).await;
    let (target, _) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let (foreign, _) = it.issue("globex", "foreign", Role::Viewer, &[], Lifetime::Never).await;
    let (dead, _) = it.issue("acme", "dead", Role::Viewer, &[], Lifetime::Never).await;
    assert_eq!(it.delete(&admin, &format!("/api/v1/organizations/acme/tokens/{}", dead.id)).await.status, 200);
    let before = it.count("SELECT seq FROM head").await;
    for path in [path(&target.id.to_string()), OWN.to_owned()] {
        for body in ["", "[]", "null", "{\"overlap\":null}", "{\"overlap\":\"2h\"}", "{\"overlap\":3600}", "{\"secret\":\"x\"}"] {
            assert_eq!(post(&it, &admin, &path, None, body).await.status, 422, "{path} {body}");
        }
        assert_eq!(it.send(&admin, request(Method::POST, &path, "{}")).await.status, 415, "{path}");
        let keyed = post(&it, &admin, &path, Some(""), "{}").await;
        assert_eq!((keyed.status.as_u16(), keyed.json()["field"].as_str()), (422, Some("Idempotency-Key")), "{path}");
    }
    let now = post(&it, &admin, OWN, None, "{\"overlap\":\"now\"}").await;
    assert_eq!((now.status.as_u16(), now.json()["field"].as_str()), (422, Some("overlap")));
    let over = post(&it, &admin, &path(&dead.id.to_string()), None, "{}").await;
    assert_eq!(refused(&over, &over.json()), (409, Some("conflict")));
    for id in [foreign.id.to_string().as_str(), "tok_00000000000000000000000000000001", "x"] {
        assert_eq!(post(&it, &admin, &path(id), None, "{}").await.status, 404, "{id}");
    }
    // Rotating is getting a secret: nobody gets one that may do more than they.
    let editor = it.token("acme", Role::Viewer, &["api_key:update"]).await;
    let (strong, _) = it.issue("acme", "strong", Role::Developer, &[], Lifetime::Never).await;
    let since = it.count("SELECT seq FROM head").await;
    assert_eq!(post(&it, &editor, &path(&strong.id.to_string()), None, "{}").await.status, 403);
    assert_eq!((since, it.count("SELECT seq FROM head").await), (before + 2, since));
}

async fn a_token_rotates_itself_and_asks_again(it: TestConsole) {
    let old = it.token("acme", Role::Viewer, &["token:rotate_self"]).await;
    let lost = secret(&post(&it, &old, OWN, None, "{}").await);
    // It may be on its way still: nobody takes it for lost at once.
    let soon = post(&it, &old, OWN, None, "{}").await;
    assert_eq!(refused(&soon, &soon.json()), (409, Some("conflict")));
    it.advance(60);
    let found = secret(&post(&it, &old, OWN, None, "{}").await);
    assert!(opens(&it, &old).await && !opens(&it, &lost).await && opens(&it, &found).await);
    // What was replaced does not rotate what is at work.
    let late = post(&it, &old, OWN, None, "{}").await;
    assert_eq!(refused(&late, &late.json()), (409, Some("conflict")));
    let first = post(&it, &found, OWN, Some("k"), "{\"overlap\":\"24h\"}").await;
    let again = post(&it, &found, OWN, Some("k"), "{\"overlap\":\"24h\"}").await;
    assert_eq!([first.header("idempotency-replayed"), again.header("idempotency-replayed")], ["", "true"]);
    assert!(!opens(&it, &old).await && opens(&it, &found).await && opens(&it, &secret(&again)).await);
    let plain = it.token("acme", Role::Developer, &[]).await;
    let weak = post(&it, &plain, OWN, None, "{}").await;
    assert_eq!(weak.status, 403);
    assert_eq!(weak.header("www-authenticate"), "Bearer realm=\"jeton\", error=\"insufficient_scope\", scope=\"token:rotate_self\"");
}

async fn of_two_at_once_at_most_two_secrets_are_good(it: TestConsole) {
    for _ in 0..rounds(5, 200) {
        let old = it.token("acme", Role::Viewer, &["token:rotate_self"]).await;
        let (a, b) = tokio::join!(post(&it, &old, OWN, None, "{}"), post(&it, &old, OWN, None, "{}"));
        let mut good = 0;
        for answer in [&a, &b] {
            if answer.status == 200 {
                good += i32::from(opens(&it, &secret(answer)).await);
            } else {
                assert_eq!(refused(answer, &answer.json()), (409, Some("conflict")));
            }
        }
        assert_eq!(good, 1, "one answer holds");
        assert!(opens(&it, &old).await, "and nobody is cut off");
    }
}

async fn an_ended_secret_ends_the_token_and_is_answered_like_any_other(it: TestConsole) {
    let first = it.token("acme", Role::Viewer, &["token:rotate_self"]).await;
    let second = secret(&post(&it, &first, OWN, None, "{}").await);
    let third = secret(&post(&it, &second, OWN, None, "{}").await);
    assert!(!opens(&it, &first).await && opens(&it, &second).await && opens(&it, &third).await, "presented elsewhere it ends nothing");
    let unknown = Caller::Token("jto_00000000000000000000000000000000000000".to_owned());
    let like = async |caller: &Caller| {
        let answer = post(&it, caller, OWN, None, "{}").await;
        let mut body = answer.json();
        body["instance"] = "".into();
        (answer.status.as_u16(), answer.header("www-authenticate").to_owned(), body)
    };
    let expected = like(&unknown).await;
    assert_eq!((expected.0, expected.1.as_str()), (401, "Bearer realm=\"jeton\", error=\"invalid_token\""));
    let mails = it.count("SELECT COUNT(*) FROM mails").await;
    for _ in 0..3 {
        assert_eq!(like(&first).await, expected);
    }
    for caller in [&first, &second, &third] {
        assert!(!opens(&it, caller).await);
        assert_eq!(like(caller).await, expected);
    }
    for action in ["token.reuse_detected", "token.revoke"] {
        assert_eq!(it.count(&format!("SELECT COUNT(*) FROM events WHERE action = '{action}'")).await, 1, "{action}");
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM mails").await, mails + 2, "the owner and the admin are told, once");
}

async fn usage_tells_who_still_uses_the_old_secret(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (target, old) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    let (id, old) = (target.id.to_string(), Caller::Token(old));
    let usage = format!("/api/v1/organizations/acme/tokens/{id}/usage");
    let fresh = it.get(&admin, &usage).await;
    // Thirty days up to this one, without a gap.
    let days = |allowed: u64| {
        let number = |ago: i64| domain::Timestamp::of_day_number(it.console.now().day() - ago).iso()[..10].to_owned();
        let day = |ago| json!({ "day": number(ago), "allowed": if ago == 0 { allowed } else { 0 }, "refused": 0 });
        (0..30).rev().map(day).collect::<Vec<_>>()
    };
    assert_eq!(
        (fresh.status.as_u16(), fresh.json()),
        (
            200,
            json!({
                "last_used_at": null, "last_user_agent": null, "days": days(0), "addresses": [], "permissions": [],
                "without_permission": false, "unused_permissions": [], "overlap": null, "refusals": [],
            })
        )
    );
    let rotated = post(&it, &admin, &path(&id), None, "{\"overlap\":\"first_use\"}").await;
    let agent = with(request(Method::GET, "/organization", ""), &[("user-agent", "deploy/2.1")]);
    assert_eq!(it.send(&old, agent).await.status, 200);
    // Rotating waits until every use is written.
    let (waiting, _) = it.issue("acme", "waiting", Role::Viewer, &[], Lifetime::Never).await;
    secret(&post(&it, &admin, &path(&waiting.id.to_string()), None, "{}").await);
    let told = it.get(&admin, &usage).await.json();
    let at = "2026-11-22T09:05:00.000Z";
    assert_eq!(
        told,
        json!({
            "last_used_at": at,
            "last_user_agent": "deploy/2.1",
            "days": days(1),
            "addresses": [],
            "permissions": ["organization:read"],
            "without_permission": false,
            "unused_permissions": [],
            "overlap": {
                "old_hint": target.hint.as_str(), "new_hint": rotated.json()["hint"], "since": at, "ends_at": "2026-11-29T09:05:00.000Z",
                "until_first_use": true, "new_is_used": false,
                "old_secret_users": [{ "address": null, "user_agent": "deploy/2.1", "last_used_at": at, "times": 1 }],
            },
            "refusals": [],
        })
    );
    let (foreign, _) = it.issue("globex", "foreign", Role::Viewer, &[], Lifetime::Never).await;
    assert_eq!(it.get(&admin, &usage.replace(&id, &foreign.id.to_string())).await.status, 404);
}

async fn no_rotation_is_half_done(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &["token:rotate_self"]).await;
    let (target, old) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
    it.break_events().await;
    for (path, key) in [(path(&target.id.to_string()), None), (path(&target.id.to_string()), Some("k")), (OWN.to_owned(), Some("k"))] {
        assert_eq!(post(&it, &admin, &path, key, "{}").await.status, 500, "{path}");
    }
    assert!(opens(&it, &Caller::Token(old)).await && opens(&it, &admin).await);
    assert_eq!(it.count("SELECT COUNT(*) FROM token_secrets").await, 2);
    assert_eq!(it.count("SELECT COUNT(*) FROM idempotency_keys").await, 0);
}
