//! Password resets: one link by mail, once, for a while, and nothing that tells who has an account.

use domain::{Email, Role};

use super::{Instance, PASSWORD, caller, notices::taken, on_both, storage::dump};
use crate::{Error, organizations::Password, resets, sessions};

on_both![
    a_link_sets_a_new_password_once_and_ends_all_sessions,
    asking_again_ends_the_link_before,
    a_link_ends_after_half_an_hour,
    a_password_that_is_changed_ends_the_link,
    who_has_no_account_or_organization_gets_the_same_answer_and_nothing_happens,
    an_address_gets_three_mails_and_then_one_in_ten_minutes,
    of_twenty_at_once_one_wins,
    a_weak_password_is_refused_and_uses_nothing_up,
    the_code_is_nowhere_in_the_database,
    nothing_changes_when_the_event_or_the_mail_cannot_be_written,
];

const NEW: &str = "nine herons over a grey roof";

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

/// Asks for a link and waits until what follows from it is done.
async fn ask(instance: &Instance, email: &str) {
    resets::request(&instance.console, &caller(), email).await.unwrap().await.unwrap();
}

/// The code that a mail has brought since this was last asked.
async fn mailed(instance: &Instance) -> String {
    let mails = taken(instance).await;
    let mail = mails.iter().find(|mail| mail.subject == "Reset your password").unwrap();
    let link = "https://tokens.acme.test/reset-password?code=";
    let code = mail.text.split(link).nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(mail.html.contains(&format!("{link}{code}\"")) && !mail.text.contains("pwr_") && !mail.html.contains("pwr_"));
    assert_eq!((code.len(), mail.recipient.as_str()), (43, "ada@acme.test"));
    code.to_owned()
}

async fn can_sign_in(instance: &Instance, text: &str) -> bool {
    sessions::sign_in(&instance.console, &caller(), "ada@acme.test", &password(text), None).await.is_ok()
}

async fn a_link_sets_a_new_password_once_and_ends_all_sessions(instance: Instance) {
    instance.set_up().await;
    let signed_in = instance.sign_in("ada@acme.test").await;
    taken(&instance).await;
    ask(&instance, " Ada@Acme.test ").await;
    let code = mailed(&instance).await;
    for _ in 0..3 {
        assert_eq!(resets::open(&instance.console, &code).await.unwrap().as_str(), "ada@acme.test", "looking uses nothing up");
    }
    assert!(sessions::find(&instance.console, &signed_in.session).await.unwrap().is_some(), "nor does asking sign anybody out");
    resets::reset(&instance.console, &caller(), &code, &password(NEW)).await.unwrap();
    assert!(sessions::find(&instance.console, &signed_in.session).await.unwrap().is_none());
    assert_eq!([can_sign_in(&instance, PASSWORD).await, can_sign_in(&instance, NEW).await], [false, true]);
    assert!(taken(&instance).await.iter().any(|mail| mail.subject == "Your password was reset" && mail.recipient == "ada@acme.test"));
    let again = resets::reset(&instance.console, &caller(), &code, &password(PASSWORD)).await;
    assert!(
        matches!(again, Err(Error::Unauthenticated)) && matches!(resets::open(&instance.console, &code).await, Err(Error::Unauthenticated))
    );
    for action in [
        "SELECT COUNT(*) FROM events WHERE action = 'password.request_reset'",
        "SELECT COUNT(*) FROM events WHERE action = 'password.reset'",
    ] {
        assert_eq!(instance.count(action).await, 1);
    }
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn asking_again_ends_the_link_before(instance: Instance) {
    instance.set_up().await;
    ask(&instance, "ada@acme.test").await;
    let first = mailed(&instance).await;
    ask(&instance, "ada@acme.test").await;
    let second = mailed(&instance).await;
    assert_ne!(first, second);
    assert!(matches!(resets::reset(&instance.console, &caller(), &first, &password(NEW)).await, Err(Error::Unauthenticated)));
    resets::reset(&instance.console, &caller(), &second, &password(NEW)).await.unwrap();
}

async fn a_link_ends_after_half_an_hour(instance: Instance) {
    instance.set_up().await;
    ask(&instance, "ada@acme.test").await;
    let code = mailed(&instance).await;
    instance.advance(30 * 60 - 1);
    resets::open(&instance.console, &code).await.unwrap();
    instance.advance(1);
    assert!(matches!(resets::open(&instance.console, &code).await, Err(Error::Unauthenticated)));
    assert!(matches!(resets::reset(&instance.console, &caller(), &code, &password(NEW)).await, Err(Error::Unauthenticated)));
    // What is over does not stand in the way of the next one.
    ask(&instance, "ada@acme.test").await;
    resets::reset(&instance.console, &caller(), &mailed(&instance).await, &password(NEW)).await.unwrap();
}

async fn who_has_no_account_or_organization_gets_the_same_answer_and_nothing_happens(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "vera@acme.test").await;
    instance.execute("DELETE FROM memberships WHERE role = 'viewer'").await.unwrap();
    let before = instance.shape().await;
    for email in ["nobody@acme.test", "vera@acme.test"] {
        ask(&instance, email).await;
    }
    assert_eq!(instance.shape().await, before);
    for wrong in ["", "ada", "ada@"] {
        let refused = resets::request(&instance.console, &caller(), wrong).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "email", .. })), "{wrong}");
    }
    for wrong in ["", "x", "pwr_00000000000000000000000000000000"] {
        assert!(matches!(resets::open(&instance.console, wrong).await, Err(Error::Unauthenticated)));
        assert!(matches!(resets::reset(&instance.console, &caller(), wrong, &password(NEW)).await, Err(Error::Unauthenticated)));
    }
    assert_eq!(instance.shape().await, before);
}

async fn an_address_gets_three_mails_and_then_one_in_ten_minutes(instance: Instance) {
    instance.set_up().await;
    taken(&instance).await;
    for _ in 0..5 {
        ask(&instance, "ada@acme.test").await;
    }
    let written = async || instance.count("SELECT COUNT(*) FROM mails WHERE password_reset_id IS NOT NULL").await;
    assert_eq!(written().await, 3, "the answer is the same, and no mail is written");
    assert_eq!(taken(&instance).await.len(), 1, "those that waited with a link that has ended are dropped");
    instance.advance(10 * 60);
    for _ in 0..2 {
        ask(&instance, "ada@acme.test").await;
    }
    assert_eq!((written().await, taken(&instance).await.len()), (4, 1));
    // Whoever calls has a budget too, however many addresses they try.
    let mut refused = None;
    for number in 0..30 {
        match resets::request(&instance.console, &caller(), &format!("nobody{number}@acme.test")).await {
            Ok(done) => done.await.unwrap(),
            Err(error) => refused = Some(error),
        }
    }
    assert!(matches!(refused, Some(Error::TooMany { .. })));
}

async fn of_twenty_at_once_one_wins(instance: Instance) {
    instance.set_up().await;
    ask(&instance, "ada@acme.test").await;
    let code = mailed(&instance).await;
    let tries: Vec<_> = (0..20_u8)
        .map(|number| {
            let (console, code) = (instance.console.clone(), code.clone());
            let from = crate::Caller::new("req".to_owned(), Some(std::net::IpAddr::from([10, 0, 0, number])), "");
            tokio::spawn(async move { resets::reset(&console, &from, &code, &password(&format!("{NEW} {number}"))).await })
        })
        .collect();
    let mut winners = Vec::new();
    for (number, each) in tries.into_iter().enumerate() {
        match each.await.unwrap() {
            Ok(()) => winners.push(number),
            Err(error) => assert!(matches!(error, Error::Unauthenticated), "{error}"),
        }
    }
    let [winner] = winners[..] else { panic!("{winners:?}") };
    assert!(can_sign_in(&instance, &format!("{NEW} {winner}")).await);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'password.reset'").await, 1);
}

async fn a_weak_password_is_refused_and_uses_nothing_up(instance: Instance) {
    instance.set_up().await;
    ask(&instance, "ada@acme.test").await;
    let code = mailed(&instance).await;
    let before = instance.shape().await;
    for weak in ["", "short", "adalovelaceacme"] {
        let refused = resets::reset(&instance.console, &caller(), &code, &password(weak)).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "password", .. })), "{weak}");
    }
    assert_eq!(instance.shape().await, before);
    resets::reset(&instance.console, &caller(), &code, &password(NEW)).await.unwrap();
}

async fn the_code_is_nowhere_in_the_database(mut instance: Instance) {
    instance.set_up().await;
    ask(&instance, "ada@acme.test").await;
    let waiting = dump(&instance.console.0.db).await;
    let code = mailed(&instance).await;
    let sent = dump(&instance.console.0.db).await;
    assert!(waiting.contains("/reset-password?code=pwr_"), "the dump holds what it should");
    let hex = data_encoding::HEXLOWER.encode(&data_encoding::BASE64URL_NOPAD.decode(code.as_bytes()).unwrap());
    for form in [code.to_lowercase(), hex] {
        assert!(!waiting.contains(&form) && !sent.contains(&form), "a secret is stored");
    }
    // Another server on the same database hands over the same link.
    ask(&instance, "ada@acme.test").await;
    let (other, background) = instance.again().await.unwrap();
    let console = std::mem::replace(&mut instance.console, other);
    let code = mailed(&instance).await;
    resets::reset(&console, &caller(), &code, &password(NEW)).await.unwrap();
    background.stop().await;
}

async fn nothing_changes_when_the_event_or_the_mail_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    ask(&instance, "ada@acme.test").await;
    let code = mailed(&instance).await;
    let before = instance.shape().await;
    let ada = Email::parse("ada@acme.test").unwrap();
    for table in ["events", "mails"] {
        instance.break_inserts(table).await;
        assert!(matches!(resets::insert(&instance.console, &caller(), &ada).await, Err(Error::Internal(_))), "{table}");
        let refused = resets::reset(&instance.console, &caller(), &code, &password(NEW)).await;
        assert!(matches!(refused, Err(Error::Internal(_))), "{table}");
        instance.mend(table).await;
        assert_eq!(instance.shape().await, before, "{table}");
    }
    assert!(can_sign_in(&instance, PASSWORD).await);
    resets::reset(&instance.console, &caller(), &code, &password(NEW)).await.unwrap();
}

/// Whoever reads that somebody asked for a link changes the password: the link must not set another one after that.
async fn a_password_that_is_changed_ends_the_link(instance: Instance) {
    instance.set_up().await;
    let actor = instance.actor("ada@acme.test").await;
    ask(&instance, "ada@acme.test").await;
    let code = mailed(&instance).await;
    crate::account::change_password(&instance.console, &caller(), &actor, &password(PASSWORD), &password(NEW)).await.unwrap();
    assert!(matches!(resets::open(&instance.console, &code).await, Err(Error::Unauthenticated)));
    let late = resets::reset(&instance.console, &caller(), &code, &password("a thief behind a green door")).await;
    assert!(matches!(late, Err(Error::Unauthenticated)));
    assert!(can_sign_in(&instance, NEW).await);
}
