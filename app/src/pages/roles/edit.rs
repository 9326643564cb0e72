//! One of the organization's own roles: what it stands for and who has it, to be edited by who may.

use domain::DefinedRole;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::fields::{FIELDS, RoleFields, Values};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::roles::{self, FoundRole, RoleForm},
    texts::{
        common,
        roles::{self as area, edit as say},
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Submit},
        confirm::ConfirmIdentity,
        details::{Detail, Details},
        field::Refusal,
        grants::{Grants, counted},
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        later::later,
        notice::Notice,
        problem::Problem,
        summary::Summary,
    },
};

/// The role in the page's address.
pub fn use_role() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("role").unwrap_or_default().to_owned()))
}

/// Shows one role, and lets it be edited by who may.
#[component]
pub fn EditRole() -> impl IntoView {
    let organization = use_organization();
    let role = use_role();
    let found = Resource::new_blocking(move || (organization.get(), role.get()), |(organization, role)| roles::find(organization, role));
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::ROLES, Some(paths::roles(&organization.get_untracked()))),
            (common::ROLE, None),
        ] />
        {later(async move {
            match found.await {
                Ok(found) => view! { <Shown found=found /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=common::ROLE />
                        <Heading text=common::ROLE />
                        <Problem failure=failure refused=area::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

#[component]
fn Shown(found: FoundRole) -> impl IntoView {
    let FoundRole { form: RoleForm { organization, offered }, role, may_edit, may_delete, version } = found;
    let slug = organization.slug.to_string();
    let name = role.role.name.to_string();
    let delete = may_delete.then(|| {
        view! {
            <ButtonLink href=paths::delete_role(&slug, role.role.id)>
                <Icon glyph=Glyph::Bin />
                {say::DELETE}
            </ButtonLink>
        }
    });
    view! {
        <PageTitle page=name.clone() organization=organization.name.to_string() />
        <div class="page-head">
            <Heading text=name />
            <div class="form-actions">{delete}</div>
        </div>
        {if may_edit {
            let action = paths::role(&slug, role.role.id);
            view! { <Form role=role offered=offered version=version action=action back=paths::roles(&slug) /> }.into_any()
        } else {
            view! { <Facts role=role /> }.into_any()
        }}
    }
    .into_any()
}

/// The role for those who may only read it.
#[component]
fn Facts(role: DefinedRole) -> impl IntoView {
    let DefinedRole { role, description, holders } = role;
    let count = counted(role.permissions);
    let description = if description.as_str().is_empty() { say::NO_DESCRIPTION.to_owned() } else { description.to_string() };
    view! {
        <Details>
            <Detail term=common::DESCRIPTION>{description}</Detail>
            <Detail term=area::HELD_BY>{holders.words()}</Detail>
            <Detail term=common::PERMISSIONS>
                <Grants summary=count permissions=role.permissions open=true />
            </Detail>
        </Details>
    }
}

#[component]
fn Form(role: DefinedRole, offered: domain::PermissionSet, version: String, action: String, back: String) -> impl IntoView {
    let DefinedRole { role, description, holders } = role;
    let (refusal, page) = (Refusal::posted(), action.clone());
    // A page that was refused still shows what its form was made from.
    let version = if posted::was() { posted::field("version") } else { version };
    let values = Values { name: role.name.to_string(), description: description.to_string(), permissions: role.permissions };
    let values = values.with_preset(offered).or_posted();
    let bites = if holders.is_empty() { say::NOBODY_HAS_IT.to_owned() } else { say::holds_at_once(&holders.words()) };
    let tone = if holders.is_empty() { Tone::Neutral } else { Tone::Warning };
    view! {
        <Summary title=say::NOT_CHANGED fields=FIELDS refusal=refusal />
        <form class="form" method="post" action=action>
            <input r#type="hidden" name="version" value=version />
            <Notice tone=tone>
                <p>{bites}</p>
            </Notice>
            <RoleFields values=values offered=offered address=page refusal=refusal />
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit label=common::SAVE_CHANGES />
                <ButtonLink href=back>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}
