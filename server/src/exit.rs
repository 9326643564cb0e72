//! How the process ends when it cannot do what it was asked: a sentence that says what to do, and a code out of `sysexits.h`.

use std::{fmt, process::ExitCode};

use services::{DatabaseError, Error, OpenError};

/// A reason to end.
#[derive(Debug)]
pub struct Exit {
    code: u8,
    sentence: String,
}

impl Exit {
    /// `EX_DATAERR`: what was typed cannot be taken.
    pub(crate) fn input(sentence: impl Into<String>) -> Self {
        Self { code: 65, sentence: sentence.into() }
    }

    /// `EX_UNAVAILABLE`: something needed is not there or in use.
    pub(crate) fn unavailable(sentence: impl Into<String>) -> Self {
        Self { code: 69, sentence: sentence.into() }
    }

    /// `EX_SOFTWARE`: our fault.
    pub(crate) fn internal(sentence: impl Into<String>) -> Self {
        Self { code: 70, sentence: sentence.into() }
    }

    /// `EX_IOERR`: the answer could not be written.
    pub(crate) fn output(sentence: impl Into<String>) -> Self {
        Self { code: 74, sentence: sentence.into() }
    }

    /// `EX_CONFIG`: the configuration has to change.
    pub(crate) fn config(sentence: impl Into<String>) -> Self {
        Self { code: 78, sentence: sentence.into() }
    }

    /// What the shell gets.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<OpenError> for Exit {
    fn from(error: OpenError) -> Self {
        let sentence = error.to_string();
        match error {
            OpenError::Database(DatabaseError::Unreachable(_)) => Self::unavailable(sentence),
            OpenError::Database(_) | OpenError::Key(_) => Self::config(sentence),
            OpenError::Other(_) => Self::internal(sentence),
        }
    }
}

impl From<Error> for Exit {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid { field, why } => Self::input(format!("{field}: {why}")),
            Error::Conflict(why) => Self::unavailable(why),
            Error::Unavailable(_) => Self::unavailable(error.to_string()),
            other => Self::internal(other.to_string()),
        }
    }
}
