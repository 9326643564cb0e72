//! That proof which has become worthless opens no change: a request may have been let in before and wait, with its body or for its turn.

use std::collections::BTreeMap;

use domain::{Change, Lifetime, Overlap, Permission, Rights, Role, policy};

use super::{Instance, PASSWORD, caller, new_token, on_both};
use crate::{
    Access, Error, access, account, invitations, members,
    organizations::Password,
    sessions, store,
    tokens::{self, NewToken},
};

on_both![
    a_token_that_has_ended_begins_nothing,
    a_token_that_was_narrowed_begins_nothing,
    a_session_that_has_ended_begins_nothing,
    who_was_demoted_or_removed_begins_nothing,
    a_password_that_was_changed_begins_no_session,
    a_token_does_not_live_on_in_another_one,
];

/// A token with all that admins may, and the way in that its bearer has got.
async fn minter(instance: &Instance, owner: &Access) -> (String, Access) {
    let new = NewToken { lifetime: Lifetime::Never, ..new_token("minter", Role::Admin) };
    let issued = tokens::create(&instance.console, owner, new).await.unwrap();
    let access = access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::API_KEY_CREATE).await.unwrap();
    (issued.token.id.to_string(), access)
}

/// Tries to generate a token; answers why not, after seeing that nothing has changed.
async fn refused(instance: &Instance, access: &Access) -> Error {
    let before = instance.shape().await;
    let error = tokens::create(&instance.console, access, new_token("late", Role::Viewer)).await.err().unwrap();
    assert_eq!(instance.shape().await, before);
    error
}

async fn a_token_that_has_ended_begins_nothing(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (id, access) = minter(&instance, &owner).await;
    tokens::disable(&instance.console, &owner, &id).await.unwrap();
    assert!(matches!(refused(&instance, &access).await, Error::Unauthenticated));
    tokens::enable(&instance.console, &owner, &id).await.unwrap();
    assert!(tokens::create(&instance.console, &access, new_token("in time", Role::Viewer)).await.is_ok());
    tokens::rotate(&instance.console, &owner, &id, Overlap::Now).await.unwrap();
    assert!(matches!(refused(&instance, &access).await, Error::Unauthenticated));

    let (id, access) = minter(&instance, &owner).await;
    tokens::revoke_by_id(&instance.console, &owner, &id, None).await.unwrap();
    assert!(matches!(refused(&instance, &access).await, Error::Unauthenticated));

    let (id, access) = minter(&instance, &owner).await;
    let soon = Change { lifetime: Some(Lifetime::Minutes(1)), ..Change::default() };
    tokens::edit(&instance.console, &owner, &id, None, soon).await.unwrap();
    assert!(matches!(refused(&instance, &access).await, Error::Conflict(_)));
    instance.advance(60);
    assert!(matches!(refused(&instance, &access).await, Error::Unauthenticated));
}

async fn a_token_that_was_narrowed_begins_nothing(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (id, access) = minter(&instance, &owner).await;
    let rights = Rights { role: None, permissions: "api_key:create".parse().unwrap() };
    tokens::edit(&instance.console, &owner, &id, None, Change { rights: Some(rights), ..Change::default() }).await.unwrap();
    assert!(matches!(refused(&instance, &access).await, Error::Conflict(_)));
}

async fn a_session_that_has_ended_begins_nothing(instance: Instance) {
    instance.set_up().await;
    let actor = instance.actor("ada@acme.test").await;
    let access = access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
    sessions::sign_out(&instance.console, &caller(), &actor).await.unwrap();
    assert!(matches!(refused(&instance, &access).await, Error::Unauthenticated));
    let before = instance.shape().await;
    let renamed = account::edit(&instance.console, &caller(), &actor, "Mallory").await;
    assert!(matches!(renamed, Err(Error::Unauthenticated)));
    assert!(matches!(account::end_other_sessions(&instance.console, &caller(), &actor).await, Err(Error::Unauthenticated)));
    assert_eq!(instance.shape().await, before);
}

async fn who_was_demoted_or_removed_begins_nothing(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    let owner = instance.owner().await;
    let adam = instance.actor("adam@acme.test").await;
    let access = access::to_organization(&instance.console, Some(&adam), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
    assert!(policy::grants(Role::Admin).contains(Permission::INVITATION_CREATE));
    let id = adam.id().to_string();
    members::edit(&instance.console, &owner, &id, "developer").await.unwrap();
    assert!(matches!(refused(&instance, &access).await, Error::Conflict(_)));
    let back_door = invitations::create(&instance.console, &access, "second@acme.test", "admin", "https://jeton.test/").await;
    assert!(matches!(back_door, Err(Error::Conflict(_))));
    // Somebody who belongs elsewhere as well stays signed in.
    instance.member("globex", Role::Owner, "gus@globex.test").await;
    let elsewhere = "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT o.id, u.id, 'viewer', 1 FROM organizations o CROSS JOIN users u \
                     WHERE o.slug = 'globex' AND u.email = 'adam@acme.test'";
    assert_eq!(instance.execute(elsewhere).await.unwrap(), 1);
    members::remove(&instance.console, &owner, &id, &BTreeMap::new()).await.unwrap();
    assert!(matches!(refused(&instance, &access).await, Error::NotFound));
}

async fn a_password_that_was_changed_begins_no_session(instance: Instance) {
    instance.set_up().await;
    let actor = instance.actor("ada@acme.test").await;
    // What signing in has compared the old password with, when the new one is set.
    let find = async || store::users::find_credentials(&instance.console.0.db, &actor.email).await.unwrap().unwrap();
    let known = find().await;
    assert!(sessions::begin_verified(&instance.console, &caller(), &known, true).await.unwrap().is_some());
    let (old, new) = (Password::new(PASSWORD.to_owned()), Password::new("nine herons over a mill".to_owned()));
    account::change_password(&instance.console, &caller(), &actor, &old, &new).await.unwrap();
    let before = instance.shape().await;
    assert!(sessions::begin_verified(&instance.console, &caller(), &known, true).await.unwrap().is_none());
    assert_eq!(instance.shape().await, before);
    assert!(sessions::begin_verified(&instance.console, &caller(), &find().await, true).await.unwrap().is_some());
}

/// A token that ends soon gets no secret of one that lasts, adds nothing to it, and does not switch it on.
async fn a_token_does_not_live_on_in_another_one(instance: Instance) {
    instance.set_up().await;
    let (console, owner) = (&instance.console, instance.owner().await);
    let short = NewToken { lifetime: Lifetime::Minutes(60), ..new_token("short", Role::Admin) };
    let short = tokens::create(console, &owner, short).await.unwrap();
    let bearer = access::by_token(console, short.secret.expose(), &caller(), Permission::API_KEY_UPDATE).await.unwrap();
    let lasting = NewToken { lifetime: Lifetime::Never, ..new_token("lasting", Role::Viewer) };
    let id = tokens::create(console, &owner, lasting).await.unwrap().token.id.to_string();
    let wider = || Change {
        rights: Some(Rights { role: Some(Role::Developer.into()), permissions: domain::PermissionSet::NONE }),
        ..Change::default()
    };
    let before = instance.shape().await;
    assert!(matches!(tokens::rotate(console, &bearer, &id, Overlap::Hour).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::edit(console, &bearer, &id, None, wider()).await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
    assert!(tokens::disable(console, &bearer, &id).await.is_ok());
    assert!(matches!(tokens::enable(console, &bearer, &id).await, Err(Error::Conflict(_))));
    let equal = tokens::create(console, &owner, new_token("equal", Role::Viewer)).await.unwrap().token.id.to_string();
    assert!(tokens::edit(console, &bearer, &equal, None, wider()).await.is_ok());
    assert!(tokens::rotate(console, &bearer, &equal, Overlap::Hour).await.is_ok());
}
