//! Setting the instance up.

use std::collections::HashMap;

use axum::{Form, response::Response};
use serde::Deserialize;
use services::organizations::{self, Password, SetupForm};

use super::refused;
use crate::{
    cookies,
    pages::{Visit, see},
};

/// What was typed to set the instance up.
#[derive(Deserialize)]
pub(crate) struct Setup {
    #[serde(default)]
    code: String,
    #[serde(default)]
    organization: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// Sets the instance up, signs its owner in and leads to where the first token is generated.
pub(crate) async fn set_up(visit: Visit, Form(typed): Form<Setup>) -> Response {
    let form =
        SetupForm { organization: typed.organization, name: typed.name, email: typed.email, password: Password::new(typed.password) };
    match organizations::set_up_with_code(&visit.site.console, &visit.caller, &typed.code, &form).await {
        Ok((made, signed_in)) => {
            let mut response = see(&app::paths::overview(made.organization.slug.as_str()));
            cookies::sign_in(response.headers_mut(), &signed_in);
            response
        }
        Err(error) => {
            let fields = [("code", typed.code), ("organization", form.organization), ("name", form.name), ("email", form.email)]
                .map(|(name, value)| (name.to_owned(), value));
            refused(&visit, "/setup", HashMap::from(fields), error).await
        }
    }
}
