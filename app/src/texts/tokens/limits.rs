//! From where a token may be used, and how often.

pub const LIMITS: &str = "Limits: networks and rate (optional)";

pub const ALLOWED_NETWORKS: &str = "Allowed networks";
pub const ALLOWED_NETWORKS_HINT: &str = "Ranges of addresses such as 10.0.0.0/8 or 2001:db8::/32, or single addresses, one a line. From anywhere else the token is refused. Empty for everywhere.";
pub const ALL_NETWORKS: &str = "All";

pub const RATE_LIMIT: &str = "Rate limit";
pub const RATE_LIMIT_HINT: &str =
    "The most requests per second, minute, hour or day, such as 100/minute. More are refused until the next period. Empty for none.";
pub const NO_RATE_LIMIT: &str = "None";
