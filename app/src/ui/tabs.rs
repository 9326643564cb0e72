//! Views of one thing, side by side. Each is a page of its own.

use leptos::prelude::*;

/// A view: its name, the id of the link that leads there, and its address.
pub struct Tab {
    pub title: &'static str,
    pub id: &'static str,
    pub address: String,
    pub is_shown: bool,
}

/// The links, named together for those who do not see that they belong together.
#[component]
pub fn Tabs(name: &'static str, tabs: Vec<Tab>) -> impl IntoView {
    let tabs = tabs.into_iter().map(|Tab { title, id, address, is_shown }| {
        view! {
            <li>
                <a class="tab" id=id href=address aria-current=is_shown.then_some("page")>
                    {title}
                </a>
            </li>
        }
    });
    view! {
        <nav aria-label=name>
            <ul class="tabs">{tabs.collect_view()}</ul>
        </nav>
    }
}
