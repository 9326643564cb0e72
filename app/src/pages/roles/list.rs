//! The list of roles.

use domain::{AssignedRole, DefinedRole, Role};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::roles::{self, RoleList},
    ui::{
        badge::Tone,
        button::{ButtonLink, Look},
        grants::{Grants, counted},
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
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
        <Breadcrumb steps=vec![("Organization settings", None), ("Roles", None)] />
        <div role="status">
            <Done dismiss=paths::roles(&organization.get_untracked()) />
        </div>
        <Heading text="Roles" />
        <Suspense>
            {move || Suspend::new(async move {
                match list.await {
                    Ok(list) => view! { <Shown list=list /> }.into_any(),
                    Err(failure) => {
                        view! {
                            <PageTitle page="Roles" />
                            <Problem failure=failure refused="see the roles of this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

/// Tells what the form before led to.
#[component]
fn Done(dismiss: String) -> impl IntoView {
    let query = use_query_map();
    move || {
        let done = query.with(|query| query.get_str("done").unwrap_or_default().to_owned());
        let text = match done.as_str() {
            "created" => "The role is created. It can be handed out now.",
            "edited" => "The role is changed. It holds at once for everybody who has it.",
            "deleted" => "The role is deleted.",
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
        view! { <p class="lead">"There are none yet. Create one when none of the built-in roles fits."</p> }.into_any()
    } else {
        let rows = roles.into_iter().map(|role| view! { <OwnRow role=role organization=slug.clone() /> }).collect_view();
        view! {
            <Table
                id="own-roles"
                caption=format!("Roles of {}, by name", organization.name)
                columns=&["Name", "Permissions", "Held by"]
                actions=false
            >
                {rows}
            </Table>
        }
        .into_any()
    };
    let built_in = Role::ALL.map(|role| view! { <BuiltInRow role=role /> });
    view! {
        <PageTitle page="Roles" organization=organization.name.to_string() />
        <div class="page-head">
            <p class="lead">"What members and API tokens may do, as one word."</p>
            {may_create
                .then(|| {
                    view! {
                        <ButtonLink look=Look::Primary href=paths::new_role(&slug)>
                            <Icon glyph=Glyph::Plus />
                            "Create role"
                        </ButtonLink>
                    }
                })}
        </div>
        <section class="block" aria-labelledby="own">
            <h2 class="block-title" id="own">
                {format!("Roles of {}", organization.name)}
            </h2>
            {own}
        </section>
        <section class="block" aria-labelledby="built-in">
            <h2 class="block-title" id="built-in">
                "Built-in roles"
            </h2>
            <Table id="built-in-roles" caption="Built-in roles, from most to least" columns=&["Name", "Permissions"] actions=false>
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
            <Cell column="Permissions">
                <Grants summary=counted(role.permissions) permissions=role.permissions />
            </Cell>
            <Cell column="Held by">{holders.words()}</Cell>
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
            <Cell column="Permissions">
                <Grants summary=counted(permissions) permissions=permissions />
            </Cell>
        </tr>
    }
    .into_any()
}
