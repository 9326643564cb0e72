//! Plain form posts: what a browser sends without scripts.
//!
//! Each ends in a redirect, or in the page it came from with what was typed and why it was refused. A new secret is rendered straight into
//! the answer and nowhere else: such a page is not to be stored, and posting it again makes another token, as the browser says.

use std::collections::HashMap;

use app::ssr::{Posted, status};
use axum::{
    Form,
    extract::{OriginalUri, Path},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use domain::{Failure, Permission};
use serde::Deserialize;
use services::{
    Error, access,
    organizations::{self, Password, SetupForm},
    sessions, tokens,
};

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

/// Sets the instance up, signs its owner in and leads to the empty list of tokens.
pub(crate) async fn set_up(visit: Visit, Form(typed): Form<Setup>) -> Response {
    let form =
        SetupForm { organization: typed.organization, name: typed.name, email: typed.email, password: Password::new(typed.password) };
    match organizations::set_up_with_code(&visit.site.console, &visit.caller, &typed.code, &form).await {
        Ok((made, signed_in)) => {
            let mut response = see(&format!("/orgs/{}/tokens", made.organization.slug));
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

/// Generates a token and shows its secret, in this answer only.
pub(crate) async fn create_token(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path(organization): Path<String>,
    Form(mut typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let warned = typed.remove("label_warned");
    let field = |name: &str| typed.get(name).cloned().unwrap_or_default();
    let form = tokens::Form {
        label: field("label"),
        description: field("description"),
        role: field("role"),
        expiry: field("expiry"),
        days: field("days"),
        hours: field("hours"),
        minutes: field("minutes"),
    };
    let console = &visit.site.console;
    let attempt = async {
        let access =
            access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::API_KEY_CREATE).await?;
        let new = form.parse()?;
        if warned.as_deref() != Some(form.label.as_str()) && tokens::label_in_use(console, &access, &form.label).await? {
            return Ok(None);
        }
        tokens::create(console, &access, new).await.map(Some)
    };
    match attempt.await {
        Ok(Some(issued)) => {
            let mut response = visit.render(uri.path(), Some(Posted { issued: Some(issued), ..Posted::default() })).await;
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Ok(None) => {
            let mut response = visit.render(uri.path(), Some(Posted { fields: typed, label_in_use: true, ..Posted::default() })).await;
            *response.status_mut() = StatusCode::CONFLICT;
            response
        }
        Err(error) => refused(&visit, uri.path(), typed, error).await,
    }
}

/// Ends a token and leads back to the list, which says so.
pub(crate) async fn revoke_token(
    visit: Visit,
    OriginalUri(uri): OriginalUri,
    Path((organization, token)): Path<(String, String)>,
    Form(typed): Form<HashMap<String, String>>,
) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    let console = &visit.site.console;
    let label = typed.get("label").cloned().unwrap_or_default();
    let attempt = async {
        let access =
            access::to_organization(console, visit.actor.as_ref(), &visit.caller, &organization, Permission::API_KEY_DELETE).await?;
        tokens::revoke(console, &access, &token, &label).await
    };
    let list = uri.path().trim_end_matches("/revoke").rsplit_once('/').map_or("/", |(list, _)| list);
    match attempt.await {
        Ok(revoked) => see(&format!("{list}?revoked={}", revoked.id)),
        Err(error) => {
            let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("revoke", &token).finish();
            refused(&visit, &format!("{list}?{query}"), typed, error).await
        }
    }
}

/// The page again, with what was typed and why it was refused.
async fn refused(visit: &Visit, address: &str, fields: HashMap<String, String>, error: Error) -> Response {
    let wait = match error {
        Error::TooMany { wait } => Some(wait),
        Error::Unavailable(_) => Some(std::time::Duration::ZERO),
        _ => None,
    };
    let failure = Failure::from(error);
    let code = status(failure.code);
    let mut response = visit.render(address, Some(Posted { fields, failure: Some(failure), ..Posted::default() })).await;
    *response.status_mut() = code;
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    }
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
