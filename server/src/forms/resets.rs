//! Asking for a link that sets a new password, and setting it.

use std::collections::HashMap;

use app::paths;
use axum::{Form, response::Response};
use serde::Deserialize;
use services::{organizations::Password, resets};

use super::refused;
use crate::pages::{Visit, see};

/// Who forgot their password.
#[derive(Deserialize)]
pub(crate) struct Forgot {
    #[serde(default)]
    email: String,
}

/// Asks for a link. Everybody is sent to the same words.
pub(crate) async fn request(visit: Visit, Form(typed): Form<Forgot>) -> Response {
    match resets::request(&visit.site.console, &visit.caller, &typed.email).await {
        // What follows from it goes on by itself: waiting for it would tell whether there is an account.
        Ok(_going_on) => see(&format!("{}?done=sent", paths::FORGOT_PASSWORD)),
        Err(error) => refused(&visit, paths::FORGOT_PASSWORD, HashMap::from([("email".to_owned(), typed.email)]), error).await,
    }
}

/// What the form behind a link sends.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    #[serde(default)]
    code: String,
    #[serde(default)]
    password: String,
}

/// Sets a new password and leads to signing in with it.
pub(crate) async fn reset(visit: Visit, Form(typed): Form<NewPassword>) -> Response {
    match resets::reset(&visit.site.console, &visit.caller, &typed.code, &Password::new(typed.password)).await {
        Ok(()) => see(&format!("{}?done=reset", paths::SIGN_IN)),
        Err(error) => refused(&visit, paths::RESET_PASSWORD, HashMap::from([("code".to_owned(), typed.code)]), error).await,
    }
}
