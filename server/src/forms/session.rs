//! Signing in and out.

use std::collections::HashMap;

use axum::{Form, http::HeaderMap, response::Response};
use serde::Deserialize;
use services::{organizations::Password, sessions};

use super::refused;
use crate::{
    cookies,
    pages::{Visit, see},
};

/// What was typed to sign in.
#[derive(Deserialize)]
pub(crate) struct SignIn {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// Signs a person in and leads to the page they wanted.
pub(crate) async fn sign_in(visit: Visit, headers: HeaderMap, Form(typed): Form<SignIn>) -> Response {
    let password = Password::new(typed.password);
    let device = cookies::device(&headers);
    match sessions::sign_in(&visit.site.console, &visit.caller, &typed.email, &password, device.as_deref()).await {
        Ok(signed_in) => {
            // Who signs in anew, perhaps as somebody else, is done with the session they had.
            if let Some(before) = &visit.actor
                && let Err(error) = sessions::sign_out(&visit.site.console, &visit.caller, before).await
            {
                return refused(&visit, "/sign-in", HashMap::new(), error).await;
            }
            let mut response = see(own_address(&typed.next));
            cookies::sign_in(response.headers_mut(), &signed_in);
            response
        }
        Err(error) => {
            let fields = HashMap::from([("email".to_owned(), typed.email), ("next".to_owned(), typed.next)]);
            refused(&visit, "/sign-in", fields, error).await
        }
    }
}

/// Signs a person out, from whatever state.
pub(crate) async fn sign_out(visit: Visit) -> Response {
    if let Some(actor) = &visit.actor
        && let Err(error) = sessions::sign_out(&visit.site.console, &visit.caller, actor).await
    {
        // A session that could not be ended must not look ended.
        return refused(&visit, "/sign-in", HashMap::new(), error).await;
    }
    let mut response = see("/sign-in");
    cookies::sign_out(response.headers_mut());
    response
}

/// An address on this host to go on to: a path that cannot be read as another host. Everything else becomes `/`.
fn own_address(next: &str) -> &str {
    let mut start = next.chars();
    let own =
        start.next() == Some('/') && !matches!(start.next(), Some('/' | '\\')) && next.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_addresses_are_gone_on_to() {
        for own in ["/", "/orgs/acme/tokens", "/orgs/acme/tokens?after=1.tok_0"] {
            assert_eq!(own_address(own), own);
        }
        for other in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nb: c",
            " /a",
            "///evil.example",
            "/a\\b",
            "/é",
            "evil",
        ] {
            assert_eq!(own_address(other), "/", "{other:?}");
        }
    }
}
