//! Members: roles, removal, and the owner who is always there.

use std::collections::BTreeMap;

use domain::{AfterLeaving, Email, Lifetime, MemberQuery, Permission, Role, Status, Token, policy};
use test_database::rounds;

use super::{Instance, caller, new_token, on_both};
use crate::{Access, Console, Error, Result, access, invitations, members, roles, sessions, tokens};

on_both![
    lists_members_and_when_they_were_last_seen,
    pages_by_name_follow_one_another_and_are_searched,
    a_demotion_bites_at_once,
    nobody_gives_more_than_they_hold_and_nobody_ends_who_may_do_more,
    of_two_owners_who_demote_each_other_one_succeeds,
    of_two_owners_who_remove_each_other_one_succeeds,
    whatever_members_do_to_each_other_an_owner_is_left,
    removal_decides_about_each_token,
    a_token_of_somebody_else_is_not_decided_about,
    removal_ends_sessions_only_where_nothing_is_left_to_see,
    removal_and_demotion_take_invitations_back,
    who_comes_back_has_no_old_right,
    another_organization_finds_no_member,
    nothing_changes_when_the_event_cannot_be_written,
];

pub(super) async fn access_of(instance: &Instance, email: &str) -> Access {
    let actor = instance.actor(email).await;
    access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::USER_READ).await.unwrap()
}

async fn id_of(instance: &Instance, email: &str) -> String {
    let owner = instance.owner().await;
    let all = members::list(&instance.console, &owner).await.unwrap();
    let email = Email::parse(email).unwrap();
    all.into_iter().find(|member| member.email == email).unwrap().user.to_string()
}

async fn roles(instance: &Instance) -> BTreeMap<String, String> {
    crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_as::<_, (String, String)>("SELECT u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id")
            .fetch_all(pool)
            .await
            .unwrap()
            .into_iter()
            .collect()
    })
}

async fn lists_members_and_when_they_were_last_seen(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "bob@acme.test").await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let owner = instance.owner().await;
    let all = members::list(&instance.console, &owner).await.unwrap();
    let seen: Vec<_> = all.iter().map(|member| (member.email.as_str(), member.role.clone(), member.last_seen_at)).collect();
    let now = instance.console.now();
    assert_eq!(seen, [("ada@acme.test", Role::Owner.into(), Some(now)), ("bob@acme.test", Role::Viewer.into(), None)]);
    assert_eq!(members::find(&instance.console, &owner, &all[1].user.to_string()).await.unwrap(), all[1]);
}

async fn pages_by_name_follow_one_another_and_are_searched(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "bob_b@acme.test").await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    // Sixty people; those who share a name are told apart by who they are.
    instance
        .execute(
            "INSERT INTO users (id, email, name, password_hash, created_at) WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n \
             WHERE i < 69) SELECT 'usr_000000000000000000000000000000' || i, 'p' || i || '@acme.test', CASE WHEN i < 40 THEN 'same' ELSE \
             'Person ' || i END, '', 0 FROM n",
        )
        .await
        .unwrap();
    instance
        .execute(
            "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT o.id, u.id, 'viewer', 0 FROM organizations o, users u \
             WHERE o.slug = 'acme' AND u.email LIKE 'p%@acme.test'",
        )
        .await
        .unwrap();
    let owner = instance.owner().await;
    let page = async |q: &str, after: &str| members::page(&instance.console, &owner, &MemberQuery::parse(q, after).unwrap()).await.unwrap();
    let all = members::list(&instance.console, &owner).await.unwrap();
    let (mut listed, mut after, mut sizes) = (Vec::new(), String::new(), Vec::new());
    loop {
        let (members, next) = page("", &after).await;
        sizes.push(members.len());
        listed.extend(members);
        let Some(next) = next else { break };
        // Whoever is the place of a page may be removed or renamed meanwhile.
        after = next.to_string();
    }
    assert_eq!((listed, sizes), (all, vec![25, 25, 12]));
    let found = async |q: &str| page(q, "").await.0.iter().map(|member| member.email.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(found("LOVELACE").await, ["ada@acme.test"], "by name");
    assert_eq!(found("BOB_b@").await, ["bob_b@acme.test"], "by address");
    assert_eq!(found("o_").await, Vec::<String>::new(), "it stands for itself");
    assert_eq!(found("%").await, Vec::<String>::new());
    assert_eq!(found("\\").await, Vec::<String>::new());
    assert_eq!(found("eve@").await, Vec::<String>::new(), "who is in another organization is not found");
    let (some, next) = page("same", "").await;
    let (rest, end) = page("same", &next.unwrap().to_string()).await;
    assert_eq!((some.len(), rest.len(), end), (25, 5, None));
    instance.execute("DELETE FROM memberships WHERE user_id = 'usr_00000000000000000000000000000034'").await.unwrap();
    let place = "usr_00000000000000000000000000000034.same";
    assert_eq!(page("same", place).await.0.len(), 5, "the place stays one");
}

async fn a_demotion_bites_at_once(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    let (owner, bob) = (instance.owner().await, id_of(&instance, "bob@acme.test").await);
    let actor = instance.actor("bob@acme.test").await;
    let enter = async || access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::API_KEY_READ).await;
    assert!(enter().await.is_ok());
    assert_eq!(members::edit(&instance.console, &owner, &bob, "viewer").await.unwrap().role, Role::Viewer);
    assert!(matches!(enter().await, Err(Error::Forbidden)));
    let before = instance.shape().await;
    members::edit(&instance.console, &owner, &bob, "viewer").await.unwrap();
    assert!(matches!(members::edit(&instance.console, &owner, &bob, "king").await, Err(Error::Invalid { field: "role", .. })));
    assert_eq!(instance.shape().await, before);
}

async fn nobody_gives_more_than_they_hold_and_nobody_ends_who_may_do_more(instance: Instance) {
    instance.set_up().await;
    for (role, email) in [(Role::Admin, "admin@acme.test"), (Role::Developer, "dev@acme.test")] {
        instance.member("acme", role, email).await;
    }
    let (ada, dev, own) =
        (id_of(&instance, "ada@acme.test").await, id_of(&instance, "dev@acme.test").await, id_of(&instance, "admin@acme.test").await);
    let admin = access_of(&instance, "admin@acme.test").await;
    let developer = access_of(&instance, "dev@acme.test").await;
    let before = (instance.shape().await, roles(&instance).await);
    let console = &instance.console;
    assert!(matches!(members::edit(console, &admin, &ada, "viewer").await, Err(Error::Forbidden)));
    assert!(matches!(members::remove(console, &admin, &ada, &BTreeMap::new()).await, Err(Error::Forbidden)));
    assert!(matches!(members::offboarding(console, &admin, &ada).await, Err(Error::Forbidden)));
    for target in [&dev, &own] {
        assert!(matches!(members::edit(console, &admin, target, "owner").await, Err(Error::Invalid { field: "role", .. })));
    }
    for target in [&ada, &dev, &own] {
        assert!(matches!(members::edit(console, &developer, target, "viewer").await, Err(Error::Forbidden)));
        assert!(matches!(members::remove(console, &developer, target, &BTreeMap::new()).await, Err(Error::Forbidden)));
    }
    assert_eq!((instance.shape().await, roles(&instance).await), before);
    assert_eq!(roles::offered(&instance.console, &admin).await.unwrap().built_in, [Role::Viewer, Role::Developer, Role::Admin]);
    assert!(members::edit(console, &admin, &dev, "admin").await.is_ok());
}

/// What two owners do to each other at the same time.
async fn against_each_other<F>(instance: Instance, act: impl Fn(Console, Access, String) -> F, restore: &'static str)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    instance.set_up().await;
    instance.member("acme", Role::Owner, "bob@acme.test").await;
    let (ada, bob) = (id_of(&instance, "ada@acme.test").await, id_of(&instance, "bob@acme.test").await);
    let (her, him) = (instance.actor("ada@acme.test").await, instance.actor("bob@acme.test").await);
    let enter = async |actor| access::to_organization(&instance.console, Some(actor), &caller(), "acme", Permission::USER_READ).await;
    let tries = rounds(40, 500);
    for _ in 0..tries {
        let (mine, theirs) = (enter(&her).await.unwrap(), enter(&him).await.unwrap());
        let first = tokio::spawn(act(instance.console.clone(), mine, bob.clone()));
        let second = tokio::spawn(act(instance.console.clone(), theirs, ada.clone()));
        match (first.await.unwrap(), second.await.unwrap()) {
            (Ok(()), Err(Error::Conflict(_) | Error::Unauthenticated)) | (Err(Error::Conflict(_) | Error::Unauthenticated), Ok(())) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(instance.count("SELECT COUNT(*) FROM memberships WHERE role = 'owner'").await, 1);
        assert_eq!(instance.execute(restore).await.unwrap(), 1);
        instance.execute("UPDATE sessions SET ended_at = NULL").await.unwrap();
    }
    let done = instance.count("SELECT COUNT(*) FROM events WHERE action IN ('member.edit', 'member.remove')").await;
    assert_eq!(usize::try_from(done).unwrap(), tries, "one event for each that succeeded");
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn of_two_owners_who_demote_each_other_one_succeeds(instance: Instance) {
    let demote = |console: Console, access: Access, target: String| async move {
        members::edit(&console, &access, &target, "viewer").await.map(|_| ())
    };
    against_each_other(instance, demote, "UPDATE memberships SET role = 'owner' WHERE role = 'viewer'").await;
}

async fn of_two_owners_who_remove_each_other_one_succeeds(instance: Instance) {
    let remove = |console: Console, access: Access, target: String| async move {
        members::remove(&console, &access, &target, &BTreeMap::new()).await.map(|_| ())
    };
    let restore = "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT o.id, u.id, 'owner', 1 FROM organizations o \
                   CROSS JOIN users u WHERE NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id)";
    against_each_other(instance, remove, restore).await;
}

/// Three hundred steps of anybody doing anything to anybody, against a model: what is allowed is exactly what the policy says.
async fn whatever_members_do_to_each_other_an_owner_is_left(instance: Instance) {
    instance.set_up().await;
    let mut model = BTreeMap::from([("ada@acme.test".to_owned(), Role::Owner)]);
    for (number, role) in [Role::Owner, Role::Admin, Role::Developer, Role::Viewer].into_iter().enumerate() {
        let email = format!("m{number}@acme.test");
        instance.member("acme", role, &email).await;
        model.insert(email, role);
    }
    let mut ids = BTreeMap::new();
    let mut actors = BTreeMap::new();
    let mut people: Vec<String> = model.keys().cloned().collect();
    people.sort();
    for email in &people {
        ids.insert(email.clone(), id_of(&instance, email).await);
        actors.insert(email.clone(), instance.actor(email).await);
        // In all less than what a password is good for.
        instance.advance(100);
    }
    let mut state = 42_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    };
    for _ in 0..300 {
        let (who, whom) = (&people[below(people.len())], &people[below(people.len())]);
        let new = Role::ALL[below(4)];
        let actor = &actors[who];
        let access = access::to_organization(&instance.console, Some(actor), &caller(), "acme", Permission::USER_READ).await.unwrap();
        let (mine, theirs) = (policy::grants(model[who]), model[whom]);
        let owners = model.values().filter(|role| **role == Role::Owner).count();
        let last = theirs == Role::Owner && new != Role::Owner && owners == 1;
        let answer = members::edit(&instance.console, &access, &ids[whom], new.as_str()).await;
        let may = mine.contains(Permission::USER_UPDATE) && mine.covers(policy::grants(theirs));
        match answer {
            Ok(_) => {
                assert!(may && mine.covers(policy::grants(new)) && !last, "{who} {whom} {new}");
                model.insert(whom.clone(), new);
            }
            Err(Error::Forbidden) => assert!(!may),
            Err(Error::Invalid { .. }) => assert!(may && !mine.covers(policy::grants(new))),
            Err(Error::Conflict(_)) => assert!(may && last),
            Err(other) => panic!("{other}"),
        }
        assert!(model.values().any(|role| *role == Role::Owner));
    }
    let expected: BTreeMap<String, String> = model.into_iter().map(|(email, role)| (email, role.as_str().to_owned())).collect();
    assert_eq!(roles(&instance).await, expected);
}

async fn issue(instance: &Instance, access: &Access, label: &str, lifetime: Lifetime) -> Token {
    let mut new = new_token(label, Role::Viewer);
    new.lifetime = lifetime;
    tokens::create(&instance.console, access, new).await.unwrap().token
}

async fn removal_decides_about_each_token(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    let (owner, bob) = (instance.owner().await, access_of(&instance, "bob@acme.test").await);
    let id = id_of(&instance, "bob@acme.test").await;
    let kept = issue(&instance, &bob, "kept", Lifetime::Never).await;
    let ends = issue(&instance, &bob, "ends", Lifetime::Never).await;
    let sooner = issue(&instance, &bob, "sooner", Lifetime::Minutes(60)).await;
    let dies = issue(&instance, &bob, "dies", Lifetime::Never).await;
    let dead = issue(&instance, &bob, "dead", Lifetime::Never).await;
    tokens::revoke(&instance.console, &owner, &dead.id.to_string(), "dead", None).await.unwrap();
    issue(&instance, &owner, "ada's", Lifetime::Never).await;

    let shown = members::offboarding(&instance.console, &owner, &id).await.unwrap();
    let mut labels: Vec<_> = shown.tokens.iter().map(|token| token.label.as_str()).collect();
    labels.sort_unstable();
    assert_eq!(labels, ["dies", "ends", "kept", "sooner"]);

    let choices = BTreeMap::from([(ends.id, AfterLeaving::Expire), (sooner.id, AfterLeaving::Expire), (dies.id, AfterLeaving::Revoke)]);
    members::remove(&instance.console, &owner, &id, &choices).await.unwrap();
    let after = async |token: &Token| tokens::find(&instance.console, &owner, &token.id.to_string()).await.unwrap();
    let now = instance.console.now();
    let week = now.plus(std::time::Duration::from_hours(7 * 24));
    assert_eq!((after(&kept).await.expires_at, after(&kept).await.status_at(now)), (None, Status::Active));
    assert_eq!(after(&ends).await.expires_at, Some(week));
    assert_eq!(after(&sooner).await.expires_at, sooner.expires_at);
    assert_eq!(after(&dies).await.status_at(now), Status::Revoked);
    assert_eq!((after(&kept).await.created_by_left, after(&kept).await.creator()), (true, "bob@acme.test (left)".to_owned()));
    let listed = tokens::list_all(&instance.console, &owner, &domain::TokenFilter::default(), 100).await.unwrap().items;
    assert_eq!(listed.iter().filter(|token| token.created_by_left).count(), 5);
    let details: String = crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT details FROM events WHERE action = 'member.remove'").fetch_one(pool).await.unwrap()
    });
    let details: serde_json::Value = serde_json::from_str(&details).unwrap();
    let said = |label: &str| {
        let tokens = details["tokens"].as_array().unwrap();
        tokens.iter().find(|token| token["label"] == label).unwrap()["choice"].as_str().unwrap().to_owned()
    };
    let named = "SELECT COUNT(*) FROM events WHERE target_name = 'dies' AND action = 'token.revoke'";
    assert_eq!(instance.count(named).await, 1);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE target_name = 'ends' AND action = 'token.edit'").await, 1);
    assert_eq!([said("kept"), said("ends"), said("sooner"), said("dies")], ["keep", "expire", "expire", "revoke"]);
}

async fn a_token_of_somebody_else_is_not_decided_about(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Viewer, "bob@acme.test").await;
    let (owner, id) = (instance.owner().await, id_of(&instance, "bob@acme.test").await);
    let mine = issue(&instance, &owner, "ada's", Lifetime::Never).await;
    let before = instance.shape().await;
    for choice in [AfterLeaving::Expire, AfterLeaving::Revoke] {
        let refused = members::remove(&instance.console, &owner, &id, &BTreeMap::from([(mine.id, choice)])).await;
        assert!(matches!(refused, Err(Error::Conflict(_))));
    }
    assert_eq!(instance.shape().await, before);
}

async fn removal_ends_sessions_only_where_nothing_is_left_to_see(instance: Instance) {
    instance.set_up().await;
    for email in ["bob@acme.test", "eve@acme.test"] {
        instance.member("acme", Role::Viewer, email).await;
    }
    instance.member("globex", Role::Owner, "gus@globex.test").await;
    let elsewhere = "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT o.id, u.id, 'viewer', 1 FROM organizations o CROSS JOIN users u \
                     WHERE o.slug = 'globex' AND u.email = 'eve@acme.test'";
    assert_eq!(instance.execute(elsewhere).await.unwrap(), 1);
    let owner = instance.owner().await;
    let (bob, eve) = (instance.sign_in("bob@acme.test").await, instance.sign_in("eve@acme.test").await);
    for email in ["bob@acme.test", "eve@acme.test"] {
        let id = id_of(&instance, email).await;
        members::remove(&instance.console, &owner, &id, &BTreeMap::new()).await.unwrap();
    }
    assert!(sessions::find(&instance.console, &bob.session).await.unwrap().is_none());
    let still = sessions::find(&instance.console, &eve.session).await.unwrap();
    let refused = access::to_organization(&instance.console, still.as_ref(), &caller(), "acme", Permission::USER_READ).await;
    assert!(still.is_some() && matches!(refused, Err(Error::NotFound)));
}

async fn removal_and_demotion_take_invitations_back(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    let (owner, bob, id) = (instance.owner().await, access_of(&instance, "bob@acme.test").await, id_of(&instance, "bob@acme.test").await);
    let invite = async |access: &Access, email: &str, role: &str| {
        invitations::create(&instance.console, access, email, role, "/").await.unwrap();
    };
    let open = async || {
        let all = invitations::list(&instance.console, &owner, None, 100).await.unwrap().0;
        let mut emails: Vec<String> = all.into_iter().map(|each| each.email.as_str().to_owned()).collect();
        emails.sort();
        emails
    };
    invite(&bob, "admin@new.test", "admin").await;
    invite(&bob, "viewer@new.test", "viewer").await;
    invite(&owner, "other@new.test", "admin").await;
    members::edit(&instance.console, &owner, &id, "developer").await.unwrap();
    assert_eq!(open().await, ["other@new.test", "viewer@new.test"]);
    members::remove(&instance.console, &owner, &id, &BTreeMap::new()).await.unwrap();
    assert_eq!(open().await, ["other@new.test"]);
}

async fn who_comes_back_has_no_old_right(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    let owner = instance.owner().await;
    let old = instance.sign_in("bob@acme.test").await;
    let id = id_of(&instance, "bob@acme.test").await;
    members::remove(&instance.console, &owner, &id, &BTreeMap::new()).await.unwrap();
    let invited = invitations::create(&instance.console, &owner, "bob@acme.test", "viewer", "").await.unwrap();
    let actor = instance.actor("bob@acme.test").await;
    invitations::accept(&instance.console, &caller(), &actor, invited.link.expose()).await.unwrap();
    assert!(sessions::find(&instance.console, &old.session).await.unwrap().is_none());
    let refused = access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::USER_DELETE).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
}

async fn another_organization_finds_no_member(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let ada = id_of(&instance, "ada@acme.test").await;
    let actor = instance.actor("eve@globex.test").await;
    let eve = access::to_organization(&instance.console, Some(&actor), &caller(), "globex", Permission::USER_READ).await.unwrap();
    let before = instance.shape().await;
    for id in [ada.as_str(), "", "usr_x", "tok_00000000000000000000000000000000"] {
        assert!(matches!(members::find(&instance.console, &eve, id).await, Err(Error::NotFound)));
        assert!(matches!(members::edit(&instance.console, &eve, id, "viewer").await, Err(Error::NotFound)));
        assert!(matches!(members::offboarding(&instance.console, &eve, id).await, Err(Error::NotFound)));
        assert!(matches!(members::remove(&instance.console, &eve, id, &BTreeMap::new()).await, Err(Error::NotFound)));
    }
    assert_eq!(instance.shape().await, before);
}

async fn nothing_changes_when_the_event_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    let (owner, bob) = (instance.owner().await, access_of(&instance, "bob@acme.test").await);
    let id = id_of(&instance, "bob@acme.test").await;
    let token = issue(&instance, &bob, "ci", Lifetime::Never).await;
    invitations::create(&instance.console, &bob, "new@acme.test", "viewer", "").await.unwrap();
    instance.break_inserts("events").await;
    let before = (instance.shape().await, roles(&instance).await);
    let choices = BTreeMap::from([(token.id, AfterLeaving::Revoke)]);
    assert!(matches!(members::edit(&instance.console, &owner, &id, "viewer").await, Err(Error::Internal(_))));
    assert!(matches!(members::remove(&instance.console, &owner, &id, &choices).await, Err(Error::Internal(_))));
    assert_eq!((instance.shape().await, roles(&instance).await), before);
    instance.mend("events").await;
    members::remove(&instance.console, &owner, &id, &choices).await.unwrap();
}
