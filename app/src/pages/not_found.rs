//! The page for addresses that lead nowhere.

use leptos::prelude::*;

use crate::{
    layout::Plain,
    ui::heading::{Heading, PageTitle},
};

/// Says that nothing is here, and leads back.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::ssr::set_status(domain::Code::NotFound);
    view! {
        <PageTitle page="Page not found" />
        <Plain>
            <Heading text="There is no page here" />
            <p class="lead">"The address may be mistyped, or what was here is gone."</p>
            <p>
                <a class="button" data-look="primary" href="/">
                    "Go to the start page"
                </a>
            </p>
        </Plain>
    }
}
