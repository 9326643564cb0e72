//! The form for a new role.

use domain::PermissionSet;
use leptos::prelude::*;

use super::fields::{FIELDS, RoleFields, Values};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::roles::{self, RoleForm},
    ui::{
        button::{ButtonLink, Submit},
        confirm::ConfirmIdentity,
        field::Refusal,
        heading::{Heading, PageTitle},
        problem::Problem,
        summary::Summary,
    },
};

/// Makes a role.
#[component]
pub fn NewRole() -> impl IntoView {
    let organization = use_organization();
    let form = Resource::new_blocking(move || organization.get(), roles::form);
    view! {
        <Breadcrumb steps=vec![
            ("Organization settings", None),
            ("Roles", Some(paths::roles(&organization.get_untracked()))),
            ("Create role", None),
        ] />
        <Heading text="Create role" />
        <Suspense>
            {move || Suspend::new(async move {
                match form.await {
                    Ok(form) => {
                        view! {
                            <PageTitle page="Create role" organization=form.organization.name.to_string() />
                            <Create form=form />
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page="Create role" />
                            <Problem failure=failure refused="create roles in this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn Create(form: RoleForm) -> impl IntoView {
    let RoleForm { organization, offered } = form;
    let slug = organization.slug.to_string();
    let refusal = Refusal::posted();
    let values = Values { name: String::new(), description: String::new(), permissions: PermissionSet::NONE }.or_posted();
    view! {
        <p class="lead">"Give it to members, to people you invite and to API tokens. It allows exactly what you turn on."</p>
        <Summary title="The role was not created" fields=FIELDS refusal=refusal />
        <form class="form" method="post" action=paths::new_role(&slug)>
            <RoleFields values=values offered=offered refusal=refusal />
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit label="Create role" />
                <ButtonLink href=paths::roles(&slug)>"Cancel"</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
