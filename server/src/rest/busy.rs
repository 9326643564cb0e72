//! Where services ask thousands of times a second. What the router finds and the layers around all other routes do, limits, a name for the request,
//! security headers, is done here in one function: each step on the way to a route is a box to allocate and to free around every request, and all
//! of them together cost more than the answer.
//!
//! Nothing is decided here in another way than elsewhere: credentials, bodies, refusals and headers come from the functions that all routes use.

use std::{
    convert::Infallible,
    error::Error as _,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Instant,
};

use axum::{
    body::{Body, Bytes, HttpBody as _, to_bytes},
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::Permission;
use futures_util::{FutureExt as _, poll};
use http_body_util::LengthLimitError;
use services::{Caller, Verifier, access};
use tokio::time::timeout;

use super::{credentials, extract, introspect, problem::Problem, verify, verify_batch};
use crate::{
    front::Answering,
    headers, observe,
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
pub(crate) fn answer(site: &Arc<Site>, peer: Option<SocketAddr>, request: Request, others: impl FnOnce(Request) -> Answering) -> Answering {
    match Question::ALL.into_iter().find(|question| question.address() == request.uri().path()) {
        Some(question) => {
            let (parts, body) = request.into_parts();
            Box::pin(watched(site.clone(), peer.map(|peer| peer.ip()), parts, body, question))
        }
        None => others(request),
    }
}

/// Somebody who may ask about tokens, and what they said.
pub(super) struct Asked<'a> {
    pub(super) site: &'a Site,
    pub(super) verifier: Verifier,
    pub(super) caller: &'a Caller,
    pub(super) body: &'a [u8],
}

/// An answer, before it is dressed for its way.
pub(super) enum Answer {
    /// JSON that is written down, and nothing else.
    Json(Bytes),
    /// Anything.
    Any(Response),
}

/// Answers a request: what [`crate::router::layered`] puts around other routes.
#[expect(clippy::manual_async_fn, reason = "an async fn has room for each of its arguments twice")]
fn watched(
    site: Arc<Site>,
    peer: Option<IpAddr>,
    mut parts: Parts,
    body: Body,
    question: Question,
) -> impl Future<Output = Result<Response, Infallible>> + Send {
    async move {
        let started = Instant::now();
        let address = observe::address(&site.client_ip, peer, &mut parts).await;
        let caller = observe::caller(&site, &parts, address);
        let answer = if let Some(refusal) = observe::secret_in(&parts.uri, &site) {
            Answer::Any(refusal)
        } else if parts.method != Method::POST {
            Answer::Any((StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response())
        } else {
            in_time(pin!(answered(&site, &caller, &parts.headers, body, question))).await
        };
        let response = match answer {
            Answer::Json(body) => observe::with_name(headers::json(body, &site.public_url), &caller.request_id),
            Answer::Any(response) => observe::dressed(response, &caller.request_id, None, &site),
        };
        observe::answered_to_a_service(&caller.request_id, question.address(), &response, started);
        Ok(response)
    }
}

/// An answer, or what is said instead of one that takes too long or fails.
async fn in_time(answer: Pin<&mut impl Future<Output = Result<Answer, Problem>>>) -> Answer {
    let mut answer = AssertUnwindSafe(answer).catch_unwind();
    // Nearly every answer is there at once, and takes no timer.
    let answer = match poll!(&mut answer) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Box::pin(timeout(PATIENCE, answer)).await,
    };
    match answer {
        Ok(Ok(answer)) => answer.unwrap_or_else(|problem| Answer::Any(problem.into_response())),
        Ok(Err(panic)) => Answer::Any(observe::panicked(panic)),
        Err(_) => Answer::Any(StatusCode::SERVICE_UNAVAILABLE.into_response()),
    }
}

/// Finds out who asks, and only then reads the body.
async fn answered(site: &Site, caller: &Caller, headers: &HeaderMap, body: Body, question: Question) -> Result<Answer, Problem> {
    let presented = credentials::presented(headers)?;
    let verifier = access::to_verify(&site.console, presented, caller).await;
    let verifier = verifier.map_err(|error| Problem::refusing(error, Permission::TOKEN_VERIFY))?;
    match question {
        Question::Verify | Question::VerifyBatch => extract::be_json(headers)?,
        Question::Introspect => extract::be_form(headers)?,
    }
    let body = read(body).await?;
    let asked = Asked { site, verifier, caller, body: &body };
    match question {
        Question::Verify => verify::verify(asked).await,
        // In boxes: what is asked most often is to take no room for these.
        Question::VerifyBatch => Box::pin(verify_batch::verify(asked)).await.map(Answer::Any),
        Question::Introspect => Box::pin(introspect::introspect(asked)).await.map(Answer::Any),
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
