//! Removing a member: what becomes of the tokens they generated, with the form and over the JSON API.

use domain::{Description, Label, Lifetime, Permission, Role};
use serde_json::Value;
use services::{
    access, sessions,
    tokens::{self, NewToken},
};

use crate::harness::{Answer, Caller, TestConsole, command_line, on_both};

on_both![
    the_form_moves_and_rotates_and_shows_each_new_secret_once,
    what_is_being_rotated_says_so,
    one_choice_may_go_for_all,
    an_overlap_may_be_none,
    nobody_is_removed_when_that_cannot_be_recorded,
    the_form_says_what_is_wrong_and_keeps_what_was_chosen,
    what_cannot_be_done_is_not_offered,
    many_tokens_are_decided_about_together,
    rest_rotates_and_answers_the_secrets_once,
    rest_moves_to_a_team,
    rest_decides_token_by_token,
    rest_says_what_is_wrong,
];

/// The admin of Acme, who leaves.
const LEAVER: &str = "usr_00000000000000000000000000000000";
const REMOVE: &str = "/orgs/acme/members/usr_00000000000000000000000000000000/remove";
const MEMBER: &str = "/api/v1/organizations/acme/members/usr_00000000000000000000000000000000";

/// Generates tokens as the one who leaves; answers their ids and secrets.
async fn theirs<const N: usize>(it: &TestConsole, labels: [&str; N]) -> [(String, Caller); N] {
    let Caller::Session(session) = it.session("admin").await else { unreachable!() };
    let actor = sessions::find(&it.console, &session).await.unwrap();
    let create = Permission::API_KEY_CREATE;
    let access = access::to_organization(&it.console, actor.as_ref(), &command_line(), "acme", create).await.unwrap();
    let mut made = Vec::new();
    for label in labels {
        let new = NewToken {
            owner: None,
            label: Label::parse(label).unwrap(),
            description: Description::parse("").unwrap(),
            role: Some(Role::Viewer.into()),
            permissions: domain::PermissionSet::NONE,
            lifetime: Lifetime::Never,
            limits: domain::Limits::default(),
        };
        let issued = tokens::create(&it.console, &access, new).await.unwrap();
        made.push((issued.token.id.to_string(), Caller::Token(issued.secret.expose().to_owned())));
    }
    made.try_into().unwrap_or_else(|_| unreachable!())
}

async fn team(it: &TestConsole, name: &str) -> String {
    let token = it.token("acme", Role::Admin, &[]).await;
    let made = it.post_json(&token, "/api/v1/organizations/acme/teams", &serde_json::json!({ "name": name }).to_string()).await;
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn owner_of(it: &TestConsole, token: &str) -> Value {
    let reader = it.token("acme", Role::Admin, &[]).await;
    it.get(&reader, &format!("/api/v1/organizations/acme/tokens/{token}")).await.json()["owner"].clone()
}

async fn works(it: &TestConsole, token: &Caller) -> bool {
    it.get(token, "/organization").await.status == 200
}

/// The secrets that a page shows.
fn secrets(page: &Answer) -> Vec<Caller> {
    page.secrets().into_iter().map(|(_, secret)| Caller::Token(secret)).collect()
}

async fn the_form_moves_and_rotates_and_shows_each_new_secret_once(it: TestConsole) {
    let owner = it.session("owner").await;
    let payments = team(&it, "Payments").await;
    let [(moved, of_team), (turned, old), (kept, as_before)] = theirs(&it, ["moves", "turns", "stays"]).await;
    let page = it.get(&owner, REMOVE).await;
    for words in ["Move to team Payments", "Rotate", "Expire in 7 days", "Old secrets of tokens that you rotate end"] {
        assert!(page.text().contains(words), "{words}");
    }
    assert!(!page.body.contains("name=\"others\""), "all are listed");
    let fields = [
        (format!("token-{moved}"), payments.as_str()),
        (format!("token-{turned}"), "rotate"),
        (format!("token-{kept}"), "keep"),
        ("overlap".to_owned(), "6h"),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let shown = it.post_form(&owner, REMOVE, &fields).await;
    assert_eq!((shown.status.as_u16(), shown.header("cache-control")), (200, "no-store"));
    let new = secrets(&shown);
    assert_eq!(new.len(), 1);
    assert!(new.iter().all(|new| matches!(new, Caller::Token(secret) if !shown.scripts().contains(secret))), "no script is told a secret");
    assert!(shown.text().contains("New secret of turns") && shown.text().contains("The member is removed"));
    for token in [&of_team, &old, &as_before, &new[0]] {
        assert!(works(&it, token).await);
    }
    assert_eq!(owner_of(&it, &moved).await["name"], "Payments");
    let Caller::Token(secret) = &new[0] else { unreachable!() };
    for path in [REMOVE, "/orgs/acme/members", "/orgs/acme/audit", &format!("/orgs/acme/tokens/{turned}")] {
        assert!(!it.get(&owner, path).await.body.contains(secret.as_str()), "{path}");
    }
    // Sent again, it finds nobody, and shows nothing.
    let again = it.post_form(&owner, REMOVE, &fields).await;
    assert!(again.status == 404 && secrets(&again).is_empty());
    it.advance(6 * 3600);
    assert_eq!((works(&it, &old).await, works(&it, &new[0]).await), (false, true));
}

async fn what_is_being_rotated_says_so(it: TestConsole) {
    let owner = it.session("owner").await;
    let [(turned, old)] = theirs(&it, ["turns"]).await;
    assert!(!it.get(&owner, REMOVE).await.text().contains("Rotating:"));
    let rotated = crate::rotation::rotate(&it, &owner, &format!("/orgs/acme/tokens/{turned}"), "6h").await;
    assert!(!it.get(&owner, REMOVE).await.text().contains("Rotating:"), "an unused secret goes before the one that is used");
    assert!(works(&it, &secrets(&rotated)[0]).await);
    let page = it.get(&owner, REMOVE).await.text();
    assert!(page.contains("Rotating: old secret") && page.contains("Rotating again ends it at once."), "{page}");
    assert!(works(&it, &old).await);
    let choice = format!("token-{turned}");
    assert_eq!(it.post_form(&owner, REMOVE, &[(&choice, "rotate"), ("overlap", "6h")]).await.status, 200);
    assert!(!works(&it, &old).await, "as it said");
}

async fn one_choice_may_go_for_all(it: TestConsole) {
    let owner = it.session("owner").await;
    let [(kept, first)] = theirs(&it, ["one"]).await;
    assert!(!it.get(&owner, REMOVE).await.body.contains("name=\"same\""), "of one there is nothing to choose for all");
    let [(second, other)] = theirs(&it, ["two"]).await;
    let page = it.get(&owner, REMOVE).await;
    let all = page.body.split("name=\"same\"").nth(1).unwrap().split("</select>").next().unwrap();
    for value in ["", "keep", "rotate", "expire", "revoke"] {
        assert!(all.contains(&format!("<option value=\"{value}\"")), "{value:?}: {all}");
    }
    let fields = [(format!("token-{kept}"), "keep"), (format!("token-{second}"), "expire")];
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    fields.push(("same", "burn"));
    let refused = it.post_form(&owner, REMOVE, &fields).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    fields.pop();
    fields.push(("same", "revoke"));
    for wrong in ["", "1", "one"] {
        fields.push(("typed", wrong));
        let asked = it.post_form(&owner, REMOVE, &fields).await;
        let (says, doomed) = (asked.text(), asked.body.matches("doomed-label").count());
        assert!(asked.status == 422 && doomed == 2 && says.contains("Type 2 to confirm what is revoked"), "{wrong:?}: {says}");
        assert!(works(&it, &first).await && works(&it, &other).await, "{wrong:?}");
        fields.pop();
    }
    // One more than was shown is noticed.
    let [(_, third)] = theirs(&it, ["three"]).await;
    fields.push(("typed", "2"));
    assert_eq!(it.post_form(&owner, REMOVE, &fields).await.status, 422);
    assert!(works(&it, &third).await);
    fields.pop();
    fields.push(("typed", " 3 "));
    let done = it.post_form(&owner, REMOVE, &fields).await;
    assert_eq!(done.header("location"), format!("/orgs/acme/members?removed={LEAVER}"));
    for token in [&first, &other, &third] {
        assert!(!works(&it, token).await);
    }
    let told = "is removed. Of their tokens 3 are revoked.";
    assert!(it.get(&owner, done.header("location")).await.text().contains(told));
    // Nobody else is told, whatever they may see.
    let developer = it.session("developer").await;
    assert!(!it.get(&developer, done.header("location")).await.text().contains("is removed"));
    for unknown in ["x", "usr_00000000000000000000000000000009", "", "%00"] {
        let list = it.get(&owner, &format!("/orgs/acme/members?removed={unknown}")).await;
        assert!(list.status == 200 && !list.text().contains("is removed"), "{unknown:?}");
    }
}

async fn an_overlap_may_be_none(it: TestConsole) {
    let owner = it.session("owner").await;
    let [(id, old), (kept, as_before)] = theirs(&it, ["turns", "stays"]).await;
    let (turned, kept) = (format!("token-{id}"), format!("token-{kept}"));
    let shown = it.post_form(&owner, REMOVE, &[(&turned, "rotate"), (&kept, "keep"), ("overlap", "now")]).await;
    assert_eq!((shown.status.as_u16(), shown.header("cache-control")), (200, "no-store"), "{}", shown.text());
    let [(of, new)] = &shown.secrets()[..] else { panic!("{}", shown.text()) };
    assert_eq!(*of, id);
    assert_eq!((works(&it, &old).await, works(&it, &Caller::Token(new.clone())).await, works(&it, &as_before).await), (false, true, true));
    assert_eq!(it.post_form(&owner, REMOVE, &[(&turned, "rotate")]).await.status, 404);
}

async fn nobody_is_removed_when_that_cannot_be_recorded(it: TestConsole) {
    let owner = it.session("owner").await;
    let [(id, old)] = theirs(&it, ["ci"]).await;
    it.break_events().await;
    for address in [REMOVE, &REMOVE.replace(LEAVER, "usr_00000000000000000000000000000002")] {
        let field = format!("token-{id}");
        let fields: &[(&str, &str)] = if address == REMOVE { &[(&field, "rotate")] } else { &[] };
        let refused = it.post_form(&owner, address, fields).await;
        assert!(refused.status == 500 && refused.secrets().is_empty(), "{address}: {}", refused.status);
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM memberships WHERE role IN ('admin', 'viewer')").await, 2);
    assert!(works(&it, &old).await);
}

async fn the_form_says_what_is_wrong_and_keeps_what_was_chosen(it: TestConsole) {
    let owner = it.session("owner").await;
    let ended = team(&it, "Ended").await;
    let [(id, token)] = theirs(&it, ["ci"]).await;
    let field = format!("token-{id}");
    assert_eq!(it.post_form(&owner, &format!("/orgs/acme/teams/{ended}/end"), &[("typed", "Ended")]).await.status, 303);
    let before = it.count("SELECT seq FROM head").await;
    for (fields, words) in [
        (vec![(field.as_str(), "burn")], "Say what becomes of the tokens"),
        (vec![(&field, "move")], "Say what becomes of the tokens"),
        (vec![(&field, &*ended)], "There is no such team"),
        (vec![(&field, "rotate"), ("overlap", "8d")], "Choose when the old secret ends"),
        (vec![(&field, "rotate"), ("others", "")], "Say what becomes of the tokens"),
        (vec![("token-x", "keep")], "This is not a token of this person."),
        (vec![("others", "burn")], "Say what becomes of the tokens"),
        (vec![("overlap", "8d")], "Choose when the old secret ends"),
    ] {
        let answer = it.post_form(&owner, REMOVE, &fields).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        assert!(answer.text().contains("Nobody was removed") && answer.text().contains(words), "{fields:?}: {}", answer.text());
        assert!(secrets(&answer).is_empty());
    }
    let answer = it.post_form(&owner, REMOVE, &[(&field, "rotate"), ("overlap", "8d")]).await;
    assert!(answer.body.contains("<option value=\"rotate\" selected"), "{}", answer.body);
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    assert!(works(&it, &token).await);
}

async fn what_cannot_be_done_is_not_offered(it: TestConsole) {
    let [_] = theirs(&it, ["ci"]).await;
    let owner = it.session("owner").await;
    assert!(!it.get(&owner, REMOVE).await.body.contains("Move to team"), "there is no team");
    team(&it, "Payments").await;
    let leaver = it.session("admin").await;
    let page = it.get(&leaver, REMOVE).await;
    assert!(page.body.contains("Move to team Payments") && !page.body.contains("value=\"rotate\""));
    assert!(!page.body.contains("name=\"overlap\""));
    // One of the team is neither moved nor rotated.
    it.execute("UPDATE tokens SET kind = 'team', team_id = (SELECT id FROM teams) WHERE label = 'ci'").await;
    let page = it.get(&owner, REMOVE).await;
    assert!(page.body.contains("value=\"expire\"") && !page.body.contains("Move to team") && !page.body.contains("value=\"rotate\""));
}

async fn many_tokens_are_decided_about_together(it: TestConsole) {
    let owner = it.session("owner").await;
    let payments = team(&it, "Payments").await;
    let labels: Vec<String> = (0..103).map(|number| format!("script {number}")).collect();
    let labels: [&str; 103] = std::array::from_fn(|at| labels[at].as_str());
    let made = theirs(&it, labels).await;
    let page = it.get(&owner, REMOVE).await;
    assert!(page.text().contains("The 3 older tokens that are not listed"));
    assert_eq!(page.body.matches("name=\"token-tok_").count(), 100);
    let others = page.body.split("name=\"others\"").nth(1).unwrap().split("</select>").next().unwrap();
    assert!(others.contains(&payments) && others.contains("revoke") && !others.contains("rotate"));
    let done =
        it.post_form(&owner, REMOVE, &[(&format!("token-{}", made[102].0), "revoke"), ("others", &payments), ("typed", labels[102])]).await;
    assert_eq!(done.status, 303);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE kind = 'team'").await, 102);
    assert!(!works(&it, &made[102].1).await && works(&it, &made[0].1).await);
}

async fn rest_rotates_and_answers_the_secrets_once(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let [(id, old)] = theirs(&it, ["ci"]).await;
    let answer = it.delete(&token, &format!("{MEMBER}?tokens=rotate&overlap=now")).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let rotated = answer.json()["rotated"].as_array().unwrap().clone();
    assert_eq!((rotated.len(), rotated[0]["id"].as_str(), rotated[0]["label"].as_str()), (1, Some(id.as_str()), Some("ci")));
    let new = Caller::Token(rotated[0]["secret"].as_str().unwrap().to_owned());
    assert_eq!((works(&it, &old).await, works(&it, &new).await), (false, true));
    assert_eq!(it.delete(&token, &format!("{MEMBER}?tokens=rotate")).await.status, 404);
    // Nothing to rotate is an empty list.
    let none = it.delete(&token, &format!("{}?tokens=rotate", MEMBER.replace(LEAVER, "usr_00000000000000000000000000000002"))).await;
    assert_eq!((none.status.as_u16(), none.json()), (200, serde_json::json!({ "rotated": [] })));
}

async fn rest_moves_to_a_team(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let payments = team(&it, "Payments").await;
    let [(id, secret)] = theirs(&it, ["ci"]).await;
    assert_eq!(it.delete(&token, &format!("{MEMBER}?tokens={payments}")).await.status, 204);
    assert_eq!(owner_of(&it, &id).await, serde_json::json!({ "kind": "team", "id": payments, "name": "Payments" }));
    assert!(works(&it, &secret).await);
    let events = it.get(&token, "/api/v1/organizations/acme/audit?action=token.edit").await.json();
    assert_eq!(events["items"][0]["details"]["owner"]["to"], "Team Payments", "{events}");
}

async fn rest_decides_token_by_token(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let payments = team(&it, "Payments").await;
    let [(moved, of_team), (turned, old), (ended, gone), (other, as_before)] = theirs(&it, ["moves", "turns", "ends", "stays"]).await;
    let each = format!("decision={moved}:{payments}&decision={turned}:rotate&decision={ended}:revoke");
    // About the fourth nothing is said.
    let refused = it.delete(&token, &format!("{MEMBER}?{each}")).await;
    assert_eq!((refused.status.as_u16(), refused.json()["field"].as_str()), (422, Some("tokens")), "{}", refused.body);
    assert!(works(&it, &gone).await, "nothing was done");
    let answer = it.delete(&token, &format!("{MEMBER}?{each}&tokens=keep&overlap=now")).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{}", answer.body);
    let rotated = answer.json()["rotated"].as_array().unwrap().clone();
    assert_eq!((rotated.len(), rotated[0]["id"].as_str()), (1, Some(turned.as_str())));
    assert_eq!([works(&it, &old).await, works(&it, &gone).await], [false, false]);
    assert_eq!([works(&it, &of_team).await, works(&it, &as_before).await], [true, true]);
    assert_eq!((&owner_of(&it, &moved).await["name"], &owner_of(&it, &other).await["kind"]), (&"Payments".into(), &"organization".into()));
}

async fn rest_says_what_is_wrong(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let payments = team(&it, "Payments").await;
    theirs(&it, ["ci"]).await;
    let narrow = it.token("acme", Role::Viewer, &["user:delete"]).await;
    let wider = it.token("acme", Role::Viewer, &["user:delete", "api_key:update"]).await;
    let before = it.count("SELECT seq FROM head").await;
    let many: Vec<String> = (0..101).map(|number| format!("decision=tok_{number:032x}:keep")).collect();
    let many = many.join("&");
    for (query, field) in [
        ("tokens=move", "tokens"),
        ("tokens=team_00000000000000000000000000000000", "tokens"),
        ("tokens=rotate&overlap=8d", "overlap"),
        ("tokens=keep&overlap=1h", "overlap"),
        ("overlap=1h", "overlap"),
        ("tokens=keep&tokens=keep", "parameters"),
        ("tokens=rotate&overlap=1h&overlap=1h", "parameters"),
        ("team=x", "parameters"),
        ("decision=x", "decision"),
        ("decision=x:keep", "decision"),
        ("decision=tok_00000000000000000000000000000001:move", "decision"),
        ("decision=tok_00000000000000000000000000000001:keep&decision=tok_00000000000000000000000000000001:keep", "decision"),
        ("tokens=keep&decision=tok_00000000000000000000000000000001:expire&overlap=1h", "overlap"),
        ("decision=tok_00000000000000000000000000000001:keep", "tokens"),
        (&*many, "decision"),
    ] {
        let answer = it.delete(&token, &format!("{MEMBER}?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(field)), "{query}");
    }
    for (caller, choice) in [(&narrow, "rotate"), (&narrow, &*payments), (&wider, &*payments)] {
        let answer = it.delete(caller, &format!("{MEMBER}?tokens={choice}")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some("insufficient_permissions")), "{choice}");
    }
    let unknown = it.delete(&token, &format!("{MEMBER}?tokens=keep&decision=tok_00000000000000000000000000000001:revoke")).await;
    assert_eq!(unknown.status, 409, "they did not generate it");
    for (caller, choice) in [(&narrow, "rotate"), (&wider, "revoke")] {
        let query = format!("tokens=keep&decision=tok_00000000000000000000000000000001:{choice}");
        assert_eq!(it.delete(caller, &format!("{MEMBER}?{query}")).await.status, 403, "{choice}");
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    it.break_events().await;
    for query in ["tokens=rotate".to_owned(), format!("tokens={payments}")] {
        let answer = it.delete(&token, &format!("{MEMBER}?{query}")).await;
        assert_eq!(answer.status, 500, "{query}");
        assert!(!answer.body.contains("jto_"));
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE kind = 'team'").await, 0);
    assert_eq!(it.count("SELECT COUNT(*) FROM token_secrets WHERE ends_at IS NOT NULL").await, 0);
}
