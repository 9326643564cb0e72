//! The fields of a role.

use domain::{Permission, PermissionSet};
use leptos::prelude::*;

use crate::{
    posted,
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
        <TextField name="name" label="Name" hint="What people choose it by." value=values.name autocomplete="off" refusal=refusal />
        <TextArea name="description" label="Description" hint="Who should have it, and for what." value=values.description refusal=refusal />
        <fieldset class="matrix" id="permissions" tabindex="-1" aria-describedby="permissions-error">
            <legend class="field-label">"Permissions"</legend>
            <p class="field-hint">"Only what you may do yourself is here: nobody hands on more than they hold."</p>
            <Toggles on=values.permissions offered=offered />
            <FieldError id="permissions-error".to_owned() wrong=wrong />
        </fieldset>
    }
    .into_any()
}
