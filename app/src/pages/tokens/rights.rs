//! What a token may do, as a choice: a role, or permissions of its own, toggle by toggle.

use domain::{
    OfferedRole, Permission, PermissionSet, Role,
    change::{CUSTOM, KEEP},
    policy,
};
use leptos::prelude::*;

use crate::{
    islands::Presets,
    texts::{common, tokens::rights as say, ui::role_cards},
    ui::{
        choice::{Card, Choices},
        field::{FieldError, Refusal},
        grants::Grants,
        role_cards::CustomRoleCards,
        toggles::{Toggles, presets},
    },
};

/// The choice between roles and permissions of its own.
#[component]
pub fn RightsField(
    chosen: String,
    /// The organization's own roles that can be chosen.
    roles: Vec<OfferedRole>,
    /// What may be given at all.
    may: PermissionSet,
    /// The toggles that are on.
    on: PermissionSet,
    /// What it may do now, in a sentence, when that is none of the choices, so that it can only stay or be replaced.
    #[prop(default = None)]
    present: Option<&'static str>,
    /// The page that the form is on.
    address: String,
    refusal: Refusal,
) -> impl IntoView {
    let keep = present.map(|summary| {
        view! { <Card name="role" value=KEEP title=say::AS_IT_IS summary=summary checked=chosen == KEEP /> }
    });
    view! {
        <Choices name="role" legend=common::ROLE hint=say::HINT refusal=refusal>
            {keep}
            {Role::FOR_TOKENS.map(|each| view! { <RoleCard role=each may=may checked=chosen == each.as_str() /> })}
            <CustomRoleCards roles=roles chosen=chosen.clone() />
            <Card
                name="role"
                value=CUSTOM
                title=say::CUSTOM_RIGHTS
                summary=say::CUSTOM_RIGHTS_SUMMARY
                checked=chosen == CUSTOM
            />
            <Matrix on=on may=may address=address refusal=refusal />
        </Choices>
    }
    .into_any()
}

#[component]
fn RoleCard(role: Role, may: PermissionSet, checked: bool) -> impl IntoView {
    let additions = additions(role);
    let count = additions.iter().count();
    let granted = policy::grants(role);
    let added = (count > 0).then(|| {
        view! { <Grants summary=say::adds(count, Role::Viewer.title()) permissions=additions /> }
    });
    let details = view! {
        <Grants summary=role_cards::allows(granted.iter().count()) permissions=granted />
        {added}
    };
    // Shown all the same: whoever misses a role learns why they do not have it to give.
    let out_of_reach = !may.covers(policy::grants(role));
    let summary = if out_of_reach { format!("{} {}", role.summary(), say::OUT_OF_REACH) } else { role.summary().to_owned() };
    view! {
        <Card name="role" value=role.as_str() title=role.title() summary=summary checked=checked && !out_of_reach disabled=out_of_reach>
            {details}
        </Card>
    }
}

/// What a role allows beyond the least one.
fn additions(role: Role) -> PermissionSet {
    policy::grants(role).without(policy::grants(Role::Viewer))
}

/// A toggle for each permission of the catalogue, a row for each category. Shown while Custom is chosen.
#[component]
fn Matrix(on: PermissionSet, may: PermissionSet, address: String, refusal: Refusal) -> impl IntoView {
    let wrong = refusal.of("permissions");
    let all: PermissionSet = Permission::all().collect();
    let limit = if may.covers(all) { "" } else { say::ONLY_WHAT_YOU_MAY };
    view! {
        <fieldset class="matrix" id="permissions" tabindex="-1" aria-describedby="permissions-error">
            <legend class="field-label">{say::PERMISSIONS_OF_ITS_OWN}</legend>
            <p class="field-hint">{say::PERMISSIONS_HINT} " " {limit}</p>
            <FieldError id="permissions-error".to_owned() wrong=wrong />
            <Presets presets=presets(&address, may) choice=format!("role-{CUSTOM}") />
            // What was typed is there, so that it can be taken back.
            <Toggles on=on offered=may.union(on) />
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_explained_by_what_it_adds() {
        assert!(additions(Role::Viewer).is_empty());
        let developer = additions(Role::Developer).by_category();
        assert_eq!(developer[0], ("agent".to_owned(), vec!["create", "update"]));
        assert_eq!(developer.last().unwrap(), &("deployment".to_owned(), vec!["trigger"]));
    }
}
