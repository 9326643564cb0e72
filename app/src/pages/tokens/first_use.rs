//! What stands in the place of tokens while there are none at all.

use leptos::prelude::*;

use crate::{
    paths::API_REFERENCE,
    ssr,
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
        <Empty glyph=Glyph::Key title=if own { "You have no tokens yet" } else { "No tokens yet" }>
            <p class="empty-text">
                "An API token is a long secret that a script, a pipeline or a service sends along to prove that it may act for "
                {if own { "you" } else { "your organization" }}
                ". Give each one its own, with the least role it needs and an end."
                {own.then_some(" Those of the organization are not shown to your role.")}
            </p>
            {match new_token {
                Some(new_token) => {
                    view! {
                        <ButtonLink look=Look::Primary href=new_token key=key("c")>
                            <Icon glyph=Glyph::Plus />
                            "Generate token"
                        </ButtonLink>
                    }
                        .into_any()
                }
                None => view! { <p class="empty-text">{limit}</p> }.into_any(),
            }}
            <p class="empty-text">"Try one out like this:"</p>
            <pre class="code" tabindex="0" role="group" aria-label="Example with curl">
                <code>{example}</code>
            </pre>
            <p class="empty-text">
                "How a service checks the tokens that it is sent: " <a href=API_REFERENCE>"API reference"</a>
            </p>
        </Empty>
    }
}
