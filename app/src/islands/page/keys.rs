//! Keys that lead somewhere: those that an element names in `aria-keyshortcuts`. Not while something is typed or a dialog is open.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

use crate::islands::dom;

pub(super) fn listen() {
    dom::listen(ev::keydown, |event: KeyboardEvent| {
        let typing = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|target| is_typed_into(&target));
        let held = event.ctrl_key() || event.meta_key() || event.alt_key();
        let covered = dom::first::<HtmlDialogElement>("dialog[open]").is_some();
        if typing || held || covered || event.default_prevented() {
            return;
        }
        let named = |element: &HtmlElement| element.get_attribute("aria-keyshortcuts").is_some_and(|key| key == event.key());
        let Some(element) = dom::all("[aria-keyshortcuts]").into_iter().find(named) else { return };
        event.prevent_default();
        if is_typed_into(&element) {
            dom::select(&element);
        } else {
            element.click();
            // Where a key opens something, that is read next; closing it gives the focus back.
            if let Some(opened) = dom::first::<HtmlElement>("[popover][tabindex]:popover-open") {
                dom::focus(&opened);
            }
        }
    });
}

fn is_typed_into(element: &Element) -> bool {
    let checkbox = element.dyn_ref::<HtmlInputElement>().is_some_and(|input| matches!(&*input.type_(), "checkbox" | "radio"));
    matches!(&*element.tag_name(), "INPUT" | "TEXTAREA" | "SELECT") && !checkbox
}
