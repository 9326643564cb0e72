//! The form for a new team, and the one that renames a team.

use leptos::prelude::*;

use super::team::use_team;
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::teams::{self, Blank},
    ui::{
        button::{ButtonLink, Submit},
        field::{Refusal, TextArea, TextField},
        heading::{Heading, PageTitle},
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
            ("Organization settings", None),
            ("Teams", Some(paths::teams(&organization.get_untracked()))),
            ("Create team", None),
        ] />
        <Heading text="Create team" />
        <Suspense>
            {move || Suspend::new(async move {
                match form.await {
                    Ok(blank) => {
                        view! {
                            <PageTitle page="Create team" organization=blank.organization.name.to_string() />
                            <p class="lead">"You add its members on the next page."</p>
                            <TeamForm blank=blank refused="The team was not created" />
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page="Create team" />
                            <Problem failure=failure refused="create teams in this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
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
            ("Organization settings", None),
            ("Teams", Some(paths::teams(&organization.get_untracked()))),
            ("Edit team", None),
        ] />
        <Heading text="Edit team" />
        <Suspense>
            {move || Suspend::new(async move {
                match form.await {
                    Ok(blank) => {
                        view! {
                            <PageTitle page="Edit team" organization=blank.organization.name.to_string() />
                            <TeamForm blank=blank refused="The team was not changed" />
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page="Edit team" />
                            <Problem failure=failure refused="edit this team" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn TeamForm(blank: Blank, refused: &'static str) -> impl IntoView {
    let Blank { organization, team, version } = blank;
    let slug = organization.slug.to_string();
    let refusal = Refusal::posted();
    let (address, back, label) = match &team {
        None => (paths::new_team(&slug), paths::teams(&slug), "Create team"),
        Some(team) => (paths::edit_team(&slug, team.id), paths::team(&slug, team.id), "Save changes"),
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
                label="Name"
                hint="What the team is called here, such as Payments. No other team may have this name."
                value=value("name", name)
                autocomplete="off"
                refusal=refusal
            />
            <TextArea name="description" label="Description" value=value("description", description) refusal=refusal />
            <div class="form-actions">
                <Submit label=label />
                <ButtonLink href=back>"Cancel"</ButtonLink>
            </div>
        </form>
    }
}
