//! What others ask about tokens that are refused from now on.

pub const NO_PLACE: &str = "Send the `next` of the answer before, as it was, or leave this out to begin.";
