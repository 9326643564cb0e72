//! What fails while tokens are revoked.

use std::ops::Range;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::dice::Dice;
use super::servers::Server;
use super::watched::Clock;
use super::wire::Wire;
use crate::postgres::{Ending, Postgres};

/// How often PostgreSQL is started again.
const RESTARTS: u32 = 5;
/// For how long the second server is cut off.
const APART: Duration = Duration::from_secs(10);
/// The longest that a poll is delayed, and that a server is stopped.
const LONGEST: Duration = Duration::from_secs(2);

/// Less than half of a lease, which is over 100 ms after the poll was sent.
const LITTLE: Duration = Duration::from_millis(45);

/// A kind of fault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// None.
    Nothing,
    /// None, where there is one server on SQLite.
    NothingOnSqlite,
    /// What the second server and its database say to each other arrives up to two seconds later.
    DelayedPolls,
    /// The second server stands still for up to two seconds, again and again.
    StoppedServer,
    /// The database ends and starts again, in an orderly way and as in a crash by turns.
    RestartedDatabase,
    /// The connections of the second server to its database end, and it gets no new ones.
    CutOff,
    /// Nothing that the second server and its database say to each other arrives, until all of it does.
    Silence,
}

/// Those of two servers on PostgreSQL, in the order in which they come.
pub(super) const FAULTS: [Fault; 6] =
    [Fault::Nothing, Fault::DelayedPolls, Fault::StoppedServer, Fault::RestartedDatabase, Fault::CutOff, Fault::Silence];

/// From when until when there was no database, by the clock.
pub(super) type Outages = Vec<Range<u64>>;

/// What can be broken.
pub(super) struct Breakable<'a> {
    pub(super) clock: &'a Clock,
    pub(super) postgres: &'a mut Postgres,
    pub(super) wire: &'a Wire,
    pub(super) second: &'a Server,
}

impl Fault {
    /// What it is called in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "no fault",
            Self::NothingOnSqlite => "SQLite, no fault",
            Self::DelayedPolls => "polls 0 to 2 s late",
            Self::StoppedServer => "second stopped, 0 to 2 s",
            Self::RestartedDatabase => "PostgreSQL restarted, 5 ×",
            Self::CutOff => "second cut off, 10 s",
            Self::Silence => "second unheard, 10 s",
        }
    }

    /// Within this all but one of a hundred revocations are to be answered meanwhile, not counting for how long there was no database to ask: what
    /// is wrong with the other server is no reason to wait.
    pub(super) fn bound(self) -> Duration {
        Duration::from_millis(if self == Self::NothingOnSqlite { 30 } else { 150 })
    }

    /// Lets it happen for about so long, and puts everything right again. Tells when there was no database meanwhile.
    pub(super) fn happen(self, to: &mut Breakable<'_>, long: Duration) -> Result<Outages> {
        let begun = Instant::now();
        let mut outages = Vec::new();
        let mut dice = Dice::new(1);
        let mut below = |longest: Duration| Duration::from_millis(dice.below(u64::try_from(longest.as_millis()).unwrap_or(u64::MAX)));
        match self {
            Self::Nothing | Self::NothingOnSqlite => sleep(long),
            Self::DelayedPolls => {
                while begun.elapsed() < long {
                    // By turns so little, there and back, that a lease is left of it: an answer that is late and still counts is the one to
                    // be afraid of. That takes a while: a new connection has to ask and be answered several times.
                    for (longest, while_so) in [(LITTLE, Duration::from_millis(1_500)), (LONGEST, Duration::from_millis(500))] {
                        let delay = below(longest);
                        to.wire.delay(delay);
                        sleep(delay + while_so);
                    }
                }
                to.wire.delay(Duration::ZERO);
            }
            Self::StoppedServer => {
                while begun.elapsed() < long {
                    to.second.signal("STOP")?;
                    sleep(below(LONGEST));
                    to.second.signal("CONT")?;
                    sleep(below(Duration::from_millis(500)));
                }
            }
            Self::RestartedDatabase => {
                for number in 0..RESTARTS {
                    sleep((long / RESTARTS * number + long / RESTARTS / 2).saturating_sub(begun.elapsed()));
                    let gone = to.clock.now();
                    to.postgres.restart(if number % 2 == 0 { Ending::Fast } else { Ending::Immediate })?;
                    outages.push(gone..to.clock.now());
                }
                sleep(long.saturating_sub(begun.elapsed()));
            }
            Self::CutOff | Self::Silence => {
                let breaks = |is_broken| if self == Self::CutOff { to.wire.cut(is_broken) } else { to.wire.silence(is_broken) };
                sleep(long.saturating_sub(APART) / 2);
                breaks(true);
                sleep(APART);
                breaks(false);
                sleep(long.saturating_sub(begun.elapsed()));
            }
        }
        Ok(outages)
    }
}
