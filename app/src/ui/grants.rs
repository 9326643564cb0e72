//! Permissions in plain words: the categories, each with its actions, to be opened by who wants to know.

use domain::PermissionSet;
use leptos::prelude::*;

use crate::texts::ui::grants as say;

/// A line that says how many there are, and the permissions below it. The permissions that are opened at once stand there from the start.
#[component]
pub fn Grants(#[prop(into)] summary: String, permissions: PermissionSet, #[prop(optional)] open: bool) -> impl IntoView {
    let rows = permissions.by_category().into_iter().map(|(category, actions)| {
        view! {
            <div>
                <dt>{category}</dt>
                <dd>{actions.join(", ")}</dd>
            </div>
        }
    });
    view! {
        <details class="grants" open=open>
            <summary>{summary}</summary>
            <dl>{rows.collect_view()}</dl>
        </details>
    }
    .into_any()
}

/// How many permissions there are, in words.
pub fn counted(permissions: PermissionSet) -> String {
    say::permissions(permissions.iter().count())
}
