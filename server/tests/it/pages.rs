//! Pages as they are rendered.

use domain::{Lifetime, Role};

use crate::harness::{Caller, TestConsole, on_both};

on_both![
    a_list_shows_what_there_is_to_know,
    a_member_finds_their_own_tokens_and_no_others,
    typed_texts_are_shown_and_never_run,
    no_page_holds_inline_style_or_handlers,
    a_missing_page_is_404_and_for_programs_a_problem,
    the_first_page_is_where_the_work_is,
    what_went_wrong_is_told_with_the_id_of_the_request,
];

async fn a_list_shows_what_there_is_to_know(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "Deploy bot", Role::Developer, &[], Lifetime::Minutes(3 * 1440)).await;
    it.issue("acme", "Forever", Role::Viewer, &[], Lifetime::Never).await;
    let page = it.get(&owner, "/orgs/acme/tokens").await;
    assert_eq!(page.status, 200);
    for text in [
        "Deploy bot",
        token.hint.as_str(),
        "Developer",
        "Operator",
        "Sun 22 Nov 2026, 09:05 UTC",
        "Wed 25 Nov 2026, 09:05 UTC",
        "Never used",
        "API tokens of Acme, newest first",
    ] {
        assert!(page.text().contains(text), "{text}");
    }
    assert!(page.body.contains("aria-label=\"Revoke Deploy bot\"") && page.body.to_lowercase().contains("never expires"));
    assert!(page.body.contains("datetime=\"2026-11-22T09:05:00.000Z\""));
}

async fn a_member_finds_their_own_tokens_and_no_others(it: TestConsole) {
    let (hidden, _) = it.issue("acme", "nobody-sees-me", Role::Viewer, &[], Lifetime::Never).await;
    let owner = it.session("owner").await;
    for who in ["developer", "viewer"] {
        let caller = it.session(who).await;
        let label = format!("script of {who}");
        let fields = [("label", label.as_str()), ("role", "viewer"), ("expiry", "30")];
        let made = it.post_form(&caller, "/orgs/acme/tokens/new", &fields).await;
        assert!(made.status == 200 && made.text().contains("jtu_"), "{who}: {}", made.status);
        let list = it.get(&caller, "/orgs/acme/tokens").await;
        assert_eq!(list.status, 200, "{who}");
        assert!(list.text().contains(&label) && list.text().contains("act for you") && !list.body.contains("nobody-sees-me"), "{who}");
        assert_eq!(it.get(&caller, &format!("/orgs/acme/tokens/{}", hidden.id)).await.status, 404, "{who}");
        let for_all = it
            .post_form(&caller, "/orgs/acme/tokens/new", &[&fields[..], &[("owner", "organization"), ("label_warned", &label)]].concat())
            .await;
        assert!(for_all.status == 403 && !for_all.body.contains("jto_"), "{who}");
        assert!(it.get(&owner, "/orgs/acme/tokens?owner=user").await.text().contains(&label), "{who}");
        let account = it.get(&caller, "/account/tokens").await;
        assert!(account.status == 200 && account.body.contains("/orgs/acme/tokens?owner=me"), "{who}");
    }
}

async fn typed_texts_are_shown_and_never_run(it: TestConsole) {
    let owner = it.session("owner").await;
    for payload in [
        "</script><script>window.__pwn=1</script>",
        "<img src=x onerror=window.__pwn=1>",
        "\"><svg onload=window.__pwn=1>",
        "</title><script>window.__pwn=1</script>",
        "{{7*7}} ${7*7} <!--",
        "' onfocus='window.__pwn=1",
        "=cmd|'/C calc'!A0",
    ] {
        it.issue("acme", payload, Role::Viewer, &[], Lifetime::Never).await;
    }
    let page = it.get(&owner, "/orgs/acme/tokens").await;
    assert_eq!(page.status, 200);
    for raw in ["<script>window", "<img src=x", "<svg onload", "</script><script>window"] {
        assert!(!page.body.contains(raw), "{raw}");
    }
    assert!(page.body.contains("&lt;img src=x onerror=window.__pwn=1&gt;"));
}

async fn no_page_holds_inline_style_or_handlers(it: TestConsole) {
    let owner = it.session("owner").await;
    it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let anonymous = Caller::Anonymous;
    for (caller, path) in [
        (&owner, "/orgs/acme"),
        (&owner, "/orgs/acme/tokens"),
        (&owner, "/orgs/acme/tokens/new"),
        (&owner, "/orgs/acme/members"),
        (&owner, "/orgs/acme/members/usr_00000000000000000000000000000002"),
        (&owner, "/orgs/acme/members/usr_00000000000000000000000000000002/remove"),
        (&owner, "/orgs/acme/members/invite"),
        (&owner, "/account"),
        (&owner, "/account/sessions"),
        (&anonymous, "/sign-in"),
        (&anonymous, "/setup?code=x"),
        (&anonymous, "/invitations/accept?code=x"),
    ] {
        let page = it.get(caller, path).await;
        let nonce = page.header("content-security-policy").split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert_eq!(nonce.len(), 22);
        assert_eq!(
            page.body.matches(&nonce).count(),
            page.body.matches(&format!("nonce=\"{nonce}\"")).count(),
            "{path}: the nonce is nowhere else"
        );
        assert!(!page.body.contains(" style="), "{path}");
        let tags = page.body.split('<').filter_map(|tag| tag.split_once('>')).map(|(tag, _)| tag);
        assert!(
            tags.clone().all(|tag| !tag.contains(" on")
                || tag.starts_with("meta")
                || !tag.split(" on").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase())
                    && rest.split('=').next().is_some_and(|name| name.len() < 12 && name.bytes().all(|b| b.is_ascii_lowercase()))
                    && rest.contains('='))),
            "{path}: inline handler"
        );
    }
}

async fn a_missing_page_is_404_and_for_programs_a_problem(it: TestConsole) {
    let browser = crate::harness::with(crate::harness::request(axum::http::Method::GET, "/nowhere", ""), &[("accept", "text/html,*/*")]);
    let page = it.send(&Caller::Anonymous, browser).await;
    assert_eq!(page.status, 404);
    assert!(page.header("content-type").starts_with("text/html"));
    let program = it.get(&Caller::Anonymous, "/nowhere").await;
    assert_eq!((program.status.as_u16(), program.header("content-type")), (404, "application/problem+json"));
    // A slash too many is no other page.
    let slash = crate::harness::request(axum::http::Method::GET, "/orgs/acme/?done=joined", "");
    let there = it.send(&Caller::Anonymous, crate::harness::with(slash, &[("accept", "text/html,*/*")])).await;
    assert_eq!((there.status.as_u16(), there.header("location")), (303, "/orgs/acme?done=joined"));
}

async fn what_went_wrong_is_told_with_the_id_of_the_request(it: TestConsole) {
    let owner = it.session("owner").await;
    it.execute("ALTER TABLE mails RENAME TO lost").await;
    let page = it.get(&owner, "/orgs/acme/mail").await;
    assert_eq!(page.status, 500);
    for text in ["This did not work", "Try again", &format!("Request id: {}", page.header("x-request-id"))] {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
    assert!(page.body.contains("href=\"/orgs/acme/mail\"") && !page.body.contains("lost"), "the way on, and not the cause");
}

async fn the_first_page_is_where_the_work_is(it: TestConsole) {
    assert_eq!(it.get(&Caller::Anonymous, "/").await.header("location"), "/sign-in");
    assert_eq!(it.get(&it.session("owner").await, "/").await.header("location"), "/orgs/acme");
    assert_eq!(it.get(&it.session("outsider").await, "/").await.header("location"), "/orgs/globex");
    assert_eq!(it.get(&Caller::Anonymous, "/healthz").await.body, "ok\n");
    assert_eq!(it.get(&Caller::Anonymous, "/readyz").await.body, "ready\n");
}
