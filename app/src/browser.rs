//! What only a browser can do: focus, clipboard, its own time zone, its own address. Compiled for the server too, where event handlers
//! and effects, which alone call this, never run.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{BeforeUnloadEvent, Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement};

/// Moves the focus to the element with this id, once what is being rendered now is in the page.
pub fn focus(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || {
        if let Some(element) = find::<HtmlElement>(&id) {
            let _ = element.focus();
        }
    });
}

/// Puts the text of a read-only field or of any other element on the clipboard. Answers false where there is no clipboard, as on plain
/// `http://` hosts.
pub async fn copy(id: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    if AsRef::<JsValue>::as_ref(&clipboard).is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(&text(id))).await.is_ok()
}

/// What stands in the input with this id.
pub fn value(id: &str) -> String {
    find::<HtmlInputElement>(id).map(|input| input.value()).unwrap_or_default()
}

/// Selects the text of an element, so that the keyboard can copy it.
pub fn select(id: &str) {
    if let Some(input) = find::<HtmlInputElement>(id) {
        let _ = input.focus();
        input.select();
    } else if let (Some(element), Ok(Some(selection))) = (document().get_element_by_id(id), window().get_selection()) {
        let _ = selection.select_all_children(&element);
    }
}

fn text(id: &str) -> String {
    match find::<HtmlInputElement>(id) {
        Some(input) => input.value(),
        None => document().get_element_by_id(id).and_then(|element| element.text_content()).unwrap_or_default(),
    }
}

fn find<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Goes to the page before in the browser's history.
pub fn go_back() {
    if let Ok(history) = window().history() {
        let _ = history.back();
    }
}

/// The values of a form, by field name.
pub struct Fields(Option<FormData>);

impl Fields {
    /// Reads the form that an event is about.
    pub fn of(event: &Event) -> Self {
        Self(event.target().and_then(|form| FormData::new_with_form(&form.unchecked_into::<HtmlFormElement>()).ok()))
    }

    /// What a field holds; empty when the form has no such field.
    pub fn get(&self, name: &str) -> String {
        self.0.as_ref().and_then(|data| data.get(name).as_string()).unwrap_or_default()
    }
}

/// Minutes that the browser's time zone is ahead of UTC at a point in time, in milliseconds since 1970.
pub fn minutes_ahead(milliseconds: f64) -> i64 {
    // Whole minutes, at most a day: the cast loses nothing.
    -(js_sys::Date::new(&milliseconds.into()).get_timezone_offset() as i64)
}

/// Where this server is, as the browser sees it.
#[cfg(not(feature = "ssr"))]
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Where this server is, as its configuration says.
#[cfg(feature = "ssr")]
pub fn origin() -> String {
    use_context::<crate::ssr::Request>().map(|request| request.origin.to_string()).unwrap_or_default()
}

/// Keeps people on the page at `here` while `guarded`: closing or leaving it makes the browser ask, going back does nothing. The address is
/// handed in: while a page is being shown, the browser may still name the one before it.
pub fn guard_leaving(guarded: Signal<bool>, here: String) {
    Effect::new(move |_| {
        let unload = window_event_listener(leptos::ev::beforeunload, move |event: BeforeUnloadEvent| {
            if guarded.get_untracked() {
                event.prevent_default();
                // Older browsers ask only when this is set.
                event.set_return_value("This token is not stored yet.");
            }
        });
        let here = here.clone();
        let back = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if guarded.get_untracked() {
                event.stop_immediate_propagation();
                if let Ok(history) = window().history() {
                    let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
                }
            }
        });
        // Capturing runs before the router, which listens for the same event on the same window.
        let _ = window().add_event_listener_with_callback_and_bool("popstate", back.as_ref().unchecked_ref(), true);
        let back = StoredValue::new_local(back);
        on_cleanup(move || {
            unload.remove();
            back.with_value(|back| {
                let _ = window().remove_event_listener_with_callback_and_bool("popstate", back.as_ref().unchecked_ref(), true);
            });
        });
    });
}
