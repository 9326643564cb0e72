//! The page that asks whether to sign a member out everywhere.

use domain::Failure;
use leptos::prelude::*;

use super::member::use_user;
use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::members::{self, Found},
    texts::{
        common,
        members::{self as area, sign_out as say},
    },
    ui::{
        button::{ButtonLink, Look, Submit},
        field::Refusal,
        heading::{Heading, PageTitle},
        later::later,
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
            (common::ORGANIZATION_SETTINGS, None),
            (common::MEMBERS, Some(paths::members(&organization.get_untracked()))),
            (area::SIGN_OUT_EVERYWHERE, None),
        ] />
        {later(async move {
            let found = found.await.and_then(|found| if found.listed.may_edit { Ok(found) } else { Err(forbidden()) });
            match found {
                Ok(found) => view! { <Ask found=found /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=area::SIGN_OUT_EVERYWHERE />
                        <Heading text=area::SIGN_OUT_EVERYWHERE />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
    .into_any()
}

fn forbidden() -> Failure {
    Failure::new(domain::Code::Forbidden, say::MAY_DO_MORE)
}

#[component]
fn Ask(found: Found) -> impl IntoView {
    let Found { organization, listed, .. } = found;
    let slug = organization.slug.to_string();
    let (user, name) = (listed.member.user, listed.member.name.to_string());
    let refusal = Refusal::posted();
    view! {
        <PageTitle page=area::SIGN_OUT_EVERYWHERE organization=organization.name.to_string() />
        <Heading text=say::sign_out(&name) />
        <p class="lead">{say::LEAD}</p>
        <Summary title=say::NOT_SIGNED_OUT fields=&[] refusal=refusal />
        <form class="form" method="post" action=paths::sign_out_member(&slug, user)>
            <div class="form-actions">
                <Submit look=Look::Danger label=area::SIGN_OUT_EVERYWHERE />
                <ButtonLink href=paths::member(&slug, user)>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
