//! What only a browser can do: finding elements, the focus, the clipboard. Compiled for the server too, where effects and event handlers,
//! which alone call this, never run.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

/// The element with this id, if it is of that kind.
pub(super) fn find<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// The first element that a selector finds, if it is of that kind.
pub(super) fn first<T: JsCast>(selector: &str) -> Option<T> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

/// All elements that a selector finds and that are of that kind.
pub(super) fn all<T: JsCast>(selector: &str) -> Vec<T> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// The element an event happened in, or the nearest around it that a selector finds.
pub(super) fn target(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

/// Listens to what happens anywhere in the document, as long as that lives.
pub(super) fn listen<E>(event: E, heard: impl Fn(E::EventType) + 'static)
where
    E: leptos::ev::EventDescriptor + 'static,
    E::EventType: JsCast,
{
    window_event_listener(event, heard);
}

/// Listens to an event of one element that does not rise to those around it, as long as the document lives.
pub(super) fn listen_at(element: &EventTarget, event: &str, heard: impl Fn() + 'static) {
    let heard = Closure::<dyn Fn()>::new(heard);
    let _ = element.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
    heard.forget();
}

/// Puts the text of an element on the clipboard. Answers false where there is no clipboard, as on plain `http://` hosts, or where it is refused.
pub(super) async fn copy(element: &Element) -> bool {
    let clipboard = window().navigator().clipboard();
    if AsRef::<JsValue>::as_ref(&clipboard).is_undefined() {
        return false;
    }
    let text = match element.dyn_ref::<HtmlTextAreaElement>() {
        Some(field) => field.value(),
        None => element.text_content().unwrap_or_default(),
    };
    JsFuture::from(clipboard.write_text(&text)).await.is_ok()
}

/// Selects the text of an element, so that the keyboard can copy it.
pub(super) fn select(element: &Element) {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        let _ = input.focus();
        input.select();
    } else if let Some(field) = element.dyn_ref::<HtmlTextAreaElement>() {
        let _ = field.focus();
        field.select();
    } else if let Ok(Some(selection)) = window().get_selection() {
        let _ = selection.select_all_children(element);
    }
}

/// Moves the focus without moving the page.
pub(super) fn focus(element: &HtmlElement) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = element.focus_with_options(&options);
}

/// What this tab keeps from one page to the next, where the browser lets it.
pub(super) fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok()?
}
