//! The filter of the log.

pub const FILTER_THE_LOG: &str = "Filter the audit log";
pub const ACTION: &str = "Action";
pub const ANY_ACTION: &str = "Any action";
pub const NAME_OR_ID: &str = "Name or id";
pub const FIRST_DAY: &str = "First day (UTC)";
pub const LAST_DAY: &str = "Last day (UTC)";
pub const FILTER: &str = "Filter";
pub const CLEAR: &str = "Clear";
