//! A page with a secret is not left before the secret is stored, and when it is left, nothing in it holds the secret any more.
//!
//! What shows a secret has `data-secret` with the id of what it is a secret of; the checkbox that says it is stored has `data-stored`.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement, HtmlInputElement, HtmlTextAreaElement};

use crate::{islands::dom, texts::islands as say};

/// What shows a secret.
const SHOWN: &str = "[data-secret]";
/// The checkbox with which a person says that all of them are stored.
const STORED: &str = "input[data-stored]";

/// Whether there is a secret that nobody has stored yet.
fn unkept() -> bool {
    dom::first::<HtmlInputElement>(STORED).is_some_and(|stored| !stored.checked())
}

/// Notes that what this element shows is on the clipboard. Once that was so of all secrets, they are stored.
pub(in crate::islands) fn copied(element: &Element) {
    let Some(copied) = element.get_attribute("data-secret") else { return };
    let all: Vec<Element> = dom::all(SHOWN);
    for shown in all.iter().filter(|shown| shown.get_attribute("data-secret").as_ref() == Some(&copied)) {
        let _ = shown.set_attribute("data-copied", "");
    }
    if all.iter().all(|shown| shown.has_attribute("data-copied"))
        && let Some(stored) = dom::first::<HtmlInputElement>(STORED)
    {
        stored.set_checked(true);
    }
}

/// Lets the browser ask before a secret is lost, and wipes what is left behind: browsers keep pages for those who go back.
pub(super) fn guard() {
    if dom::all::<Element>(SHOWN).is_empty() {
        return;
    }
    dom::listen(ev::beforeunload, |event| {
        if unkept() {
            event.prevent_default();
            // Older browsers ask only when this is set.
            event.set_return_value(say::NOT_STORED);
        }
    });
    dom::listen(ev::pagehide, |_| {
        for shown in dom::all::<Element>(SHOWN) {
            // What a field shows and what it was made with are two things.
            if let Some(field) = shown.dyn_ref::<HtmlTextAreaElement>() {
                field.set_value("");
            }
            shown.set_text_content(None);
        }
    });
    dom::listen(ev::focusin, |event| {
        if let Some(field) = dom::target(&event, "textarea[data-secret]") {
            dom::select(&field);
        }
    });
}

/// Does what "Done" does. Before the secret is stored the browser goes to the checkbox instead, and says that it is required.
pub(super) fn done() {
    if let Some(form) = dom::first::<HtmlFormElement>("form:has(input[data-stored])") {
        let _ = form.request_submit();
    }
}
