//! Places in lists.

pub const NO_PLACE: &str = "This is no place in the list; start at the first page.";
pub const NO_PLACE_OF_BEFORE: &str = "This is no place in the list; take it from the page before.";
pub const OTHER_ORDER: &str = "This is a place in a list of another order; start at the first page.";
