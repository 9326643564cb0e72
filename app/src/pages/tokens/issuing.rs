//! What every form that ends in a new secret does: it gives way to the dialog that shows the secret once.

use domain::{Issued, TokenId};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use crate::{
    browser, posted,
    ui::secret_once::{Before, Leave, secret_once},
};

/// The form, which are the children, and over it the secret once there is one.
#[component]
pub fn Issuing(
    /// What was done to the token, as in "generated".
    did: &'static str,
    /// The address of this page.
    here: String,
    /// Where it goes on when the secret is stored.
    then: Callback<TokenId, String>,
    issued: RwSignal<Option<Issued>>,
    /// The secret that the new one took the place of. Set before `issued` is.
    #[prop(default = StoredValue::new(Before::None))]
    before: StoredValue<Before>,
    children: Children,
) -> impl IntoView {
    let kept = RwSignal::new(false);
    let unkept = Signal::derive(move || issued.with(Option::is_some) && !kept.get());
    browser::guard_leaving(unkept, here);
    let navigate = use_navigate();
    let on_done = Callback::new(move |()| {
        let next = issued.with_untracked(|issued| issued.as_ref().map(|issued| then.run(issued.token.id)));
        // Dropping it wipes the secret.
        issued.set(None);
        if let Some(next) = next {
            navigate(&next, Default::default());
        }
    });
    let show =
        move |issued: &Issued| secret_once(issued, before.get_value(), Leave { did, address: then.run(issued.token.id), kept, on_done });
    view! {
        {posted::issued(|_| ()).is_none().then(children)}
        {move || posted::issued(show).or_else(|| issued.with(|issued| issued.as_ref().map(show)))}
    }
}
