//! Inviting somebody.

pub const INVITE: &str = "Invite";
pub const REFUSED: &str = "You may not invite people to this organization.";
pub const NOT_INVITED: &str = "Nobody was invited";
pub const MAKE_LINK: &str = "Make invitation link";
pub const MEANWHILE: &str = "Making the link…";

pub fn lead(organization: &str) -> String {
    format!("This mails somebody a link that lets them join {organization}. It works once, for 7 days.")
}

/// Where no mail server is named.
pub fn lead_without_mail(organization: &str) -> String {
    format!("This makes a link that lets one person join {organization}. You hand it over yourself; it works once, for 7 days.")
}

pub const EMAIL_ADDRESS: &str = "Their e-mail address";
pub const EMAIL_ADDRESS_HINT: &str = "They will sign in with it. Keep the link private: whoever opens it first can join as them.";
pub const ROLE_HINT: &str = "Choose the least that is enough. It can be changed later.";
