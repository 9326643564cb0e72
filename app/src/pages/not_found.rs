//! The page for addresses that lead nowhere.

use leptos::prelude::*;

use crate::{
    layout::Plain,
    texts::not_found as say,
    ui::heading::{Heading, PageTitle},
};

/// Says that nothing is here, and leads back.
#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::ssr::set_status(domain::Code::NotFound);
    view! {
        <PageTitle page=say::PAGE_NOT_FOUND />
        <Plain>
            <Heading text=say::NO_PAGE_HERE />
            <p class="lead">{say::LEAD}</p>
            <p>
                <a class="button" data-look="primary" href="/">
                    {say::GO_TO_THE_START_PAGE}
                </a>
            </p>
        </Plain>
    }
}
