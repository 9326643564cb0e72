//! Forms that may ask for the password once more: it comes with the very same post. Decision 26.

use std::collections::HashMap;

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts as _, Request},
    response::{IntoResponse, Response},
};
use domain::CURRENT_PASSWORD;
use services::{organizations::Password, sessions};

use crate::{pages::Visit, router::Site};

/// Who posted a form, and what was typed, without the password. Whoever typed that has shown that it is they, for what follows; if it was wrong,
/// what asks for it is refused with the reason, and nothing else is.
pub(crate) struct Confirming {
    pub(crate) visit: Visit,
    pub(crate) typed: HashMap<String, String>,
}

impl FromRequest<Site> for Confirming {
    type Rejection = Response;

    /// Sends whoever is not signed in to do that first.
    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let mut visit = Visit::from_request_parts(&mut parts, site).await?;
        let Some(actor) = visit.actor.clone() else { return Err(Visit::to_sign_in(&parts.uri)) };
        let form = Form::from_request(Request::from_parts(parts, body), site).await;
        let Form(mut typed): Form<HashMap<String, String>> = form.map_err(IntoResponse::into_response)?;
        let password = typed.remove(CURRENT_PASSWORD).filter(|password| !password.is_empty()).map(Password::new);
        if let Some(password) = password {
            match sessions::confirm(&site.console, &visit.caller, &actor, &password, visit.device.as_deref()).await {
                Ok((actor, renewed)) => {
                    visit.actor = Some(actor);
                    visit.renewal.leave(renewed);
                }
                Err(error) => visit.unconfirmed = Some(error.into()),
            }
        }
        Ok(Self { visit, typed })
    }
}
