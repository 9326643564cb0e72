//! The first page anyone sees: it makes the organization and its owner. It works once, with the link that the server prints.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::Plain,
    paths, posted,
    texts::{common, setup as say},
    ui::{
        badge::Tone,
        button::Submit,
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        notice::Notice,
        summary::Summary,
    },
};

/// Asks for the organization and the person who will own it.
#[component]
pub fn Setup() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| query.get_str("code").unwrap_or_default().to_owned());
    let code = Some(posted::field("code")).filter(|code| !code.is_empty()).unwrap_or(asked);
    view! {
        <PageTitle page=say::SET_UP />
        <Plain>
            <Heading text=say::SET_UP_JETON />
            {if code.is_empty() { view! { <WithoutCode /> }.into_any() } else { view! { <SetupForm code=code /> }.into_any() }}
        </Plain>
    }
}

#[component]
fn WithoutCode() -> impl IntoView {
    view! {
        <Notice tone=Tone::Warning>
            <p>{say::WITHOUT_CODE}</p>
        </Notice>
        <p class="lead">{say::link(view! { <code>"?code=…"</code> }.into_any())}</p>
        <p class="text-muted">{say::already(view! { <a href=paths::SIGN_IN>{common::SIGN_IN}</a> }.into_any())}</p>
    }
}

#[component]
fn SetupForm(code: String) -> impl IntoView {
    let refusal = Refusal::posted();
    view! {
        <p class="lead">{say::LEAD}</p>
        <Summary title=say::NOT_SET_UP fields=&["organization", "name", "email", "password"] refusal=refusal />
        <form class="form" method="post" action=paths::SETUP>
            <input r#type="hidden" name="code" value=code />
            <TextField
                name="organization"
                label=say::ORGANIZATION
                hint=say::ORGANIZATION_HINT
                value=posted::field("organization")
                autocomplete="organization"
                autofocus=!refusal.is_some()
                refusal=refusal
            />
            <TextField name="name" label=common::YOUR_NAME value=posted::field("name") autocomplete="name" refusal=refusal />
            <TextField
                name="email"
                label=say::YOUR_EMAIL
                hint=say::YOUR_EMAIL_HINT
                kind="email"
                value=posted::field("email")
                autocomplete="username"
                inputmode="email"
                refusal=refusal
            />
            <TextField
                name="password"
                label=common::PASSWORD
                hint=common::PASSWORD_HINT
                kind="password"
                autocomplete="new-password"
                refusal=refusal
            />
            <Submit label=say::SET_UP_AND_SIGN_IN />
        </form>
    }
}
