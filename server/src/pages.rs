//! Pages: who asks is found out once, then Leptos answers.

use std::sync::Arc;

use app::{
    preferences::Preferences,
    ssr::{self, Posted, Renewal},
};
use axum::{
    Extension,
    extract::{FromRequestParts, Path},
    http::{Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use services::{Actor, Caller, organizations, sessions};

use crate::{
    cookies,
    forms::{self, Refusal},
    observe::Nonce,
    rest::problem::Problem,
    router::Site,
};

/// A request from a browser: who, from where, and what a page needs to be rendered.
pub(crate) struct Visit {
    pub(crate) site: Site,
    pub(crate) actor: Option<Actor>,
    pub(crate) caller: Caller,
    /// The session's cookie, as it was presented.
    cookie: Option<String>,
    /// The cookie of a browser that has signed in before.
    pub(crate) device: Option<String>,
    /// What it remembers of how it is used.
    preferences: Preferences,
    /// Whether it comes from elsewhere, as far as the browser says.
    arrives: bool,
    /// Where the session's new cookie goes, should it get one.
    pub(crate) renewal: Renewal,
    /// Why the password that came along was not taken.
    pub(crate) unconfirmed: Option<Refusal>,
    nonce: Nonce,
}

impl FromRequestParts<Site> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let Extension(caller) = Extension::<Caller>::from_request_parts(parts, site).await.map_err(IntoResponse::into_response)?;
        let Extension(nonce) = Extension::<Nonce>::from_request_parts(parts, site).await.map_err(IntoResponse::into_response)?;
        let Extension(renewal) = Extension::<Renewal>::from_request_parts(parts, site).await.map_err(IntoResponse::into_response)?;
        let device = cookies::device(&parts.headers);
        let preferences = cookies::preferences(&parts.headers);
        let arrives = parts.headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin");
        let cookie = cookies::session(&parts.headers);
        let actor = match &cookie {
            None => None,
            Some(cookie) => sessions::find(&site.console, cookie).await.map_err(|error| Problem::from(error).into_response())?,
        };
        Ok(Self { site: site.clone(), actor, caller, cookie, device, preferences, arrives, renewal, unconfirmed: None, nonce })
    }
}

impl Visit {
    fn request(&self, posted: Option<Posted>) -> ssr::Request {
        ssr::Request {
            console: self.site.console.clone(),
            actor: self.actor.clone(),
            caller: self.caller.clone(),
            device: self.device.clone(),
            renewal: self.renewal.clone(),
            posted: posted.map(Arc::new),
            preferences: self.preferences,
            assets: self.site.assets.clone(),
            arrives: self.arrives,
            origin: self.site.public_url.origin().into(),
            mails_become_files: self.site.mails_become_files,
        }
    }

    /// Renders the page at this address.
    pub(crate) async fn render(&self, address: &str, posted: Option<Posted>) -> Response {
        self.request(posted).render(address.parse().unwrap_or_default(), self.nonce.encoded()).await
    }

    /// The page at this address, for a browser that opens it. A session that waits for another cookie gets it here, and not in what a page that
    /// is open asks for: several of those may be under way at once, and all but one would find their cookie dead.
    async fn open(&self, address: &str) -> Response {
        if let (Some(actor), Some(cookie)) = (&self.actor, &self.cookie) {
            match sessions::renew(&self.site.console, actor, cookie).await {
                Ok(Some(renewed)) => self.renewal.leave(renewed),
                Ok(None) => {}
                Err(error) => return Problem::from(error).into_response(),
            }
        }
        self.render(address, None).await
    }

    /// The way to the sign-in page and back.
    pub(crate) fn to_sign_in(address: &Uri) -> Response {
        let back = address.path_and_query().map_or("/", |path| path.as_str());
        let next: String = form_urlencoded::Serializer::new(String::new()).append_pair("next", back).finish();
        see(&format!("/sign-in?{next}"))
    }
}

/// Sends a browser on with GET.
pub(crate) fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}

fn address(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", |path| path.as_str())
}

/// `/` leads to where one's work is: what one may see of one's first organization, the account of who belongs to none, the sign-in page, or the
/// set-up page of a fresh instance.
pub(crate) async fn home(visit: Visit) -> Response {
    let console = &visit.site.console;
    let target = match &visit.actor {
        Some(_) => sessions::me(console, visit.actor.as_ref())
            .await
            .map(|me| me.memberships.first().map_or_else(|| app::paths::ACCOUNT.to_owned(), app::paths::start)),
        None => organizations::is_set_up(console).await.map(|done| if done { "/sign-in" } else { "/setup" }.to_owned()),
    };
    match target {
        Ok(target) => see(&target),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Pages for everybody.
pub(crate) async fn public(visit: Visit, uri: Uri) -> Response {
    visit.open(address(&uri)).await
}

/// Pages for who is signed in; everybody else is sent to sign in first.
pub(crate) async fn members(visit: Visit, uri: Uri) -> Response {
    if visit.actor.is_none() {
        return Visit::to_sign_in(&uri);
    }
    visit.open(address(&uri)).await
}

/// The address a revocation is posted to leads to the dialog when it is opened.
pub(crate) async fn revoke(uri: Uri, Path((organization, token)): Path<(String, String)>) -> Response {
    see(&forms::ask_revoke(&uri, &organization, &token))
}

/// The address that a button of a token's page posts to leads to that page when it is opened.
pub(crate) async fn token(Path((organization, token)): Path<(String, String)>) -> Response {
    see(&of_token(&organization, &token))
}

/// The page of a token, from what stands in an address, which may be anything.
pub(crate) fn of_token(organization: &str, token: &str) -> String {
    let encoded = |part: &str| form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
    format!("/orgs/{}/tokens/{}", encoded(organization), encoded(token))
}

/// The address that adds somebody to a team leads to the team when it is opened.
pub(crate) async fn team(Path((organization, team)): Path<(String, String)>) -> Response {
    see(&of_team(&organization, &team))
}

/// So does the one that removes somebody from it.
pub(crate) async fn team_of_member(Path((organization, team, _)): Path<(String, String, String)>) -> Response {
    see(&of_team(&organization, &team))
}

/// The page of a team, from what stands in an address, which may be anything.
pub(crate) fn of_team(organization: &str, team: &str) -> String {
    app::paths::team(&forms::segment(organization), forms::segment(team))
}

/// The address a check of the audit trail is posted to leads to the log when it is opened.
pub(crate) async fn verify_audit(uri: Uri) -> Response {
    see(&forms::audit_log_of(&uri))
}

/// The addresses that an invitation is mailed again and withdrawn at lead to the list of them when they are opened, as after signing in anew.
pub(crate) async fn invitation(Path((organization, _)): Path<(String, String)>) -> Response {
    let organization: String = form_urlencoded::byte_serialize(organization.as_bytes()).collect();
    see(&app::paths::members(&organization))
}

/// The addresses that a new password and preferences are posted to lead to their forms.
pub(crate) async fn account() -> Response {
    see(app::paths::ACCOUNT)
}

/// The addresses that end sessions lead to the list of them.
pub(crate) async fn sessions() -> Response {
    see(app::paths::SESSIONS)
}

/// What is at no address: a page for people, a problem document for programs.
pub(crate) async fn not_found(visit: Visit, method: Method, uri: Uri, headers: http::HeaderMap) -> Response {
    let wants_page = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().windows(9).any(|part| part == b"text/html"));
    if wants_page && matches!(method, Method::GET | Method::HEAD) {
        if let Some(address) = without_last_slash(&uri) {
            return see(&address);
        }
        let mut response = visit.render(address(&uri), None).await;
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    }
    Problem::not_found().into_response()
}

/// The address without a slash at its end, which leads nowhere. None where there is none, or where a browser would take what is left for that of
/// another server.
fn without_last_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?;
    let is_ours = path.strip_prefix('/')?.starts_with(|first: char| first.is_ascii_alphanumeric());
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    is_ours.then(|| format!("{path}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_leads_to_the_page_and_to_nobody_else() {
        let without = |address: &str| without_last_slash(&address.parse().unwrap());
        assert_eq!(without("/orgs/acme/"), Some("/orgs/acme".to_owned()));
        assert_eq!(without("/orgs/acme/?q=ci"), Some("/orgs/acme?q=ci".to_owned()));
        for other in ["/", "/orgs/acme", "//evil.test/", "//", "/.evil.test/", "///evil.test/"] {
            assert_eq!(without(other), None, "{other}");
        }
    }
}
