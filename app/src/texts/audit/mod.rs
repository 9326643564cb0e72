//! An organization's audit log.

pub mod entry;
pub mod filters;
pub mod list;
pub mod verify;

pub const WHEN: &str = "When";
pub const WHO: &str = "Who";
pub const ON_WHAT: &str = "On what";
pub const FROM_WHERE: &str = "From where";
pub const DETAILS: &str = "Details";
