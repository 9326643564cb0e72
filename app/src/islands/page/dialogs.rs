//! Dialogs. The server writes them open, and style makes them an overlay; once the page is live they open again as modal ones: the browser
//! traps the focus and darkens the page.
//!
//! `data-back` is the address that the page is left for when the dialog is closed.

use leptos::{ev, prelude::*};
use web_sys::{Element, HtmlDialogElement, KeyboardEvent};

use super::secrets;
use crate::islands::dom;

/// Opens the dialog of this page, if it has one, and leaves the page when that is closed.
pub(super) fn open() {
    let Some(dialog) = dom::first::<HtmlDialogElement>("dialog[open]") else { return };
    // Not close(): that would be heard below.
    let _ = dialog.remove_attribute("open");
    let _ = dialog.show_modal();
    let closed = dialog.clone();
    dom::listen_at(&dialog, "close", move || match closed.get_attribute("data-back") {
        // What was sent is on its way: its answer tells.
        Some(_) if is_busy() => {
            let _ = closed.show_modal();
        }
        Some(back) => leave(&back),
        None => {}
    });
    dom::listen(ev::keydown, |event: KeyboardEvent| {
        // Browsers stop loading the answer at this key.
        if event.key() == "Escape" && is_busy() {
            event.prevent_default();
        }
        // A dialog with a secret closes by "Done" alone: this is the same.
        if event.key() == "Escape" && dom::first::<HtmlDialogElement>("dialog:modal:has([data-secret])").is_some() {
            event.prevent_default();
            secrets::done();
        }
    });
}

/// Whether the form in the dialog was sent.
fn is_busy() -> bool {
    dom::first::<Element>("dialog form[data-busy]").is_some()
}

/// Goes back to where the dialog was asked for, so that the browser shows it as it was left; or to the address.
fn leave(back: &str) {
    let location = window().location();
    let came_from = document().referrer();
    if location.origin().is_ok_and(|origin| came_from == format!("{origin}{back}"))
        && let Ok(history) = window().history()
    {
        let _ = history.back();
    } else {
        let _ = location.replace(back);
    }
}
