//! What a token may do, as a choice: a role, or permissions of its own, toggle by toggle.

use domain::{
    Permission, PermissionSet, Preset, Role,
    change::{CUSTOM, KEEP},
    policy,
};
use leptos::{ev::MouseEvent, prelude::*};

use crate::{
    browser::{self, Fields},
    paths,
    ui::{
        choice::{Card, Choices},
        field::{FieldError, Refusal, wrong_with},
    },
};

/// The toggles of a form that are on, as server functions take them.
pub fn toggled(fields: &Fields) -> String {
    Permission::all().filter(|permission| !fields.get(permission.as_str()).is_empty()).collect::<PermissionSet>().stored()
}

/// The choice between roles and permissions of its own.
#[component]
pub fn RightsField(
    chosen: String,
    /// The toggles that are on.
    on: PermissionSet,
    /// Whether what it may do is neither a role nor permissions of its own but both, so that it can only stay or be replaced.
    #[prop(optional)]
    both: bool,
    /// The page that the form is on.
    address: String,
    refusal: Refusal,
) -> impl IntoView {
    let keep = both.then(|| {
        let summary = "A role, and permissions of its own beside it.";
        view! { <Card name="role" value=KEEP title="As it is" summary=summary checked=chosen == KEEP /> }
    });
    view! {
        <Choices name="role" legend="Role" hint="Choose the least that is enough." refusal=refusal>
            {keep}
            {Role::FOR_TOKENS.map(|each| view! { <RoleCard role=each checked=chosen == each.as_str() /> })}
            <Card
                name="role"
                value=CUSTOM
                title="Custom"
                summary="No role: exactly the permissions you turn on."
                checked=chosen == CUSTOM
            />
            <Matrix on=on address=address refusal=refusal />
        </Choices>
    }
    .into_any()
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

/// A toggle for each permission of the catalogue, a row for each category. Shown while Custom is chosen.
#[component]
fn Matrix(on: PermissionSet, address: String, refusal: Refusal) -> impl IntoView {
    let wrong = wrong_with(refusal, "permissions");
    let told = RwSignal::new(String::new());
    let presets = Preset::offered().map(|preset| {
        let fill = move |event: MouseEvent| {
            event.prevent_default();
            let permissions = preset.permissions();
            browser::check(&format!("role-{CUSTOM}"), true);
            for permission in Permission::all() {
                browser::check(&toggle_id(permission), permissions.contains(permission));
            }
            told.set(format!("{}: {} permissions are on.", preset.title(), permissions.iter().count()));
        };
        view! {
            <li>
                // "external" leaves the click to this page, and without scripts to the browser.
                <a class="preset" href=paths::with_preset(&address, preset) rel="external" on:click=fill>
                    <span class="preset-title">{preset.title()}</span>
                    <span class="preset-summary">{preset.summary()}</span>
                </a>
            </li>
        }
    });
    let rows = categories().into_iter().map(|(category, permissions)| {
        let toggles = permissions.into_iter().map(|permission| {
            let (category, action) = permission.words();
            view! {
                <label class="check">
                    <input
                        class="checkbox"
                        r#type="checkbox"
                        id=toggle_id(permission)
                        name=permission.as_str()
                        checked=on.contains(permission)
                    />
                    <span>
                        <span class="sr-only">{category} " "</span>
                        {action}
                    </span>
                </label>
            }
        });
        view! {
            <li class="matrix-row">
                <span class="matrix-category">{category}</span>
                <span class="matrix-actions">{toggles.collect_view()}</span>
            </li>
        }
    });
    view! {
        <fieldset class="matrix" id="permissions" tabindex="-1" aria-describedby="permissions-error">
            <legend class="field-label">"Permissions of its own"</legend>
            <p class="field-hint">"Begin with a preset, then turn off what is not needed."</p>
            <ul class="presets">{presets.collect_view()}</ul>
            <p class="sr-only" role="status">
                {told}
            </p>
            <ul class="matrix-rows">{rows.collect_view()}</ul>
            <FieldError id="permissions-error".to_owned() wrong=wrong />
        </fieldset>
    }
    .into_any()
}

fn toggle_id(permission: Permission) -> String {
    format!("may-{permission}")
}

/// The catalogue, by category.
fn categories() -> Vec<(String, Vec<Permission>)> {
    let mut categories: Vec<(String, Vec<Permission>)> = Vec::new();
    for permission in Permission::all() {
        let (category, _) = permission.words();
        match categories.last_mut() {
            Some((last, permissions)) if *last == category => permissions.push(permission),
            _ => categories.push((category, vec![permission])),
        }
    }
    categories
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

    #[test]
    fn there_is_a_row_for_each_category_and_a_toggle_for_each_permission() {
        let rows = categories();
        let names: Vec<&str> = rows.iter().map(|(category, _)| category.as_str()).collect();
        assert_eq!(
            names,
            [
                "agent",
                "api key",
                "billing",
                "budget",
                "cluster",
                "custom pricing",
                "invitation",
                "organization",
                "recommendations",
                "role",
                "saml integration",
                "scopes",
                "teams",
                "user",
                "deployment",
                "token"
            ]
        );
        assert_eq!(rows.iter().map(|(_, permissions)| permissions.len()).sum::<usize>(), Permission::all().count());
    }
}
