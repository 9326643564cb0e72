//! The place on a page: where the next page is the same one with other rows, in another order or without its dialog, the focus comes back to
//! what led there.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlAnchorElement, HtmlDialogElement, HtmlElement, HtmlFormElement};

use crate::islands::dom;

/// Under this name the place is kept while the next page is on its way, in this tab alone: the path of the page, the id of what has the
/// focus, and how far down the page was, or nothing if the next one begins at the top.
const PLACE: &str = "jeton-place";

/// Puts the focus where it was, and notes where it is when this page asks for itself anew.
pub(super) fn come_back() {
    arrive();
    dom::listen(ev::click, |event| {
        let Some(link) = dom::target(&event, "a[id][href]").and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else { return };
        note(&event, &link.pathname(), &link, link.has_attribute("data-noscroll"));
    });
    dom::listen(ev::submit, |event| {
        let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
        let field = form.query_selector("input[type=search]").ok().flatten();
        let button = || event.submitter().map(Element::from).filter(|button| !button.id().is_empty());
        if let (Some(element), Ok(path)) = (field.or_else(button), window().location().pathname()) {
            note(&event, &path, &element, false);
        }
    });
}

fn note(event: &Event, path: &str, element: &Element, stays: bool) {
    if event.default_prevented() || window().location().pathname().as_deref() != Ok(path) {
        return;
    }
    let down = if stays { window().scroll_y().unwrap_or_default().to_string() } else { String::new() };
    if let Some(storage) = dom::storage() {
        let _ = storage.set_item(PLACE, &format!("{path}\n{}\n{down}", element.id()));
    }
}

fn arrive() {
    // A dialog has the focus; the place is for when it is closed.
    if dom::first::<HtmlDialogElement>("dialog[open]").is_some() {
        return;
    }
    let Some(place) = dom::storage().and_then(|storage| storage.get_item(PLACE).ok()?) else { return };
    if let Some(storage) = dom::storage() {
        let _ = storage.remove_item(PLACE);
    }
    let mut parts = place.split('\n');
    let (path, id, down) = (parts.next(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if path != window().location().pathname().ok().as_deref() || is_autofocused() {
        return;
    }
    // What was done is told at the top, and nobody looks for it there.
    let down = if dom::first::<Element>("[role=status] .notice").is_some() { "" } else { down };
    if let Ok(down) = down.parse() {
        window().scroll_to_with_x_and_y(0.0, down);
    }
    if let Some(element) = dom::find::<HtmlElement>(id).or_else(|| dom::find("main")) {
        dom::focus(&element);
        // Rows above it may be of another height by now, or be measured for the first time.
        if element.id() == id && !down.is_empty() {
            let into = web_sys::ScrollIntoViewOptions::new();
            into.set_block(web_sys::ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&into);
        }
    }
}

/// Whether the server says what has the focus, as it does where something was refused.
fn is_autofocused() -> bool {
    dom::first::<Element>("[autofocus]").is_some()
}
