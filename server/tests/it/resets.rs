//! A forgotten password, with plain forms: from the question to signing in with a new one.

use std::{sync::Mutex, time::Duration};

use axum::http::Method;
use services::mails::{self, Handing, Mailer, Outgoing};

use crate::harness::{Caller, ORIGIN, PASSWORD, TestConsole, on_both, request, with};

on_both![
    a_link_by_mail_sets_a_new_password,
    the_answer_is_the_same_for_everybody,
    opening_a_link_uses_nothing_up_and_what_is_weak_is_asked_for_again,
    a_link_is_of_the_configured_address_whatever_the_host_says,
];

const SUBJECT: &str = "Reset your password";
const NEW: &str = "nine herons over a grey roof";

#[derive(Default)]
struct Post(Mutex<Vec<Outgoing>>);

impl Mailer for Post {
    fn hand_over<'a>(&'a self, mail: &'a Outgoing) -> Handing<'a> {
        Box::pin(async move {
            self.0.lock().unwrap().push(mail.clone());
            Ok(())
        })
    }
}

/// The mail with this subject that has come since this was last asked; it may be written after the answer.
pub(crate) async fn mailed(it: &TestConsole, subject: &str) -> Outgoing {
    let post = Post::default();
    let arrived = async {
        loop {
            mails::deliver(&it.console, &post).await.unwrap();
            let found = post.0.lock().unwrap().iter().find(|mail| mail.subject == subject).cloned();
            if let Some(mail) = found {
                return mail;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived).await.unwrap()
}

fn code_of(mail: &Outgoing) -> String {
    let rest = mail.text.split(&format!("{ORIGIN}/reset-password?code=")).nth(1).unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn a_link_by_mail_sets_a_new_password(it: TestConsole) {
    let owner = it.session("owner").await;
    assert!(it.get(&Caller::Anonymous, "/sign-in").await.body.contains("href=\"/forgot-password\""));
    let page = it.get(&Caller::Anonymous, "/forgot-password").await;
    assert!(page.status == 200 && page.text().contains("Forgot your password?"));
    let asked = it.post_form(&Caller::Anonymous, "/forgot-password", &[("email", "owner@acme.test")]).await;
    assert_eq!((asked.status.as_u16(), asked.header("location")), (303, "/forgot-password?done=sent"));
    assert!(it.get(&Caller::Anonymous, asked.header("location")).await.text().contains("If there is an account with this address"));
    let code = code_of(&mailed(&it, SUBJECT).await);
    let page = it.get(&Caller::Anonymous, &format!("/reset-password?code={code}")).await;
    assert_eq!((page.status.as_u16(), page.header("referrer-policy"), page.header("cache-control")), (200, "same-origin", "no-store"));
    assert!(page.text().contains("Set a new password") && page.body.contains("owner@acme.test"));
    let reset = it.post_form(&Caller::Anonymous, "/reset-password", &[("code", &code), ("password", NEW)]).await;
    assert_eq!((reset.status.as_u16(), reset.header("location")), (303, "/sign-in?done=reset"));
    assert!(reset.headers.get("set-cookie").is_none(), "nobody is signed in by it");
    assert!(it.get(&Caller::Anonymous, "/sign-in?done=reset").await.text().contains("Your password is changed. Sign in with the new one."));
    assert!(it.get(&owner, "/account").await.header("location").starts_with("/sign-in"), "all sessions have ended");
    for (password, status) in [(PASSWORD, 422), (NEW, 303)] {
        let form = [("email", "owner@acme.test"), ("password", password)];
        assert_eq!(it.post_form(&Caller::Anonymous, "/sign-in", &form).await.status, status);
    }
    let again = it.post_form(&Caller::Anonymous, "/reset-password", &[("code", &code), ("password", PASSWORD)]).await;
    for page in [again, it.get(&Caller::Anonymous, &format!("/reset-password?code={code}")).await, it.get(&owner, "/reset-password").await]
    {
        assert_eq!(page.status, 401);
        assert!(page.text().contains("This link does not work") && !page.body.contains("owner@"));
    }
}

async fn the_answer_is_the_same_for_everybody(it: TestConsole) {
    let mut seen = Vec::new();
    // The fourth mail to one address is none; that is not told either.
    for email in ["owner@acme.test", "nobody@acme.test", "owner@acme.test", "owner@acme.test", "owner@acme.test"] {
        let answer = it.post_form(&Caller::Anonymous, "/forgot-password", &[("email", email)]).await;
        let mut headers: Vec<_> = answer.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        headers.retain(|(name, _)| name != "x-request-id");
        seen.push((answer.status, headers, answer.body));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    let wrong = it.post_form(&Caller::Anonymous, "/forgot-password", &[("email", "ada")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("value=\"ada\"") && wrong.text().contains("No mail was sent"));
}

async fn opening_a_link_uses_nothing_up_and_what_is_weak_is_asked_for_again(it: TestConsole) {
    it.post_form(&Caller::Anonymous, "/forgot-password", &[("email", "owner@acme.test")]).await;
    let code = code_of(&mailed(&it, SUBJECT).await);
    for _ in 0..3 {
        let opened = it.get(&Caller::Anonymous, &format!("/reset-password?code={code}")).await;
        assert_eq!((opened.status.as_u16(), opened.header("cache-control")), (200, "no-store"));
    }
    let weak = it.post_form(&Caller::Anonymous, "/reset-password", &[("code", &code), ("password", "short")]).await;
    assert_eq!(weak.status, 422);
    assert!(weak.body.contains(&code) && !weak.body.contains("value=\"short\"") && weak.text().contains("15 characters or more"));
    let fields = [("code", code.as_str()), ("password", NEW)];
    let foreign = with(request(Method::POST, "/reset-password", ""), &[("sec-fetch-site", "cross-site")]);
    assert_eq!(it.send(&Caller::Anonymous, foreign).await.status, 403);
    assert_eq!(it.post_form(&Caller::Anonymous, "/reset-password", &fields).await.status, 303);
}

async fn a_link_is_of_the_configured_address_whatever_the_host_says(it: TestConsole) {
    let post = request(Method::POST, "/forgot-password", "email=owner%40acme.test");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("host", "evil.example"),
    ];
    let answer = it.send(&Caller::Anonymous, with(post, &headers)).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/forgot-password?done=sent"));
    let mail = mailed(&it, SUBJECT).await;
    assert!(!mail.text.contains("evil.example") && !mail.html.contains("evil.example"));
    assert_eq!(code_of(&mail).len(), 43);
}
