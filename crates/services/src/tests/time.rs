//! Servers that share a database go by its clock, however wrong their own are, and no clock that is set back makes good what was over.

use std::{sync::Arc, time::Duration};

use domain::{Permission, Role, Timestamp};

use super::{Instance, PASSWORD, TERM, caller, form, new_token, on_both, settings};
use crate::{
    Background, Clock, Console, Database, FixedClock, Reading, Settings, SystemClock, access,
    memory::since_boot,
    organizations::{self, Password},
    sessions,
    store::Pool,
    tokens,
};

on_both![what_was_over_stays_so_when_the_clock_is_set_back, what_was_over_stays_so_when_the_server_is_started_anew];

/// What may lie between two questions on a busy machine. What is wrong here is wrong by a day.
const SLACK: Duration = Duration::from_secs(5);
const DAY: Duration = Duration::from_hours(24);
const HOUR: Duration = Duration::from_hours(1);

async fn at_the_database(console: &Console) -> Timestamp {
    let Pool::Postgres(pool) = &console.0.db.pool else { unreachable!() };
    let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
    Timestamp::from_micros(sqlx::query_scalar(sql).fetch_one(pool).await.unwrap())
}

/// Tells a clock that goes by a database what another one would have said, a day too early or too late.
fn mislead(clock: &dyn Clock, at: Timestamp) {
    clock.hear(Reading { at, sent: since_boot(), received: since_boot() });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_on_postgres_go_by_its_clock() {
    let instance = Instance::postgres().await;
    let now = at_the_database(&instance.console).await;
    for wrong in [now.minus(DAY), now.plus(DAY)] {
        let clock = Arc::new(SystemClock::default());
        mislead(&*clock, wrong);
        let settings = settings(&instance.folder, &instance.database, clock.clone(), TERM);
        let (console, background) = Console::open(settings).await.unwrap();
        let right = |told: Timestamp, now: Timestamp| told < now.plus(SLACK) && now < told.plus(SLACK);
        assert!(right(console.now(), at_the_database(&console).await), "from the first moment on");
        background.stop().await;
    }
}

/// Each poll says what time it is: a machine that was paused, or whose clock that nobody sets was wrong all the same, is put right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_poll_puts_the_time_right() {
    let instance = Instance::postgres().await;
    let clock = Arc::new(SystemClock::default());
    let settings = settings(&instance.folder, &instance.database, clock.clone(), TERM);
    let (console, background) = Console::open(settings).await.unwrap();
    let behind = at_the_database(&console).await.minus(DAY);
    mislead(&*clock, behind);
    let mut polls = 0;
    while at_the_database(&console).await > console.now().plus(SLACK) {
        polls += 1;
        assert!(polls < 10_000, "nobody puts it right");
    }
    background.stop().await;
}

/// The clock of a machine that a test sets.
struct Hands(Arc<FixedClock>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// A token that ends after an hour.
async fn issue(console: &Console) -> String {
    let operator = access::by_operator(console, "acme", &caller()).await.unwrap();
    tokens::create(console, &operator, new_token("ci", Role::Viewer)).await.unwrap().secret.expose().to_owned()
}

async fn is_good(console: &Console, secret: &str) -> bool {
    access::by_token(console, secret, &caller(), Permission::ORGANIZATION_READ).await.is_ok()
}

async fn what_was_over_stays_so_when_the_clock_is_set_back(instance: Instance) {
    let hands = Arc::new(FixedClock::at(instance.console.now()));
    let clock = Arc::new(SystemClock::of(Hands(hands.clone())));
    // Without a feed, which would put right what the test sets.
    let settings = Settings { remembered: 0, ..settings(&instance.folder, &instance.database, clock.clone(), TERM) };
    let (console, background) = Console::open(settings).await.unwrap();
    let set = |at: Timestamp| match instance.database {
        Database::Sqlite(_) => {
            hands.advance(at.since(hands.now()));
            hands.set_back(hands.now().since(at));
        }
        Database::Postgres(_) => mislead(&*clock, at),
    };
    organizations::set_up(&console, &caller(), &form("Acme")).await.unwrap();
    let secret = issue(&console).await;
    let begun = console.now();
    assert!(is_good(&console, &secret).await);
    set(begun.plus(HOUR));
    let over = console.now();
    assert!(over >= begun.plus(HOUR) && !is_good(&console, &secret).await);
    set(begun.minus(DAY));
    assert!(!is_good(&console, &secret).await);
    assert!(console.now() >= over);
    background.stop().await;
}

async fn what_was_over_stays_so_when_the_server_is_started_anew(mut instance: Instance) {
    let open = async |clock: SystemClock| -> (Console, Background) {
        Console::open(settings(&instance.folder, &instance.database, Arc::new(clock), TERM)).await.unwrap()
    };
    // A day later, as the clocks of this machine and of the database will see it.
    let today = SystemClock::default().now();
    instance.clock.advance(today.plus(DAY).since(instance.console.now()));
    instance.set_up().await;
    let secret = issue(&instance.console).await;
    instance.clock.advance(HOUR);
    let over = instance.console.now();
    assert!(!is_good(&instance.console, &secret).await);
    instance.console.0.usage.settle().await.unwrap();
    for _ in 0..2 {
        let (console, background) = open(SystemClock::default()).await;
        assert!(console.now() >= over, "of which no event tells");
        assert!(!is_good(&console, &secret).await);
        background.stop().await;
    }
    // Somebody finds that it was the record that is wrong.
    let (console, background) = open(SystemClock::that_may_go_back()).await;
    let is_today = |now: Timestamp| now >= today.minus(SLACK) && now < today.plus(HOUR);
    assert!(is_today(console.now()));
    sessions::sign_in(&console, &caller(), "ada@acme.test", &Password::new(PASSWORD.to_owned()), None).await.unwrap();
    background.stop().await;
    let (console, background) = open(SystemClock::default()).await;
    assert!(is_today(console.now()), "once is enough");
    background.stop().await;
    instance.stop().await;
}
