//! The server half of the console: what a request brings along, and how a service's answer becomes a page's.
//!
//! Nothing else in this crate looks into the context or sets a status.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Body,
    http::{self, HeaderValue, StatusCode, Uri, header::CACHE_CONTROL},
    response::Response,
};
use domain::{Code, Failure, Permission};
use leptos::{
    nonce::Nonce,
    prelude::{expect_context, provide_context, use_context},
};
use leptos_axum::ResponseOptions;
use services::{Access, Actor, Caller, Console, sessions::Renewed};

use crate::shell::shell;

pub use crate::posted::Posted;
use crate::preferences::Preferences;

/// Everything a page may know of the request it answers. The server makes it, once per request.
#[derive(Clone)]
pub struct Request {
    /// The services.
    pub console: Console,
    /// Who asks, if a good session came along.
    pub actor: Option<Actor>,
    /// From where, under which request id.
    pub caller: Caller,
    /// The cookie of a browser that has signed in before.
    pub device: Option<String>,
    /// Where the session's new cookie goes, should it get one.
    pub renewal: Renewal,
    /// What a plain form post led to, when this page is the answer to one.
    pub posted: Option<Arc<Posted>>,
    /// What the browser remembers of how it is used.
    pub preferences: Preferences,
    /// Where the built files are.
    pub assets: Arc<Assets>,
    /// Whether the browser comes from elsewhere, so that it may have nothing of ours yet.
    pub arrives: bool,
    /// Where people and programs reach this server, as in `https://jeton.example`, for the commands that pages offer to copy.
    pub origin: Arc<str>,
    /// Whether mails only become files.
    pub mails_become_files: bool,
}

/// The new cookie of a session, on its way into the answer: whatever else comes of a request, the browser has to get it.
#[derive(Clone, Default)]
pub struct Renewal(Arc<Mutex<Option<Renewed>>>);

impl Renewal {
    /// Leaves the cookie for the answer.
    pub fn leave(&self, renewed: Renewed) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(renewed);
    }

    /// Takes it out, if there is one.
    pub fn take(&self) -> Option<Renewed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The built files: their addresses, whose names hold a hash of what is in them.
#[derive(Debug, Clone)]
pub struct Assets {
    /// The JavaScript that wasm-bindgen writes.
    pub script: String,
    /// The WebAssembly module.
    pub module: String,
    /// The style sheet.
    pub style: String,
    /// What stands in the style sheet.
    pub sheet: String,
}

impl Request {
    /// The page at this address, complete, so that it reads the same with scripts and without. `nonce` lets its own scripts run.
    ///
    /// Boxed here, so that the types of all pages are compiled with this crate and not once more with the one that serves them.
    pub fn render(self, address: Uri, nonce: String) -> Pin<Box<dyn Future<Output = Response> + Send>> {
        let get = http::Request::builder().uri(address).body(Body::empty()).expect("an address");
        let context = move || {
            provide_context(self.clone());
            provide_context(Nonce::from_value(nonce.clone()));
        };
        Box::pin(leptos_axum::render_app_async_with_context(context, shell)(get))
    }

    /// Proof that who asks may do this in the organization with this slug. See [`services::access`] for what is refused how.
    pub async fn access(&self, organization: &str, permission: Permission) -> Result<Access, services::Error> {
        services::access::to_organization(&self.console, self.actor.as_ref(), &self.caller, organization, permission).await
    }

    /// The same for its tokens: who lacks the permission is let to their own.
    pub async fn tokens(&self, organization: &str, permission: Permission) -> Result<Access, services::Error> {
        services::access::to_tokens(&self.console, self.actor.as_ref(), &self.caller, organization, permission).await
    }
}

/// The request that is being answered.
pub fn request() -> Request {
    expect_context::<Request>()
}

/// What a service answered, as a page takes it: the failure without its cause, and the status that belongs to it.
pub fn reply<T>(result: Result<T, services::Error>) -> Result<T, Failure> {
    result.map_err(|error| {
        let failure = Failure::from(error);
        set_status(failure.code);
        failure
    })
}

/// Sets the status of the page.
pub fn set_status(code: Code) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status(code));
    }
}

/// Says that nobody may keep this answer.
pub fn no_store() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The one place where a refusal gets its status.
pub fn status(code: Code) -> StatusCode {
    match code {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Code::Conflict => StatusCode::CONFLICT,
        Code::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
