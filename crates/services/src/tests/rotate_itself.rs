//! Tokens that rotate themselves, and ended secrets that are presented to do so.

use std::sync::Arc;

use domain::{Issued, Lifetime, Overlap, Permission, Role};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use test_database::rounds;

use super::{Instance, at_once, caller, new_token, on_both};
use crate::{
    Access, Error, Rotator, access,
    tokens::{self, IdempotencyKey, NewToken, Outcome},
};

on_both![
    of_two_at_once_one_wins_and_nobody_is_cut_off,
    whatever_comes_at_once_two_are_accepted_at_most,
    who_lost_the_answer_asks_again_with_the_old_secret,
    a_replaced_secret_does_not_rotate_what_is_at_work,
    a_key_makes_many_attempts_one,
    an_overlap_and_the_permission_are_needed,
    an_ended_secret_ends_the_family_once,
    a_secret_that_was_taken_for_lost_ends_the_family_too,
    what_is_over_or_does_not_rotate_itself_is_left_alone,
    no_honest_client_loses_access,
    whatever_is_done_two_are_accepted_at_most,
    nothing_is_half_done,
    what_is_printed_of_an_access_holds_no_digest,
];

/// A token that may rotate itself.
async fn lasting(instance: &Instance, label: &str) -> Issued {
    lasting_by(instance, &instance.owner().await, label).await
}

async fn lasting_by(instance: &Instance, owner: &Access, label: &str) -> Issued {
    let permissions = [Permission::TOKEN_ROTATE_SELF].into_iter().collect();
    let new = NewToken { permissions, lifetime: Lifetime::Never, ..new_token(label, Role::Viewer) };
    tokens::create(&instance.console, owner, new).await.unwrap()
}

async fn arrive(instance: &Instance, with: &Issued) -> Result<Rotator, Error> {
    access::to_rotate_itself(&instance.console, with.secret.expose(), &caller()).await
}

/// Rotates from the beginning to the end.
async fn rotate(instance: &Instance, with: &Issued) -> Result<Issued, Error> {
    go_on(instance, &arrive(instance, with).await?).await
}

async fn go_on(instance: &Instance, rotator: &Rotator) -> Result<Issued, Error> {
    match tokens::rotate_itself(&instance.console, rotator, Overlap::Hour, None).await? {
        Outcome::Created(issued) => Ok(issued),
        _ => panic!("without a key everything is new"),
    }
}

async fn is_good(instance: &Instance, issued: &Issued) -> bool {
    access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.is_ok()
}

/// How many of the token's secrets are accepted, as the database has it.
async fn live(instance: &Instance, issued: &Issued) -> i64 {
    let now = instance.console.now().as_micros();
    crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT COUNT(*) FROM token_secrets WHERE token_id = $1 AND (ends_at IS NULL OR ends_at > $2)")
            .bind(issued.token.id.to_string())
            .bind(now)
            .fetch_one(pool)
            .await
            .unwrap()
    })
}

async fn of_two_at_once_one_wins_and_nobody_is_cut_off(instance: Instance) {
    instance.set_up().await;
    let old = lasting(&instance, "ci").await;
    let (one, other) = (arrive(&instance, &old).await.unwrap(), arrive(&instance, &old).await.unwrap());
    let new = go_on(&instance, &one).await.unwrap();
    let before = instance.shape().await;
    assert!(matches!(go_on(&instance, &other).await, Err(Error::Conflict(why)) if why.contains("meanwhile")));
    assert_eq!(instance.shape().await, before);
    assert!(is_good(&instance, &old).await && is_good(&instance, &new).await);
    // The same for two that both lost the answer: the secret before is what they have.
    let old = lasting(&instance, "cd").await;
    let lost = rotate(&instance, &old).await.unwrap();
    assert!(matches!(rotate(&instance, &old).await, Err(Error::Conflict(why)) if why.contains("a moment ago")), "it may be on its way");
    instance.advance(60);
    let (one, other) = (arrive(&instance, &old).await.unwrap(), arrive(&instance, &old).await.unwrap());
    let found = go_on(&instance, &one).await.unwrap();
    assert!(matches!(go_on(&instance, &other).await, Err(Error::Conflict(_))));
    assert!(is_good(&instance, &old).await && is_good(&instance, &found).await && !is_good(&instance, &lost).await);
    // A rotation by a person counts as well.
    let old = lasting(&instance, "ce").await;
    let waiting = arrive(&instance, &old).await.unwrap();
    let owner = instance.owner().await;
    let theirs = tokens::rotate(&instance.console, &owner, &old.token.id.to_string(), Overlap::Hour).await.unwrap();
    assert!(matches!(go_on(&instance, &waiting).await, Err(Error::Conflict(_))));
    assert!(is_good(&instance, &theirs).await);
}

async fn whatever_comes_at_once_two_are_accepted_at_most(instance: Instance) {
    instance.set_up().await;
    let (owner, mut rotated) = (instance.owner().await, 0);
    for _ in 0..rounds(20, 200) {
        let old = Arc::new(lasting_by(&instance, &owner, "ci").await);
        let answers = at_once(10, |_| {
            let (console, old) = (instance.console.clone(), old.clone());
            async move {
                let rotator = access::to_rotate_itself(&console, old.secret.expose(), &caller()).await?;
                tokens::rotate_itself(&console, &rotator, Overlap::Hour, None).await
            }
        });
        let mut won = Vec::new();
        for answer in answers.await {
            match answer {
                Ok(Outcome::Created(issued)) => won.push(issued),
                Ok(_) => panic!("without a key everything is new"),
                Err(Error::Conflict(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert!(!won.is_empty(), "one wins at least");
        assert_eq!(live(&instance, &old).await, 2);
        let mut good = 0;
        for issued in &won {
            good += usize::from(is_good(&instance, issued).await);
        }
        assert_eq!(good, 1, "one of the answers holds");
        assert!(is_good(&instance, &old).await);
        rotated += i64::try_from(won.len()).unwrap();
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.rotate'").await, rotated);
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn who_lost_the_answer_asks_again_with_the_old_secret(instance: Instance) {
    instance.set_up().await;
    let old = lasting(&instance, "ci").await;
    let lost = rotate(&instance, &old).await.unwrap();
    instance.advance(60);
    let found = rotate(&instance, &old).await.unwrap();
    assert_eq!(found.token.id, old.token.id);
    assert!(is_good(&instance, &old).await && !is_good(&instance, &lost).await && is_good(&instance, &found).await);
    // The newest one goes on, and then only the one before it is accepted beside.
    let next = rotate(&instance, &found).await.unwrap();
    assert!(!is_good(&instance, &old).await && is_good(&instance, &found).await && is_good(&instance, &next).await);
    let by_itself = "SELECT COUNT(*) FROM events WHERE action = 'token.rotate' AND actor_kind = 'token' AND actor_name = 'ci'";
    assert_eq!(instance.count(by_itself).await, 3);
    assert_eq!(instance.count("SELECT COUNT(*) FROM mails WHERE subject LIKE '%was rotated%'").await, 3);
}

async fn a_replaced_secret_does_not_rotate_what_is_at_work(instance: Instance) {
    instance.set_up().await;
    let old = lasting(&instance, "ci").await;
    let new = rotate(&instance, &old).await.unwrap();
    assert!(is_good(&instance, &new).await);
    instance.console.0.usage.settle().await.unwrap();
    let before = instance.shape().await;
    assert!(matches!(rotate(&instance, &old).await, Err(Error::Conflict(why)) if why.contains("in use")));
    assert_eq!(instance.shape().await, before);
    assert!(is_good(&instance, &old).await && is_good(&instance, &new).await);
}

async fn a_key_makes_many_attempts_one(instance: Instance) {
    instance.set_up().await;
    let old = lasting(&instance, "ci").await;
    let key = IdempotencyKey::parse(b"k").unwrap();
    let attempt = async |with: &Issued, body: &str| {
        let rotator = arrive(&instance, with).await.unwrap();
        tokens::rotate_itself(&instance.console, &rotator, Overlap::FirstUse, Some((&key, body.as_bytes()))).await.unwrap()
    };
    // Both are on their way before either is done.
    let (one, other) = (arrive(&instance, &old).await.unwrap(), arrive(&instance, &old).await.unwrap());
    let both = async |rotator: &Rotator| tokens::rotate_itself(&instance.console, rotator, Overlap::FirstUse, Some((&key, b"{}"))).await;
    let Ok(Outcome::Created(first)) = both(&one).await else { panic!("one wins") };
    assert!(matches!(both(&other).await, Err(Error::Conflict(_))), "and keeps what it was answered");
    let Outcome::Reissued(second) = attempt(&old, "{}").await else { panic!("nobody used the first") };
    let Outcome::Reissued(third) = attempt(&old, "{}").await else { panic!("nobody used the second") };
    assert!(!is_good(&instance, &first).await && !is_good(&instance, &second).await);
    assert_eq!(live(&instance, &old).await, 2);
    assert!(matches!(attempt(&old, "{ }").await, Outcome::Reused));
    assert!(is_good(&instance, &third).await);
    instance.console.0.usage.settle().await.unwrap();
    assert!(!is_good(&instance, &old).await, "the first use has ended it");
    assert!(matches!(attempt(&third, "{}").await, Outcome::Spent(id) if id == old.token.id));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.rotate'").await, 1);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.reissue'").await, 2);
}

async fn an_overlap_and_the_permission_are_needed(instance: Instance) {
    instance.set_up().await;
    let token = lasting(&instance, "ci").await;
    let owner = instance.owner().await;
    let plain = NewToken { lifetime: Lifetime::Never, ..new_token("plain", Role::Developer) };
    let plain = tokens::create(&instance.console, &owner, plain).await.unwrap();
    let rotator = arrive(&instance, &token).await.unwrap();
    let before = instance.shape().await;
    let refused = tokens::rotate_itself(&instance.console, &rotator, Overlap::Now, None).await;
    assert!(matches!(refused, Err(Error::Invalid { field: "overlap", .. })));
    assert!(matches!(arrive(&instance, &plain).await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
    // What is taken away while the request is on its way is not used any more.
    let narrower = domain::Change { rights: Some(plain.token.rights()), ..domain::Change::default() };
    tokens::edit(&instance.console, &owner, &token.token.id.to_string(), None, narrower).await.unwrap();
    assert!(matches!(go_on(&instance, &rotator).await, Err(Error::Conflict(_))));
}

/// A token with three generations, the first of which is over: the rest of them.
async fn generations(instance: &Instance, label: &str) -> [Issued; 3] {
    let first = lasting(instance, label).await;
    let second = rotate(instance, &first).await.unwrap();
    let third = rotate(instance, &second).await.unwrap();
    assert!(!is_good(instance, &first).await && is_good(instance, &second).await && is_good(instance, &third).await);
    [first, second, third]
}

async fn an_ended_secret_ends_the_family_once(instance: Instance) {
    instance.set_up().await;
    let family = generations(&instance, "ci").await;
    let other = lasting(&instance, "other").await;
    let mails = instance.count("SELECT COUNT(*) FROM mails").await;
    assert!(matches!(rotate(&instance, &family[0]).await, Err(Error::Unauthenticated)));
    for secret in &family {
        assert!(!is_good(&instance, secret).await);
    }
    assert!(is_good(&instance, &other).await);
    let found = tokens::find(&instance.console, &instance.owner().await, &family[0].token.id.to_string()).await.unwrap();
    assert!(matches!(found.state, domain::State::Revoked { by, .. } if by == "Jeton"));
    for action in ["token.reuse_detected", "token.revoke"] {
        let sql = "SELECT COUNT(*) FROM events WHERE action = $1 AND actor_kind = 'system' AND target_name = 'ci'";
        let recorded: i64 =
            crate::store::on_db!(&instance.console.0.db, |pool| { sqlx::query_scalar(sql).bind(action).fetch_one(pool).await.unwrap() });
        assert_eq!(recorded, 1, "{action}");
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM mails").await, mails + 1, "the owner is told");
    assert_eq!(instance.count("SELECT COUNT(*) FROM mails WHERE subject LIKE '%old secret was used again%'").await, 1);
    // Once more, by any of them, there is nothing left to end.
    let before = instance.shape().await;
    for secret in &family {
        assert!(matches!(rotate(&instance, secret).await, Err(Error::Unauthenticated)));
    }
    assert_eq!(instance.shape().await, before);
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
    // Ten at once are one end.
    let family = generations(&instance, "cd").await;
    let first = Arc::new(family);
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (console, first) = (instance.console.clone(), first.clone());
            tokio::spawn(async move { access::to_rotate_itself(&console, first[0].secret.expose(), &caller()).await.map(|_| ()) })
        })
        .collect();
    for task in tasks {
        assert!(matches!(task.await.unwrap(), Err(Error::Unauthenticated)));
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.reuse_detected'").await, 2);
}

/// Whoever asks with the old secret may be a thief: then the one whose secret was taken for lost finds out, and ends both.
async fn a_secret_that_was_taken_for_lost_ends_the_family_too(instance: Instance) {
    instance.set_up().await;
    let stolen = lasting(&instance, "ci").await;
    let victims = rotate(&instance, &stolen).await.unwrap();
    instance.advance(60);
    let thiefs = rotate(&instance, &stolen).await.unwrap();
    assert!(is_good(&instance, &thiefs).await && !is_good(&instance, &victims).await);
    assert!(matches!(rotate(&instance, &victims).await, Err(Error::Unauthenticated)));
    assert!(!is_good(&instance, &thiefs).await && !is_good(&instance, &stolen).await);
}

async fn what_is_over_or_does_not_rotate_itself_is_left_alone(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let revoked = generations(&instance, "revoked").await;
    tokens::revoke(&instance.console, &owner, &revoked[0].token.id.to_string(), "revoked", None).await.unwrap();
    let expired = generations(&instance, "expired").await;
    instance.execute("UPDATE tokens SET expires_at = 1 WHERE label = 'expired'").await.unwrap();
    let mut plain = new_token("plain", Role::Developer);
    plain.lifetime = Lifetime::Never;
    let plain = tokens::create(&instance.console, &owner, plain).await.unwrap();
    tokens::rotate(&instance.console, &owner, &plain.token.id.to_string(), Overlap::Now).await.unwrap();
    // Ended, but presented for something else: counted, as ever.
    let elsewhere = generations(&instance, "elsewhere").await;
    let before = instance.shape().await;
    assert!(!is_good(&instance, &elsewhere[0]).await);
    for over in [&revoked[0], &revoked[2], &expired[0], &expired[2], &plain] {
        assert!(matches!(rotate(&instance, over).await, Err(Error::Unauthenticated)));
    }
    for nonsense in ["", "jto_", "jto_00000000000000000000000000000000000000"] {
        assert!(matches!(access::to_rotate_itself(&instance.console, nonsense, &caller()).await, Err(Error::Unauthenticated)));
    }
    assert_eq!(instance.shape().await, before);
    assert!(is_good(&instance, &elsewhere[2]).await);
    // What is only switched off could be switched on again, so it ends.
    let off = generations(&instance, "off").await;
    tokens::disable(&instance.console, &owner, &off[0].token.id.to_string()).await.unwrap();
    assert!(matches!(rotate(&instance, &off[2]).await, Err(Error::Unauthenticated)));
    assert_eq!(
        instance.count("SELECT COUNT(*) FROM tokens WHERE label = 'off' AND revoked_at IS NULL").await,
        1,
        "a good one ends nothing"
    );
    assert!(matches!(rotate(&instance, &off[0]).await, Err(Error::Unauthenticated)));
    assert_eq!(instance.count("SELECT COUNT(*) FROM tokens WHERE label = 'off' AND revoked_at IS NOT NULL").await, 1);
}

/// What has cut honest clients off elsewhere: an answer that was lost, two jobs that start together, a job that is started again with the
/// secret it began with, and one that goes on using the old secret for other things.
async fn no_honest_client_loses_access(instance: Instance) {
    instance.set_up().await;
    let old = lasting(&instance, "lost answer").await;
    rotate(&instance, &old).await.unwrap();
    instance.advance(60);
    let found = rotate(&instance, &old).await.unwrap();
    assert!(is_good(&instance, &found).await);

    let old = lasting(&instance, "two jobs").await;
    let (one, other) = (arrive(&instance, &old).await.unwrap(), arrive(&instance, &old).await.unwrap());
    let new = go_on(&instance, &other).await.unwrap();
    assert!(matches!(go_on(&instance, &one).await, Err(Error::Conflict(_))));
    assert!(matches!(rotate(&instance, &old).await, Err(Error::Conflict(_))), "asking again at once takes the answer from nobody");
    assert!(is_good(&instance, &new).await && is_good(&instance, &old).await);

    let old = lasting(&instance, "job started again").await;
    let new = rotate(&instance, &old).await.unwrap();
    assert!(is_good(&instance, &new).await);
    assert!(matches!(rotate(&instance, &old).await, Err(Error::Conflict(_))));
    assert!(is_good(&instance, &new).await && is_good(&instance, &old).await);

    let old = lasting(&instance, "straggler").await;
    let new = rotate(&instance, &old).await.unwrap();
    instance.advance(3600);
    assert!(!is_good(&instance, &old).await && is_good(&instance, &new).await);
}

async fn whatever_is_done_two_are_accepted_at_most(instance: Instance) {
    instance.set_up().await;
    let mut runner = TestRunner::default();
    // Rotate with the newest or the one before, use the newest, or wait.
    let step = prop_oneof![3 => Just('n'), 2 => Just('o'), 2 => Just('u'), 1 => Just('w')];
    let owner = instance.owner().await;
    for round in 0..rounds(6, 200) {
        let steps = proptest::collection::vec(step.clone(), 1..10).new_tree(&mut runner).unwrap().current();
        let mut known = vec![lasting_by(&instance, &owner, &format!("round {round}")).await];
        for step in &steps {
            let newest = known.len() - 1;
            let with = match step {
                'n' => Some(newest),
                // One that is still accepted: an ended one would end them all, which is told elsewhere.
                'o' => match newest.checked_sub(1) {
                    Some(before) if is_good(&instance, &known[before]).await => Some(before),
                    _ => None,
                },
                'u' => {
                    assert!(is_good(&instance, &known[newest]).await, "{steps:?}");
                    None
                }
                _ => {
                    instance.advance(1800);
                    None
                }
            };
            if let Some(with) = with {
                match rotate(&instance, &known[with]).await {
                    Ok(issued) => known.push(issued),
                    Err(Error::Conflict(_)) if with != newest => {}
                    Err(error) => panic!("{steps:?}: {error}"),
                }
            }
            assert!((1..=2).contains(&live(&instance, &known[0]).await), "{steps:?}");
        }
        assert!(is_good(&instance, known.last().unwrap()).await, "{steps:?}");
    }
}

async fn nothing_is_half_done(instance: Instance) {
    instance.set_up().await;
    let old = lasting(&instance, "ci").await;
    let family = generations(&instance, "family").await;
    instance.console.0.usage.settle().await.unwrap();
    let before = instance.shape().await;
    for table in ["events", "mails"] {
        instance.break_inserts(table).await;
        assert!(matches!(rotate(&instance, &old).await, Err(Error::Internal(_))), "{table}");
        assert!(matches!(arrive(&instance, &family[0]).await, Err(Error::Internal(_))), "{table}");
        instance.mend(table).await;
        assert_eq!(instance.shape().await, before, "{table}");
    }
    assert!(is_good(&instance, &old).await && is_good(&instance, &family[2]).await);
}

async fn what_is_printed_of_an_access_holds_no_digest(instance: Instance) {
    instance.set_up().await;
    let issued = lasting(&instance, "ci").await;
    let digest = instance.console.0.keys.token(issued.secret.presented());
    let rotator = arrive(&instance, &issued).await.unwrap();
    assert_eq!(rotator.presented(), digest);
    let printed = format!("{rotator:?}");
    assert!(printed.contains(&issued.token.id.to_string()), "{printed}");
    assert!(!printed.contains(&format!("{digest:?}")), "{printed}");
}
