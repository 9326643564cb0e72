//! The fields of a role.

use domain::{Permission, PermissionSet, Preset};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    islands::Presets,
    posted,
    texts::{common, roles::fields as say},
    ui::{
        field::{FieldError, Refusal, TextArea, TextField},
        toggles::{Toggles, presets},
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
    /// The permissions of the preset that the address names; otherwise these. Without scripts a preset is a link.
    pub fn with_preset(self, offered: PermissionSet) -> Self {
        let preset = use_query_map().with_untracked(|query| query.get_str("preset").and_then(Preset::named));
        Self { permissions: preset.map_or(self.permissions, |preset| preset.permissions().within(offered)), ..self }
    }

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
    /// The page that the form is on.
    address: String,
    refusal: Refusal,
) -> impl IntoView {
    let wrong = refusal.of("permissions");
    view! {
        <TextField name="name" label=common::NAME hint=say::NAME_HINT value=values.name autocomplete="off" refusal=refusal />
        <TextArea name="description" label=common::DESCRIPTION hint=say::DESCRIPTION_HINT value=values.description refusal=refusal />
        <fieldset class="matrix" id="permissions" tabindex="-1" aria-describedby="permissions-error">
            <legend class="field-label">{common::PERMISSIONS}</legend>
            <p class="field-hint">{say::PERMISSIONS_HINT}</p>
            <FieldError id="permissions-error".to_owned() wrong=wrong />
            <Presets presets=presets(&address, offered) choice=String::new() />
            <Toggles on=values.permissions offered=offered />
        </fieldset>
    }
    .into_any()
}
