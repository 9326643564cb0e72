//! The form for an invitation.

use leptos::prelude::*;

use super::link_once::link_once;
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::invitations::{self, InviteForm},
    ui::{
        button::{ButtonLink, Submit},
        choice::Choices,
        confirm::ConfirmIdentity,
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
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
            ("Organization settings", None),
            ("Members", Some(paths::members(&organization.get_untracked()))),
            ("Invite", None),
        ] />
        <Heading text="Invite" />
        <Suspense>
            {move || Suspend::new(async move {
                match form.await {
                    Ok(form) => {
                        view! {
                            <PageTitle page="Invite" organization=form.organization.name.to_string() />
                            <Create form=form />
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page="Invite" />
                            <Problem failure=failure refused="invite people to this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
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
    let what = if mails_become_files {
        format!("This makes a link that lets one person join {}. You hand it over yourself; it works once, for 7 days.", organization.name)
    } else {
        format!("This mails somebody a link that lets them join {}. It works once, for 7 days.", organization.name)
    };
    let slug = organization.slug.as_str();
    let refusal = Refusal::posted();
    let least = roles.built_in.first().map(ToString::to_string).unwrap_or_default();
    let chosen = Some(posted::field("role")).filter(|role| !role.is_empty()).unwrap_or(least);
    view! {
        <p class="lead">
            {what}
        </p>
        <Summary title="Nobody was invited" fields=&["email", "role"] refusal=refusal />
        <form class="form" method="post" action=paths::invite(slug)>
            <TextField
                name="email"
                label="Their e-mail address"
                hint="They will sign in with it. Keep the link private: whoever opens it first can join as them."
                kind="email"
                value=posted::field("email")
                autocomplete="off"
                inputmode="email"
                refusal=refusal
            />
            <Choices name="role" legend="Role" hint="Choose the least that is enough. It can be changed later." refusal=refusal>
                <RoleCards offered=roles chosen=chosen />
            </Choices>
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit meanwhile="Making the link…" label="Make invitation link" />
                <ButtonLink href=paths::members(slug)>"Cancel"</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
