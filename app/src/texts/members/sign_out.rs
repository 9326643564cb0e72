//! Signing a member out everywhere.

pub const REFUSED: &str = "You may not end the sessions of this member.";
pub const MAY_DO_MORE: &str = "This member may do more than you.";
pub const NOT_SIGNED_OUT: &str = "Nobody was signed out";
pub const LEAD: &str = "All their sessions end at once, in every browser and for every organization they belong to. They stay a member, get a mail, and can sign in again with their password. Their tokens go on working.";

pub fn sign_out(name: &str) -> String {
    format!("Sign {name} out everywhere?")
}
