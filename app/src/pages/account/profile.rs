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
    ui::{
        badge::Tone,
        button::{Look, Submit},
        choice::{Choices, Segment},
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
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
        <PageTitle page="Profile" />
        <Breadcrumb steps=vec![("Your account", None), ("Profile", None)] />
        <Done dismiss=paths::ACCOUNT />
        <Heading text="Profile" />
        <Suspense>
            {move || Suspend::new(async move {
                match me.await {
                    Ok(me) => view! { <Shown me=me /> }.into_any(),
                    Err(failure) => view! { <Problem failure=failure refused="see this account" /> }.into_any(),
                }
            })}
        </Suspense>
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
                    <p>
                        <strong>"You belong to no organization."</strong>
                        " Whoever removed you, or an admin of the organization that you look for, can invite you again."
                    </p>
                </Notice>
            </div>
        }
    });
    view! {
        {nowhere}
        <Summary title="Your name was not changed" fields=&["name"] refusal=name />
        <form class="form" method="post" action=paths::ACCOUNT>
            <TextField
                name="name"
                label="Name"
                hint="How others see you. What you did before keeps the name you had."
                value=typed
                autocomplete="name"
                refusal=name
            />
            <div class="field">
                <label class="field-label" for="email">
                    "E-mail address"
                </label>
                <p class="field-hint">"You sign in with it. It cannot be changed."</p>
                <input class="input" id="email" r#type="email" value=me.email.as_str().to_owned() readonly=true autocomplete="username" />
            </div>
            <div class="form-actions">
                <Submit label="Save" />
            </div>
        </form>
        <ThisBrowser />
        <section class="block" aria-labelledby="password-title">
            <h2 class="block-title" id="password-title">
                "Password"
            </h2>
            <p class="lead">"Changing it signs you out everywhere else."</p>
            <Summary title="Your password was not changed" fields=&["present", "password"] refusal=password />
            <form class="form" method="post" action=paths::PASSWORD>
                <TextField name="present" label="Current password" kind="password" autocomplete="current-password" refusal=password />
                <TextField
                    name="password"
                    label="New password"
                    hint="15 characters or more. Any characters count, spaces too: a sentence is fine and easy to remember."
                    kind="password"
                    autocomplete="new-password"
                    refusal=password
                />
                <div class="form-actions">
                    <Submit look=Look::Secondary label="Change password" />
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
                "This browser"
            </h2>
            <p class="lead">"How the console looks and listens here. Other browsers that you sign in with have their own."</p>
            <Summary title="Nothing was changed" fields=&["theme", "shortcuts"] refusal=refusal />
            <form class="form" method="post" action=paths::PREFERENCES>
                <Choices name="theme" legend="Colours" refusal=refusal>
                    <div class="segments">{themes}</div>
                </Choices>
                <Choices
                    name="shortcuts"
                    legend="Keyboard shortcuts"
                    hint="Keys of one letter, as ? for a list of them. Turn them off if you press them without meaning to."
                    refusal=refusal
                >
                    <div class="segments">{keys}</div>
                </Choices>
                <div class="form-actions">
                    <Submit look=Look::Secondary label="Remember" />
                </div>
            </form>
        </section>
    }
}
