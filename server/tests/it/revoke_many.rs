//! Revoking several tokens.

use domain::{Lifetime, Role};

use crate::harness::{Caller, TestConsole, on_both};

on_both![
    what_was_chosen_is_asked_about_and_then_ended,
    all_or_none_of_them_end,
    one_is_asked_about_as_its_bin_does,
    what_was_typed_stays_when_it_is_refused,
];

const PATH: &str = "/orgs/acme/tokens/revoke";

async fn issue(it: &TestConsole, count: usize) -> (Vec<String>, Vec<String>) {
    let (mut ids, mut secrets) = (Vec::new(), Vec::new());
    for number in 0..count {
        let (token, secret) = it.issue("acme", &format!("bulk {number}"), Role::Viewer, &[], Lifetime::Never).await;
        ids.push(token.id.to_string());
        secrets.push(secret);
    }
    (ids, secrets)
}

fn fields<'a>(ids: &'a [String], typed: Option<&'a str>) -> Vec<(&'static str, &'a str)> {
    ids.iter().map(|id| ("token", id.as_str())).chain(typed.map(|typed| ("typed", typed))).collect()
}

async fn what_was_chosen_is_asked_about_and_then_ended(it: TestConsole) {
    let owner = it.session("owner").await;
    let (ids, secrets) = issue(&it, 3).await;
    let path = format!("{PATH}?q=bulk&sort=label");
    let asked = it.post_form(&owner, &path, &fields(&ids, None)).await;
    let address = asked.header("location").to_owned();
    assert_eq!((asked.status.as_u16(), address.split("&chosen=").next()), (303, Some("/orgs/acme/tokens/revoke?q=bulk&sort=label")));
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 0, "asking ends nothing");
    let page = it.get(&owner, &address).await;
    assert_eq!(page.status, 200);
    for text in ["bulk 0", "bulk 1", "bulk 2", "Organization, Viewer", "Never used.", "one of these 3 tokens", "To confirm, type: 3"] {
        assert!(page.text().contains(text), "{text}");
    }
    assert!(page.body.contains("action=\"/orgs/acme/tokens/revoke?q=bulk&amp;sort=label\""));
    let done = it.post_form(&owner, &path, &[fields(&ids, Some("3")), vec![("why", "an incident")]].concat()).await;
    assert_eq!(done.status, 303);
    let list = it.get(&owner, done.header("location")).await;
    assert!(list.text().contains("3 tokens are revoked."), "{}", list.text());
    assert!(list.body.contains("<a href=\"/orgs/acme/tokens?view=inactive\">Show inactive tokens</a></p>"), "{}", list.body);
    assert!(list.text().contains("No active tokens match") && list.body.contains("value=\"bulk\""), "the place is kept");
    for secret in secrets {
        assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 401);
    }
    assert_eq!(it.get(&owner, "/orgs/acme/tokens?view=inactive").await.text().matches("by Ada Lovelace: an incident").count(), 3);
    // Once more is no error and no event.
    assert_eq!(it.post_form(&owner, &path, &fields(&ids, Some("3"))).await.status, 303);
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 3);
    assert!(it.get(&owner, &address).await.text().contains("They are revoked already"));
}

async fn all_or_none_of_them_end(it: TestConsole) {
    let owner = it.session("owner").await;
    let (mut ids, _) = issue(&it, 2).await;
    let (foreign, _) = it.issue("globex", "theirs", Role::Viewer, &[], Lifetime::Never).await;
    ids.push(foreign.id.to_string());
    for path in [PATH, "/orgs/globex/tokens/revoke"] {
        let refused = it.post_form(&owner, path, &fields(&ids, Some("3"))).await;
        assert_eq!(refused.status, 404, "{path}");
        assert_eq!(it.post_form(&owner, path, &fields(&ids, None)).await.status, 404, "{path}");
        assert!(!refused.body.contains("theirs"));
    }
    it.break_events().await;
    assert_eq!(it.post_form(&owner, PATH, &fields(&ids[..2], Some("2"))).await.status, 500);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NOT NULL").await, 0);
}

async fn one_is_asked_about_as_its_bin_does(it: TestConsole) {
    let owner = it.session("owner").await;
    let (ids, _) = issue(&it, 1).await;
    let asked = it.post_form(&owner, &format!("{PATH}?q=bulk"), &fields(&ids, None)).await;
    assert_eq!(asked.header("location"), format!("/orgs/acme/tokens?q=bulk&revoke={}", ids[0]));
    let refused = it.post_form(&owner, PATH, &fields(&ids, Some("1"))).await;
    assert!(refused.status == 422 && refused.text().contains("Type bulk 0 to confirm"));
}

async fn what_was_typed_stays_when_it_is_refused(it: TestConsole) {
    let owner = it.session("owner").await;
    let (ids, secrets) = issue(&it, 2).await;
    let refused = it.post_form(&owner, PATH, &fields(&ids, Some("3"))).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Type 2 to confirm, exactly as it is shown.") && refused.body.contains("value=\"3\""));
    assert!(refused.text().contains("bulk 0") && refused.text().contains("bulk 1"));
    let none = it.post_form(&owner, PATH, &[]).await;
    assert!(none.status == 422 && none.text().contains("Choose at least one token."));
    let many: Vec<String> = (0..101).map(|number| format!("tok_{number:032}")).collect();
    let most = it.post_form(&owner, PATH, &fields(&many, None)).await;
    assert!(most.status == 422 && most.text().contains("Choose 100 tokens at most"), "{}", most.status);
    assert_eq!(it.get(&owner, &format!("{PATH}?chosen=%00,..")).await.status, 404);
    for secret in secrets {
        assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
    }
}
