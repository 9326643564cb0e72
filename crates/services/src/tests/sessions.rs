//! Setting up, signing in and out, and what it costs to guess.

use std::{net::IpAddr, time::Duration};

use super::{Instance, PASSWORD, caller, form, on_both};
use crate::{
    Caller, Error,
    organizations::{self, Password},
    sessions,
};

on_both![
    a_setup_link_works_once,
    an_old_or_unknown_link_does_nothing,
    twenty_setups_at_once_are_one,
    a_bad_password_sets_nothing_up,
    a_session_ends_when_idle_and_at_the_latest_after_half_a_day,
    signing_out_ends_the_session_at_once,
    wrong_passwords_and_unknown_people_are_answered_alike,
    guessing_stops_after_ten_and_the_owner_still_gets_in,
    guesses_at_once_are_no_more_than_guesses_in_turn,
    an_address_has_a_budget_too,
    a_device_cookie_is_good_for_its_own_account_only,
    old_hashes_are_replaced_when_their_owner_signs_in,
];

fn password(typed: &str) -> Password {
    Password::new(typed.to_owned())
}

async fn a_setup_link_works_once(instance: Instance) {
    let code = organizations::setup_code(&instance.console).await.unwrap().unwrap();
    let second = organizations::setup_code(&instance.console).await.unwrap().unwrap();
    let (made, signed_in) = organizations::set_up_with_code(&instance.console, &caller(), &code, &form("Acme & Sons")).await.unwrap();
    assert_eq!(made.organization.slug.as_str(), "acme-sons");
    assert!(sessions::find(&instance.console, &signed_in.session).await.unwrap().is_some());
    assert_eq!(organizations::setup_code(&instance.console).await.unwrap(), None);
    for used in [&code, &second] {
        let refused = organizations::set_up_with_code(&instance.console, &caller(), used, &form("Globex")).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "code", .. })));
    }
}

async fn an_old_or_unknown_link_does_nothing(instance: Instance) {
    let code = organizations::setup_code(&instance.console).await.unwrap().unwrap();
    let before = instance.shape().await;
    instance.advance(24 * 3600);
    for wrong in [code.as_str(), "", "AAAA"] {
        let refused = organizations::set_up_with_code(&instance.console, &caller(), wrong, &form("Acme")).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "code", .. })));
    }
    assert_eq!(instance.shape().await, before);
}

async fn twenty_setups_at_once_are_one(instance: Instance) {
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let console = instance.console.clone();
            tokio::spawn(async move { organizations::set_up(&console, &caller(), &form("Acme")).await.map(|_| ()) })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => done += 1,
            Err(Error::Conflict(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((done, instance.count("SELECT COUNT(*) FROM organizations").await), (1, 1));
}

async fn a_bad_password_sets_nothing_up(instance: Instance) {
    let before = instance.shape().await;
    for typed in ["short", "acme acme acme acme", "ada lovelace acme"] {
        let mut form = form("Acme");
        form.password = password(typed);
        let refused = organizations::set_up(&instance.console, &caller(), &form).await;
        assert!(matches!(refused, Err(Error::Invalid { field: "password", .. })), "{typed}");
    }
    assert_eq!(instance.shape().await, before);
}

async fn a_session_ends_when_idle_and_at_the_latest_after_half_a_day(instance: Instance) {
    instance.set_up().await;
    let cookie = instance.sign_in("ada@acme.test").await.session;
    let alive = async || sessions::find(&instance.console, &cookie).await.unwrap().is_some();
    instance.clock.advance(sessions::IDLE.checked_sub(Duration::from_micros(1)).unwrap());
    assert!(alive().await);
    instance.clock.advance(sessions::IDLE);
    assert!(!alive().await, "idle");

    let cookie = instance.sign_in("ada@acme.test").await.session;
    let alive = async || sessions::find(&instance.console, &cookie).await.unwrap().is_some();
    let steps = u32::try_from(sessions::ABSOLUTE.as_secs() / 1200).unwrap();
    for _ in 1..steps {
        instance.advance(1200);
        assert!(alive().await);
    }
    instance.advance(1200);
    assert!(!alive().await, "old");
}

async fn signing_out_ends_the_session_at_once(instance: Instance) {
    instance.set_up().await;
    let cookie = instance.sign_in("ada@acme.test").await.session;
    let other = instance.sign_in("ada@acme.test").await.session;
    assert_ne!(*cookie, *other);
    let actor = sessions::find(&instance.console, &cookie).await.unwrap().unwrap();
    sessions::sign_out(&instance.console, &caller(), &actor).await.unwrap();
    sessions::sign_out(&instance.console, &caller(), &actor).await.unwrap();
    assert!(sessions::find(&instance.console, &cookie).await.unwrap().is_none());
    assert!(sessions::find(&instance.console, &other).await.unwrap().is_some());
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'session.end'").await, 1);
}

async fn wrong_passwords_and_unknown_people_are_answered_alike(instance: Instance) {
    instance.set_up().await;
    let mut answers = Vec::new();
    for email in ["ada@acme.test", "nobody@acme.test", "not an address"] {
        let refused = sessions::sign_in(&instance.console, &caller(), email, &password("wrong"), None).await;
        answers.push(refused.err().unwrap().to_string());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

async fn guessing_stops_after_ten_and_the_owner_still_gets_in(instance: Instance) {
    instance.set_up().await;
    let device = instance.sign_in("ada@acme.test").await.device;
    let guess = async || sessions::sign_in(&instance.console, &caller(), "ada@acme.test", &password("wrong"), None).await.err().unwrap();
    for _ in 0..9 {
        assert!(matches!(guess().await, Error::Invalid { .. }));
    }
    let Error::TooMany { wait } = guess().await else { panic!("the budget is spent") };
    assert!(wait <= Duration::from_mins(1));
    let known = sessions::sign_in(&instance.console, &caller(), "ada@acme.test", &password(PASSWORD), Some(&device)).await;
    assert!(known.is_ok(), "a browser that signed in before has a budget of its own");
    instance.advance(60);
    assert!(matches!(guess().await, Error::Invalid { .. }), "one a minute");
    assert!(matches!(guess().await, Error::TooMany { .. }));
}

async fn guesses_at_once_are_no_more_than_guesses_in_turn(instance: Instance) {
    instance.set_up().await;
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let console = instance.console.clone();
            tokio::spawn(async move { sessions::sign_in(&console, &caller(), "ada@acme.test", &password("wrong"), None).await.err() })
        })
        .collect();
    let mut judged = 0;
    for task in tasks {
        if let Some(Error::Invalid { .. }) = task.await.unwrap() {
            judged += 1;
        }
    }
    assert!(judged <= 10, "{judged}");
}

async fn an_address_has_a_budget_too(instance: Instance) {
    instance.set_up().await;
    let from = |address: &str| Caller::new("req_test".to_owned(), Some(address.parse::<IpAddr>().unwrap()), "tests");
    let mut refused = 0;
    for number in 0..24 {
        let email = format!("user{number}@acme.test");
        // One network of IPv6 is one source, whichever of its addresses is used.
        let caller = from(&format!("2001:db8:1:2::{number:x}"));
        if let Err(Error::TooMany { .. }) = sessions::sign_in(&instance.console, &caller, &email, &password("wrong"), None).await {
            refused += 1;
        }
    }
    assert!((3..=4).contains(&refused), "{refused}");
    assert!(sessions::sign_in(&instance.console, &from("2001:db8:1:3::1"), "ada@acme.test", &password(PASSWORD), None).await.is_ok());
}

async fn a_device_cookie_is_good_for_its_own_account_only(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", domain::Role::Owner, "hank@globex.test").await;
    let hank = instance.sign_in("hank@globex.test").await.device;
    for _ in 0..10 {
        let _ = sessions::sign_in(&instance.console, &caller(), "ada@acme.test", &password("wrong"), None).await;
    }
    for device in [hank.as_str(), "", "x.y", "."] {
        let refused = sessions::sign_in(&instance.console, &caller(), "ada@acme.test", &password(PASSWORD), Some(device)).await;
        assert!(matches!(refused, Err(Error::TooMany { .. })), "{device}");
    }
}

async fn old_hashes_are_replaced_when_their_owner_signs_in(instance: Instance) {
    instance.set_up().await;
    // Made with less memory than today's parameters ask for.
    let old = crate::passwords::Hasher::new(&crate::Parameters { memory: 32, passes: 1, parallel: 1 }, &crate::SystemEntropy).unwrap();
    let hash = old.hash(&password(PASSWORD), &crate::SystemEntropy).await.unwrap();
    crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query("UPDATE users SET password_hash = $1").bind(hash).execute(pool).await.map(|_| ()).unwrap();
    });
    instance.sign_in("ada@acme.test").await;
    let stored: String = crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query_scalar("SELECT password_hash FROM users").fetch_one(pool).await.unwrap()
    });
    assert!(stored.contains("m=64,"), "{stored}");
    instance.sign_in("ada@acme.test").await;
}
