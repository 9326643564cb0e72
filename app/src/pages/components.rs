//! `/docs/ui`, in development builds alone: every component in every state, to be looked at in both themes and at every width. Nothing here is anybody's, and
//! no form leads anywhere but back.

mod forms;
mod shown;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::ui::heading::{Heading, PageTitle};

/// The parts of the page: the id of each, and what it is called.
const PARTS: [(&str, &str); 9] = [
    ("buttons", "Buttons"),
    ("fields", "Fields"),
    ("choices", "Choices"),
    ("dialogs", "Dialogs and menus"),
    ("tables", "Tables, pages and tabs"),
    ("badges", "Badges and facts"),
    ("notices", "Notices"),
    ("copying", "Copying and drawing"),
    ("empty", "Where nothing is"),
];

/// All of them; the dialog or problem that the address names over or above the rest.
#[component]
pub fn Components() -> impl IntoView {
    let shown = use_query_map().with_untracked(|query| query.get_str("show").unwrap_or_default().to_owned());
    let links = PARTS.map(|(id, title)| {
        view! {
            <li>
                <a class="side-link" href=format!("#{id}")>
                    {title}
                </a>
            </li>
        }
    });
    let over = match shown.as_str() {
        "question" => shown::question(),
        "secret" => shown::secret(),
        "problem" => shown::problem(),
        _ => ().into_any(),
    };
    view! {
        <PageTitle page="Components" />
        <div class="frame">
            <nav class="side" aria-label="Components">
                <ul class="side-list">{links}</ul>
            </nav>
            <main class="main" id="main" tabindex="-1">
                <Heading text="Components" />
                <p class="lead">"Every component in every state. Development builds have this page; a release does not."</p>
                {over}
                {forms::buttons()}
                {forms::fields()}
                {forms::choices()}
                {shown::dialogs()}
                {shown::tables()}
                {shown::badges()}
                {shown::notices()}
                {shown::copying()}
                {shown::empty()}
            </main>
        </div>
    }
    .into_any()
}

/// A part of the page, under its name.
#[component]
fn Part(id: &'static str, children: Children) -> AnyView {
    let title = PARTS.iter().find(|(part, _)| *part == id).map(|(_, title)| *title);
    view! {
        <section class="block" id=id aria-labelledby=format!("{id}-part")>
            <h2 class="block-title" id=format!("{id}-part")>
                {title}
            </h2>
            {children()}
        </section>
    }
    .into_any()
}
