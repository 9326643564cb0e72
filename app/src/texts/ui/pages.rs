//! The way through a list that is shown page by page.

pub const PAGINATION: &str = "Pagination";
pub const FIRST_PAGE: &str = "First page";
pub const NEXT_PAGE: &str = "Next page";
