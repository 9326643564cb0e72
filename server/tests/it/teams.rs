//! Teams and their tokens: the pages, their forms, and the API.

use axum::http::Method;
use domain::{Description, Name, Role, TeamId};
use services::{Entropy as _, SystemEntropy, access, teams};

use crate::harness::{Answer, Caller, TestConsole, command_line, on_both, request, with};

on_both![
    forms_create_change_and_end_a_team,
    what_is_wrong_is_said_beside_what_was_typed,
    somebody_in_it_generates_a_token_of_it,
    who_is_in_no_team_of_it_finds_no_token,
    the_api_creates_changes_and_ends_a_team,
    the_api_lists_in_pages,
    the_api_says_whose_a_token_is_and_generates_none_of_a_team,
];

const ADMIN: &str = "usr_00000000000000000000000000000000";
const DEVELOPER: &str = "usr_00000000000000000000000000000001";
const VIEWER: &str = "usr_00000000000000000000000000000002";
const OUTSIDER: &str = "usr_00000000000000000000000000000003";

/// A name that no team has.
pub(crate) fn unused_name() -> String {
    let mut random = [0; 8];
    SystemEntropy.fill(&mut random);
    format!("Team {:016x}", u64::from_be_bytes(random))
}

/// Creates a team of Acme with these people in it.
pub(crate) async fn create(it: &TestConsole, name: &str, users: &[&str]) -> TeamId {
    let operator = access::by_operator(&it.console, "acme", &command_line()).await.unwrap();
    let description = Description::parse("").unwrap();
    let team = teams::create(&it.console, &operator, Name::parse(name).unwrap(), description).await.unwrap().id;
    for user in users {
        teams::add_member(&it.console, &operator, &team.to_string(), user).await.unwrap();
    }
    team
}

fn to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("location")
}

async fn forms_create_change_and_end_a_team(it: TestConsole) {
    let admin = it.session("admin").await;
    let created = it.post_form(&admin, "/orgs/acme/teams/new", &[("name", "Payments"), ("description", "Money <b>")]).await;
    let (page, done) = to(&created).split_once('?').unwrap();
    assert_eq!(done, "done=created");
    let shown = it.get(&admin, page).await;
    assert!(shown.text().contains("Payments") && shown.body.contains("Money &lt;b&gt;") && shown.text().contains("Nobody is in this team"));
    let added = it.post_form(&admin, &format!("{page}/members"), &[("user", VIEWER)]).await;
    assert_eq!(to(&added), format!("{page}?done=added"));
    let shown = it.get(&admin, page).await;
    assert!(
        shown.text().contains("viewer@acme.test") && !shown.body.contains(&format!("value=\"{VIEWER}\"")),
        "who is in it is not offered"
    );
    let form = it.get(&admin, &format!("{page}/edit")).await;
    let version = form.body.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let edit = async |name: &str| {
        let fields = [("name", name), ("description", ""), ("version", &version)];
        it.post_form(&admin, &format!("{page}/edit"), &fields).await
    };
    assert_eq!(to(&edit("Billing").await), format!("{page}?done=edited"));
    // Somebody else has the form open as it was.
    let late = edit("Money").await;
    assert!(late.status == 409 && late.text().contains("Somebody changed this team meanwhile") && late.body.contains("value=\"Money\""));
    assert!(late.body.contains(&version), "sent again it is refused again");
    assert_eq!(it.post_form(&admin, &format!("{page}/edit"), &[("name", "Money")]).await.status, 409, "a form without it is an old one");
    let removed = it.post_form(&admin, &format!("{page}/members/{VIEWER}/remove"), &[]).await;
    assert_eq!(to(&removed), format!("{page}?done=removed"));
    let list = it.get(&admin, "/orgs/acme/teams").await;
    assert!(list.text().contains("Billing") && !list.text().contains("Payments"));
    let ended = it.post_form(&admin, &format!("{page}/end"), &[("typed", "Billing")]).await;
    assert_eq!(to(&ended), "/orgs/acme/teams?done=ended");
    assert_eq!(it.get(&admin, page).await.status, 404);
    // The addresses that buttons post to lead to the team when they are opened.
    assert_eq!(to(&it.get(&admin, &format!("{page}/members")).await), page);
    assert_eq!(to(&it.get(&admin, &format!("{page}/members/{VIEWER}/remove")).await), page);
}

async fn what_is_wrong_is_said_beside_what_was_typed(it: TestConsole) {
    let admin = it.session("admin").await;
    let page = format!("/orgs/acme/teams/{}", create(&it, "Payments", &[VIEWER]).await);
    let events = it.count("SELECT COUNT(*) FROM events").await;
    let taken = it.post_form(&admin, "/orgs/acme/teams/new", &[("name", "payments"), ("description", "typed")]).await;
    assert_eq!(taken.status, 422);
    assert!(
        taken.text().contains("A team has this name already") && taken.body.contains("value=\"payments\"") && taken.body.contains("typed")
    );
    for (address, fields, said) in [
        ("/orgs/acme/teams/new".to_owned(), [("name", " ")], "A name is needed"),
        (format!("{page}/edit"), [("name", "")], "A name is needed"),
        (format!("{page}/end"), [("typed", "payments")], "exactly as it is shown"),
        (format!("{page}/members"), [("user", "")], "Choose who shall be added"),
    ] {
        let refused = it.post_form(&admin, &address, &fields).await;
        assert!(refused.status == 422 && refused.text().contains(said), "{address}: {} {}", refused.status, refused.text());
    }
    for user in [OUTSIDER, "x"] {
        assert_eq!(it.post_form(&admin, &format!("{page}/members"), &[("user", user)]).await.status, 404);
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM events").await, events);
}

async fn somebody_in_it_generates_a_token_of_it(it: TestConsole) {
    let team = create(&it, "Payments", &[VIEWER]).await.to_string();
    let viewer = it.session("viewer").await;
    let page = it.get(&viewer, &format!("/orgs/acme/teams/{team}")).await;
    assert!(page.body.contains(&format!("/orgs/acme/tokens/new?owner={team}")) && !page.text().contains("End team"));
    let form = it.get(&viewer, &format!("/orgs/acme/tokens/new?owner={team}")).await;
    assert!(form.text().contains("Team Payments") && !form.text().contains("For services and pipelines"), "{}", form.text());
    let fields = [("owner", team.as_str()), ("label", "ci"), ("label_warned", "ci"), ("role", "viewer"), ("expiry", "90")];
    let made = it.post_form(&viewer, "/orgs/acme/tokens/new", &fields).await;
    assert!(made.status == 200 && made.body.contains("jtt_"), "{}", made.text());
    let list = it.get(&viewer, "/orgs/acme/tokens").await;
    assert!(list.text().contains("ci") && list.text().contains("Team Payments"));
    assert!(it.get(&viewer, &format!("/orgs/acme/teams/{team}")).await.text().contains("ci"));
    // An admin who is not in it sees it, and is offered neither a secret nor the form.
    let admin = it.session("admin").await;
    let page = it.get(&admin, &format!("/orgs/acme/teams/{team}")).await;
    assert!(page.text().contains("ci") && !page.text().contains("Generate token"));
    let ending = it.get(&admin, &format!("/orgs/acme/teams/{team}/end")).await;
    assert!(ending.text().contains("Its token is revoked") && ending.text().contains("ci"));
    let refused = it.post_form(&admin, "/orgs/acme/tokens/new", &fields).await;
    assert!(refused.status == 422 && refused.text().contains("Only somebody in a team can generate a token for it"));
    let filtered = it.get(&admin, "/orgs/acme/tokens?owner=team").await;
    assert!(filtered.text().contains("ci"));
    assert!(it.get(&admin, "/orgs/acme/tokens.csv").await.body.contains("Team Payments"));
}

async fn who_is_in_no_team_of_it_finds_no_token(it: TestConsole) {
    let team = create(&it, "Payments", &[VIEWER]).await.to_string();
    let viewer = it.session("viewer").await;
    let fields = [("owner", team.as_str()), ("label", "ci"), ("label_warned", "ci"), ("role", "viewer"), ("expiry", "90")];
    it.post_form(&viewer, "/orgs/acme/tokens/new", &fields).await;
    let listed = it.get(&it.token("acme", Role::Admin, &[]).await, "/api/v1/organizations/acme/tokens?owner=team").await.json();
    let token = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let page = format!("/orgs/acme/tokens/{token}");
    let (admin, developer) = (it.session("admin").await, it.session("developer").await);
    assert_eq!(it.get(&viewer, &page).await.status, 200);
    assert_eq!(it.get(&developer, &page).await.status, 404);
    assert!(!it.get(&developer, &format!("/orgs/acme/teams/{team}")).await.body.contains(&token));
    assert_eq!(it.post_form(&developer, &format!("{page}/rotate"), &[("overlap", "1h")]).await.status, 404);
    // Admins see, switch and revoke it; they do not rotate or edit it.
    let shown = it.get(&admin, &page).await.text();
    assert!(
        shown.contains("Disable") && shown.contains("Revoke") && shown.contains("Team Payments") && !shown.contains("Rotate"),
        "{shown}"
    );
    assert_eq!(it.post_form(&admin, &format!("{page}/rotate"), &[("overlap", "1h")]).await.status, 403);
    assert_eq!(it.post_form(&admin, &format!("{page}/disable"), &[]).await.status, 303);
    assert_eq!(it.post_form(&viewer, &format!("{page}/enable"), &[]).await.status, 303);
    // Whoever is removed from the team is let out with their next request.
    let removed = it.post_form(&admin, &format!("/orgs/acme/teams/{team}/members/{VIEWER}/remove"), &[]).await;
    assert_eq!(removed.status, 303);
    assert_eq!(it.get(&viewer, &page).await.status, 404);
}

async fn the_api_creates_changes_and_ends_a_team(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let teams = "/api/v1/organizations/acme/teams";
    let created = it.post_json(&token, teams, "{\"name\":\" Payments \",\"description\":\"Money\"}").await;
    let body = created.json();
    let id = body["id"].as_str().unwrap().to_owned();
    assert_eq!((created.status.as_u16(), created.header("location")), (201, format!("{teams}/{id}").as_str()));
    assert_eq!(
        (body["name"].as_str(), body["created_by"].as_str(), body["members"].as_array().map(Vec::len)),
        (Some("Payments"), Some("caller"), Some(0))
    );
    let team = format!("{teams}/{id}");
    let member = |user: &str| format!("{team}/members/{user}");
    for _ in 0..2 {
        let added = it.send(&token, request(Method::PUT, &member(VIEWER), "")).await;
        assert_eq!((added.status.as_u16(), added.json()["member_count"].as_u64()), (200, Some(1)));
    }
    for nobody in [OUTSIDER, "x"] {
        assert_eq!(it.send(&token, request(Method::PUT, &member(nobody), "")).await.status, 404);
    }
    let found = it.get(&token, &team).await.json();
    assert_eq!((found["members"][0]["id"].as_str(), found["members"][0]["name"].as_str()), (Some(VIEWER), Some("viewer")));
    let patch =
        async |body: &str| it.send(&token, with(request(Method::PATCH, &team, body), &[("content-type", "application/json")])).await;
    let edited = patch("{\"name\":\"Billing\"}").await.json();
    assert_eq!((edited["name"].as_str(), edited["description"].as_str()), (Some("Billing"), Some("Money")));
    let tag = it.get(&token, &team).await.header("etag").to_owned();
    let patch_if = async |tag: &str, body: &str| {
        let headers = [("content-type", "application/json"), ("if-match", tag)];
        it.send(&token, with(request(Method::PATCH, &team, body), &headers)).await
    };
    let changed = patch_if(&tag, "{\"description\":\"All of it\"}").await;
    assert!(changed.status == 200 && changed.header("etag") != tag && !tag.is_empty());
    let late = patch_if(&tag, "{\"name\":\"Late\"}").await;
    assert_eq!((late.status.as_u16(), late.json()["code"].as_str()), (412, Some("precondition_failed")));
    assert_eq!(patch_if("no tag", "{\"name\":\"Late\"}").await.status, 422);
    assert_eq!(patch_if("*", "{\"name\":\"Billing\"}").await.status, 200);
    for (body, field) in [("{\"name\":\"\"}", "name"), ("{\"name\":null}", ""), ("{\"colour\":\"red\"}", ""), ("[]", "")] {
        let refused = patch(body).await;
        assert_eq!(refused.status, 422, "{body}");
        assert!(field.is_empty() || refused.body.contains(field), "{body}: {}", refused.body);
    }
    assert_eq!(it.post_json(&token, teams, "{\"name\":\"BILLING\"}").await.status, 422);
    assert_eq!(it.delete(&token, &member(VIEWER)).await.json()["member_count"], 0);
    assert_eq!(it.delete(&token, &member(VIEWER)).await.status, 404);
    let ended = it.delete(&token, &team).await;
    assert_eq!((ended.status.as_u16(), ended.json()["tokens_revoked"].as_u64()), (200, Some(0)));
    assert_eq!(it.delete(&token, &team).await.status, 404);
    assert_eq!(it.get(&token, &team).await.status, 404);
    let foreign = it.token("globex", Role::Admin, &[]).await;
    assert_eq!(it.get(&foreign, &team).await.status, 404);
    assert_eq!(it.get(&foreign, &format!("/api/v1/organizations/globex/teams/{id}")).await.status, 404);
}

async fn the_api_lists_in_pages(it: TestConsole) {
    let token = it.token("acme", Role::Viewer, &[]).await;
    for name in ["delta", "Alpha", "charlie", "Bravo"] {
        create(&it, name, &[]).await;
    }
    let names = |page: &serde_json::Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|team| team["name"].as_str().unwrap().to_owned()).collect()
    };
    let teams = "/api/v1/organizations/acme/teams";
    let first = it.get(&token, &format!("{teams}?limit=3")).await.json();
    assert_eq!(names(&first), ["Alpha", "Bravo", "charlie"]);
    let second = it.get(&token, &format!("{teams}?limit=3&after={}", first["next"].as_str().unwrap())).await.json();
    assert_eq!((names(&second), second["next"].is_null()), (vec!["delta".to_owned()], true));
    for wrong in ["limit=0", "limit=101", "limit=1&limit=2", "after=x", "after=team_00000000000000000000000000000000", "colour=red"] {
        assert_eq!(it.get(&token, &format!("{teams}?{wrong}")).await.status, 422, "{wrong}");
    }
}

async fn the_api_says_whose_a_token_is_and_generates_none_of_a_team(it: TestConsole) {
    let team = create(&it, "Payments", &[VIEWER, ADMIN, DEVELOPER]).await.to_string();
    let viewer = it.session("viewer").await;
    let fields = [("owner", team.as_str()), ("label", "ci"), ("label_warned", "ci"), ("role", "viewer"), ("expiry", "90")];
    let made = it.post_form(&viewer, "/orgs/acme/tokens/new", &fields).await;
    let at = made.body.find("jtt_").unwrap();
    let secret = made.body[at..at + 42].to_owned();
    let own = it.get(&Caller::Token(secret.clone()), "/api/v1/token").await.json();
    assert_eq!(own["owner"], serde_json::json!({ "kind": "team", "id": team, "name": "Payments" }));
    let admin = it.token("acme", Role::Admin, &[]).await;
    let listed = it.get(&admin, "/api/v1/organizations/acme/tokens?owner=team").await.json();
    assert_eq!(listed["items"][0]["owner"], own["owner"]);
    let verified = it.post_json(&admin, "/api/v1/verify", &format!("{{\"token\":\"{secret}\"}}")).await;
    assert!(verified.status == 200 && verified.body.contains(&team), "{}", verified.body);

    let tokens = it.count("SELECT COUNT(*) FROM tokens").await;
    let body = |owner: &str| format!("{{\"label\":\"x\",\"role\":\"viewer\",\"expires_in\":60,\"owner\":{owner}}}");
    let refused =
        it.post_json(&admin, "/api/v1/organizations/acme/tokens", &body(&format!("{{\"kind\":\"team\",\"id\":\"{team}\"}}"))).await;
    assert_eq!(refused.status, 422);
    assert!(refused.json()["message"].as_str().unwrap().contains("Only somebody in a team can generate a token for it"));
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens").await, tokens);
    assert_eq!(it.post_json(&admin, "/api/v1/organizations/acme/tokens", &body("{\"kind\":\"organization\"}")).await.status, 201);
    // Over the API nobody gets a new secret of a team's token but the token itself.
    let id = own["id"].as_str().unwrap();
    let rotated = it.post_json(&admin, &format!("/api/v1/organizations/acme/tokens/{id}/rotate"), "{}").await;
    assert_eq!(rotated.status, 403);
    let disabled = it.send(&admin, request(Method::POST, &format!("/api/v1/organizations/acme/tokens/{id}/disable"), "")).await;
    assert_eq!(disabled.json()["status"], "disabled");
}
