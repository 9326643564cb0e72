//! What pages ask about the person who is signed in.

use domain::Me;
use leptos::server;

use super::Failure;

/// Tells who is signed in and which organizations they belong to.
#[server(endpoint = "session/find")]
pub async fn find() -> Result<Me, Failure> {
    use crate::ssr::{reply, request};
    let request = request();
    reply(services::sessions::me(&request.console, request.actor.as_ref()).await)
}
