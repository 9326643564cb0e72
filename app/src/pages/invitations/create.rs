//! The form for an invitation.

use domain::Invited;
use leptos::{
    ev::{Event, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use leptos_router::hooks::use_navigate;

use super::link_once::link_once;
use crate::{
    api::{
        Failure,
        invitations::{self, InviteForm},
    },
    browser::{self, Fields},
    layout::{Breadcrumb, use_organization},
    paths, posted,
    ui::{
        button::{ButtonLink, Submit},
        choice::Choices,
        confirm::{ConfirmIdentity, confirmed},
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        problem::Problem,
        role_cards::RoleCards,
        secret_once::Leave,
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
        <Transition>
            {move || Suspend::new(async move {
                match form.await {
                    Ok(form) => {
                        view! {
                            <PageTitle page="Invite" organization=form.organization.name.to_string() />
                            <Create form=form />
                        }
                            .into_any()
                    }
                    Err(Failure(failure)) => {
                        view! {
                            <PageTitle page="Invite" />
                            <Problem failure=failure refused="invite people to this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

/// The form, and over it the link once there is one.
#[component]
fn Create(form: InviteForm) -> impl IntoView {
    let slug = StoredValue::new(form.organization.slug.to_string());
    let mailed = !form.mails_become_files;
    let invited = RwSignal::new(None::<Invited>);
    let kept = RwSignal::new(false);
    let unkept = Signal::derive(move || invited.with(Option::is_some) && !kept.get());
    browser::guard_leaving(unkept, slug.with_value(|slug| paths::invite(slug)));
    let navigate = use_navigate();
    let on_done = Callback::new(move |()| {
        // Dropping it wipes the link.
        invited.set(None);
        navigate(&slug.with_value(|slug| paths::members(slug)), Default::default());
    });
    let show = move |invited: &Invited| {
        link_once(invited, mailed, Leave { did: "made", address: slug.with_value(|slug| paths::members(slug)), kept, on_done })
    };
    view! {
        {posted::invited(|_| ()).is_none().then(|| view! { <Form form=form invited=invited /> })}
        {move || posted::invited(show).or_else(|| invited.with(|invited| invited.as_ref().map(show)))}
    }
}

#[component]
fn Form(form: InviteForm, invited: RwSignal<Option<Invited>>) -> impl IntoView {
    let InviteForm { organization, roles, mails_become_files } = form;
    let what = if mails_become_files {
        format!("This makes a link that lets one person join {}. You hand it over yourself; it works once, for 7 days.", organization.name)
    } else {
        format!("This mails somebody a link that lets them join {}. It works once, for 7 days.", organization.name)
    };
    let slug = StoredValue::new(organization.slug.to_string());
    let refusal: Refusal = RwSignal::new(posted::failure());
    let busy = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let fields = Fields::of(&Event::from(event));
        spawn_local(async move {
            let answer = match confirmed(&fields).await {
                Ok(()) => invitations::create(slug.get_value(), fields.get("email"), fields.get("role")).await,
                Err(failure) => Err(failure),
            };
            match answer {
                Ok(made) => {
                    refusal.set(None);
                    invited.set(Some(made));
                }
                Err(Failure(failure)) => refusal.set(Some(failure)),
            }
            busy.set(false);
        });
    };
    let least = roles.built_in.first().map(ToString::to_string).unwrap_or_default();
    let chosen = Some(posted::field("role")).filter(|role| !role.is_empty()).unwrap_or(least);
    view! {
        <p class="lead">
            {what}
        </p>
        <Summary title="Nobody was invited" fields=&["email", "role"] refusal=refusal />
        <form class="form" method="post" action=slug.with_value(|slug| paths::invite(slug)) on:submit=submit>
            <TextField
                name="email"
                label="Their e-mail address"
                hint="They will sign in with it. Nobody else can use the link for another address."
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
                <Submit busy=busy meanwhile="Making the link…" label="Make invitation link" />
                <ButtonLink href=slug.with_value(|slug| paths::members(slug))>"Cancel"</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
