//! What a mail about tokens that expire is good for: its link leads whoever signs in to the token, also when the token is over by then, and
//! admins see when nobody got it.

use std::time::Duration;

use domain::{Lifetime, Role};
use services::mails::{self, Handing, Mailer, Outgoing, Refused};

use crate::{
    harness::{Answer, Caller, ORIGIN, PASSWORD, TestConsole, on_both},
    resets::mailed,
};

on_both![
    its_link_leads_to_the_token_after_signing_in_also_when_the_token_has_expired,
    one_that_was_given_up_is_shown_to_admins_before_all_others,
];

const DAY: u64 = 24 * 60 * 60;
const SUBJECT: &str = "API token “nightly” expires";

/// A mail server that takes nothing.
struct Closed;

impl Mailer for Closed {
    fn hand_over<'a>(&'a self, _: &'a Outgoing) -> Handing<'a> {
        Box::pin(async { Err(Refused::ForNow("451 <b>try later</b>".to_owned())) })
    }
}

/// Generates a token that expires tomorrow in the evening, and writes the mail that says so tomorrow in the morning.
async fn write(it: &TestConsole) -> String {
    let end = it.console.now().plus(Duration::from_secs(DAY + 8 * 60 * 60));
    let (token, _) = it.issue("acme", "nightly", Role::Viewer, &[], Lifetime::Until(end)).await;
    it.advance(DAY);
    mails::report_expiring(&it.console, it.console.now()).await.unwrap();
    token.id.to_string()
}

/// Opens an address as a browser that nobody is signed in with, signs in with the form that it leads to, and opens what that leads to.
async fn sign_in_at(it: &TestConsole, email: &str, address: &str) -> Answer {
    let asked = it.get(&Caller::Anonymous, address).await;
    assert_eq!(asked.status, 303);
    let form = it.get(&Caller::Anonymous, asked.header("location")).await;
    let next = form.body.split("name=\"next\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let signed_in = it.post_form(&Caller::Anonymous, "/sign-in", &[("email", email), ("password", PASSWORD), ("next", next)]).await;
    assert_eq!((signed_in.status.as_u16(), signed_in.header("location")), (303, address), "{}", signed_in.text());
    it.get(&signed_in.session().unwrap(), address).await
}

async fn its_link_leads_to_the_token_after_signing_in_also_when_the_token_has_expired(it: TestConsole) {
    let id = write(&it).await;
    let mail = mailed(&it, SUBJECT).await;
    assert!(mail.text.contains("Expires today: nightly in Acme"), "{}", mail.text);
    let links: Vec<&str> = mail.text.split_whitespace().filter_map(|word| word.strip_prefix(ORIGIN)).collect();
    let link = links.iter().find(|link| link.contains("/tokens/")).unwrap();
    assert_eq!(*link, format!("/orgs/acme/tokens/{id}"));
    assert!(mail.html.contains(&format!("href=\"{ORIGIN}{link}\"")), "{}", mail.html);

    let open = sign_in_at(&it, &mail.recipient, link).await;
    assert!(open.status == 200 && open.text().contains("nightly") && !open.text().contains("Expired"), "{}", open.text());
    // Read in the evening, when it is too late.
    it.advance(9 * 60 * 60);
    let over = sign_in_at(&it, &mail.recipient, link).await;
    assert!(over.status == 200 && over.text().contains("nightly") && over.text().contains("Expired"), "{}", over.text());
    assert!(over.body.contains(&format!("{link}/replace")), "and offers what can be done about it");
    // Who may not see the token learns nothing by way of the link.
    assert_eq!(sign_in_at(&it, "developer@acme.test", link).await.status, 404);
    assert_eq!(sign_in_at(&it, "outsider@globex.test", link).await.status, 404);
}

async fn one_that_was_given_up_is_shown_to_admins_before_all_others(it: TestConsole) {
    let it = it.with_mail_server();
    write(&it).await;
    let try_all = async || mails::deliver(&it.console, &Closed).await.unwrap();
    assert_eq!(try_all().await.waiting, 2, "the owner's and the admin's");
    let rows = async |who: &str| -> Vec<String> {
        let page = it.get(&it.session(who).await, "/orgs/acme/mail").await;
        assert_eq!(page.status, 200, "{who}");
        page.body.split("<tr").skip(2).map(str::to_owned).collect()
    };
    let trying: Vec<String> = rows("admin").await.into_iter().filter(|row| row.contains(SUBJECT)).collect();
    assert!(trying.len() == 2 && trying.iter().all(|row| row.contains("Trying again")), "{trying:?}");
    it.advance(DAY);
    assert_eq!(try_all().await.failed, 2);
    it.issue("acme", "newer", Role::Viewer, &[], Lifetime::Never).await;

    for who in ["owner", "admin"] {
        let rows = rows(who).await;
        let lost = |row: &String| row.contains(SUBJECT) && row.contains("Given up") && row.contains("451 &lt;b&gt;try later&lt;/b&gt;");
        for recipient in ["owner@acme.test", "admin@acme.test"] {
            assert!(rows.iter().any(|row| lost(row) && row.contains(recipient)), "{who}, {recipient}: {rows:?}");
        }
        let newer = rows.iter().position(|row| row.contains("newer")).unwrap();
        assert!(rows[..newer].iter().all(|row| row.contains("Given up")), "what nobody got comes first: {rows:?}");
    }
    for who in ["developer", "viewer"] {
        assert_eq!(it.get(&it.session(who).await, "/orgs/acme/mail").await.status, 403, "{who}");
    }
}
