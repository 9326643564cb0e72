//! Revoking: the dialog that asks, and the notice that tells.

use domain::{Owner, State, Timestamp, Token};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::row::{bin_id, row_id};
use crate::{
    api::{
        Failure,
        tokens::{self, Found},
    },
    browser, paths, posted,
    ui::{
        badge::Tone,
        button::{Look, Submit},
        dialog::Dialog,
        field::{Refusal, TextField},
        notice::Notice,
        time::{Moment, ago},
    },
};

/// Asks whether to revoke the token with this id, over this place in the list.
#[component]
pub fn Revoke(
    organization: String,
    place: String,
    id: String,
    /// Whether going back in the browser's history leads to the list without the dialog.
    asked_here: StoredValue<bool>,
    /// Gets the id of the element that stands for the token from then on.
    on_revoked: Callback<String>,
) -> impl IntoView {
    let found = find(&organization, &id);
    let back = paths::tokens_at(&organization, &place);
    let stored = StoredValue::new((organization, place));
    view! {
        <Suspense>
            {move || {
                let back = back.clone();
                Suspend::new(async move {
                    let (organization, place) = stored.get_value();
                    match found.await {
                        Ok(found) if !matches!(found.token.state, State::Revoked { .. }) => {
                            view! { <Ask organization=organization place=place found=found asked_here=asked_here on_revoked=on_revoked /> }.into_any()
                        }
                        Ok(Found { token, .. }) => {
                            view! {
                                <Told tone=Tone::Neutral dismiss=back>
                                    {format!("Token “{}” is revoked already.", token.label)}
                                </Told>
                            }
                                .into_any()
                        }
                        Err(Failure(failure)) => {
                            view! {
                                <Told tone=Tone::Danger dismiss=back>
                                    {failure.message}
                                </Told>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Suspense>
    }
}

/// Tells that the tokens with these ids, with commas between, are revoked, if they are.
#[component]
pub fn Revoked(organization: String, place: String, ids: String) -> impl IntoView {
    let back = paths::tokens_at(&organization, &place);
    let key = (organization, ids);
    let told = Resource::new_blocking(move || key.clone(), |(organization, ids)| told(organization, ids));
    view! {
        <Suspense>
            {move || {
                let back = back.clone();
                Suspend::new(async move {
                    told.await
                        .map(|text| {
                            view! {
                                <Notice tone=Tone::Success dismiss=back>
                                    <p>{text}</p>
                                </Notice>
                            }
                        })
                })
            }}
        </Suspense>
    }
}

/// What there is to tell about tokens of which an address says that they are revoked.
async fn told(organization: String, ids: String) -> Option<String> {
    let revoked = |token: &Token| matches!(token.state, State::Revoked { .. });
    if ids.contains(',') {
        let tokens = tokens::find_many(organization, ids).await.ok()?.tokens;
        return tokens
            .iter()
            .all(revoked)
            .then(|| format!("{} tokens are revoked. Whatever still presents one of them is refused.", tokens.len()));
    }
    let token = tokens::find(organization, ids).await.ok()?.token;
    revoked(&token).then(|| format!("Token “{}” is revoked. Whatever still presents it is refused.", token.label))
}

/// A message in the place of the dialog.
#[component]
fn Told(tone: Tone, dismiss: String, children: Children) -> impl IntoView {
    view! {
        <div role="alert" class="floating">
            <Notice tone=tone dismiss=dismiss>
                <p>{children()}</p>
            </Notice>
        </div>
    }
}

fn find(organization: &str, id: &str) -> Resource<Result<Found, Failure>> {
    let key = (organization.to_owned(), id.to_owned());
    Resource::new_blocking(move || key.clone(), |(organization, id)| tokens::find(organization, id))
}

#[component]
fn Ask(organization: String, place: String, found: Found, asked_here: StoredValue<bool>, on_revoked: Callback<String>) -> impl IntoView {
    let last_use = last_use(&found.token, found.now);
    let token = found.token;
    let id = token.id;
    let label = token.label.to_string();
    let owner = if token.owner == Owner::Organization { "the organization".to_owned() } else { token.owner.words() };
    let refusal: Refusal = RwSignal::new(posted::failure());
    let busy = RwSignal::new(false);
    // Without scripts the button is never disabled: the server compares.
    let live = RwSignal::new(false);
    let typed = RwSignal::new(posted::field("label"));
    let matches = {
        let label = label.clone();
        Memo::new(move |_| typed.read().trim() == label)
    };
    Effect::new(move |_| {
        // What was typed before the page was live counts.
        typed.set(browser::value("label"));
        live.set(true);
    });

    let action = paths::revoke(&organization, &place, id);
    let navigate = use_navigate();
    let replace = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
    let on_close = Callback::new({
        let (navigate, replace) = (navigate.clone(), replace.clone());
        let back = paths::tokens_at(&organization, &place);
        move |()| {
            if asked_here.get_value() {
                browser::go_back();
            } else {
                navigate(&back, replace.clone());
            }
            browser::focus(bin_id(id));
        }
    });
    let submit = {
        let organization = organization.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            let (navigate, replace) = (navigate.clone(), replace.clone());
            let (organization, place) = (organization.clone(), place.clone());
            spawn_local(async move {
                let answer = tokens::revoke(organization.clone(), id.to_string(), typed.get_untracked()).await;
                busy.set(false);
                match answer {
                    Ok(_) => {
                        navigate(&paths::revoked(&organization, &place, [id]), replace);
                        on_revoked.run(row_id(id));
                    }
                    Err(Failure(failure)) => {
                        refusal.set(Some(failure));
                        browser::focus("label");
                    }
                }
            });
        }
    };
    // A refusal that is not about the label has no field to stand at.
    let elsewhere = move || {
        refusal.with(|failure| failure.as_ref().filter(|failure| failure.field.as_deref() != Some("label")).map(|it| it.message.clone()))
    };
    view! {
        <Dialog id="revoke" role="alertdialog" guarded=busy on_close=on_close>
            <h2 class="dialog-title" id="revoke-title">
                {format!("Revoke token “{label}”?")}
            </h2>
            <div class="dialog-text" id="revoke-text">
                <p>"Whatever uses " <code class="hint">{token.hint.to_string()}</code> " stops working at once. This cannot be undone."</p>
                <p>"It belongs to " <strong>{owner}</strong> ". " {last_use}</p>
            </div>
            <div role="alert">
                {move || {
                    elsewhere()
                        .map(|message| {
                            view! {
                                <Notice tone=Tone::Danger>
                                    <p>{message}</p>
                                </Notice>
                            }
                        })
                }}
            </div>
            <form class="form" method="post" action=action on:submit=submit>
                <TextField
                    name="label"
                    label=format!("Type {label} to confirm")
                    value=typed.get_untracked()
                    autocomplete="off"
                    refusal=refusal
                    on_input=Callback::new(move |text| typed.set(text))
                />
                <div class="dialog-actions">
                    // Of a form of its own, so that Enter in the field above never means Cancel.
                    <button r#type="submit" form="revoke-cancel" class="button" data-look="secondary" autofocus=true>
                        "Cancel"
                    </button>
                    <Submit
                        look=Look::Danger
                        busy=busy
                        meanwhile="Revoking…"
                        disabled=Signal::derive(move || live.get() && !matches.get())
                        label="Revoke token"
                    />
                </div>
            </form>
            <form id="revoke-cancel" method="dialog"></form>
        </Dialog>
    }
}

/// What revoking may break, as far as Jeton knows.
pub fn last_use(token: &Token, now: Timestamp) -> AnyView {
    match token.last_used_at {
        Some(at) => {
            let words = ago(at, now).map(|words| format!("{words}, "));
            view! { <strong>"Last used " {words}</strong> <Moment at=at /> "." }.into_any()
        }
        None => view! { <strong>"Never used."</strong> }.into_any(),
    }
}
