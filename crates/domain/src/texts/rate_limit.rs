//! How often a token may be used.

use crate::{
    rate_limit::{Period, RateLimit},
    usage::grouped,
};

pub const NO_PERIOD: &str = "A rate limit counts requests per second, minute, hour or day.";
pub const NO_RATE_LIMIT: &str = "Write a rate limit as 100/minute; also second, hour or day.";

pub fn too_many(most: u32) -> String {
    format!("A rate limit is from 1 to {} requests.", grouped(most.into()))
}

/// As in `100 per minute`.
pub fn in_words(limit: RateLimit) -> String {
    let period = match limit.period() {
        Period::Second => "second",
        Period::Minute => "minute",
        Period::Hour => "hour",
        Period::Day => "day",
    };
    format!("{} per {period}", grouped(limit.requests().into()))
}

/// As in `100/min`.
pub fn short(limit: RateLimit) -> String {
    let period = match limit.period() {
        Period::Second => "s",
        Period::Minute => "min",
        Period::Hour => "h",
        Period::Day => "day",
    };
    format!("{}/{period}", grouped(limit.requests().into()))
}

/// Of a token that was used more often, and may be used again after so many seconds.
pub fn exceeded(limit: RateLimit, wait_seconds: u64) -> String {
    let limit = in_words(limit);
    match wait_seconds {
        1 => format!("This token is limited to {limit}. Try again in 1 second."),
        wait => format!("This token is limited to {limit}. Try again in {wait} seconds."),
    }
}
