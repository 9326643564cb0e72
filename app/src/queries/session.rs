//! What pages ask about and of the person who is signed in.

use domain::{Failure, Me};

use crate::ssr::{reply, request};

/// Tells who is signed in and which organizations they belong to.
pub async fn find() -> Result<Me, Failure> {
    let request = request();
    reply(services::sessions::me(&request.console, request.actor.as_ref()).await)
}
