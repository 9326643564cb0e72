//! Choosing several tokens of the list, to revoke them at once.

use leptos::{ev, prelude::*};
use web_sys::HtmlInputElement;

use super::dom;
use crate::texts::islands as say;

/// The id of the form that the checkboxes in the rows belong to.
pub const CHOSEN: &str = "chosen";
/// The checkboxes in the rows.
const ROWS: &str = "input[type=checkbox][form=chosen]";
/// The id of the checkbox that stands for all of them.
const ALL: &str = "select-all";

/// Tells how many tokens are chosen, and chooses all of the page.
#[island]
pub fn Selection() -> impl IntoView {
    let chosen = RwSignal::new(0);
    let none = RwSignal::new(false);
    // Without scripts nothing could check the others.
    let live = RwSignal::new(false);
    let recount = move || {
        let rows: Vec<HtmlInputElement> = dom::all(ROWS);
        let checked = rows.iter().filter(|row| row.checked()).count();
        if let Some(all) = dom::find::<HtmlInputElement>(ALL) {
            all.set_checked(checked == rows.len());
            all.set_indeterminate(0 < checked && checked < rows.len());
        }
        chosen.set(checked);
    };
    Effect::new(move |_| {
        live.set(true);
        // What was checked before the page was live counts.
        recount();
        dom::listen(ev::change, move |event| {
            if dom::target(&event, ROWS).is_some() {
                recount();
            }
        });
        dom::listen(ev::submit, move |event| {
            if chosen.get_untracked() == 0 && dom::target(&event, "form#chosen").is_some() {
                event.prevent_default();
                none.set(true);
            }
        });
    });
    let told = move || match (chosen.get(), none.get()) {
        (0, false) => say::SELECT_TOKENS.to_owned(),
        (0, true) => say::SELECT_ONE_FIRST.to_owned(),
        (tokens, _) => say::selected(tokens),
    };
    view! {
        <label class="check" hidden=move || !live.get()>
            <input
                class="checkbox"
                id=ALL
                r#type="checkbox"
                autocomplete="off"
                on:change=move |event| {
                    let checked = event_target_checked(&event);
                    for row in dom::all::<HtmlInputElement>(ROWS) {
                        row.set_checked(checked);
                    }
                    recount();
                }
            />
            <span>{say::SELECT_ALL} <span class="wide-word">{say::ON_THIS_PAGE}</span></span>
        </label>
        <p class="selection-told" role="status" data-idle=move || (chosen.get() == 0 && !none.get()).then_some("")>
            {told}
        </p>
    }
}
