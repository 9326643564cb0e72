//! The page that asks whether to delete a role.

use leptos::prelude::*;

use super::edit::use_role;
use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::roles::{self, FoundRole},
    texts::{common, roles::delete as say},
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        field::Refusal,
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        problem::Problem,
        summary::Summary,
    },
};

/// Asks whether to delete a role, or says what is in the way.
#[component]
pub fn DeleteRole() -> impl IntoView {
    let organization = use_organization();
    let role = use_role();
    let found = Resource::new_blocking(move || (organization.get(), role.get()), |(organization, role)| roles::find(organization, role));
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::ROLES, Some(paths::roles(&organization.get_untracked()))),
            (say::DELETE_ROLE, None),
        ] />
        {later(async move {
            match found.await {
                Ok(found) if found.may_delete => view! { <Ask found=found /> }.into_any(),
                Ok(_) => {
                    view! {
                        <PageTitle page=say::DELETE_ROLE />
                        <Heading text=say::DELETE_ROLE />
                        <Problem
                            failure=domain::Failure::new(domain::Code::Forbidden, say::MAY_DO_MORE)
                            refused=say::THIS_REFUSED
                        />
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=say::DELETE_ROLE />
                        <Heading text=say::DELETE_ROLE />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

#[component]
fn Ask(found: FoundRole) -> impl IntoView {
    let FoundRole { form, role, .. } = found;
    let slug = form.organization.slug.to_string();
    let refusal = Refusal::posted();
    let back = paths::role(&slug, role.role.id);
    let question = say::delete(role.role.name.as_str());
    view! {
        <PageTitle page=say::DELETE_ROLE organization=form.organization.name.to_string() />
        <Heading text=question />
        <Summary title=say::NOT_DELETED fields=&[] refusal=refusal />
        {if role.holders.is_empty() {
            view! {
                <p class="lead">{say::LEAD}</p>
                <form class="form" method="post" action=paths::delete_role(&slug, role.role.id)>
                    <div class="form-actions">
                        <Submit look=Look::Danger label=say::DELETE_ROLE />
                        <ButtonLink href=back>{common::CANCEL}</ButtonLink>
                    </div>
                </form>
            }
                .into_any()
        } else {
            view! {
                <Notice tone=Tone::Warning>
                    <p>{say::in_use(&role.holders.words())}</p>
                </Notice>
                <div class="form-actions block">
                    <ButtonLink href=back>{say::BACK_TO_THE_ROLE}</ButtonLink>
                </div>
            }
                .into_any()
        }}
    }
    .into_any()
}
