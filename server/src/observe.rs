//! What happens around every request: a name for it, a line in the log, no secret in its address, the security headers.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequestParts as _, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_client_ip::{ClientIp, ClientIpSource};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::Secret;
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
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Surrounds a request. It is the outermost layer, so that everything has a request id; what is mounted without layers names itself by `caller`.
pub(crate) async fn request(State(site): State<Site>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (address, mut request) = address(&site.client_ip, request).await;
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
    let reveals = !is_gate && request.uri().query().is_some_and(|query| reveals_a_secret(query, &site));
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(nonce);
    async move {
        let response = if reveals { in_address() } else { next.run(request).await };
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

/// Who sends a request to where layers cost too much ([`crate::rest::busy`]), under which name; else the refusal of a secret in its address.
pub(crate) fn caller(site: &Site, request: &Request, address: Option<IpAddr>) -> (Caller, Result<(), Response>) {
    let mut id = [0; 16];
    site.entropy.fill_public(&mut id);
    let caller = Caller::new(named(&id), address, user_agent(request.headers()));
    let reveals = request.uri().query().is_some_and(|query| reveals_a_secret(query, site));
    (caller, if reveals { Err(in_address()) } else { Ok(()) })
}

/// An answer with all that every answer has: its problem written down, its headers, the name of its request. Only a page has a nonce.
pub(crate) fn dressed(response: Response, request_id: &str, nonce: Option<Nonce>, site: &Site) -> Response {
    let mut response = problem::dress(response, request_id);
    headers::secure(response.headers_mut(), nonce, &site.public_url);
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
pub(crate) async fn address(source: &ClientIpSource, request: Request) -> (Option<IpAddr>, Request) {
    if *source == ClientIpSource::ConnectInfo {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
        return (peer, request);
    }
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(source.clone());
    let address = ClientIp::from_request_parts(&mut parts, &()).await.ok().map(|ClientIp(address)| address.to_canonical());
    (address, Request::from_parts(parts, body))
}

fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Whether a query holds a secret of this instance, or a parameter that is meant for one (RFC 6750, section 2.3). Addresses end up in logs,
/// histories and referrers of machines we do not know, so it is refused before anything answers.
fn reveals_a_secret(query: &str, site: &Site) -> bool {
    let is_secret = |text: &str| text.split(' ').any(|word| Secret::parse(word, site.console.prefix()).is_ok());
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| matches!(&*name, "access_token" | "api_key" | "token") || is_secret(&name) || is_secret(&value))
}

fn in_address() -> Response {
    let message =
        "A token does not belong in an address. Send it as \"Authorization: Bearer …\", and revoke it if this address was logged.";
    Problem::invalid_request("token_in_url", message).into_response()
}
