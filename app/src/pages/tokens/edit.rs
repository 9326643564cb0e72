//! The form that changes a token.

use domain::{Code, Offered, PermissionSet, Timestamp, Token, TokenId, change::KEEP, token_policy::Policy};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    fields::{DescriptionField, ExpiryField, FIELDS, LabelField, Values},
    limits::LimitsFields,
    rights::RightsField,
    subject::Subject,
};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::{
        edit::{self, Editable},
        policy,
    },
    texts::{
        common,
        tokens::{edit as say, usage},
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Submit},
        confirm::ConfirmIdentity,
        field::Refusal,
        grants::Grants,
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        problem::Problem,
        summary::Summary,
    },
};

/// Edits a token.
#[component]
pub fn EditToken() -> impl IntoView {
    let organization = use_organization();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get_str("token").unwrap_or_default().to_owned()));
    let form = Resource::new_blocking(move || (organization.get(), id.get()), |(organization, id)| edit::edit_form(organization, id));
    let policy = Resource::new_blocking(move || organization.get(), policy::find);
    let page = move || id.get_untracked().parse::<TokenId>().ok().map(|id| paths::token(&organization.get_untracked(), id));
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::API_TOKENS, Some(paths::tokens(&organization.get_untracked()))),
            (common::TOKEN, page()),
            (common::EDIT, None),
        ] />
        <Heading text=say::EDIT_TOKEN />
        {later(async move {
            let (form, policy) = (form.await, policy.await);
            match form.and_then(|editable| policy.map(|found| (editable, found))) {
                Ok((editable, found)) => {
                    view! {
                        <PageTitle page=say::EDIT_TOKEN organization=editable.organization.name.to_string() />
                        <EditForm editable=editable policy=found.policy now=found.now />
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=say::EDIT_TOKEN />
                        {match page() {
                            Some(page) if failure.code == Code::Conflict => view! { <TooLate why=failure.message page=page /> }.into_any(),
                            _ => view! { <Problem failure=failure refused=say::REFUSED /> }.into_any(),
                        }}
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Says that a dead token stays as it is.
#[component]
fn TooLate(why: String, page: String) -> impl IntoView {
    view! {
        <div class="block" role="alert">
            <Notice tone=Tone::Warning>
                <p>{why}</p>
            </Notice>
        </div>
        <div class="block">
            <ButtonLink href=page>{say::SHOW_THE_TOKEN}</ButtonLink>
        </div>
    }
}

/// Says what can be taken away from the token, if that is known.
#[component]
fn Excess(excess: PermissionSet) -> impl IntoView {
    (!excess.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Neutral>
                <p>{say::EXCESS}</p>
                <Grants summary=usage::excess(excess.iter().count()) permissions=excess open=true />
                <p>{usage::EXCESS_HINT}</p>
            </Notice>
        }
    })
}

/// What the token may do now, if the form offers no such choice.
fn present(token: &Token, offered: &Offered) -> Option<&'static str> {
    let role = token.role.as_ref()?;
    if !token.permissions.is_empty() {
        return Some(say::PRESENT_ROLE_AND_MORE);
    }
    let id = role.id()?;
    let can_be_given = offered.custom.iter().any(|each| each.role.id == id);
    (!can_be_given).then_some(say::PRESENT_ROLE_OUT_OF_REACH)
}

/// What the fields show of a token that is edited.
fn values(token: &Token, present: Option<&str>) -> Values {
    let role = match &token.role {
        Some(_) if present.is_some() => KEEP.to_owned(),
        Some(role) => role.to_string(),
        None => domain::change::CUSTOM.to_owned(),
    };
    Values {
        label: token.label.to_string(),
        description: token.description.to_string(),
        role,
        // Also behind a role: whoever goes on to Custom begins with what the token may do now.
        permissions: token.effective(),
        expiry: KEEP.to_owned(),
    }
}

#[component]
fn EditForm(editable: Editable, policy: Policy, now: Timestamp) -> impl IntoView {
    let Editable { organization, token, roles, may, excess, version } = editable;
    let (slug, id) = (organization.slug.as_str(), token.id);
    let page = paths::token(slug, id);
    let address = paths::edit(slug, id);
    // A page that was refused still shows what its form was made from.
    let version = if posted::was() { posted::field("version") } else { version };
    let present = present(&token, &roles);
    let values_at_first = values(&token, present).with_preset(may).or_posted();
    let offer = policy.offer_for(&token, now);
    let unique = policy.asks_for_unique_labels(token.owner.kind());
    let end = match token.expires_at {
        Some(end) => say::ends(&end.human()),
        None => say::NEVER_EXPIRES.to_owned(),
    };
    let refusal = Refusal::posted();
    view! {
        <p class="lead">{say::lead(token.label.as_str())}</p>
        <Subject token=token.clone() />
        <Summary title=say::NOT_CHANGED fields=FIELDS refusal=refusal />
        <form class="form" method="post" action=address.clone()>
            <input r#type="hidden" name="version" value=version />
            <LabelField value=values_at_first.label refusal=refusal unique=unique />
            <DescriptionField value=values_at_first.description refusal=refusal />
            <Excess excess=excess />
            <RightsField
                chosen=values_at_first.role
                roles=roles.custom
                may=may
                on=values_at_first.permissions
                present=present
                address=address.clone()
                refusal=refusal
            />
            <ExpiryField chosen=values_at_first.expiry hint=end offer=offer first=(KEEP, say::KEEP_EXPIRY) refusal=refusal />
            <LimitsFields limits=token.limits refusal=refusal />
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit meanwhile=say::MEANWHILE label=common::SAVE_CHANGES />
                <ButtonLink href=page>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
