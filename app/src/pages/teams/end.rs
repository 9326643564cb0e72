//! Ending a team: what ends with it is shown first, and its name typed.

use leptos::prelude::*;

use super::team::{more_tokens, use_team};
use crate::{
    layout::{Breadcrumb, use_organization},
    pages::tokens::row::last_used,
    paths, posted,
    queries::teams::{self, Doomed},
    texts::{
        common,
        teams::{self as area, end as say},
    },
    ui::{
        button::{ButtonLink, Look, Submit},
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        later::later,
        problem::Problem,
        summary::Summary,
    },
};

/// Asks whether to end a team.
#[component]
pub fn EndTeam() -> impl IntoView {
    let organization = use_organization();
    let team = use_team();
    let found = Resource::new_blocking(move || (organization.get(), team.get()), |(organization, team)| teams::ending(organization, team));
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::TEAMS, Some(paths::teams(&organization.get_untracked()))),
            (area::END_TEAM, None),
        ] />
        {later(async move {
            match found.await {
                Ok(found) => view! { <Ask found=found /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=area::END_TEAM />
                        <Heading text=area::END_TEAM />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

#[component]
fn Ask(found: Doomed) -> impl IntoView {
    let Doomed { organization, team, tokens, now } = found;
    let slug = organization.slug.to_string();
    let name = team.name.to_string();
    let more = more_tokens(&team, tokens.len());
    let doomed = (!tokens.is_empty()).then(|| {
        let rows = tokens.into_iter().map(|token| {
            let last_used = last_used(token.last_used_at, now);
            view! {
                <li class="doomed-token">
                    <span class="doomed-label">{token.label.to_string()}</span>
                    <code class="hint">{token.hint.to_string()}</code>
                    <span class="cell">{last_used}</span>
                </li>
            }
        });
        view! {
            <ul class="doomed" aria-label=say::TO_REVOKE>
                {rows.collect_view()}
            </ul>
        }
    });
    view! {
        <PageTitle page=area::END_TEAM organization=organization.name.to_string() />
        <Heading text=say::end(&name) />
        <p class="lead">{say::lead(team.tokens)}</p>
        {doomed}
        {more.map(|text| view! { <p class="text-muted">{text}</p> })}
        <Confirm address=paths::end_team(&slug, team.id) name=name back=paths::team(&slug, team.id) />
    }
}

/// The form that ends it.
#[component]
fn Confirm(address: String, name: String, back: String) -> impl IntoView {
    let refusal = Refusal::posted();
    view! {
        <Summary title=say::NOT_ENDED fields=&["typed"] refusal=refusal />
        <form class="form" method="post" action=address>
            <TextField
                name="typed"
                label=say::CONFIRM
                word=name.clone()
                value=posted::field("typed")
                autocomplete="off"
                confirms=name
                refusal=refusal
            />
            <div class="form-actions">
                <Submit look=Look::Danger meanwhile=say::MEANWHILE label=area::END_TEAM />
                <ButtonLink href=back>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
}
