//! Organizations.

use crate::Slug;

pub const NO_SLUG: &str = "A slug is 1 to 40 small letters, digits and single hyphens.";
pub const NO_SETUP_LINK: &str = "This link is used, too old, or not complete. Start the server again and open the link it prints.";
pub const SET_UP_ALREADY: &str = "This instance is set up already. Sign in.";
pub const NO_ACCOUNT: &str = "Nobody has an account with this e-mail address.";

pub fn slug_in_use(slug: &Slug) -> String {
    format!("An organization is reached as {slug} already. Choose another name.")
}
