//! What every page does once it is live. It shows nothing of its own: it goes by what the server wrote into the elements.

mod dialogs;
mod forms;
mod keys;
mod masks;
mod places;
pub(super) mod secrets;
mod times;
mod typed;

use leptos::prelude::*;

/// Makes the page live. One stands at the end of each.
#[island]
pub fn Page() -> impl IntoView {
    Effect::new(|_| {
        times::translate();
        secrets::guard();
        typed::give_back();
        forms::watch();
        keys::listen();
        dialogs::open();
        places::come_back();
    });
}
