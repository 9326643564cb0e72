//! What stands in the place of tokens while there are none at all.

use leptos::prelude::*;

pub const NO_TOKENS: &str = "No tokens yet";
/// To somebody who is shown their own tokens only.
pub const NO_TOKENS_OWN: &str = "You have no tokens yet";

pub const LEAD: &str = "An API token is a long secret that a script, a pipeline or a service sends along to prove that it may act for your organization. Give each one its own, with the least role it needs and an end.";
/// To somebody who is shown their own tokens only.
pub const LEAD_OWN: &str = "An API token is a long secret that a script, a pipeline or a service sends along to prove that it may act for you. Give each one its own, with the least role it needs and an end. Those of the organization are not shown to your role.";

pub const TRY_ONE_OUT: &str = "Try one out like this:";
pub const EXAMPLE: &str = "Example with curl";

pub fn how_to_check(reference: AnyView) -> impl IntoView {
    view! { "How a service checks the tokens that it is sent: " {reference} }
}
