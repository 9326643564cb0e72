//! A token's rate limit, as bodies and headers say it.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::{
    RateLimit,
    rate_limit::{Budget, Period},
};
use serde::{Deserialize, Serialize};

use super::{
    names::PeriodName,
    number::Whole,
    problem::Problem,
    tokens::{invalid, wrong},
};

/// So many requests in a period, which begins with its first request.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = RateLimit)]
pub(super) struct Rate {
    /// How many.
    #[schema(minimum = 1, maximum = 1_000_000)]
    requests: u32,
    /// In what time.
    #[schema(value_type = PeriodName)]
    period: &'static str,
}

impl From<RateLimit> for Rate {
    fn from(limit: RateLimit) -> Self {
        Self { requests: limit.requests(), period: limit.period().as_str() }
    }
}

/// The same as it is wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedRate {
    requests: Whole,
    period: String,
}

impl WantedRate {
    pub(super) fn parse(&self) -> Result<RateLimit, Problem> {
        let known = Period::ALL.into_iter().find(|period| period.as_str() == self.period);
        let period = known.ok_or_else(|| invalid("rate_limit", "A rate limit's period is second, minute, hour or day."))?;
        RateLimit::new(self.requests.0, period).map_err(wrong("rate_limit"))
    }
}

/// Says what is left, as draft-ietf-httpapi-ratelimit-headers does: the limit, how many requests are left of it, in how many seconds there are more.
pub(super) fn tell(headers: &mut HeaderMap, budget: &Budget) {
    let (requests, seconds) = (budget.limit.requests(), budget.limit.period().seconds());
    for (name, value) in [
        ("ratelimit-policy", format!("\"token\";q={requests};w={seconds}")),
        ("ratelimit", format!("\"token\";r={};t={}", budget.left, budget.wait_seconds())),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
