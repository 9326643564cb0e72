//! Rotating once, however often a program asks.

use domain::{Issued, Lifetime, Overlap, Permission, Role};
use test_database::rounds;

use super::{Instance, at_once, caller, new_token, on_both};
use crate::{
    Access, Error, access,
    tokens::{self, IdempotencyKey, NewToken, Outcome},
};

on_both![
    a_lost_secret_is_replaced_and_the_overlap_goes_on,
    a_used_or_changed_secret_is_not_repeated,
    a_key_with_another_request_is_told_apart,
    twenty_with_one_key_are_one_rotation,
    nothing_is_half_done,
];

/// A token with all that admins may, as the bearer of it gets in.
async fn bearer(instance: &Instance) -> Access {
    let owner = instance.owner().await;
    let new = NewToken { lifetime: Lifetime::Never, ..new_token("rotator", Role::Admin) };
    let issued = tokens::create(&instance.console, &owner, new).await.unwrap();
    access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::API_KEY_UPDATE).await.unwrap()
}

async fn target(instance: &Instance, access: &Access, label: &str) -> Issued {
    let new = NewToken { lifetime: Lifetime::Never, ..new_token(label, Role::Viewer) };
    tokens::create(&instance.console, access, new).await.unwrap()
}

async fn attempt(instance: &Instance, access: &Access, of: &Issued, key: &str, body: &str) -> Result<Outcome, Error> {
    let key = IdempotencyKey::parse(key.as_bytes()).unwrap();
    tokens::rotate_once(&instance.console, access, &of.token.id.to_string(), Overlap::Hour, &key, body.as_bytes()).await
}

async fn is_good(instance: &Instance, issued: &Issued) -> bool {
    access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.is_ok()
}

async fn a_lost_secret_is_replaced_and_the_overlap_goes_on(instance: Instance) {
    instance.set_up().await;
    let rotator = bearer(&instance).await;
    let old = target(&instance, &rotator, "ci").await;
    let Ok(Outcome::Created(first)) = attempt(&instance, &rotator, &old, "k", "{}").await else { panic!("it is new") };
    instance.advance(60);
    let Ok(Outcome::Reissued(second)) = attempt(&instance, &rotator, &old, "k", "{}").await else { panic!("nobody used the first") };
    let Ok(Outcome::Reissued(third)) = attempt(&instance, &rotator, &old, "k", "{}").await else { panic!("nobody used the second") };
    assert_eq!((third.token.id, &third.token.hint), (old.token.id, &third.secret.hint()));
    assert!(!is_good(&instance, &first).await && !is_good(&instance, &second).await);
    assert!(is_good(&instance, &third).await && is_good(&instance, &old).await);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.rotate'").await, 1);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.reissue'").await, 2);
    // The hour that was chosen at first is over, whenever the answer arrived.
    instance.advance(3540);
    assert!(is_good(&instance, &third).await && !is_good(&instance, &old).await);
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn a_used_or_changed_secret_is_not_repeated(instance: Instance) {
    instance.set_up().await;
    let rotator = bearer(&instance).await;
    let mut targets = Vec::new();
    for what in ["used", "rotated", "revoked"] {
        let old = target(&instance, &rotator, what).await;
        let Ok(Outcome::Created(new)) = attempt(&instance, &rotator, &old, what, "{}").await else { panic!("it is new") };
        targets.push((what, old, new));
    }
    assert!(is_good(&instance, &targets[0].2).await);
    tokens::rotate(&instance.console, &rotator, &targets[1].1.token.id.to_string(), Overlap::Now).await.unwrap();
    tokens::revoke_by_id(&instance.console, &rotator, &targets[2].1.token.id.to_string(), None).await.unwrap();
    let before = instance.shape().await;
    for (what, old, _) in &targets {
        let Ok(Outcome::Spent(id)) = attempt(&instance, &rotator, old, what, "{}").await else { panic!("{what}") };
        assert_eq!(id, old.token.id);
    }
    assert_eq!(instance.shape().await, before);
    assert!(is_good(&instance, &targets[0].2).await, "who received it keeps it");
}

async fn a_key_with_another_request_is_told_apart(instance: Instance) {
    instance.set_up().await;
    let rotator = bearer(&instance).await;
    let (one, other) = (target(&instance, &rotator, "one").await, target(&instance, &rotator, "other").await);
    let key = IdempotencyKey::parse(b"create").unwrap();
    assert!(tokens::create_once(&instance.console, &rotator, new_token("x", Role::Viewer), &key, b"{}").await.is_ok());
    assert!(matches!(attempt(&instance, &rotator, &one, "k", "{}").await, Ok(Outcome::Created(_))));
    let before = instance.shape().await;
    for (of, key, body) in [(&one, "k", "{ }"), (&other, "k", "{}"), (&one, "create", "{}")] {
        assert!(matches!(attempt(&instance, &rotator, of, key, body).await, Ok(Outcome::Reused)), "{key} {body}");
    }
    assert_eq!(instance.shape().await, before);
    // What may not be done is not done with a key either.
    let gone = target(&instance, &rotator, "gone").await;
    tokens::revoke_by_id(&instance.console, &rotator, &gone.token.id.to_string(), None).await.unwrap();
    assert!(matches!(attempt(&instance, &rotator, &gone, "gone", "{}").await, Err(Error::Conflict(_))));
    let mut strong = new_token("strong", Role::Viewer);
    strong.permissions = "organization:delete".parse().unwrap();
    let strong = tokens::create(&instance.console, &instance.owner().await, strong).await.unwrap();
    assert!(matches!(attempt(&instance, &rotator, &strong, "strong", "{}").await, Err(Error::Forbidden)));
}

async fn twenty_with_one_key_are_one_rotation(instance: Instance) {
    instance.set_up().await;
    let rotator = std::sync::Arc::new(bearer(&instance).await);
    for round in 1..=i64::try_from(rounds(10, 200)).unwrap() {
        let old = target(&instance, &rotator, "ci").await;
        let outcomes = at_once(20, |_| {
            let (console, rotator, id) = (instance.console.clone(), rotator.clone(), old.token.id.to_string());
            async move {
                let key = IdempotencyKey::parse(format!("k{round}").as_bytes()).unwrap();
                tokens::rotate_once(&console, &rotator, &id, Overlap::Hour, &key, b"{}").await.unwrap()
            }
        });
        let (mut created, mut good) = (0, 0);
        let mut answers = Vec::new();
        for outcome in outcomes.await {
            match outcome {
                Outcome::Created(issued) => {
                    created += 1;
                    answers.push(issued);
                }
                Outcome::Reissued(issued) => answers.push(issued),
                Outcome::Spent(_) | Outcome::Reused => panic!("nobody used it, and all asked for the same"),
            }
        }
        for issued in &answers {
            good += usize::from(is_good(&instance, issued).await);
        }
        assert_eq!((created, answers.len(), good), (1, 20, 1), "the last answer holds");
        assert!(is_good(&instance, &old).await);
        assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.rotate'").await, round);
    }
}

async fn nothing_is_half_done(instance: Instance) {
    instance.set_up().await;
    let rotator = bearer(&instance).await;
    let old = target(&instance, &rotator, "ci").await;
    let Ok(Outcome::Created(first)) = attempt(&instance, &rotator, &old, "before", "{}").await else { panic!("it is new") };
    for table in ["events", "mails", "token_secrets", "idempotency_keys"] {
        let before = instance.shape().await;
        instance.break_inserts(table).await;
        assert!(matches!(attempt(&instance, &rotator, &old, "new", "{}").await, Err(Error::Internal(_))), "{table}");
        if table != "idempotency_keys" {
            assert!(matches!(attempt(&instance, &rotator, &old, "before", "{}").await, Err(Error::Internal(_))), "{table}");
        }
        instance.mend(table).await;
        assert_eq!(instance.shape().await, before, "{table}");
    }
    assert!(is_good(&instance, &first).await && is_good(&instance, &old).await);
}
