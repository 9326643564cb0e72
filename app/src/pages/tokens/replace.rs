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
    ui::{
        badge::Tone,
        button::{ButtonLink, Submit},
        confirm::ConfirmIdentity,
        details::{Detail, Details},
        field::Refusal,
        heading::{Heading, PageTitle},
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
        <Steps last="Generate replacement" organization=organization id=id />
        <Heading text="Generate replacement" />
        <Suspense>
            {move || Suspend::new(async move {
                match form.await {
                    Ok(form) => {
                        view! {
                            <PageTitle page="Generate replacement" organization=form.organization.name.to_string() />
                            <Replace form=form />
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page="Generate replacement" />
                            <NotNow failure=failure refused="generate a replacement for this token" organization=organization id=id />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

/// The form, or the secret once there is one.
#[component]
fn Replace(form: Replaceable) -> impl IntoView {
    let slug = form.organization.slug.to_string();
    view! {
        <Issuing did="generated" then=Callback::new(move |token| paths::replacement(&slug, token))>
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
    let in_use = label_in_use.then(|| format!("A token labelled “{label}” is in use already. "));
    let limits = token.limits.clone();
    let description = Some(token.description.to_string()).filter(|text| !text.is_empty());
    view! {
        <p class="lead">
            "A new token with the settings of the old one. Its secret is shown once, right after it is generated; the old one stays as it is."
        </p>
        <Summary title="The token was not generated" fields=&[] refusal=refusal />
        <TooLate late=late page=back.clone() />
        <form class="form" method="post" action=action hidden=late>
            <input r#type="hidden" name="form" value=form />
            {in_use
                .map(|in_use| {
                    view! {
                        <Notice tone=Tone::Warning>
                            <p>
                                {in_use}
                                "Perhaps somebody has replaced this one; look at the list before you generate another."
                            </p>
                        </Notice>
                    }
                })}
            <Details>
                <Detail term="Label">{label}</Detail>
                <SubjectDetails token=token />
                <LimitsDetails limits=limits />
                {description
                    .map(|text| {
                        view! {
                            <Detail term="Description">
                                <span class="row-description">{text}</span>
                            </Detail>
                        }
                    })}
                <Detail term="Role">{role}</Detail>
                <Detail term="Expires">
                    {match ends_at {
                        Some(end) => {
                            view! {
                                <span>{format!("After {lifetime}")}</span>
                                <span class="cell-more">
                                    <Moment at=end />
                                </span>
                                {shortened
                                    .then(|| view! { <span class="cell-more">"The organization's policy allows no longer."</span> })}
                            }
                                .into_any()
                        }
                        None => "Never expires".into_any(),
                    }}
                </Detail>
            </Details>
            <section aria-labelledby="may">
                <h2 class="block-title" id="may">
                    "What it may do"
                </h2>
                <Grants permissions=permissions />
            </section>
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit meanwhile="Generating…" label="Generate replacement" />
                <ButtonLink href=back>"Cancel"</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
