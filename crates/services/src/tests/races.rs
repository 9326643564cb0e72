//! Different things at the same time: what comes out is what some order of them would have brought, and nobody is told a lie (R63). The
//! same thing twice at once is tried next to each use case.

use std::sync::Arc;

use domain::{Change, Description, Label, Overlap, PermissionSet, Rights, Role, Status, Verdict};
use test_database::rounds;

use super::{Instance, PASSWORD, caller, new_token, on_both, user};
use crate::{
    Access, Error, access,
    invitations::{self, NewPerson},
    members,
    organizations::Password,
    roles::{self, Definition},
    store::on_db,
    tokens, verify,
};

on_both![
    after_a_revocation_nothing_happens_to_a_token,
    edits_of_different_things_do_not_undo_each_other,
    an_invitation_is_accepted_or_withdrawn_and_not_both,
    of_two_edits_of_a_role_from_the_same_page_one_is_taken,
    a_role_is_deleted_or_held_and_not_both,
];

/// Enters as Ada once, whose sign-ins are counted.
async fn begin(instance: &Instance) -> Arc<Access> {
    instance.set_up().await;
    Arc::new(instance.owner().await)
}

fn rights(permissions: &str) -> Change {
    let rights = Rights { role: None, permissions: permissions.parse().unwrap() };
    Change { label: None, description: None, rights: Some(rights), lifetime: None, limits: None }
}

async fn after_a_revocation_nothing_happens_to_a_token(instance: Instance) {
    let owner = begin(&instance).await;
    for round in 0..rounds(20, 200) {
        let issued = tokens::create(&instance.console, &owner, new_token(&format!("ci {round}"), Role::Viewer)).await.unwrap();
        let id = issued.token.id.to_string();
        let tasks: Vec<_> = (0..12)
            .map(|what| {
                let (console, owner, id) = (instance.console.clone(), owner.clone(), id.clone());
                tokio::spawn(async move {
                    match (what + round) % 6 {
                        0 => tokens::edit(&console, &owner, &id, None, rights("cluster:update")).await.map(|_| None),
                        1 => tokens::rotate(&console, &owner, &id, Overlap::Hour).await.map(|issued| Some(issued.secret)),
                        2 => tokens::disable(&console, &owner, &id).await.map(|_| None),
                        3 => tokens::enable(&console, &owner, &id).await.map(|_| None),
                        4 => tokens::end_overlap(&console, &owner, &id).await.map(|_| None),
                        _ => tokens::revoke_by_id(&console, &owner, &id, None).await.map(|_| None),
                    }
                })
            })
            .collect();
        let mut secrets = vec![issued.secret];
        for task in tasks {
            match task.await.unwrap() {
                Ok(secret) => secrets.extend(secret),
                Err(Error::Conflict(_) | Error::NotFound) => {}
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        assert_eq!(tokens::find(&instance.console, &owner, &id).await.unwrap().status_at(instance.console.now()), Status::Revoked);
        let asking = caller();
        let operator = access::by_operator(&instance.console, "acme", &asking).await.unwrap();
        for secret in &secrets {
            let verdict =
                verify::verify(&instance.console, operator.verifier().unwrap(), &asking, secret.expose(), None).await.unwrap().verdict;
            assert!(verdict != Verdict::Valid && verdict != Verdict::InsufficientPermissions, "round {round}: {verdict:?}");
        }
        let actions: Vec<String> = on_db!(&instance.console.0.db, |pool| {
            sqlx::query_scalar("SELECT action FROM events WHERE target_id = $1 ORDER BY seq").bind(&id).fetch_all(pool).await.unwrap()
        });
        assert_eq!(actions.iter().filter(|action| *action == "token.revoke").count(), 1, "round {round}: {actions:?}");
        assert_eq!(actions.last().unwrap(), "token.revoke", "round {round}: {actions:?}");
    }
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn edits_of_different_things_do_not_undo_each_other(instance: Instance) {
    let owner = begin(&instance).await;
    for round in 0..rounds(20, 200) {
        let issued = tokens::create(&instance.console, &owner, new_token(&format!("ci {round}"), Role::Viewer)).await.unwrap();
        let id = issued.token.id.to_string();
        let label = Label::parse(&format!("renamed {round}")).unwrap();
        let nothing = || Change { label: None, description: None, rights: None, lifetime: None, limits: None };
        let changes = [
            Change { label: Some(label.clone()), ..nothing() },
            Change { description: Some(Description::parse("what it is for").unwrap()), ..nothing() },
            rights("cluster:read billing:read"),
        ];
        let tasks = changes.map(|change| {
            let (console, owner, id) = (instance.console.clone(), owner.clone(), id.clone());
            tokio::spawn(async move { tokens::edit(&console, &owner, &id, None, change).await })
        });
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let token = tokens::find(&instance.console, &owner, &id).await.unwrap();
        assert_eq!((&token.label, token.description.as_str()), (&label, "what it is for"), "round {round}");
        assert_eq!((token.role, token.permissions), (None, "cluster:read billing:read".parse().unwrap()), "round {round}");
    }
}

async fn an_invitation_is_accepted_or_withdrawn_and_not_both(instance: Instance) {
    let owner = begin(&instance).await;
    let mut accepted = 0;
    for round in 0..rounds(20, 200) {
        let invited = invitations::create(&instance.console, &owner, &format!("n{round}@acme.test"), "viewer", "").await.unwrap();
        let id = invited.invitation.id.to_string();
        let accept = tokio::spawn({
            let (console, code) = (instance.console.clone(), invited.link.expose().to_owned());
            let person = NewPerson { name: format!("N {round}"), password: Password::new(PASSWORD.to_owned()) };
            async move { invitations::accept_as_new(&console, &caller(), &code, &person).await.map(|_| ()) }
        });
        let withdraw = tokio::spawn({
            let (console, owner) = (instance.console.clone(), owner.clone());
            async move { invitations::withdraw(&console, &owner, &id).await.map(|_| ()) }
        });
        let (accept, withdraw) = (accept.await.unwrap(), withdraw.await.unwrap());
        match (&accept, &withdraw) {
            (Ok(()), Err(Error::NotFound)) => accepted += 1,
            (Err(Error::Unauthenticated), Ok(())) => {}
            both => panic!("round {round}: {both:?}"),
        }
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM memberships").await, 1 + accepted);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'invitation.accept'").await, accepted);
}

async fn of_two_edits_of_a_role_from_the_same_page_one_is_taken(instance: Instance) {
    let owner = begin(&instance).await;
    let made = roles::create(&instance.console, &owner, Definition::parse("Deployer", "", "deployment:trigger").unwrap()).await.unwrap();
    let id = made.role.id.to_string();
    for round in 0..rounds(20, 200) {
        let seen = roles::version(&roles::find(&instance.console, &owner, &id).await.unwrap());
        let tasks = ["cluster:read", "billing:read"].map(|permission| {
            let (console, owner, id, seen) = (instance.console.clone(), owner.clone(), id.clone(), seen.clone());
            let to = Definition::parse("Deployer", &format!("{round}"), permission).unwrap();
            tokio::spawn(async move { roles::edit(&console, &owner, &id, Some(&seen), to).await })
        });
        let mut taken = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(role) => taken.push(role.role.permissions),
                Err(Error::Conflict(_)) => {}
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        let now: PermissionSet = roles::find(&instance.console, &owner, &id).await.unwrap().role.permissions;
        assert_eq!(taken, [now], "round {round}");
    }
}

async fn a_role_is_deleted_or_held_and_not_both(instance: Instance) {
    let owner = begin(&instance).await;
    instance.member("acme", Role::Viewer, "vi@acme.test").await;
    let vi = user(&instance, "vi@acme.test").await;
    for round in 0..rounds(20, 200) {
        let made = roles::create(&instance.console, &owner, Definition::parse(&format!("R {round}"), "", "cluster:read").unwrap()).await;
        let id = made.unwrap().role.id.to_string();
        let delete = tokio::spawn({
            let (console, owner, id) = (instance.console.clone(), owner.clone(), id.clone());
            async move { roles::delete(&console, &owner, &id).await.map(|_| ()) }
        });
        let give = tokio::spawn({
            let (console, owner, id, vi) = (instance.console.clone(), owner.clone(), id.clone(), vi.clone());
            async move { members::edit(&console, &owner, &vi, &id).await.map(|_| ()) }
        });
        match (delete.await.unwrap(), give.await.unwrap()) {
            (Ok(()), Err(Error::Invalid { field: "role", .. })) | (Err(Error::Invalid { field: "role", .. }), Ok(())) => {}
            both => panic!("round {round}: {both:?}"),
        }
        members::edit(&instance.console, &owner, &vi, "viewer").await.unwrap();
    }
}
