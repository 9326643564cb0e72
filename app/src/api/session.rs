//! What pages ask about and of the person who is signed in.

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

/// Shows once more, by the password, that it is the person who is signed in. The session goes on under another cookie, which comes along.
#[server(endpoint = "session/confirm")]
pub async fn confirm(#[server(default)] current_password: String) -> Result<(), Failure> {
    use crate::ssr::{no_store, reply, request};
    let request = request();
    no_store();
    reply(
        async {
            let password = services::organizations::Password::new(current_password);
            let actor = request.actor.as_ref().ok_or(services::Error::Unauthenticated)?;
            let device = request.device.as_deref();
            let (_, renewed) = services::sessions::confirm(&request.console, &request.caller, actor, &password, device).await?;
            request.renewal.leave(renewed);
            Ok(())
        }
        .await,
    )
}
