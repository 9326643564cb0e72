//! Roles that an organization makes itself: an edit is true at once, nobody gets further with one, and one in use stays.

use std::collections::BTreeMap;

use domain::{
    AssignedRole, Change, DefinedRole, Holders, Permission, PermissionSet, Rights, Role, Status, TokenQuery, policy, token_query::Grant,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use super::{Instance, PASSWORD, caller, new_token, on_both};
use crate::{
    Access, Error, Result, access,
    invitations::{self, NewPerson},
    members,
    organizations::Password,
    roles::{self, Definition},
    tokens::{self, NewToken},
};

on_both![
    an_edit_is_true_at_once_for_people_and_tokens,
    a_role_is_named_once_and_not_like_a_built_in_one,
    nobody_makes_edits_or_hands_out_more_than_they_hold,
    whatever_a_holder_does_to_roles_they_hold_no_more,
    a_role_in_use_is_not_deleted,
    a_custom_role_is_no_owner,
    what_a_role_gives_is_not_made_a_tokens_own,
    a_token_that_ends_widens_no_role,
    who_has_a_role_is_told_to_who_looks_after_roles,
    an_edit_is_refused_when_the_role_is_another_meanwhile,
    narrowing_takes_back_invitations_that_go_further,
    an_invitation_gives_the_role_as_it_is_then,
    another_organization_finds_nothing,
    nothing_changes_when_the_event_cannot_be_written,
    there_is_an_end_to_roles,
];

fn definition(name: &str, permissions: &str) -> Definition {
    Definition::parse(name, "", permissions).unwrap()
}

async fn make(instance: &Instance, name: &str, permissions: &str) -> DefinedRole {
    roles::create(&instance.console, &instance.owner().await, definition(name, permissions)).await.unwrap()
}

/// Gives a member a role, as Ada.
async fn give(instance: &Instance, email: &str, role: &str) {
    let owner = instance.owner().await;
    let members = members::list(&instance.console, &owner).await.unwrap();
    let member = members.iter().find(|member| member.email.as_str() == email).unwrap();
    members::edit(&instance.console, &owner, &member.user.to_string(), role).await.unwrap();
}

/// A member of Acme who has this role.
async fn holder(instance: &Instance, email: &str, role: &DefinedRole) {
    instance.member("acme", Role::Viewer, email).await;
    give(instance, email, &role.role.id.to_string()).await;
}

async fn access_of(instance: &Instance, email: &str, permission: Permission) -> Access {
    let actor = instance.actor(email).await;
    access::to_organization(&instance.console, Some(&actor), &caller(), "acme", permission).await.unwrap()
}

async fn may(instance: &Instance, email: &str, permission: &str) -> bool {
    let actor = instance.actor(email).await;
    access::to_organization(&instance.console, Some(&actor), &caller(), "acme", permission.parse().unwrap()).await.is_ok()
}

fn of_role(role: &DefinedRole) -> AssignedRole {
    role.role.clone().into()
}

async fn bearer_may(instance: &Instance, secret: &str, permission: &str) -> bool {
    access::by_token(&instance.console, secret, &caller(), permission.parse().unwrap()).await.is_ok()
}

async fn an_edit_is_true_at_once_for_people_and_tokens(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let role = make(&instance, "Deployer", "deployment:trigger cluster:read user:read").await;
    let id = role.role.id.to_string();
    holder(&instance, "dev@acme.test", &role).await;
    let dev = instance.actor("dev@acme.test").await;
    let held = access::to_tokens(&instance.console, Some(&dev), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
    let own = NewToken { role: None, permissions: "deployment:trigger cluster:read".parse().unwrap(), ..new_token("own", Role::Viewer) };
    let own = tokens::create(&instance.console, &held, own).await.unwrap();
    let shared = NewToken { role: Some(of_role(&role)), ..new_token("shared", Role::Viewer) };
    let shared = tokens::create(&instance.console, &owner, shared).await.unwrap();
    assert_eq!(shared.token.role_title(), "Deployer");
    assert!(may(&instance, "dev@acme.test", "deployment:trigger").await);
    for secret in [own.secret.expose(), shared.secret.expose()] {
        assert!(bearer_may(&instance, secret, "deployment:trigger").await);
    }
    let found = roles::find(&instance.console, &owner, &id).await.unwrap();
    assert_eq!(found.holders, Holders { members: 1, invitations: 0, tokens: 2 });
    // The access that was there before does nothing more either.
    let before = access_of(&instance, "dev@acme.test", Permission::USER_READ).await;

    let edited = roles::edit(&instance.console, &owner, &id, None, definition("Reader", "cluster:read")).await.unwrap();
    assert_eq!(edited.role.permissions.stored(), "cluster:read");
    assert!(!may(&instance, "dev@acme.test", "deployment:trigger").await);
    assert!(may(&instance, "dev@acme.test", "cluster:read").await);
    for secret in [own.secret.expose(), shared.secret.expose()] {
        assert!(!bearer_may(&instance, secret, "deployment:trigger").await);
        assert!(bearer_may(&instance, secret, "cluster:read").await);
    }
    assert!(matches!(before.begin(&instance.console).await, Err(Error::Conflict(_))));
    let found = tokens::find(&instance.console, &owner, &shared.token.id.to_string()).await.unwrap();
    assert_eq!((found.role_title(), found.effective().stored()), ("Reader".to_owned(), "cluster:read".to_owned()));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'role.edit' AND details LIKE '%-deployment:trigger%'").await, 1);
    // Widening is as quick.
    roles::edit(&instance.console, &owner, &id, None, definition("Reader", "cluster:read cluster:delete")).await.unwrap();
    assert!(
        bearer_may(&instance, shared.secret.expose(), "cluster:delete").await && may(&instance, "dev@acme.test", "cluster:delete").await
    );
    assert!(!bearer_may(&instance, own.secret.expose(), "cluster:delete").await, "it was never given that");
    let query = TokenQuery { role: Some(Grant::Made(role.role.id)), ..TokenQuery::default() };
    let listed = tokens::list(&instance.console, &owner, &query).await.unwrap();
    assert_eq!(listed.page.items.iter().map(|token| token.label.as_str()).collect::<Vec<_>>(), ["shared"]);
    let query = TokenQuery { role: Some(Grant::Role(Role::Viewer)), ..TokenQuery::default() };
    assert!(tokens::list(&instance.console, &owner, &query).await.unwrap().page.items.is_empty(), "what is stored beside it is no role");
}

/// Otherwise a narrower role would no longer take it away.
async fn what_a_role_gives_is_not_made_a_tokens_own(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let narrow = make(&instance, "Keeper", "api_key:read api_key:update cluster:read").await;
    let wide = make(&instance, "Wide", "cluster:read billing:read").await;
    holder(&instance, "keeper@acme.test", &narrow).await;
    let keeper = access_of(&instance, "keeper@acme.test", Permission::API_KEY_UPDATE).await;
    let token = NewToken { role: Some(of_role(&wide)), permissions: "agent:read".parse().unwrap(), ..new_token("wide", Role::Viewer) };
    let token = tokens::create(&instance.console, &owner, token).await.unwrap();
    let id = token.token.id.to_string();
    let shape = instance.shape().await;
    for (role, permissions) in
        [(None, "cluster:read billing:read"), (Some(of_role(&wide)), "agent:read billing:read"), (Some(Role::Viewer.into()), "")]
    {
        let rights = Some(Rights { role, permissions: permissions.parse().unwrap() });
        let refused = tokens::edit(&instance.console, &keeper, &id, None, Change { rights, ..Change::default() }).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{permissions}");
    }
    assert_eq!(instance.shape().await, shape);
    // What they hold themselves they may make its own, and what it has of its own stays.
    let rights = Some(Rights { role: None, permissions: "agent:read cluster:read".parse().unwrap() });
    let edited = tokens::edit(&instance.console, &keeper, &id, None, Change { rights, ..Change::default() }).await.unwrap();
    assert_eq!(edited.effective().stored(), "agent:read cluster:read");
}

async fn a_token_that_ends_widens_no_role(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let id = make(&instance, "Reader", "cluster:read").await.role.id.to_string();
    for (label, lifetime) in [("ends", domain::Lifetime::Minutes(60)), ("stays", domain::Lifetime::Never)] {
        let token = NewToken { lifetime, ..new_token(label, Role::Admin) };
        let secret = tokens::create(&instance.console, &owner, token).await.unwrap().secret;
        let bearer = access::by_token(&instance.console, secret.expose(), &caller(), Permission::ROLE_UPDATE).await.unwrap();
        let widened = roles::edit(&instance.console, &bearer, &id, None, definition("Reader", "cluster:read cluster:delete")).await;
        assert_eq!(widened.is_ok(), label == "stays", "{label}");
        if label == "ends" {
            assert!(matches!(widened, Err(Error::Forbidden)));
            assert_eq!(roles::find(&instance.console, &owner, &id).await.unwrap().role.permissions.stored(), "cluster:read");
            // To narrow gives nothing away.
            roles::edit(&instance.console, &bearer, &id, None, definition("Only reader", "cluster:read")).await.unwrap();
        }
    }
}

async fn who_has_a_role_is_told_to_who_looks_after_roles(instance: Instance) {
    instance.set_up().await;
    let role = make(&instance, "Reader", "agent:read").await;
    instance.member("acme", Role::Viewer, "vi@acme.test").await;
    holder(&instance, "reader@acme.test", &role).await;
    let viewer = access_of(&instance, "vi@acme.test", "agent:read".parse().unwrap()).await;
    assert_eq!(roles::offered(&instance.console, &viewer).await.unwrap().custom[0].role, role.role);
    assert!(matches!(roles::list(&instance.console, &viewer).await, Err(Error::Forbidden)));
    // A token that has the role, of somebody who has it, is one.
    let reader = instance.actor("reader@acme.test").await;
    let held = access::to_tokens(&instance.console, Some(&reader), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
    let own = NewToken { role: Some(of_role(&role)), ..new_token("own", Role::Viewer) };
    tokens::create(&instance.console, &held, own).await.unwrap();
    let holders = roles::list(&instance.console, &instance.owner().await).await.unwrap()[0].holders;
    assert_eq!(holders, Holders { members: 1, invitations: 0, tokens: 1 });
}

async fn a_role_is_named_once_and_not_like_a_built_in_one(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let role = make(&instance, "Überwacher", "cluster:read").await;
    let other = make(&instance, "Other", "cluster:read").await;
    let shape = instance.shape().await;
    for name in ["überwacher", "ÜBERWACHER", "admin", "Owner"] {
        let refused = roles::create(&instance.console, &owner, definition(name, "cluster:read")).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "name", .. })), "{name}");
        let id = other.role.id.to_string();
        let refused = roles::edit(&instance.console, &owner, &id, None, definition(name, "cluster:read")).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "name", .. })), "{name}");
    }
    for permissions in ["", "organization:delete"] {
        let refused = roles::create(&instance.console, &owner, definition("New", permissions)).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "permissions", .. })), "{permissions}");
    }
    assert_eq!(instance.shape().await, shape);
    // Its own name it may keep, in other letters too; and what is deleted leaves its name to others.
    let id = role.role.id.to_string();
    roles::edit(&instance.console, &owner, &id, None, definition("ÜBERWACHER", "cluster:read")).await.unwrap();
    roles::delete(&instance.console, &owner, &id).await.unwrap();
    make(&instance, "Überwacher", "cluster:read").await;
    let seen = roles::list(&instance.console, &owner).await.unwrap();
    assert_eq!(seen.iter().map(|role| role.role.name.as_str()).collect::<Vec<_>>(), ["Other", "Überwacher"]);
}

async fn nobody_makes_edits_or_hands_out_more_than_they_hold(instance: Instance) {
    instance.set_up().await;
    let keeper = "role:create role:read role:update role:delete user:read user:update invitation:create api_key:create api_key:update \
                  api_key:read cluster:read";
    let keeper = make(&instance, "Keeper", keeper).await;
    holder(&instance, "keep@acme.test", &keeper).await;
    instance.member("acme", Role::Viewer, "vi@acme.test").await;
    let (wide, narrow) = (make(&instance, "Wide", "billing:read").await, make(&instance, "Narrow", "cluster:read").await);
    give(&instance, "vi@acme.test", &narrow.role.id.to_string()).await;
    let owner = instance.owner().await;
    let given = tokens::create(&instance.console, &owner, NewToken { role: Some(of_role(&narrow)), ..new_token("ci", Role::Viewer) })
        .await
        .unwrap();
    let rich = NewToken { role: None, permissions: "billing:read".parse().unwrap(), ..new_token("rich", Role::Viewer) };
    let rich = tokens::create(&instance.console, &owner, rich).await.unwrap();
    let keep = access_of(&instance, "keep@acme.test", Permission::ROLE_UPDATE).await;
    let console = &instance.console;
    let (wide_id, narrow_id) = (wide.role.id.to_string(), narrow.role.id.to_string());
    let vi = members::list(console, &owner).await.unwrap().into_iter().find(|member| member.email.as_str() == "vi@acme.test").unwrap();
    let shape = instance.shape().await;
    let is_field = |answer: Result<()>, wanted: &str| assert!(matches!(answer, Err(Error::Invalid { field, .. }) if field == wanted));
    is_field(roles::create(console, &keep, definition("New", "billing:read")).await.map(|_| ()), "permissions");
    is_field(roles::edit(console, &keep, &narrow_id, None, definition("Narrow", "billing:read")).await.map(|_| ()), "permissions");
    // What it stands for now is more than they hold, whatever it would stand for then.
    let shrunk = roles::edit(console, &keep, &wide_id, None, definition("Wide", "cluster:read")).await;
    assert!(matches!(shrunk, Err(Error::Forbidden)));
    assert!(matches!(roles::delete(console, &keep, &wide_id).await, Err(Error::Forbidden)));
    is_field(members::edit(console, &keep, &vi.user.to_string(), &wide_id).await.map(|_| ()), "role");
    is_field(invitations::create(console, &keep, "new@acme.test", &wide_id, "https://x/").await.map(|_| ()), "role");
    is_field(
        tokens::create(console, &keep, NewToken { role: Some(of_role(&wide)), ..new_token("x", Role::Viewer) }).await.map(|_| ()),
        "role",
    );
    let change = || Change { rights: Some(Rights { role: Some(of_role(&wide)), permissions: PermissionSet::NONE }), ..Change::default() };
    is_field(tokens::edit(console, &keep, &given.token.id.to_string(), None, change()).await.map(|_| ()), "role");
    // It would add nothing to this token now, and more as soon as somebody edits the role.
    is_field(tokens::edit(console, &keep, &rich.token.id.to_string(), None, change()).await.map(|_| ()), "role");
    assert_eq!(instance.shape().await, shape);
    let offered = roles::offered(console, &keep).await.unwrap();
    assert_eq!(offered.custom.iter().map(|role| role.role.name.as_str()).collect::<Vec<_>>(), ["Keeper", "Narrow"]);
    assert!(offered.built_in.is_empty());
    // What they hold they may do all of that with.
    roles::create(console, &keep, definition("New", "cluster:read")).await.unwrap();
    invitations::create(console, &keep, "new@acme.test", &narrow_id, "https://x/").await.unwrap();
    tokens::create(console, &keep, NewToken { role: Some(of_role(&narrow)), ..new_token("y", Role::Viewer) }).await.unwrap();
    // Without the permission for roles, nothing at all.
    instance.member("acme", Role::Developer, "dev@acme.test").await;
    let dev = access_of(&instance, "dev@acme.test", Permission::USER_READ).await;
    assert!(matches!(roles::list(console, &dev).await, Err(Error::Forbidden)));
    assert!(matches!(roles::find(console, &dev, &narrow_id).await, Err(Error::Forbidden)));
    assert!(matches!(roles::create(console, &dev, definition("D", "cluster:read")).await, Err(Error::Forbidden)));
    assert!(matches!(roles::edit(console, &dev, &narrow_id, None, definition("D", "cluster:read")).await, Err(Error::Forbidden)));
    assert!(matches!(roles::delete(console, &dev, &narrow_id).await, Err(Error::Forbidden)));
}

/// R29 for any sequence: what the holder of a role does to roles, to members and to their own never leaves them with more.
async fn whatever_a_holder_does_to_roles_they_hold_no_more(instance: Instance) {
    instance.set_up().await;
    let mut runner = TestRunner::deterministic();
    let needed: PermissionSet = "role:create role:read role:update role:delete user:read user:update".parse().unwrap();
    let all: Vec<Permission> = Permission::all().collect();
    let few = proptest::collection::vec(0..all.len(), 0..5);
    let step = (0..4_u8, few, any::<bool>(), any::<prop::sample::Index>());
    let mut next = move || step.new_tree(&mut runner).unwrap().current();
    let (_, start, ..) = next();
    let start = needed.union(start.into_iter().map(|at| all[at]).filter(|it| *it != Permission::ORGANIZATION_DELETE).collect());
    let mine = make(&instance, "Mine", &start.stored()).await;
    holder(&instance, "mallory@acme.test", &mine).await;
    let other = make(&instance, "Other", "billing:delete").await;
    let (mut done, mut refused) = (0, 0);
    let console = &instance.console;
    let (mallory, owner) = (instance.actor("mallory@acme.test").await, instance.owner().await);
    for round in 0..60 {
        let held = access::to_organization(console, Some(&mallory), &caller(), "acme", Permission::USER_READ).await;
        let Ok(held) = held else { break };
        let ceiling = roles::material(&held);
        assert!(start.covers(ceiling), "round {round}: {ceiling:?} is more than {start:?}");
        let (what, wish, keep, which) = next();
        let wish: PermissionSet = wish.into_iter().map(|at| all[at]).collect();
        // Half of the wishes leave what is needed to go on.
        let wish = if keep { wish.union(needed) } else { wish };
        let known = roles::list(console, &owner).await.unwrap();
        let target = &known[which.index(known.len())];
        let to = Definition { permissions: wish, ..Definition::of(target) };
        let me = members::list(console, &held).await.unwrap().into_iter().find(|it| it.email.as_str() == "mallory@acme.test").unwrap();
        let answer = match what {
            0 => roles::create(console, &held, Definition { permissions: wish, ..definition(&format!("R{round}"), "") }).await.map(|_| ()),
            1 => roles::edit(console, &held, &target.role.id.to_string(), None, to).await.map(|_| ()),
            2 => roles::delete(console, &held, &target.role.id.to_string()).await.map(|_| ()),
            _ => members::edit(console, &held, &me.user.to_string(), &target.role.id.to_string()).await.map(|_| ()),
        };
        match answer {
            Ok(()) => done += 1,
            Err(Error::Forbidden | Error::NotFound | Error::Invalid { .. }) => refused += 1,
            Err(error) => panic!("round {round}: {error}"),
        }
    }
    assert!(done > 3 && refused > 3, "{done} done, {refused} refused");
    let untouched = roles::find(console, &owner, &other.role.id.to_string()).await.unwrap();
    assert!(start.contains("billing:delete".parse().unwrap()) || untouched.role == other.role, "nobody without it edits what has it");
}

async fn a_role_in_use_is_not_deleted(mut instance: Instance) {
    instance.set_up().await;
    let role = make(&instance, "Deployer", "deployment:trigger").await;
    let id = role.role.id.to_string();
    holder(&instance, "dev@acme.test", &role).await;
    let owner = instance.owner().await;
    let console = instance.console.clone();
    let invited = invitations::create(&console, &owner, "new@acme.test", &id, "https://x/").await.unwrap().invitation;
    let token =
        tokens::create(&console, &owner, NewToken { role: Some(of_role(&role)), ..new_token("ci", Role::Viewer) }).await.unwrap().token;
    let why = async || match roles::delete(&console, &owner, &id).await {
        Err(Error::Invalid { field: "role", why }) => why,
        other => panic!("{other:?}"),
    };
    let shape = instance.shape().await;
    assert_eq!(why().await, "This role is in use by 1 member, 1 invitation and 1 token. Give them another role first.");
    assert_eq!(instance.shape().await, shape);
    give(&instance, "dev@acme.test", "viewer").await;
    assert!(why().await.contains("in use by 1 invitation and 1 token."));
    invitations::withdraw(&console, &owner, &invited.id.to_string()).await.unwrap();
    assert!(why().await.contains("in use by 1 token."));
    tokens::disable(&console, &owner, &token.id.to_string()).await.unwrap();
    assert!(why().await.contains("in use by 1 token."), "it can be enabled again");
    tokens::revoke(&console, &owner, &token.id.to_string(), "ci", None).await.unwrap();
    roles::delete(&console, &owner, &id).await.unwrap();
    // What is over still says what it was, and nobody gets the role any more.
    let dead = tokens::find(&console, &owner, &token.id.to_string()).await.unwrap();
    assert_eq!((dead.status_at(console.now()), dead.role_title().as_str()), (Status::Revoked, "Deployer"));
    assert!(matches!(roles::find(&console, &owner, &id).await, Err(Error::NotFound)));
    assert!(matches!(roles::delete(&console, &owner, &id).await, Err(Error::NotFound)));
    let gone = |answer: Result<()>| assert!(matches!(answer, Err(Error::Invalid { field: "role", .. })));
    gone(tokens::replace(&console, &owner, &token.id.to_string()).await.map(|_| ()));
    gone(tokens::create(&console, &owner, NewToken { role: Some(of_role(&role)), ..new_token("ci", Role::Viewer) }).await.map(|_| ()));
    gone(invitations::create(&console, &owner, "new@acme.test", &id, "https://x/").await.map(|_| ()));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'role.delete'").await, 1);
    instance.stop().await;
}

async fn a_custom_role_is_no_owner(instance: Instance) {
    instance.set_up().await;
    let everything = policy::grants(Role::Admin);
    let role = make(&instance, "Almost", &everything.stored()).await;
    let owner = instance.owner().await;
    let ada = members::list(&instance.console, &owner).await.unwrap().remove(0);
    let shape = instance.shape().await;
    let refused = members::edit(&instance.console, &owner, &ada.user.to_string(), &role.role.id.to_string()).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "the last owner stays one");
    assert_eq!(instance.shape().await, shape);
    holder(&instance, "al@acme.test", &role).await;
    let refused = members::remove(&instance.console, &owner, &ada.user.to_string(), &BTreeMap::new()).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "whoever has a custom role is none");
    let al = access_of(&instance, "al@acme.test", Permission::USER_UPDATE).await;
    let refused = members::edit(&instance.console, &al, &ada.user.to_string(), "viewer").await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    assert_eq!(instance.count("SELECT COUNT(*) FROM memberships WHERE role_id IS NOT NULL AND role <> 'viewer'").await, 0);
}

async fn an_edit_is_refused_when_the_role_is_another_meanwhile(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let role = make(&instance, "Deployer", "deployment:trigger").await;
    let (id, seen) = (role.role.id.to_string(), roles::version(&role));
    let edited = roles::edit(&instance.console, &owner, &id, Some(&seen), definition("Deployer", "cluster:read")).await.unwrap();
    let shape = instance.shape().await;
    let late = roles::edit(&instance.console, &owner, &id, Some(&seen), definition("Deployer", "deployment:trigger agent:read")).await;
    assert!(matches!(late, Err(Error::Conflict(roles::EDITED_MEANWHILE))));
    // What changes nothing is no event.
    let same = roles::edit(&instance.console, &owner, &id, Some(&roles::version(&edited)), Definition::of(&edited)).await.unwrap();
    assert_eq!((same, instance.shape().await), (edited, shape));
}

async fn narrowing_takes_back_invitations_that_go_further(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let role = make(&instance, "Host", "invitation:create agent:read cluster:read").await;
    let (wide, slim) = (make(&instance, "Wide", "agent:read cluster:read").await, make(&instance, "Slim", "cluster:read").await);
    holder(&instance, "host@acme.test", &role).await;
    let host = access_of(&instance, "host@acme.test", Permission::INVITATION_CREATE).await;
    for (email, role) in [("a@acme.test", &wide), ("b@acme.test", &slim)] {
        invitations::create(&instance.console, &host, email, &role.role.id.to_string(), "https://x/").await.unwrap();
    }
    let to = definition("Host", "invitation:create cluster:read");
    roles::edit(&instance.console, &owner, &role.role.id.to_string(), None, to).await.unwrap();
    let left = invitations::list(&instance.console, &owner, None, 100).await.unwrap().0;
    assert_eq!(left.iter().map(|it| it.email.as_str()).collect::<Vec<_>>(), ["b@acme.test"]);
}

async fn an_invitation_gives_the_role_as_it_is_then(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let role = make(&instance, "Deployer", "deployment:trigger agent:read").await;
    let id = role.role.id.to_string();
    let invited = invitations::create(&instance.console, &owner, "new@acme.test", &id, "https://x/?code=").await.unwrap();
    assert_eq!(invited.invitation.role.title(), "Deployer");
    roles::edit(&instance.console, &owner, &id, None, definition("Reader", "agent:read")).await.unwrap();
    let code = invited.link.expose().strip_prefix("https://x/?code=").unwrap().to_owned();
    let person = NewPerson { name: "Grace".to_owned(), password: Password::new(PASSWORD.to_owned()) };
    invitations::accept_as_new(&instance.console, &caller(), &code, &person).await.unwrap();
    assert!(may(&instance, "new@acme.test", "agent:read").await && !may(&instance, "new@acme.test", "deployment:trigger").await);
}

async fn another_organization_finds_nothing(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let eve = instance.actor("eve@globex.test").await;
    let eve = access::to_organization(&instance.console, Some(&eve), &caller(), "globex", Permission::ROLE_READ).await.unwrap();
    let role = make(&instance, "Deployer", "deployment:trigger").await;
    let id = role.role.id.to_string();
    let shape = instance.shape().await;
    assert!(matches!(roles::find(&instance.console, &eve, &id).await, Err(Error::NotFound)));
    assert!(matches!(roles::edit(&instance.console, &eve, &id, None, definition("X", "agent:read")).await, Err(Error::NotFound)));
    assert!(matches!(roles::delete(&instance.console, &eve, &id).await, Err(Error::NotFound)));
    assert!(roles::list(&instance.console, &eve).await.unwrap().is_empty());
    let foreign = tokens::create(&instance.console, &eve, NewToken { role: Some(of_role(&role)), ..new_token("x", Role::Viewer) }).await;
    assert!(matches!(foreign, Err(Error::Invalid { field: "role", .. })));
    let foreign = invitations::create(&instance.console, &eve, "new@acme.test", &id, "https://x/").await;
    assert!(matches!(foreign, Err(Error::Invalid { field: "role", .. })));
    assert_eq!(instance.shape().await, shape);
}

async fn nothing_changes_when_the_event_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let role = make(&instance, "Deployer", "deployment:trigger").await;
    let id = role.role.id.to_string();
    let shape = instance.shape().await;
    instance.break_inserts("events").await;
    assert!(matches!(roles::create(&instance.console, &owner, definition("New", "agent:read")).await, Err(Error::Internal(_))));
    assert!(matches!(roles::edit(&instance.console, &owner, &id, None, definition("X", "agent:read")).await, Err(Error::Internal(_))));
    assert!(matches!(roles::delete(&instance.console, &owner, &id).await, Err(Error::Internal(_))));
    instance.mend("events").await;
    assert_eq!(instance.shape().await, shape);
    assert_eq!(roles::find(&instance.console, &owner, &id).await.unwrap(), role);
}

async fn there_is_an_end_to_roles(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    for number in 0..domain::CustomRole::MOST {
        roles::create(&instance.console, &owner, definition(&format!("R{number}"), "agent:read")).await.unwrap();
    }
    let shape = instance.shape().await;
    let refused = roles::create(&instance.console, &owner, definition("One more", "agent:read")).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "name", .. })));
    assert_eq!(instance.shape().await, shape);
}
