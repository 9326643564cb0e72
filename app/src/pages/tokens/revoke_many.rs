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
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        empty::Empty,
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        icon::Glyph,
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
            ("Organization settings", None),
            ("API tokens", Some(untrack(list))),
            ("Revoke tokens", None),
        ] />
        <Heading text="Revoke tokens" />
        <Suspense>
            {move || Suspend::new(async move {
                match chosen.await {
                    Ok(chosen) => view! { <Ask chosen=chosen place=place.get_untracked() /> }.into_any(),
                    Err(failure) if failure.code == Code::Invalid => {
                        view! {
                            <PageTitle page="Revoke tokens" />
                            <Empty glyph=Glyph::Info title="This cannot be asked">
                                <p class="empty-text">{failure.message}</p>
                                <ButtonLink href=untrack(list)>"Back to the list"</ButtonLink>
                            </Empty>
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page="Revoke tokens" />
                            <Problem failure=failure refused="revoke API tokens of this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn Ask(chosen: Chosen, place: String) -> impl IntoView {
    let Chosen { organization, tokens, now } = chosen;
    let slug = organization.slug.to_string();
    let back = paths::tokens_at(&slug, &place);
    let (ended, alive): (Vec<Token>, Vec<Token>) = tokens.into_iter().partition(|token| matches!(token.state, State::Revoked { .. }));
    let title = view! { <PageTitle page="Revoke tokens" organization=organization.name.to_string() /> };
    if alive.is_empty() {
        return view! {
            {title}
            <Empty glyph=Glyph::Info title="They are revoked already">
                <ButtonLink href=back>"Back to the list"</ButtonLink>
            </Empty>
        }
        .into_any();
    }
    let left_out = match ended.len() {
        0 => None,
        1 => Some("One of those you selected is revoked already and left out.".to_owned()),
        several => Some(format!("{several} of those you selected are revoked already and left out.")),
    };
    let lead = match alive.len() {
        1 => "Whatever uses this token stops working at once. This cannot be undone.".to_owned(),
        several => format!("Whatever uses one of these {several} tokens stops working at once. This cannot be undone."),
    };
    let rows = alive.iter().map(|token| view! { <Doomed token=token now=now /> });
    view! {
        {title}
        <p class="lead">{lead}</p>
        {left_out
            .map(|text| {
                view! {
                    <Notice tone=Tone::Neutral>
                        <p>{text}</p>
                    </Notice>
                }
            })}
        <ul class="doomed" aria-label="Tokens to revoke">
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
            <span class="cell-more">{row::owner(token, None)} ", " {token.role_title()}</span>
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
        <Summary title="The tokens were not revoked" fields=&["typed", "why"] refusal=refusal />
        <form class="form" method="post" action=action>
            {hidden}
            <TextField
                name="typed"
                label=format!("To confirm, type: {word}")
                value=posted::field("typed")
                autocomplete="off"
                confirms=word
                refusal=refusal
            />
            <Why refusal=refusal />
            <div class="form-actions">
                <Submit look=Look::Danger meanwhile="Revoking…" label="Revoke tokens" />
                <ButtonLink href=back>"Cancel"</ButtonLink>
            </div>
        </form>
    }
}
