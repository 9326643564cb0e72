//! Servers that share a database go by its clock, however wrong their own are.

use std::{sync::Arc, time::Duration};

use domain::Timestamp;

use super::{Instance, TERM, settings};
use crate::{Clock as _, Console, Reading, SystemClock, memory::since_boot, store::Pool};

/// What may lie between two questions on a busy machine. What is wrong here is wrong by a day.
const SLACK: Duration = Duration::from_secs(5);

async fn at_the_database(console: &Console) -> Timestamp {
    let Pool::Postgres(pool) = &console.0.db.pool else { unreachable!() };
    let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
    Timestamp::from_micros(sqlx::query_scalar(sql).fetch_one(pool).await.unwrap())
}

/// Tells a clock that goes by a database what another one would have said, a day too early or too late.
fn mislead(clock: &SystemClock, at: Timestamp) {
    clock.hear(Reading { at, sent: since_boot(), received: since_boot() });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_on_postgres_go_by_its_clock() {
    let instance = Instance::postgres().await;
    let now = at_the_database(&instance.console).await;
    for wrong in [now.minus(Duration::from_hours(24)), now.plus(Duration::from_hours(24))] {
        let clock = Arc::new(SystemClock::default());
        mislead(&clock, wrong);
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
    let behind = at_the_database(&console).await.minus(Duration::from_hours(24));
    mislead(&clock, behind);
    let mut polls = 0;
    while at_the_database(&console).await > console.now().plus(SLACK) {
        polls += 1;
        assert!(polls < 10_000, "nobody puts it right");
    }
    background.stop().await;
}
