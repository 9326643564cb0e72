//! What narrows and sorts the list of tokens.

use domain::{
    attention::Finding,
    token_query::{Expiring, Owned, Unused},
};

pub const VIEWS: &str = "Views of the list";
pub const ACTIVE: &str = "Active";
pub const INACTIVE: &str = "Inactive";

pub const EXPORT_CSV: &str = "Export CSV";
pub const EXPORT_LIMIT: &str = "up to 10,000 rows";

/// What the form narrows.
pub const TOKENS: &str = "Tokens";
pub const SEARCH_FIELD: &str = "Search label, description or token";
pub const SEARCH_PLACEHOLDER: &str = "Label, description or token";
pub const SEARCH: &str = "Search";

pub const FILTERS: &str = "Filters";
pub const APPLY_FILTERS: &str = "Apply filters";
pub const CLEAR: &str = "Clear search and filters";

pub const ANY_STATUS: &str = "Any status";
pub const ANY_ROLE: &str = "Any role";
/// Among owners, and among those who generated tokens.
pub const ANYBODY: &str = "Anybody";
pub const ANY_TIME: &str = "Any time";
pub const CREATED_BY: &str = "Created by";
pub const PROBLEM: &str = "Problem";
pub const ANY_PROBLEM: &str = "Any or none";

/// Over the boxes that choose rows.
pub const SELECT: &str = "Select";

/// How many filters there are.
pub fn applied(count: usize) -> String {
    format!("{count} applied")
}

pub const fn owned(owned: Owned) -> &'static str {
    match owned {
        Owned::ByOrganization => "The organization",
        Owned::ByPeople => "People",
        Owned::ByTeams => "Teams",
        Owned::ByMe => "You",
    }
}

pub fn expiring(expiring: Expiring) -> String {
    match expiring {
        Expiring::Days(days) => format!("Within {days} days"),
        Expiring::Soon => "Soon".to_owned(),
        Expiring::Never => "Never".to_owned(),
    }
}

pub fn unused(unused: Unused) -> String {
    match unused {
        Unused::Days(days) => format!("Not for {days} days"),
        Unused::Never => "Never used".to_owned(),
    }
}

pub const fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::Presented => "Refused, still tried",
        Finding::CreatorLeft => "Creator left, secret unchanged",
        Finding::OutsidePolicy => "Outside the policy",
        Finding::WiderThanUsed => "More permissions than used",
    }
}
