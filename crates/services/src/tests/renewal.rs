//! That a session goes on under another cookie when its person gets more rights, and nobody is signed out by it.

use domain::{Permission, Role};

use super::{Instance, caller, on_both, user};
use crate::{
    access, invitations, members, organizations,
    roles::{self, Definition},
    sessions,
};

on_both![
    whoever_gets_a_greater_role_gets_another_cookie_with_the_next_page,
    whoever_gets_a_lesser_one_does_not,
    whoever_holds_a_role_that_gets_more_does_too,
    accepting_an_invitation_gives_another_cookie_at_once,
    an_organization_from_the_operator_does_too,
    of_pages_at_once_one_brings_the_cookie,
];

/// The cookie that a session goes on with when a page is opened; none when it keeps the one it has.
async fn open(instance: &Instance, cookie: &str) -> Option<String> {
    let actor = sessions::find(&instance.console, cookie).await.unwrap().expect("nobody is signed out");
    sessions::renew(&instance.console, &actor, cookie).await.unwrap().map(|renewed| renewed.0.to_string())
}

async fn is_alive(instance: &Instance, cookie: &str) -> bool {
    sessions::find(&instance.console, cookie).await.unwrap().is_some()
}

async fn whoever_gets_a_greater_role_gets_another_cookie_with_the_next_page(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "bob@acme.test").await;
    let (owner, bob) = (instance.owner().await, user(&instance, "bob@acme.test").await);
    let cookies = [instance.sign_in("bob@acme.test").await.session, instance.sign_in("bob@acme.test").await.session];
    assert_eq!(open(&instance, &cookies[0]).await, None);
    members::edit(&instance.console, &owner, &bob, "developer").await.unwrap();
    for cookie in &cookies {
        let before = sessions::find(&instance.console, cookie).await.unwrap().unwrap();
        let renewed = open(&instance, cookie).await.unwrap();
        assert!(!is_alive(&instance, cookie).await, "the old cookie is dead at once");
        let after = sessions::find(&instance.console, &renewed).await.unwrap().unwrap();
        assert_eq!((after.session, after.proved_at), (before.session, before.proved_at), "it proves nothing");
        assert_eq!(open(&instance, &renewed).await, None, "once");
        assert!(before.begin(&instance.console).await.is_ok(), "what is under way goes on");
    }
    assert_eq!(open(&instance, &instance.sign_in("ada@acme.test").await.session).await, None, "nobody else is concerned");
}

async fn whoever_gets_a_lesser_one_does_not(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    let (owner, bob) = (instance.owner().await, user(&instance, "bob@acme.test").await);
    let cookie = instance.sign_in("bob@acme.test").await.session;
    members::edit(&instance.console, &owner, &bob, "viewer").await.unwrap();
    assert_eq!(open(&instance, &cookie).await, None);
}

async fn whoever_holds_a_role_that_gets_more_does_too(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Owner, "bob@acme.test").await;
    let (owner, bob) = (instance.owner().await, user(&instance, "bob@acme.test").await);
    let define = |permissions| Definition::parse("Deployer", "", permissions).unwrap();
    let role = roles::create(&instance.console, &owner, define("deployment:trigger")).await.unwrap().role.id.to_string();
    members::edit(&instance.console, &owner, &bob, &role).await.unwrap();
    let cookie = instance.sign_in("bob@acme.test").await.session;
    let edit = async |permissions| roles::edit(&instance.console, &owner, &role, None, define(permissions)).await.unwrap();
    edit("billing:read").await;
    let cookie = open(&instance, &cookie).await.unwrap();
    edit("billing:read deployment:trigger").await;
    let cookie = open(&instance, &cookie).await.unwrap();
    edit("billing:read").await;
    assert_eq!(open(&instance, &cookie).await, None);
}

async fn accepting_an_invitation_gives_another_cookie_at_once(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let owner = instance.owner().await;
    let invited = invitations::create(&instance.console, &owner, "eve@globex.test", "admin", "").await.unwrap();
    let (here, there) = (instance.sign_in("eve@globex.test").await.session, instance.sign_in("eve@globex.test").await.session);
    let eve = sessions::find(&instance.console, &here).await.unwrap().unwrap();
    let (_, renewed) = invitations::accept(&instance.console, &caller(), &eve, invited.link.expose()).await.unwrap();
    assert!(!is_alive(&instance, &here).await);
    assert_eq!(open(&instance, &renewed.0).await, None);
    assert!(open(&instance, &there).await.is_some(), "another browser gets its own with the next page");
    let eve = sessions::find(&instance.console, &renewed.0).await.unwrap().unwrap();
    assert!(access::to_organization(&instance.console, Some(&eve), &caller(), "acme", Permission::USER_UPDATE).await.is_ok());
}

async fn an_organization_from_the_operator_does_too(instance: Instance) {
    instance.set_up().await;
    let cookie = instance.sign_in("ada@acme.test").await.session;
    organizations::create(&instance.console, &caller(), "Globex", "ada@acme.test").await.unwrap();
    assert!(open(&instance, &cookie).await.is_some());
}

async fn of_pages_at_once_one_brings_the_cookie(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "bob@acme.test").await;
    let (owner, bob) = (instance.owner().await, user(&instance, "bob@acme.test").await);
    let cookie = instance.sign_in("bob@acme.test").await.session;
    members::edit(&instance.console, &owner, &bob, "admin").await.unwrap();
    let actor = sessions::find(&instance.console, &cookie).await.unwrap().unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (console, actor, cookie) = (instance.console.clone(), actor.clone(), cookie.to_string());
            tokio::spawn(async move { sessions::renew(&console, &actor, &cookie).await.unwrap() })
        })
        .collect();
    let mut renewed = Vec::new();
    for task in tasks {
        renewed.extend(task.await.unwrap());
    }
    let [one] = &renewed[..] else { panic!("{} cookies", renewed.len()) };
    assert!(is_alive(&instance, &one.0).await && !is_alive(&instance, &cookie).await);
}
