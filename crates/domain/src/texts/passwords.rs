//! What a password has to be.

pub const EASY_TO_GUESS: &str = "This password is easy to guess. Several words that do not belong together work well.";

pub fn too_short(shortest: usize, characters: usize) -> String {
    format!("A password has {shortest} characters or more; this has {characters}. A sentence works well.")
}

pub fn too_long(longest: usize) -> String {
    format!("A password may have {longest} bytes.")
}
