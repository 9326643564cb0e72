//! Members and invitations over the JSON API.

use axum::http::Method;
use domain::Role;
use serde_json::{Value, json};

use crate::harness::{Answer, Caller, ORIGIN, TestConsole, on_both, request, with};

on_both![
    members_are_read_page_by_page,
    invitations_are_read_page_by_page,
    a_role_is_changed_unless_it_was_meanwhile,
    a_token_promotes_and_removes_nobody_beyond_its_own_rights,
    the_only_owner_stays,
    a_removal_asks_what_becomes_of_the_tokens,
    an_invitation_shows_its_link_once_and_is_withdrawn,
    invitations_made_with_a_token_of_somebody_end_with_them,
    another_organization_finds_nobody,
    bad_requests_name_what_is_wrong_and_change_nothing,
    nothing_is_half_done,
];

const MEMBERS: &str = "/api/v1/organizations/acme/members";
const INVITATIONS: &str = "/api/v1/organizations/acme/invitations";

async fn patch(it: &TestConsole, caller: &Caller, id: &str, body: &Value, headers: &[(&'static str, &str)]) -> Answer {
    let headers = [&[("content-type", "application/json")], headers].concat();
    it.send(caller, with(request(Method::PATCH, &format!("{MEMBERS}/{id}"), &body.to_string()), &headers)).await
}

async fn members(it: &TestConsole, caller: &Caller) -> Vec<Value> {
    it.get(caller, MEMBERS).await.json()["items"].as_array().unwrap().clone()
}

async fn id_of(it: &TestConsole, caller: &Caller, role: &str) -> String {
    let members = members(it, caller).await;
    members.iter().find(|member| member["role"] == role).unwrap()["id"].as_str().unwrap().to_owned()
}

/// A token that holds everything.
async fn whole(it: &TestConsole) -> Caller {
    it.token("acme", Role::Admin, &["organization:delete"]).await
}

async fn members_are_read_page_by_page(it: TestConsole) {
    let viewer = it.token("acme", Role::Viewer, &[]).await;
    let all = members(&it, &viewer).await;
    assert!(all.len() >= 4);
    let (mut seen, mut next) = (Vec::new(), String::new());
    for _ in 0..all.len() {
        let page = it.get(&viewer, &format!("{MEMBERS}?limit=1{next}")).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        seen.push(page["items"][0].clone());
        next = page["next"].as_str().map(|next| format!("&after={next}")).unwrap_or_default();
    }
    assert_eq!((seen, next.as_str()), (all.clone(), ""));
    let found = it.get(&viewer, &format!("{MEMBERS}/{}", all[0]["id"].as_str().unwrap())).await;
    assert_eq!((found.status.as_u16(), found.json()), (200, all[0].clone()));
}

async fn invitations_are_read_page_by_page(it: TestConsole) {
    let reader = it.token("acme", Role::Admin, &[]).await;
    let mut addresses = Vec::new();
    for number in 0..27 {
        addresses.push(format!("p{number}@new.test"));
        it.invite("acme", &addresses[number], Role::Viewer).await;
        it.advance(1);
    }
    addresses.reverse();
    for (query, sizes) in [("", vec![25, 2]), ("limit=9", vec![9, 9, 9])] {
        let (mut seen, mut found, mut next) = (Vec::new(), Vec::new(), String::new());
        loop {
            let page = it.get(&reader, &format!("{INVITATIONS}?{query}{next}")).await.json();
            let items = page["items"].as_array().unwrap();
            found.push(items.len());
            seen.extend(items.iter().map(|item| item["email"].as_str().unwrap().to_owned()));
            let Some(place) = page["next"].as_str() else { break };
            next = format!("&after={place}");
        }
        assert_eq!((&seen, found), (&addresses, sizes), "{query}");
    }
    let wrong = it.get(&reader, &format!("{INVITATIONS}?after=inv_x")).await;
    assert_eq!((wrong.status.as_u16(), wrong.json()["code"].as_str()), (422, Some("invalid")), "{}", wrong.body);
    // On the page, too, with and without scripts.
    let owner = it.session("owner").await;
    let first = it.get(&owner, "/orgs/acme/members").await;
    let is_there = |page: &Answer, number: usize| page.text().contains(&addresses[number]);
    assert!(is_there(&first, 0) && is_there(&first, 24) && !is_there(&first, 25), "{}", first.text());
    let pages = first.body.split("aria-label=\"Pages of invitations\"").nth(1).unwrap();
    let next = pages.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(next.starts_with("/orgs/acme/members?invited=inv_") && next.ends_with("#invited"), "{next}");
    let second = it.get(&owner, next.strip_suffix("#invited").unwrap()).await;
    assert!(is_there(&second, 25) && is_there(&second, 26) && !is_there(&second, 24) && second.text().contains("First page"));
    let wrong = it.get(&owner, "/orgs/acme/members?invited=x").await;
    assert!(wrong.status == 422 && wrong.text().contains("This list cannot be shown"), "{}", wrong.text());
    let end = it.get(&owner, "/orgs/acme/members?invited=inv_00000000000000000000000000000000").await;
    assert!(end.status == 200 && end.text().contains("The list ends before this page."), "{}", end.text());
}

async fn a_role_is_changed_unless_it_was_meanwhile(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let id = id_of(&it, &admin, "viewer").await;
    let seen = it.get(&admin, &format!("{MEMBERS}/{id}")).await.header("etag").to_owned();
    let edited = patch(&it, &admin, &id, &json!({ "role": "developer" }), &[("if-match", &seen)]).await;
    assert_eq!((edited.status.as_u16(), edited.json()["role"].as_str()), (200, Some("developer")));
    assert_ne!(edited.header("etag"), seen);
    let stale = patch(&it, &admin, &id, &json!({ "role": "admin" }), &[("if-match", &seen)]).await;
    assert_eq!((stale.status.as_u16(), stale.json()["code"].as_str()), (412, Some("precondition_failed")));
    assert_eq!(it.get(&admin, &format!("{MEMBERS}/{id}")).await.json()["role"], "developer");
    let by = "SELECT COUNT(*) FROM events WHERE action = 'member.edit' AND actor_kind = 'token' AND actor_name = 'caller'";
    assert_eq!(it.count(by).await, 1);
}

async fn a_token_promotes_and_removes_nobody_beyond_its_own_rights(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let narrow = it.token("acme", Role::Viewer, &["user:update", "user:delete", "invitation:create"]).await;
    let [owner, administrator, viewer] =
        [id_of(&it, &admin, "owner").await, id_of(&it, &admin, "admin").await, id_of(&it, &admin, "viewer").await];
    let before = it.count("SELECT seq FROM head").await;
    for (caller, target) in [(&admin, &owner), (&narrow, &owner), (&narrow, &administrator)] {
        for answer in [
            patch(&it, caller, target, &json!({ "role": "viewer" }), &[]).await,
            it.delete(caller, &format!("{MEMBERS}/{target}?tokens=keep")).await,
        ] {
            assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some("forbidden")), "{target}");
        }
    }
    for (caller, role) in [(&admin, "owner"), (&narrow, "admin"), (&narrow, "developer")] {
        let promoted = patch(&it, caller, &viewer, &json!({ "role": role }), &[]).await;
        assert_eq!((promoted.status.as_u16(), promoted.json()["field"].as_str()), (422, Some("role")), "{role}");
        let invited = it.post_json(caller, INVITATIONS, &json!({ "email": "x@acme.test", "role": role }).to_string()).await;
        assert_eq!((invited.status.as_u16(), invited.json()["field"].as_str()), (422, Some("role")), "{role}");
    }
    for choice in ["expire", "revoke"] {
        let answer = it.delete(&narrow, &format!("{MEMBERS}/{viewer}?tokens={choice}")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some("insufficient_permissions")), "{choice}");
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    assert_eq!(it.delete(&narrow, &format!("{MEMBERS}/{viewer}?tokens=keep")).await.status, 204, "a viewer may do no more than it");
}

async fn the_only_owner_stays(it: TestConsole) {
    let whole = whole(&it).await;
    let owner = id_of(&it, &whole, "owner").await;
    let before = it.count("SELECT seq FROM head").await;
    for answer in [
        patch(&it, &whole, &owner, &json!({ "role": "admin" }), &[]).await,
        it.delete(&whole, &format!("{MEMBERS}/{owner}?tokens=keep")).await,
    ] {
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (409, Some("conflict")));
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    // With a second one either may go.
    let admin = id_of(&it, &whole, "admin").await;
    assert_eq!(patch(&it, &whole, &admin, &json!({ "role": "owner" }), &[]).await.status, 200);
    assert_eq!(patch(&it, &whole, &owner, &json!({ "role": "viewer" }), &[]).await.status, 200);
}

async fn a_removal_asks_what_becomes_of_the_tokens(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let leaver = id_of(&it, &token, "admin").await;
    let admin = it.session("admin").await;
    let form = [("label", "theirs"), ("label_warned", "theirs"), ("role", "viewer"), ("expiry", "90")];
    let made = it.post_form(&admin, "/orgs/acme/tokens/new", &form).await;
    let [(_, secret)] = &made.secrets()[..] else { panic!("{}", made.text()) };
    let secret = Caller::Token(secret.clone());
    let before = it.count("SELECT seq FROM head").await;
    let path = format!("{MEMBERS}/{leaver}");
    for query in ["", "?tokens=", "?tokens=perhaps"] {
        let asked = it.delete(&token, &format!("{path}{query}")).await;
        assert_eq!((asked.status.as_u16(), asked.json()["field"].as_str()), (422, Some("tokens")), "{query}");
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    assert_eq!(it.get(&secret, "/organization").await.status, 200);
    assert_eq!(it.delete(&token, &format!("{path}?tokens=revoke")).await.status, 204);
    assert_eq!(it.get(&secret, "/organization").await.status, 401);
    assert_eq!(it.get(&admin, "/orgs/acme/tokens").await.header("location").split('?').next(), Some("/sign-in"), "signed out everywhere");
    assert_eq!(it.get(&token, &path).await.status, 404);
    assert_eq!(it.delete(&token, &format!("{path}?tokens=revoke")).await.status, 404);
    // Who left nothing behind is removed without a word about tokens.
    let viewer = id_of(&it, &token, "viewer").await;
    assert_eq!(it.delete(&token, &format!("{MEMBERS}/{viewer}")).await.status, 204);
}

async fn an_invitation_shows_its_link_once_and_is_withdrawn(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let body = json!({ "email": "Grace@acme.test", "role": "developer" }).to_string();
    let invited = it.post_json(&token, INVITATIONS, &body).await;
    assert_eq!((invited.status.as_u16(), invited.header("cache-control")), (201, "no-store"));
    let (answer, path) = (invited.json(), invited.header("location").to_owned());
    let code =
        |answer: &Value| answer["link"].as_str().unwrap().strip_prefix(&format!("{ORIGIN}/invitations/accept?code=")).unwrap().to_owned();
    assert_eq!((&answer["email"], &answer["created_by"]), (&json!("grace@acme.test"), &json!("caller")));
    let found = it.get(&token, &path).await;
    assert!(found.status == 200 && found.json()["id"] == answer["id"] && found.json().get("link").is_none());
    assert_eq!(it.get(&token, INVITATIONS).await.json(), json!({ "items": [found.json()], "next": null }));
    // A lost answer: asking again gives a link that works, and the one before does not.
    let again = it.post_json(&token, INVITATIONS, &body).await.json();
    let open = async |code: &str| it.get(&Caller::Anonymous, &format!("/invitations/accept?code={code}")).await.status.as_u16();
    assert_eq!((open(&code(&answer)).await, open(&code(&again)).await), (401, 200));
    let path = format!("{INVITATIONS}/{}", again["id"].as_str().unwrap());
    assert_eq!(it.delete(&token, &path).await.status, 204);
    assert_eq!(open(&code(&again)).await, 401);
    assert_eq!((it.delete(&token, &path).await.status.as_u16(), it.get(&token, &path).await.status.as_u16()), (404, 404));
    // What is over is not found, and not listed.
    let path = it.post_json(&token, INVITATIONS, &body).await.header("location").to_owned();
    it.advance(7 * 24 * 3600);
    assert_eq!(it.get(&token, &path).await.status, 404);
    assert_eq!(it.get(&token, INVITATIONS).await.json()["items"], json!([]));
}

async fn invitations_made_with_a_token_of_somebody_end_with_them(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let leaver = id_of(&it, &token, "admin").await;
    let made = it.post_json(&token, INVITATIONS, "{\"email\":\"grace@acme.test\",\"role\":\"admin\"}").await;
    it.execute(&format!("UPDATE tokens SET kind = 'user', user_id = '{leaver}' WHERE label = 'caller'")).await;
    let other = it.token("acme", Role::Admin, &[]).await;
    assert_eq!(it.get(&other, made.header("location")).await.status, 200);
    assert_eq!(patch(&it, &other, &leaver, &json!({ "role": "developer" }), &[]).await.status, 200);
    assert_eq!(it.get(&other, made.header("location")).await.status, 404);
}

async fn another_organization_finds_nobody(it: TestConsole) {
    let foreign = it.token("globex", Role::Admin, &[]).await;
    let token = it.token("acme", Role::Admin, &[]).await;
    let viewer = id_of(&it, &token, "viewer").await;
    let before = it.count("SELECT seq FROM head").await;
    assert_eq!(it.get(&foreign, MEMBERS).await.status, 404);
    for organization in ["acme", "globex"] {
        let base = format!("/api/v1/organizations/{organization}");
        let invitation = it.invite("acme", "grace@acme.test", Role::Viewer).await.invitation.id;
        assert_eq!(it.get(&foreign, &format!("{base}/members/{viewer}")).await.status, 404);
        assert_eq!(it.delete(&foreign, &format!("{base}/members/{viewer}?tokens=keep")).await.status, 404);
        assert_eq!(it.get(&foreign, &format!("{base}/invitations/{invitation}")).await.status, 404);
        assert_eq!(it.delete(&foreign, &format!("{base}/invitations/{invitation}")).await.status, 404);
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before + 2, "only the two invitations");
    for id in ["x", "usr_00000000000000000000000000000099"] {
        assert_eq!(it.get(&token, &format!("{MEMBERS}/{id}")).await.status, 404);
        assert_eq!(patch(&it, &token, id, &json!({ "role": "viewer" }), &[]).await.status, 404);
    }
}

async fn bad_requests_name_what_is_wrong_and_change_nothing(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let viewer = id_of(&it, &token, "viewer").await;
    let before = it.count("SELECT seq FROM head").await;
    for path in [MEMBERS, INVITATIONS] {
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("after=x", "after"),
            ("after=", "after"),
            ("limit=1&limit=2", "parameters"),
            ("q=x", "parameters"),
        ] {
            let answer = it.get(&token, &format!("{path}?{query}")).await;
            assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(field)), "{path}?{query}");
        }
    }
    for (body, field) in [
        (json!({ "email": "grace", "role": "viewer" }), "email"),
        (json!({ "email": "grace@acme.test", "role": "king" }), "role"),
        (json!({ "email": "viewer@acme.test", "role": "viewer" }), "email"),
    ] {
        let answer = it.post_json(&token, INVITATIONS, &body.to_string()).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(field)), "{body}");
    }
    for body in [json!({}), json!({ "role": null }), json!({ "role": "viewer", "name": "x" }), json!([])] {
        let answer = patch(&it, &token, &viewer, &body, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (422, Some("invalid_body")), "{body}");
        assert_eq!(it.post_json(&token, INVITATIONS, &body.to_string()).await.status, 422, "{body}");
    }
    let unknown = it.delete(&token, &format!("{MEMBERS}/{viewer}?choice=keep")).await;
    assert_eq!((unknown.status.as_u16(), unknown.json()["field"].as_str()), (422, Some("parameters")));
    assert_eq!(it.count("SELECT seq FROM head").await, before);
}

async fn nothing_is_half_done(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let viewer = id_of(&it, &token, "viewer").await;
    let invitation = it.invite("acme", "grace@acme.test", Role::Viewer).await.invitation.id;
    let before = (members(&it, &token).await, it.get(&token, INVITATIONS).await.json());
    it.break_events().await;
    assert_eq!(patch(&it, &token, &viewer, &json!({ "role": "developer" }), &[]).await.status, 500);
    assert_eq!(it.delete(&token, &format!("{MEMBERS}/{viewer}")).await.status, 500);
    assert_eq!(it.delete(&token, &format!("{INVITATIONS}/{invitation}")).await.status, 500);
    assert_eq!(it.post_json(&token, INVITATIONS, "{\"email\":\"x@acme.test\",\"role\":\"viewer\"}").await.status, 500);
    assert_eq!((members(&it, &token).await, it.get(&token, INVITATIONS).await.json()), before);
}
