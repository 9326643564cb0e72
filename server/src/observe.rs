//! What happens around every request: a name for it, a line in the log, no secret in its address, the security headers.

use std::{net::IpAddr, sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{FromRequestParts as _, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_client_ip::{ClientIp, ClientIpSource};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use domain::Secret;
use services::{Caller, Entropy};
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
#[derive(Debug, Clone)]
pub(crate) struct Nonce(pub(crate) Arc<str>);

/// Surrounds a request. It is the outermost layer, so that everything has a request id.
pub(crate) async fn request(State(site): State<Site>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (mut parts, body) = request.into_parts();
    let address = address(&site.client_ip, &mut parts).await;
    let mut request = Request::from_parts(parts, body);
    let request_id = format!("req_{}", HEXLOWER.encode(&random::<16>(&*site.entropy)));
    let nonce = Nonce(BASE64URL_NOPAD.encode(&random::<16>(&*site.entropy)).into());
    let caller = Caller::new(request_id.clone(), address, user_agent(request.headers()));
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request_id, method = %request.method(), route);
    // Behind a gateway the query may be that of the gateway's client, which is not for us to refuse.
    let reveals = !route.starts_with(gate::ADDRESS) && request.uri().query().is_some_and(|query| reveals_a_secret(query, &site));
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(nonce.clone());
    async move {
        let response = if reveals { in_address() } else { next.run(request).await };
        let mut response = problem::dress(response, &request_id);
        headers::secure(response.headers_mut(), &nonce.0, &site.public_url);
        let id = HeaderValue::from_str(&request_id).expect("a request id is hexadecimal");
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), micros, "answered");
        response
    }
    .instrument(span)
    .await
}

/// Turns a panic, which the hook of [`crate::telemetry`] has logged, into a 500 with the request id and nothing else.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send>) -> Response<Body> {
    Problem::internal().into_response()
}

fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// The client's address, from the one source the operator named; none when that source says nothing.
async fn address(source: &ClientIpSource, parts: &mut Parts) -> Option<IpAddr> {
    parts.extensions.insert(source.clone());
    ClientIp::from_request_parts(parts, &()).await.ok().map(|ClientIp(address)| address.to_canonical())
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
