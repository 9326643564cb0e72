//! What is said about whole requests.

use core::time::Duration;

use super::time::MOMENTS;
use crate::time::roughly;

pub const SIGN_IN: &str = "Sign in to go on.";
pub const NOT_ALLOWED: &str = "Your role does not allow this. Ask an owner or admin of the organization.";
pub const NOT_FOUND: &str = "This does not exist, or you have no access to it.";
pub const UNAVAILABLE: &str = "The server is too busy or its database does not answer. Try again in a moment.";
pub const INTERNAL: &str = "Something went wrong on our side. Try again; if it stays, tell your operator the request id.";

pub fn too_many(wait: Duration) -> String {
    match roughly(wait).as_str() {
        MOMENTS => "Too many attempts. Try again in a minute.".to_owned(),
        wait => format!("Too many attempts. Try again in {wait}."),
    }
}
