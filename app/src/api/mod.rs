//! Server functions: what the console's pages ask of the server. Each is a line that calls a service; the rules are there, not here.

pub mod account;
pub mod audit;
pub mod edit;
pub mod invitations;
pub mod mails;
pub mod members;
pub mod policy;
pub mod resets;
pub mod roles;
pub mod rotation;
pub mod session;
pub mod teams;
pub mod tokens;
pub mod usage;

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// A refusal on the wire: [`domain::Failure`], made acceptable to server functions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Failure(pub domain::Failure);

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        use domain::Code;
        let failure = match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                domain::Failure::new(Code::Internal, "The server could not be reached. Check the connection and try again.")
            }
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                domain::Failure::new(Code::Invalid, "This request is not complete. Reload the page and try again.")
            }
            _ => domain::Failure::new(Code::Internal, "Something went wrong on our side. Try again."),
        };
        #[cfg(feature = "ssr")]
        crate::ssr::set_status(failure.code);
        Self(failure)
    }
}
