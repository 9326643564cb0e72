//! What servers do by themselves happens once, however many of them there are and whatever their clocks say.

use std::{sync::Arc, time::Duration};

use domain::{Lifetime, Role, Timestamp, token_policy::Policy};

use super::{Instance, TERM, new_token, notices::taken, on_both, settings};
use crate::{Clock as _, Console, Reading, SystemClock, memory::since_boot, store, token_policy, tokens};

on_both![two_servers_end_what_nobody_uses_once];

async fn two_servers_end_what_nobody_uses_once(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let policy = Policy { revoke_unused_days: Some(1), ..Policy::default() };
    token_policy::edit(&instance.console, &owner, None, &policy).await.unwrap();
    // More than are ended in one change.
    for number in 0..130 {
        let new = tokens::NewToken { lifetime: Lifetime::Never, ..new_token(&format!("t{number}"), Role::Viewer) };
        tokens::create(&instance.console, &owner, new).await.unwrap();
    }
    taken(&instance).await;
    instance.advance(24 * 60 * 60);
    let (other, background) = instance.second().await;
    let look = |console: &Console| {
        let console = console.clone();
        tokio::spawn(async move { token_policy::revoke_unused(&console, console.now()).await.unwrap() })
    };
    let looks = [look(&instance.console), look(&other), look(&instance.console), look(&other)];
    let mut ended = 0;
    for look in looks {
        ended += look.await.unwrap();
    }
    let events = instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await;
    assert_eq!((ended, events, taken(&instance).await.len()), (130, 130, 2), "with one mail for each change");
    if let Some(background) = background {
        background.stop().await;
    }
}

/// A server whose clock is a day ahead takes no mail that another one is sending: both go by the database's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_clock_ends_no_claim() {
    const CLAIM: Duration = Duration::from_mins(1);
    let instance = Instance::postgres().await;
    instance.set_up().await;
    tokens::create(&instance.console, &instance.owner().await, new_token("ci", Role::Viewer)).await.unwrap();
    // Due since 1970, whatever the clock of the instance says.
    instance.execute("UPDATE mails SET due_at = 0").await.unwrap();
    let open = async |wrong: Option<Timestamp>| {
        let clock = Arc::new(SystemClock::default());
        if let Some(at) = wrong {
            clock.hear(Reading { at, sent: since_boot(), received: since_boot() });
        }
        Console::open(settings(&instance.folder, &instance.database, clock, TERM)).await.unwrap()
    };
    let (right, first) = open(None).await;
    let (wrong, second) = open(Some(right.now().plus(Duration::from_hours(24)))).await;
    let claim = async |console: &Console| store::mails::claim(&console.0.db, console.now(), CLAIM).await.unwrap();
    assert!(claim(&right).await.is_some());
    assert!(claim(&wrong).await.is_none());
    // The same with a clock that goes by nobody.
    assert!(store::mails::claim(&wrong.0.db, right.now().plus(Duration::from_hours(24)), CLAIM).await.unwrap().is_some());
    first.stop().await;
    second.stop().await;
}

/// A server that stands still in the middle of a change holds up nobody for as long as they would wait, and of one that nobody asked for for much
/// less.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_stands_still_is_undone() {
    let instance = Instance::postgres().await;
    instance.set_up().await;
    let (other, background) = instance.again().await.unwrap();
    let db = &other.0.db;
    let mut held = [Duration::ZERO; 2];
    for (is_asked, held) in [false, true].into_iter().zip(&mut held) {
        let still = if is_asked { db.begin_write().await } else { db.begin_unasked().await }.unwrap();
        // Others of the same server do not stand in the queue behind it, where each would stand still in its turn.
        let mut others = tokio::task::JoinSet::new();
        for _ in 0..2 {
            let db = db.clone();
            others.spawn(async move {
                let _still = db.begin_write().await;
                std::future::pending::<()>().await;
            });
        }
        let begun = since_boot();
        // Waits for the head, which gives up after four seconds.
        tokens::create(&instance.console, &instance.owner().await, new_token(&format!("asked {is_asked}"), Role::Viewer)).await.unwrap();
        *held = since_boot().saturating_sub(begun);
        others.shutdown().await;
        let owner = instance.owner().await;
        let event = store::events::NewEvent {
            at: instance.console.now(),
            organization: None,
            actor: &crate::access::Principal::System,
            action: domain::audit::Action::ExpiryReport,
            target: store::events::Target { kind: "user", id: String::new(), name: String::new() },
            details: serde_json::json!({}),
            caller: owner.caller(),
        };
        let error = still.commit(&instance.console.0.keys, &event).await.unwrap_err();
        assert!(matches!(error, crate::Error::Unavailable(_)), "{error}");
    }
    assert!(held[0] < held[1], "{held:?}");
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'expiry.report'").await, 0);
    background.stop().await;
}

/// What nobody asked for is put off while the database is heard from too late, but not for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_asked_for_is_put_off_without_a_lease() {
    let instance = Instance::postgres().await;
    instance.set_up().await;
    // Over before it comes.
    let (deaf, background) =
        Console::open(settings(&instance.folder, &instance.database, instance.clock.clone(), Duration::from_nanos(1))).await.unwrap();
    let looks: Vec<_> = (0..10)
        .map(|_| {
            let deaf = deaf.clone();
            tokio::spawn(async move { matches!(deaf.0.db.begin_unasked().await, Err(crate::Error::Unavailable(_))) })
        })
        .collect();
    for look in looks {
        assert!(look.await.unwrap());
    }
    deaf.0.db.begin_unasked().await.expect("a server that never has a lease does it in the end");
    assert!(matches!(deaf.0.db.begin_unasked().await, Err(crate::Error::Unavailable(_))));
    tokens::create(&deaf, &instance.owner().await, new_token("asked", Role::Viewer)).await.unwrap();
    background.stop().await;
}
