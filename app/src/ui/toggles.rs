//! Permissions, toggle by toggle: a row for each category of the catalogue. On the wire a toggle is its permission's name.

use domain::{Permission, PermissionSet, Preset};
use leptos::prelude::*;

use crate::{islands::Offered, paths};

/// A toggle for each permission that is offered; a category of which nothing is offered has no row.
#[component]
pub fn Toggles(on: PermissionSet, offered: PermissionSet) -> impl IntoView {
    let rows = categories(offered).into_iter().map(|(category, permissions)| {
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
    view! { <ul class="matrix-rows">{rows.collect_view()}</ul> }.into_any()
}

/// The presets of a form at this address, each with what of it may be given; one of which nothing may be given is left out.
pub fn presets(address: &str, may: PermissionSet) -> Vec<Offered> {
    Preset::offered()
        .map(|preset| (preset, preset.permissions().within(may)))
        .filter(|(_, permissions)| !permissions.is_empty())
        .map(|(preset, permissions)| Offered {
            title: preset.title().to_owned(),
            summary: preset.summary().to_owned(),
            address: paths::with_preset(address, preset),
            toggles: permissions.iter().map(toggle_id).collect(),
        })
        .collect()
}

/// The element of a permission's toggle.
fn toggle_id(permission: Permission) -> String {
    format!("may-{permission}")
}

fn categories(offered: PermissionSet) -> Vec<(String, Vec<Permission>)> {
    let mut categories: Vec<(String, Vec<Permission>)> = Vec::new();
    for permission in offered.iter() {
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
    fn there_is_a_row_for_each_category_and_a_toggle_for_each_permission() {
        let rows = categories(Permission::all().collect());
        let names: Vec<&str> = rows.iter().map(|(category, _)| category.as_str()).collect();
        assert_eq!(
            names,
            [
                "agent",
                "API key",
                "billing",
                "budget",
                "cluster",
                "custom pricing",
                "invitation",
                "organization",
                "recommendations",
                "role",
                "SAML integration",
                "scopes",
                "teams",
                "user",
                "deployment",
                "token"
            ]
        );
        assert_eq!(rows.iter().map(|(_, permissions)| permissions.len()).sum::<usize>(), Permission::all().count());
    }

    #[test]
    fn what_is_not_offered_has_no_row() {
        let rows = categories("cluster:read cluster:delete token:verify".parse().unwrap());
        let shown: Vec<_> = rows.iter().map(|(category, permissions)| (category.as_str(), permissions.len())).collect();
        assert_eq!(shown, [("cluster", 2), ("token", 1)]);
    }
}
