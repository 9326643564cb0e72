//! Generations: which of what was read from the database may still be said.
//!
//! Every change makes a new generation, after it was committed and before it is answered, and marks what it concerns with it. What is read
//! carries the generation in which the reading *began*. So whatever was read before a change, and put into memory after it, is older than
//! its mark and is not believed: there is no moment to hit. `crates/services/src/tests/model.rs` has loom try all interleavings of this file.
//!
//! The numbers are of this process alone and say nothing about the head of the audit trail.

use std::{collections::HashMap, hash::Hash};

use domain::{OrganizationId, TokenId, UserId};

use super::sync::{Arc, AtomicU64, Ordering, RwLock, TOLD_APART};

/// What a change concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Concerns {
    /// Nothing that verification is about.
    Nothing,
    /// Only what was not there: something new was made.
    Unknown,
    /// One token.
    Token(OrganizationId, TokenId),
    /// Any token of an organization.
    Organization(OrganizationId),
    /// The tokens of one person, wherever they are.
    Person(UserId),
    /// Any token.
    Everything,
}

/// The generation now, and of the last change to everything and to each organization.
#[derive(Default)]
pub(super) struct Generations {
    now: AtomicU64,
    everything: AtomicU64,
    organizations: RwLock<HashMap<OrganizationId, Arc<Marks<TokenId>>>>,
    people: Marks<UserId>,
}

/// The generations of the last changes to the tokens of one organization, or to people.
pub(super) struct Marks<Id> {
    /// Of the last change to all of them.
    whole: AtomicU64,
    /// Of the last change to a single one. What is younger need not look further.
    single: AtomicU64,
    /// Of the last change to each. When there are more than [`TOLD_APART`] they are all taken for changed, which costs a look-up each.
    each: RwLock<HashMap<Id, u64>>,
}

impl<Id> Default for Marks<Id> {
    fn default() -> Self {
        Self { whole: AtomicU64::default(), single: AtomicU64::default(), each: RwLock::default() }
    }
}

impl Generations {
    /// The generation now. Whoever reads something to remember it asks for this *before* reading.
    pub(super) fn now(&self) -> u64 {
        self.now.load(Ordering::Acquire)
    }

    /// Notes a change. It is committed when this is called, and answered only afterwards.
    pub(super) fn note(&self, concerns: Concerns) {
        if concerns == Concerns::Nothing {
            return;
        }
        let generation = self.now.fetch_add(1, Ordering::AcqRel) + 1;
        match concerns {
            Concerns::Nothing | Concerns::Unknown => {}
            Concerns::Everything => {
                self.everything.fetch_max(generation, Ordering::AcqRel);
            }
            Concerns::Organization(id) => {
                self.marks(id).whole.fetch_max(generation, Ordering::AcqRel);
            }
            Concerns::Token(id, token) => self.marks(id).note(token, generation),
            Concerns::Person(person) => self.people.note(person, generation),
        }
    }

    /// The marks of an organization, made when missing. They stay: there are as many as organizations.
    pub(super) fn marks(&self, id: OrganizationId) -> Arc<Marks<TokenId>> {
        if let Some(marks) = self.organizations.read().expect(UNPOISONED).get(&id) {
            return marks.clone();
        }
        self.organizations.write().expect(UNPOISONED).entry(id).or_default().clone()
    }

    /// Whether what was read of a token in this generation is what the database would say now; `marks` are those of its organization, and
    /// `person` is who it belongs to, if anybody.
    pub(super) fn is_current(&self, read: u64, marks: &Marks<TokenId>, token: TokenId, person: Option<UserId>) -> bool {
        read >= self.everything.load(Ordering::Acquire)
            && marks.is_current(read, token)
            && person.is_none_or(|person| self.people.is_current(read, person))
    }
}

impl<Id: Copy + Eq + Hash> Marks<Id> {
    fn note(&self, id: Id, generation: u64) {
        let mut each = self.each.write().expect(UNPOISONED);
        if each.len() >= TOLD_APART && !each.contains_key(&id) {
            // Two changes may be noted in another order than they were numbered: what is forgotten here may be younger than this one. First
            // the mark for all, then nothing more of each: never neither.
            let youngest = each.values().copied().fold(generation, u64::max);
            self.whole.fetch_max(youngest, Ordering::AcqRel);
            each.clear();
        } else {
            let mark = each.entry(id).or_default();
            *mark = generation.max(*mark);
        }
        self.single.fetch_max(generation, Ordering::AcqRel);
    }

    fn is_current(&self, read: u64, id: Id) -> bool {
        // In this order: a change that clears the map raises `whole` before, and `single` after.
        let is_untouched = read >= self.single.load(Ordering::Acquire)
            || self.each.read().expect(UNPOISONED).get(&id).is_none_or(|changed| read >= *changed);
        is_untouched && read >= self.whole.load(Ordering::Acquire)
    }
}

/// Nothing that can panic runs under these locks.
const UNPOISONED: &str = "whoever held the lock did not panic";
