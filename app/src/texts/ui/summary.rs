//! The summary of what was refused, above a form.

/// Where the form has no words of its own for it.
pub const NOT_ACCEPTED: &str = "This was not accepted";
