//! Changing one's own name, password and browser's looks, and ending one's own sessions.

use std::collections::HashMap;

use app::{
    paths,
    preferences::{Keys, Preferences, Theme},
};
use axum::{Form, extract::OriginalUri, http::Uri, response::Response};
use serde::Deserialize;
use services::{Error, account, organizations::Password};

use super::refused;
use crate::{
    cookies,
    pages::{Visit, see},
};

/// Changes what a person is called.
pub(crate) async fn edit(visit: Visit, OriginalUri(uri): OriginalUri, Form(mut typed): Form<HashMap<String, String>>) -> Response {
    let Some(actor) = &visit.actor else { return Visit::to_sign_in(&uri) };
    let name = typed.get("name").cloned().unwrap_or_default();
    match account::edit(&visit.site.console, &visit.caller, actor, &name).await {
        Ok(_) => see(&format!("{}?done=edited", paths::ACCOUNT)),
        Err(error) => {
            typed.insert("form".to_owned(), "profile".to_owned());
            refused(&visit, paths::ACCOUNT, typed, error).await
        }
    }
}

/// Lets the browser remember how its user wants the console. The server keeps nothing of it.
pub(crate) async fn prefer(visit: Visit, Form(mut typed): Form<HashMap<String, String>>) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&Uri::from_static(paths::ACCOUNT));
    }
    match preferences(&typed) {
        Ok(preferences) => {
            let mut response = see(&format!("{}?done=preferences", paths::ACCOUNT));
            cookies::remember(response.headers_mut(), preferences);
            response
        }
        Err(error) => {
            typed.insert("form".to_owned(), "preferences".to_owned());
            refused(&visit, paths::ACCOUNT, typed, error).await
        }
    }
}

fn preferences(typed: &HashMap<String, String>) -> Result<Preferences, Error> {
    let word = |field: &str| typed.get(field).map(String::as_str).unwrap_or_default();
    let refused = |field, why: &'static str| move || Error::Invalid { field, why: why.to_owned() };
    Ok(Preferences {
        theme: Theme::parse(word("theme")).ok_or_else(refused("theme", "Choose the colours of the system, light or dark."))?,
        keys: Keys::parse(word("shortcuts")).ok_or_else(refused("shortcuts", "Choose whether keyboard shortcuts are on or off."))?,
    })
}

/// What was typed to change a password.
#[derive(Deserialize)]
pub(crate) struct NewPassword {
    #[serde(default)]
    present: String,
    #[serde(default)]
    password: String,
}

/// Changes a person's password; the browser that did it goes on with a new session, all others are signed out.
pub(crate) async fn change_password(visit: Visit, Form(typed): Form<NewPassword>) -> Response {
    let Some(actor) = &visit.actor else { return Visit::to_sign_in(&Uri::from_static(paths::ACCOUNT)) };
    let (present, new) = (Password::new(typed.present), Password::new(typed.password));
    match account::change_password(&visit.site.console, &visit.caller, actor, &present, &new).await {
        Ok(signed_in) => {
            let mut response = see(&format!("{}?done=password", paths::ACCOUNT));
            cookies::sign_in(response.headers_mut(), &signed_in);
            response
        }
        Err(error) => {
            let fields = HashMap::from([("form".to_owned(), "password".to_owned())]);
            refused(&visit, paths::ACCOUNT, fields, error).await
        }
    }
}

/// Ends one of a person's sessions.
pub(crate) async fn end_session(visit: Visit, Form(typed): Form<HashMap<String, String>>) -> Response {
    let Some(actor) = &visit.actor else { return Visit::to_sign_in(&Uri::from_static(paths::SESSIONS)) };
    let session = typed.get("session").cloned().unwrap_or_default();
    match account::end_session(&visit.site.console, &visit.caller, actor, &session).await {
        Ok(()) => see(&format!("{}?done=ended", paths::SESSIONS)),
        Err(error) => refused(&visit, paths::SESSIONS, HashMap::new(), error).await,
    }
}

/// Ends all of a person's sessions but this one.
pub(crate) async fn end_other_sessions(visit: Visit) -> Response {
    let Some(actor) = &visit.actor else { return Visit::to_sign_in(&Uri::from_static(paths::SESSIONS)) };
    match account::end_other_sessions(&visit.site.console, &visit.caller, actor).await {
        Ok(()) => see(&format!("{}?done=others", paths::SESSIONS)),
        Err(error) => refused(&visit, paths::SESSIONS, HashMap::new(), error).await,
    }
}
