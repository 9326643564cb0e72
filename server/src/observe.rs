//! What happens around every request: a name for it, a line in the log, no secret in its address, the security headers.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequestParts as _, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_client_ip::{ClientIp, ClientIpSource};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::PresentedSecret;
use services::Caller;
use tracing::Instrument as _;

use crate::{
    headers,
    rest::{
        gate,
        problem::{self, Problem},
    },
    router::Site,
};

/// A fresh word in the policy of each page: scripts without it do not run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nonce([u8; 16]);

impl Nonce {
    /// As it stands in the page and in its policy.
    pub(crate) fn encoded(self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }
}

/// Names the request, in the answer as in the log.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Surrounds a request. It is the outermost layer, so that everything has a request id; what is mounted without layers names itself by `caller`.
pub(crate) async fn request(State(site): State<Site>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = address(&site.client_ip, peer, &mut parts).await;
    let mut request = Request::from_parts(parts, body);
    // One question to the operating system for both: each costs a look into its kernel.
    let [mut id, mut nonce] = [[0; 16]; 2];
    let mut random = [0; 32];
    site.entropy.fill(&mut random);
    id.copy_from_slice(&random[..16]);
    nonce.copy_from_slice(&random[16..]);
    let (request_id, nonce) = (named(&id), Nonce(nonce));
    let caller = Caller::new(request_id.clone(), address, user_agent(request.headers()));
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let is_gate = route.starts_with(gate::ADDRESS);
    // Gateways ask as often as services do, see [`answered_to_a_service`]; where there is no line to name there is no span either.
    let span = if is_gate {
        tracing::debug_span!("request", request_id = &*request_id, method = %request.method(), route)
    } else {
        tracing::info_span!("request", request_id = &*request_id, method = %request.method(), route)
    };
    // Behind a gateway the query may be that of the gateway's client, which is not for us to refuse.
    let refusal = if is_gate { None } else { secret_in(request.uri(), &site) };
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(nonce);
    async move {
        let response = match refusal {
            Some(refusal) => refusal,
            None => next.run(request).await,
        };
        let response = dressed(response, &request_id, Some(nonce), &site);
        if is_gate {
            answered_to_a_service(&request_id, route, &response, started);
        } else {
            tracing::info!(status = response.status().as_u16(), micros = micros_since(started), "answered");
        }
        response
    }
    .instrument(span)
    .await
}

/// Who sends a request to where layers cost too much ([`crate::rest::busy`]), under which name.
pub(crate) fn caller(site: &Site, request: &Parts, address: Option<IpAddr>) -> Caller {
    let mut id = [0; 16];
    site.entropy.fill_public(&mut id);
    Caller::new(named(&id), address, user_agent(&request.headers))
}

/// An answer with all that every answer has: its problem written down, its headers, the name of its request. Only a page has a nonce.
pub(crate) fn dressed(response: Response, request_id: &str, nonce: Option<Nonce>, site: &Site) -> Response {
    let mut response = problem::dress(response, request_id);
    headers::secure(response.headers_mut(), nonce, site.public_url.is_https());
    with_name(response, request_id)
}

/// An answer with the name of its request.
pub(crate) fn with_name(mut response: Response, request_id: &str) -> Response {
    let id = HeaderValue::from_str(request_id).expect("a request id is hexadecimal");
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Writes the line of an answer to what is asked thousands of times a second: only trouble is worth one, since a line costs as much as the answer.
pub(crate) fn answered_to_a_service(request_id: &str, route: &str, response: &Response, started: Instant) {
    let status = response.status();
    if status.is_server_error() {
        tracing::warn!(request_id, route, status = status.as_u16(), micros = micros_since(started), "answered");
    } else {
        tracing::debug!(request_id, route, status = status.as_u16(), micros = micros_since(started), "answered");
    }
}

fn micros_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn named(id: &[u8; 16]) -> Arc<str> {
    let mut name = *b"req_00000000000000000000000000000000";
    HEXLOWER.encode_mut(id, &mut name[4..]);
    std::str::from_utf8(&name).expect("a request id is hexadecimal").into()
}

/// Turns a panic, which the hook of [`crate::telemetry`] has logged, into a 500 with the request id and nothing else.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response<Body> {
    Problem::internal().into_response()
}

/// The client's address, from the one source the operator named; none when that source says nothing.
pub(crate) async fn address(source: &ClientIpSource, peer: Option<IpAddr>, parts: &mut Parts) -> Option<IpAddr> {
    if *source == ClientIpSource::ConnectInfo {
        return peer.map(|peer| peer.to_canonical());
    }
    parts.extensions.insert(source.clone());
    ClientIp::from_request_parts(parts, &()).await.ok().map(|ClientIp(address)| address.to_canonical())
}

fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The refusal of an address whose query holds a secret of this instance, or a parameter that is meant for one (RFC 6750, section 2.3). Addresses end
/// up in logs, histories and referrers of machines we do not know, so it is refused before anything answers.
pub(crate) fn secret_in(address: &Uri, site: &Site) -> Option<Response> {
    let is_secret = |text: &str| text.split(' ').any(|word| PresentedSecret::parse(word, site.console.prefix()).is_ok());
    let reveals = form_urlencoded::parse(address.query()?.as_bytes())
        .any(|(name, value)| matches!(&*name, "access_token" | "api_key" | "token") || is_secret(&name) || is_secret(&value));
    reveals.then(in_address)
}

fn in_address() -> Response {
    let message =
        "A token does not belong in an address. Send it as \"Authorization: Bearer …\", and revoke it if this address was logged.";
    Problem::invalid_request("token_in_url", message).into_response()
}
