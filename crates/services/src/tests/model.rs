//! The race between reading and changing, in every interleaving there is: loom runs `memory/generations.rs` itself, with its own locks and
//! atomics in the place of std's.

mod sync {
    pub(super) use loom::sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    };

    /// So that a second token already is one too many.
    pub(super) const TOLD_APART: usize = 1;
}

#[expect(clippy::duplicate_mod, reason = "the model is worth something only if it is the file itself and not a copy")]
#[path = "../memory/generations.rs"]
mod generations;

use domain::{OrganizationId, Timestamp, TokenId, UserId};
use generations::{Concerns, Generations};
use loom::{sync::Mutex, thread};
use sync::Arc;

fn organization() -> OrganizationId {
    OrganizationId::new(Timestamp::from_micros(0), [1; 10])
}

fn person() -> UserId {
    UserId::new(Timestamp::from_micros(0), [1; 10])
}

fn token(number: u8) -> TokenId {
    TokenId::new(Timestamp::from_micros(0), [number; 10])
}

/// A database that knows of one token whether it is good, and a memory of it.
struct World {
    generations: Generations,
    is_good: Mutex<bool>,
    remembered: Mutex<Option<(bool, u64)>>,
}

impl World {
    fn new(is_good: bool) -> Arc<Self> {
        Arc::new(Self { generations: Generations::default(), is_good: Mutex::new(is_good), remembered: Mutex::new(None) })
    }

    /// Looks the token up and remembers what was found, as `Memory::find` does.
    fn load(&self) {
        let read = self.generations.now();
        let is_good = *self.is_good.lock().unwrap();
        *self.remembered.lock().unwrap() = Some((is_good, read));
    }

    /// What memory says of the token; nothing when it would have to ask the database.
    fn recall(&self) -> Option<bool> {
        let (is_good, read) = (*self.remembered.lock().unwrap())?;
        let marks = self.generations.marks(organization());
        self.generations.is_current(read, &marks, token(1), Some(person())).then_some(is_good)
    }
}

/// Changes the token while it is looked up; once the change is noted, which is before it is answered, memory never says what was before.
fn race(concerns: Concerns) {
    loom::model(move || {
        let world = World::new(true);
        let loader = {
            let world = world.clone();
            thread::spawn(move || world.load())
        };
        *world.is_good.lock().unwrap() = false;
        world.generations.note(concerns);
        assert_ne!(world.recall(), Some(true), "just after the answer");
        loader.join().unwrap();
        assert_ne!(world.recall(), Some(true), "when the late one has been remembered");
        world.load();
        assert_eq!(world.recall(), Some(false), "what is read afterwards is believed");
    });
}

#[test]
fn what_was_read_before_a_change_is_not_said_after_it() {
    race(Concerns::Token(organization(), token(1)));
    race(Concerns::Organization(organization()));
    race(Concerns::Person(person()));
    race(Concerns::Everything);
}

/// Two changes at once, of this token and of another, noted in either order.
#[test]
fn a_change_of_another_token_covers_nothing_up() {
    // All interleavings take half a minute more; three switches away from a thread that could go on are what such mistakes take.
    let mut bounded = loom::model::Builder::new();
    bounded.preemption_bound = Some(3);
    bounded.check(|| {
        let world = World::new(true);
        world.load();
        let other = {
            let world = world.clone();
            thread::spawn(move || {
                world.generations.note(Concerns::Token(organization(), token(2)));
                world.load();
            })
        };
        *world.is_good.lock().unwrap() = false;
        world.generations.note(Concerns::Token(organization(), token(1)));
        assert_ne!(world.recall(), Some(true));
        other.join().unwrap();
        assert_ne!(world.recall(), Some(true));
    });
}

/// A change of a third token, numbered before and noted after, finds the list full and clears it: the mark of this one must not be lost with it.
#[test]
fn forgetting_who_was_changed_forgets_no_change() {
    let mut bounded = loom::model::Builder::new();
    bounded.preemption_bound = Some(3);
    bounded.check(|| {
        let world = World::new(true);
        let other = {
            let world = world.clone();
            thread::spawn(move || world.generations.note(Concerns::Token(organization(), token(2))))
        };
        let loader = {
            let world = world.clone();
            thread::spawn(move || world.load())
        };
        *world.is_good.lock().unwrap() = false;
        world.generations.note(Concerns::Token(organization(), token(1)));
        other.join().unwrap();
        loader.join().unwrap();
        assert_ne!(world.recall(), Some(true));
    });
}

/// That there is no such token is said only while nothing was made.
#[test]
fn what_was_not_there_is_found_once_it_is_made() {
    loom::model(|| {
        let world = World::new(false);
        let loader = {
            let world = world.clone();
            thread::spawn(move || world.load())
        };
        *world.is_good.lock().unwrap() = true;
        world.generations.note(Concerns::Unknown);
        loader.join().unwrap();
        let (found, read) = world.remembered.lock().unwrap().unwrap();
        assert!(found || read != world.generations.now());
    });
}
