//! What stands in the place of tokens while there are none at all.

use leptos::prelude::*;

use crate::{
    paths::API_REFERENCE,
    ssr,
    texts::{common, tokens::first_use as say},
    ui::{
        button::{ButtonLink, Look},
        empty::Empty,
        icon::{Glyph, Icon},
        keys::key,
    },
};

/// What a token is, how to get the first one and how to use it. Without a way to one, `limit` says why.
#[component]
pub fn FirstUse(own: bool, new_token: Option<String>, limit: String) -> impl IntoView {
    let example = format!("curl -H \"Authorization: Bearer $JETON_TOKEN\" {}/organization", ssr::request().origin);
    view! {
        <Empty glyph=Glyph::Key title=if own { say::NO_TOKENS_OWN } else { say::NO_TOKENS }>
            <p class="empty-text">{if own { say::LEAD_OWN } else { say::LEAD }}</p>
            {match new_token {
                Some(new_token) => {
                    view! {
                        <ButtonLink look=Look::Primary href=new_token key=key("c")>
                            <Icon glyph=Glyph::Plus />
                            {common::GENERATE_TOKEN}
                        </ButtonLink>
                    }
                        .into_any()
                }
                None => view! { <p class="empty-text">{limit}</p> }.into_any(),
            }}
            <p class="empty-text">{say::TRY_ONE_OUT}</p>
            <pre class="code" tabindex="0" role="group" aria-label=say::EXAMPLE>
                <code>{example}</code>
            </pre>
            <p class="empty-text">{say::how_to_check(view! { <a href=API_REFERENCE>{common::API_REFERENCE}</a> }.into_any())}</p>
        </Empty>
    }
}
