//! Choosing several tokens of the list, to revoke them at once.

use leptos::prelude::*;

use crate::{
    islands::{self, CHOSEN},
    paths,
    texts::tokens::select as say,
};

/// What can be done with the tokens that are chosen. The checkboxes in the rows belong to its form.
#[component]
pub fn Selection(organization: String, place: String) -> impl IntoView {
    view! {
        <form class="selection" id=CHOSEN method="post" action=paths::revoke_many(&organization, &place)>
            <islands::Selection />
            <button r#type="submit" class="button" data-look="secondary">
                {say::REVOKE_SELECTED}
            </button>
        </form>
    }
}
