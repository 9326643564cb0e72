//! Ending several tokens at once: all or none, with an event each.

use std::sync::Arc;

use domain::{Permission, Role, State};

use super::{Instance, caller, new_token, notices::taken, on_both};
use crate::{Access, Error, access, tokens};

on_both![
    all_of_them_end_with_an_event_each,
    one_that_is_not_theirs_and_none_ends,
    the_number_has_to_be_typed,
    nothing_ends_when_an_event_cannot_be_written,
    those_ended_before_stay_as_they_are,
    one_at_a_time_and_all_at_once_do_not_collide,
    who_may_not_ends_nothing,
    a_program_is_told_of_each_what_became_of_it,
];

async fn make(instance: &Instance, access: &Access, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        let issued = tokens::create(&instance.console, access, new_token(&format!("t{number}"), Role::Viewer)).await.unwrap();
        ids.push(issued.token.id.to_string());
    }
    ids
}

fn refs(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

async fn all_of_them_end_with_an_event_each(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let ids = make(&instance, &owner, 5).await;
    let before = instance.count("SELECT seq FROM head").await;
    // Twice named is once meant.
    let named = [refs(&ids[..4]), vec![&*ids[0]]].concat();
    let revoked = tokens::revoke_many(&instance.console, &owner, named, " 4 ", None).await.unwrap();
    assert!(revoked.len() == 4 && revoked.iter().all(|token| matches!(token.state, State::Revoked { .. })));
    assert_eq!(instance.count("SELECT seq FROM head").await, before + 4);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 4);
    assert_eq!(instance.count("SELECT COUNT(DISTINCT target_id) FROM events WHERE action = 'token.revoke'").await, 4);
    assert_eq!(instance.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NULL").await, 1);
    assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Ok(before + 4), "the chain has no gap");
    // The next change goes on where this one ended.
    tokens::revoke(&instance.console, &owner, &ids[4], "t4", None).await.unwrap();
    assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Ok(before + 5));
}

async fn one_that_is_not_theirs_and_none_ends(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let hank = instance.actor("hank@globex.test").await;
    let globex = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    let ids = make(&instance, &owner, 2).await;
    let foreign = make(&instance, &globex, 1).await;
    let unknown = domain::TokenId::new(instance.console.now(), super::random()).to_string();
    let before = instance.shape().await;
    for other in [&*foreign[0], &*unknown, "x", ""] {
        let refused = tokens::revoke_many(&instance.console, &owner, [refs(&ids), vec![other]].concat(), "3", None).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{other}");
    }
    assert_eq!(instance.shape().await, before);
}

async fn the_number_has_to_be_typed(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let ids = make(&instance, &owner, 3).await;
    let before = instance.shape().await;
    for typed in ["", "2", "4", "t0", "3x"] {
        let refused = tokens::revoke_many(&instance.console, &owner, refs(&ids), typed, None).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "typed", .. })), "{typed}");
    }
    let one = tokens::revoke_many(&instance.console, &owner, refs(&ids[..1]), "1", None).await;
    assert!(matches!(one, Err(Error::Invalid { field: "typed", .. })), "one is confirmed by its label");
    let none = tokens::revoke_many(&instance.console, &owner, Vec::<&str>::new(), "0", None).await;
    assert!(matches!(none, Err(Error::Invalid { field: "tokens", .. })));
    let many: Vec<String> =
        (0..=tokens::CHOSEN).map(|_| domain::TokenId::new(instance.console.now(), super::random()).to_string()).collect();
    let refused = tokens::revoke_many(&instance.console, &owner, refs(&many), "101", None).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "tokens", .. })));
    assert_eq!(instance.shape().await, before);
    assert!(tokens::revoke_many(&instance.console, &owner, refs(&ids[..1]), "t0", None).await.is_ok());
}

async fn nothing_ends_when_an_event_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let ids = make(&instance, &owner, 3).await;
    instance.break_inserts("events").await;
    let before = instance.shape().await;
    assert!(matches!(tokens::revoke_many(&instance.console, &owner, refs(&ids), "3", None).await, Err(Error::Internal(_))));
    assert_eq!(instance.shape().await, before);
    instance.mend("events").await;
    assert!(tokens::revoke_many(&instance.console, &owner, refs(&ids), "3", None).await.is_ok());
}

async fn those_ended_before_stay_as_they_are(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let ids = make(&instance, &owner, 3).await;
    let first = tokens::revoke(&instance.console, &owner, &ids[1], "t1", None).await.unwrap();
    instance.advance(60);
    let revoked = tokens::revoke_many(&instance.console, &owner, refs(&ids), "3", None).await.unwrap();
    assert_eq!(revoked.iter().find(|token| token.id == first.id).unwrap().state, first.state);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 3);
    let before = instance.shape().await;
    assert_eq!(tokens::revoke_many(&instance.console, &owner, refs(&ids), "3", None).await.unwrap(), revoked);
    assert_eq!(instance.shape().await, before);
}

async fn one_at_a_time_and_all_at_once_do_not_collide(instance: Instance) {
    instance.set_up().await;
    let owner = Arc::new(instance.owner().await);
    let ids = Arc::new(make(&instance, &owner, 8).await);
    let before = instance.count("SELECT seq FROM head").await;
    let mut tasks = Vec::new();
    for number in 0..8 {
        let (console, one, id) = (instance.console.clone(), owner.clone(), ids[number].clone());
        tasks.push(tokio::spawn(async move { tokens::revoke(&console, &one, &id, &format!("t{number}"), None).await.map(|_| ()) }));
        let (console, all, ids) = (instance.console.clone(), owner.clone(), ids.clone());
        tasks.push(tokio::spawn(async move {
            match number % 3 {
                0 => tokens::revoke_many(&console, &all, refs(&ids), "8", None).await.map(|_| ()),
                _ => Ok(()),
            }
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 8);
    assert_eq!(instance.console.verify_events(None).await.unwrap().map(|now| now.events), Ok(before + 8));
}

async fn who_may_not_ends_nothing(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let ids = make(&instance, &owner, 2).await;
    let mut viewer = new_token("viewer", Role::Viewer);
    viewer.permissions = [Permission::API_KEY_READ].into_iter().collect();
    let viewer = tokens::create(&instance.console, &owner, viewer).await.unwrap();
    let viewer = access::by_token(&instance.console, viewer.secret.expose(), &caller(), Permission::API_KEY_READ).await.unwrap();
    let before = instance.shape().await;
    assert!(matches!(tokens::revoke_many(&instance.console, &viewer, refs(&ids), "2", None).await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
}

async fn a_program_is_told_of_each_what_became_of_it(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let hank = instance.actor("hank@globex.test").await;
    let globex = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    let ids = make(&instance, &owner, 3).await;
    let foreign = make(&instance, &globex, 1).await;
    tokens::revoke_by_id(&instance.console, &owner, &ids[1], None).await.unwrap();
    taken(&instance).await;
    let named = [&*ids[2], "x", &*foreign[0], &*ids[1], &*ids[2], &*ids[0], ""].map(str::to_owned);
    let done = tokens::revoke_many_by_id(&instance.console, &owner, &named, None).await.unwrap();
    let done: Vec<_> = done.iter().map(|(id, found)| (id.as_str(), found.as_ref().map(|(_, now)| *now))).collect();
    let expected = [(&*ids[2], Some(true)), ("x", None), (&*foreign[0], None), (&*ids[1], Some(false)), (&*ids[0], Some(true)), ("", None)];
    assert_eq!(done, expected);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 3);
    assert_eq!(taken(&instance).await.len(), 1, "one mail for all of them");
    assert_eq!(instance.count("SELECT COUNT(*) FROM tokens WHERE revoked_at IS NULL").await, 1, "Globex keeps its own");
    let before = instance.shape().await;
    let again = tokens::revoke_many_by_id(&instance.console, &owner, &named, None).await.unwrap();
    assert!(again.iter().all(|(_, found)| found.as_ref().is_none_or(|(_, now)| !now)));
    for wrong in [Vec::new(), vec![String::new(); 101]] {
        let refused = tokens::revoke_many_by_id(&instance.console, &owner, &wrong, None).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "ids", .. })));
    }
    assert_eq!(instance.shape().await, before);
    let fresh = make(&instance, &owner, 1).await;
    let before = instance.shape().await;
    instance.break_inserts("events").await;
    assert!(matches!(tokens::revoke_many_by_id(&instance.console, &owner, &fresh, None).await, Err(Error::Internal(_))));
    assert_eq!(instance.shape().await, before);
}
