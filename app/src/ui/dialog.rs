//! Dialogs on the native element: the browser traps the focus, darkens the page and gives the focus back.

use leptos::{html, prelude::*};

/// A dialog, named by the element with the id `ID-title` and described by the one with `ID-text`.
///
/// The server writes it open, and style makes it an overlay; once the page is live it opens again as a modal one. While `guarded`,
/// neither Esc nor a click beside it nor a gesture closes it.
#[component]
pub fn Dialog(
    id: &'static str,
    #[prop(optional)] role: Option<&'static str>,
    #[prop(optional, into)] guarded: Signal<bool>,
    /// Whether a click beside it never closes it.
    #[prop(optional)]
    firm: bool,
    /// Runs when it has been closed by the person.
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // Not close(): that would tell on_close.
            let _ = dialog.remove_attribute("open");
            if dialog.is_connected() {
                let _ = dialog.show_modal();
            } else {
                request_animation_frame(move || {
                    let _ = dialog.show_modal();
                });
            }
        }
    });
    let closed = move |_| {
        let Some(dialog) = dialog.get_untracked() else { return };
        if dialog.open() {
            // Stale news: it has been opened again meanwhile.
        } else if guarded.get_untracked() {
            let _ = dialog.show_modal();
        } else {
            on_close.run(());
        }
    };
    view! {
        <dialog
            class="dialog"
            id=id
            node_ref=dialog
            role=role
            open=cfg!(feature = "ssr")
            aria-labelledby=format!("{id}-title")
            aria-describedby=format!("{id}-text")
            closedby=move || match (guarded.get(), firm) {
                (true, _) => "none",
                (false, true) => "closerequest",
                (false, false) => "any",
            }
            on:keydown=move |event| {
                // For browsers that do not know closedby.
                if guarded.get_untracked() && event.key() == "Escape" {
                    event.prevent_default();
                }
            }
            on:close=closed
        >
            {children()}
        </dialog>
    }
}
