//! Form fields.

/// Behind the label of a field that may stay empty.
pub const OPTIONAL: &str = " (optional)";
