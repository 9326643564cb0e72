//! Passwords: argon2id, a few at a time, and the same work whether or not there is an account.

use std::{sync::Arc, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version, password_hash::phc::PasswordHash};
use data_encoding::BASE64_NOPAD;
use domain::{Invalid, texts::passwords as say};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{
    entropy::{self, Entropy},
    error::{Error, Result},
};

/// Shorter ones are guessed; a sentence is long enough.
const SHORTEST: usize = 15;
const LONGEST: usize = 1024;
/// Hashes that wait for their turn; more are turned away.
const QUEUE: usize = 32;
const PATIENCE: Duration = Duration::from_secs(2);
/// Letters and digits that are neither in the name, nor the address, nor the organization.
const UNKNOWN: usize = 8;
/// zxcvbn takes time that grows with the square of the length.
const JUDGED: usize = 128;

/// A password as it was typed: never trimmed, never normalized, wiped when dropped, never printed.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes what was typed.
    pub fn new(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// Refuses what is too short, too long or easy to guess, for somebody who knows these words about the person.
    pub(crate) fn check(&self, known: &[&str]) -> core::result::Result<(), Invalid> {
        let characters = self.0.chars().count();
        if characters < SHORTEST {
            return Err(Invalid(say::too_short(SHORTEST, characters)));
        }
        if self.0.len() > LONGEST {
            return Err(Invalid(say::too_long(LONGEST)));
        }
        let start: Zeroizing<String> = Zeroizing::new(self.0.chars().take(JUDGED).collect());
        // What everybody knows about a person adds nothing: "adalovelaceacme" is an empty password.
        let mut unknown = Zeroizing::new(start.to_lowercase());
        for word in known.iter().flat_map(|words| words.split(|c: char| !c.is_alphanumeric())).filter(|word| word.len() > 2) {
            unknown = Zeroizing::new(unknown.replace(&word.to_lowercase(), ""));
        }
        let unknown = unknown.chars().filter(|c| c.is_alphanumeric()).count();
        if unknown < UNKNOWN || zxcvbn::zxcvbn(&start, known).score() < zxcvbn::Score::Three {
            return Err(Invalid(say::EASY_TO_GUESS.to_owned()));
        }
        Ok(())
    }
}

/// How hard a password is hashed.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// Memory, in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Hashes at the same time.
    pub parallel: usize,
}

impl Default for Parameters {
    /// OWASP's first choice: 19 MiB, two passes, one lane; all cores but one at the same time, so that verification keeps one.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { memory: 19_456, passes: 2, parallel: cores.saturating_sub(1).max(1) }
    }
}

/// Hashes passwords and checks them.
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// What looks like a hash and is none, to check the guesses at accounts that do not exist against.
    dummy: String,
}

impl Hasher {
    pub(crate) fn new(parameters: &Parameters, entropy: &dyn Entropy) -> Result<Self> {
        let params = Params::new(parameters.memory, parameters.passes, 1, None).map_err(|error| Error::internal(error.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self {
            argon2,
            permits: Arc::new(Semaphore::new(parameters.parallel)),
            queue: Arc::new(Semaphore::new(QUEUE)),
            dummy: dummy(parameters, entropy),
        })
    }

    /// Hashes a password with a salt of its own.
    pub(crate) async fn hash(&self, password: &Password, entropy: &dyn Entropy) -> Result<String> {
        let (argon2, password, salt) = (self.argon2.clone(), password.0.clone(), entropy::bytes(entropy));
        self.in_turn(move || hash(&argon2, password.as_bytes(), &salt)).await?
    }

    /// Whether this is the password. Without a hash to check against it does the same work and says no.
    pub(crate) async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<bool> {
        let (argon2, password) = (self.argon2.clone(), password.0.clone());
        let known = stored.is_some();
        let against = stored.unwrap_or(&self.dummy).to_owned();
        let matches = self.in_turn(move || argon2.verify_password(password.as_bytes(), against.as_str()).is_ok()).await?;
        Ok(known && matches)
    }

    /// Whether a stored hash was made with other parameters than today's.
    pub(crate) fn is_outdated(&self, stored: &str) -> bool {
        PasswordHash::new(stored).ok().and_then(|hash| Params::try_from(&hash).ok()).is_none_or(|params| {
            let today = self.argon2.params();
            (params.m_cost(), params.t_cost(), params.p_cost()) != (today.m_cost(), today.t_cost(), today.p_cost())
        })
    }

    /// Runs on a thread for blocking work when it is this one's turn. A flood waits here, and is turned away when the queue is full:
    /// each hash takes 19 MiB and tens of milliseconds of a core.
    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let busy = || Error::TooMany { wait: PATIENCE };
        let _place = self.queue.clone().try_acquire_owned().map_err(|_| busy())?;
        let permit = tokio::time::timeout(PATIENCE, self.permits.clone().acquire_owned()).await.map_err(|_| busy())?;
        let permit = permit.map_err(Error::internal)?;
        tokio::task::spawn_blocking(move || {
            // The permit travels with the work: a caller who hangs up does not free the core that is still busy.
            let _permit = permit;
            work()
        })
        .await
        .map_err(Error::internal)
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8], salt: &[u8; 16]) -> Result<String> {
    argon2
        .hash_password_with_salt(password, salt)
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|error| Error::internal(error.to_string()))
}

/// Random bytes in the place of a hash: to check a guess against them is the same work, and to make them is none, nor the memory for it.
fn dummy(Parameters { memory, passes, .. }: &Parameters, entropy: &dyn Entropy) -> String {
    let (salt, hash) = (BASE64_NOPAD.encode(&entropy::bytes::<16>(entropy)), BASE64_NOPAD.encode(&entropy::bytes::<32>(entropy)));
    format!("$argon2id$v=19$m={memory},t={passes},p=1${salt}${hash}")
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::Error;

    use super::*;
    use crate::entropy::SystemEntropy;

    fn hasher(passes: u32) -> Hasher {
        Hasher::new(&Parameters { memory: 64, passes, parallel: 1 }, &SystemEntropy).unwrap()
    }

    #[tokio::test]
    async fn any_text_is_taken_exactly_as_typed() {
        let hasher = hasher(1);
        for typed in ["  spaces around it  ", "e\u{301}te\u{301} decomposed", "日本語の長いパスワードです。", &"x".repeat(1024)]
        {
            let hash = hasher.hash(&Password::new(typed.to_owned()), &SystemEntropy).await.unwrap();
            assert!(hasher.verify(&Password::new(typed.to_owned()), Some(&hash)).await.unwrap());
            assert!(!hasher.verify(&Password::new(format!("{typed} ")), Some(&hash)).await.unwrap());
        }
        assert!(!hasher.verify(&Password::new(String::new()), None).await.unwrap());
    }

    #[test]
    fn a_guess_at_nobody_is_checked_like_any_other() {
        let hasher = hasher(1);
        let refused = hasher.argon2.verify_password(b"irrelevant here", hasher.dummy.as_str());
        assert_eq!(refused, Err(Error::PasswordInvalid), "what cannot be read would be refused without the work");
        assert!(!hasher.is_outdated(&hasher.dummy), "with today's parameters");
    }

    #[tokio::test]
    async fn the_stored_text_names_the_parameters_and_shows_when_they_are_old() {
        let hasher = Hasher::new(&Parameters::default(), &SystemEntropy).unwrap();
        let hash = hasher.hash(&Password::new("irrelevant here".to_owned()), &SystemEntropy).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(!hasher.is_outdated(&hash));
        let old = super::tests::hasher(1).hash(&Password::new("irrelevant here".to_owned()), &SystemEntropy).await.unwrap();
        assert!(hasher.is_outdated(&old));
    }

    #[test]
    fn short_long_and_guessable_ones_are_refused() {
        let check = |typed: &str| Password::new(typed.to_owned()).check(&["Ada Lovelace", "ada@acme.test", "Acme"]);
        for bad in [
            "hunter2",
            "fourteen chars",
            "passwordpassword",
            "aaaaaaaaaaaaaaaaaaaa",
            "123456789012345678",
            "adalovelaceacme",
            &"x".repeat(1025),
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        for good in ["correct horse battery staple", "Grüße aus dem Garten hinter dem Haus", "k8#mQz!vT2pL0x@w"] {
            assert!(check(good).is_ok(), "{good}");
        }
    }
}
