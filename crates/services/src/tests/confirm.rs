//! Showing once more that it is you: what asks for it, until when, and what it does to the session.

use std::{collections::BTreeMap, time::Duration};

use domain::{CURRENT_PASSWORD, Change, Lifetime, Overlap, Permission, PermissionSet, Rights, Role, token_policy::Policy};

use super::{Instance, PASSWORD, caller, new_token, on_both, user};
use crate::{
    Access, Error, access, invitations, members,
    organizations::Password,
    roles::{self, Definition},
    sessions, token_policy,
    tokens::{self, NewToken},
};

on_both![
    a_password_is_good_for_ten_minutes,
    what_gives_rights_asks_and_what_takes_them_does_not,
    tokens_that_administer_nothing_ask_for_nothing,
    tokens_and_the_operator_are_not_asked,
    a_confirmation_renews_the_session_under_another_cookie,
    guesses_share_the_budget_of_signing_in,
    nothing_is_confirmed_when_the_event_cannot_be_written,
];

const PAGE: &str = "https://jeton.test/";

fn password(typed: &str) -> Password {
    Password::new(typed.to_owned())
}

fn asks<T>(answer: &crate::Result<T>) -> bool {
    matches!(answer, Err(Error::Invalid { field: CURRENT_PASSWORD, .. }))
}

/// Ada's way to Acme, by the session that she has.
async fn enter(instance: &Instance, cookie: &str) -> Access {
    let actor = sessions::find(&instance.console, cookie).await.unwrap().unwrap();
    access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::USER_READ).await.unwrap()
}

async fn a_password_is_good_for_ten_minutes(instance: Instance) {
    instance.set_up().await;
    let cookie = instance.sign_in("ada@acme.test").await.session;
    let invite = async || {
        let access = enter(&instance, &cookie).await;
        invitations::create(&instance.console, &access, "bob@acme.test", "admin", PAGE).await
    };
    instance.clock.advance(access::RECENT.checked_sub(Duration::from_micros(1)).unwrap());
    assert!(invite().await.is_ok());
    instance.clock.advance(Duration::from_micros(1));
    let before = instance.shape().await;
    assert!(asks(&invite().await));
    assert_eq!(instance.shape().await, before);
    assert_eq!(access::RECENT, Duration::from_mins(10));
}

async fn what_gives_rights_asks_and_what_takes_them_does_not(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "bob@acme.test").await;
    let (console, owner) = (&instance.console, instance.owner().await);
    let bob = user(&instance, "bob@acme.test").await;
    let lasting = |label| NewToken { lifetime: Lifetime::Never, ..new_token(label, Role::Admin) };
    let admin = tokens::create(console, &owner, lasting("admin")).await.unwrap().token.id.to_string();
    let ended = tokens::create(console, &owner, lasting("ended")).await.unwrap().token.id.to_string();
    let viewer = tokens::create(console, &owner, new_token("viewer", Role::Viewer)).await.unwrap().token.id.to_string();
    let short = tokens::create(console, &owner, new_token("short", Role::Admin)).await.unwrap().token.id.to_string();
    tokens::revoke_by_id(console, &owner, &ended, None).await.unwrap();
    let definition = |name, permissions| Definition::parse(name, "", permissions).unwrap();
    let role = roles::create(console, &owner, definition("Deployer", "deployment:trigger")).await.unwrap().role.id.to_string();
    let rights =
        |role: Role| Change { rights: Some(Rights { role: Some(role.into()), permissions: PermissionSet::NONE }), ..Change::default() };
    let life = |lifetime| Change { lifetime: Some(lifetime), ..Change::default() };
    let invited = invitations::create(console, &owner, "eve@acme.test", "admin", PAGE).await.unwrap().invitation.id.to_string();
    instance.clock.advance(access::RECENT);

    let before = instance.shape().await;
    assert!(asks(&tokens::create(console, &owner, new_token("new", Role::Admin)).await), "generate");
    assert!(asks(&tokens::rotate(console, &owner, &admin, Overlap::Hour).await), "rotate");
    assert!(asks(&tokens::replace(console, &owner, &ended).await), "replace");
    assert!(asks(&tokens::edit(console, &owner, &viewer, None, rights(Role::Admin)).await), "widen");
    assert!(asks(&tokens::edit(console, &owner, &short, None, life(Lifetime::Never)).await), "extend");
    assert!(asks(&members::edit(console, &owner, &bob, "developer").await), "give a role");
    assert!(asks(&members::remove(console, &owner, &bob, &BTreeMap::new()).await), "remove");
    assert!(asks(&roles::create(console, &owner, definition("Reader", "billing:read")).await), "make a role");
    assert!(asks(&roles::edit(console, &owner, &role, None, definition("Deployer", "deployment:trigger billing:read")).await), "edit one");
    assert!(asks(&invitations::create(console, &owner, "carol@acme.test", "owner", PAGE).await), "invite");
    assert!(
        asks(&token_policy::edit(console, &owner, None, &Policy { revoke_unused_days: Some(30), ..Policy::default() }).await),
        "policy"
    );
    assert_eq!(instance.shape().await, before);

    assert!(invitations::create(console, &owner, "carol@acme.test", "viewer", PAGE).await.is_ok());
    assert!(invitations::withdraw(console, &owner, &invited).await.is_ok());
    assert!(tokens::edit(console, &owner, &short, None, life(Lifetime::Minutes(5))).await.is_ok(), "shorten");
    assert!(tokens::edit(console, &owner, &admin, None, rights(Role::Viewer)).await.is_ok(), "narrow");
    assert!(tokens::disable(console, &owner, &admin).await.is_ok());
    assert!(tokens::enable(console, &owner, &admin).await.is_ok());
    assert!(tokens::revoke_by_id(console, &owner, &admin, None).await.is_ok());
    assert!(roles::delete(console, &owner, &role).await.is_ok());
}

async fn tokens_that_administer_nothing_ask_for_nothing(instance: Instance) {
    instance.set_up().await;
    let (console, owner) = (&instance.console, instance.owner().await);
    instance.clock.advance(access::RECENT);
    let mut new = new_token("deploys", Role::Developer);
    new.permissions = "token:verify organization:read".parse().unwrap();
    let token = tokens::create(console, &owner, new).await.unwrap().token.id.to_string();
    assert!(tokens::rotate(console, &owner, &token, Overlap::Hour).await.is_ok());
    let change = Change { rights: Some(Rights { role: None, permissions: "billing:update".parse().unwrap() }), ..Change::default() };
    assert!(tokens::edit(console, &owner, &token, None, change).await.is_ok());
    tokens::revoke_by_id(console, &owner, &token, None).await.unwrap();
    assert!(tokens::replace(console, &owner, &token).await.is_ok());
}

async fn tokens_and_the_operator_are_not_asked(instance: Instance) {
    instance.set_up().await;
    let (console, owner) = (&instance.console, instance.owner().await);
    let new = NewToken { lifetime: Lifetime::Never, ..new_token("minter", Role::Admin) };
    let minter = tokens::create(console, &owner, new).await.unwrap();
    instance.advance(3600);
    let bearer = access::by_token(console, minter.secret.expose(), &caller(), Permission::API_KEY_CREATE).await.unwrap();
    let operator = access::by_operator(console, "acme", &caller()).await.unwrap();
    for access in [&bearer, &operator] {
        assert!(tokens::create(console, access, new_token("new", Role::Admin)).await.is_ok());
        assert!(invitations::create(console, access, "bob@acme.test", "admin", PAGE).await.is_ok());
    }
}

async fn a_confirmation_renews_the_session_under_another_cookie(instance: Instance) {
    instance.set_up().await;
    let signed_in = instance.sign_in("ada@acme.test").await;
    let other = instance.sign_in("ada@acme.test").await.session;
    let console = &instance.console;
    instance.advance(1200);
    let actor = sessions::find(console, &signed_in.session).await.unwrap().unwrap();
    let before = instance.shape().await;
    let wrong = sessions::confirm(console, &caller(), &actor, &password("wrong"), None).await;
    assert!(asks(&wrong));
    assert_eq!(instance.shape().await, before);
    let (proved, renewed) = sessions::confirm(console, &caller(), &actor, &password(PASSWORD), Some(&signed_in.device)).await.unwrap();
    assert!(sessions::find(console, &signed_in.session).await.unwrap().is_none(), "the old cookie is dead at once");
    assert!(sessions::find(console, &other).await.unwrap().is_some(), "another browser is not concerned");
    let found = sessions::find(console, &renewed.0).await.unwrap().unwrap();
    assert_eq!(found.session, actor.session, "it is the same session");
    // What was let in under the old cookie goes on, and so does whoever confirmed.
    assert!(actor.begin(console).await.is_ok());
    for actor in [proved, found] {
        let access = access::to_organization(console, Some(&actor), &caller(), "acme", Permission::USER_READ).await.unwrap();
        assert!(tokens::create(console, &access, new_token("new", Role::Admin)).await.is_ok());
    }
    assert!(asks(&tokens::create(console, &enter(&instance, &other).await, new_token("new", Role::Admin)).await));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'session.confirm'").await, 1);
    // Neither does it make a session older than half a day, nor wake one that has ended.
    sessions::sign_out(console, &caller(), &actor).await.unwrap();
    let late = sessions::confirm(console, &caller(), &actor, &password(PASSWORD), None).await;
    assert!(matches!(late, Err(Error::Unauthenticated)));
}

async fn guesses_share_the_budget_of_signing_in(instance: Instance) {
    instance.set_up().await;
    let actor = instance.actor("ada@acme.test").await;
    let guess = async || sessions::confirm(&instance.console, &caller(), &actor, &password("wrong"), None).await;
    for _ in 0..9 {
        assert!(asks(&guess().await));
    }
    assert!(matches!(guess().await, Err(Error::TooMany { .. })));
    let sign_in = sessions::sign_in(&instance.console, &caller(), "ada@acme.test", &password(PASSWORD), None).await;
    assert!(matches!(sign_in, Err(Error::TooMany { .. })));
}

async fn nothing_is_confirmed_when_the_event_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    let cookie = instance.sign_in("ada@acme.test").await.session;
    instance.advance(1200);
    let actor = sessions::find(&instance.console, &cookie).await.unwrap().unwrap();
    instance.break_inserts("events").await;
    let answer = sessions::confirm(&instance.console, &caller(), &actor, &password(PASSWORD), None).await;
    assert!(matches!(answer, Err(Error::Internal(_))));
    assert!(asks(&invitations::create(&instance.console, &enter(&instance, &cookie).await, "bob@acme.test", "admin", PAGE).await));
}
