//! A person's own account.

use domain::Role;

use super::{Instance, PASSWORD, caller, on_both};
use crate::{Error, account, organizations::Password, sessions};

on_both![
    a_name_is_changed_and_the_change_recorded,
    a_new_password_ends_every_session_and_begins_one,
    guesses_at_the_present_password_are_counted,
    own_sessions_are_listed_and_ended,
    nobody_elses_session_is_ended,
    nothing_changes_when_the_event_cannot_be_written,
];

const NEW: &str = "nine herons over a mill";

fn password(typed: &str) -> Password {
    Password::new(typed.to_owned())
}

async fn a_name_is_changed_and_the_change_recorded(instance: Instance) {
    instance.set_up().await;
    let cookie = instance.sign_in("ada@acme.test").await.session;
    let actor = sessions::find(&instance.console, &cookie).await.unwrap().unwrap();
    let before = instance.shape().await;
    assert!(matches!(account::edit(&instance.console, &caller(), &actor, " ").await, Err(Error::Invalid { field: "name", .. })));
    account::edit(&instance.console, &caller(), &actor, "Ada Lovelace").await.unwrap();
    assert_eq!(instance.shape().await, before);
    account::edit(&instance.console, &caller(), &actor, "Ada King").await.unwrap();
    let actor = sessions::find(&instance.console, &cookie).await.unwrap().unwrap();
    assert_eq!(sessions::me(&instance.console, Some(&actor)).await.unwrap().name.as_str(), "Ada King");
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'account.edit'").await, 1);
}

async fn a_new_password_ends_every_session_and_begins_one(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "bob@acme.test").await;
    let bob = instance.sign_in("bob@acme.test").await.session;
    let (first, other) = (instance.sign_in("ada@acme.test").await.session, instance.sign_in("ada@acme.test").await.session);
    let actor = sessions::find(&instance.console, &first).await.unwrap().unwrap();
    let change = async |present: &str, new: &str| {
        account::change_password(&instance.console, &caller(), &actor, &password(present), &password(new)).await
    };
    let before = instance.shape().await;
    assert!(matches!(change("wrong", NEW).await, Err(Error::Invalid { field: "present", .. })));
    assert!(matches!(change(PASSWORD, "short").await, Err(Error::Invalid { field: "password", .. })));
    assert!(matches!(change(PASSWORD, "ada lovelace acme test").await, Err(Error::Invalid { field: "password", .. })));
    assert_eq!(instance.shape().await, before);
    let anew = change(PASSWORD, NEW).await.unwrap().session;
    for (cookie, alive) in [(&first, false), (&other, false), (&anew, true), (&bob, true)] {
        assert_eq!(sessions::find(&instance.console, cookie).await.unwrap().is_some(), alive);
    }
    let sign_in = async |typed: &str| sessions::sign_in(&instance.console, &caller(), "ada@acme.test", &password(typed), None).await;
    assert!(sign_in(PASSWORD).await.is_err() && sign_in(NEW).await.is_ok());
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'password.change'").await, 1);
}

async fn guesses_at_the_present_password_are_counted(instance: Instance) {
    instance.set_up().await;
    let actor = instance.actor("ada@acme.test").await;
    let guess = async || account::change_password(&instance.console, &caller(), &actor, &password("wrong"), &password(NEW)).await;
    for _ in 0..5 {
        assert!(matches!(guess().await, Err(Error::Invalid { field: "present", .. })));
    }
    assert!(matches!(guess().await, Err(Error::TooMany { .. })));
    // They do not lock the owner of the account out.
    instance.sign_in("ada@acme.test").await;
    instance.advance(60);
    let changed = account::change_password(&instance.console, &caller(), &actor, &password(PASSWORD), &password(NEW)).await;
    assert!(changed.is_ok());
}

async fn own_sessions_are_listed_and_ended(instance: Instance) {
    instance.set_up().await;
    instance.sign_in("ada@acme.test").await;
    // Long idle: over, though nobody ended it.
    instance.advance(3600);
    let (first, second, third) =
        (instance.sign_in("ada@acme.test").await, instance.sign_in("ada@acme.test").await, instance.sign_in("ada@acme.test").await);
    let actor = sessions::find(&instance.console, &first.session).await.unwrap().unwrap();
    let alive = async |cookie: &str| sessions::find(&instance.console, cookie).await.unwrap().is_some();
    let list = async || account::list_sessions(&instance.console, Some(&actor)).await.unwrap();
    assert_eq!((list().await.len(), list().await.iter().filter(|each| each.current).count()), (3, 1));
    assert_eq!(list().await[0].user_agent, "tests");
    let other = sessions::find(&instance.console, &second.session).await.unwrap().unwrap();
    account::end_session(&instance.console, &caller(), &actor, &other.session.to_string()).await.unwrap();
    assert!(alive(&first.session).await && !alive(&second.session).await && alive(&third.session).await);
    let again = account::end_session(&instance.console, &caller(), &actor, &other.session.to_string()).await;
    assert!(matches!(again, Err(Error::NotFound)));
    account::end_other_sessions(&instance.console, &caller(), &actor).await.unwrap();
    assert!(alive(&first.session).await && !alive(&third.session).await);
    assert_eq!(list().await.len(), 1);
}

async fn nobody_elses_session_is_ended(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Owner, "bob@acme.test").await;
    let (ada, bob) = (instance.actor("ada@acme.test").await, instance.actor("bob@acme.test").await);
    let before = instance.shape().await;
    for id in [ada.session.to_string().as_str(), "", "ses_x"] {
        assert!(matches!(account::end_session(&instance.console, &caller(), &bob, id).await, Err(Error::NotFound)));
    }
    account::end_other_sessions(&instance.console, &caller(), &bob).await.unwrap();
    assert_eq!(instance.shape().await, before);
    assert!(account::list_sessions(&instance.console, Some(&bob)).await.unwrap().iter().all(|each| each.current));
}

async fn nothing_changes_when_the_event_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    instance.sign_in("ada@acme.test").await;
    let (actor, other) = (instance.actor("ada@acme.test").await, instance.actor("ada@acme.test").await);
    instance.break_inserts("events").await;
    let before = instance.shape().await;
    let console = &instance.console;
    assert!(matches!(account::edit(console, &caller(), &actor, "Ada King").await, Err(Error::Internal(_))));
    let changed = account::change_password(console, &caller(), &actor, &password(PASSWORD), &password(NEW)).await;
    assert!(matches!(changed, Err(Error::Internal(_))));
    let ended = account::end_session(console, &caller(), &actor, &other.session.to_string()).await;
    assert!(matches!(ended, Err(Error::Internal(_))));
    assert!(matches!(account::end_other_sessions(console, &caller(), &actor).await, Err(Error::Internal(_))));
    assert_eq!(instance.shape().await, before);
    instance.mend("events").await;
    instance.sign_in("ada@acme.test").await;
}
