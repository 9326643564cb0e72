//! The form for a new token, and the dialog that shows its secret once.

use domain::{Issued, Lifetime, Organization, Role, policy};
use leptos::{
    ev::{Event, SubmitEvent},
    prelude::*,
    task::spawn_local,
};

use super::issuing::Issuing;
use crate::{
    api::{Failure, tokens},
    browser::{self, Fields},
    layout::{Breadcrumb, use_organization},
    paths, posted,
    ui::{
        badge::Tone,
        button::{ButtonLink, Submit},
        choice::{Card, Choices, Segment},
        field::{Refusal, TextArea, TextField},
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
    view! {
        <Breadcrumb steps=vec![
            ("Organization settings", None),
            ("API tokens", Some(paths::tokens(&organization.get_untracked()))),
            ("Generate token", None),
        ] />
        <Heading text="Generate token" />
        <Transition>
            {move || Suspend::new(async move {
                match form.await {
                    Ok(organization) => {
                        view! {
                            <PageTitle page="Generate token" organization=organization.name.to_string() />
                            <Generate organization=organization />
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
fn Generate(organization: Organization) -> impl IntoView {
    let slug = StoredValue::new(organization.slug.to_string());
    let issued = RwSignal::new(None::<Issued>);
    view! {
        <Issuing
            did="generated"
            here=slug.with_value(|slug| paths::new_token(slug))
            then=Callback::new(move |_| slug.with_value(|slug| paths::tokens(slug)))
            issued=issued
        >
            <TokenForm organization=organization issued=issued />
        </Issuing>
    }
}

#[component]
fn TokenForm(organization: Organization, issued: RwSignal<Option<Issued>>) -> impl IntoView {
    let slug = StoredValue::new(organization.slug.to_string());
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
    let role = Some(posted::field("role")).filter(|role| !role.is_empty()).unwrap_or_else(|| Role::FOR_TOKENS[0].to_string());
    view! {
        <p class="lead">
            {format!("It belongs to {}. Its secret is shown once, right after it is generated.", organization.name)}
        </p>
        <Summary title="The token was not generated" fields=&["label", "description", "role", "expiry"] refusal=refusal />
        <form class="form" method="post" action=slug.with_value(|slug| paths::new_token(slug)) on:submit=submit>
            <input r#type="hidden" name="label_warned" value=move || warned.get() />
            <TextField
                name="label"
                label="Label"
                hint="What the token is recognised by, such as the pipeline or service that will use it."
                value=posted::field("label")
                autocomplete="off"
                refusal=refusal
                on_change=check_label
            >
                <LabelWarning warned=warned />
            </TextField>
            <TextArea
                name="description"
                label="Description"
                hint="What it is for, and whom to ask about it."
                value=posted::field("description")
                refusal=refusal
            />
            <Choices name="role" legend="Role" hint="Choose the least that is enough. It cannot be changed later." refusal=refusal>
                {Role::FOR_TOKENS.map(|each| view! { <RoleCard role=each checked=role == each.as_str() /> })}
            </Choices>
            <Expiry refusal=refusal />
            <div class="form-actions">
                <Submit busy=busy meanwhile="Generating…" label="Generate token" />
                <ButtonLink href=slug.with_value(|slug| paths::tokens(slug))>"Cancel"</ButtonLink>
            </div>
        </form>
    }
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
    let answer =
        tokens::create(slug, label, field("description"), field("role"), field("expiry"), field("days"), field("hours"), field("minutes"))
            .await;
    match answer {
        Ok(token) => {
            refusal.set(None);
            issued.set(Some(token));
        }
        Err(Failure(failure)) => refusal.set(Some(failure)),
    }
}

/// Warns that the label is in use. The region is there before the warning, so that it is read out.
#[component]
fn LabelWarning(warned: RwSignal<String>) -> impl IntoView {
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
                                    " Another label tells the two apart; you can also generate this one as it is."
                                </p>
                            </Notice>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn RoleCard(role: Role, checked: bool) -> impl IntoView {
    let additions = additions(role);
    let count: usize = additions.iter().map(|(_, actions)| actions.len()).sum();
    let details = (count > 0).then(|| {
        view! {
            <details class="grants">
                <summary>{format!("Adds {count} permissions to those of {}", Role::Viewer.title())}</summary>
                <dl>
                    {additions
                        .into_iter()
                        .map(|(category, actions)| {
                            view! {
                                <div>
                                    <dt>{category}</dt>
                                    <dd>{actions.join(", ")}</dd>
                                </div>
                            }
                        })
                        .collect_view()}
                </dl>
            </details>
        }
    });
    view! {
        <Card name="role" value=role.as_str() title=role.title() summary=role.summary() checked=checked>
            {details}
        </Card>
    }
}

/// What a role allows beyond the least one: the actions, by category.
fn additions(role: Role) -> Vec<(String, Vec<&'static str>)> {
    policy::grants(role).without(policy::grants(Role::Viewer)).by_category()
}

#[component]
fn Expiry(refusal: Refusal) -> impl IntoView {
    let chosen = Some(posted::field("expiry")).filter(|it| !it.is_empty()).unwrap_or_else(|| Lifetime::DEFAULT_DAYS.to_string());
    let presets = Lifetime::PRESETS.map(|days| (days.to_string(), format!("{days} days")));
    let others = [("custom", "Custom"), ("never", "Never")].map(|(value, title)| (value.to_owned(), title.to_owned()));
    let segments = presets.into_iter().chain(others).map(move |(value, title)| {
        let checked = value == chosen;
        view! { <Segment name="expiry" value=value title=title checked=checked /> }
    });
    view! {
        <Choices name="expiry" legend="Expires after" hint="From then on the token is refused." refusal=refusal>
            <div class="segments">{segments.collect_view()}</div>
            <div class="expiry-custom">
                <Part name="days" label="Days" />
                <Part name="hours" label="Hours" />
                <Part name="minutes" label="Minutes" />
            </div>
            <div class="expiry-never">
                <Notice tone=Tone::Warning>
                    <p>
                        "A token that never expires works until somebody revokes it. If it leaks and nobody notices, it stays open to whoever found it."
                    </p>
                </Notice>
            </div>
        </Choices>
    }
}

/// One part of a custom lifetime.
#[component]
fn Part(name: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            <input
                class="input"
                id=name
                name=name
                value=posted::field(name)
                inputmode="numeric"
                autocomplete="off"
                placeholder="0"
                aria-describedby="expiry-error"
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_explained_by_what_it_adds() {
        assert!(additions(Role::Viewer).is_empty());
        let developer = additions(Role::Developer);
        assert_eq!(developer[0], ("agent".to_owned(), vec!["create", "update"]));
        assert_eq!(developer.last().unwrap(), &("deployment".to_owned(), vec!["trigger"]));
    }
}
