//! One member: what is known about them, and their role.

use domain::{AssignedRole, Offered, Timestamp, TokenQuery};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::list::seen;
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::members::{self, Found, Listed},
    texts::{
        common,
        members::{self as area, member as say},
    },
    ui::{
        badge::{Badge, Tone},
        button::{ButtonLink, Submit},
        choice::Choices,
        confirm::ConfirmIdentity,
        details::{Detail, Details},
        field::Refusal,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        later::later,
        problem::Problem,
        role_cards::RoleCards,
        summary::Summary,
        time::Moment,
    },
};

/// The member in the page's address.
pub fn use_user() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("user").unwrap_or_default().to_owned()))
}

/// Shows one member, and lets their role be changed by who may.
#[component]
pub fn MemberPage() -> impl IntoView {
    let organization = use_organization();
    let user = use_user();
    let found = Resource::new_blocking(move || (organization.get(), user.get()), |(organization, user)| members::find(organization, user));
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::MEMBERS, Some(paths::members(&organization.get_untracked()))),
            (common::MEMBER, None),
        ] />
        {later(async move {
            match found.await {
                Ok(found) => view! { <Shown found=found /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=common::MEMBER />
                        <Heading text=common::MEMBER />
                        <Problem failure=failure refused=area::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { organization, listed, roles, now } = found;
    let Listed { member, you, may_edit, may_remove } = listed;
    let slug = organization.slug.to_string();
    let name = member.name.to_string();
    let remove = may_remove.then(|| {
        view! {
            <ButtonLink href=paths::remove_member(&slug, member.user)>
                <Icon glyph=Glyph::Bin />
                {area::REMOVE}
            </ButtonLink>
        }
    });
    // One's own are ended on the page of one's own.
    let sign_out = (may_edit && !you).then(|| {
        view! { <ButtonLink href=paths::sign_out_member(&slug, member.user)>{area::SIGN_OUT_EVERYWHERE}</ButtonLink> }
    });
    let address = paths::member(&slug, member.user);
    let theirs = TokenQuery { created_by: Some(member.name.clone()), ..TokenQuery::default() };
    view! {
        <PageTitle page=name.clone() organization=organization.name.to_string() />
        <div class="page-head">
            <Heading text=name />
            <div class="form-actions">
                <ButtonLink href=paths::tokens_at(
                    &slug,
                    &theirs.to_query(),
                )>{if you { say::TOKENS_YOU_GENERATED } else { area::TOKENS_THEY_GENERATED }}</ButtonLink> {sign_out} {remove}
            </div>
        </div>
        <Facts member=member.clone() you=you now=now />
        {may_edit.then(|| view! { <RoleForm address=address roles=roles present=member.role.clone() you=you /> })}
    }
    .into_any()
}

#[component]
fn Facts(member: domain::Member, you: bool, now: Timestamp) -> impl IntoView {
    let seen = seen(member.last_seen_at, now);
    view! {
        <Details>
            <Detail term=area::EMAIL_ADDRESS>{member.email.as_str().to_owned()}</Detail>
            <Detail term=common::ROLE>
                {member.role.title()} {you.then(|| view! { <Badge tone=Tone::Neutral glyph=Glyph::Person text=area::YOU /> })}
            </Detail>
            <Detail term=area::MEMBER_SINCE>
                <Moment at=member.since />
            </Detail>
            <Detail term=common::LAST_SEEN>{seen}</Detail>
            <Detail term=say::ID wide=true>
                <code class="hint">{member.user.to_string()}</code>
            </Detail>
        </Details>
    }
}

#[component]
fn RoleForm(address: String, roles: Offered, present: AssignedRole, you: bool) -> impl IntoView {
    let refusal = Refusal::posted();
    let chosen = Some(posted::field("role")).filter(|role| !role.is_empty()).unwrap_or_else(|| present.to_string());
    let hint = if you { say::HINT_OWN } else { say::HINT };
    view! {
        <section class="block" aria-labelledby="change">
            <h2 class="block-title" id="change">
                {say::CHANGE_THE_ROLE}
            </h2>
            <Summary title=say::NOT_CHANGED fields=&["role"] refusal=refusal />
            <form class="form" method="post" action=address>
                <Choices name="role" legend=common::ROLE hint=hint refusal=refusal>
                    <RoleCards offered=roles chosen=chosen />
                </Choices>
                <ConfirmIdentity refusal=refusal />
                <div class="form-actions">
                    <Submit label=say::CHANGE_ROLE />
                </div>
            </form>
        </section>
    }
    .into_any()
}
