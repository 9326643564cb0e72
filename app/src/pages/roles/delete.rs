//! The page that asks whether to delete a role.

use leptos::prelude::*;

use super::edit::use_role;
use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::roles::{self, FoundRole},
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        field::Refusal,
        heading::{Heading, PageTitle},
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
            ("Organization settings", None),
            ("Roles", Some(paths::roles(&organization.get_untracked()))),
            ("Delete role", None),
        ] />
        <Suspense>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(found) if found.may_delete => view! { <Ask found=found /> }.into_any(),
                    Ok(_) => {
                        view! {
                            <PageTitle page="Delete role" />
                            <Heading text="Delete role" />
                            <Problem
                                failure=domain::Failure::new(domain::Code::Forbidden, "This role may do more than you.")
                                refused="delete this role"
                            />
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page="Delete role" />
                            <Heading text="Delete role" />
                            <Problem failure=failure refused="delete roles of this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn Ask(found: FoundRole) -> impl IntoView {
    let FoundRole { form, role, .. } = found;
    let slug = form.organization.slug.to_string();
    let refusal = Refusal::posted();
    let back = paths::role(&slug, role.role.id);
    let question = format!("Delete the role “{}”?", role.role.name);
    view! {
        <PageTitle page="Delete role" organization=form.organization.name.to_string() />
        <Heading text=question />
        <Summary title="The role was not deleted" fields=&[] refusal=refusal />
        {if role.holders.is_empty() {
            view! {
                <p class="lead">"Nobody has it. It cannot be handed out any more; the audit log goes on naming it."</p>
                <form class="form" method="post" action=paths::delete_role(&slug, role.role.id)>
                    <div class="form-actions">
                        <Submit look=Look::Danger label="Delete role" />
                        <ButtonLink href=back>"Cancel"</ButtonLink>
                    </div>
                </form>
            }
                .into_any()
        } else {
            view! {
                <Notice tone=Tone::Warning>
                    <p>{format!("It is in use by {}. Give them another role first.", role.holders.words())}</p>
                </Notice>
                <div class="form-actions block">
                    <ButtonLink href=back>"Back to the role"</ButtonLink>
                </div>
            }
                .into_any()
        }}
    }
    .into_any()
}
