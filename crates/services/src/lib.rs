//! The use cases of Jeton: who may do what, done whole or not at all, and written down.
//!
//! [`Console`] is the way in. [`access`] alone says yes: every function that reads or changes an organization's data takes an [`Access`],
//! which only it can make. `store` alone holds SQL. This crate never renders a page and never picks a status code.

pub mod access;
pub mod account;
pub mod audit;
mod clock;
mod counters;
mod entropy;
mod error;
pub mod invitations;
mod keys;
pub mod mails;
pub mod members;
mod memory;
pub mod organizations;
mod passwords;
pub mod resets;
pub mod revocations;
pub mod roles;
pub mod sessions;
mod store;
pub mod teams;
#[cfg(test)]
mod tests;
pub mod token_policy;
pub mod tokens;
mod usage;
pub mod verify;

use std::{sync::Arc, time::Duration};

use domain::{Prefix, Timestamp};
use tokio::{
    sync::{Notify, mpsc},
    task::JoinHandle,
};

pub use access::{Access, Actor, Caller, Rotator, Verifier};
pub use clock::{Clock, FixedClock, Reading, SystemClock};
pub use entropy::{Entropy, SystemEntropy};
pub use error::{Error, Result};
pub use keys::{KeyError, KeySource};
pub use mails::Mailer;
pub use memory::TERM;
pub use passwords::Parameters;
pub use store::{Database, DatabaseError};

use crate::{
    counters::Counters,
    keys::{Digest, Keys},
    memory::Known,
    passwords::Hasher,
    sessions::Addresses,
    store::Db,
    usage::{Usage, Worker},
};

/// What an instance is made of.
pub struct Settings {
    /// Where everything is kept.
    pub database: Database,
    /// The instance key, which is not in the database.
    pub key: KeySource,
    /// What new secrets begin with, and all presented ones have to.
    pub prefix: Prefix,
    /// The time. On PostgreSQL it hears what time it is there, and everywhere what is on record.
    pub clock: Arc<dyn Clock>,
    /// The randomness.
    pub entropy: Arc<dyn Entropy>,
    /// How hard passwords are hashed; [`Parameters::default`] outside of tests.
    pub passwords: Parameters,
    /// Where people reach the console, as in `https://tokens.example.org`: what links in mails begin with, never what a request says.
    pub origin: String,
    /// How many bytes verification may use to remember tokens.
    pub remembered: u64,
    /// For how long a server may say what it remembers without asking the database again: [`TERM`] outside of tests, and the same in all
    /// servers on a database. SQLite has one server, and no term.
    pub term: Duration,
    /// Who takes mails over. Without one they wait in the outbox for a server that has one, which is right for commands.
    pub mailer: Option<Arc<dyn Mailer>>,
}

/// Why an instance cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database is to blame.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The key is to blame.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Neither.
    #[error("{}", domain::texts::database::not_opened(.0))]
    Other(#[from] Error),
}

/// An open instance. Cheap to clone; all clones are the same instance.
#[derive(Clone)]
pub struct Console(Arc<Inner>);

struct Inner {
    db: Db,
    keys: Arc<Keys>,
    prefix: Prefix,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    hasher: Hasher,
    addresses: Addresses,
    /// Who asks for links: a budget of its own, so that it takes nothing from signing in.
    askers: Addresses,
    usage: Usage,
    counters: Counters,
    origin: String,
    /// Calls out that there is something in the outbox.
    mails: Arc<Notify>,
    verifying: audit::Verifying,
    /// Who waits for changes.
    waiting: revocations::Waiting,
}

/// Where the audit trail stood when it was checked: how many events, and the code of the last. Written `NUMBER:HEXADECIMAL`. It is no
/// secret; it is worth something only when it is kept where the database's owner cannot change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many events there were.
    pub events: i64,
    mac: Vec<u8>,
}

impl std::fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.events, data_encoding::HEXLOWER.encode(&self.mac))
    }
}

impl std::str::FromStr for Checkpoint {
    type Err = domain::Invalid;

    fn from_str(text: &str) -> core::result::Result<Self, domain::Invalid> {
        text.split_once(':')
            .and_then(|(events, mac)| {
                Some(Self { events: events.parse().ok()?, mac: data_encoding::HEXLOWER.decode(mac.as_bytes()).ok()? })
            })
            .ok_or_else(|| domain::Invalid(domain::texts::audit::NO_CHECKPOINT.to_owned()))
    }
}

/// What works beside the requests. It has to be stopped for the last uses to be written.
pub struct Background {
    console: Console,
    stop: Vec<mpsc::Sender<()>>,
    workers: Vec<JoinHandle<()>>,
}

impl Console {
    /// Opens an instance: connects, brings the schema up to date, checks the key. Starts what works in the background.
    pub async fn open(settings: Settings) -> core::result::Result<(Self, Background), OpenError> {
        let (db, feed) = Db::open(&settings.database, &settings.clock, settings.remembered, settings.term).await?;
        if let Some(reading) = db.time().await? {
            settings.clock.hear(reading);
        }
        let known = db.key_check().await?;
        let keys = Arc::new(settings.key.load(known.is_none(), &*settings.entropy)?);
        let check = match known {
            Some(check) => check,
            None => db.claim(keys.check()).await?,
        };
        if check != keys.check() {
            return Err(KeyError::Wrong(settings.key.name()).into());
        }
        if let Some(told) = store::time::on_record(&db).await?
            && !settings.clock.hold_to(told)
        {
            store::time::set_back(&db, settings.clock.now()).await?;
        }
        let (usage, notes) = Usage::new();
        let (stop, stopped) = mpsc::channel(1);
        let worker = tokio::spawn(Worker::new(db.clone(), keys.clone(), settings.clock.clone(), notes).run(stopped));
        let mails = Arc::new(Notify::new());
        let console = Self(Arc::new(Inner {
            hasher: Hasher::new(&settings.passwords, &*settings.entropy)?,
            addresses: Addresses::default(),
            askers: Addresses::default(),
            db,
            keys,
            prefix: settings.prefix,
            clock: settings.clock,
            entropy: settings.entropy,
            usage,
            counters: Counters::default(),
            origin: settings.origin,
            mails: mails.clone(),
            verifying: audit::Verifying::default(),
            waiting: revocations::Waiting::default(),
        }));
        let mut background = Background { console: console.clone(), stop: vec![stop], workers: vec![worker] };
        // Without a memory there is no lease to renew, but a server also goes by the database's time and tells what others have changed.
        if let Some(feed) = feed.filter(|_| settings.remembered > 0 || settings.mailer.is_some()) {
            let (stop, stopped) = mpsc::channel(1);
            background.workers.push(tokio::spawn(feed.run(stopped)));
            background.stop.push(stop);
        }
        if let Some(mailer) = settings.mailer {
            let (stop, stopped) = mpsc::channel(1);
            background.workers.push(tokio::spawn(mails::Worker::new(console.clone(), mailer, mails).run(stopped)));
            background.stop.push(stop);
            let (stop, stopped) = mpsc::channel(1);
            background.workers.push(tokio::spawn(mails::report(console.clone(), stopped)));
            background.stop.push(stop);
            let (stop, stopped) = mpsc::channel(1);
            background.workers.push(tokio::spawn(token_policy::run(console.clone(), stopped)));
            background.stop.push(stop);
            let (stop, stopped) = mpsc::channel(1);
            background.workers.push(tokio::spawn(tokens::excess::run(console.clone(), stopped)));
            background.stop.push(stop);
        }
        Ok((console, background))
    }

    /// The time, as the instance sees it.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// What the secrets of this instance begin with.
    pub fn prefix(&self) -> &Prefix {
        &self.0.prefix
    }

    /// What the digest of a presented secret leads to, remembered or looked up.
    pub(crate) async fn recognize(&self, digest: &Digest) -> Result<Option<Arc<Known>>> {
        self.0.db.memory.find(&self.0.db, digest).await
    }

    /// Lets nobody wait for changes any longer: the server is about to end, and has to answer those who do.
    pub fn stop_waiting(&self) {
        self.0.waiting.stop();
    }

    /// Whether the instance can answer.
    pub async fn ready(&self) -> Result<()> {
        self.0.db.ping().await
    }

    /// Checks the audit trail from its first event on. Returns where it stands, or the number of the first event that was tampered with.
    /// A checkpoint taken earlier and kept elsewhere also shows whether the end was cut off since.
    pub async fn verify_events(&self, since: Option<&Checkpoint>) -> Result<core::result::Result<Checkpoint, i64>> {
        let since = since.map(|checkpoint| (checkpoint.events, checkpoint.mac.clone()));
        let verified = store::events::verify(&self.0.db, &self.0.keys, since.as_ref()).await?;
        Ok(verified.map(|(events, mac)| Checkpoint { events, mac }))
    }
}

impl Background {
    /// Writes what is left to write, closes the database and ends, within ten seconds.
    pub async fn stop(self) {
        drop(self.stop);
        let ended = async {
            for worker in self.workers {
                let _ = worker.await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(10), ended).await.is_err() {
            tracing::warn!("the last uses of tokens could not be written in time, or a mail is still being handed over");
        }
        self.console.0.db.close().await;
    }
}
