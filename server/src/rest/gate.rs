//! `/auth/verify`: may a request pass? A gateway asks, before it lets the request through to what is behind it.
//!
//! nginx's `auth_request`, Traefik's `ForwardAuth`, Caddy's `forward_auth` and Envoy's `ext_authz` send the head of their client's request here.
//! They understand four answers, and nothing else is given: 200, 401, 403, 503. Decision 30.

use std::net::{IpAddr, SocketAddr};

use axum::{
    Extension,
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use axum_client_ip::ClientIpSource;
use domain::{Invalid, Kind, Organization, PermissionSet, Token, Verdict, network::Outside, rate_limit::Budget};
use services::{Caller, Error, Verifier, access, verify::Asked};

use super::{credentials, problem::Problem, tokens::Owner};
use crate::router::Site;

/// Where gateways ask.
pub(crate) const ADDRESS: &str = "/auth/verify";
/// The same, and below it: Envoy appends the path that its client asked for.
pub(crate) const ADDRESSES: [&str; 3] = [ADDRESS, "/auth/verify/", "/auth/verify/{*path}"];
/// Holds the gateway's own token.
const VERIFIER: &str = "x-jeton-verifier";
/// Says what is required where the query cannot, in the words of the query.
const REQUIRE: &str = "x-jeton-require";

/// Verifies the token of a request that came to a gateway.
///
/// Any method; the body is never read. The client's token is presented as everywhere else, the gateway's own, which holds `token:verify`, in
/// `X-Jeton-Verifier`. Everything that is required has to hold, wherever it is said. 200 always carries `X-Jeton-Token`, `X-Jeton-Organization`,
/// `X-Jeton-Kind`, `X-Jeton-Subject` and `X-Jeton-Permissions` (with spaces between, empty for none). Below this address the query is
/// the client's and says nothing. From where the client came is read from the header that the server's operator named; a token that may be used
/// from some networks only is refused where no header is named.
#[utoipa::path(
    get,
    path = "/auth/verify",
    operation_id = "request_verify",
    tag = "Verification",
    params(
        ("X-Jeton-Verifier" = String, Header, description = "The gateway's own token. It must never be the client's to set.", example = "jto_Ab1cdefghijklmnopqrstuvwxyz01234009xYz"),
        ("X-Jeton-Require" = Option<String>, Header, description = "What is required, written as in the query.", example = "permission=cluster:read&kind=organization"),
        ("permission" = Option<String>, Query, description = "Permissions the token has to hold, all of them; with spaces between, or repeated.", example = "cluster:read"),
        ("kind" = Option<String>, Query, description = "Whose the token may be: `organization`, `team`, `user`; one of several with spaces between.", example = "organization team"),
    ),
    responses(
        (status = 200, description = "The request may pass.", headers(
            ("X-Jeton-Token" = String, description = "The token's id."),
            ("X-Jeton-Organization" = String, description = "The id of its organization."),
            ("X-Jeton-Kind" = String, description = "`organization`, `team` or `user`."),
            ("X-Jeton-Subject" = String, description = "The id of whom it belongs to."),
            ("X-Jeton-Permissions" = String, description = "Everything it may do, with spaces between."),
        )),
        (status = 401, description = "The client presents no token, two, or none that is good."),
        (status = 403, description = "The client's token is of another kind or lacks a permission; or, in `code`: `ip_not_allowed`, `ip_unknown`, \
            `rate_limited` (with `Retry-After` and `RateLimit`), `verifier_refused`, `bad_requirement`."),
    )
)]
pub(crate) async fn verify(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    // The caller's address is that of the gateway's client; the gateway is who is connected.
    let mut itself = caller.clone();
    itself.address = peer.map(|Extension(ConnectInfo(peer))| peer.ip().to_canonical());
    let verifier = gateway(&site, &itself, &headers).await?;
    let required = Required::read(&uri, &headers)
        .inspect_err(|_| tracing::warn!(request_id = &*caller.request_id, "a gateway requires what makes no sense"))?;
    let presented = credentials::presented(&headers).map_err(Problem::into_unauthenticated)?;
    let asked = Asked { permission: required.permissions.iter().next(), address: address(&site, &caller), passed_on: true };
    let found = services::verify::verify(&site.console, verifier, &caller, presented, asked).await?;
    match (found.verdict, found.subject) {
        (Verdict::Valid, Some(subject)) => {
            required.of(subject.token())?;
            passed(subject.token(), subject.organization())
        }
        (Verdict::InsufficientPermissions, _) => Err(Problem::insufficient_for(required.permissions)),
        (Verdict::IpNotAllowed, _) => Err(Error::from(Outside::NotAllowed).into()),
        (Verdict::IpUnknown, _) => {
            tracing::warn!(
                request_id = &*caller.request_id,
                "a gateway does not say where its client is, and the token may be used from some networks only: see --client-ip"
            );
            Err(Error::from(Outside::Unknown).into())
        }
        (Verdict::RateLimited, _) => Err(over(found.budget)),
        _ => Err(Problem::bad_token()),
    }
}

/// From where the gateway's client came. Where no header says it, the only address there is is the gateway's own, which proves nothing.
fn address(site: &Site, caller: &Caller) -> Option<IpAddr> {
    caller.address.filter(|_| site.client_ip != ClientIpSource::ConnectInfo)
}

/// Refuses a request too many. Of 429 nginx would make 500, so it is 403, which says in its headers when to come back.
fn over(budget: Option<Budget>) -> Problem {
    budget.map_or_else(Problem::internal, |budget| Problem::from(Error::RateLimited(budget)).into_forbidden())
}

/// Lets the gateway ask. Until it presents a good token of its own, nothing passes.
async fn gateway(site: &Site, caller: &Caller, headers: &HeaderMap) -> Result<Verifier, Problem> {
    let refused = || {
        tracing::warn!(request_id = &*caller.request_id, "a gateway asks without a good token of its own in X-Jeton-Verifier");
        let message =
            "The gateway has to present one token of its own, good where it is, that holds token:verify, in the header X-Jeton-Verifier.";
        Problem::gateway("verifier_refused", "X-Jeton-Verifier", message)
    };
    let mut presented = headers.get_all(VERIFIER).iter();
    let (Some(verifier), None) = (presented.next(), presented.next()) else { return Err(refused()) };
    let verifier = verifier.to_str().map_err(|_| refused())?;
    access::to_verify(&site.console, verifier, caller).await.map_err(|error| match error {
        Error::Unauthenticated | Error::Forbidden | Error::Outside(_) => refused(),
        other => other.into(),
    })
}

/// What the gateway requires of a token beside being good. More can be added and nothing taken away: what a client smuggles in can only
/// shut it out.
#[derive(Default)]
struct Required {
    permissions: PermissionSet,
    /// Of each, one has to be the token's.
    kinds: Vec<Vec<Kind>>,
}

impl Required {
    fn read(uri: &Uri, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut required = Self::default();
        if uri.path() == ADDRESS {
            required.add(uri.query().unwrap_or_default())?;
        }
        for value in headers.get_all(REQUIRE) {
            let text = value.to_str().ok().filter(|text| !text.is_empty());
            required.add(text.ok_or_else(|| bad("X-Jeton-Require", "X-Jeton-Require holds what the query would: permission=…&kind=…"))?)?;
        }
        Ok(required)
    }

    /// An empty value is refused: it is a gap in somebody's configuration, and not the wish to let everybody through.
    fn add(&mut self, query: &str) -> Result<(), Problem> {
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "permission" => {
                    let permissions: PermissionSet = value.parse().map_err(|Invalid(why)| bad("permission", &why))?;
                    if permissions.is_empty() {
                        return Err(bad("permission", "Name a permission, as in permission=cluster:read, or leave the parameter out."));
                    }
                    self.permissions = self.permissions.union(permissions);
                }
                "kind" => {
                    let kinds = value.split_whitespace().map(str::parse).collect::<Result<Vec<Kind>, _>>();
                    let kinds = kinds.map_err(|Invalid(why)| bad("kind", &why))?;
                    if kinds.is_empty() {
                        return Err(bad("kind", "Name a kind, as in kind=organization, or leave the parameter out."));
                    }
                    self.kinds.push(kinds);
                }
                _ => return Err(bad("query", "There are the parameters permission and kind.")),
            }
        }
        Ok(())
    }

    /// Refuses a good token that lacks something.
    fn of(&self, token: &Token) -> Result<(), Problem> {
        if !token.effective().covers(self.permissions) {
            return Err(Problem::insufficient_for(self.permissions));
        }
        if self.kinds.iter().all(|one_of| one_of.contains(&token.owner.kind())) {
            return Ok(());
        }
        Err(Problem::new(StatusCode::FORBIDDEN, "wrong_kind", "This takes tokens of another kind: look at whom the token belongs to."))
    }
}

fn bad(field: &str, why: &str) -> Problem {
    Problem::gateway("bad_requirement", field, why)
}

/// Lets the request pass, and says whose it is. A header that is missing would leave the client's own in place, so all are always there.
fn passed(token: &Token, organization: &Organization) -> Result<Response, Problem> {
    let mut response = StatusCode::OK.into_response();
    for (name, value) in [
        ("x-jeton-token", token.id.to_string()),
        ("x-jeton-organization", organization.id.to_string()),
        ("x-jeton-kind", token.owner.kind().as_str().to_owned()),
        ("x-jeton-subject", Owner::of(token, organization).id),
        ("x-jeton-permissions", token.effective().stored()),
    ] {
        let value = HeaderValue::from_str(&value).map_err(|_| Problem::internal())?;
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    Ok(response)
}

/// Turns every answer but the four that gateways understand into 503: trouble lets nothing pass.
pub(crate) async fn only_what_gateways_understand(response: Response) -> Response {
    match response.status() {
        StatusCode::OK | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => response,
        _ => Problem::unavailable("Nothing can be said about this token at the moment. Try again.").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_but_four_statuses_leaves() {
        for code in 100..600 {
            let status = StatusCode::from_u16(code).unwrap();
            let answer = only_what_gateways_understand(status.into_response()).await.status().as_u16();
            assert_eq!(answer, if [200, 401, 403].contains(&code) { code } else { 503 });
        }
    }
}
