//! The form for a new token, and the dialog that shows its secret once.

use domain::{Limits, OwnerChoice, Owners, PermissionSet, Role, token_policy::Policy};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::issuing::Issuing;
use super::{
    fields::{DescriptionField, ExpiryField, FIELDS, LabelField, Values},
    limits::LimitsFields,
    rights::RightsField,
};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::{
        policy,
        tokens::{self, Blank},
    },
    texts::{common, tokens::create as say},
    ui::{
        badge::Tone,
        button::{ButtonLink, Submit},
        choice::{Card, Choices},
        confirm::ConfirmIdentity,
        field::Refusal,
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        problem::Problem,
        summary::Summary,
    },
};

/// Generates a token.
#[component]
pub fn NewToken() -> impl IntoView {
    let organization = use_organization();
    let form = Resource::new_blocking(move || organization.get(), tokens::form);
    let policy = Resource::new_blocking(move || organization.get(), policy::find);
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::API_TOKENS, Some(paths::tokens(&organization.get_untracked()))),
            (common::GENERATE_TOKEN, None),
        ] />
        <Heading text=common::GENERATE_TOKEN />
        {later(async move {
            let (form, policy) = (form.await, policy.await);
            match form.and_then(|blank| policy.map(|found| (blank, found.policy))) {
                Ok((blank, policy)) => {
                    view! {
                        <PageTitle page=common::GENERATE_TOKEN organization=blank.organization.name.to_string() />
                        <Generate blank=blank policy=policy />
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=common::GENERATE_TOKEN />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// The form, or the secret once there is one.
#[component]
fn Generate(blank: Blank, policy: Policy) -> impl IntoView {
    let slug = blank.organization.slug.to_string();
    view! {
        <Issuing title=say::generated then=Callback::new(move |token| paths::generated(&slug, token))>
            <TokenForm blank=blank policy=policy />
        </Issuing>
    }
}

#[component]
fn TokenForm(blank: Blank, policy: Policy) -> impl IntoView {
    let Blank { organization, owners, roles, may, form } = blank;
    let slug = organization.slug.as_str();
    let choices = owners.choices();
    if choices.is_empty() {
        return view! { <Nobody limit=owners.limit tokens=paths::tokens(slug) /> }.into_any();
    }
    let own = choices == [OwnerChoice::Me];
    // With nothing to choose, and no reason to give, it is not asked.
    let alone = own && owners.limit.is_empty();
    let refusal = Refusal::posted();
    // The label that the person has been warned about.
    let warned = if posted::label_in_use() { posted::field("label") } else { String::new() };
    let unique = policy.unique_labels && !own;
    // As it is, if it may be.
    let again = !warned.is_empty() && !unique;
    let offer = policy.offer();
    let values = Values {
        label: String::new(),
        description: String::new(),
        role: Role::FOR_TOKENS[0].to_string(),
        permissions: PermissionSet::NONE,
        expiry: offer.chosen.to_string(),
    };
    let values = values.with_preset(may).or_posted();
    let address = paths::new_token(slug);
    // Without scripts a preset is a link to the form: it stays a form for a token of the same owner.
    let presets = asked_owner().map_or_else(|| address.clone(), |owner| paths::new_token_of(slug, owner));
    view! {
        <p class="lead">{if alone { say::LEAD_OWN } else { say::LEAD }}</p>
        <Summary title=say::NOT_GENERATED fields=FIELDS refusal=refusal />
        <form class="form" method="post" action=address>
            <input r#type="hidden" name="form" value=form />
            <input r#type="hidden" name="label_warned" value=warned.clone() />
            <LabelField value=values.label refusal=refusal unique=unique autofocus=!posted::was()>
                <LabelWarning warned=warned unique=unique />
            </LabelField>
            <DescriptionField value=values.description refusal=refusal />
            {if alone {
                view! { <input r#type="hidden" name="owner" value=OwnerChoice::Me.to_string() /> }.into_any()
            } else {
                view! { <OwnerField owners=owners refusal=refusal /> }.into_any()
            }}
            <RightsField chosen=values.role roles=roles.custom may=may on=values.permissions address=presets refusal=refusal />
            <ExpiryField chosen=values.expiry hint=say::EXPIRY_HINT offer=offer refusal=refusal />
            <LimitsFields limits=Limits::default() refusal=refusal />
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit meanwhile=say::MEANWHILE label=if again { say::GENERATE_ANYWAY } else { common::GENERATE_TOKEN } />
                <ButtonLink href=paths::tokens(slug)>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}

/// Whom the page's address asks for.
fn asked_owner() -> Option<OwnerChoice> {
    use_query_map().with_untracked(|query| query.get_str("owner").and_then(|owner| owner.parse().ok()))
}

/// Stands where the form would, when there is nobody whom the token could belong to.
#[component]
fn Nobody(limit: String, tokens: String) -> impl IntoView {
    view! {
        <div class="form" role="alert">
            <Notice tone=Tone::Warning>
                <p>{limit} " " {say::NO_OTHER_OWNER}</p>
            </Notice>
            <div class="form-actions">
                <ButtonLink href=tokens>{say::GO_TO_THE_TOKENS}</ButtonLink>
            </div>
        </div>
    }
    .into_any()
}

/// Whom the token belongs to, and why somebody is not offered.
#[component]
fn OwnerField(owners: Owners, refusal: Refusal) -> impl IntoView {
    let choices = owners.choices();
    let chosen = posted::field("owner").parse().ok().or(asked_owner()).filter(|choice| choices.contains(choice)).or(owners.usual());
    let is_chosen = |choice| chosen == Some(choice);
    let Owners { organization, me, teams, limit } = owners;
    // Where the policy leaves out teams it says so itself.
    let of_teams = if limit.is_empty() && !teams.is_empty() { say::OF_TEAMS_HINT } else { "" };
    let hint = [say::OWNER_HINT, &limit, of_teams].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let organization = organization.then(|| {
        view! {
            <Card
                name="owner"
                value=OwnerChoice::Organization.to_string()
                title=say::ORGANIZATION
                summary=say::ORGANIZATION_SUMMARY
                checked=is_chosen(OwnerChoice::Organization)
            />
        }
    });
    let teams = teams.into_iter().map(|team| {
        let choice = OwnerChoice::Team(team.id);
        view! {
            <Card
                name="owner"
                value=choice.to_string()
                title=say::team(team.name.as_str())
                summary=say::TEAM_SUMMARY
                checked=is_chosen(choice)
            />
        }
    });
    let teams = teams.collect_view();
    let me = me.then(|| {
        view! {
            <Card
                name="owner"
                value=OwnerChoice::Me.to_string()
                title=say::YOU
                summary=say::YOU_SUMMARY
                checked=is_chosen(OwnerChoice::Me)
            />
        }
    });
    view! {
        <Choices name="owner" legend=common::BELONGS_TO hint=hint refusal=refusal>
            {organization}
            {teams}
            {me}
        </Choices>
    }
    .into_any()
}

/// Warns that the label is in use.
#[component]
fn LabelWarning(warned: String, unique: bool) -> impl IntoView {
    let advice = if unique { say::LABELS_ARE_UNIQUE } else { say::LABELS_MAY_REPEAT };
    (!warned.is_empty()).then(|| {
        view! {
            <div role="alert">
                <Notice tone=Tone::Warning>
                    <p>
                        <strong>{say::NOT_GENERATED_YET} " "</strong>
                        {say::label_in_use(&warned)}
                        " "
                        {advice}
                    </p>
                </Notice>
            </div>
        }
    })
}
