//! The form for a new token, and the dialog that shows its secret once.

use domain::{Issued, Limits, OwnerChoice, Owners, PermissionSet, Role, token_policy::Policy};
use leptos::{
    ev::{Event, SubmitEvent},
    prelude::*,
    task::spawn_local,
};
use leptos_router::hooks::use_query_map;

use super::issuing::Issuing;
use super::{
    fields::{DescriptionField, ExpiryField, FIELDS, LabelField, Values},
    limits::LimitsFields,
    rights::{RightsField, toggled},
};
use crate::{
    api::{
        Failure, policy,
        tokens::{self, Blank},
    },
    browser::{self, Fields},
    layout::{Breadcrumb, use_organization},
    paths, posted,
    ui::{
        badge::Tone,
        button::{ButtonLink, Submit},
        choice::{Card, Choices},
        confirm::{ConfirmIdentity, confirmed},
        field::Refusal,
        heading::{Heading, PageTitle},
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
            ("Organization settings", None),
            ("API tokens", Some(paths::tokens(&organization.get_untracked()))),
            ("Generate token", None),
        ] />
        <Heading text="Generate token" />
        <Transition>
            {move || Suspend::new(async move {
                let (form, policy) = (form.await, policy.await);
                match form.and_then(|blank| policy.map(|found| (blank, found.policy))) {
                    Ok((blank, policy)) => {
                        view! {
                            <PageTitle page="Generate token" organization=blank.organization.name.to_string() />
                            <Generate blank=blank policy=policy />
                        }
                            .into_any()
                    }
                    Err(Failure(failure)) => {
                        view! {
                            <PageTitle page="Generate token" />
                            <Problem failure=failure refused="generate API tokens for this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

/// The form, and over it the secret once there is one.
#[component]
fn Generate(blank: Blank, policy: Policy) -> impl IntoView {
    let slug = StoredValue::new(blank.organization.slug.to_string());
    let issued = RwSignal::new(None::<Issued>);
    view! {
        <Issuing
            did="generated"
            here=slug.with_value(|slug| paths::new_token(slug))
            then=Callback::new(move |_| slug.with_value(|slug| paths::tokens(slug)))
            issued=issued
        >
            <TokenForm blank=blank policy=policy issued=issued />
        </Issuing>
    }
}

#[component]
fn TokenForm(blank: Blank, policy: Policy, issued: RwSignal<Option<Issued>>) -> impl IntoView {
    let Blank { organization, owners, roles, may, form } = blank;
    let slug = StoredValue::new(organization.slug.to_string());
    let choices = owners.choices();
    if choices.is_empty() {
        return view! { <Nobody limit=owners.limit tokens=slug.with_value(|slug| paths::tokens(slug)) /> }.into_any();
    }
    let own = choices == [OwnerChoice::Me];
    // With nothing to choose, and no reason to give, it is not asked.
    let alone = own && owners.limit.is_empty();
    let refusal: Refusal = RwSignal::new(posted::failure());
    let busy = RwSignal::new(false);
    // The label that the person has been warned about.
    let warned = RwSignal::new(if posted::label_in_use() { posted::field("label") } else { String::new() });
    let check_label = Callback::new(move |typed: String| {
        spawn_local(async move {
            let label = typed.trim().to_owned();
            let in_use = !label.is_empty() && tokens::label_in_use(slug.get_value(), label.clone()).await == Ok(true);
            warned.set(if in_use { label } else { String::new() });
        });
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let fields = Fields::of(&Event::from(event));
        spawn_local(async move {
            generate(slug.get_value(), fields, warned, refusal, issued).await;
            busy.set(false);
        });
    };
    let offer = policy.offer();
    let values = Values {
        label: String::new(),
        description: String::new(),
        role: Role::FOR_TOKENS[0].to_string(),
        permissions: PermissionSet::NONE,
        expiry: offer.chosen.to_string(),
    };
    let values = values.with_preset(may).or_posted();
    let address = slug.with_value(|slug| paths::new_token(slug));
    // Without scripts a preset is a link to the form: it stays a form for a token of the same owner.
    let presets = asked_owner().map_or_else(|| address.clone(), |owner| slug.with_value(|slug| paths::new_token_of(slug, owner)));
    view! {
        <p class="lead">
            {if alone { "It belongs to you. " } else { "" }}
            "Its secret is shown once, right after it is generated."
        </p>
        <Summary title="The token was not generated" fields=FIELDS refusal=refusal />
        <form class="form" method="post" action=address on:submit=submit>
            <input r#type="hidden" name="form" value=form />
            <input r#type="hidden" name="label_warned" value=move || warned.get() />
            <LabelField value=values.label refusal=refusal unique=policy.unique_labels && !own on_change=check_label>
                <LabelWarning warned=warned unique=policy.unique_labels && !own />
            </LabelField>
            <DescriptionField value=values.description refusal=refusal />
            {if alone {
                view! { <input r#type="hidden" name="owner" value=OwnerChoice::Me.to_string() /> }.into_any()
            } else {
                view! { <OwnerField owners=owners refusal=refusal /> }.into_any()
            }}
            <RightsField chosen=values.role roles=roles.custom may=may on=values.permissions address=presets refusal=refusal />
            <ExpiryField chosen=values.expiry hint="From then on the token is refused." offer=offer refusal=refusal />
            <LimitsFields limits=Limits::default() refusal=refusal />
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit busy=busy meanwhile="Generating…" label="Generate token" />
                <ButtonLink href=slug.with_value(|slug| paths::tokens(slug))>"Cancel"</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}

/// Asks the server for the token, unless the label is in use and the person has not been told yet.
async fn generate(slug: String, fields: Fields, warned: RwSignal<String>, refusal: Refusal, issued: RwSignal<Option<Issued>>) {
    let field = |name| fields.get(name);
    let label = field("label").trim().to_owned();
    let told = warned.with_untracked(|warned| *warned == label);
    if !told && tokens::label_in_use(slug.clone(), label.clone()).await == Ok(true) {
        warned.set(label);
        browser::focus("label");
        return;
    }
    if let Err(Failure(failure)) = confirmed(&fields).await {
        refusal.set(Some(failure));
        return;
    }
    let answer = tokens::create(
        slug,
        field("form"),
        field("owner"),
        label,
        field("description"),
        field("role"),
        toggled(&fields),
        field("expiry"),
        field("days"),
        field("hours"),
        field("minutes"),
    )
    .await;
    match answer {
        Ok(token) => {
            refusal.set(None);
            issued.set(Some(token));
        }
        Err(Failure(failure)) => refusal.set(Some(failure)),
    }
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
                <p>{limit} " There is no other owner that you can choose. Ask an owner or admin of the organization."</p>
            </Notice>
            <div class="form-actions">
                <ButtonLink href=tokens>"Go to the API tokens"</ButtonLink>
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
    let hint = ["This cannot be changed later.", &limit].join(" ");
    let organization = organization.then(|| {
        view! {
            <Card
                name="owner"
                value=OwnerChoice::Organization.to_string()
                title="The organization"
                summary="For services and pipelines. It goes on working when you leave."
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
                title=format!("Team {}", team.name)
                summary="Shared with everybody in the team. It goes on working when you leave, and ends with the team."
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
                title="You"
                summary="For your own scripts. It may never do more than you may at that moment, and ends when you leave."
                checked=is_chosen(OwnerChoice::Me)
            />
        }
    });
    view! {
        <Choices name="owner" legend="Belongs to" hint=hint.trim_end() refusal=refusal>
            {organization}
            {teams}
            {me}
        </Choices>
    }
    .into_any()
}

/// Warns that the label is in use. The region is there before the warning, so that it is read out.
#[component]
fn LabelWarning(warned: RwSignal<String>, unique: bool) -> impl IntoView {
    let advice = if unique {
        " Labels are unique in this organization: choose another one."
    } else {
        " Another label tells the two apart; you can also generate this one as it is."
    };
    view! {
        <div role="status">
            {move || {
                let label = warned.get();
                (!label.is_empty())
                    .then(|| {
                        view! {
                            <Notice tone=Tone::Warning>
                                <p>
                                    {format!("A token labelled “{label}” is in use already.")}
                                    {advice}
                                </p>
                            </Notice>
                        }
                    })
            }}
        </div>
    }
}
