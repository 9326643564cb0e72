//! Where services ask thousands of times a second. What the router finds and the layers around all other routes do, limits, a name for the request,
//! security headers, is done here in one function: each step on the way to a route is a box to allocate and to free around every request, and all
//! of them together cost more than the answer.
//!
//! Nothing is decided here in another way than elsewhere: credentials, bodies, refusals and headers come from the functions that all routes use.

use std::{error::Error as _, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::Permission;
use futures_util::FutureExt as _;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use services::{Access, Caller, access};
use tokio::time::timeout;

use super::{credentials, extract, introspect, problem::Problem, verify, verify_batch};
use crate::{
    front::Answering,
    observe,
    router::{BODY_LIMIT, PATIENCE, Site},
};

/// What is asked here.
#[derive(Clone, Copy)]
enum Question {
    Verify,
    VerifyBatch,
    Introspect,
}

impl Question {
    const ALL: [Self; 3] = [Self::Verify, Self::VerifyBatch, Self::Introspect];

    const fn address(self) -> &'static str {
        match self {
            Self::Verify => "/api/v1/verify",
            Self::VerifyBatch => "/api/v1/verify/batch",
            Self::Introspect => "/oauth2/introspect",
        }
    }
}

/// Every address that is answered here.
pub(crate) fn addresses() -> impl Iterator<Item = &'static str> {
    Question::ALL.into_iter().map(Question::address)
}

/// Answers what is asked here, and leaves the rest to `others`. The descriptions of these routes stand in the document of [`super::router`].
pub(crate) fn answer(site: &Arc<Site>, request: Request, others: impl FnOnce(Request) -> Answering) -> Answering {
    let question = Question::ALL.into_iter().find(|question| question.address() == request.uri().path());
    match question {
        Some(Question::Verify) => answering(site, request, Question::Verify, verify::verify),
        Some(Question::VerifyBatch) => answering(site, request, Question::VerifyBatch, verify_batch::verify),
        Some(Question::Introspect) => answering(site, request, Question::Introspect, introspect::introspect),
        None => others(request),
    }
}

/// A request to one of these.
pub(super) struct Asking {
    site: Arc<Site>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
}

/// A request of somebody who may ask about tokens, with what it says.
pub(super) struct Asked<T> {
    pub(super) site: Arc<Site>,
    pub(super) caller: Caller,
    pub(super) access: Access,
    pub(super) said: T,
}

impl Asking {
    /// What is said in JSON.
    pub(super) async fn json<T: DeserializeOwned>(self) -> Result<Asked<T>, Problem> {
        let Asked { site, caller, access, said } = self.read(extract::be_json).await?;
        Ok(Asked { site, caller, access, said: extract::object(&said)? })
    }

    /// What is said as a form.
    pub(super) async fn form(self) -> Result<Asked<Bytes>, Problem> {
        self.read(extract::be_form).await
    }

    /// Finds out who asks, and only then reads the body.
    async fn read(self, be: fn(&HeaderMap) -> Result<(), Problem>) -> Result<Asked<Bytes>, Problem> {
        let Self { site, caller, headers, body } = self;
        let presented = credentials::presented(&headers)?;
        let access = access::by_token(&site.console, presented, &caller, Permission::TOKEN_VERIFY).await;
        let access = access.map_err(|error| Problem::refusing(error, Permission::TOKEN_VERIFY))?;
        be(&headers)?;
        let said = read(body).await?;
        Ok(Asked { site, caller, access, said })
    }
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    // What says that it is larger is not read at all.
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(Problem::too_large());
    }
    to_bytes(body, BODY_LIMIT).await.map_err(|error| {
        let limit = error.source().and_then(|source| source.downcast_ref::<LengthLimitError>());
        limit.map_or_else(Problem::broken_off, |_| Problem::too_large())
    })
}

/// An answer with all that is around it, in one box.
fn answering<A: Future<Output = Result<Response, Problem>> + Send + 'static>(
    site: &Arc<Site>,
    request: Request,
    question: Question,
    handler: fn(Asking) -> A,
) -> Answering {
    let site = site.clone();
    Box::pin(async move { Ok(watched(site, request, question.address(), handler).await) })
}

/// Answers a request: what [`crate::router::layered`] puts around other routes.
async fn watched<A: Future<Output = Result<Response, Problem>> + Send>(
    site: Arc<Site>,
    request: Request,
    route: &'static str,
    handler: fn(Asking) -> A,
) -> Response {
    let started = Instant::now();
    let (address, request) = observe::address(&site.client_ip, request).await;
    let (caller, may_pass) = observe::caller(&site, &request, address);
    let request_id = caller.request_id.clone();
    let response = if let Err(refusal) = may_pass {
        refusal
    } else if request.method() != Method::POST {
        (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response()
    } else {
        let (Parts { headers, .. }, body) = request.into_parts();
        let asking = Asking { site: site.clone(), caller, headers, body };
        match timeout(PATIENCE, AssertUnwindSafe(handler(asking)).catch_unwind()).await {
            Ok(Ok(answer)) => answer.unwrap_or_else(IntoResponse::into_response),
            Ok(Err(panic)) => observe::panicked(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    };
    let response = observe::dressed(response, &request_id, None, &site);
    observe::answered_to_a_service(&request_id, route, &response, started);
    response
}
