//! What bounds the use of a token, where there is little room.

/// Of more than one.
pub fn networks(count: usize) -> String {
    format!("{count} networks")
}
