//! Being asked for the password once more, by the form that needs it.

use domain::{Lifetime, Role};

use crate::{
    access::LEAVER,
    harness::{Answer, Caller, PASSWORD, TestConsole, on_both},
};

on_both![
    a_form_comes_back_with_what_was_typed_and_takes_the_password_too,
    every_form_that_may_ask_takes_the_password,
    what_else_is_wrong_is_said_after_a_good_password,
    a_policy_is_saved_from_where_it_was,
    guesses_are_limited_and_the_form_stays,
    what_cannot_be_recorded_confirms_nothing,
];

const ASKED: &str = "name=\"current_password\"";
const NEW: [(&str, &str); 5] =
    [("label", "minter"), ("description", "Mints <b>"), ("role", "admin"), ("expiry", "30"), ("label_warned", "minter")];

/// The owner, who signed in more than ten minutes ago.
async fn long_ago(it: &TestConsole) -> Caller {
    let owner = it.session("owner").await;
    it.advance(601);
    owner
}

fn asks(answer: &Answer) -> bool {
    answer.status == 422 && answer.body.contains(ASKED) && answer.text().contains("Confirm it is you")
}

async fn a_form_comes_back_with_what_was_typed_and_takes_the_password_too(it: TestConsole) {
    let owner = long_ago(&it).await;
    let post = async |caller: &Caller, password: &str| {
        it.post_form(caller, "/orgs/acme/tokens/new", &[&NEW[..], &[("current_password", password), ("confirming", "yes")]].concat()).await
    };
    assert!(!it.get(&owner, "/orgs/acme/tokens/new").await.body.contains(ASKED), "nobody is asked before it matters");
    let before = it.count("SELECT seq FROM head").await;
    let asked = it.post_form(&owner, "/orgs/acme/tokens/new", &NEW).await;
    assert!(asks(&asked) && asked.session().is_none());
    for kept in ["value=\"minter\"", "Mints &lt;b", "href=\"#current_password\""] {
        assert!(asked.body.contains(kept), "{kept}");
    }
    for (typed, says) in [("", "Confirm that it is you"), ("the wrong password", "This is not your password")] {
        let again = post(&owner, typed).await;
        assert!(asks(&again) && again.text().contains(says) && again.session().is_none(), "{typed}");
        assert!(typed.is_empty() || !again.body.contains(typed), "no password comes back");
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    let done = post(&owner, PASSWORD).await;
    assert_eq!((done.status.as_u16(), done.body.contains("jto_"), done.body.contains(PASSWORD)), (200, true, false));
    assert_eq!(done.header("cache-control"), "no-store");
    let renewed = done.session().unwrap();
    assert_eq!(it.get(&owner, "/orgs/acme/tokens").await.status, 303, "the cookie of before is dead");
    assert!(it.post_form(&owner, "/orgs/acme/tokens/new", &NEW).await.header("location").starts_with("/sign-in?"), "for forms as well");
    assert_eq!(it.get(&renewed, "/orgs/acme/tokens").await.status, 200);
    assert_eq!(it.post_form(&renewed, "/orgs/acme/tokens/new", &NEW).await.status, 200, "nobody is asked twice");
    assert_eq!(done.headers.get_all("set-cookie").iter().count(), 1);
}

async fn every_form_that_may_ask_takes_the_password(it: TestConsole) {
    it.rejoin().await;
    let (admin, _) = it.issue("acme", "admin", Role::Admin, &[], Lifetime::Never).await;
    let (viewer, _) = it.issue("acme", "viewer", Role::Viewer, &[], Lifetime::Never).await;
    let (ended, _) = it.issue("acme", "ended", Role::Admin, &[], Lifetime::Never).await;
    it.execute(&format!("UPDATE tokens SET revoked_at = 1, revoked_by_name = 'test' WHERE id = '{}'", ended.id)).await;
    let version = services::tokens::version(&viewer);
    let role = it.role("acme", "deployment:trigger").await;
    let role_version = services::roles::version(&role);
    let tokens = "/orgs/acme/tokens";
    let forms: [(String, Vec<(&str, &str)>); 9] = [
        (format!("{tokens}/new"), NEW.to_vec()),
        (format!("{tokens}/{}/rotate", admin.id), vec![("overlap", "24h"), ("version", admin.hint.as_str())]),
        (format!("{tokens}/{}/replace", ended.id), vec![]),
        (format!("{tokens}/{}/edit", viewer.id), vec![("label", "wider"), ("role", "admin"), ("expiry", "keep"), ("version", &version)]),
        ("/orgs/acme/roles/new".to_owned(), vec![("name", "Reader"), ("billing:read", "on")]),
        (format!("/orgs/acme/roles/{}", role.role.id), vec![("name", "Deployer"), ("billing:read", "on"), ("version", &role_version)]),
        ("/orgs/acme/members/invite".to_owned(), vec![("email", "grace@acme.test"), ("role", "admin")]),
        (format!("/orgs/acme/members/{LEAVER}"), vec![("role", "developer")]),
        (format!("/orgs/acme/members/{LEAVER}/remove"), vec![]),
    ];
    for (path, fields) in forms {
        it.execute("DELETE FROM throttles").await;
        let owner = long_ago(&it).await;
        let before = it.count("SELECT seq FROM head").await;
        let asked = it.post_form(&owner, &path, &fields).await;
        assert!(asks(&asked), "{path}: {} {}", asked.status, asked.text());
        assert_eq!(it.count("SELECT seq FROM head").await, before, "{path}");
        let done = it.post_form(&owner, &path, &[&fields[..], &[("current_password", PASSWORD)]].concat()).await;
        assert!(done.status == 200 || done.status == 303, "{path}: {} {}", done.status, done.text());
        assert!(!done.header("location").starts_with("/sign-in"), "{path}");
        assert!(done.session().is_some(), "{path}");
        assert!(it.count("SELECT seq FROM head").await >= before + 2, "{path}: the confirmation and what it was for");
    }
}

async fn what_else_is_wrong_is_said_after_a_good_password(it: TestConsole) {
    let owner = long_ago(&it).await;
    let form = [("label", ""), ("role", "admin"), ("expiry", "30"), ("confirming", "yes"), ("current_password", PASSWORD)];
    let refused = it.post_form(&owner, "/orgs/acme/tokens/new", &form).await;
    assert_eq!((refused.status.as_u16(), refused.body.contains(ASKED)), (422, false));
    let renewed = refused.session().expect("whatever else is wrong, the session goes on under another cookie");
    assert_eq!(it.post_form(&renewed, "/orgs/acme/tokens/new", &NEW).await.status, 200);
}

async fn a_policy_is_saved_from_where_it_was(it: TestConsole) {
    let owner = long_ago(&it).await;
    let before = domain::token_policy::Policy::default();
    let after = domain::token_policy::Policy { revoke_unused_days: Some(30), ..before };
    let (version, confirmed) = (before.fingerprint(), after.fingerprint());
    let fields = [
        ("may_never_expire", "yes"),
        ("creators", "permitted"),
        ("user_tokens_allowed", "yes"),
        ("team_tokens_allowed", "yes"),
        ("revoke_unused_days", "30"),
        ("unique_labels", "no"),
        ("version", version.as_str()),
        ("confirmed", confirmed.as_str()),
    ];
    let asked = it.post_form(&owner, "/orgs/acme/policies", &fields).await;
    assert!(asks(&asked) && asked.text().contains("Save policy") && asked.text().contains("what this means for your tokens"));
    assert!(asked.body.contains(&format!("value=\"{confirmed}\"")));
    let saved = it.post_form(&owner, "/orgs/acme/policies", &[&fields[..], &[("current_password", PASSWORD)]].concat()).await;
    assert_eq!(saved.header("location"), "/orgs/acme/policies?done=saved");
}

async fn guesses_are_limited_and_the_form_stays(it: TestConsole) {
    let owner = long_ago(&it).await;
    let form = [&NEW[..], &[("current_password", "wrong"), ("confirming", "yes")]].concat();
    let mut answer = it.post_form(&owner, "/orgs/acme/tokens/new", &form).await;
    for _ in 0..20 {
        if answer.status == 429 {
            break;
        }
        answer = it.post_form(&owner, "/orgs/acme/tokens/new", &form).await;
    }
    assert!(answer.status == 429 && !answer.header("retry-after").is_empty() && answer.body.contains(ASKED));
    assert_eq!(it.get(&owner, "/orgs/acme/tokens").await.status, 200, "nobody is signed out by guesses");
}

async fn what_cannot_be_recorded_confirms_nothing(it: TestConsole) {
    let owner = long_ago(&it).await;
    it.break_events().await;
    let before = it.count("SELECT seq FROM head").await;
    let refused = it.post_form(&owner, "/orgs/acme/tokens/new", &[&NEW[..], &[("current_password", PASSWORD)]].concat()).await;
    assert_eq!((refused.status.as_u16(), refused.secrets().len()), (500, 0), "{}", refused.text());
    assert!(refused.session().is_none() && !refused.body.contains(PASSWORD));
    assert_eq!((it.count("SELECT seq FROM head").await, it.count("SELECT COUNT(*) FROM tokens").await), (before, 0));
    assert_eq!(it.get(&owner, "/orgs/acme/tokens").await.status, 200, "the session goes on as it was");
}
