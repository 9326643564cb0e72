//! Problem documents (RFC 9457): what the API answers when it refuses.
//!
//! They also carry `status`, `error` and `message`, which clients of the products Jeton replaces read.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Code, Failure, Permission, PermissionSet, network::Outside, rate_limit::Budget};
use serde::Serialize;
use services::Error;

use super::rate_limit;

const REALM: &str = "Bearer realm=\"jeton\"";

/// A refusal, before it is written down for a request.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: Box<str>,
    field: Option<String>,
    token: Option<Box<str>>,
    challenge: Option<Box<str>>,
    retry_after: Option<u64>,
    /// What is left of the token's rate limit, where that is why.
    budget: Option<Box<Budget>>,
    /// Whether `error` says the code, as OAuth's clients expect.
    is_oauth: bool,
}

/// A refusal as it is written.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document<'a> {
    /// The HTTP status.
    status: u16,
    /// The status in words; of a wrong OAuth request, its code as RFC 6749 names it.
    error: &'a str,
    /// What to do, for people.
    message: &'a str,
    /// Always `about:blank`: `code` tells problems apart.
    r#type: &'a str,
    /// The status in words, as RFC 9457 names it.
    title: &'a str,
    /// Which problem it is, for programs.
    code: &'a str,
    /// The request's id.
    instance: &'a str,
    /// The member or field that has to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    field: Option<&'a str>,
    /// The token that the problem is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token: Option<&'a str>,
}

impl Problem {
    /// A problem without particulars.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            field: None,
            token: None,
            challenge: None,
            retry_after: None,
            budget: None,
            is_oauth: false,
        }
    }

    fn document<'a>(&'a self, request_id: &'a str) -> Document<'a> {
        let words = self.status.canonical_reason().unwrap_or("Error");
        Document {
            status: self.status.as_u16(),
            error: if self.is_oauth { self.code } else { words },
            message: &self.message,
            r#type: "about:blank",
            title: words,
            code: self.code,
            instance: request_id,
            field: self.field.as_deref(),
            token: self.token.as_deref(),
        }
    }

    fn unauthenticated(challenge: &str) -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "Invalid or missing authentication token");
        Self { challenge: Some(challenge.into()), ..problem }
    }

    /// RFC 6750, section 3.1: who sent nothing is told no error code.
    pub(crate) fn no_credentials() -> Self {
        Self::unauthenticated(REALM)
    }

    /// What was sent is not good; why is nobody's business.
    pub(crate) fn bad_token() -> Self {
        Self::unauthenticated(&format!("{REALM}, error=\"invalid_token\""))
    }

    /// The token was sent in a way that is not taken.
    pub(crate) fn invalid_request(code: &'static str, message: &str) -> Self {
        Self { challenge: Some(format!("{REALM}, error=\"invalid_request\"").into()), ..Self::new(StatusCode::BAD_REQUEST, code, message) }
    }

    /// More than one credential was sent.
    pub(crate) fn two_credentials() -> Self {
        Self::invalid_request("two_credentials", "Send one token, in one header.")
    }

    /// The same refusal to who asks where 400 is no answer: nobody got in.
    pub(crate) fn into_unauthenticated(self) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..self }
    }

    /// The same refusal to who asks where 429 is no answer: the request may not pass.
    pub(crate) fn into_forbidden(self) -> Self {
        Self { status: StatusCode::FORBIDDEN, ..self }
    }

    /// Whether a good token was refused for where, or how often, it is used.
    pub(crate) fn is_of_limits(&self) -> bool {
        matches!(self.code, "ip_not_allowed" | "ip_unknown" | "rate_limited")
    }

    /// Whether nobody got in.
    pub(crate) fn is_unauthenticated(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// The token is good, but not for this.
    pub(crate) fn insufficient(permission: Permission) -> Self {
        Self::insufficient_for([permission].into_iter().collect())
    }

    /// The token is good, but lacks some of these.
    pub(crate) fn insufficient_for(permissions: PermissionSet) -> Self {
        let problem = Self::new(StatusCode::FORBIDDEN, "insufficient_permissions", "Insufficient permissions to access this resource");
        Self { challenge: Some(format!("{REALM}, error=\"insufficient_scope\", scope=\"{}\"", permissions.stored()).into()), ..problem }
    }

    /// What a gateway sends of its own makes no sense; whatever it asks about may not pass.
    pub(crate) fn gateway(code: &'static str, field: &str, message: &str) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(StatusCode::FORBIDDEN, code, message) }
    }

    /// The member at this place cannot be taken.
    pub(crate) fn invalid(field: String, message: &str) -> Self {
        Self { field: Some(field), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message) }
    }

    /// A parameter of an OAuth request is missing, or there twice.
    pub(crate) fn invalid_parameter(name: &str, message: &str) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST, "invalid_request", message);
        Self { field: Some(name.to_owned()), is_oauth: true, ..problem }
    }

    /// Nothing is known at the moment, so nothing is said.
    pub(crate) fn unavailable(message: &str) -> Self {
        Self { retry_after: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message) }
    }

    /// Nothing is at this address.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address, or you have no access to it.")
    }

    /// The thing is no longer what the request says it was.
    pub(crate) fn precondition_failed() -> Self {
        let message = "Somebody changed this meanwhile, and nothing was done. Find it again, then make your change.";
        let problem = Self::new(StatusCode::PRECONDITION_FAILED, "precondition_failed", message);
        Self { field: Some("If-Match".to_owned()), ..problem }
    }

    /// What the request goes on from is nothing that is known here.
    pub(crate) fn cursor_gone() -> Self {
        let message =
            "This place is not known here any more. Forget everything that you remember of tokens, and begin again without `after`.";
        Self { field: Some("after".to_owned()), ..Self::new(StatusCode::GONE, "cursor_gone", message) }
    }

    /// The attempt that this key marks succeeded before, and somebody used what it answered.
    pub(crate) fn key_used(token: &str) -> Self {
        let message = "An attempt with this key succeeded before, and its secret was used or the token was changed since. Rotate or revoke that token.";
        Self { token: Some(token.into()), ..Self::new(StatusCode::CONFLICT, "idempotency_key_used", message) }
    }

    /// The key marks an attempt at something else.
    pub(crate) fn key_reused() -> Self {
        let message = "This key came with another request before. Send each new request with a key of its own.";
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", message);
        Self { field: Some("Idempotency-Key".to_owned()), ..problem }
    }

    /// The request comes from somebody else's page.
    pub(crate) fn cross_site() -> Self {
        let message = "This form was not sent from a page of this console. Open the page again and send it from there.";
        Self::new(StatusCode::FORBIDDEN, "cross_site", message)
    }

    /// The body is larger than anything takes.
    pub(crate) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body may have 64 KiB.")
    }

    /// The body ended before its end.
    pub(crate) fn broken_off() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_body", "The body did not arrive in full.")
    }

    /// Our fault.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side. The log has this request's id.")
    }

    /// What a use case answered to the bearer of a token who needed this permission.
    pub(crate) fn refusing(error: Error, permission: Permission) -> Self {
        match error {
            Error::Unauthenticated => Self::bad_token(),
            Error::Forbidden => Self::insufficient(permission),
            other => Self::from(other),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let retry_after = match error {
            Error::TooMany { wait } => Some(wait.as_secs() + 1),
            Error::RateLimited(budget) => Some(budget.wait_seconds()),
            Error::Unavailable(_) => Some(1),
            _ => None,
        };
        let (budget, of_limits) = match error {
            Error::Outside(Outside::NotAllowed) => (None, Some("ip_not_allowed")),
            Error::Outside(Outside::Unknown) => (None, Some("ip_unknown")),
            Error::RateLimited(budget) => (Some(Box::new(budget)), Some("rate_limited")),
            _ => (None, None),
        };
        let failure = Failure::from(error);
        let code = match failure.code {
            Code::Unauthenticated => return Self::bad_token(),
            Code::NotFound => return Self::not_found(),
            Code::Internal => return Self::internal(),
            Code::Forbidden => "forbidden",
            Code::Invalid => "invalid",
            Code::Conflict => "conflict",
            Code::TooMany => "too_many_requests",
            Code::Unavailable => "unavailable",
        };
        let code = of_limits.unwrap_or(code);
        Self { field: failure.field, retry_after, budget, ..Self::new(app::ssr::status(failure.code), code, &failure.message) }
    }
}

impl IntoResponse for Problem {
    /// Status and challenge; [`dress`] writes the rest when it knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge.as_ref().and_then(|challenge| HeaderValue::from_str(challenge).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(budget) = &self.budget {
            rate_limit::tell(headers, budget);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the body of a problem, with the request's id. Refusals by axum and its layers, which are bare text, become problems as well;
/// pages stay as they are.
pub(crate) fn dress(mut response: Response, request_id: &str) -> Response {
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare_refusal(&response) => by_status(response.status()),
        None => return response,
    };
    let body = serde_json::to_vec(&problem.document(request_id)).unwrap_or_default();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    *response.body_mut() = Body::from(body);
    response
}

fn is_bare_refusal(response: &Response) -> bool {
    let refused = response.status().is_client_error() || response.status().is_server_error();
    refused && response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn by_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::not_found(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        StatusCode::INTERNAL_SERVER_ERROR => Problem::internal(),
        StatusCode::METHOD_NOT_ALLOWED => {
            Problem::new(status, "method_not_allowed", "This address takes the methods in the header \"Allow\".")
        }
        StatusCode::SERVICE_UNAVAILABLE => Problem::unavailable("This took too long. Try again."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(status, "unsupported_media_type", "This address takes another kind of body."),
        other => Problem::new(other, "bad_request", "This request cannot be taken as it is."),
    }
}
