//! What is recorded about mails; what they say is in `services::mails`.

pub const TOOK_TOO_LONG: &str = "The mail server took longer than 30 seconds.";

/// Names tokens of which `more` are not named.
pub fn labels(named: String, more: u64) -> String {
    if more == 0 { named } else { format!("{named} and {more} more") }
}
