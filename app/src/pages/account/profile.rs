//! What a person is called, how the console looks to them, and their password.

use domain::Me;
use leptos::prelude::*;

use super::Done;
use crate::{
    layout::Breadcrumb,
    paths, posted,
    preferences::{Keys, Theme},
    queries::session,
    ssr,
    texts::{
        account::{self, profile as say},
        common,
    },
    ui::{
        badge::Tone,
        button::{Look, Submit},
        choice::{Choices, Segment},
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        problem::Problem,
        summary::Summary,
    },
};

/// Shows a person's own profile.
#[component]
pub fn Profile() -> impl IntoView {
    let me = Resource::new_blocking(|| (), |()| session::find());
    view! {
        <PageTitle page=common::PROFILE />
        <Breadcrumb steps=vec![(account::YOUR_ACCOUNT, None), (common::PROFILE, None)] />
        <Done dismiss=paths::ACCOUNT />
        <Heading text=common::PROFILE />
        {later(async move {
            match me.await {
                Ok(me) => view! { <Shown me=me /> }.into_any(),
                Err(failure) => view! { <Problem failure=failure refused=account::REFUSED /> }.into_any(),
            }
        })}
    }
}

/// Why this one of the page's forms was refused.
fn refusal(form: &str) -> Refusal {
    Refusal::new(posted::failure().filter(|_| posted::field("form") == form))
}

#[component]
fn Shown(me: Me) -> impl IntoView {
    let (name, password) = (refusal("profile"), refusal("password"));
    let typed = Some(posted::field("name")).filter(|_| name.is_some()).unwrap_or_else(|| me.name.to_string());
    let nowhere = me.memberships.is_empty().then(|| {
        view! {
            <div class="mb-4">
                <Notice tone=Tone::Warning>
                    <p>{say::nowhere()}</p>
                </Notice>
            </div>
        }
    });
    view! {
        {nowhere}
        <Summary title=say::NAME_NOT_CHANGED fields=&["name"] refusal=name />
        <form class="form" method="post" action=paths::ACCOUNT>
            <TextField
                name="name"
                label=common::NAME
                hint=say::NAME_HINT
                value=typed
                autocomplete="name"
                refusal=name
            />
            <div class="field">
                <label class="field-label" for="email">
                    {account::EMAIL_ADDRESS}
                </label>
                <p class="field-hint">{say::EMAIL_HINT}</p>
                <input class="input" id="email" r#type="email" value=me.email.as_str().to_owned() readonly=true autocomplete="username" />
            </div>
            <div class="form-actions">
                <Submit label=say::SAVE />
            </div>
        </form>
        <ThisBrowser />
        <section class="block" aria-labelledby="password-title">
            <h2 class="block-title" id="password-title">
                {common::PASSWORD}
            </h2>
            <p class="lead">{say::PASSWORD_LEAD}</p>
            <Summary title=account::PASSWORD_NOT_CHANGED fields=&["present", "password"] refusal=password />
            <form class="form" method="post" action=paths::PASSWORD>
                <TextField name="present" label=say::CURRENT_PASSWORD kind="password" autocomplete="current-password" refusal=password />
                <TextField
                    name="password"
                    label=account::NEW_PASSWORD
                    hint=common::PASSWORD_HINT
                    kind="password"
                    autocomplete="new-password"
                    refusal=password
                />
                <div class="form-actions">
                    <Submit look=Look::Secondary label=say::CHANGE_PASSWORD />
                </div>
            </form>
        </section>
    }
}

/// How the console is used in this browser.
#[component]
fn ThisBrowser() -> impl IntoView {
    let refusal = refusal("preferences");
    let preferences = ssr::request().preferences;
    let themes = Theme::ALL.map(|theme| {
        view! { <Segment name="theme" value=theme.as_str() title=theme.title() checked=theme == preferences.theme /> }
    });
    let keys = Keys::ALL.map(|keys| {
        view! { <Segment name="shortcuts" value=keys.as_str() title=keys.title() checked=keys == preferences.keys /> }
    });
    view! {
        <section class="block" aria-labelledby="browser-title">
            <h2 class="block-title" id="browser-title">
                {say::THIS_BROWSER}
            </h2>
            <p class="lead">{say::THIS_BROWSER_LEAD}</p>
            <Summary title=say::NOTHING_CHANGED fields=&["theme", "shortcuts"] refusal=refusal />
            <form class="form" method="post" action=paths::PREFERENCES>
                <Choices name="theme" legend=say::COLOURS refusal=refusal>
                    <div class="segments">{themes}</div>
                </Choices>
                <Choices
                    name="shortcuts"
                    legend=say::SHORTCUTS
                    hint=say::SHORTCUTS_HINT
                    refusal=refusal
                >
                    <div class="segments">{keys}</div>
                </Choices>
                <div class="form-actions">
                    <Submit look=Look::Secondary label=say::SAVE_PREFERENCES />
                </div>
            </form>
        </section>
    }
}
