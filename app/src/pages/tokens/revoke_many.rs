//! Revoking several tokens: the page that lists them and asks.

use domain::{Code, State, Timestamp, Token, TokenQuery, token::confirmation};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::{
    revoke::{Why, last_use},
    row,
};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::tokens::{self, Chosen},
    texts::{
        common,
        tokens::{revoke, revoke_many as say},
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        empty::Empty,
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        icon::Glyph,
        later::later,
        notice::Notice,
        problem::Problem,
        summary::Summary,
    },
};

/// Asks whether to revoke the tokens in the address.
#[component]
pub fn RevokeMany() -> impl IntoView {
    let organization = use_organization();
    let query = use_query_map();
    let search = use_location().search;
    let ids = Memo::new(move |_| query.with(|query| query.get_str("chosen").unwrap_or_default().to_owned()));
    let place = Memo::new(move |_| search.with(|search| TokenQuery::parse(search).unwrap_or_default().to_query()));
    let list = move || paths::tokens_at(&organization.read(), &place.read());
    let chosen =
        Resource::new_blocking(move || (organization.get(), ids.get()), |(organization, ids)| tokens::find_many(organization, ids));
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::API_TOKENS, Some(untrack(list))),
            (say::REVOKE_TOKENS, None),
        ] />
        <Heading text=say::REVOKE_TOKENS />
        {later(async move {
            match chosen.await {
                Ok(chosen) => view! { <Ask chosen=chosen place=place.get_untracked() /> }.into_any(),
                Err(failure) if failure.code == Code::Invalid => {
                    view! {
                        <PageTitle page=say::REVOKE_TOKENS />
                        <Empty glyph=Glyph::Info title=say::NOT_ASKED>
                            <p class="empty-text">{failure.message}</p>
                            <ButtonLink href=untrack(list)>{say::BACK_TO_THE_LIST}</ButtonLink>
                        </Empty>
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=say::REVOKE_TOKENS />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

#[component]
fn Ask(chosen: Chosen, place: String) -> impl IntoView {
    let Chosen { organization, tokens, now } = chosen;
    let slug = organization.slug.to_string();
    let back = paths::tokens_at(&slug, &place);
    let (ended, alive): (Vec<Token>, Vec<Token>) = tokens.into_iter().partition(|token| matches!(token.state, State::Revoked { .. }));
    let title = view! { <PageTitle page=say::REVOKE_TOKENS organization=organization.name.to_string() /> };
    if alive.is_empty() {
        return view! {
            {title}
            <Empty glyph=Glyph::Info title=say::REVOKED_ALREADY>
                <ButtonLink href=back>{say::BACK_TO_THE_LIST}</ButtonLink>
            </Empty>
        }
        .into_any();
    }
    let rows = alive.iter().map(|token| view! { <Doomed token=token now=now /> });
    view! {
        {title}
        <p class="lead">{say::lead(alive.len())}</p>
        {say::left_out(ended.len())
            .map(|text| {
                view! {
                    <Notice tone=Tone::Neutral>
                        <p>{text}</p>
                    </Notice>
                }
            })}
        <ul class="doomed" aria-label=say::TOKENS_TO_REVOKE>
            {rows.collect_view()}
        </ul>
        <Confirm organization=slug place=place tokens=alive back=back />
    }
    .into_any()
}

/// One of the tokens that end, with when it was last used.
#[component]
pub fn Doomed<'a>(token: &'a Token, now: Timestamp) -> impl IntoView + use<> {
    view! {
        <li class="doomed-token">
            <span class="doomed-label">{token.label.to_string()}</span>
            <code class="hint">{token.hint.to_string()}</code>
            <span class="cell-more">{say::owner_and_role(row::owner(token, None), token.role_title())}</span>
            <span class="cell-more">{last_use(token, now)}</span>
        </li>
    }
}

/// The form that ends them.
#[component]
fn Confirm(organization: String, place: String, tokens: Vec<Token>, back: String) -> impl IntoView {
    let word = confirmation(&tokens);
    let hidden: Vec<_> = tokens.iter().map(|token| view! { <input r#type="hidden" name="token" value=token.id.to_string() /> }).collect();
    let action = paths::revoke_many(&organization, &place);
    let refusal = Refusal::posted();
    view! {
        <Summary title=say::NOT_REVOKED fields=&["typed", "why"] refusal=refusal />
        <form class="form" method="post" action=action>
            {hidden}
            // First: Enter in the field after it sends the form.
            <Why refusal=refusal />
            <TextField
                name="typed"
                label=say::CONFIRM
                word=word.clone()
                value=posted::field("typed")
                autocomplete="off"
                confirms=word
                refusal=refusal
            />
            <div class="form-actions">
                <Submit look=Look::Danger meanwhile=revoke::MEANWHILE label=say::REVOKE_TOKENS />
                <ButtonLink href=back>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
}
