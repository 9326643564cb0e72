//! The permission catalogue, as operators write it.

/// The action of `token:rotate_self`, whose name reads badly with a space.
pub const ROTATE_ITSELF: &str = "rotate itself";

pub const IN_FORCE_ALREADY: &str = "The catalogue is in force already.";
pub const NO_CATEGORY_NAME: &str = "The name of a category has 1 to 32 of the letters a to z and _.";
pub const NO_ACTION_NAME: &str = "The name of an action has 1 to 32 of the letters a to z and _.";
pub const NO_TITLE: &str = "A title has 1 to 64 characters on one line.";

pub fn missing(permission: &str) -> String {
    format!("{permission} is missing, which guards Jeton itself. Add it, or write “extend = true”.")
}

pub fn category_twice(category: &str) -> String {
    format!("The category {category} is there twice.")
}

pub fn no_actions(category: &str) -> String {
    format!("The category {category} has no actions.")
}

pub fn title_twice(title: &str) -> String {
    format!("Another category is called “{title}” as well.")
}

pub fn is_fixed(category: &str) -> String {
    format!("{category} guards Jeton itself: what developers and viewers may do with it is fixed.")
}

pub fn unknown_action(action: &str) -> String {
    format!("“{action}” is none of the actions that are listed here.")
}

pub fn twice(category: &str, action: &str) -> String {
    format!("{category}:{action} is there twice.")
}

pub fn built_in_already(category: &str, action: &str) -> String {
    format!("{category}:{action} is in the built-in catalogue already.")
}

pub fn too_many(category: &str, action: &str, most: usize) -> String {
    format!("{category}:{action} is one permission too many: there can be {most}.")
}
