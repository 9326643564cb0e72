//! The list of tokens: searched, filtered, sorted, paged, and as a file.

use domain::{Lifetime, Role};

use crate::{
    harness::{Answer, Caller, TestConsole, on_both},
    rotation::rotate,
};

on_both![
    all_of_it_is_in_the_address,
    what_cannot_be_taken_is_said_and_never_our_fault,
    the_mask_of_an_earlier_secret_leads_to_the_token,
    what_is_over_is_in_the_other_view,
    the_file_holds_what_the_list_shows,
    a_row_leads_only_to_a_form_that_may_be_had,
    the_file_is_no_formula,
];

async fn all_of_it_is_in_the_address(it: TestConsole) {
    let owner = it.session("owner").await;
    for number in 0..30 {
        it.issue("acme", &format!("t{number:02}"), Role::Viewer, &[], Lifetime::Never).await;
    }
    it.issue("acme", "Deploy bot", Role::Developer, &[], Lifetime::Minutes(3 * 1440)).await;
    let page = it.get(&owner, "/orgs/acme/tokens?q=DEPLOY&status=&role=developer&expiring=7&sort=label").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Select Deploy bot") && !page.text().contains("t01"));
    for text in ["2 applied", "Clear search and filters", "API tokens of Acme, by label, A to Z"] {
        assert!(page.text().contains(text), "{text}");
    }
    assert!(page.body.contains("aria-sort=\"ascending\"") && page.body.contains("value=\"DEPLOY\""));
    assert!(page.body.contains("<option value=\"developer\" selected>"), "{}", page.body);
    // The bin keeps the place.
    assert!(page.body.contains("?q=DEPLOY&amp;role=developer&amp;expiring=7&amp;sort=label&amp;revoke=tok_"), "{}", page.body);
    let nothing = it.get(&owner, "/orgs/acme/tokens?q=nobody-is-called-this").await;
    assert!(nothing.status == 200 && nothing.text().contains("No active tokens match") && !nothing.body.contains("<table"));
    // Following the links leads through all of them.
    let (mut address, mut seen) = ("/orgs/acme/tokens?sort=label".to_owned(), 0);
    loop {
        let page = it.get(&owner, &address).await;
        seen += page.body.matches("aria-label=\"Select ").count();
        let Some(next) = page.body.split("href=\"").find(|link| link.split('>').nth(1).is_some_and(|text| text.starts_with("Next page")))
        else {
            break;
        };
        address = next.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(seen, 31);
    let page = it.get(&owner, "/orgs/acme/tokens?sort=-label").await;
    assert!(page.text().contains("API tokens of Acme, by label, Z to A"), "{}", page.text());
    let creators = page.body.split("name=\"created_by\"").nth(1).unwrap().split("</select>").next().unwrap();
    assert!(creators.contains("value=\"Operator\""), "whoever generated some can be chosen: {creators}");
}

async fn what_cannot_be_taken_is_said_and_never_our_fault(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let elsewhere = format!("after=label.ci.{}", token.id);
    for (query, says) in [
        ("view=all", "The view can be active, inactive"),
        ("q=%00", "A search may not hold control"),
        ("q=%ff%fe%00", "A search may not hold control"),
        ("status=asleep", "The status can be active, disabled"),
        ("role=owner", "The role can be"),
        ("expiring=-1", "When a token expires can be soon, 7"),
        ("unused=0", "The days a token was not used for can be"),
        ("created_by=%00", "A name may not hold control"),
        ("sort=secret", "Sort by label, created"),
        ("sort=label;DROP%20TABLE%20tokens", "Sort by label, created"),
        ("after=x", "place in the list"),
        ("after=-created.99999999999999999999.tok_019aa000000070008000000000000000", "place in the list"),
        (&elsewhere, "This is a place in a list of another order"),
    ] {
        let page = it.get(&owner, &format!("/orgs/acme/tokens?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(page.text().contains("This list cannot be shown") && page.text().contains(says), "{query}: {}", page.text());
        assert_eq!(it.get(&owner, &format!("/orgs/acme/tokens.csv?{query}")).await.status, 422, "{query}");
    }
}

async fn the_mask_of_an_earlier_secret_leads_to_the_token(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let (start, end) = token.hint.as_str().split_once('…').unwrap();
    let found = async || it.get(&it.session("owner").await, &format!("/orgs/acme/tokens?q={start}%E2%80%A6{end}")).await.text();
    let says = format!("Found by an earlier secret, {}", token.hint);
    assert!(!found().await.contains("Found by"));
    // While both are accepted the row says so anyway.
    assert_eq!(rotate(&it, &owner, &page, "1h").await.status, 200);
    assert!(found().await.contains(&format!("Old secret {} accepted until", token.hint)) && !found().await.contains("Found by"));
    it.advance(3_600);
    assert!(found().await.contains(&says), "{}", found().await);
    let by_label = it.get(&it.session("owner").await, "/orgs/acme/tokens?q=ci").await;
    assert!(by_label.body.contains("aria-label=\"Revoke ci\"") && !by_label.text().contains("Found by"), "{}", by_label.body);
}

async fn what_is_over_is_in_the_other_view(it: TestConsole) {
    let owner = it.session("owner").await;
    let (over, _) = it.issue("acme", "revoked one", Role::Viewer, &[], Lifetime::Never).await;
    it.issue("acme", "ends", Role::Viewer, &[], Lifetime::Minutes(60)).await;
    let gone = it.post_form(&owner, &format!("/orgs/acme/tokens/{}/revoke", over.id), &[("label", "revoked one")]).await;
    let told = it.get(&owner, gone.header("location")).await;
    assert!(told.text().contains("Token “revoked one” is revoked."));
    assert!(told.body.contains(&format!("href=\"/orgs/acme/tokens/{}\">revoked one</a>", over.id)), "what was revoked is a click away");
    assert!(!told.body.contains(&format!("row-{}", over.id)), "its row has left");
    let ended = it.get(&owner, "/orgs/acme/tokens?view=inactive").await;
    assert!(ended.text().contains("revoked one") && !ended.text().contains("Revoke selected"), "nothing there can be selected");
    it.advance(3600);
    // Whoever is away that long signs in anew.
    let owner = it.session("owner").await;
    let none = it.get(&owner, "/orgs/acme/tokens").await;
    assert!(none.text().contains("No active tokens") && none.text().contains("Show inactive tokens"));
    let inactive = it.get(&owner, "/orgs/acme/tokens?view=inactive").await;
    for text in ["revoked one", "ends", "Expired", "Revoked", "by Ada Lovelace", "Inactive API tokens of Acme, newest first"] {
        assert!(inactive.text().contains(text), "{text}: {}", inactive.text());
    }
    assert!(!inactive.body.contains("Select revoked one") && inactive.body.contains("Select ends"));
    assert!(!inactive.body.contains("name=\"expiring\""));
}

async fn a_row_leads_only_to_a_form_that_may_be_had(it: TestConsole) {
    let (owner, viewer) = (it.session("owner").await, it.session("viewer").await);
    let (ours, _) = it.issue("acme", "ours", Role::Viewer, &[], Lifetime::Never).await;
    let form = [("owner", "user"), ("label", "theirs"), ("role", "viewer"), ("expiry", "90"), ("label_warned", "theirs")];
    let theirs = it.post_form(&viewer, "/orgs/acme/tokens/new", &form).await.secrets()[0].0.clone();
    let leads = |list: &Answer, id: &str| list.body.contains(&format!("href=\"/orgs/acme/tokens/{id}/edit\""));
    let (all, own) = (it.get(&owner, "/orgs/acme/tokens").await, it.get(&viewer, "/orgs/acme/tokens").await);
    assert!(leads(&all, &ours.id.to_string()) && leads(&own, &theirs));
    assert!(all.text().contains("theirs") && !leads(&all, &theirs), "a token of a person is edited by that person");
    let none = it.get(&owner, "/orgs/acme/tokens?q=gone").await;
    assert!(
        none.body.contains("href=\"/orgs/acme/tokens?view=inactive&amp;q=gone\"") || none.body.contains("q=gone&amp;view=inactive"),
        "{}",
        none.body
    );
}

async fn the_file_holds_what_the_list_shows(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "Deploy bot", Role::Developer, &["token:verify"], Lifetime::Minutes(1440)).await;
    it.issue("acme", "other", Role::Viewer, &[], Lifetime::Never).await;
    let file = it.get(&owner, "/orgs/acme/tokens.csv?q=deploy&sort=label").await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"acme-tokens.csv\"");
    assert_eq!(file.header("cache-control"), "no-store");
    let lines: Vec<&str> = file.body.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "label,description,hint,owner,role,permissions,created,created by,expires,last used,status,allowed networks,rate limit,disabled,disabled by,\
         revoked,revoked by,revoked because"
    );
    let permissions = token.effective().stored();
    assert!(permissions.contains("token:verify"));
    assert_eq!(
        lines[1],
        format!(
            "Deploy bot,,{},organization,developer,{permissions},2026-11-22T09:05:00.000Z,Operator,2026-11-23T09:05:00.000Z,,active,,,,,,,",
            token.hint.as_str()
        )
    );
    assert_eq!((lines[2], lines.len()), ("", 3));
    // Who may not see all of it gets a file of their own tokens; who is no member gets a page, which says so.
    let own = it.get(&it.session("viewer").await, "/orgs/acme/tokens.csv").await;
    assert_eq!((own.status.as_u16(), own.body.lines().count()), (200, 1));
    let refused = it.get(&it.session("outsider").await, "/orgs/acme/tokens.csv").await;
    assert_eq!(refused.status, 404);
    assert!(refused.header("content-disposition").is_empty() && !refused.body.contains("Deploy bot"));
    assert_eq!(it.get(&Caller::Anonymous, "/orgs/acme/tokens.csv").await.status, 303);
}

async fn the_file_is_no_formula(it: TestConsole) {
    let owner = it.session("owner").await;
    let payloads = ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"https://evil.example\",\"x\")", "a,\"b\"", "é=1"];
    for payload in payloads {
        it.issue("acme", payload, Role::Viewer, &[], Lifetime::Never).await;
    }
    let file = it.get(&owner, "/orgs/acme/tokens.csv").await.body;
    for cell in [
        "'=cmd|'/C calc'!A0,",
        "'+1+1,",
        "'-2+3,",
        "'@SUM(A1),",
        "\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"x\"\")\",",
        "\"a,\"\"b\"\"\",",
        "é=1,",
    ] {
        assert!(file.contains(&format!("\r\n{cell}")), "{cell}: {file}");
    }
}
