//! The roles that somebody may hand out, as a choice: those that are built in, the least first, then the organization's own.

use domain::{Offered, OfferedRole};
use leptos::prelude::*;

use super::{choice::Card, grants::Grants};
use crate::texts::ui::role_cards as say;

/// A card for each role.
#[component]
pub fn RoleCards(offered: Offered, chosen: String) -> impl IntoView {
    let built_in = offered.built_in.into_iter().map({
        let chosen = chosen.clone();
        move |role| view! { <Card name="role" value=role.as_str() title=role.title() summary=role.summary() checked=chosen == role.as_str() /> }
    });
    view! {
        {built_in.collect_view()}
        <CustomRoleCards roles=offered.custom chosen=chosen />
    }
    .into_any()
}

/// A card for each of the organization's own roles.
#[component]
pub fn CustomRoleCards(roles: Vec<OfferedRole>, chosen: String) -> impl IntoView {
    roles
        .into_iter()
        .map(|OfferedRole { role, description }| {
            let id = role.id.to_string();
            let checked = chosen == id;
            let count = role.permissions.iter().count();
            let summary = if description.as_str().is_empty() { say::NOT_DESCRIBED.to_owned() } else { description.to_string() };
            view! {
                <Card name="role" value=id title=role.name.to_string() summary=summary checked=checked>
                    <Grants summary=say::allows(count) permissions=role.permissions />
                </Card>
            }
        })
        .collect_view()
        .into_any()
}
