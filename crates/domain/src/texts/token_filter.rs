//! What programs look for in the list of tokens.

pub const UNKNOWN_PARAMETER: &str = "The address has a parameter that this list does not take.";
pub const TWICE: &str = "This is in the address twice.";
pub const EMPTY: &str = "This is empty; leave it out instead.";
pub const NONE_IS_OVER: &str = "Only active and disabled tokens can have this finding; ask for another status or none.";

/// What cannot be what it is, for [`one_of`](super::token_query::one_of).
pub const USED: &str = "When a token was used";
