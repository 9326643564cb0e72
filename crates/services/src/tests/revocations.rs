//! The promise of docs/revocation.md, checked from outside: a verification that starts after a change was answered never says what was
//! true before it, on any server, whatever fails between them.
//!
//! One clock for all: `Instant` of this process. Everything else is as in earnest, the term too.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    AfterLeaving, Change, Issued, Lifetime, Limits, Networks, Overlap, OwnerChoice, Permission, PermissionSet, Rights, Role, Verdict,
};
use test_database::rounds;
use tokio::task::{JoinHandle, JoinSet};

use super::{Instance, caller, new_token, random, user, way, wire::Wire};
use crate::{
    Access, Background, Console, Database, Error, TERM, access, members,
    roles::{self, Definition},
    teams,
    tokens::{self, NewToken},
    verify::{self, Asked},
};

/// How many tokens are revoked in each run (R24).
fn revocations() -> usize {
    rounds(300, 2_000)
}

/// How many ask at once, on each server.
const VERIFIERS: usize = 4;

/// Breaks a wire again and again until told to stop.
type Breaking = fn(Arc<Wire>, Arc<AtomicBool>) -> JoinHandle<()>;

/// Any number below this one.
fn any_below(end: usize) -> usize {
    random().iter().fold(0, |number, byte| (number * 256 + usize::from(*byte)) % end)
}

/// What is known of one token, in nanoseconds since the start.
struct Watched {
    issued: Issued,
    /// When the latest verification started that said yes.
    last_good: AtomicU64,
    /// When the answer to its change was received; `u64::MAX` before.
    answered: AtomicU64,
}

/// Two servers on one database, the second behind a wire that fails; on SQLite the one there is.
struct Servers {
    instance: Instance,
    consoles: Vec<Console>,
    wire: Option<Arc<Wire>>,
    second: Option<Background>,
    start: Instant,
}

impl Servers {
    async fn one() -> Self {
        let instance = Instance::sqlite_with(TERM).await;
        instance.set_up().await;
        Self { consoles: vec![instance.console.clone()], instance, wire: None, second: None, start: Instant::now() }
    }

    async fn two() -> Self {
        let instance = Instance::postgres_with(TERM).await;
        instance.set_up().await;
        let Database::Postgres(address) = &instance.database else { unreachable!() };
        let wire = Wire::before(address).await;
        let (second, background) = instance.again_at(&Database::Postgres(wire.address(address)), TERM).await.unwrap();
        let consoles = vec![instance.console.clone(), second];
        Self { instance, consoles, wire: Some(wire), second: Some(background), start: Instant::now() }
    }

    fn nanos(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap()
    }

    /// Asks one server about one token, and notes when it says yes.
    async fn ask(&self, console: &Console, access: &Access, watched: &Watched, asked: Option<Permission>) {
        let started = self.nanos();
        let asked = Asked { permission: asked, address: HERE.parse().ok(), ..Asked::default() };
        let verdict = verify::verify(console, access.verifier().unwrap(), &caller(), watched.issued.secret.expose(), asked).await;
        match verdict {
            Ok(found) if found.verdict == Verdict::Valid => {
                watched.last_good.fetch_max(started, Ordering::SeqCst);
            }
            // Not known is not yes.
            Ok(_) | Err(Error::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Asks about all of them on all servers, as fast as it goes, until told to stop. Counts the answers.
fn hammer(
    servers: &Arc<Servers>,
    watched: &Arc<Vec<Watched>>,
    asked: Option<Permission>,
    stop: &Arc<AtomicBool>,
    answers: &Arc<AtomicU64>,
) -> JoinSet<()> {
    let mut verifiers = JoinSet::new();
    for console in servers.consoles.clone() {
        for _ in 0..VERIFIERS {
            let (servers, watched, console, stop, answers) =
                (servers.clone(), watched.clone(), console.clone(), stop.clone(), answers.clone());
            verifiers.spawn(async move {
                // By way of the whole wire: only the asking is to meet with trouble.
                let access = access::by_operator(&servers.instance.console, "acme", &caller()).await.unwrap();
                while !stop.load(Ordering::SeqCst) {
                    let one = any_below(watched.len());
                    servers.ask(&console, &access, &watched[one], asked).await;
                    answers.fetch_add(1, Ordering::Relaxed);
                    // Those who revoke need the processor, too.
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            });
        }
    }
    verifiers
}

/// Fails when a verification that started after the answer said yes.
fn check(watched: &[Watched]) {
    for watched in watched {
        let (good, answered) = (watched.last_good.load(Ordering::SeqCst), watched.answered.load(Ordering::SeqCst));
        assert_ne!(answered, u64::MAX, "it was never answered");
        assert!(
            good < answered,
            "{}: a verification said yes that started {:?} after the change was answered",
            watched.issued.token.label,
            Duration::from_nanos(good - answered)
        );
    }
}

async fn watch(servers: &Servers, label: &str, new: NewToken, access: &Access) -> Watched {
    let issued = tokens::create(&servers.instance.console, access, NewToken { label: domain::Label::parse(label).unwrap(), ..new }).await;
    Watched { issued: issued.unwrap(), last_good: AtomicU64::new(0), answered: AtomicU64::new(u64::MAX) }
}

fn lasting(role: Role) -> NewToken {
    NewToken { lifetime: Lifetime::Never, ..new_token("ci", role) }
}

/// Revokes one token after another while everybody asks about all of them, and something breaks the wire. Returns how long the answers
/// took, sorted, and how many verifications there were.
async fn revoke_all(servers: Arc<Servers>, faults: Option<Breaking>) -> (Vec<Duration>, u64) {
    let operator = access::by_operator(&servers.instance.console, "acme", &caller()).await.unwrap();
    let mut watched = Vec::new();
    for number in 0..revocations() {
        watched.push(watch(&servers, &format!("ci {number}"), lasting(Role::Viewer), &operator).await);
    }
    let watched = Arc::new(watched);
    let (stop, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let breaking = faults.zip(servers.wire.clone()).map(|(faults, wire)| faults(wire, stop.clone()));
    let verifiers = hammer(&servers, &watched, None, &stop, &answers);
    let mut took = Vec::new();
    // On the server whose wire is whole: the other one could not commit.
    for some in 0..revocations() / 10 {
        let mut revoking = JoinSet::new();
        for number in some * 10..some * 10 + 10 {
            let (servers, watched) = (servers.clone(), watched.clone());
            revoking.spawn(async move {
                let console = &servers.instance.console;
                let access = access::by_operator(console, "acme", &caller()).await.unwrap();
                let begun = Instant::now();
                tokens::revoke_by_id(console, &access, &watched[number].issued.token.id.to_string(), None).await.unwrap();
                watched[number].answered.store(servers.nanos(), Ordering::SeqCst);
                begun.elapsed()
            });
        }
        took.extend(revoking.join_all().await);
    }
    // Whatever was remembered wrongly would be said now as well.
    tokio::time::sleep(TERM * 2).await;
    stop.store(true, Ordering::SeqCst);
    verifiers.join_all().await;
    if let Some(breaking) = breaking {
        breaking.await.unwrap();
    }
    check(&watched);
    took.sort_unstable();
    (took, answers.load(Ordering::Relaxed))
}

async fn end(servers: Arc<Servers>) {
    let servers = Arc::into_inner(servers).expect("everybody has stopped");
    if let Some(background) = servers.second {
        background.stop().await;
    }
}

/// A poll that takes up to two seconds, a connection that ends, and a database that cannot be reached at all, by turns.
fn break_the_wire(wire: Arc<Wire>, stop: Arc<AtomicBool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        while !stop.load(Ordering::SeqCst) {
            let pause = Duration::from_millis(any_below(400) as u64);
            match any_below(4) {
                0 => wire.delay(Duration::from_millis(any_below(2_000) as u64)),
                1 => wire.cut(),
                2 => wire.close(true),
                _ => wire.delay(Duration::ZERO),
            }
            tokio::time::sleep(pause).await;
            wire.close(false);
        }
        wire.delay(Duration::ZERO);
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_revoked_is_good_on_sqlite() {
    let servers = Arc::new(Servers::one().await);
    let (took, answers) = revoke_all(servers.clone(), None).await;
    println!("SQLite: {answers} verifications; the median answer took {:?}, the slowest {:?}", took[took.len() / 2], took[took.len() - 1]);
    assert!(answers > 1_000, "{answers}");
    end(servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_revoked_is_good_on_two_servers() {
    let servers = Arc::new(Servers::two().await);
    let (took, answers) = revoke_all(servers.clone(), None).await;
    println!(
        "PostgreSQL: {answers} verifications; the median answer took {:?}, the slowest {:?}",
        took[took.len() / 2],
        took[took.len() - 1]
    );
    assert!(took[0] >= TERM, "the wait is part of the proof");
    assert!(answers > 1_000, "{answers}");
    end(servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_revoked_is_good_whatever_happens_to_the_wire() {
    let servers = Arc::new(Servers::two().await);
    let (_, answers) = revoke_all(servers.clone(), Some(break_the_wire)).await;
    assert!(answers > 1_000, "{answers}");
    end(servers).await;
}

/// Who revokes a token that somebody else is just revoking, on another server, is told so only when it is true everywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_told_that_it_was_revoked_before_can_rely_on_it() {
    let servers = Arc::new(Servers::two().await);
    let operator = access::by_operator(&servers.instance.console, "acme", &caller()).await.unwrap();
    for round in 0..10 {
        let watched = Arc::new(vec![watch(&servers, &format!("ci {round}"), lasting(Role::Viewer), &operator).await]);
        let (stop, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let verifiers = hammer(&servers, &watched, None, &stop, &answers);
        while watched[0].last_good.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut revoking = JoinSet::new();
        for console in servers.consoles.clone() {
            let (servers, watched) = (servers.clone(), watched.clone());
            revoking.spawn(async move {
                let access = access::by_operator(&console, "acme", &caller()).await.unwrap();
                tokens::revoke_by_id(&console, &access, &watched[0].issued.token.id.to_string(), None).await.unwrap();
                watched[0].answered.fetch_min(servers.nanos(), Ordering::SeqCst);
            });
        }
        revoking.join_all().await;
        tokio::time::sleep(TERM).await;
        stop.store(true, Ordering::SeqCst);
        verifiers.join_all().await;
        check(&watched);
    }
    end(servers).await;
}

/// The kinds of change that take something away, each with the token it takes it from.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Revoke,
    RevokeMany,
    Disable,
    Narrow,
    ShutOut,
    RotateNow,
    EndOverlap,
    Demote,
    Remove,
    EditRole,
    EndTeam,
}

const KINDS: [Kind; 11] = [
    Kind::Revoke,
    Kind::RevokeMany,
    Kind::Disable,
    Kind::Narrow,
    Kind::ShutOut,
    Kind::RotateNow,
    Kind::EndOverlap,
    Kind::Demote,
    Kind::Remove,
    Kind::EditRole,
    Kind::EndTeam,
];

const ASKED: &str = "cluster:read";
/// From where all tokens are presented.
const HERE: &str = "10.1.2.3";

/// Makes the token, lets everybody ask about it, makes the change, and looks whether somebody said yes too late.
async fn take_away(servers: &Arc<Servers>, kind: Kind) {
    let console = &servers.instance.console;
    let email = &format!("{kind:?}@acme.test").to_lowercase();
    servers.instance.member("acme", Role::Developer, email).await;
    let dev = user(&servers.instance, email).await;
    // Longer than people have to wait who sign in again and again.
    servers.instance.advance(120);
    let owner = servers.instance.owner().await;
    let admin = &owner;
    let as_dev = async || way(&servers.instance, email, Permission::API_KEY_CREATE).await;
    let mine = || NewToken { owner: Some(OwnerChoice::Me), ..lasting(Role::Developer) };
    let definition = |permissions| Definition::parse("Reader", "", permissions).unwrap();
    let (mut role, mut team) = (None, None);
    let watched = match kind {
        Kind::Demote | Kind::Remove => watch(servers, "mine", mine(), &as_dev().await).await,
        Kind::EditRole => {
            let made = roles::create(console, &owner, definition(ASKED)).await.unwrap();
            let new = NewToken { role: Some(made.role.clone().into()), ..lasting(Role::Viewer) };
            role = Some(made);
            watch(servers, "of a role", new, admin).await
        }
        Kind::EndTeam => {
            let name = domain::Name::parse("Payments").unwrap();
            let made = teams::create(console, &owner, name, domain::Description::parse("").unwrap()).await.unwrap();
            teams::add_member(console, &owner, &made.id.to_string(), &dev).await.unwrap();
            let new = NewToken { owner: Some(OwnerChoice::Team(made.id)), ..lasting(Role::Developer) };
            team = Some(made);
            watch(servers, "of a team", new, &as_dev().await).await
        }
        _ => watch(servers, "of the organization", lasting(Role::Developer), admin).await,
    };
    let id = watched.issued.token.id.to_string();
    if matches!(kind, Kind::EndOverlap) {
        tokens::rotate(console, admin, &id, Overlap::Day).await.unwrap();
    }
    let (stop, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let watched = Arc::new(vec![watched]);
    let verifiers = hammer(servers, &watched, ASKED.parse().ok(), &stop, &answers);
    // Everybody knows it before it changes.
    let known = async {
        while answers.load(Ordering::Relaxed) < 200 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), known).await.unwrap();
    assert_ne!(watched[0].last_good.load(Ordering::SeqCst), 0, "{kind:?}: it was good before");
    match kind {
        Kind::Revoke => tokens::revoke_by_id(console, &owner, &id, None).await.map(drop),
        Kind::RevokeMany => {
            tokens::revoke_many(console, admin, [id.as_str()], watched[0].issued.token.label.as_str(), None).await.map(drop)
        }
        Kind::Disable => tokens::disable(console, admin, &id).await.map(drop),
        Kind::Narrow => {
            let rights = Rights { role: None, permissions: "billing:read".parse::<PermissionSet>().unwrap() };
            tokens::edit(console, admin, &id, None, Change { rights: Some(rights), ..Change::default() }).await.map(drop)
        }
        Kind::ShutOut => {
            let limits = Limits { networks: Networks::parse("192.0.2.0/24").unwrap(), rate: None };
            tokens::edit(console, admin, &id, None, Change { limits: Some(limits), ..Change::default() }).await.map(drop)
        }
        Kind::RotateNow => tokens::rotate(console, admin, &id, Overlap::Now).await.map(drop),
        Kind::EndOverlap => tokens::end_overlap(console, admin, &id).await.map(drop),
        // A role of their own without the permission that is asked for: all built-in ones may read clusters.
        Kind::Demote => {
            let weak = roles::create(console, &owner, Definition::parse("Nothing", "", "billing:read").unwrap()).await.unwrap();
            members::edit(console, &owner, &dev, &weak.role.id.to_string()).await.map(drop)
        }
        Kind::Remove => {
            let choices = std::collections::BTreeMap::<_, AfterLeaving>::new();
            members::remove(console, &owner, &dev, &choices).await.map(drop)
        }
        Kind::EditRole => {
            roles::edit(console, &owner, &role.unwrap().role.id.to_string(), None, definition("billing:read")).await.map(drop)
        }
        Kind::EndTeam => teams::end_by_id(console, &owner, &team.unwrap().id.to_string()).await.map(drop),
    }
    .unwrap_or_else(|error| panic!("{kind:?}: {error}"));
    watched[0].answered.store(servers.nanos(), Ordering::SeqCst);
    tokio::time::sleep(TERM).await;
    stop.store(true, Ordering::SeqCst);
    verifiers.join_all().await;
    check(&watched);
}

async fn take_everything_away(servers: Servers) {
    let servers = Arc::new(servers);
    for kind in KINDS {
        take_away(&servers, kind).await;
    }
    end(servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_takes_something_away_has_taken_it_on_sqlite() {
    take_everything_away(Servers::one().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_takes_something_away_has_taken_it_on_two_servers() {
    take_everything_away(Servers::two().await).await;
}
