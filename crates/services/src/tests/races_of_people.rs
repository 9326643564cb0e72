//! What ends a way in, at the same time as somebody goes it: who comes too late is let in nowhere (R63).

use std::{net::IpAddr, sync::Arc};

use domain::{Permission, Role};
use test_database::rounds;
use tokio::sync::Notify;

use super::{Instance, PASSWORD, at_once, caller, new_token, on_both};
use crate::{
    Caller, Console, Error, Result, access, account,
    organizations::Password,
    sessions,
    store::{self, on_db, users::Credentials},
    tokens,
};

on_both![of_two_new_passwords_one_is_set_and_the_old_one_opens_nothing, nothing_is_done_in_a_session_after_its_end,];

/// What became of who came in until they were refused, and of who changed the password.
enum Way {
    Entered(Vec<String>),
    Changed { cookie: String, to: String },
}

/// Somebody at an address that nobody else signs in from: each has a budget of its own, by a clock that goes on.
fn away(number: usize) -> Caller {
    let [.., high, middle, low] = number.to_be_bytes();
    Caller::new("req_test".to_owned(), Some(IpAddr::from([10, high, middle, low])), "tests")
}

/// So many tries would be too many guesses.
async fn forget_tries(console: &Console) {
    on_db!(&console.0.db, |pool| sqlx::query("DELETE FROM throttles").execute(pool).await.map(|_| ()).unwrap());
}

/// Lets Ada in again and again, who has proven a password, until it is another one.
async fn enter_while_it_is_good(console: &Console, known: &Credentials, tried: &Notify) -> Result<Vec<String>> {
    let mut entered = Vec::new();
    for _ in 0..500 {
        let answer = sessions::begin_verified(console, &caller(), known, true).await?;
        tried.notify_one();
        let Some(signed_in) = answer else { return Ok(entered) };
        entered.push(signed_in.session.to_string());
    }
    panic!("a password that was changed lets somebody in");
}

async fn of_two_new_passwords_one_is_set_and_the_old_one_opens_nothing(instance: Instance) {
    instance.set_up().await;
    let (mut actor, mut current) = (instance.actor("ada@acme.test").await, PASSWORD.to_owned());
    let mut done = 0;
    let all_entered = async || instance.count("SELECT COUNT(*) FROM events WHERE action = 'session.create'").await;
    for round in 0..rounds(20, 200) {
        forget_tries(&instance.console).await;
        let before = all_entered().await;
        // Between this proof of the password and the way in, it becomes another one.
        let known = store::users::find_credentials(&instance.console.0.db, &actor.email).await.unwrap().unwrap();
        let (known, tried) = (Arc::new(known), Arc::new(Notify::new()));
        let answers = at_once(6, |number| {
            let (console, actor, current) = (instance.console.clone(), actor.clone(), Password::new(current.clone()));
            let (known, tried) = (known.clone(), tried.clone());
            async move {
                if number < 4 {
                    return enter_while_it_is_good(&console, &known, &tried).await.map(Way::Entered);
                }
                if number == 4 {
                    tried.notified().await;
                }
                let to = format!("{number} herons over {round} mills");
                let changed = account::change_password(&console, &caller(), &actor, &current, &Password::new(to.clone())).await?;
                Ok(Way::Changed { cookie: changed.session.to_string(), to })
            }
        });
        let (mut entered, mut changed) = (Vec::new(), Vec::new());
        for answer in answers.await {
            match answer {
                Ok(Way::Entered(cookies)) => entered.extend(cookies),
                Ok(Way::Changed { cookie, to }) => changed.push((cookie, to)),
                // The other one was first.
                Err(Error::Invalid { field: "present", .. } | Error::Conflict(_) | Error::Unauthenticated) => {}
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        let [(cookie, to)] = &changed[..] else { panic!("round {round}: {} new passwords", changed.len()) };
        for late in &entered {
            assert!(sessions::find(&instance.console, late).await.unwrap().is_none(), "round {round}: the old password's way in is open");
        }
        actor = sessions::find(&instance.console, cookie).await.unwrap().unwrap();
        current.clone_from(to);
        assert_eq!(instance.count("SELECT COUNT(*) FROM sessions WHERE ended_at IS NULL").await, 1, "round {round}");
        assert_eq!(all_entered().await - before, i64::try_from(entered.len()).unwrap(), "round {round}");
        done += 1;
    }
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'password.change'").await, done);
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}

async fn nothing_is_done_in_a_session_after_its_end(instance: Instance) {
    instance.set_up().await;
    let ada = instance.actor("ada@acme.test").await;
    let (mut all_done, mut all_refused) = (0, 0);
    for round in 0..rounds(20, 200) {
        forget_tries(&instance.console).await;
        let password = Password::new(PASSWORD.to_owned());
        let cookie = sessions::sign_in(&instance.console, &away(round), "ada@acme.test", &password, None).await.unwrap().session;
        let actor = sessions::find(&instance.console, &cookie).await.unwrap().unwrap();
        let way = access::to_organization(&instance.console, Some(&actor), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
        let (way, before) = (Arc::new(way), instance.count("SELECT COUNT(*) FROM events").await);
        let something = Arc::new(Notify::new());
        let answers = at_once(12, |number| {
            let (console, ada, actor) = (instance.console.clone(), ada.clone(), actor.clone());
            let (way, something) = (way.clone(), something.clone());
            async move {
                if number == 5 {
                    // Every other time not before something was done, so that neither comes always first.
                    if round % 2 == 1 {
                        something.notified().await;
                    }
                    // By its owner in another browser, and in its own.
                    return match round % 4 {
                        0 | 1 => account::end_session(&console, &caller(), &ada, &actor.session.to_string()).await,
                        _ => sessions::sign_out(&console, &caller(), &actor).await,
                    };
                }
                match number % 2 {
                    0 => tokens::create(&console, &way, new_token("late", Role::Viewer)).await.map(|_| ()),
                    _ => account::edit(&console, &caller(), &actor, &format!("Ada {round} {number}")).await.map(|_| ()),
                }?;
                something.notify_one();
                Ok(())
            }
        });
        let mut done = 0;
        for (number, answer) in answers.await.into_iter().enumerate() {
            match answer {
                Ok(()) => done += 1,
                Err(Error::Unauthenticated) if number != 5 => all_refused += 1,
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        assert!(sessions::find(&instance.console, &cookie).await.unwrap().is_none(), "round {round}");
        assert_eq!(instance.count("SELECT COUNT(*) FROM events").await - before, done, "round {round}: what was answered is recorded");
        let last: String = on_db!(&instance.console.0.db, |pool| {
            sqlx::query_scalar("SELECT action FROM events ORDER BY seq DESC LIMIT 1").fetch_one(pool).await.unwrap()
        });
        assert_eq!(last, "session.end", "round {round}: nothing comes after the end");
        all_done += done - 1;
    }
    assert!(all_done > 0 && all_refused > 0, "the end came neither always first nor always last: {all_done}, {all_refused}");
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
}
