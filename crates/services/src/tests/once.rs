//! Tokens that generate and end tokens, and generating once however often one asks.

use domain::{Lifetime, Permission, PermissionSet, Role, State, Timestamp};
use test_database::rounds;

use super::{Instance, at_once, caller, new_token, on_both};
use crate::{
    Access, Error, access,
    tokens::{self, IdempotencyKey, NewToken, Outcome},
};

on_both![
    a_token_hands_on_neither_more_nor_for_longer_than_it_has,
    a_token_opens_its_own_organization_only,
    a_token_finds_and_ends_itself_without_a_permission,
    a_program_revokes_by_id_and_twice_is_once,
    a_lost_secret_is_replaced_and_the_token_stays,
    a_used_or_changed_token_is_not_repeated,
    uses_that_are_not_written_yet_count,
    a_key_with_another_body_is_told_apart,
    a_key_is_of_one_caller_and_of_one_day,
    the_ceiling_is_asked_again,
    twenty_with_one_key_are_one_token,
    of_ten_times_one_form_one_generates,
    a_failed_event_leaves_neither_token_nor_key,
    a_failed_key_leaves_neither_token_nor_event,
];

/// A token with all that admins may, as the bearer of it gets in.
async fn bearer(instance: &Instance, lifetime: Lifetime) -> Access {
    let owner = instance.owner().await;
    let new = NewToken { lifetime, ..new_token("minter", Role::Admin) };
    let issued = tokens::create(&instance.console, &owner, new).await.unwrap();
    access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::API_KEY_CREATE).await.unwrap()
}

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text.as_bytes()).unwrap()
}

async fn attempt(instance: &Instance, access: &Access, text: &str, body: &str) -> Outcome {
    let new = new_token("once", Role::Viewer);
    tokens::create_once(&instance.console, access, new, &key(text), body.as_bytes()).await.unwrap()
}

async fn is_good(instance: &Instance, secret: &str) -> bool {
    access::by_token(&instance.console, secret, &caller(), Permission::ORGANIZATION_READ).await.is_ok()
}

async fn a_token_hands_on_neither_more_nor_for_longer_than_it_has(instance: Instance) {
    instance.set_up().await;
    let minter = bearer(&instance, Lifetime::Minutes(60)).await;
    let end = instance.console.now().plus(std::time::Duration::from_hours(1));
    let before = instance.shape().await;
    let refused = async |new: NewToken| match tokens::create(&instance.console, &minter, new).await {
        Err(Error::Invalid { field, .. }) => field,
        _ => panic!("it has to be refused"),
    };
    let lasting = |lifetime| NewToken { lifetime, ..new_token("longer", Role::Viewer) };
    assert_eq!(refused(lasting(Lifetime::Never)).await, "expires_at");
    assert_eq!(refused(lasting(Lifetime::Minutes(61))).await, "expires_at");
    assert_eq!(refused(lasting(Lifetime::Until(Timestamp::from_micros(end.as_micros() + 1)))).await, "expires_at");
    let more: PermissionSet = "organization:delete".parse().into_iter().collect();
    assert_eq!(refused(NewToken { permissions: more, ..new_token("more", Role::Viewer) }).await, "permissions");
    assert_eq!(refused(NewToken { role: Some(Role::Owner.into()), ..new_token("more", Role::Viewer) }).await, "role");
    assert_eq!(instance.shape().await, before);
    let just = tokens::create(&instance.console, &minter, lasting(Lifetime::Until(end))).await.unwrap();
    assert_eq!((just.token.expires_at, just.token.created_by.as_str()), (Some(end), "minter"));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE actor_kind = 'token' AND actor_name = 'minter'").await, 1);
    // One that does not end sets no end to others.
    let lasting_minter = bearer(&instance, Lifetime::Never).await;
    assert!(tokens::create(&instance.console, &lasting_minter, lasting(Lifetime::Never)).await.is_ok());
}

async fn a_token_opens_its_own_organization_only(instance: Instance) {
    let acme = instance.set_up().await.organization;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let secret = issued.secret.expose();
    let to = async |organization: &str, permission| {
        access::by_token_to(&instance.console, secret, &caller(), organization, permission).await.map(|access| access.organization().id)
    };
    assert_eq!(to("acme", Permission::ORGANIZATION_READ).await.ok(), Some(acme.id));
    assert_eq!(to(&acme.id.to_string(), Permission::ORGANIZATION_READ).await.ok(), Some(acme.id));
    for other in ["globex", "nowhere", "", "ACME", "org_00000000000000000000000000000001"] {
        // Also for what it may not do at home: nothing tells that the other one exists.
        for permission in [Permission::ORGANIZATION_READ, Permission::API_KEY_READ] {
            assert!(matches!(to(other, permission).await, Err(Error::NotFound)), "{other}");
        }
    }
    assert!(matches!(to("acme", Permission::API_KEY_READ).await, Err(Error::Forbidden)));
}

async fn a_token_finds_and_ends_itself_without_a_permission(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let mut new = new_token("bare", Role::Viewer);
    (new.role, new.permissions) = (None, "cluster:read".parse().unwrap());
    let issued = tokens::create(&instance.console, &owner, new).await.unwrap();
    let own = access::by_token_to_itself(&instance.console, issued.secret.expose(), &caller()).await.unwrap();
    assert_eq!(tokens::find_itself(&instance.console, &own).await.unwrap().id, issued.token.id);
    let ended = tokens::revoke_itself(&instance.console, &own).await.unwrap();
    assert!(matches!(ended.state, State::Revoked { by, .. } if by == "bare"));
    let refused = access::by_token_to_itself(&instance.console, issued.secret.expose(), &caller()).await;
    assert!(matches!(refused, Err(Error::Unauthenticated)));
    // A person is no token, and has none to end.
    assert!(matches!(tokens::find_itself(&instance.console, &owner).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::revoke_itself(&instance.console, &owner).await, Err(Error::Forbidden)));
}

async fn a_program_revokes_by_id_and_twice_is_once(instance: Instance) {
    instance.set_up().await;
    let minter = bearer(&instance, Lifetime::Never).await;
    let issued = tokens::create(&instance.console, &minter, new_token("ci", Role::Viewer)).await.unwrap();
    let id = issued.token.id.to_string();
    let first = tokens::revoke_by_id(&instance.console, &minter, &id, None).await.unwrap();
    assert_eq!(tokens::revoke_by_id(&instance.console, &minter, &id, None).await.unwrap().state, first.state);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 1);
    assert!(matches!(tokens::revoke_by_id(&instance.console, &minter, "tok_", None).await, Err(Error::NotFound)));
}

async fn a_lost_secret_is_replaced_and_the_token_stays(instance: Instance) {
    instance.set_up().await;
    let minter = bearer(&instance, Lifetime::Never).await;
    let Outcome::Created(first) = attempt(&instance, &minter, "k", "{}").await else { panic!("it is new") };
    instance.advance(60);
    let Outcome::Reissued(second) = attempt(&instance, &minter, "k", "{}").await else { panic!("nobody used the first") };
    let Outcome::Reissued(third) = attempt(&instance, &minter, "k", "{}").await else { panic!("nobody used the second") };
    assert_eq!((first.token.id, first.token.expires_at), (third.token.id, third.token.expires_at));
    assert_eq!(third.token.hint, third.secret.hint());
    assert!(!is_good(&instance, first.secret.expose()).await && !is_good(&instance, second.secret.expose()).await);
    assert!(is_good(&instance, third.secret.expose()).await);
    assert_eq!(instance.count("SELECT COUNT(*) FROM token_secrets").await, 2, "that of the minter, and one");
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.create'").await, 2);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.reissue'").await, 2);
    let owner = instance.owner().await;
    let listed = tokens::find(&instance.console, &owner, &first.token.id.to_string()).await.unwrap();
    assert_eq!(listed.hint, third.token.hint);
}

async fn a_used_or_changed_token_is_not_repeated(instance: Instance) {
    instance.set_up().await;
    let minter = bearer(&instance, Lifetime::Never).await;
    let Outcome::Created(used) = attempt(&instance, &minter, "used", "{}").await else { panic!("it is new") };
    assert!(is_good(&instance, used.secret.expose()).await);
    let Outcome::Created(revoked) = attempt(&instance, &minter, "revoked", "{}").await else { panic!("it is new") };
    tokens::revoke_by_id(&instance.console, &minter, &revoked.token.id.to_string(), None).await.unwrap();
    // The newest, so that the statement below finds it.
    instance.advance(1);
    let Outcome::Created(rotated) = attempt(&instance, &minter, "rotated", "{}").await else { panic!("it is new") };
    let sql = "UPDATE token_secrets SET digest = (SELECT mac FROM head) WHERE token_id = (SELECT MAX(id) FROM tokens)";
    assert_eq!(instance.execute(sql).await.unwrap(), 1);
    instance.console.0.usage.settle().await.unwrap();
    let before = instance.shape().await;
    for (text, token) in [("used", used), ("revoked", revoked), ("rotated", rotated)] {
        let Outcome::Spent(id) = attempt(&instance, &minter, text, "{}").await else { panic!("{text}") };
        assert_eq!(id, token.token.id);
    }
    assert_eq!(instance.shape().await, before);
}

async fn uses_that_are_not_written_yet_count(instance: Instance) {
    instance.set_up().await;
    let minter = bearer(&instance, Lifetime::Never).await;
    for number in 0..20 {
        let text = format!("k{number}");
        let Outcome::Created(issued) = attempt(&instance, &minter, &text, "{}").await else { panic!("it is new") };
        assert!(is_good(&instance, issued.secret.expose()).await);
        assert!(matches!(attempt(&instance, &minter, &text, "{}").await, Outcome::Spent(_)));
        assert!(is_good(&instance, issued.secret.expose()).await, "who received it keeps it");
    }
}

async fn a_key_with_another_body_is_told_apart(instance: Instance) {
    instance.set_up().await;
    let minter = bearer(&instance, Lifetime::Never).await;
    assert!(matches!(attempt(&instance, &minter, "k", "{}").await, Outcome::Created(_)));
    let before = instance.shape().await;
    assert!(matches!(attempt(&instance, &minter, "k", "{ }").await, Outcome::Reused));
    assert_eq!(instance.shape().await, before);
    for wrong in ["", "é", "a\nb", "a\u{7f}", &"k".repeat(256)] {
        assert!(IdempotencyKey::parse(wrong.as_bytes()).is_err(), "{wrong:?}");
    }
    assert!(IdempotencyKey::parse("k".repeat(255).as_bytes()).is_ok());
}

async fn a_key_is_of_one_caller_and_of_one_day(instance: Instance) {
    instance.set_up().await;
    let minter = bearer(&instance, Lifetime::Never).await;
    let other = bearer(&instance, Lifetime::Never).await;
    assert!(matches!(attempt(&instance, &minter, "k", "{}").await, Outcome::Created(_)));
    assert!(matches!(attempt(&instance, &other, "k", "other").await, Outcome::Created(_)));
    instance.advance(24 * 3600 - 1);
    assert!(matches!(attempt(&instance, &minter, "k", "other").await, Outcome::Reused));
    instance.advance(1);
    assert!(matches!(attempt(&instance, &minter, "k", "other").await, Outcome::Created(_)));
    assert_eq!(instance.count("SELECT COUNT(*) FROM idempotency_keys").await, 1, "what is a day old is gone");
}

async fn the_ceiling_is_asked_again(instance: Instance) {
    instance.set_up().await;
    let minter = bearer(&instance, Lifetime::Never).await;
    let Outcome::Created(issued) = attempt(&instance, &minter, "k", "{}").await else { panic!("it is new") };
    // Somebody who may gave it more meanwhile than the one who asks again could hand on.
    assert_eq!(instance.execute("UPDATE tokens SET permissions = 'organization:delete' WHERE label = 'once'").await.unwrap(), 1);
    let before = instance.shape().await;
    let again = tokens::create_once(&instance.console, &minter, new_token("once", Role::Viewer), &key("k"), b"{}").await;
    assert!(matches!(again, Err(Error::Invalid { field: "permissions", .. })));
    assert_eq!(instance.shape().await, before);
    assert!(is_good(&instance, issued.secret.expose()).await);
}

async fn twenty_with_one_key_are_one_token(instance: Instance) {
    instance.set_up().await;
    let minter = std::sync::Arc::new(bearer(&instance, Lifetime::Never).await);
    for round in 1..=i64::try_from(rounds(10, 200)).unwrap() {
        let answers = at_once(20, |_| {
            let (console, minter) = (instance.console.clone(), minter.clone());
            async move {
                let new = new_token("once", Role::Viewer);
                tokens::create_once(&console, &minter, new, &key(&format!("k{round}")), b"{}").await.unwrap()
            }
        });
        let (mut created, mut secrets) = (0, Vec::new());
        for answer in answers.await {
            match answer {
                Outcome::Created(issued) => {
                    created += 1;
                    secrets.push(issued.secret);
                }
                Outcome::Reissued(issued) => secrets.push(issued.secret),
                Outcome::Spent(_) | Outcome::Reused => panic!("nobody used it, and all asked for the same"),
            }
        }
        assert_eq!((created, secrets.len()), (1, 20));
        assert_eq!(instance.count("SELECT COUNT(*) FROM tokens WHERE label = 'once'").await, round);
        assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.create' AND target_name = 'once'").await, round);
        assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.reissue'").await, 19 * round);
        let mut good = 0;
        for secret in &secrets {
            good += usize::from(is_good(&instance, secret.expose()).await);
        }
        assert_eq!(good, 1, "the last answer holds");
    }
}

async fn of_ten_times_one_form_one_generates(instance: Instance) {
    instance.set_up().await;
    let owner = std::sync::Arc::new(instance.owner().await);
    let over = tokens::create(&instance.console, &owner, new_token("over", Role::Viewer)).await.unwrap();
    tokens::revoke(&instance.console, &owner, &over.token.id.to_string(), "over", None).await.unwrap();
    for replaces in [None, Some(over.token.id.to_string())] {
        let form = tokens::form_key(&instance.console);
        let before = instance.count("SELECT COUNT(*) FROM tokens").await;
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let (console, owner, form, replaces) = (instance.console.clone(), owner.clone(), form.clone(), replaces.clone());
                tokio::spawn(async move {
                    match replaces {
                        None => tokens::create_by_form(&console, &owner, new_token("ci", Role::Viewer), &form).await,
                        Some(id) => tokens::replace_by_form(&console, &owner, &id, &form).await,
                    }
                })
            })
            .collect();
        let mut made = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(issued) => made.push(issued),
                Err(error) => assert!(matches!(error, Error::Overtaken(_)), "{error}"),
            }
        }
        assert_eq!((made.len(), instance.count("SELECT COUNT(*) FROM tokens").await), (1, before + 1));
        assert!(is_good(&instance, made[0].secret.expose()).await, "its secret is not replaced by another");
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.reissue'").await, 0);
}

async fn a_failed_event_leaves_neither_token_nor_key(instance: Instance) {
    undone_without(instance, "events").await;
}

async fn a_failed_key_leaves_neither_token_nor_event(instance: Instance) {
    undone_without(instance, "idempotency_keys").await;
}

async fn undone_without(instance: Instance, table: &str) {
    instance.set_up().await;
    let minter = bearer(&instance, Lifetime::Never).await;
    let Outcome::Created(issued) = attempt(&instance, &minter, "before", "{}").await else { panic!("it is new") };
    let before = instance.shape().await;
    let create = async |text: &str| {
        tokens::create_once(&instance.console, &minter, new_token("once", Role::Viewer), &key(text), b"{}").await.map(|_| ())
    };
    instance.break_inserts(table).await;
    assert!(matches!(create("new").await, Err(Error::Internal(_))));
    if table == "events" {
        assert!(matches!(create("before").await, Err(Error::Internal(_))), "a reissue is recorded or does not happen");
    }
    assert_eq!(instance.shape().await, before);
    instance.mend(table).await;
    assert!(is_good(&instance, issued.secret.expose()).await, "the first secret was not replaced");
    assert!(create("new").await.is_ok(), "and everything works again");
}
