//! What is known of one token, and whether that keeps the promise: a verification that starts after the answer to its revocation was
//! received is no yes, on any server.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::search;

/// How many servers there are.
pub(super) const SERVERS: usize = 2;
/// What they are called.
pub(super) const NAMES: [&str; SERVERS] = ["first", "second"];
/// No time of a check: it has not happened.
const NEVER: u64 = u64::MAX;

/// The one clock for everybody who asks and who revokes. It counts nanoseconds since the check began, and never reads 0.
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(NEVER).max(1)
    }
}

/// An answer that says something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verification {
    /// Just before the request was sent.
    pub(super) started: u64,
    /// Just after the answer was received.
    pub(super) ended: u64,
    /// Whether it was yes; no otherwise.
    pub(super) is_good: bool,
}

/// A token that is going to be revoked. Of what each server said only the bounds are kept, which is all that the promise is about; of a sample
/// everything is.
pub(super) struct Watched {
    pub(super) id: String,
    /// The request that asks about it.
    pub(super) question: Vec<u8>,
    /// How many servers are asked, at most [`SERVERS`].
    servers: usize,
    /// When the latest verification started that said yes; 0 when none did.
    last_good: [AtomicU64; SERVERS],
    /// When the first verification ended that said no.
    first_refused: [AtomicU64; SERVERS],
    /// When its revocation was first sent.
    sent: AtomicU64,
    /// When the answer to its revocation was received.
    answered: AtomicU64,
    sample: Option<[Mutex<Vec<Verification>>; SERVERS]>,
}

/// What must not be. Times are of the [`Clock`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Breach {
    /// The promise itself: yes to a verification that started after the answer was received.
    LateYes { server: usize, started: u64, sent: u64, answered: u64 },
    /// It was refused before anybody asked for that.
    EarlyRefusal { server: usize, ended: u64, sent: u64 },
    /// One server refused it, and said yes to a verification that started afterwards.
    GoodAgain { server: usize, refused: u64, started: u64 },
    /// Nobody ever said yes, so that no yes was late says nothing.
    NeverGood { server: usize },
    /// Nobody answered the revocation.
    NeverAnswered,
    /// The search found no order, though the bounds are kept: one of the two is wrong.
    NoOrder { server: usize, verifications: usize },
}

impl Watched {
    pub(super) fn new(id: String, question: Vec<u8>, servers: usize, is_sample: bool) -> Self {
        Self {
            id,
            question,
            servers,
            last_good: Default::default(),
            first_refused: [const { AtomicU64::new(NEVER) }; SERVERS],
            sent: AtomicU64::new(NEVER),
            answered: AtomicU64::new(NEVER),
            sample: is_sample.then(Default::default),
        }
    }

    /// Notes what a server said. An answer that says neither yes nor no is not noted: it rules out nothing.
    pub(super) fn note(&self, server: usize, verification: Verification) {
        if verification.is_good {
            self.last_good[server].fetch_max(verification.started, SeqCst);
        } else {
            self.first_refused[server].fetch_min(verification.ended, SeqCst);
        }
        if let Some(sample) = &self.sample {
            sample[server].lock().unwrap_or_else(PoisonError::into_inner).push(verification);
        }
    }

    /// Notes that its revocation is about to be sent, for the first time or again.
    pub(super) fn note_sent(&self, at: u64) {
        self.sent.fetch_min(at, SeqCst);
    }

    /// Notes that the answer to its revocation was received.
    pub(super) fn note_answered(&self, at: u64) {
        self.answered.fetch_min(at, SeqCst);
    }

    /// What each server did wrong.
    ///
    /// To each server a token is a register that is good until the revocation takes effect there, at one moment *p* between when it was sent and
    /// when it was answered. What was said can be explained if there is such a moment: yes means that the verification had a moment before *p*,
    /// so *started* < *p*; no means that it had one after *p*, so *p* < *ended*. There is one exactly if the latest of all that come before *p*
    /// is earlier than the earliest of all that come after. Verifications of the same answer are in nobody's way, and one that ended before
    /// another started can come before it, unless it was a no and the other a yes, which is one of the comparisons. So there are three, and no
    /// order has to be looked for; [`search`] looks for one all the same in the samples.
    ///
    /// Between the servers there is no such moment, and none is promised: the one that revokes refuses as soon as that is committed, and the
    /// other may say yes until it is answered.
    pub(super) fn check(&self) -> Vec<Breach> {
        let (sent, answered) = (self.sent.load(SeqCst), self.answered.load(SeqCst));
        if answered == NEVER {
            return vec![Breach::NeverAnswered];
        }
        let mut breaches = Vec::new();
        for server in 0..self.servers {
            let (good, refused) = (self.last_good[server].load(SeqCst), self.first_refused[server].load(SeqCst));
            let before = breaches.len();
            if good == 0 {
                breaches.push(Breach::NeverGood { server });
            }
            if good > answered {
                breaches.push(Breach::LateYes { server, started: good, sent, answered });
            }
            if refused < sent {
                breaches.push(Breach::EarlyRefusal { server, ended: refused, sent });
            }
            if refused < good {
                breaches.push(Breach::GoodAgain { server, refused, started: good });
            }
            if let Some(sample) = &self.sample {
                let sample = sample[server].lock().unwrap_or_else(PoisonError::into_inner);
                if breaches.len() == before && !search::has_order(&sample, sent, answered) {
                    breaches.push(Breach::NoOrder { server, verifications: sample.len() });
                }
            }
        }
        breaches
    }

    /// How many verifications are kept of it.
    pub(super) fn kept(&self) -> usize {
        let kept = self.sample.iter().flatten();
        kept.map(|sample| sample.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// How long before the answer a server last started to say yes: the nearer, the more the check has seen.
    pub(super) fn margin(&self, server: usize) -> Option<Duration> {
        let good = Some(self.last_good[server].load(SeqCst)).filter(|good| *good != 0)?;
        self.answered.load(SeqCst).checked_sub(good).map(Duration::from_nanos)
    }
}

/// A time of the check, in seconds.
struct At(u64);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6} s", Duration::from_nanos(self.0).as_secs_f64())
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::LateYes { server, started, sent, answered } => write!(
                f,
                "the {} server said yes to a verification that started {:?} after the revocation was answered (sent at {}, answered at {}, \
                 verification started at {})",
                NAMES[server],
                Duration::from_nanos(started.saturating_sub(answered)),
                At(sent),
                At(answered),
                At(started)
            ),
            Self::EarlyRefusal { server, ended, sent } => {
                write!(f, "the {} server refused it at {}, and its revocation was sent at {}", NAMES[server], At(ended), At(sent))
            }
            Self::GoodAgain { server, refused, started } => write!(
                f,
                "the {} server refused it at {}, and said yes to a verification that started at {}",
                NAMES[server],
                At(refused),
                At(started)
            ),
            Self::NeverGood { server } => write!(f, "the {} server never said yes, so nothing was checked", NAMES[server]),
            Self::NeverAnswered => write!(f, "its revocation was never answered"),
            Self::NoOrder { server, verifications } => {
                write!(
                    f,
                    "what the {} server said in {verifications} verifications has no order, though its bounds are kept",
                    NAMES[server]
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token whose revocation was sent at 100 and answered at 200, and of which each server said yes before.
    fn revoked() -> Watched {
        let watched = Watched::new("tok_1".to_owned(), Vec::new(), SERVERS, true);
        for server in 0..SERVERS {
            watched.note(server, yes(10, 20));
        }
        watched.note_sent(100);
        watched.note_answered(200);
        watched
    }

    fn yes(started: u64, ended: u64) -> Verification {
        Verification { started, ended, is_good: true }
    }

    fn no(started: u64, ended: u64) -> Verification {
        Verification { started, ended, is_good: false }
    }

    #[test]
    fn what_is_promised_is_no_breach() {
        let watched = revoked();
        // As soon as it is sent it may be refused, and who started before the answer may hear yes, however late.
        watched.note(0, no(90, 101));
        watched.note(0, no(110, 120));
        watched.note(1, yes(199, 5_000));
        watched.note(1, no(150, 5_001));
        assert_eq!(watched.check(), []);
        assert_eq!(watched.kept(), 6);
        assert_eq!(watched.margin(1), Some(Duration::from_nanos(1)));
    }

    #[test]
    fn a_late_yes_is_found_on_either_server() {
        for server in 0..SERVERS {
            let watched = revoked();
            watched.note(server, yes(201, 230));
            assert_eq!(watched.check(), [Breach::LateYes { server, started: 201, sent: 100, answered: 200 }]);
            // One that was in time does not hide it.
            watched.note(server, yes(150, 240));
            assert_eq!(watched.check().len(), 1);
        }
    }

    #[test]
    fn an_early_refusal_is_found() {
        let watched = revoked();
        watched.note(1, no(50, 99));
        assert_eq!(watched.check(), [Breach::EarlyRefusal { server: 1, ended: 99, sent: 100 }]);
    }

    #[test]
    fn good_after_refused_is_found_on_one_server_alone() {
        let watched = revoked();
        watched.note(0, no(105, 110));
        watched.note(1, yes(120, 130));
        assert_eq!(watched.check(), [], "the other server had not heard of it");
        watched.note(0, yes(111, 130));
        assert_eq!(watched.check(), [Breach::GoodAgain { server: 0, refused: 110, started: 111 }]);
    }

    #[test]
    fn a_revocation_that_is_sent_again_counts_from_the_first_to_the_answer() {
        let watched = revoked();
        watched.note_sent(150);
        watched.note(0, no(101, 102));
        assert_eq!(watched.check(), []);
    }

    #[test]
    fn what_was_not_looked_at_does_not_pass() {
        let watched = Watched::new("tok_1".to_owned(), Vec::new(), SERVERS, false);
        watched.note(0, yes(10, 20));
        watched.note_sent(100);
        assert_eq!(watched.check(), [Breach::NeverAnswered]);
        watched.note_answered(200);
        assert_eq!(watched.check(), [Breach::NeverGood { server: 1 }]);
    }

    #[test]
    fn a_breach_can_be_read() {
        let breach = Breach::LateYes { server: 1, started: 41_342_000_000, sent: 41_200_000_000, answered: 41_330_000_000 };
        assert_eq!(
            breach.to_string(),
            "the second server said yes to a verification that started 12ms after the revocation was answered (sent at 41.200000 s, \
             answered at 41.330000 s, verification started at 41.342000 s)"
        );
    }
}
