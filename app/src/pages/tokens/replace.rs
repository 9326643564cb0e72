//! The form for a token in the place of one that is over.

use domain::Lifetime;
use leptos::prelude::*;

use super::{
    issuing::Issuing,
    limits::LimitsDetails,
    rotate::{NotNow, Steps, TooLate, late, use_token},
    subject::SubjectDetails,
    token::Grants,
};
use crate::{
    layout::use_organization,
    paths, posted,
    queries::rotation::{self, Replaceable},
    texts::{
        common,
        tokens::{create, replace as say, token as token_page},
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Submit},
        confirm::ConfirmIdentity,
        details::{Detail, Details},
        field::Refusal,
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        summary::Summary,
        time::Moment,
    },
};

/// Replaces a token.
#[component]
pub fn ReplaceToken() -> impl IntoView {
    let organization = use_organization();
    let id = use_token();
    let form =
        Resource::new_blocking(move || (organization.get(), id.get()), |(organization, id)| rotation::replace_form(organization, id));
    view! {
        <Steps last=common::GENERATE_REPLACEMENT organization=organization id=id />
        <Heading text=common::GENERATE_REPLACEMENT />
        {later(async move {
            match form.await {
                Ok(form) => {
                    view! {
                        <PageTitle page=common::GENERATE_REPLACEMENT organization=form.organization.name.to_string() />
                        <Replace form=form />
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=common::GENERATE_REPLACEMENT />
                        <NotNow failure=failure refused=say::REFUSED organization=organization id=id />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// The form, or the secret once there is one.
#[component]
fn Replace(form: Replaceable) -> impl IntoView {
    let slug = form.organization.slug.to_string();
    view! {
        <Issuing title=create::generated then=Callback::new(move |token| paths::replacement(&slug, token))>
            <Form form=form />
        </Issuing>
    }
}

#[component]
fn Form(form: Replaceable) -> impl IntoView {
    let Replaceable { organization, token, lifetime, ends_at, label_in_use, form } = form;
    let form = if posted::was() { posted::field("form") } else { form };
    let slug = organization.slug.as_str();
    let id = token.id;
    let (action, back) = (paths::replace(slug, id), paths::token(slug, id));
    let refusal = Refusal::posted();
    let late = late(refusal);
    let shortened = Lifetime::between(token.created_at, token.expires_at).in_words() != lifetime;
    let (label, role, permissions) = (token.label.to_string(), token.role_title(), token.effective());
    let in_use = label_in_use.then(|| create::label_in_use(&label));
    let limits = token.limits.clone();
    let description = Some(token.description.to_string()).filter(|text| !text.is_empty());
    view! {
        <p class="lead">{say::LEAD}</p>
        <Summary title=create::NOT_GENERATED fields=&[] refusal=refusal />
        <TooLate late=late page=back.clone() />
        <form class="form" method="post" action=action hidden=late>
            <input r#type="hidden" name="form" value=form />
            {in_use
                .map(|in_use| {
                    view! {
                        <Notice tone=Tone::Warning>
                            <p>{in_use} " " {say::PERHAPS_REPLACED}</p>
                        </Notice>
                    }
                })}
            <Details>
                <Detail term=common::LABEL>{label}</Detail>
                <SubjectDetails token=token mask=token_page::REPLACES />
                <LimitsDetails limits=limits />
                {description
                    .map(|text| {
                        view! {
                            <Detail term=common::DESCRIPTION>
                                <span class="row-description">{text}</span>
                            </Detail>
                        }
                    })}
                <Detail term=common::ROLE>{role}</Detail>
                <Detail term=common::EXPIRES>
                    {match ends_at {
                        Some(end) => {
                            view! {
                                <span>{say::after(&lifetime)}</span>
                                <span class="cell-more">
                                    <Moment at=end />
                                </span>
                                {shortened.then(|| view! { <span class="cell-more">{say::SHORTENED}</span> })}
                            }
                                .into_any()
                        }
                        None => say::NEVER_EXPIRES.into_any(),
                    }}
                </Detail>
            </Details>
            <section aria-labelledby="may">
                <h2 class="block-title" id="may">
                    {say::WHAT_IT_MAY_DO}
                </h2>
                <Grants permissions=permissions />
            </section>
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit meanwhile=create::MEANWHILE label=common::GENERATE_REPLACEMENT />
                <ButtonLink href=back>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
