//! Forms: sent once, without what was left empty, and not before what has to be typed is there.
//!
//! `data-meanwhile` is what a button says while the answer is awaited, `data-confirms` what has to be typed into a field.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::{Element, FormData, HtmlButtonElement, HtmlElement, HtmlFormElement, HtmlInputElement, PageTransitionEvent};

use super::{masks, typed};
use crate::islands::dom;

/// A form that was sent, and its button.
const BUSY: &str = "[data-busy]";

pub(super) fn watch() {
    confirm();
    dom::listen(ev::input, |event| {
        confirm();
        masks::put(&event);
    });
    dom::listen(ev::submit, |event| {
        let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
        if event.default_prevented() || form.method() != "post" {
            return;
        }
        if form.has_attribute("data-busy") {
            return event.prevent_default();
        }
        let _ = form.set_attribute("data-busy", "");
        typed::keep(&form);
        if let Some(button) = event.submitter() {
            wait(&button);
        }
    });
    // What browsers kept of a page that was left is shown as it was then.
    dom::listen(ev::pageshow, |event: PageTransitionEvent| {
        if event.persisted() {
            dom::all(BUSY).iter().for_each(settle);
        }
    });
    dom::listen(ev::formdata, |event| {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let data = js_sys::Reflect::get(&event, &"formData".into()).ok().and_then(|data| data.dyn_into::<FormData>().ok());
        if let (Some(form), Some(data)) = (form, data)
            && form.method() == "get"
        {
            leave_out_empty(&form, &data);
        }
    });
}

/// Says that the answer is awaited. The button keeps its place and the focus.
fn wait(button: &HtmlElement) {
    let Some(meanwhile) = button.get_attribute("data-meanwhile") else { return };
    let _ = button.set_attribute("data-busy", "");
    let _ = button.set_attribute("aria-disabled", "true");
    if let Ok(Some(label)) = button.query_selector("span:last-child") {
        let _ = button.set_attribute("data-label", &label.text_content().unwrap_or_default());
        label.set_text_content(Some(&meanwhile));
    }
}

fn settle(waiting: &Element) {
    let _ = waiting.remove_attribute("data-busy");
    let _ = waiting.remove_attribute("aria-disabled");
    if let (Some(before), Ok(Some(label))) = (waiting.get_attribute("data-label"), waiting.query_selector("span:last-child")) {
        label.set_text_content(Some(&before));
    }
}

/// An address says what was asked for and no more.
fn leave_out_empty(form: &HtmlFormElement, data: &FormData) {
    let fields = form.elements();
    for at in 0..fields.length() {
        let name = fields.item(at).and_then(|field| field.get_attribute("name")).unwrap_or_default();
        if data.get(&name).as_string().is_some_and(|value| value.is_empty()) {
            data.delete(&name);
        }
    }
}

/// Lets a form be sent once what has to be typed into it is there.
fn confirm() {
    for field in dom::all::<HtmlInputElement>("input[data-confirms]") {
        let matches = field.get_attribute("data-confirms").as_deref() == Some(field.value().trim());
        let button = field.form().and_then(|form| form.query_selector("button[data-meanwhile]").ok()?);
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlButtonElement>().ok()) {
            button.set_disabled(!matches);
        }
    }
}
