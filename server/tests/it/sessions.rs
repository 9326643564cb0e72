//! What becomes of sessions: another cookie for whoever gets more rights, and the end of somebody else's.

use domain::Role;

use crate::{
    access::{LEAVER, PUBLIC, VIEWER},
    harness::{Caller, ORIGIN, TestConsole, on_both, request},
    routes::{self, leads_on, operations},
};

on_both![
    whoever_is_promoted_goes_on_with_another_cookie_from_the_next_page,
    of_pages_opened_at_once_none_ends_the_session,
    who_joins_while_signed_in_gets_another_cookie_in_that_answer,
    a_member_is_signed_out_everywhere,
    no_page_of_somebody_is_kept,
];

async fn promote(it: &TestConsole) {
    let owner = it.session("owner").await;
    let answer = it.post_form(&owner, &format!("/orgs/acme/members/{VIEWER}"), &[("role", "developer")]).await;
    assert_eq!(answer.header("location"), "/orgs/acme/members?done=edited");
}

async fn whoever_is_promoted_goes_on_with_another_cookie_from_the_next_page(it: TestConsole) {
    let before = it.session("viewer").await;
    promote(&it).await;
    // What is posted and what is saved as a file, several things at once, changes no cookie.
    let post = async |caller: &Caller| it.post_form(caller, "/account", &[("name", "Vera")]).await;
    let file = async |caller: &Caller| it.get(caller, "/orgs/acme/tokens.csv").await;
    let (first, second, third) = tokio::join!(post(&before), file(&before), post(&before));
    for (answer, to) in [(&first, "/account?done=edited"), (&second, ""), (&third, "/account?done=edited")] {
        assert!(answer.header("location") == to && answer.session().is_none(), "{}", answer.header("location"));
    }
    assert_eq!(second.status, 200);
    let page = it.get(&before, "/orgs/acme/tokens").await;
    assert_eq!(page.status, 200);
    let after = page.session().expect("the page brings the cookie");
    let line = page.header("set-cookie").to_owned();
    assert!(line.starts_with("__Host-sid=") && line.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{line}");
    assert_eq!(it.get(&before, "/orgs/acme/tokens").await.header("location"), "/sign-in?next=%2Forgs%2Facme%2Ftokens");
    for dead in [post(&before).await, file(&before).await] {
        assert!(dead.header("location").starts_with("/sign-in?"));
    }
    // What follows comes with the new one.
    let (first, second) = tokio::join!(post(&after), file(&after));
    assert_eq!((first.header("location"), second.status.as_u16()), ("/account?done=edited", 200));
    assert!(first.session().is_none() && second.session().is_none());
    assert!(it.get(&after, "/orgs/acme/tokens").await.session().is_none(), "once");
}

async fn of_pages_opened_at_once_none_ends_the_session(it: TestConsole) {
    let before = it.session("viewer").await;
    promote(&it).await;
    let open = async || it.get(&before, "/orgs/acme/tokens").await;
    let (first, second, third) = tokio::join!(open(), open(), open());
    let cookies: Vec<Caller> = [first, second, third].iter().filter_map(crate::harness::Answer::session).collect();
    let [after] = &cookies[..] else { panic!("{} cookies", cookies.len()) };
    assert_eq!(it.get(after, "/orgs/acme/tokens").await.status, 200);
}

async fn who_joins_while_signed_in_gets_another_cookie_in_that_answer(it: TestConsole) {
    let before = it.session("outsider").await;
    let invited = it.invite("acme", "outsider@globex.test", Role::Developer).await;
    let code = invited.link.expose().trim_start_matches(&format!("{ORIGIN}/invitations/accept?code=")).to_owned();
    let joined = it.post_form(&before, "/invitations/accept", &[("code", &code)]).await;
    assert_eq!(joined.header("location"), "/orgs/acme?done=joined");
    assert_eq!(it.get(&before, "/orgs/globex/members").await.status, 303);
    let after = joined.session().unwrap();
    let page = it.get(&after, joined.header("location")).await;
    assert!(page.status == 200 && page.session().is_none());
}

async fn a_member_is_signed_out_everywhere(it: TestConsole) {
    let (owner, viewer, elsewhere) = (it.session("owner").await, it.session("viewer").await, it.session("viewer").await);
    let page = it.get(&owner, &format!("/orgs/acme/members/{VIEWER}")).await;
    let address = format!("/orgs/acme/members/{VIEWER}/sign-out");
    assert!(page.body.contains(&format!("href=\"{address}\"")));
    let own = it.get(&viewer, &format!("/orgs/acme/members/{VIEWER}")).await;
    assert!(own.status == 200 && !own.body.contains(&address), "who may not is not offered it");
    let question = it.get(&owner, &address).await;
    assert!(question.status == 200 && question.text().contains("Sign viewer out everywhere?"));
    let done = it.post_form(&owner, &address, &[]).await;
    assert_eq!(done.header("location"), "/orgs/acme/members?done=signed-out");
    assert!(it.get(&owner, done.header("location")).await.text().contains("The member is signed out everywhere."));
    let mut operations = operations(&it).await;
    operations.retain(|operation, answer| !PUBLIC.contains(&operation.as_str()) && !leads_on(operation, answer));
    for dead in [&viewer, &elsewhere] {
        for (method, name) in operations.keys().filter_map(|operation| operation.split_once(' ')) {
            let path = routes::address(name);
            let answer = match method {
                "GET" => it.get(dead, &path).await,
                "POST" => it.post_form(dead, &path, &[]).await,
                other => it.send(dead, request(other.parse().unwrap(), &path, "")).await,
            };
            assert!(answer.status == 401 || answer.header("location").starts_with("/sign-in"), "{method} {path}: {}", answer.status);
        }
    }
    // Somebody else's organization, and nobody.
    it.rejoin().await;
    let outsider = it.session("outsider").await;
    assert_eq!(it.post_form(&outsider, &format!("/orgs/acme/members/{LEAVER}/sign-out"), &[]).await.status, 404);
    assert_eq!(it.post_form(&owner, "/orgs/acme/members/usr_x/sign-out", &[]).await.status, 404);
}

/// A browser that goes back after signing out shows nothing: it has kept no page.
async fn no_page_of_somebody_is_kept(it: TestConsole) {
    let owner = it.session("owner").await;
    for path in ["/orgs/acme/tokens", "/orgs/acme/members", "/orgs/acme/audit", "/account", "/account/sessions", "/orgs/acme/tokens.csv"] {
        assert_eq!(it.get(&owner, path).await.header("cache-control"), "no-store", "{path}");
    }
    let refused = it.post_form(&owner, "/orgs/acme/tokens/new", &[("label", "")]).await;
    assert_eq!((refused.status.as_u16(), refused.header("cache-control")), (422, "no-store"));
}
