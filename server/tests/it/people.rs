//! Members, invitations and accounts.

use std::collections::BTreeSet;

use axum::http::Method;
use domain::{Lifetime, Role};

use crate::{
    forms::answer_alike,
    harness::{Answer, Caller, ORIGIN, PASSWORD, TestConsole, on_both, request, with},
};

on_both![
    an_invitation_is_shown_once_and_leads_into_the_organization,
    a_link_is_of_the_configured_address_whatever_the_host_says,
    opening_a_link_uses_nothing_up_and_accepting_it_does,
    an_account_is_asked_to_sign_in_and_another_one_is_turned_away,
    a_role_is_changed_and_more_than_ones_own_is_refused,
    a_removal_asks_about_tokens_and_leads_back,
    the_list_shows_what_there_is_to_know,
    members_are_searched_and_listed_page_by_page,
    what_one_may_not_see_is_not_offered,
    who_belongs_to_two_organizations_can_switch,
    a_new_password_gives_a_new_cookie_and_ends_the_old_ones,
    sessions_are_listed_and_ended,
    another_organization_and_an_absent_one_answer_alike,
    nothing_is_written_when_the_event_cannot_be,
];

/// A user's id, as the list of members links it.
async fn id_of(it: &TestConsole, email: &str) -> String {
    let owner = it.session("owner").await;
    let page = it.get(&owner, "/orgs/acme/members").await.body;
    let row = page.split("<tr").skip(1).find(|row| row.contains(email)).unwrap();
    row.split("/orgs/acme/members/").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Invites somebody as the owner; answers the code.
async fn invite(it: &TestConsole, email: &str, role: &str) -> String {
    let owner = it.session("owner").await;
    let answer = it.post_form(&owner, "/orgs/acme/members/invite", &[("email", email), ("role", role)]).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let [(_, link)] = &answer.secrets()[..] else { panic!("{}", answer.text()) };
    link.strip_prefix(&format!("{ORIGIN}/invitations/accept?code=")).unwrap().to_owned()
}

async fn an_invitation_is_shown_once_and_leads_into_the_organization(it: TestConsole) {
    let owner = it.session("owner").await;
    let form = [("email", "grace@acme.test"), ("role", "developer")];
    let shown = it.post_form(&owner, "/orgs/acme/members/invite", &form).await;
    assert_eq!((shown.status.as_u16(), shown.header("cache-control")), (200, "no-store"));
    let start = shown.body.find("/invitations/accept?code=").unwrap() + "/invitations/accept?code=".len();
    let code = shown.body[start..start + 43].to_owned();
    assert!(!shown.scripts().contains(&code), "no script is told a link");
    for path in ["/orgs/acme/members", "/orgs/acme/members/invite"] {
        assert!(!it.get(&owner, path).await.body.contains(&code), "{path}");
    }
    assert!(it.get(&owner, "/orgs/acme/members").await.text().contains("grace@acme.test"));

    let page = it.get(&Caller::Anonymous, &format!("/invitations/accept?code={code}")).await;
    assert_eq!((page.status.as_u16(), page.header("referrer-policy")), (200, "same-origin"));
    for text in ["Join Acme", "Ada Lovelace invites grace@acme.test to Acme with the role Developer"] {
        assert!(page.text().contains(text), "{text}");
    }
    let weak = it.post_form(&Caller::Anonymous, "/invitations/accept", &[("code", &code), ("name", "Grace"), ("password", "short")]).await;
    assert_eq!(weak.status, 422);
    assert!(weak.body.contains("value=\"Grace\"") && weak.body.contains(&code) && !weak.body.contains("value=\"short\""));
    let joined =
        it.post_form(&Caller::Anonymous, "/invitations/accept", &[("code", &code), ("name", "Grace"), ("password", PASSWORD)]).await;
    assert_eq!((joined.status.as_u16(), joined.header("location")), (303, "/orgs/acme?done=joined"));
    let grace = joined.session().unwrap();
    let page = it.get(&grace, "/orgs/acme?done=joined").await;
    assert!(page.status == 200 && page.text().contains("Welcome"));
    assert_eq!(it.get(&grace, "/orgs/acme/audit").await.status, 403);
}

async fn a_link_is_of_the_configured_address_whatever_the_host_says(it: TestConsole) {
    let owner = it.session("owner").await;
    let post = request(Method::POST, "/orgs/acme/members/invite", "email=grace%40acme.test&role=viewer");
    let headers = [
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let mut poisoned = with(post, &headers);
    poisoned.headers_mut().insert("host", "evil.example".parse().unwrap());
    let answer = it.send(&owner, poisoned).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.body.contains("evil.example") && answer.body.contains(&format!("{ORIGIN}/invitations/accept?code=")));
}

async fn opening_a_link_uses_nothing_up_and_accepting_it_does(it: TestConsole) {
    let code = invite(&it, "grace@acme.test", "viewer").await;
    let address = format!("/invitations/accept?code={code}");
    for _ in 0..3 {
        assert_eq!(it.get(&Caller::Anonymous, &address).await.status, 200);
    }
    let accept = [("code", code.as_str()), ("name", "Grace"), ("password", PASSWORD)];
    assert_eq!(it.post_form(&Caller::Anonymous, "/invitations/accept", &accept).await.status, 303);
    let again = it.post_form(&Caller::Anonymous, "/invitations/accept", &accept).await;
    assert_eq!(again.status, 401);
    for page in [again, it.get(&Caller::Anonymous, &address).await, it.get(&Caller::Anonymous, "/invitations/accept").await] {
        assert_eq!(page.status, 401);
        assert!(page.headers.get("set-cookie").is_none() && page.text().contains("This invitation does not work"));
        assert!(!page.body.contains("Acme") && !page.body.contains("grace@"));
    }
}

async fn an_account_is_asked_to_sign_in_and_another_one_is_turned_away(it: TestConsole) {
    let code = invite(&it, "outsider@globex.test", "viewer").await;
    let address = format!("/invitations/accept?code={code}");
    let anonymous = it.get(&Caller::Anonymous, &address).await;
    assert!(anonymous.body.contains(&format!("href=\"/sign-in?next={address}\"")) && !anonymous.body.contains("name=\"password\""));
    let anew = [("code", code.as_str()), ("name", "Eve"), ("password", "another long password of mine")];
    assert_eq!(it.post_form(&Caller::Anonymous, "/invitations/accept", &anew).await.status, 409);
    let viewer = it.session("viewer").await;
    assert!(it.get(&viewer, &address).await.text().contains("signed in with another address"));
    assert_eq!(it.post_form(&viewer, "/invitations/accept", &[("code", &code)]).await.status, 403);
    let signing_in = [("email", "outsider@globex.test"), ("password", PASSWORD), ("next", address.as_str())];
    let signed_in = it.post_form(&Caller::Anonymous, "/sign-in", &signing_in).await;
    assert_eq!(signed_in.header("location"), address);
    let outsider = signed_in.session().unwrap();
    assert!(it.get(&outsider, &address).await.text().contains("Join Acme"));
    assert_eq!(it.get(&outsider, "/orgs/acme/members").await.status, 404);
    let joined = it.post_form(&outsider, "/invitations/accept", &[("code", &code)]).await;
    assert_eq!(joined.status, 303);
    assert_eq!(it.get(&joined.session().unwrap(), "/orgs/acme/members").await.status, 200);
}

async fn a_role_is_changed_and_more_than_ones_own_is_refused(it: TestConsole) {
    let (owner, admin) = (it.session("owner").await, it.session("admin").await);
    let viewer = it.session("viewer").await;
    let address = format!("/orgs/acme/members/{}", id_of(&it, "viewer@acme.test").await);
    assert_eq!(it.get(&viewer, "/orgs/acme/audit").await.status, 403);
    let done = it.post_form(&owner, &address, &[("role", "admin")]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/orgs/acme/members?done=edited"));
    assert_eq!(it.get(&viewer, "/orgs/acme/tokens").await.status, 200);
    let refused = it.post_form(&admin, &address, &[("role", "owner")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("This role may do more than you"));
    let ada = format!("/orgs/acme/members/{}", id_of(&it, "owner@acme.test").await);
    assert_eq!(it.post_form(&admin, &ada, &[("role", "viewer")]).await.status, 403);
    assert!(!it.get(&admin, &ada).await.text().contains("Change role"));
    let last = it.post_form(&owner, &ada, &[("role", "viewer")]).await;
    assert_eq!(last.status, 409);
    assert!(last.text().contains("Make somebody else an owner first"));
}

async fn a_removal_asks_about_tokens_and_leads_back(it: TestConsole) {
    let (owner, admin) = (it.session("owner").await, it.session("admin").await);
    for label in ["stays", "goes"] {
        let form = [("label", label), ("role", "viewer"), ("expiry", "never"), ("label_warned", label)];
        assert_eq!(it.post_form(&admin, "/orgs/acme/tokens/new", &form).await.status, 200);
    }
    let (id, other) = (id_of(&it, "admin@acme.test").await, it.issue("acme", "zebra", Role::Viewer, &[], Lifetime::Never).await.0);
    let address = format!("/orgs/acme/members/{id}/remove");
    let page = it.get(&owner, &address).await;
    assert!(page.text().contains("stays") && page.text().contains("goes") && !page.text().contains("zebra"));
    let row = page.body.split("<tr").find(|row| row.contains("What shall become of goes")).unwrap();
    let goes = row.split("name=\"token-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (field, foreign) = (format!("token-{goes}"), format!("token-{}", other.id));
    for (name, choice, status) in
        [(field.as_str(), "burn", 422), ("token-x", "keep", 422), (&foreign, "revoke", 409), (&foreign, "expire", 409)]
    {
        assert_eq!(it.post_form(&owner, &address, &[(name, choice)]).await.status.as_u16(), status, "{name} {choice}");
    }
    assert_eq!(it.get(&admin, "/orgs/acme/members").await.status, 200);
    assert!(it.post_form(&owner, &address, &[(&field, "revoke")]).await.text().contains("Type goes to confirm what is revoked"));
    let done = it.post_form(&owner, &address, &[(&field, "revoke"), ("typed", "goes")]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, format!("/orgs/acme/members?removed={id}").as_str()));
    assert_eq!(it.get(&admin, "/orgs/acme/members").await.header("location").split('?').next(), Some("/sign-in"));
    // Their password is still theirs, and they are told why it leads nowhere.
    let again = it.session("admin").await;
    assert_eq!(it.get(&again, "/").await.header("location"), "/account");
    assert!(it.get(&again, "/account").await.text().contains("You belong to no organization."));
    let list = it.get(&owner, "/orgs/acme/tokens").await;
    assert!(list.text().contains("stays") && list.text().contains("admin (left)") && !list.body.contains(&goes));
    let revoked = it.get(&owner, "/orgs/acme/tokens?view=inactive").await;
    assert!(revoked.body.contains(&goes) && revoked.text().contains("admin (left)") && revoked.text().contains("Revoked"));
    assert!(it.get(&owner, &format!("/orgs/acme/tokens/{goes}")).await.text().contains("by admin (left)"));
}

async fn the_list_shows_what_there_is_to_know(it: TestConsole) {
    let owner = it.session("owner").await;
    let page = it.get(&owner, "/orgs/acme/members").await;
    for text in ["Ada Lovelace", "owner@acme.test", "Owner", "You", "Never signed in", "Sun 22 Nov 2026, 09:05 UTC"] {
        assert!(page.text().contains(text), "{text}");
    }
    assert!(!page.body.contains("outsider@globex.test") && page.body.contains("aria-label=\"Remove viewer\""));
    for payload in ["</script><script>window.__pwn=1</script>", "<img src=x onerror=window.__pwn=1>"] {
        assert_eq!(it.post_form(&owner, "/account", &[("name", payload)]).await.status, 303);
        let page = it.get(&owner, "/orgs/acme/members").await;
        assert!(page.status == 200 && !page.body.contains("<script>window") && !page.body.contains("<img src=x"));
    }
}

async fn members_are_searched_and_listed_page_by_page(it: TestConsole) {
    let owner = it.session("owner").await;
    it.execute(
        "INSERT INTO users (id, email, name, password_hash, created_at) WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n \
         WHERE i < 39) SELECT 'usr_000000000000000000000000000000' || i, 'p' || i || '@acme.test', 'Person & Co. ' || i, '', 0 FROM n",
    )
    .await;
    it.execute(
        "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT o.id, u.id, 'viewer', 0 FROM organizations o, users u \
         WHERE o.slug = 'acme' AND u.name LIKE 'Person%'",
    )
    .await;
    it.invite("acme", "invited@acme.test", Role::Viewer).await;
    let rows = |page: &Answer| page.body.matches("/remove\"").count();
    let link = |page: &Answer, name: &str| {
        let nav = page.body.split("aria-label=\"Pagination\"").nth(1)?.split("</nav>").next()?.to_owned();
        let anchor = nav.split("<a ").find(|part| part.contains(name))?.to_owned();
        Some(anchor.split("href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&"))
    };
    let first = it.get(&owner, "/orgs/acme/members?done=edited").await;
    assert_eq!((rows(&first), link(&first, "First page")), (25, None));
    assert!(first.text().contains("invited@acme.test") && first.text().contains("The role is changed."));
    let second = it.get(&owner, &link(&first, "Next page").unwrap()).await;
    assert_eq!((rows(&second), link(&second, "Next page")), (9, None), "{}", second.text());
    assert!(second.text().contains("p39@acme.test") && !second.text().contains("invited@acme.test"));
    assert_eq!(link(&second, "First page").as_deref(), Some("/orgs/acme/members"));
    let found = it.get(&owner, "/orgs/acme/members?q=+P3%26").await;
    assert!(found.text().contains("No members match") && found.body.contains("value=\"P3&amp;\""), "{}", found.text());
    assert!(found.body.contains("href=\"/orgs/acme/tokens?q=P3%26\"") && found.text().contains("Search API tokens instead"));
    let found = it.get(&owner, "/orgs/acme/members?q=person+%26&after=").await;
    assert_eq!(rows(&found), 25);
    let next = link(&found, "Next page").unwrap();
    assert!(next.starts_with("/orgs/acme/members?q=person%20%26&after=usr_"), "{next}");
    assert_eq!(rows(&it.get(&owner, &next).await), 5);
    let by_address = it.get(&owner, "/orgs/acme/members?q=P31@").await;
    assert!(rows(&by_address) == 1 && by_address.text().contains("Members of Acme that match “P31@”, by name"));
    for wrong in ["after=x".to_owned(), "after=usr_x.Ada".to_owned(), format!("q={}", "x".repeat(101)), format!("q=jto_{}", "0".repeat(38))]
    {
        let page = it.get(&owner, &format!("/orgs/acme/members?{wrong}")).await;
        assert!(page.status == 422 && page.text().contains("This list cannot be shown"), "{wrong}: {}", page.text());
    }
    let outsider = it.session("outsider").await;
    assert_eq!(it.get(&outsider, "/orgs/acme/members?q=p").await.status, 404);
}

async fn what_one_may_not_see_is_not_offered(it: TestConsole) {
    invite(&it, "grace@acme.test", "viewer").await;
    let viewer = it.session("viewer").await;
    assert_eq!(it.get(&viewer, "/").await.header("location"), "/orgs/acme");
    let page = it.get(&viewer, "/orgs/acme/members").await;
    for hidden in ["Audit log", "Invite", "Remove", "grace@acme.test"] {
        assert!(!page.text().contains(hidden), "{hidden}");
    }
    let own = it.get(&viewer, &format!("/orgs/acme/members/{}", id_of(&it, "viewer@acme.test").await)).await;
    assert!(own.status == 200 && !own.text().contains("Change role"));
    assert!(!page.body.contains("popovertarget=\"organizations\""), "there is nothing to switch to");
}

async fn who_belongs_to_two_organizations_can_switch(it: TestConsole) {
    let code = invite(&it, "outsider@globex.test", "viewer").await;
    let outsider = it.session("outsider").await;
    let outsider = it.post_form(&outsider, "/invitations/accept", &[("code", &code)]).await.session().unwrap();
    for path in ["/orgs/acme/members", "/orgs/globex/members", "/account"] {
        let page = it.get(&outsider, path).await;
        assert!(page.body.contains("popovertarget=\"organizations\""), "{path}");
        let menu = page.body.split("id=\"organizations\"").nth(1).unwrap().split("</nav>").next().unwrap();
        for address in ["/orgs/acme", "/orgs/globex"] {
            assert!(menu.contains(&format!("href=\"{address}\"")), "{path} {address}");
        }
    }
}

async fn a_new_password_gives_a_new_cookie_and_ends_the_old_ones(it: TestConsole) {
    let (first, other) = (it.session("owner").await, it.session("owner").await);
    let new = "nine herons over a mill";
    for (present, password, field) in [("wrong", new, "present"), (PASSWORD, "short", "password")] {
        let refused = it.post_form(&first, "/account/password", &[("present", present), ("password", password)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(&format!("href=\"#{field}\"")) && !refused.body.contains(PASSWORD));
    }
    let done = it.post_form(&first, "/account/password", &[("present", PASSWORD), ("password", new)]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, "/account?done=password"));
    let anew = done.session().unwrap();
    for (caller, status) in [(&first, 303), (&other, 303), (&anew, 200)] {
        assert_eq!(it.get(caller, "/account").await.status.as_u16(), status);
    }
}

async fn sessions_are_listed_and_ended(it: TestConsole) {
    let (first, other, third) = (it.session("owner").await, it.session("owner").await, it.session("owner").await);
    let viewer = it.session("viewer").await;
    // What can be ended are the others; each has an id of its own.
    let others = async |caller: &Caller| {
        let page = it.get(caller, "/account/sessions").await.body;
        let fields = page.split("name=\"session\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
        fields.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert_eq!((others(&first).await.len(), others(&viewer).await.len()), (2, 0));
    let own = others(&first).await.difference(&others(&other).await).next().unwrap().clone();
    let page = it.get(&first, "/account/sessions").await;
    assert!(page.text().contains("This one") && page.text().contains("jeton command line") && page.text().contains("End all others"));
    assert_eq!(it.post_form(&viewer, "/account/sessions/end", &[("session", &own)]).await.status, 404);
    let ended = it.post_form(&first, "/account/sessions/end", &[("session", &own)]).await;
    assert_eq!((ended.status.as_u16(), ended.header("location")), (303, "/account/sessions?done=ended"));
    assert_eq!(it.get(&other, "/account").await.status, 303);
    assert_eq!(it.post_form(&first, "/account/sessions/end-others", &[]).await.status, 303);
    assert_eq!((it.get(&third, "/account").await.status.as_u16(), others(&first).await.len()), (303, 0));
    assert_eq!(it.get(&viewer, "/account").await.status, 200);
}

async fn another_organization_and_an_absent_one_answer_alike(it: TestConsole) {
    let outsider = it.session("outsider").await;
    let id = id_of(&it, "viewer@acme.test").await;
    let (member, remove) = (format!("/{id}"), format!("/{id}/remove"));
    let typed = [("email", "a@b.test"), ("role", "viewer")];
    answer_alike(&it, &outsider, "members", &["", &member, &remove, "/invite"], &["/invite", &member, &remove], &typed).await;
    // A person of another organization, looked for in one's own.
    for path in [&member, &remove] {
        assert_eq!(it.get(&outsider, &format!("/orgs/globex/members{path}")).await.status, 404);
    }
    assert_eq!(it.post_form(&outsider, &format!("/orgs/globex/members/{id}/remove"), &[]).await.status, 404);
}

async fn nothing_is_written_when_the_event_cannot_be(it: TestConsole) {
    let owner = it.session("owner").await;
    let code = invite(&it, "grace@acme.test", "viewer").await;
    let id = id_of(&it, "viewer@acme.test").await;
    let page = it.get(&owner, "/orgs/acme/members").await.body;
    let withdraw =
        page.split("action=\"").filter_map(|rest| rest.split('"').next()).find(|address| address.ends_with("/withdraw")).unwrap();
    it.break_events().await;
    let shape = async || {
        [
            it.count("SELECT COUNT(*) FROM memberships WHERE role = 'viewer'").await,
            it.count("SELECT COUNT(*) FROM users").await,
            it.count("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL").await,
            it.count("SELECT COUNT(*) FROM invitations WHERE withdrawn_at IS NULL AND accepted_at IS NULL").await,
        ]
    };
    let before = shape().await;
    let (anybody, new) = (Caller::Anonymous, "nine herons over a mill");
    for (caller, path, fields) in [
        (&owner, format!("/orgs/acme/members/{id}"), vec![("role", "admin")]),
        (&owner, format!("/orgs/acme/members/{id}/remove"), vec![]),
        (&owner, "/orgs/acme/members/invite".to_owned(), vec![("email", "b@acme.test"), ("role", "viewer")]),
        (&owner, withdraw.to_owned(), vec![]),
        (&anybody, "/invitations/accept".to_owned(), vec![("code", code.as_str()), ("name", "G"), ("password", PASSWORD)]),
        (&owner, "/account".to_owned(), vec![("name", "Ada King")]),
        (&owner, "/account/password".to_owned(), vec![("present", PASSWORD), ("password", new)]),
    ] {
        let answer = it.post_form(caller, &path, &fields).await;
        assert_eq!(answer.status, 500, "{path}");
        assert!(answer.headers.get("set-cookie").is_none(), "{path}");
        // The page's own script speaks of a default.
        let body = answer.body.replace("default", "");
        for word in ["fault", "sqlx", "INSERT", "panicked"] {
            assert!(!body.contains(word), "{path}: {word}");
        }
    }
    assert_eq!(shape().await, before);
}
