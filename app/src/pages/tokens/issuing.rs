//! What every form that ends in a new secret does: it gives way to the dialog that shows the secret once.

use domain::TokenId;
use leptos::prelude::*;

use crate::{
    posted,
    ui::secret_once::{Before, secret_once},
};

/// The form, which are the children, or over nothing the secret once there is one.
#[component]
pub fn Issuing(
    /// What stands above the secret of the token with this label.
    title: fn(&str) -> String,
    /// Where it goes on when the secret is stored.
    then: Callback<TokenId, String>,
    /// The secret that the new one took the place of.
    #[prop(default = Before::None)]
    before: Before,
    children: Children,
) -> impl IntoView {
    match posted::issued(|issued| secret_once(issued, title(issued.token.label.as_str()), before, then.run(issued.token.id))) {
        Some(secret) => secret,
        None => children().into_any(),
    }
}
