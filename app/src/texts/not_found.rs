//! The page for addresses that lead nowhere.

pub const PAGE_NOT_FOUND: &str = "Page not found";
pub const NO_PAGE_HERE: &str = "There is no page here";
pub const LEAD: &str = "The address may be mistyped, or what was here is gone.";
pub const GO_TO_THE_START_PAGE: &str = "Go to the start page";
