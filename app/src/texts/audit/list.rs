//! The log: a filter, a page of events, and the ways to check and to keep them.

pub const REFUSED: &str = "You may not see the audit log of this organization.";
pub const FILTER_NOT_ACCEPTED: &str = "The filter was not accepted";

pub const EVENTS: &str = "Events";
pub const WHAT: &str = "What";
pub const NEWEST_EVENTS: &str = "Newest events";
pub const OLDER_EVENTS: &str = "Older events";

pub const NO_MATCH: &str = "No event matches";
pub const NO_MATCH_TEXT: &str = "Nothing in this organization's audit log is let through by the filter.";
pub const CLEAR_THE_FILTER: &str = "Clear the filter";
/// Where the address asks for what is before the first event.
pub const NO_EARLIER: &str = "No earlier events";
pub const NO_EARLIER_TEXT: &str = "The log begins after this place.";
pub const NO_EVENTS: &str = "No events yet";
pub const NO_EVENTS_TEXT: &str = "What is done in this organization from now on will be listed here.";

pub const EXPORT: &str = "Export";
pub const EXPORT_ALL: &str = "A file with all events, the newest 10,000 at most.";
pub const EXPORT_MATCHING: &str = "A file with the events that match the filter, the newest 10,000 at most.";
pub const CSV: &str = "CSV";
pub const JSON_LINES: &str = "JSON Lines";

pub fn lead(organization: &str) -> String {
    format!(
        "Who did what in {organization}. Events are only ever added, each chained to the one before, so that what is changed afterwards \
         shows. Signing in belongs to no organization and is not listed."
    )
}

pub fn caption(organization: &str) -> String {
    format!("Audit log of {organization}, newest first")
}

/// For the same among the tokens, which have a mask as well.
pub fn search_the_tokens(target: &str) -> String {
    format!("Search the API tokens for “{target}”")
}
