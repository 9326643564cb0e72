//! The page that asks whether to sign a member out everywhere.

use domain::Failure;
use leptos::prelude::*;

use super::member::use_user;
use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::members::{self, Found},
    ui::{
        button::{ButtonLink, Look, Submit},
        field::Refusal,
        heading::{Heading, PageTitle},
        problem::Problem,
        summary::Summary,
    },
};

/// Asks whether to end all sessions of a member.
#[component]
pub fn SignOut() -> impl IntoView {
    let organization = use_organization();
    let user = use_user();
    let found = Resource::new_blocking(move || (organization.get(), user.get()), |(organization, user)| members::find(organization, user));
    view! {
        <Breadcrumb steps=vec![
            ("Organization settings", None),
            ("Members", Some(paths::members(&organization.get_untracked()))),
            ("Sign out everywhere", None),
        ] />
        <Suspense>
            {move || Suspend::new(async move {
                let found = found.await.and_then(|found| if found.listed.may_edit { Ok(found) } else { Err(forbidden()) });
                match found {
                    Ok(found) => view! { <Ask found=found /> }.into_any(),
                    Err(failure) => {
                        view! {
                            <PageTitle page="Sign out everywhere" />
                            <Heading text="Sign out everywhere" />
                            <Problem failure=failure refused="end the sessions of this member" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

fn forbidden() -> Failure {
    Failure::new(domain::Code::Forbidden, "This member may do more than you.")
}

#[component]
fn Ask(found: Found) -> impl IntoView {
    let Found { organization, listed, .. } = found;
    let slug = organization.slug.to_string();
    let (user, name) = (listed.member.user, listed.member.name.to_string());
    let refusal = Refusal::posted();
    view! {
        <PageTitle page="Sign out everywhere" organization=organization.name.to_string() />
        <Heading text=format!("Sign {name} out everywhere?") />
        <p class="lead">
            "All their sessions end at once, in every browser and for every organization they belong to. They stay a member, get a mail, and can sign in again with their password. Their tokens go on working."
        </p>
        <Summary title="Nobody was signed out" fields=&[] refusal=refusal />
        <form class="form" method="post" action=paths::sign_out_member(&slug, user)>
            <div class="form-actions">
                <Submit look=Look::Danger label="Sign out everywhere" />
                <ButtonLink href=paths::member(&slug, user)>"Cancel"</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
