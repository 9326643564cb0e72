//! The form for a new role.

use domain::PermissionSet;
use leptos::prelude::*;

use super::fields::{FIELDS, RoleFields, Values};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::roles::{self, RoleForm},
    texts::{
        common,
        roles::{self as area, create as say},
    },
    ui::{
        button::{ButtonLink, Submit},
        confirm::ConfirmIdentity,
        field::Refusal,
        heading::{Heading, PageTitle},
        later::later,
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
            (common::ORGANIZATION_SETTINGS, None),
            (common::ROLES, Some(paths::roles(&organization.get_untracked()))),
            (area::CREATE_ROLE, None),
        ] />
        <Heading text=area::CREATE_ROLE />
        {later(async move {
            match form.await {
                Ok(form) => {
                    view! {
                        <PageTitle page=area::CREATE_ROLE organization=form.organization.name.to_string() />
                        <Create form=form />
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=area::CREATE_ROLE />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

#[component]
fn Create(form: RoleForm) -> impl IntoView {
    let RoleForm { organization, offered } = form;
    let slug = organization.slug.to_string();
    let refusal = Refusal::posted();
    let values = Values { name: String::new(), description: String::new(), permissions: PermissionSet::NONE };
    let values = values.with_preset(offered).or_posted();
    view! {
        <p class="lead">{say::LEAD}</p>
        <Summary title=say::NOT_CREATED fields=FIELDS refusal=refusal />
        <form class="form" method="post" action=paths::new_role(&slug)>
            <RoleFields values=values offered=offered address=paths::new_role(&slug) refusal=refusal />
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit label=area::CREATE_ROLE />
                <ButtonLink href=paths::roles(&slug)>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
