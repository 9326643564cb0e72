//! Ending a team.

pub const MEANWHILE: &str = "Ending…";
pub const REFUSED: &str = "You may not end this team.";
pub const NOT_ENDED: &str = "The team was not ended";
pub const TO_REVOKE: &str = "Tokens to revoke";

pub fn end(name: &str) -> String {
    format!("End team {name}?")
}

pub fn lead(tokens: u32) -> String {
    match tokens {
        0 => "It has no active tokens. This cannot be undone.".to_owned(),
        1 => "Its token is revoked in the same moment: whatever uses it stops working at once. This cannot be undone.".to_owned(),
        several => {
            format!("Its {several} tokens are revoked in the same moment: whatever uses one stops working at once. This cannot be undone.")
        }
    }
}

/// The name follows.
pub const CONFIRM: &str = "To confirm, type the name:";
