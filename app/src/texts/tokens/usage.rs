//! What the page of a token tells about its use.

use leptos::prelude::*;

pub const USAGE: &str = "Usage";
pub const LAST_ADDRESSES: &str = "Last addresses";
pub const NO_ADDRESSES: &str = "No address is known yet.";
pub const HINT: &str = "Where a service verifies tokens for others and does not send “remote_addr”, its own address is shown. This is a few seconds behind; days are in UTC.";

pub const PURPOSES: &str = "What it was used for";
pub const NOTHING_NAMED: &str = "No permission that was asked for is known yet.";
pub const UNTOLD: &str = "A service verified it without naming a permission, so it may have been used for anything that it may do.";

/// In the place of all that is counted, which comes a little later than the use itself.
pub const JUST_USED: &str = "Used a moment ago. How often, from where and for what follows within seconds.";

/// Above the permissions themselves.
pub fn purposes(how_many: usize) -> String {
    match how_many {
        1 => "Used for 1 permission in the last 100 days".to_owned(),
        many => format!("Used for {many} permissions in the last 100 days"),
    }
}

/// Below what was not used, wherever that is offered to be taken away.
pub const EXCESS_HINT: &str = "Found once a day, from what services name when they verify the token. If one names a permission and then goes by the whole list in the answer, this does not know: ask before you take anything away. What guards Jeton itself is left out.";

/// Above the permissions themselves.
pub fn excess(how_many: usize) -> String {
    match how_many {
        1 => "1 permission was not used in 100 days".to_owned(),
        many => format!("{many} permissions were not used in 100 days"),
    }
}

/// What the two halves of the drawing are.
pub const UP_AND_DOWN: &str = "Up: accepted, down: refused";
pub const SHOW_BY_DAY: &str = "Show by day";
pub const BY_DAY: &str = "Uses by day in UTC, the latest first";
pub const DAY: &str = "Day";
pub const ACCEPTED: &str = "Accepted";
pub const REFUSED: &str = "Refused";

/// Why uses of a token in force may have been refused.
pub const fn limits(networks: bool, rate: bool) -> Option<&'static str> {
    match (networks, rate) {
        (true, true) => Some(
            "It may be used from some networks only, and only so often: anything else, or what comes from nobody knows where, is refused.",
        ),
        (true, false) => Some("It may be used from some networks only: what comes from elsewhere, or from nobody knows where, is refused."),
        (false, true) => Some("It may be used only so often: what is more is refused."),
        (false, false) => None,
    }
}

pub fn not_shown(why: &str) -> String {
    format!("The usage cannot be shown. {why}")
}

pub fn last_use_by(program: &str) -> String {
    format!("The last use was by {program}.")
}

/// `seen` is as in "3 minutes ago", or on a day.
pub fn last(seen: AnyView) -> impl IntoView {
    view! { "seen " {seen} }
}
