//! The mails of an organization.

use leptos::prelude::*;

pub const REFUSED: &str = "You may not see the mails of this organization.";
pub const LEAD: &str = "What is written to owners and admins about tokens and members, and to people about what is theirs. These are the \
     latest 50, after those that could not be delivered in the last 7 days.";
pub const NO_MAILS: &str = "No mails yet";
pub const NO_MAILS_TEXT: &str = "The first one is written when somebody generates a token.";

pub const SUBJECT: &str = "Subject";
pub const TO: &str = "To";
pub const WRITTEN: &str = "Written";
pub const DELIVERY: &str = "Delivery";

pub const WRITTEN_TO_A_FILE: &str = "Kept as a file";
pub const SENT: &str = "Sent";
pub const WAITING: &str = "Waiting";
pub const TRYING_AGAIN: &str = "Trying again";
pub const NOT_SENT: &str = "Not sent";
pub const NOT_SENT_WHY: &str = "Its link had ended, or a newer mail brings it.";
pub const GIVEN_UP: &str = "Given up";

pub fn caption(organization: &str) -> String {
    format!("Mails of {organization}, those that were given up first, then newest first")
}

/// Where no mail server is set up.
pub fn unmailed() -> impl IntoView {
    view! {
        <strong>"No mail server is set up, so Jeton sends no e-mail."</strong>
        " Mails become files in the folder “mail” beside the server's data. Ask the operator to set " <code>"JETON_SMTP_URL"</code> "."
    }
}

pub fn tried(attempts: u32, next_at: AnyView) -> impl IntoView {
    let tried = if attempts == 1 { "Tried once".to_owned() } else { format!("Tried {attempts} times") };
    view! { {tried} ". Next at " {next_at} }
}
