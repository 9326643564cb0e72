//! Rotating, ending an overlap, replacing; what is used and presented meanwhile.

use std::{sync::Arc, time::Duration};

use domain::{Cause, Issued, Overlap, Permission, PermissionSet, Role, Verdict};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use test_database::rounds;

use super::{Instance, at_once, caller, new_token, on_both};
use crate::{Access, Caller, Error, Verifier, access, tokens, usage, verify};

on_both![
    both_are_accepted_until_the_very_end_of_the_overlap,
    a_list_is_told_which_tokens_are_being_rotated,
    all_but_the_secret_stays,
    only_one_generation_back_is_accepted,
    a_newest_secret_that_was_never_used_is_the_one_that_ends,
    now_leaves_the_newest_alone,
    the_first_use_of_the_new_one_ends_the_old_one,
    what_the_first_use_could_not_end_the_next_one_ends,
    whatever_is_done_two_are_accepted_at_most_and_the_newest_always,
    ten_rotations_at_once_leave_one_current_secret,
    of_ten_forms_that_saw_the_same_secret_one_rotates,
    ending_an_overlap_is_true_when_it_is_answered,
    what_is_over_or_too_strong_is_not_rotated,
    another_organization_rotates_nothing,
    nothing_changes_when_the_event_cannot_be_written,
    nothing_changes_when_the_secret_cannot_be_written,
    who_uses_the_old_secret_is_known_and_bounded,
    no_secret_outlives_its_token,
    what_is_dead_is_counted_and_tells_nobody_else,
    a_replacement_has_the_same_settings_and_names_the_old_one,
    what_is_in_force_is_not_replaced,
];

/// Somebody with the right to verify, who stays when the clock moves.
async fn verifier(instance: &Instance, owner: &Access) -> Verifier {
    let mut new = new_token("verifier", Role::Viewer);
    new.lifetime = domain::Lifetime::Never;
    new.permissions = [Permission::TOKEN_VERIFY].into_iter().collect();
    let issued = tokens::create(&instance.console, owner, new).await.unwrap();
    access::to_verify(&instance.console, issued.secret.expose(), &caller()).await.unwrap()
}

async fn lasting(instance: &Instance, owner: &Access, label: &str) -> Issued {
    let mut new = new_token(label, Role::Developer);
    new.lifetime = domain::Lifetime::Never;
    tokens::create(&instance.console, owner, new).await.unwrap()
}

async fn rotate(instance: &Instance, owner: &Access, token: &Issued, overlap: Overlap) -> Issued {
    tokens::rotate(&instance.console, owner, &token.token.id.to_string(), overlap).await.unwrap()
}

async fn judge(instance: &Instance, verifier: Verifier, presented: &Issued) -> Verdict {
    verify::verify(&instance.console, verifier, &caller(), presented.secret.expose(), None).await.unwrap().verdict
}

/// Which of these are accepted.
async fn accepted<const N: usize>(instance: &Instance, verifier: Verifier, presented: [&Issued; N]) -> [bool; N] {
    let mut answers = [false; N];
    for (answer, presented) in answers.iter_mut().zip(presented) {
        let verdict = judge(instance, verifier, presented).await;
        assert!(matches!(verdict, Verdict::Valid | Verdict::NotFound), "an ended secret is like an unknown one");
        *answer = verdict == Verdict::Valid;
    }
    answers
}

async fn use_it(instance: &Instance, presented: &Issued) -> Result<(), Error> {
    access::by_token(&instance.console, presented.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.map(|_| ())
}

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

async fn both_are_accepted_until_the_very_end_of_the_overlap(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let micro = Duration::from_micros(1);
    for overlap in Overlap::ALL.into_iter().filter(|overlap| *overlap != Overlap::Now) {
        let old = lasting(&instance, &owner, overlap.as_str()).await;
        let new = rotate(&instance, &owner, &old, overlap).await;
        let length = overlap.ends(instance.console.now()).since(instance.console.now());
        instance.clock.advance(length.checked_sub(micro).unwrap());
        assert_eq!(judge(&instance, verifier, &old).await, Verdict::Valid, "{overlap}, 1 µs before");
        instance.clock.advance(micro);
        assert_eq!(accepted(&instance, verifier, [&old, &new]).await, [false, true], "{overlap}, at its end");
        assert!(matches!(use_it(&instance, &old).await, Err(Error::Unauthenticated)));
        instance.clock.advance(micro);
        assert_eq!(accepted(&instance, verifier, [&old, &new]).await, [false, true], "{overlap}, 1 µs after");
    }
    let old = lasting(&instance, &owner, "now").await;
    let new = rotate(&instance, &owner, &old, Overlap::Now).await;
    assert_eq!(accepted(&instance, verifier, [&old, &new]).await, [false, true]);
}

async fn a_list_is_told_which_tokens_are_being_rotated(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (old, other, off) =
        (lasting(&instance, &owner, "a").await, lasting(&instance, &owner, "b").await, lasting(&instance, &owner, "c").await);
    let listed = async |access: &Access, view: &str| {
        let listed = tokens::list(&instance.console, access, &domain::TokenQuery::parse(view).unwrap()).await.unwrap();
        (listed.page.items.len(), listed.rotating)
    };
    let rotating = async || listed(&owner, "").await.1;
    assert_eq!(listed(&owner, "").await, (3, vec![]));
    rotate(&instance, &owner, &old, Overlap::Hour).await;
    rotate(&instance, &owner, &off, Overlap::Now).await;
    let ends_at = Overlap::Hour.ends(instance.console.now());
    let found = rotating().await;
    assert_eq!(found, [(old.token.id, domain::OldSecret { hint: old.token.hint.clone(), ends_at })]);
    tokens::revoke(&instance.console, &owner, &old.token.id.to_string(), "a", None).await.unwrap();
    assert_eq!(listed(&owner, "view=inactive").await, (1, vec![]), "what is over is not being rotated");
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let hank = instance.actor("hank@globex.test").await;
    let hank = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    assert_eq!(listed(&hank, "").await, (0, vec![]));
    rotate(&instance, &owner, &other, Overlap::Hour).await;
    assert_eq!(rotating().await.len(), 1);
    instance.advance(60 * 60);
    assert_eq!(rotating().await, [], "at the very end of the overlap");
}

async fn all_but_the_secret_stays(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let old = lasting(&instance, &owner, "ci").await;
    instance.advance(60);
    let new = rotate(&instance, &owner, &old, Overlap::Day).await;
    assert_ne!(new.secret.expose(), old.secret.expose());
    assert_eq!(new.token, domain::Token { hint: new.secret.hint(), ..old.token.clone() });
    assert_eq!(tokens::find(&instance.console, &owner, &old.token.id.to_string()).await.unwrap(), new.token);
    let details: String = crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT details FROM events WHERE action = 'token.rotate'").fetch_one(pool).await.unwrap()
    });
    let details: serde_json::Value = serde_json::from_str(&details).unwrap();
    let expected = serde_json::json!({
        "hint": new.token.hint.as_str(),
        "old_hint": old.token.hint.as_str(),
        "overlap": "24h",
        "overlap_ends_at": "2026-11-23T09:06:00.000Z",
        "ended_hints": [],
    });
    assert_eq!(details, expected);
}

async fn only_one_generation_back_is_accepted(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let first = lasting(&instance, &owner, "ci").await;
    use_it(&instance, &first).await.unwrap();
    let second = rotate(&instance, &owner, &first, Overlap::Week).await;
    use_it(&instance, &second).await.unwrap();
    let third = rotate(&instance, &owner, &first, Overlap::Week).await;
    use_it(&instance, &third).await.unwrap();
    let fourth = rotate(&instance, &owner, &first, Overlap::Week).await;
    assert_eq!(accepted(&instance, verifier, [&first, &second, &third, &fourth]).await, [false, false, true, true]);
}

async fn a_newest_secret_that_was_never_used_is_the_one_that_ends(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let at_work = lasting(&instance, &owner, "ci").await;
    let lost = rotate(&instance, &owner, &at_work, Overlap::SixHours).await;
    instance.advance(3600);
    let found = rotate(&instance, &owner, &at_work, Overlap::Hour).await;
    assert_eq!(accepted(&instance, verifier, [&at_work, &lost, &found]).await, [true, false, true]);
    // The overlap that was chosen first goes on: five hours are left of it.
    instance.advance(5 * 3600 - 1);
    assert_eq!(accepted(&instance, verifier, [&at_work, &found]).await, [true, true]);
    instance.advance(1);
    assert_eq!(accepted(&instance, verifier, [&at_work, &found]).await, [false, true]);
    // Without an overlap nobody knows that a secret which was never used is lost: it keeps the overlap that was chosen for it.
    let fresh = lasting(&instance, &owner, "fresh").await;
    let next = rotate(&instance, &owner, &fresh, Overlap::Hour).await;
    assert_eq!(accepted(&instance, verifier, [&fresh, &next]).await, [true, true]);
}

async fn now_leaves_the_newest_alone(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let first = lasting(&instance, &owner, "ci").await;
    let second = rotate(&instance, &owner, &first, Overlap::Week).await;
    let third = rotate(&instance, &owner, &first, Overlap::Now).await;
    assert_eq!(accepted(&instance, verifier, [&first, &second, &third]).await, [false, false, true]);
    assert!(tokens::rotation(&instance.console, &owner, &first.token.id.to_string()).await.unwrap().rotation.is_none());
}

async fn the_first_use_of_the_new_one_ends_the_old_one(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let old = lasting(&instance, &owner, "ci").await;
    let new = rotate(&instance, &owner, &old, Overlap::FirstUse).await;
    for _ in 0..3 {
        use_it(&instance, &old).await.unwrap();
        instance.console.0.usage.settle().await.unwrap();
    }
    assert_eq!(live(&instance, &old).await, 2, "using the old one ends nothing");
    // Asking for more than it may do is no use of it.
    let refused = access::by_token(&instance.console, new.secret.expose(), &caller(), Permission::API_KEY_READ).await;
    assert!(matches!(refused, Err(Error::Forbidden)));
    instance.console.0.usage.settle().await.unwrap();
    assert_eq!(live(&instance, &old).await, 2);
    use_it(&instance, &new).await.unwrap();
    instance.console.0.usage.settle().await.unwrap();
    assert_eq!(accepted(&instance, verifier, [&old, &new]).await, [false, true]);
    use_it(&instance, &new).await.unwrap();
    instance.console.0.usage.settle().await.unwrap();
    let ended = "SELECT COUNT(*) FROM events WHERE action = 'token.end_overlap' AND actor_kind = 'token' AND actor_name = 'ci'";
    assert_eq!(instance.count(ended).await, 1);
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
    // An overlap of a fixed length is not ended by it.
    let next = rotate(&instance, &owner, &old, Overlap::Hour).await;
    use_it(&instance, &next).await.unwrap();
    instance.console.0.usage.settle().await.unwrap();
    assert_eq!(accepted(&instance, verifier, [&new, &next]).await, [true, true]);
}

async fn what_the_first_use_could_not_end_the_next_one_ends(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let old = lasting(&instance, &owner, "ci").await;
    let new = rotate(&instance, &owner, &old, Overlap::FirstUse).await;
    instance.break_inserts("events").await;
    use_it(&instance, &new).await.unwrap();
    let settled = instance.console.0.usage.settle().await;
    assert!(matches!(settled, Err(crate::Error::Unavailable(_))), "who asks is not told that all is written");
    assert_eq!(accepted(&instance, verifier, [&old, &new]).await, [true, true], "without its event nothing ends");
    instance.mend("events").await;
    use_it(&instance, &new).await.unwrap();
    instance.console.0.usage.settle().await.unwrap();
    assert_eq!(accepted(&instance, verifier, [&old, &new]).await, [false, true]);
}

#[derive(Debug, Clone)]
enum Step {
    Rotate(Overlap),
    EndOverlap,
    UseNewest,
    UseOlder,
    Wait(u64),
}

async fn whatever_is_done_two_are_accepted_at_most_and_the_newest_always(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let step = prop_oneof![
        4 => proptest::sample::select(&Overlap::ALL[..]).prop_map(Step::Rotate),
        1 => Just(Step::EndOverlap),
        3 => Just(Step::UseNewest),
        2 => Just(Step::UseOlder),
        2 => proptest::sample::select(vec![1_u64, 3600, 21_600, 604_800]).prop_map(Step::Wait),
    ];
    let mut runner = TestRunner::default();
    for round in 0..rounds(6, 1000) {
        let steps = proptest::collection::vec(step.clone(), 1..12).new_tree(&mut runner).unwrap().current();
        let mut generations = vec![lasting(&instance, &owner, &format!("round {round}")).await];
        let id = generations[0].token.id.to_string();
        for step in &steps {
            match step {
                Step::Rotate(overlap) => {
                    let issued = rotate(&instance, &owner, &generations[0], *overlap).await;
                    generations.push(issued);
                }
                Step::EndOverlap => {
                    tokens::end_overlap(&instance.console, &owner, &id).await.unwrap();
                    assert_eq!(live(&instance, &generations[0]).await, 1, "{steps:?}");
                }
                Step::UseNewest => use_it(&instance, generations.last().unwrap()).await.unwrap(),
                Step::UseOlder => {
                    let older = &generations[generations.len().saturating_sub(2)];
                    let _ = use_it(&instance, older).await;
                }
                Step::Wait(seconds) => instance.advance(*seconds),
            }
            let (newest, older) = generations.split_last().unwrap();
            assert_eq!(judge(&instance, verifier, newest).await, Verdict::Valid, "{steps:?}");
            let mut alive = 1;
            for secret in older {
                alive += i64::from(judge(&instance, verifier, secret).await == Verdict::Valid);
            }
            assert!(alive <= 2, "{steps:?}");
        }
        assert_eq!(tokens::find(&instance.console, &owner, &id).await.unwrap().hint, generations.last().unwrap().token.hint);
    }
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn ten_rotations_at_once_leave_one_current_secret(instance: Instance) {
    instance.set_up().await;
    let owner = Arc::new(instance.owner().await);
    let verifier = verifier(&instance, &owner).await;
    for round in 1..=i64::try_from(rounds(10, 200)).unwrap() {
        let first = lasting(&instance, &owner, "ci").await;
        let issued = at_once(10, |_| {
            let (console, owner, id) = (instance.console.clone(), owner.clone(), first.token.id.to_string());
            async move { tokens::rotate(&console, &owner, &id, Overlap::Hour).await.unwrap() }
        });
        let issued = issued.await;
        // The verifier has one too.
        assert_eq!(instance.count("SELECT COUNT(*) FROM token_secrets WHERE ends_at IS NULL").await, 1 + round);
        assert_eq!(live(&instance, &first).await, 2);
        let mut alive = 0;
        for secret in &issued {
            alive += i32::from(judge(&instance, verifier, secret).await == Verdict::Valid);
        }
        assert_eq!(alive, 1, "one of the new secrets is current, the others were never used");
        assert_eq!(judge(&instance, verifier, &first).await, Verdict::Valid, "who was at work is not cut off");
        assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.rotate'").await, 10 * round);
    }
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn of_ten_forms_that_saw_the_same_secret_one_rotates(instance: Instance) {
    instance.set_up().await;
    let owner = Arc::new(instance.owner().await);
    let verifier = verifier(&instance, &owner).await;
    let old = lasting(&instance, &owner, "ci").await;
    let seen = old.token.hint.to_string();
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let (console, owner, id, seen) = (instance.console.clone(), owner.clone(), old.token.id.to_string(), seen.clone());
            tokio::spawn(async move { tokens::rotate_seen(&console, &owner, &id, &seen, Overlap::Hour).await })
        })
        .collect();
    let mut attempts = Vec::new();
    for task in tasks {
        attempts.push(task.await.unwrap());
    }
    let (won, lost): (Vec<_>, Vec<_>) = attempts.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 9));
    for refused in lost {
        let Err(Error::Overtaken(how)) = refused else { panic!("it was rotated meanwhile") };
        assert!(how.contains("by Ada") && how.contains(&format!("The old secret {seen} works until")), "{how}");
    }
    let (new, kept) = won.into_iter().next().unwrap().unwrap();
    assert_eq!(kept.map(|old| old.hint), Some(old.token.hint.clone()));
    assert_eq!(accepted(&instance, verifier, [&old, &new]).await, [true, true]);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.rotate'").await, 1);
    // Without an overlap there is nothing left to tell but that.
    let id = old.token.id.to_string();
    let seen = async |seen: &str| tokens::rotate_seen(&instance.console, &owner, &id, seen, Overlap::Now).await;
    let (newest, kept) = seen(new.token.hint.as_str()).await.unwrap();
    assert_eq!((kept, accepted(&instance, verifier, [&old, &new, &newest]).await), (None, [false, false, true]));
    let Err(Error::Overtaken(how)) = seen("").await else { panic!("nothing was seen") };
    assert!(how.contains("The old secret no longer works") && how.contains(newest.token.hint.as_str()), "{how}");
}

async fn ending_an_overlap_is_true_when_it_is_answered(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let old = lasting(&instance, &owner, "ci").await;
    let id = old.token.id.to_string();
    let new = rotate(&instance, &owner, &old, Overlap::Week).await;
    tokens::end_overlap(&instance.console, &owner, &id).await.unwrap();
    assert_eq!(accepted(&instance, verifier, [&old, &new]).await, [false, true]);
    let (other, background) = instance.again().await.unwrap();
    let elsewhere = verify::verify(&other, verifier, &caller(), old.secret.expose(), None).await.unwrap().verdict;
    assert_eq!(elsewhere, Verdict::NotFound);
    background.stop().await;
    // A server whose clock is behind, or was set back, knows it too: what somebody has ended is ended whatever the time.
    instance.clock.set_back(Duration::from_secs(5));
    assert_eq!(accepted(&instance, verifier, [&old, &new]).await, [false, true]);
    instance.advance(5);
    // Once more is no error and no second event.
    tokens::end_overlap(&instance.console, &owner, &id).await.unwrap();
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.end_overlap'").await, 1);
}

async fn what_is_over_or_too_strong_is_not_rotated(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let expired = tokens::create(&instance.console, &owner, new_token("expired", Role::Viewer)).await.unwrap();
    let revoked = lasting(&instance, &owner, "revoked").await;
    tokens::revoke(&instance.console, &owner, &revoked.token.id.to_string(), "revoked", None).await.unwrap();
    instance.advance(3600);
    let owner = instance.owner().await;
    let mut strong = new_token("strong", Role::Viewer);
    strong.permissions = "organization:delete".parse().into_iter().collect::<PermissionSet>();
    let strong = tokens::create(&instance.console, &owner, strong).await.unwrap();
    let adam = instance.actor("adam@acme.test").await;
    let admin = access::to_organization(&instance.console, Some(&adam), &caller(), "acme", Permission::API_KEY_UPDATE).await.unwrap();
    let mut asks = new_token("asks", Role::Viewer);
    asks.permissions = [Permission::TOKEN_VERIFY].into_iter().collect();
    let asks = tokens::create(&instance.console, &owner, asks).await.unwrap();
    let bearer = access::by_token(&instance.console, asks.secret.expose(), &caller(), Permission::TOKEN_VERIFY).await.unwrap();
    let before = instance.shape().await;
    for (over, says) in [(&expired, "expired"), (&revoked, "revoked")] {
        let id = over.token.id.to_string();
        let refused = tokens::rotate(&instance.console, &owner, &id, Overlap::Hour).await;
        assert!(matches!(refused, Err(Error::Conflict(why)) if why.contains(says)));
        assert!(matches!(tokens::rotatable(&instance.console, &owner, &id).await, Err(Error::Conflict(_))));
    }
    let id = strong.token.id.to_string();
    assert!(matches!(tokens::rotate(&instance.console, &admin, &id, Overlap::Now).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::rotatable(&instance.console, &admin, &id).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::rotate(&instance.console, &bearer, &id, Overlap::Now).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::end_overlap(&instance.console, &bearer, &id).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::replace(&instance.console, &bearer, &id).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::chosen_overlap("2h"), Err(Error::Invalid { field: "overlap", .. })));
    assert_eq!(instance.shape().await, before);
    // A token that is switched off gets a new secret, and stays switched off.
    instance.execute("UPDATE tokens SET disabled_at = 1, disabled_by_name = 'Ada' WHERE label = 'strong'").await.unwrap();
    let rotated = rotate(&instance, &owner, &strong, Overlap::Hour).await;
    assert_eq!(judge(&instance, verifier, &rotated).await, Verdict::Disabled);
}

async fn another_organization_rotates_nothing(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let hank = instance.actor("hank@globex.test").await;
    let globex = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    let old = lasting(&instance, &owner, "ci").await;
    rotate(&instance, &owner, &old, Overlap::Week).await;
    let gone = lasting(&instance, &owner, "gone").await;
    tokens::revoke(&instance.console, &owner, &gone.token.id.to_string(), "gone", None).await.unwrap();
    let before = instance.shape().await;
    for id in [old.token.id.to_string(), gone.token.id.to_string(), "tok_x".to_owned(), String::new()] {
        assert!(matches!(tokens::rotate(&instance.console, &globex, &id, Overlap::Now).await, Err(Error::NotFound)));
        assert!(matches!(tokens::end_overlap(&instance.console, &globex, &id).await, Err(Error::NotFound)));
        assert!(matches!(tokens::rotation(&instance.console, &globex, &id).await, Err(Error::NotFound)));
        assert!(matches!(tokens::rotatable(&instance.console, &globex, &id).await, Err(Error::NotFound)));
        assert!(matches!(tokens::replace(&instance.console, &globex, &id).await, Err(Error::NotFound)));
        assert!(matches!(tokens::replacement(&instance.console, &globex, &id).await, Err(Error::NotFound)));
    }
    assert_eq!(instance.shape().await, before);
    assert_eq!(live(&instance, &old).await, 2);
}

async fn nothing_changes_when_the_event_cannot_be_written(instance: Instance) {
    nothing_changes_without(&instance, "events").await;
}

async fn nothing_changes_when_the_secret_cannot_be_written(instance: Instance) {
    nothing_changes_without(&instance, "token_secrets").await;
}

async fn nothing_changes_without(instance: &Instance, table: &str) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(instance, &owner).await;
    let old = lasting(instance, &owner, "ci").await;
    let new = rotate(instance, &owner, &old, Overlap::Week).await;
    let gone = lasting(instance, &owner, "gone").await;
    tokens::revoke(&instance.console, &owner, &gone.token.id.to_string(), "gone", None).await.unwrap();
    let id = old.token.id.to_string();
    instance.break_inserts(table).await;
    let before = instance.shape().await;
    assert!(matches!(tokens::rotate(&instance.console, &owner, &id, Overlap::Now).await, Err(Error::Internal(_))));
    assert!(matches!(tokens::replace(&instance.console, &owner, &gone.token.id.to_string()).await, Err(Error::Internal(_))));
    if table == "events" {
        assert!(matches!(tokens::end_overlap(&instance.console, &owner, &id).await, Err(Error::Internal(_))));
    }
    assert_eq!(instance.shape().await, before);
    assert_eq!(accepted(instance, verifier, [&old, &new]).await, [true, true]);
    instance.mend(table).await;
    rotate(instance, &owner, &old, Overlap::Now).await;
    assert_eq!(accepted(instance, verifier, [&old, &new]).await, [false, false], "and everything works again");
}

async fn no_secret_outlives_its_token(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let of_a_day = tokens::NewToken { lifetime: domain::Lifetime::Minutes(1440), ..new_token("ci", Role::Viewer) };
    let old = tokens::create(&instance.console, &owner, of_a_day).await.unwrap();
    let id = old.token.id.to_string();
    rotate(&instance, &owner, &old, Overlap::Week).await;
    let rotation = async || tokens::rotation(&instance.console, &owner, &id).await.unwrap().rotation;
    assert_eq!(rotation().await.map(|rotation| rotation.ends_at), old.token.expires_at, "a week is longer than it lives");
    tokens::revoke(&instance.console, &owner, &id, "ci", None).await.unwrap();
    assert_eq!(rotation().await, None, "nothing of it is accepted any more");
}

async fn who_uses_the_old_secret_is_known_and_bounded(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let old = lasting(&instance, &owner, "ci").await;
    let id = old.token.id.to_string();
    let call = async |issued: &Issued, last: u8, program: &str| {
        let from = Caller::new("req".to_owned(), Some(std::net::IpAddr::from([10, 0, 0, last])), program);
        access::by_token(&instance.console, issued.secret.expose(), &from, Permission::ORGANIZATION_READ).await.unwrap();
    };
    let known = async || {
        instance.console.0.usage.settle().await.unwrap();
        tokens::rotation(&instance.console, &owner, &id).await.unwrap().rotation.unwrap()
    };
    call(&old, 1, "before").await;
    assert!(tokens::rotation(&instance.console, &owner, &id).await.unwrap().rotation.is_none());
    let new = rotate(&instance, &owner, &old, Overlap::Week).await;
    let begun = known().await;
    assert_eq!((begun.old, begun.new), (old.token.hint.clone(), new.token.hint.clone()));
    assert_eq!((begun.since, begun.ends_at), (instance.console.now(), Overlap::Week.ends(instance.console.now())));
    assert!(begun.users.is_empty() && !begun.new_is_used && !begun.until_first_use);
    call(&new, 1, "after").await;
    for _ in 0..3 {
        instance.advance(10);
        call(&old, 1, "nightly").await;
        call(&old, 2, "nightly").await;
    }
    instance.advance(1);
    call(&old, 1, "nightly").await;
    let later = known().await;
    assert!(later.new_is_used, "the new one was used, and is not among those who use the old one");
    let users: Vec<_> = later.users.iter().map(|user| (user.address.as_str(), user.user_agent.as_str(), user.times)).collect();
    assert_eq!(users, [("10.0.0.1", "nightly", 4), ("10.0.0.2", "nightly", 3)]);
    assert_eq!(later.users[0].last_used_at, instance.console.now());
    // In one batch and over several the most recent ones stay, and no more.
    for round in 0..3 {
        for number in 0..15 {
            instance.advance(1);
            call(&old, 9, &format!("program {round} {number}")).await;
        }
        instance.console.0.usage.settle().await.unwrap();
    }
    let many = known().await.users;
    assert_eq!(many.len(), 20);
    assert_eq!((many[0].user_agent.as_str(), many[19].user_agent.as_str()), ("program 2 14", "program 1 10"));
    assert_eq!(instance.count("SELECT COUNT(*) FROM token_secret_users").await, 20);
    // Of secrets that have ended nothing is kept once the next one has users.
    rotate(&instance, &owner, &old, Overlap::Hour).await;
    call(&new, 3, "straggler").await;
    assert_eq!(known().await.users.len(), 1);
    assert_eq!(instance.count("SELECT COUNT(*) FROM token_secret_users").await, 1);
}

async fn what_is_dead_is_counted_and_tells_nobody_else(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let hank = instance.actor("hank@globex.test").await;
    let globex = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    let mut new = new_token("theirs", Role::Viewer);
    new.permissions = [Permission::TOKEN_VERIFY].into_iter().collect();
    let theirs = tokens::create(&instance.console, &globex, new).await.unwrap();
    let foreign = access::by_token(&instance.console, theirs.secret.expose(), &caller(), Permission::TOKEN_VERIFY).await.unwrap();

    let old = lasting(&instance, &owner, "ci").await;
    let id = old.token.id.to_string();
    rotate(&instance, &owner, &old, Overlap::Now).await;
    let from = Caller::new("req".to_owned(), Some(std::net::IpAddr::from([10, 0, 0, 7])), "cron");
    let known = async || {
        instance.console.0.usage.settle().await.unwrap();
        tokens::rotation(&instance.console, &owner, &id).await.unwrap().refusals
    };
    assert!(known().await.is_empty());
    for _ in 0..4 {
        instance.advance(1);
        let refused = access::by_token(&instance.console, old.secret.expose(), &from, Permission::ORGANIZATION_READ).await;
        assert!(matches!(refused, Err(Error::Unauthenticated)));
        let told = verify::verify(&instance.console, verifier, &from, old.secret.expose(), None).await.unwrap();
        assert!(told.verdict == Verdict::NotFound && told.subject.is_none());
        // Another organization neither learns nor tells anything.
        assert_eq!(judge(&instance, foreign.verifier().unwrap(), &old).await, Verdict::NotFound);
    }
    let refusals = known().await;
    assert_eq!(refusals.len(), 1);
    assert_eq!((refusals[0].cause, refusals[0].times, &refusals[0].hint), (Cause::Ended, 8, &old.token.hint));
    assert_eq!((refusals[0].address.as_str(), refusals[0].user_agent.as_str()), ("10.0.0.7", "cron"));
    assert_eq!(refusals[0].last_at, instance.console.now());
    assert_eq!(tokens::find(&instance.console, &owner, &id).await.unwrap().last_used_at, None, "it is no use");

    // The dead token is counted too, by its state; a server that lags behind adds and does not say what was last.
    tokens::revoke(&instance.console, &owner, &id, "ci", None).await.unwrap();
    let ended = || usage::Refused {
        organization: owner.organization().id,
        token: old.token.id,
        cause: Cause::Ended,
        hint: old.token.hint.clone(),
        last: instance.console.now().minus(Duration::from_mins(1)),
        address: "late".to_owned(),
        user_agent: String::new(),
        times: 2,
    };
    crate::store::usage::upsert_refusals(&instance.console.0.db, &[ended()]).await.unwrap();
    let refusals = known().await;
    assert_eq!((refusals[0].times, refusals[0].address.as_str(), refusals[0].last_at), (10, "10.0.0.7", instance.console.now()));
    let gone = lasting(&instance, &owner, "gone").await;
    tokens::revoke(&instance.console, &owner, &gone.token.id.to_string(), "gone", None).await.unwrap();
    assert_eq!(judge(&instance, verifier, &gone).await, Verdict::Revoked);
    instance.console.0.usage.settle().await.unwrap();
    let refusals = tokens::rotation(&instance.console, &owner, &gone.token.id.to_string()).await.unwrap().refusals;
    assert_eq!((refusals.len(), refusals[0].cause, refusals[0].times), (1, Cause::Revoked, 1));
}

async fn a_replacement_has_the_same_settings_and_names_the_old_one(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let verifier = verifier(&instance, &owner).await;
    let mut new = new_token("ci", Role::Developer);
    new.description = domain::Description::parse("Deploys.\nAsk Grace.").unwrap();
    new.permissions = [Permission::TOKEN_VERIFY].into_iter().collect();
    let old = tokens::create(&instance.console, &owner, new).await.unwrap();
    let revoked = lasting(&instance, &owner, "lasting").await;
    tokens::revoke(&instance.console, &owner, &revoked.token.id.to_string(), "lasting", None).await.unwrap();
    instance.advance(86_400);
    let id = old.token.id.to_string();
    assert!(!tokens::replacement(&instance.console, &owner, &id).await.unwrap().label_in_use);
    let issued = tokens::replace(&instance.console, &owner, &id).await.unwrap();
    let now = instance.console.now();
    let expected = domain::Token {
        id: issued.token.id,
        hint: issued.secret.hint(),
        created_at: now,
        expires_at: Some(now.plus(Duration::from_hours(1))),
        ..old.token.clone()
    };
    assert_ne!(issued.token.id, old.token.id);
    assert_eq!(issued.token, expected);
    assert_eq!([judge(&instance, verifier, &old).await, judge(&instance, verifier, &issued).await], [Verdict::Expired, Verdict::Valid]);
    assert!(tokens::replacement(&instance.console, &owner, &id).await.unwrap().label_in_use, "whoever comes second is told");
    let lasting = tokens::replace(&instance.console, &owner, &revoked.token.id.to_string()).await.unwrap();
    assert_eq!(lasting.token.expires_at, None);
    let details: Vec<String> = crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT details FROM events WHERE action = 'token.create' ORDER BY seq DESC LIMIT 3")
            .fetch_all(pool)
            .await
            .unwrap()
    });
    let replaces: Vec<serde_json::Value> =
        details.iter().map(|details| serde_json::from_str::<serde_json::Value>(details).unwrap()["replaces"].clone()).collect();
    assert_eq!(replaces, [revoked.token.id.to_string().into(), id.into(), serde_json::Value::Null]);
}

async fn what_is_in_force_is_not_replaced(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    let owner = instance.owner().await;
    let active = lasting(&instance, &owner, "active").await;
    let disabled = lasting(&instance, &owner, "disabled").await;
    instance.execute("UPDATE tokens SET disabled_at = 1, disabled_by_name = 'Ada' WHERE label = 'disabled'").await.unwrap();
    let mut strong = new_token("strong", Role::Viewer);
    strong.permissions = "organization:delete".parse().into_iter().collect::<PermissionSet>();
    let strong = tokens::create(&instance.console, &owner, strong).await.unwrap();
    instance.advance(3600);
    let adam = instance.actor("adam@acme.test").await;
    let admin = access::to_organization(&instance.console, Some(&adam), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
    let before = instance.shape().await;
    for token in [&active, &disabled] {
        let refused = tokens::replace(&instance.console, &owner, &token.token.id.to_string()).await;
        assert!(matches!(refused, Err(Error::Conflict(_))));
    }
    assert!(matches!(tokens::replace(&instance.console, &admin, &strong.token.id.to_string()).await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
}
