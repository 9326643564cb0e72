//! The way through a list that is shown page by page.

use leptos::prelude::*;

use super::{
    button::ButtonLink,
    icon::{Glyph, Icon},
};
use crate::texts::ui::pages as say;

/// Leads to the next page and back to the first, where there are such.
#[component]
pub fn Pages(
    /// The address of the first page; none on it.
    first: Option<String>,
    /// The address of the page after; none on the last one.
    next: Option<String>,
    #[prop(default = say::FIRST_PAGE)] first_name: &'static str,
    #[prop(default = say::NEXT_PAGE)] next_name: &'static str,
    /// Names it where a page has several.
    #[prop(default = say::PAGINATION)]
    name: &'static str,
) -> impl IntoView {
    (first.is_some() || next.is_some()).then(|| {
        let first = first.map(|address| {
            view! {
                <ButtonLink href=address>
                    <Icon glyph=Glyph::Older />
                    {first_name}
                </ButtonLink>
            }
        });
        let next = next.map(|address| view! { <ButtonLink href=address>{next_name} <Icon glyph=Glyph::Newer /></ButtonLink> });
        view! {
            <nav class="pages" aria-label=name>
                {first}
                {next}
            </nav>
        }
    })
}
