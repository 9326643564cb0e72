//! Choosing several tokens of the list, to revoke them at once.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{browser, paths};

/// The name of the checkboxes in the rows.
const NAME: &str = "token";
/// The id of the checkbox that stands for all of them.
const ALL: &str = "select-all";

/// How many tokens are chosen; [`recount`] keeps it true.
pub type Count = RwSignal<usize>;

/// Counts the checkboxes that are checked.
pub fn recount(count: Count) {
    let (chosen, all) = browser::checked(NAME);
    browser::set_checkbox(ALL, all > 0 && chosen.len() == all, !chosen.is_empty());
    count.set(chosen.len());
}

/// Lets go of all of them: a list that comes anew may have other tokens where the checked ones were.
pub fn let_go(count: Count) {
    browser::check_all(NAME, false);
    recount(count);
}

/// What can be done with the tokens that are chosen. The checkboxes in the rows belong to its form.
#[component]
pub fn Selection(organization: String, place: String, count: Count) -> impl IntoView {
    let navigate = use_navigate();
    let action = paths::revoke_many(&organization, &place);
    let none = RwSignal::new(false);
    // Without scripts nothing could check the others.
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (chosen, _) = browser::checked(NAME);
        let (address, options) = match chosen.as_slice() {
            [] => return none.set(true),
            [one] => match one.parse() {
                // As its bin does.
                Ok(id) => (paths::ask_revoke(&organization, &place, id), NavigateOptions { scroll: false, ..NavigateOptions::default() }),
                Err(_) => return,
            },
            several => (paths::ask_revoke_many(&organization, &place, several.iter().map(String::as_str)), NavigateOptions::default()),
        };
        navigate(&address, options);
    };
    let told = move || match (count.get(), none.get()) {
        (0, false) => "Select tokens to revoke several at once.".to_owned(),
        (0, true) => "Select at least one token first.".to_owned(),
        (1, _) => "1 token selected.".to_owned(),
        (several, _) => format!("{several} tokens selected."),
    };
    view! {
        <form class="selection" id="chosen" method="post" action=action on:submit=submit>
            <label class="check" hidden=move || !live.get()>
                <input
                    class="checkbox"
                    id=ALL
                    r#type="checkbox"
                    autocomplete="off"
                    on:change=move |event| {
                        browser::check_all(NAME, event_target_checked(&event));
                        recount(count);
                    }
                />
                "Select all on this page"
            </label>
            <p class="selection-told" role="status">
                {told}
            </p>
            <button r#type="submit" class="button" data-look="secondary">
                "Revoke selected"
            </button>
        </form>
    }
}
