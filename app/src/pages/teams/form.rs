//! The form for a new team, and the one that renames a team.

use leptos::prelude::*;

use super::team::use_team;
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::teams::{self, Blank},
    texts::{
        common,
        teams::{self as area, form as say},
    },
    ui::{
        button::{ButtonLink, Submit},
        field::{Refusal, TextArea, TextField},
        heading::{Heading, PageTitle},
        later::later,
        problem::Problem,
        summary::Summary,
    },
};

/// Creates a team.
#[component]
pub fn NewTeam() -> impl IntoView {
    let organization = use_organization();
    let form = Resource::new_blocking(move || organization.get(), teams::form);
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::TEAMS, Some(paths::teams(&organization.get_untracked()))),
            (area::CREATE_TEAM, None),
        ] />
        <Heading text=area::CREATE_TEAM />
        {later(async move {
            match form.await {
                Ok(blank) => {
                    view! {
                        <PageTitle page=area::CREATE_TEAM organization=blank.organization.name.to_string() />
                        <p class="lead">{say::LEAD}</p>
                        <TeamForm blank=blank refused=say::NOT_CREATED />
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=area::CREATE_TEAM />
                        <Problem failure=failure refused=say::CREATE_REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Gives a team another name or description.
#[component]
pub fn EditTeam() -> impl IntoView {
    let organization = use_organization();
    let team = use_team();
    let form = Resource::new_blocking(move || (organization.get(), team.get()), |(organization, team)| teams::editable(organization, team));
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::TEAMS, Some(paths::teams(&organization.get_untracked()))),
            (say::EDIT_TEAM, None),
        ] />
        <Heading text=say::EDIT_TEAM />
        {later(async move {
            match form.await {
                Ok(blank) => {
                    view! {
                        <PageTitle page=say::EDIT_TEAM organization=blank.organization.name.to_string() />
                        <TeamForm blank=blank refused=say::NOT_CHANGED />
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=say::EDIT_TEAM />
                        <Problem failure=failure refused=say::EDIT_REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

#[component]
fn TeamForm(blank: Blank, refused: &'static str) -> impl IntoView {
    let Blank { organization, team, version } = blank;
    let slug = organization.slug.to_string();
    let refusal = Refusal::posted();
    let (address, back, label) = match &team {
        None => (paths::new_team(&slug), paths::teams(&slug), area::CREATE_TEAM),
        Some(team) => (paths::edit_team(&slug, team.id), paths::team(&slug, team.id), common::SAVE_CHANGES),
    };
    let edits = team.is_some();
    let (name, description) = team.map(|team| (team.name.to_string(), team.description.to_string())).unwrap_or_default();
    let value = |field: &str, present: String| if posted::was() { posted::field(field) } else { present };
    let version = edits.then(|| view! { <input r#type="hidden" name="version" value=value("version", version) /> });
    view! {
        <Summary title=refused fields=&["name", "description"] refusal=refusal />
        <form class="form" method="post" action=address>
            {version}
            <TextField
                name="name"
                label=common::NAME
                hint=say::NAME_HINT
                value=value("name", name)
                autocomplete="off"
                refusal=refusal
            />
            <TextArea name="description" label=common::DESCRIPTION value=value("description", description) refusal=refusal />
            <div class="form-actions">
                <Submit label=label />
                <ButtonLink href=back>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
}
