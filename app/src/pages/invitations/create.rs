//! The form for an invitation.

use leptos::prelude::*;

use super::link_once::link_once;
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::invitations::{self, InviteForm},
    texts::{common, invitations::create as say},
    ui::{
        button::{ButtonLink, Submit},
        choice::Choices,
        confirm::ConfirmIdentity,
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        later::later,
        problem::Problem,
        role_cards::RoleCards,
        summary::Summary,
    },
};

/// Invites somebody.
#[component]
pub fn Invite() -> impl IntoView {
    let organization = use_organization();
    let form = Resource::new_blocking(move || organization.get(), invitations::form);
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::MEMBERS, Some(paths::members(&organization.get_untracked()))),
            (say::INVITE, None),
        ] />
        <Heading text=say::INVITE />
        {later(async move {
            match form.await {
                Ok(form) => {
                    view! {
                        <PageTitle page=say::INVITE organization=form.organization.name.to_string() />
                        <Create form=form />
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=say::INVITE />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// The form, or the link once there is one.
#[component]
fn Create(form: InviteForm) -> impl IntoView {
    let members = paths::members(form.organization.slug.as_str());
    match posted::invited(|invited| link_once(invited, !form.mails_become_files, members)) {
        Some(link) => link,
        None => view! { <Form form=form /> }.into_any(),
    }
}

#[component]
fn Form(form: InviteForm) -> impl IntoView {
    let InviteForm { organization, roles, mails_become_files } = form;
    let name = organization.name.as_str();
    let what = if mails_become_files { say::lead_without_mail(name) } else { say::lead(name) };
    let slug = organization.slug.as_str();
    let refusal = Refusal::posted();
    let least = roles.built_in.first().map(ToString::to_string).unwrap_or_default();
    let chosen = Some(posted::field("role")).filter(|role| !role.is_empty()).unwrap_or(least);
    view! {
        <p class="lead">
            {what}
        </p>
        <Summary title=say::NOT_INVITED fields=&["email", "role"] refusal=refusal />
        <form class="form" method="post" action=paths::invite(slug)>
            <TextField
                name="email"
                label=say::EMAIL_ADDRESS
                hint=say::EMAIL_ADDRESS_HINT
                kind="email"
                value=posted::field("email")
                autocomplete="off"
                inputmode="email"
                refusal=refusal
            />
            <Choices name="role" legend=common::ROLE hint=say::ROLE_HINT refusal=refusal>
                <RoleCards offered=roles chosen=chosen />
            </Choices>
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit meanwhile=say::MEANWHILE label=say::MAKE_LINK />
                <ButtonLink href=paths::members(slug)>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
