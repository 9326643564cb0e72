//! `GET /api/v1/revocations`: what is to be forgotten, told to who waits for it.

use std::time::{Duration, Instant};

use domain::{Lifetime, Role};
use serde_json::{Value, json};

use crate::harness::{Answer, Caller, TestConsole, on_both};

on_both![
    tells_what_changed_and_where_to_go_on,
    who_waits_is_answered_at_once,
    who_waits_in_vain_is_told_so,
    parameters_that_make_no_sense_name_themselves,
    a_place_that_is_not_known_is_gone,
    each_organization_hears_of_its_own,
];

const PATH: &str = "/api/v1/revocations";

async fn ask(it: &TestConsole, caller: &Caller, query: &str) -> Answer {
    it.get(caller, &format!("{PATH}{query}")).await
}

/// What there is after a place, and where to go on.
async fn read(it: &TestConsole, caller: &Caller, after: &str) -> (Value, String) {
    let answer = ask(it, caller, &format!("?after={after}&wait=0")).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let answer = answer.json();
    (answer["items"].clone(), answer["next"].as_str().unwrap().to_owned())
}

async fn start(it: &TestConsole, caller: &Caller) -> String {
    let answer = ask(it, caller, "").await.json();
    assert_eq!(answer["items"], json!([]));
    answer["next"].as_str().unwrap().to_owned()
}

async fn tells_what_changed_and_where_to_go_on(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let admin = it.token("acme", Role::Admin, &[]).await;
    let tokens = "/api/v1/organizations/acme/tokens";
    let after = start(&it, &verifier).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    // By this id a service finds what it has to forget.
    let body = json!({ "token": secret }).to_string();
    let id = it.post_json(&verifier, "/api/v1/verify", &body).await.json()["token"]["id"].clone();
    assert_eq!(id, token.id.to_string());
    assert_eq!(it.post_json(&admin, &format!("{tokens}/{}/rotate", token.id), "{}").await.status, 200);
    assert_eq!(it.post_json(&admin, &format!("{tokens}/{}/disable", token.id), "").await.status, 200);
    assert_eq!(it.post_json(&admin, &format!("{tokens}/{}/enable", token.id), "").await.status, 200);
    assert_eq!(it.delete(&admin, &format!("{tokens}/{}", token.id)).await.status, 200);
    assert_eq!(it.put_json(&admin, "/api/v1/organizations/acme/policy", "{\"max_days\":30,\"may_never_expire\":false}").await.status, 200);
    let (items, next) = read(&it, &verifier, &after).await;
    let of_token = |change: &str| json!({ "concerns": "token", "token": id, "change": change });
    assert_eq!(
        items,
        json!([
            of_token("secret_ended"),
            of_token("disabled"),
            of_token("changed"),
            of_token("revoked"),
            { "concerns": "organization", "token": null, "change": "changed" },
        ])
    );
    assert_eq!(read(&it, &verifier, &next).await, (json!([]), next));
    assert_eq!(read(&it, &verifier, &after).await.0, items, "as often as anybody asks");
}

async fn who_waits_is_answered_at_once(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let query = format!("?after={}", start(&it, &verifier).await);
    let begun = Instant::now();
    let address = format!("/api/v1/organizations/acme/tokens/{}", token.id);
    let (answer, revoked) = tokio::join!(ask(&it, &verifier, &query), it.delete(&admin, &address));
    assert_eq!(revoked.status, 200);
    assert_eq!(answer.json()["items"], json!([{ "concerns": "token", "token": token.id.to_string(), "change": "revoked" }]));
    assert!(begun.elapsed() < Duration::from_secs(20), "it was not waited to the end");
}

async fn who_waits_in_vain_is_told_so(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let after = start(&it, &verifier).await;
    let begun = Instant::now();
    let answer = ask(&it, &verifier, &format!("?wait=1&after={after}")).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "items": [], "next": after })));
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

async fn parameters_that_make_no_sense_name_themselves(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let after = start(&it, &verifier).await;
    for (query, field, says) in [
        ("?after=".to_owned(), "after", "`next`"),
        ("?after=12".to_owned(), "after", "`next`"),
        ("?after=-1-0000000000000000".to_owned(), "after", "`next`"),
        (format!("?after={after}0"), "after", "`next`"),
        (format!("?after={after}&wait=26"), "wait", "0 to 25"),
        (format!("?after={after}&wait=-1"), "wait", "0 to 25"),
        (format!("?after={after}&wait="), "wait", "0 to 25"),
        (format!("?after={after}&wait=soon"), "wait", "0 to 25"),
        (format!("?after={after}&after={after}"), "parameters", "twice"),
        ("?wait=0&wait=0".to_owned(), "parameters", "twice"),
        (format!("?since={after}"), "parameters", "there are: after, wait"),
    ] {
        let answer = ask(&it, &verifier, &query).await;
        let problem = answer.json();
        assert_eq!((answer.status.as_u16(), problem["field"].as_str()), (422, Some(field)), "{query}: {}", answer.body);
        assert!(problem["message"].as_str().unwrap().contains(says), "{query}: {}", answer.body);
    }
}

async fn a_place_that_is_not_known_is_gone(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let after = start(&it, &verifier).await;
    let (number, code) = after.split_once('-').unwrap();
    let later = number.parse::<u64>().unwrap() + 1;
    // From before the database was put back, in both ways that this can look.
    for gone in [format!("{later}-{code}"), format!("{number}-0123456789abcdef")] {
        let answer = ask(&it, &verifier, &format!("?after={gone}")).await;
        let problem = answer.json();
        assert_eq!((answer.status.as_u16(), problem["code"].as_str()), (410, Some("cursor_gone")));
        assert_eq!(problem["field"], "after");
        assert!(problem["message"].as_str().unwrap().contains("Forget everything"));
    }
}

async fn each_organization_hears_of_its_own(it: TestConsole) {
    let ours = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let theirs = it.token("globex", Role::Admin, &[]).await;
    let after = start(&it, &ours).await;
    let (token, _) = it.issue("globex", "ci", Role::Viewer, &[], Lifetime::Never).await;
    assert_eq!(it.delete(&theirs, &format!("/api/v1/organizations/globex/tokens/{}", token.id)).await.status, 200);
    let (items, next) = read(&it, &ours, &after).await;
    assert_eq!(items, json!([]));
    assert_ne!(next, after, "what is nobody's business here is not looked through again");
    assert_eq!(read(&it, &theirs, &after).await.0, json!([{ "concerns": "token", "token": token.id.to_string(), "change": "revoked" }]));
}
