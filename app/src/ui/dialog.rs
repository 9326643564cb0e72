//! Dialogs on the native element. The server writes them open, and style makes them an overlay; [`crate::islands::Page`] makes them modal.

use leptos::prelude::*;

/// A dialog, named by the element with the id `ID-title` and described by the one with `ID-text`.
#[component]
pub fn Dialog(
    id: &'static str,
    #[prop(optional)] role: Option<&'static str>,
    /// Where closing it leads. Without it the dialog closes by what is in it alone: neither Esc nor a click beside it nor a gesture does.
    #[prop(optional, into)]
    back: Option<String>,
    children: Children,
) -> impl IntoView {
    let closed_by = if back.is_some() { "any" } else { "none" };
    view! {
        <dialog
            class="dialog"
            id=id
            role=role
            open=true
            aria-labelledby=format!("{id}-title")
            aria-describedby=format!("{id}-text")
            closedby=closed_by
            data-back=back
        >
            {children()}
        </dialog>
    }
}
