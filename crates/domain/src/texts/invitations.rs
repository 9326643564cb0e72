//! Invitations.

pub const A_MEMBER_ALREADY: &str = "Somebody with this address is a member already.";
pub const HAS_AN_ACCOUNT: &str = "There is an account with this address. Sign in, then accept the invitation.";
pub const YOU_ARE_A_MEMBER: &str = "You are a member of this organization already.";
