//! Signing somebody else out everywhere: who may, and what is left of it.

use domain::{Permission, Role};

use super::{Instance, caller, on_both, user};
use crate::{Access, Error, access, members, sessions};

on_both![
    every_session_of_a_member_ends_and_they_are_told,
    nobody_signs_out_who_may_do_more,
    nothing_ends_when_it_cannot_be_recorded_or_told,
];

async fn enter(instance: &Instance, email: &str) -> Access {
    let actor = instance.actor(email).await;
    access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::USER_READ).await.unwrap()
}

async fn every_session_of_a_member_ends_and_they_are_told(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Developer, "bob@acme.test").await;
    let (owner, bob) = (instance.owner().await, user(&instance, "bob@acme.test").await);
    let cookies = [instance.sign_in("bob@acme.test").await.session, instance.sign_in("bob@acme.test").await.session];
    let access = enter(&instance, "bob@acme.test").await;
    // In an incident nobody is asked for a password first.
    instance.clock.advance(access::RECENT);
    members::sign_out(&instance.console, &owner, &bob).await.unwrap();
    for cookie in &cookies {
        assert!(sessions::find(&instance.console, cookie).await.unwrap().is_none());
    }
    assert!(matches!(access.begin(&instance.console).await.err(), Some(Error::Unauthenticated)));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'member.sign_out'").await, 1);
    assert_eq!(instance.count("SELECT COUNT(*) FROM mails WHERE subject = 'You were signed out everywhere'").await, 1);
    assert_eq!(instance.count("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL").await, 1, "the owner goes on");
    let before = instance.shape().await;
    members::sign_out(&instance.console, &owner, &bob).await.unwrap();
    assert_eq!(instance.shape().await, before, "there is nothing left to end");
    assert!(members::find(&instance.console, &owner, &bob).await.is_ok(), "they stay a member");
    instance.sign_in("bob@acme.test").await;
}

async fn nobody_signs_out_who_may_do_more(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    instance.member("acme", Role::Viewer, "vic@acme.test").await;
    instance.member("globex", Role::Owner, "gus@globex.test").await;
    instance.sign_in("gus@globex.test").await;
    let ada = user(&instance, "ada@acme.test").await;
    let (adam, vic) = (enter(&instance, "adam@acme.test").await, enter(&instance, "vic@acme.test").await);
    instance.sign_in("ada@acme.test").await;
    let before = instance.shape().await;
    assert!(matches!(members::sign_out(&instance.console, &adam, &ada).await, Err(Error::Forbidden)));
    assert!(matches!(members::sign_out(&instance.console, &vic, &ada).await, Err(Error::Forbidden)));
    for absent in [user(&instance, "gus@globex.test").await.as_str(), "usr_x", ""] {
        assert!(matches!(members::sign_out(&instance.console, &adam, absent).await, Err(Error::NotFound)), "{absent}");
    }
    assert_eq!(instance.shape().await, before);
    // Whoever also belongs elsewhere is signed out like everybody: the session is one.
    instance.execute("INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT o.id, u.id, 'owner', 1 FROM organizations o CROSS JOIN users u \
                      WHERE o.slug = 'globex' AND u.email = 'vic@acme.test'").await.unwrap();
    members::sign_out(&instance.console, &adam, &user(&instance, "vic@acme.test").await).await.unwrap();
    assert!(matches!(vic.begin(&instance.console).await.err(), Some(Error::Unauthenticated)));
}

async fn nothing_ends_when_it_cannot_be_recorded_or_told(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "bob@acme.test").await;
    let (owner, bob) = (instance.owner().await, user(&instance, "bob@acme.test").await);
    instance.sign_in("bob@acme.test").await;
    let before = instance.shape().await;
    for table in ["events", "mails"] {
        instance.break_inserts(table).await;
        assert!(matches!(members::sign_out(&instance.console, &owner, &bob).await, Err(Error::Internal(_))), "{table}");
        instance.mend(table).await;
        assert_eq!(instance.shape().await, before, "{table}");
    }
}
