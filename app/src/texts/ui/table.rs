//! Tables.

/// The column of what can be done with a row.
pub const ACTIONS: &str = "Actions";
