//! The fields of a role.

use domain::{Permission, PermissionSet};
use leptos::prelude::*;

use crate::{
    posted,
    texts::{common, roles::fields as say},
    ui::{
        field::{FieldError, Refusal, TextArea, TextField},
        toggles::Toggles,
    },
};

/// The ids of the fields that a refusal can lead to.
pub const FIELDS: &[&str] = &["name", "description", "permissions"];

/// What the fields show: what was typed, or what there is.
pub struct Values {
    pub name: String,
    pub description: String,
    pub permissions: PermissionSet,
}

impl Values {
    pub fn or_posted(self) -> Self {
        if !posted::was() {
            return self;
        }
        Self {
            name: posted::field("name"),
            description: posted::field("description"),
            permissions: Permission::all().filter(|permission| !posted::field(permission.as_str()).is_empty()).collect(),
        }
    }
}

/// What it is called, what it is for and what it stands for.
#[component]
pub fn RoleFields(
    values: Values,
    /// The toggles there are.
    offered: PermissionSet,
    refusal: Refusal,
) -> impl IntoView {
    let wrong = refusal.of("permissions");
    view! {
        <TextField name="name" label=common::NAME hint=say::NAME_HINT value=values.name autocomplete="off" refusal=refusal />
        <TextArea name="description" label=common::DESCRIPTION hint=say::DESCRIPTION_HINT value=values.description refusal=refusal />
        <fieldset class="matrix" id="permissions" tabindex="-1" aria-describedby="permissions-error">
            <legend class="field-label">{common::PERMISSIONS}</legend>
            <p class="field-hint">{say::PERMISSIONS_HINT}</p>
            <Toggles on=values.permissions offered=offered />
            <FieldError id="permissions-error".to_owned() wrong=wrong />
        </fieldset>
    }
    .into_any()
}
