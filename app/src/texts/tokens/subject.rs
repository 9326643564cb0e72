//! Which token a form is about.

pub const BELONGS_TO: &str = "Belongs to";
