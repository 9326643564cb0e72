//! The instance key and what is derived from it.
//!
//! The key is not in the database: who can only read or write the database can neither try secrets offline nor plant a digest of a
//! secret of their own. Without the right key the server does not start, since every token would look unknown.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use domain::{InvitationId, PasswordResetId, texts::keys as say};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::entropy::{self, Entropy};

/// A keyed digest: 32 bytes of HMAC-SHA-256. It is not secret, but only the key's holder can make one.
pub(crate) type Digest = [u8; 32];

/// Where the key comes from.
pub enum KeySource {
    /// A file of 64 hexadecimal digits, readable by its owner only; made at first start.
    File(PathBuf),
    /// The 64 digits themselves, from the environment: for several servers on one database.
    Given(Zeroizing<String>),
}

/// Why there is no key to work with. The messages are read by operators.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file has to be readable by its owner alone.
    #[error("{}", say::exposed(.0))]
    Exposed(PathBuf),
    /// Not 32 bytes in hexadecimal.
    #[error("{}", say::malformed(.0))]
    Malformed(String),
    /// The database has a key check, but there is no key.
    #[error("{}", say::missing(.0))]
    Missing(PathBuf),
    /// The key is not the one the database was set up with.
    #[error("{}", say::wrong(.0))]
    Wrong(String),
    /// The file could not be read or written.
    #[error("{}", say::unusable(.0, .1))]
    Io(PathBuf, #[source] io::Error),
}

impl KeySource {
    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Given(_) => "JETON_KEY".to_owned(),
        }
    }

    /// Reads the key; makes one when there is none and the database is `fresh`.
    pub(crate) fn load(&self, fresh: bool, entropy: &dyn Entropy) -> Result<Keys, KeyError> {
        let text = match self {
            Self::Given(text) => text.clone(),
            Self::File(path) => match read(path) {
                Err(KeyError::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => {
                    if !fresh {
                        return Err(KeyError::Missing(path.clone()));
                    }
                    write(path, entropy).map_err(|error| KeyError::Io(path.clone(), error))?;
                    read(path)?
                }
                other => other?,
            },
        };
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok().map(Zeroizing::new);
        match bytes {
            Some(bytes) if bytes.len() == 32 => Ok(Keys::derive(&bytes)),
            _ => Err(KeyError::Malformed(self.name())),
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let io = |error| KeyError::Io(path.to_owned(), error);
    let mode = fs::metadata(path).map_err(io)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed(path.to_owned()));
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(io)
}

/// Writes a new key beside its place and links it there, so that two servers that start together end up with one whole key.
fn write(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let draft = path.with_extension(format!("draft-{}", HEXLOWER_PERMISSIVE.encode(&entropy::bytes::<8>(entropy))));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let key = Zeroizing::new(entropy::bytes::<32>(entropy));
    let written = file
        .write_all(Zeroizing::new(HEXLOWER_PERMISSIVE.encode(&*key)).as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path))
        // The name of the file has to outlive a loss of power as well: the database will expect this key.
        .and_then(|()| fs::File::open(path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all());
    fs::remove_file(&draft)?;
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}

/// The keys for each purpose, all derived from the one of the instance. No purpose can be mistaken for another.
pub(crate) struct Keys {
    tokens: Hmac<Sha256>,
    sessions: Hmac<Sha256>,
    setup: Hmac<Sha256>,
    invitation_codes: Hmac<Sha256>,
    invitations: Hmac<Sha256>,
    reset_codes: Hmac<Sha256>,
    resets: Hmac<Sha256>,
    devices: Hmac<Sha256>,
    throttles: Hmac<Sha256>,
    idempotency: Hmac<Sha256>,
    audit: Hmac<Sha256>,
    check: Digest,
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn digest(key: &Hmac<Sha256>, message: &[u8]) -> Digest {
    key.clone().chain_update(message).finalize().into_bytes().into()
}

/// What only the key's holder can make of an id, as it stands in a link.
fn code(key: &Hmac<Sha256>, id: &str) -> Zeroizing<String> {
    Zeroizing::new(BASE64URL_NOPAD.encode(&*Zeroizing::new(digest(key, id.as_bytes()))))
}

impl Keys {
    fn derive(master: &[u8]) -> Self {
        let master = keyed(master);
        let derived = |purpose: &[u8]| keyed(&*Zeroizing::new(digest(&master, purpose)));
        Self {
            tokens: derived(b"jeton token v1"),
            sessions: derived(b"jeton session v1"),
            setup: derived(b"jeton setup link v1"),
            invitation_codes: derived(b"jeton invitation code v1"),
            invitations: derived(b"jeton invitation v1"),
            reset_codes: derived(b"jeton password reset code v1"),
            resets: derived(b"jeton password reset v1"),
            devices: derived(b"jeton device v1"),
            throttles: derived(b"jeton throttle v1"),
            idempotency: derived(b"jeton idempotency v1"),
            audit: derived(b"jeton audit v1"),
            check: digest(&master, b"jeton key check v1"),
        }
    }

    /// What the database keeps to recognise the right key by.
    pub(crate) fn check(&self) -> &Digest {
        &self.check
    }

    /// The digest a token's secret is stored and found by.
    pub(crate) fn token(&self, secret: domain::PresentedSecret<'_>) -> Digest {
        digest(&self.tokens, secret.expose().as_bytes())
    }

    /// The digest a session's cookie is stored and found by.
    pub(crate) fn session(&self, cookie: &str) -> Digest {
        digest(&self.sessions, cookie.as_bytes())
    }

    /// The digest a set-up link's code is stored and found by.
    pub(crate) fn setup(&self, code: &str) -> Digest {
        digest(&self.setup, code.as_bytes())
    }

    /// The code in the link of an invitation. It is derived, not drawn, so that a mail can bring it again without anything keeping it.
    pub(crate) fn invitation_code(&self, invitation: InvitationId) -> Zeroizing<String> {
        code(&self.invitation_codes, &invitation.to_string())
    }

    /// The digest an invitation's code is stored and found by.
    pub(crate) fn invitation(&self, code: &str) -> Digest {
        digest(&self.invitations, code.as_bytes())
    }

    /// The code in the link of a password reset. It is derived, not drawn, so that it need not be kept until the mail is handed over.
    pub(crate) fn reset_code(&self, reset: PasswordResetId) -> Zeroizing<String> {
        code(&self.reset_codes, &reset.to_string())
    }

    /// The digest a password reset's code is stored and found by.
    pub(crate) fn reset(&self, code: &str) -> Digest {
        digest(&self.resets, code.as_bytes())
    }

    /// The signature in a device cookie.
    pub(crate) fn device(&self, user: &str, device: &str) -> Digest {
        digest(&self.devices, format!("{user} {device}").as_bytes())
    }

    /// The name of a throttle's bucket, so that the table of attempts does not list e-mail addresses.
    pub(crate) fn bucket(&self, what: &str) -> String {
        HEXLOWER_PERMISSIVE.encode(&digest(&self.throttles, what.as_bytes()))
    }

    /// The digest of a key that marks attempts as the same one, or of the body that came with it.
    pub(crate) fn idempotency(&self, fields: &[&[u8]]) -> Digest {
        of_fields(&self.idempotency, fields.iter())
    }

    /// The message authentication code of an event, which covers its fields and the code before it.
    pub(crate) fn event(&self, fields: &[&[u8]], previous: &[u8]) -> Digest {
        of_fields(&self.audit, fields.iter().chain([&previous]))
    }
}

/// Each field is preceded by its length, so that moving a character from one field to the next changes the digest.
fn of_fields<'a>(key: &Hmac<Sha256>, fields: impl Iterator<Item = &'a &'a [u8]>) -> Digest {
    let mut mac = key.clone();
    for field in fields {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    fn source(name: &str) -> (tempfile::TempDir, KeySource, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        (folder, KeySource::File(path.clone()), path)
    }

    #[test]
    fn is_made_once_and_for_its_owner_only() {
        let (_folder, source, path) = source("jeton.key");
        let first = source.load(true, &SystemEntropy).ok().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(first.check(), source.load(true, &SystemEntropy).ok().unwrap().check());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn is_never_made_for_a_database_that_has_one() {
        let (_folder, source, _path) = source("jeton.key");
        assert!(matches!(source.load(false, &SystemEntropy), Err(KeyError::Missing(_))));
    }

    #[test]
    fn is_refused_when_others_can_read_it_or_it_is_cut() {
        let (_folder, source, path) = source("jeton.key");
        source.load(true, &SystemEntropy).ok().unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(source.load(true, &SystemEntropy), Err(KeyError::Exposed(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "abc").unwrap();
        assert!(matches!(source.load(true, &SystemEntropy), Err(KeyError::Malformed(_))));
    }

    #[test]
    fn a_code_is_the_same_every_time_and_nobody_elses() {
        let id = |random| PasswordResetId::new(domain::Timestamp::from_micros(0), [random; 10]);
        let keys = Keys::derive(&[7; 32]);
        let code = keys.reset_code(id(1));
        assert_eq!((code.len(), *code == *Keys::derive(&[7; 32]).reset_code(id(1))), (43, true));
        assert!(*code != *keys.reset_code(id(2)) && *code != *Keys::derive(&[8; 32]).reset_code(id(1)));
        assert_ne!(keys.reset(&code), keys.invitation(&code));
        let id = |random| InvitationId::new(domain::Timestamp::from_micros(0), [random; 10]);
        let code = keys.invitation_code(id(1));
        assert_eq!((code.len(), *code == *Keys::derive(&[7; 32]).invitation_code(id(1))), (43, true));
        assert!(*code != *keys.invitation_code(id(2)) && *code != *Keys::derive(&[8; 32]).invitation_code(id(1)));
    }

    #[test]
    fn a_character_cannot_move_between_the_fields_of_an_event() {
        let keys = Keys::derive(&[7; 32]);
        assert_ne!(keys.event(&[b"ab", b"c"], b""), keys.event(&[b"a", b"bc"], b""));
        assert_ne!(keys.event(&[b"a"], b"b"), keys.event(&[b"a", b"b"], b""));
    }
}
