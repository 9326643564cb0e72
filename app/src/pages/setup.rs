//! The first page anyone sees: it makes the organization and its owner. It works once, with the link that the server prints.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::Plain,
    paths, posted,
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
        <PageTitle page="Set up" />
        <Plain>
            <Heading text="Set up Jeton" />
            {if code.is_empty() { view! { <WithoutCode /> }.into_any() } else { view! { <SetupForm code=code /> }.into_any() }}
        </Plain>
    }
}

#[component]
fn WithoutCode() -> impl IntoView {
    view! {
        <Notice tone=Tone::Warning>
            <p>"This page opens with the setup link, which holds a code that works once."</p>
        </Notice>
        <p class="lead">
            "The server printed the link when it started, as the last line in its terminal or log: it begins with the address of this page and ends in "
            <code>"?code=…"</code> ". Open that link, or restart the server to be given a new one."
        </p>
        <p class="text-muted">"Is everything set up already? " <a href=paths::SIGN_IN>"Sign in"</a> "."</p>
    }
}

#[component]
fn SetupForm(code: String) -> impl IntoView {
    let refusal = Refusal::posted();
    view! {
        <p class="lead">
            "You are the first one here. This makes your organization and makes you its owner; you can then generate API tokens for it."
        </p>
        <Summary title="Something has to change first" fields=&["organization", "name", "email", "password"] refusal=refusal />
        <form class="form" method="post" action=paths::SETUP>
            <input r#type="hidden" name="code" value=code />
            <TextField
                name="organization"
                label="Organization"
                hint="Who the tokens will belong to, such as your company or team."
                value=posted::field("organization")
                autocomplete="organization"
                autofocus=!refusal.is_some()
                refusal=refusal
            />
            <TextField name="name" label="Your name" value=posted::field("name") autocomplete="name" refusal=refusal />
            <TextField
                name="email"
                label="Your e-mail address"
                hint="You sign in with it."
                kind="email"
                value=posted::field("email")
                autocomplete="username"
                inputmode="email"
                refusal=refusal
            />
            <TextField
                name="password"
                label="Password"
                hint="15 characters or more. Any characters count, spaces too: a sentence is fine and easy to remember."
                kind="password"
                autocomplete="new-password"
                refusal=refusal
            />
            <Submit label="Set up and sign in" />
        </form>
    }
}
