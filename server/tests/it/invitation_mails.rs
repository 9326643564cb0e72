//! The mail with an invitation's link: written when somebody is invited, and again when it is asked for; with forms and over the JSON API.

use axum::http::Method;
use domain::Role;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Caller, ORIGIN, PASSWORD, TestConsole, on_both, request, with},
    resets::mailed,
};

on_both![
    a_form_mails_a_link_that_makes_a_member,
    the_page_says_whether_there_is_a_mail,
    a_pending_one_is_sent_again_once_a_minute,
    a_link_is_of_the_configured_address_whatever_the_host_says,
    over_the_json_api_it_is_mailed_and_sent_again,
    what_cannot_be_sent_again_says_so_and_changes_nothing,
];

const SUBJECT: &str = "Ada Lovelace invites you to Acme";
const INVITATIONS: &str = "/api/v1/organizations/acme/invitations";
const GRACE: [(&str, &str); 2] = [("email", "grace@acme.test"), ("role", "developer")];

/// The code in a mail's link.
fn code_of(text: &str) -> String {
    text.split(&format!("{ORIGIN}/invitations/accept?code=")).nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

/// The address that sends Grace's invitation again. Where nothing is sent no button leads there, so it is made from another one's.
async fn address(it: &TestConsole, owner: &Caller) -> String {
    let page = it.get(owner, "/orgs/acme/members").await.body;
    let mut forms = page.split("action=\"").filter_map(|rest| rest.split('"').next());
    forms.find_map(|address| address.strip_suffix("/withdraw")).map(|invitation| format!("{invitation}/send")).unwrap()
}

async fn a_form_mails_a_link_that_makes_a_member(it: TestConsole) {
    let owner = it.session("owner").await;
    let shown = it.post_form(&owner, "/orgs/acme/members/invite", &GRACE).await;
    let mail = mailed(&it, SUBJECT).await;
    let code = code_of(&mail.text);
    assert!(mail.recipient == "grace@acme.test" && shown.body.contains(&code), "the link that was shown");
    let page = it.get(&Caller::Anonymous, &format!("/invitations/accept?code={code}")).await;
    assert!(page.status == 200 && page.text().contains("Ada Lovelace invites grace@acme.test to Acme with the role Developer"));
    let accept = [("code", code.as_str()), ("name", "Grace"), ("password", PASSWORD)];
    assert_eq!(it.post_form(&Caller::Anonymous, "/invitations/accept", &accept).await.status, 303);
    assert_eq!(it.post_form(&Caller::Anonymous, "/invitations/accept", &accept).await.status, 401);
    let page = it.get(&owner, "/orgs/acme/mail").await;
    assert!(page.text().contains(SUBJECT) && page.text().contains("grace@acme.test") && !page.body.contains(&code));
}

async fn the_page_says_whether_there_is_a_mail(it: TestConsole) {
    let owner = it.session("owner").await;
    let form = async |it: &TestConsole| it.get(&owner, "/orgs/acme/members/invite").await.text();
    assert!(form(&it).await.contains("You hand it over yourself; it works once, for 7 days."));
    let shown = it.post_form(&owner, "/orgs/acme/members/invite", &GRACE).await;
    assert!(shown.text().contains("No mail server is set up, so copy the link now and send it to them yourself."));
    let it = it.with_mail_server();
    assert!(form(&it).await.contains("This mails somebody a link that lets them join Acme."));
    let shown = it.post_form(&owner, "/orgs/acme/members/invite", &GRACE).await;
    assert!(shown.text().contains("A mail with this link goes to grace@acme.test within a minute."));
}

async fn a_pending_one_is_sent_again_once_a_minute(it: TestConsole) {
    let owner = it.session("owner").await;
    it.post_form(&owner, "/orgs/acme/members/invite", &GRACE).await;
    let first = mailed(&it, SUBJECT).await;
    let address = address(&it, &owner).await;
    let page = it.get(&owner, "/orgs/acme/members").await;
    assert!(!page.text().contains("Send again") && page.text().contains("Mail written to a file"));
    let soon = it.post_form(&owner, &address, &[]).await;
    assert_eq!((soon.status.as_u16(), soon.header("retry-after")), (429, "61"));
    assert!(soon.text().contains("An invitation is mailed once a minute at most.") && soon.text().contains("grace@acme.test"));
    it.advance(60);
    let sent = it.post_form(&owner, &address, &[]).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, "/orgs/acme/members?done=written"));
    let page = it.get(&owner, sent.header("location")).await;
    assert!(page.text().contains("No mail server is set up, so nobody gets this mail") && page.text().contains("Mail written to a file"));
    let second = mailed(&it, SUBJECT).await;
    assert!(first.id != second.id && code_of(&first.text) == code_of(&second.text));
    assert_eq!(it.get(&owner, &address).await.header("location"), "/orgs/acme/members");
    let viewer = it.session("viewer").await;
    assert!(!it.get(&viewer, "/orgs/acme/members").await.text().contains("Send again"));
    assert!(it.get(&owner, "/orgs/acme/audit").await.text().contains("Sent invitation again"));
    // Where there is a mail server, it is said that it is mailed.
    let it = it.with_mail_server();
    assert!(it.get(&owner, "/orgs/acme/members").await.body.contains(&format!("action=\"{address}\"")));
    it.advance(60);
    let sent = it.post_form(&owner, &address, &[]).await;
    assert_eq!((sent.status.as_u16(), sent.header("location")), (303, "/orgs/acme/members?done=sent"));
    let page = it.get(&owner, sent.header("location")).await;
    assert!(page.text().contains("A mail with the same link goes out within a minute.") && page.text().contains("Mailed"));
    assert!(!page.text().contains("No mail server is set up"));
}

async fn a_link_is_of_the_configured_address_whatever_the_host_says(it: TestConsole) {
    let owner = it.session("owner").await;
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
    ];
    let poisoned = async |path: &str, body: &str| {
        let mut post = with(request(Method::POST, path, body), &headers);
        post.headers_mut().insert("host", "evil.example".parse().unwrap());
        it.send(&owner, post).await.status.as_u16()
    };
    assert_eq!(poisoned("/orgs/acme/members/invite", "email=grace%40acme.test&role=viewer").await, 200);
    let address = address(&it, &owner).await;
    for again in [false, true] {
        if again {
            it.advance(60);
            assert_eq!(poisoned(&address, "").await, 303);
        }
        let mail = mailed(&it, SUBJECT).await;
        assert!(!mail.text.contains("evil.example") && !mail.html.contains("evil.example") && code_of(&mail.text).len() == 43);
    }
    it.advance(60);
    let foreign = with(request(Method::POST, &address, ""), &[("sec-fetch-site", "cross-site")]);
    assert_eq!(it.send(&owner, foreign).await.status, 403);
}

async fn over_the_json_api_it_is_mailed_and_sent_again(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let invited = it.post_json(&token, INVITATIONS, &json!({ "email": "grace@acme.test", "role": "viewer" }).to_string()).await.json();
    assert_eq!(invited["mailed_at"], "2026-11-22T09:05:00.000Z");
    let mail = mailed(&it, "caller invites you to Acme").await;
    assert!(invited["link"].as_str().unwrap().ends_with(&code_of(&mail.text)), "one link, whichever way it comes");
    let path = format!("{INVITATIONS}/{}", invited["id"].as_str().unwrap());
    let send_again = async || it.send(&token, request(Method::POST, &format!("{path}/send"), "")).await;
    let soon = send_again().await;
    assert_eq!((soon.status.as_u16(), soon.header("retry-after"), soon.json()["code"].as_str()), (429, "61", Some("too_many_requests")));
    it.advance(61);
    let sent = send_again().await;
    let without_link = |mut value: Value| {
        value.as_object_mut().unwrap().remove("link");
        value["mailed_at"] = json!("2026-11-22T09:06:01.000Z");
        value
    };
    assert_eq!((sent.status.as_u16(), sent.json()), (200, without_link(invited)), "nothing else has changed, the end neither");
    assert_eq!(it.get(&token, &path).await.json(), sent.json());
    assert_eq!(code_of(&mailed(&it, "caller invites you to Acme").await.text), code_of(&mail.text));
    // Invited anew at once: the new mail waits until the address may be mailed again.
    let again = it.post_json(&token, INVITATIONS, &json!({ "email": "grace@acme.test", "role": "viewer" }).to_string()).await.json();
    assert_eq!(again["mailed_at"], "2026-11-22T09:07:01.000Z");
    assert_eq!(send_again().await.status, 404, "it is taken back");
    assert_eq!(again["delivery"], "file");
    let it = it.with_mail_server();
    let listed = it.get(&token, INVITATIONS).await.json();
    assert_eq!((&listed["items"][0]["id"], listed["items"][0]["delivery"].as_str()), (&again["id"], Some("smtp")));
}

async fn what_cannot_be_sent_again_says_so_and_changes_nothing(it: TestConsole) {
    let owner = it.session("owner").await;
    let token = it.token("acme", Role::Admin, &[]).await;
    let foreign = it.token("globex", Role::Admin, &[]).await;
    let id = it.invite("acme", "grace@acme.test", Role::Viewer).await.invitation.id;
    it.advance(60);
    let before = it.count("SELECT seq FROM head").await;
    let post = async |caller: &Caller, path: String| -> Answer { it.send(caller, request(Method::POST, &path, "")).await };
    for organization in ["acme", "globex"] {
        assert_eq!(post(&foreign, format!("/api/v1/organizations/{organization}/invitations/{id}/send")).await.status, 404);
    }
    for wrong in ["x", "inv_00000000000000000000000000000000"] {
        assert_eq!(post(&token, format!("{INVITATIONS}/{wrong}/send")).await.status, 404);
        let page = it.post_form(&owner, &format!("/orgs/acme/members/invitations/{wrong}/send"), &[]).await;
        assert!(page.status == 404 && page.text().contains("This invitation was accepted or withdrawn meanwhile, or is over."));
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    it.break_events().await;
    assert_eq!(post(&token, format!("{INVITATIONS}/{id}/send")).await.status, 500);
    assert_eq!(it.post_form(&owner, &format!("/orgs/acme/members/invitations/{id}/send"), &[]).await.status, 500);
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    assert_eq!(it.count("SELECT COUNT(*) FROM mails WHERE invitation_id IS NOT NULL").await, 1);
}
