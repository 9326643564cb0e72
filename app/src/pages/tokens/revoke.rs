//! Revoking: the dialog that asks, and the notice that tells.

use domain::{Failure, Hint, Owner, State, Status, Timestamp, Token, TokenQuery, UsageHistory, token_query::View};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    paths, posted,
    queries::{
        rotation::rotation,
        tokens::{self, Found},
        usage::usage,
    },
    texts::{
        common,
        tokens::{list, revoke as say},
    },
    ui::{
        badge::Tone,
        button::{Look, Submit},
        dialog::Dialog,
        field::{Refusal, TextField},
        later::later,
        notice::{Notice, Refused},
        time::{Moment, ago},
    },
};

/// Asks whether to revoke the token with this id, over this place in the list.
#[component]
pub fn Revoke(organization: String, place: String, id: String) -> impl IntoView {
    let found = find(&organization, &id);
    let back = paths::tokens_at(&organization, &place);
    view! {
        {later(async move {
            match found.await {
                Ok((found, old, history)) if !matches!(found.token.state, State::Revoked { .. }) => {
                    let action = paths::revoke(&organization, &place, found.token.id);
                    view! { <Ask found=found old=old history=Some(history) action=action back=back /> }.into_any()
                }
                Ok((Found { token, .. }, ..)) => {
                    view! {
                        <Told tone=Tone::Neutral dismiss=back>
                            {say::revoked_already(token.label.as_str())}
                        </Told>
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <Told tone=Tone::Danger dismiss=back>
                            {failure.message}
                        </Told>
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Tells that the tokens with these ids, with commas between, are revoked, if they are.
#[component]
pub fn Revoked(organization: String, place: String, ids: String) -> impl IntoView {
    let back = paths::tokens_at(&organization, &place);
    let key = (organization.clone(), ids);
    let revoked = Resource::new_blocking(move || key.clone(), |(organization, ids)| revoked(organization, ids));
    view! {
        {later(async move {
            let tokens = revoked.await;
            let told = match tokens.as_slice() {
                [] => return None,
                [token] => say::revoked(view! { <a href=paths::token(&organization, token.id)>{token.label.to_string()}</a> }.into_any()),
                many => {
                    let inactive = TokenQuery::default().in_view(View::Inactive).to_query();
                    let link = view! { <a href=paths::tokens_at(&organization, &inactive)>{list::SHOW_INACTIVE}</a> };
                    view! { {say::many_revoked(many.len())} " " {link} }.into_any()
                }
            };
            Some(
                view! {
                    <Notice tone=Tone::Success dismiss=back>
                        <p>{told}</p>
                    </Notice>
                },
            )
        })}
    }
}

/// The tokens of which an address says that they are revoked, if all of them are.
async fn revoked(organization: String, ids: String) -> Vec<Token> {
    let tokens = if ids.contains(',') {
        tokens::find_many(organization, ids).await.map(|found| found.tokens)
    } else {
        tokens::find(organization, ids).await.map(|found| vec![found.token])
    };
    tokens.ok().filter(|tokens| tokens.iter().all(|token| matches!(token.state, State::Revoked { .. }))).unwrap_or_default()
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

/// A token, its old secret while that is still accepted, and what is known about its use.
type Doomed = (Found, Option<Hint>, UsageHistory);

/// What the dialog tells of a token.
fn find(organization: &str, id: &str) -> Resource<Result<Doomed, Failure>> {
    let key = (organization.to_owned(), id.to_owned());
    Resource::new_blocking(
        move || key.clone(),
        async |(organization, id)| {
            let found = tokens::find(organization.clone(), id.clone()).await?;
            let old = rotation(organization.clone(), id.clone()).await?.rotation.map(|rotation| rotation.old);
            Ok((found, old, usage(organization, id).await?.history))
        },
    )
}

/// Whether the address of a token's page asks whether to revoke it.
pub fn is_asked() -> bool {
    use_query_map().with_untracked(|query| query.get_str("revoke") == Some("ask"))
}

/// Asks whether to revoke a token, over its own page, when the address says so and it can be.
#[component]
pub fn AskOnPage(
    found: Found,
    /// See [`Ask`].
    old: Option<Hint>,
    history: Option<UsageHistory>,
) -> impl IntoView {
    let (slug, id) = (found.organization.slug.to_string(), found.token.id);
    let (page, action) = (paths::token(&slug, id), paths::revoke_on_page(&slug, id));
    is_asked().then(|| view! { <Ask found=found old=old history=history action=action back=page /> })
}

/// The dialog. Its form posts to `action`, and without an answer it leads to `back`.
#[component]
fn Ask(
    found: Found,
    /// The mask of its old secret, while that is still accepted.
    old: Option<Hint>,
    history: Option<UsageHistory>,
    action: String,
    back: String,
) -> impl IntoView {
    let last_use = last_use(&found.token, found.now);
    let from = history.as_ref().and_then(last_addresses);
    let tried = history.as_ref().and_then(|history| say::refused(history.refused(), UsageHistory::DAYS));
    let may_rotate = found.may_update && matches!(found.token.status_at(found.now), Status::Active | Status::Disabled);
    let (slug, id) = (found.organization.slug.as_str(), found.token.id);
    let instead = may_rotate.then(|| match old {
        Some(_) => {
            let end = view! { <a href=paths::ask_end_overlap(slug, id)>{say::END_THE_OVERLAP}</a> }.into_any();
            say::end_instead(end).into_any()
        }
        None => {
            let rotate = view! { <a href=paths::rotate(slug, id)>{say::ROTATE_IT}</a> }.into_any();
            say::rotate_instead(rotate).into_any()
        }
    });
    let token = found.token;
    let label = token.label.to_string();
    let owner = if token.owner == Owner::Organization { say::THE_ORGANIZATION.to_owned() } else { token.owner.words() };
    let owner = view! { <strong>{owner}</strong> }.into_any();
    let masked = |hint: Hint| view! { <code class="hint">{hint.to_string()}</code> }.into_any();
    let (hint, old) = (masked(token.hint), old.map(masked));
    let refusal = Refusal::posted();
    // Whoever has typed something is past the question.
    let refused = refusal.of("label").is_some();
    // A refusal that is about something else has no field to stand at.
    let elsewhere = refusal.failure().filter(|failure| !matches!(failure.field.as_deref(), Some("label" | "why")));
    let elsewhere = elsewhere.map(|failure| view! { <Refused message=failure.message /> });
    view! {
        <Dialog id="revoke" role="alertdialog" back=back>
            <h2 class="dialog-title" id="revoke-title">
                {say::ask(&label)}
            </h2>
            <div class="dialog-text" id="revoke-text">
                <p>{say::stops(hint, old)}</p>
                <p>{say::use_of(owner, last_use, from, tried)}</p>
                {instead.map(|instead| view! { <p>{instead}</p> })}
            </div>
            {elsewhere}
            <form class="form" method="post" action=action>
                // First: Enter in the field after it sends the form.
                <Why refusal=refusal />
                <TextField
                    name="label"
                    label=say::CONFIRM
                    word=label.clone()
                    value=posted::field("label")
                    autocomplete="off"
                    autofocus=refused
                    confirms=label
                    refusal=refusal
                />
                <div class="dialog-actions">
                    // Of a form of its own, so that Enter in the field above never means Cancel.
                    <button r#type="submit" form="revoke-cancel" class="button" data-look="secondary" autofocus=!refused>
                        {common::CANCEL}
                    </button>
                    <Submit look=Look::Danger meanwhile=say::MEANWHILE label=say::REVOKE_TOKEN />
                </div>
            </form>
            <form id="revoke-cancel" method="dialog"></form>
        </Dialog>
    }
}

/// The field for the reason, which nobody has to give.
#[component]
pub fn Why(refusal: Refusal) -> impl IntoView {
    view! {
        <TextField
            name="why"
            label=say::WHY
            hint=say::WHY_HINT
            value=posted::field("why")
            autocomplete="off"
            may_be_empty=true
            refusal=refusal
        />
    }
}

/// Where that is, as far as Jeton knows.
fn last_addresses(history: &UsageHistory) -> Option<String> {
    let addresses: Vec<&str> = history.addresses.iter().map(|seen| seen.address.as_str()).collect();
    say::last_addresses(&addresses)
}

/// What revoking may break, as far as Jeton knows.
pub fn last_use(token: &Token, now: Timestamp) -> AnyView {
    match token.last_used_at {
        Some(at) => say::last_used(ago(at, now), view! { <Moment at=at /> }).into_any(),
        None => view! { <strong>{say::NEVER_USED}</strong> }.into_any(),
    }
}
