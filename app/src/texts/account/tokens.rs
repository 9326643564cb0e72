//! Where a person's own tokens are.

use leptos::prelude::*;

pub const YOUR_API_TOKENS: &str = "Your API tokens";
pub const LEAD: &str = "A token of yours acts for you in one organization. It may never do more there than you may at that moment, \
     and it ends when you leave.";
pub const REFUSED: &str = "You may not see your API tokens.";
pub const NO_NEW_ONES: &str = "The organization's policy allows no new tokens of people.";

pub fn your_tokens_in(organization: &str) -> String {
    format!("Your tokens in {organization}")
}

/// What is generated, and where, is for those who do not see beside what it stands.
pub fn generate_in(organization: &str) -> impl IntoView + use<> {
    let what = format!(" a token of yours in {organization}");
    view! {
        "Generate"
        <span class="sr-only">{what}</span>
    }
}
