//! Switching a token off and on again, on its page.

use domain::{Failure, State, Token};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use crate::{
    api::{self, edit},
    browser, paths, posted,
    ui::{
        badge::Tone,
        button::{Look, Submit},
        field::Refusal,
        notice::Notice,
    },
};

/// The id of the button.
const BUTTON: &str = "switch";

/// What the page remembers of switching while it shows the token anew.
#[derive(Clone, Copy)]
pub struct Switching {
    /// What is read out once it is done.
    told: RwSignal<&'static str>,
    /// Whether the button takes the focus back: the one that was pressed is gone by then.
    focus: StoredValue<bool>,
    /// Shows the token anew.
    anew: Callback<()>,
}

impl Switching {
    pub fn new(anew: Callback<()>) -> Self {
        Self { told: RwSignal::new(""), focus: StoredValue::new(false), anew }
    }
}

/// Reads out that it is done. Stands outside of what is shown anew.
#[component]
pub fn Told(switching: Switching) -> impl IntoView {
    view! {
        <p class="sr-only" role="status">
            {switching.told}
        </p>
    }
}

/// Why switching was refused, as this page was told without scripts.
pub fn refusal() -> Option<Failure> {
    posted::failure().filter(|_| !posted::field(BUTTON).is_empty())
}

/// The button that disables the token, or enables it when it is disabled.
#[component]
pub fn Switch(organization: String, token: Token, refusal: Refusal, switching: Switching) -> impl IntoView {
    let Token { id, state, .. } = token;
    let off = matches!(state, State::Disabled { .. });
    let busy = RwSignal::new(false);
    Effect::new(move |_| {
        if switching.focus.get_value() {
            switching.focus.set_value(false);
            // A frame later than the heading, which takes the focus whenever it appears.
            request_animation_frame(|| browser::focus(BUTTON));
        }
    });
    let navigate = use_navigate();
    let told = use_location().search;
    let address = if off { paths::enable(&organization, id) } else { paths::disable(&organization, id) };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (navigate, organization) = (navigate.clone(), organization.clone());
        spawn_local(async move {
            let answer = if off {
                edit::enable(organization.clone(), id.to_string()).await
            } else {
                edit::disable(organization.clone(), id.to_string()).await
            };
            busy.set(false);
            match answer {
                Ok(_) => {
                    if !told.get_untracked().is_empty() {
                        // What the address told before is no longer what was done last.
                        let replace = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
                        navigate(&paths::token(&organization, id), replace);
                    }
                    switching.told.set(if off { "The token is enabled." } else { "The token is disabled." });
                    switching.focus.set_value(true);
                    switching.anew.run(());
                }
                Err(api::Failure(failure)) => refusal.set(Some(failure)),
            }
        });
    };
    let (label, meanwhile) = if off { ("Enable", "Enabling…") } else { ("Disable", "Disabling…") };
    view! {
        <form method="post" action=address on:submit=submit>
            <Submit id=BUTTON look=Look::Secondary busy=busy meanwhile=meanwhile label=label />
        </form>
    }
}

/// Why it was refused, and what being disabled means while it is.
#[component]
pub fn SwitchNotices(off: bool, refusal: Refusal) -> impl IntoView {
    view! {
        <div role="alert">
            {move || {
                refusal
                    .get()
                    .map(|failure| {
                        view! {
                            <div class="mb-4">
                                <Notice tone=Tone::Danger>
                                    <p>{failure.message}</p>
                                </Notice>
                            </div>
                        }
                    })
            }}
        </div>
        {off
            .then(|| {
                view! {
                    <div class="mb-4">
                        <Notice tone=Tone::Warning>
                            <p>"This token is disabled: whatever presents it is refused until somebody enables it."</p>
                        </Notice>
                    </div>
                }
            })}
    }
}
