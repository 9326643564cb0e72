//! Keys that lead somewhere: those that an element names in `aria-keyshortcuts`. Not while something is typed or a dialog is open.

use std::cell::Cell;

use leptos::{ev, prelude::document};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::typed;
use crate::islands::dom;

/// Milliseconds for which a page that a key has left hears no other one. After them it is still there, for whatever reason.
const PATIENCE: f64 = 2_000.0;

pub(super) fn listen() {
    // Whoever came here to search goes on typing.
    if let Ok(hash) = document().location().map_or(Ok(String::new()), |location| location.hash())
        && let Some(field) = hash.strip_prefix('#').and_then(dom::find::<HtmlInputElement>)
        && field.has_attribute("aria-keyshortcuts")
        && document().active_element().is_none_or(|focused| focused != *field.as_ref())
    {
        dom::select(&field);
    }
    // What is typed on while the next page is awaited is not meant for this one.
    let quiet_until = Cell::new(0.0);
    dom::listen(ev::keydown, move |event: KeyboardEvent| {
        let typing = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|target| is_typed_into(&target));
        let held = event.ctrl_key() || event.meta_key() || event.alt_key();
        let covered = dom::first::<HtmlDialogElement>("dialog[open]").is_some();
        if typing || held || covered || event.time_stamp() < quiet_until.get() || event.default_prevented() {
            return;
        }
        let mut named: Vec<HtmlElement> = dom::all("[aria-keyshortcuts]");
        named.retain(|element| element.get_attribute("aria-keyshortcuts").is_some_and(|key| key == event.key()));
        // A field of this page goes before the way to that of another.
        let field = named.iter().position(|element| is_typed_into(element));
        let Some(element) = named.get(field.unwrap_or(0)) else { return };
        event.prevent_default();
        if field.is_some() {
            dom::select(element);
        } else {
            if element.has_attribute("href") {
                // What was typed into a form is not thrown away by a key.
                if typed::is_begun() {
                    return;
                }
                quiet_until.set(event.time_stamp() + PATIENCE);
            }
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
