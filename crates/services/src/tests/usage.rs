//! What is kept of the use of tokens: counts by day, and addresses.

use std::{net::IpAddr, time::Duration};

use domain::{Issued, Lifetime, Overlap, Permission, Role, UsageHistory, Verdict};
use sqlx::Connection as _;

use super::{Instance, new_token, on_both};
use crate::{
    Access, Caller, Console, Error, access,
    store::Pool,
    tokens, usage,
    verify::{Asked, verify},
};

on_both![
    uses_and_refusals_are_counted_by_day_in_utc,
    the_address_that_a_service_knows_is_the_one_that_counts,
    counts_of_two_servers_add_up,
    the_last_five_distinct_addresses_are_kept,
    counts_are_kept_for_ninety_days,
    what_waits_is_written_at_the_end,
    a_batch_leaves_no_statement_behind,
    another_organization_and_who_may_not_read_see_nothing,
];

async fn lasting(instance: &Instance, owner: &Access, label: &str) -> Issued {
    tokens::create(&instance.console, owner, never(label)).await.unwrap()
}

fn never(label: &str) -> tokens::NewToken {
    tokens::NewToken { lifetime: Lifetime::Never, ..new_token(label, Role::Viewer) }
}

/// Presents the secret as somebody at this address; tells whether it was accepted.
async fn present(console: &Console, issued: &Issued, last: u8) -> bool {
    let from = Caller::new("req".to_owned(), Some(IpAddr::from([10, 0, 0, last])), "deploy/1.4");
    access::by_token(console, issued.secret.expose(), &from, Permission::ORGANIZATION_READ).await.is_ok()
}

async fn known(instance: &Instance, owner: &Access, issued: &Issued) -> UsageHistory {
    instance.console.0.usage.settle().await.unwrap();
    tokens::usage(&instance.console, owner, &issued.token.id.to_string()).await.unwrap()
}

fn counts(history: &UsageHistory) -> Vec<(String, u64, u64)> {
    let used = history.days.iter().filter(|day| day.allowed + day.refused > 0);
    used.map(|day| (day.day.human_day(), day.allowed, day.refused)).collect()
}

async fn uses_and_refusals_are_counted_by_day_in_utc(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (issued, other) = (lasting(&instance, &owner, "ci").await, lasting(&instance, &owner, "other").await);
    let none = known(&instance, &owner, &issued).await;
    assert_eq!((counts(&none), none.addresses.len(), none.user_agent), (vec![], 0, None));
    assert_eq!(none.days.len(), 30);
    for _ in 0..3 {
        assert!(present(&instance.console, &issued, 1).await);
    }
    assert!(present(&instance.console, &other, 1).await);
    assert_eq!(counts(&known(&instance, &owner, &issued).await), [("Sun 22 Nov 2026".to_owned(), 3, 0)]);
    // It is 09:05; the day ends in UTC after 14 hours and 55 minutes.
    instance.advance(53_700 - 1);
    assert!(present(&instance.console, &issued, 1).await);
    instance.advance(1);
    assert!(present(&instance.console, &issued, 1).await);
    tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), "ci", None).await.unwrap();
    for _ in 0..2 {
        assert!(!present(&instance.console, &issued, 9).await);
    }
    let history = known(&instance, &owner, &issued).await;
    assert_eq!(counts(&history), [("Sun 22 Nov 2026".to_owned(), 4, 0), ("Mon 23 Nov 2026".to_owned(), 1, 2)]);
    assert_eq!((history.allowed(), history.refused(), history.user_agent.as_deref()), (5, 2, Some("deploy/1.4")));
    assert_eq!(history.addresses.len(), 1, "who was refused did not use it");
    assert_eq!(history.summary(true), "5 uses in 30 days, and 2 more tries were refused.");
    assert_eq!(counts(&known(&instance, &owner, &other).await), [("Sun 22 Nov 2026".to_owned(), 1, 0)]);
}

async fn the_address_that_a_service_knows_is_the_one_that_counts(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = lasting(&instance, &owner, "ci").await;
    let rotated = tokens::rotate(&instance.console, &owner, &issued.token.id.to_string(), Overlap::Hour).await.unwrap();
    let service = Caller::new("req_1".to_owned(), Some([10, 0, 0, 1].into()), "gateway/2");
    for address in [Some([192, 0, 2, 44].into()), None] {
        for secret in [&issued.secret, &rotated.secret] {
            let asked = Asked { address, ..Asked::default() };
            let told = verify(&instance.console, owner.verifier().unwrap(), &service, secret.expose(), asked).await.unwrap();
            assert_eq!(told.verdict, Verdict::Valid);
        }
    }
    let mut addresses: Vec<String> = known(&instance, &owner, &issued).await.addresses.into_iter().map(|seen| seen.address).collect();
    addresses.sort();
    assert_eq!(addresses, ["10.0.0.1", "192.0.2.44"]);
    let users = tokens::rotation(&instance.console, &owner, &issued.token.id.to_string()).await.unwrap().rotation.unwrap().users;
    let mut users: Vec<_> = users.iter().map(|user| (user.address.as_str(), user.user_agent.as_str())).collect();
    users.sort_unstable();
    assert_eq!(users, [("10.0.0.1", "gateway/2"), ("192.0.2.44", "gateway/2")]);
}

async fn counts_of_two_servers_add_up(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = lasting(&instance, &owner, "ci").await;
    let (other, background) = instance.again().await.unwrap();
    for _ in 0..3 {
        for _ in 0..20 {
            assert!(present(&instance.console, &issued, 1).await && present(&other, &issued, 2).await);
        }
        let (one, two) = tokio::join!(instance.console.0.usage.settle(), other.0.usage.settle());
        assert!(one.is_ok() && two.is_ok());
    }
    background.stop().await;
    let history = known(&instance, &owner, &issued).await;
    assert_eq!((history.allowed(), history.addresses.len()), (120, 2));
    // A server that lags behind does not move a time back.
    let before = history.addresses[0].clone();
    let last = instance.console.now().minus(core::time::Duration::from_mins(1));
    let late = usage::Seen { organization: owner.organization().id, token: issued.token.id, address: before.address.clone(), last };
    crate::store::usage::upsert_addresses(&instance.console.0.db, &[late]).await.unwrap();
    assert!(known(&instance, &owner, &issued).await.addresses.contains(&before));
}

async fn the_last_five_distinct_addresses_are_kept(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (issued, other) = (lasting(&instance, &owner, "ci").await, lasting(&instance, &owner, "other").await);
    let nowhere = Caller::new("req".to_owned(), None, "");
    access::by_token(&instance.console, issued.secret.expose(), &nowhere, Permission::ORGANIZATION_READ).await.unwrap();
    assert!(known(&instance, &owner, &issued).await.addresses.is_empty());
    assert!(present(&instance.console, &other, 99).await);
    let mut now = Vec::new();
    // In one batch and over several.
    for last in [1, 2, 3, 4, 5, 6, 7, 2] {
        instance.advance(1);
        now.push(instance.console.now());
        assert!(present(&instance.console, &issued, last).await);
        if last == 3 {
            instance.console.0.usage.settle().await.unwrap();
        }
    }
    let addresses = known(&instance, &owner, &issued).await.addresses;
    let seen: Vec<_> = addresses.iter().map(|seen| (seen.address.as_str(), seen.last_seen_at)).collect();
    assert_eq!(seen, [("10.0.0.2", now[7]), ("10.0.0.7", now[6]), ("10.0.0.6", now[5]), ("10.0.0.5", now[4]), ("10.0.0.4", now[3])]);
    assert_eq!(instance.count("SELECT COUNT(*) FROM token_addresses").await, 6, "no more than that is kept");
    assert_eq!(known(&instance, &owner, &other).await.addresses.len(), 1);
}

async fn counts_are_kept_for_ninety_days(mut instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = lasting(&instance, &owner, "ci").await;
    for _ in 0..91 {
        assert!(present(&instance.console, &issued, 1).await);
        instance.console.0.usage.settle().await.unwrap();
        instance.advance(24 * 60 * 60);
    }
    assert!(present(&instance.console, &issued, 1).await);
    let history = known(&instance, &owner, &issued).await;
    assert_eq!((history.days.len(), history.allowed()), (30, 30));
    assert_eq!(instance.count("SELECT COUNT(*) FROM token_days").await, 90);
    instance.stop().await;
}

async fn what_waits_is_written_at_the_end(mut instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = lasting(&instance, &owner, "ci").await;
    for _ in 0..7 {
        assert!(present(&instance.console, &issued, 1).await);
    }
    let (other, background) = instance.again().await.unwrap();
    instance.stop().await;
    let history = tokens::usage(&other, &owner, &issued.token.id.to_string()).await.unwrap();
    assert_eq!((history.allowed(), history.addresses.len()), (7, 1));
    background.stop().await;
}

/// How many tokens were used in a second is another number each time: connections that kept a statement for each would grow with them.
async fn a_batch_leaves_no_statement_behind(instance: Instance) {
    // Of one statement that is kept there are as many more; of others a few, where a connection has its first of them.
    const TOKENS: usize = 60;
    instance.set_up().await;
    let owner = instance.owner().await;
    let mut issued = Vec::new();
    for number in 0..TOKENS {
        issued.push(lasting(&instance, &owner, &format!("t{number}")).await);
    }
    let before = kept(&instance).await;
    for used in 1..=TOKENS {
        for token in &issued[..used] {
            assert!(present(&instance.console, token, 1).await);
        }
        instance.console.0.usage.settle().await.unwrap();
    }
    let grown = kept(&instance).await.saturating_sub(before);
    assert!(grown < TOKENS, "{grown} statements more");
    assert_eq!(known(&instance, &owner, &issued[0]).await.allowed(), TOKENS as u64);
}

/// How many statements the connections keep that nobody works with. One that is just being given back is waited for: it would be missing.
async fn kept(instance: &Instance) -> usize {
    macro_rules! kept {
        ($pool:expr) => {{
            let is_quiet = async {
                while $pool.num_idle() < $pool.size() as usize {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(5), is_quiet).await.expect("all connections are given back");
            std::iter::from_fn(|| $pool.try_acquire()).collect::<Vec<_>>().iter().map(|idle| idle.cached_statements_size()).sum()
        }};
    }
    match &instance.console.0.db.pool {
        Pool::Sqlite(pool) => kept!(pool),
        Pool::Postgres(pool) => kept!(pool),
    }
}

async fn another_organization_and_who_may_not_read_see_nothing(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let issued = lasting(&instance, &owner, "ci").await;
    assert!(present(&instance.console, &issued, 1).await);
    assert_eq!(known(&instance, &owner, &issued).await.allowed(), 1);
    let hank = instance.actor("hank@globex.test").await;
    let globex =
        access::to_organization(&instance.console, Some(&hank), &super::caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    for id in [issued.token.id.to_string(), "tok_x".to_owned(), String::new()] {
        assert!(matches!(tokens::usage(&instance.console, &globex, &id).await, Err(Error::NotFound)));
    }
    let viewer =
        access::by_token(&instance.console, issued.secret.expose(), &super::caller(), Permission::ORGANIZATION_READ).await.unwrap();
    assert!(matches!(tokens::usage(&instance.console, &viewer, &issued.token.id.to_string()).await, Err(Error::Forbidden)));
}

/// PostgreSQL undoes one of two writes that wait for each other. What it counted is neither lost nor counted twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_gives_way_to_another_server_is_counted_once() {
    let instance = Instance::postgres().await;
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = lasting(&instance, &owner, "ci").await;
    // A sequence goes on counting though what asked it is undone.
    instance.run("CREATE SEQUENCE faults".to_owned()).await;
    instance
        .run(
            "CREATE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF nextval('faults') <= 2 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF; RETURN NEW; END $$"
                .to_owned(),
        )
        .await;
    for table in ["token_days", "token_addresses", "token_usage"] {
        instance.run("ALTER SEQUENCE faults RESTART".to_owned()).await;
        instance.run(format!("CREATE OR REPLACE TRIGGER give_way BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION give_way()")).await;
        assert!(present(&instance.console, &issued, 1).await);
        instance.console.0.usage.settle().await.unwrap();
        assert_eq!(instance.count("SELECT last_value FROM faults").await, 3, "{table}");
        instance.run(format!("DROP TRIGGER give_way ON {table}")).await;
    }
    let history = known(&instance, &owner, &issued).await;
    assert_eq!((history.allowed(), history.addresses.len()), (3, 1));
    // Whatever else goes wrong may have been written all the same, and is not tried again.
    instance.run("CREATE TRIGGER give_way BEFORE INSERT ON token_days FOR EACH ROW EXECUTE FUNCTION give_way()".to_owned()).await;
    instance
        .run(
            "CREATE OR REPLACE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM nextval('faults'); RAISE EXCEPTION 'cut' USING ERRCODE = '57P01'; END $$"
                .to_owned(),
        )
        .await;
    instance.run("ALTER SEQUENCE faults RESTART".to_owned()).await;
    assert!(present(&instance.console, &issued, 1).await);
    assert!(instance.console.0.usage.settle().await.is_err());
    assert_eq!(instance.count("SELECT last_value FROM faults").await, 1);
}
