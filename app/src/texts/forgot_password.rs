//! Asking for a link that sets a new password.

pub const FORGOT_YOUR_PASSWORD: &str = "Forgot your password?";
pub const LEAD: &str = "Type the e-mail address you sign in with. You get a mail with a link to set a new password.";
pub const NO_MAIL_SENT: &str = "No mail was sent";
pub const SEND_LINK: &str = "Send link";
pub const BACK_TO_SIGNING_IN: &str = "Back to signing in";

pub const SENT: &str = "Look into your mail";
pub const SENT_LEAD: &str =
    "If there is an account with this address, a mail is on its way. Its link works once, for 30 minutes; an earlier one no longer does.";
pub const SENT_NOTHING_CAME: &str = "Nothing came? Look for it in the spam folder, and check the address.";
pub const SENT_TO_A_FILE: &str =
    "No mail server is set up here, so the mail becomes a file on the server. Ask whoever runs it to hand the link to you.";
