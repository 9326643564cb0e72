//! What only a browser can do: focus, clipboard, its own time zone, its own address. Compiled for the server too, where event handlers
//! and effects, which alone call this, never run.

use leptos::prelude::*;
#[cfg(not(feature = "ssr"))]
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
#[cfg(not(feature = "ssr"))]
use web_sys::BeforeUnloadEvent;
use web_sys::{Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

/// Moves the focus to the element with this id, once what is being rendered now is in the page.
pub fn focus(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || {
        if let Some(element) = find::<HtmlElement>(&id) {
            let _ = element.focus();
        }
    });
}

/// Moves the focus to the first of these elements that there is, once what is being rendered now is in the page.
pub fn focus_first(ids: Vec<String>) {
    request_animation_frame(move || {
        if let Some(element) = ids.iter().find_map(|id| find::<HtmlElement>(id)) {
            let _ = element.focus();
        }
    });
}

/// Lets the key `/` lead to a field, except where it is typed and while a dialog is open.
pub fn focus_on_slash(field: &'static str) {
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
            let typing = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlElement>().ok())
                .is_some_and(|target| matches!(&*target.tag_name(), "INPUT" | "TEXTAREA" | "SELECT") && !is_checkbox(&target));
            let held = event.ctrl_key() || event.meta_key() || event.alt_key();
            let covered = document().query_selector("dialog[open]").ok().flatten().is_some();
            if event.key() != "/" || typing || held || covered || event.default_prevented() {
                return;
            }
            if find::<HtmlElement>(field).is_some() {
                event.prevent_default();
                select(field);
            }
        });
        on_cleanup(move || handle.remove());
    });
}

fn is_checkbox(element: &HtmlElement) -> bool {
    element.dyn_ref::<HtmlInputElement>().is_some_and(|input| input.type_() == "checkbox")
}

/// The checkboxes with this name.
fn checkboxes(name: &str) -> Vec<HtmlInputElement> {
    let Ok(found) = document().query_selector_all(&format!("input[type=checkbox][name={name}]")) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// The values of the checkboxes with this name that are checked, and how many there are.
pub fn checked(name: &str) -> (Vec<String>, usize) {
    let all = checkboxes(name);
    (all.iter().filter(|each| each.checked()).map(HtmlInputElement::value).collect(), all.len())
}

/// Checks or unchecks all the checkboxes with this name.
pub fn check_all(name: &str, checked: bool) {
    for each in checkboxes(name) {
        each.set_checked(checked);
    }
}

/// Shows in a checkbox whether all, none or some of others are checked.
pub fn set_checkbox(id: &str, all: bool, some: bool) {
    if let Some(checkbox) = find::<HtmlInputElement>(id) {
        checkbox.set_checked(all);
        checkbox.set_indeterminate(some && !all);
    }
}

/// Puts a value into the input or select with this id.
pub fn set_value(id: &str, value: &str) {
    if let Some(input) = find::<HtmlInputElement>(id) {
        input.set_value(value);
    } else if let Some(select) = find::<HtmlSelectElement>(id) {
        select.set_value(value);
    }
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

/// Turns the checkbox or radio button with this id on or off.
pub fn check(id: &str, on: bool) {
    if let Some(input) = find::<HtmlInputElement>(id) {
        input.set_checked(on);
    }
}

/// Gives the fields of the form with this id the values that the page was written with.
pub fn reset(id: &str) {
    if let Some(form) = find::<HtmlFormElement>(id) {
        form.reset();
    }
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

    /// What these fields hold, written as a form is sent; those that the form does not have are left out.
    pub fn written<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> String {
        let data = self.0.as_ref();
        let held = names.into_iter().filter_map(|name| Some((name, data?.get(name).as_string()?)));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(held).finish()
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

/// The page that people are kept on, if any.
#[derive(Clone, Copy)]
struct Kept(RwSignal<Option<String>>);

/// Makes ready to keep people on a page. Has to run before the router is made: a window calls its listeners in the order they came, and
/// once the router has heard of going back, the page is gone.
pub fn provide_guard() {
    let kept = Kept(RwSignal::new(None));
    provide_context(kept);
    #[cfg(not(feature = "ssr"))]
    kept.listen();
}

#[cfg(not(feature = "ssr"))]
impl Kept {
    fn listen(self) {
        let back = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if let (Some(here), Ok(history)) = (self.0.get_untracked(), window().history()) {
                event.stop_immediate_propagation();
                let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
            }
        });
        let _ = window().add_event_listener_with_callback("popstate", back.as_ref().unchecked_ref());
        // As long as the document lives, which takes it along.
        back.forget();
        window_event_listener(leptos::ev::beforeunload, move |event: BeforeUnloadEvent| {
            if self.0.read_untracked().is_some() {
                event.prevent_default();
                // Older browsers ask only when this is set.
                event.set_return_value("This token is not stored yet.");
            }
        });
    }
}

/// Keeps people on the page at `here` while `guarded`: closing or leaving it makes the browser ask, going back does nothing.
pub fn guard_leaving(guarded: Signal<bool>, here: String) {
    let Kept(kept) = expect_context();
    Effect::new(move |_| kept.set(guarded.get().then(|| here.clone())));
    on_cleanup(move || kept.set(None));
}

/// The name of the element in `<head>` that holds the permission catalogue, when it is not the built-in one.
pub const CATALOGUE: &str = "jeton-catalogue";

/// Puts the catalogue of the page in force. Without one the built-in one is, which is what the server then has as well.
pub fn install_catalogue() {
    let element = document().query_selector(&format!("meta[name={CATALOGUE}]")).ok().flatten();
    let written = element.and_then(|element| element.get_attribute("content"));
    if let Some(catalogue) = written.and_then(|written| domain::catalogue::Catalogue::read(&written)) {
        // Only the first page of a visit is read: the module is loaded once.
        let _ = domain::catalogue::install(catalogue);
    }
}
