//! What can go wrong in a use case: eleven things, closed.

use core::time::Duration;

use domain::{
    Code, Failure, Invalid,
    network::Outside,
    rate_limit::Budget,
    texts::{error as say, rate_limit},
};

/// Why a use case was refused. It becomes a [`Failure`] before it leaves; nothing of `Internal` does.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No credentials, or none that are good.
    #[error("not authenticated")]
    Unauthenticated,
    /// Known, but not allowed.
    #[error("not allowed")]
    Forbidden,
    /// Not there, or of another organization.
    #[error("not found")]
    NotFound,
    /// A value cannot be taken.
    #[error("{field}: {why}")]
    Invalid {
        /// The name of the form field or JSON member.
        field: &'static str,
        /// A sentence for people.
        why: String,
    },
    /// The thing has changed meanwhile, or exists already.
    #[error("{0}")]
    Conflict(&'static str),
    /// The same, where there is more to say than what kind of change it was: who made it, when.
    #[error("{0}")]
    Overtaken(String),
    /// Too often.
    #[error("too many attempts")]
    TooMany {
        /// How long to wait.
        wait: Duration,
    },
    /// The token is good, but not from where it is used.
    #[error(transparent)]
    Outside(#[from] Outside),
    /// The token is good, but used more often than it may be.
    #[error("used more often than it may be")]
    RateLimited(Budget),
    /// The database does not answer, or is too busy: nothing is known, so nothing is said. Later is fine.
    #[error("not available: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Our fault.
    #[error("internal error: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What PostgreSQL says of a change that stood still for too long.
const HELD_UP: &str = "25P03";

/// What use cases return.
pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// Wraps a cause that is our fault.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// Says that something is away for a while.
    pub(crate) fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// Whether the database undid what was asked for the sake of somebody else's change, which it stood in the way of or held up, so that the same
    /// may be asked again: nothing of it has happened.
    pub(crate) fn gave_way(&self) -> bool {
        let Self::Unavailable(cause) = self else { return false };
        let code = cause.downcast_ref().and_then(sqlx::Error::as_database_error).and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| matches!(&*code, "40001" | "40P01" | HELD_UP))
    }

    /// Names the field that a typed value came from.
    pub(crate) fn in_field(field: &'static str) -> impl Fn(Invalid) -> Self {
        move |invalid| Self::Invalid { field, why: invalid.0 }
    }
}

impl From<domain::token_query::Refused> for Error {
    fn from(refused: domain::token_query::Refused) -> Self {
        Self::Invalid { field: refused.field, why: refused.why.0 }
    }
}

/// A database error never means "not found" or "bad token". Who expects a conflict asks for it by name.
impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let away = match &error {
            // The last is what a connection looks like that is cut while it is made.
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => {
                true
            }
            // SQLite is busy or locked; PostgreSQL lost the connection (08), is shutting down (57), did not get a lock (55P03), gave
            // way to another (40) or held others up.
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                matches!(&*code, "5" | "6" | "261" | "517" | "55P03" | HELD_UP)
                    || (code.len() == 5 && ["08", "57", "40"].iter().any(|class| code.starts_with(class)))
            }),
            _ => false,
        };
        if away { Self::unavailable(error) } else { Self::internal(error) }
    }
}

impl From<Error> for Failure {
    /// Writes the cause of an internal error to the log, once, inside the request's span, and keeps it from everyone else.
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated => Self::new(Code::Unauthenticated, say::SIGN_IN),
            Error::Forbidden => Self::new(Code::Forbidden, say::NOT_ALLOWED),
            Error::NotFound => Self::new(Code::NotFound, say::NOT_FOUND),
            Error::Invalid { field, why } => Self::invalid(field, why),
            Error::Conflict(why) => Self::new(Code::Conflict, why),
            Error::Overtaken(how) => Self::new(Code::Conflict, how),
            Error::TooMany { wait } => Self::new(Code::TooMany, say::too_many(wait)),
            Error::Outside(outside) => Self::new(Code::Forbidden, outside.to_string()),
            Error::RateLimited(budget) => Self::new(Code::TooMany, rate_limit::exceeded(budget.limit, budget.wait_seconds())),
            Error::Unavailable(cause) => {
                tracing::warn!(error = cause.as_ref() as &(dyn std::error::Error + 'static), "not available");
                Self::new(Code::Unavailable, say::UNAVAILABLE)
            }
            Error::Internal(cause) => {
                tracing::error!(error = cause.as_ref() as &(dyn std::error::Error + 'static), "internal error");
                Self::new(Code::Internal, say::INTERNAL)
            }
        }
    }
}
