//! The list of roles.

use domain::{AssignedRole, DefinedRole, Role};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::roles::{self, RoleList},
    texts::{
        common,
        roles::{self as area, list as say},
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Look},
        grants::{Grants, counted},
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        later::later,
        notice::Notice,
        problem::Problem,
        table::{Cell, Table},
    },
};

/// Shows the roles of an organization: those that are built in, and its own.
#[component]
pub fn Roles() -> impl IntoView {
    let organization = use_organization();
    let list = Resource::new_blocking(move || organization.get(), roles::list);
    view! {
        <Breadcrumb steps=vec![(common::ORGANIZATION_SETTINGS, None), (common::ROLES, None)] />
        <div role="status">
            <Done dismiss=paths::roles(&organization.get_untracked()) />
        </div>
        <Heading text=common::ROLES />
        {later(async move {
            match list.await {
                Ok(list) => view! { <Shown list=list /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=common::ROLES />
                        <Problem failure=failure refused=area::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Tells what the form before led to.
#[component]
fn Done(dismiss: String) -> impl IntoView {
    let query = use_query_map();
    move || {
        let done = query.with(|query| query.get_str("done").unwrap_or_default().to_owned());
        let text = match done.as_str() {
            "created" => say::CREATED,
            "edited" => say::EDITED,
            "deleted" => say::DELETED,
            _ => return None,
        };
        Some(view! {
            <Notice tone=Tone::Success dismiss=dismiss.clone()>
                <p>{text}</p>
            </Notice>
        })
    }
}

#[component]
fn Shown(list: RoleList) -> impl IntoView {
    let RoleList { organization, roles, may_create } = list;
    let slug = organization.slug.to_string();
    let own = if roles.is_empty() {
        view! { <p class="lead">{say::NONE_YET}</p> }.into_any()
    } else {
        let rows = roles.into_iter().map(|role| view! { <OwnRow role=role organization=slug.clone() /> }).collect_view();
        view! {
            <Table
                id="own-roles"
                caption=say::own_caption(organization.name.as_str())
                columns=&[common::NAME, common::PERMISSIONS, area::HELD_BY]
                actions=false
            >
                {rows}
            </Table>
        }
        .into_any()
    };
    let built_in = Role::ALL.map(|role| view! { <BuiltInRow role=role /> });
    view! {
        <PageTitle page=common::ROLES organization=organization.name.to_string() />
        <div class="page-head">
            <p class="lead">{say::LEAD}</p>
            {may_create
                .then(|| {
                    view! {
                        <ButtonLink look=Look::Primary href=paths::new_role(&slug)>
                            <Icon glyph=Glyph::Plus />
                            {area::CREATE_ROLE}
                        </ButtonLink>
                    }
                })}
        </div>
        <section class="block" aria-labelledby="own">
            <h2 class="block-title" id="own">
                {say::own(organization.name.as_str())}
            </h2>
            {own}
        </section>
        <section class="block" aria-labelledby="built-in">
            <h2 class="block-title" id="built-in">
                {say::BUILT_IN}
            </h2>
            <Table id="built-in-roles" caption=say::BUILT_IN_CAPTION columns=&[common::NAME, common::PERMISSIONS] actions=false>
                {built_in}
            </Table>
        </section>
    }
    .into_any()
}

#[component]
fn OwnRow(role: DefinedRole, organization: String) -> impl IntoView {
    let DefinedRole { role, description, holders } = role;
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a class="row-label" href=paths::role(&organization, role.id)>
                    {role.name.to_string()}
                </a>
                <span class="row-description">{description.to_string()}</span>
            </th>
            <Cell column=common::PERMISSIONS>
                <Grants summary=counted(role.permissions) permissions=role.permissions />
            </Cell>
            <Cell column=area::HELD_BY>{holders.words()}</Cell>
        </tr>
    }
    .into_any()
}

#[component]
fn BuiltInRow(role: Role) -> impl IntoView {
    let permissions = AssignedRole::from(role).permissions();
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <span class="row-label">{role.title()}</span>
                <span class="row-description">{role.summary()}</span>
            </th>
            <Cell column=common::PERMISSIONS>
                <Grants summary=counted(permissions) permissions=permissions />
            </Cell>
        </tr>
    }
    .into_any()
}
