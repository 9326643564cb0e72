//! What stands around pages: the header with the organization and the account, the side navigation, the frame of pages without either.

use domain::{Me, Permission, policy};
use leptos::prelude::*;
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_params_map},
};

use crate::{
    api, paths,
    ui::{
        button::{Look, Submit},
        icon::{Glyph, Icon},
    },
};

/// The organization in the page's address.
pub fn use_organization() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("organization").unwrap_or_default().to_owned()))
}

/// Around the settings of an organization.
#[component]
pub fn Settings() -> impl IntoView {
    let organization = use_organization();
    let me = Resource::new_blocking(|| (), |()| api::session::find());
    view! {
        <header class="header">
            <Brand />
            <Transition>
                {move || Suspend::new(async move {
                    let slug = organization.get();
                    me.await.ok().map(|me| view! { <Account me=me slug=slug /> })
                })}
            </Transition>
        </header>
        <div class="frame">
            <SideNavigation organization=organization me=me />
            <main class="main" id="main" tabindex="-1">
                <Outlet />
            </main>
        </div>
    }
}

/// Around pages for people who are not in an organization yet.
#[component]
pub fn Plain(children: Children) -> impl IntoView {
    view! {
        <main class="plain" id="main" tabindex="-1">
            <Brand />
            <div class="plain-box">{children()}</div>
        </main>
    }
}

#[component]
fn Brand() -> impl IntoView {
    view! {
        // The server knows which page is the first one.
        <a class="brand" href="/" rel="external">
            <img src="/favicon.svg" alt="" width="26" height="26" />
            "Jeton"
        </a>
    }
}

/// The organization's name, and who is signed in with the way out.
#[component]
fn Account(me: Me, slug: String) -> impl IntoView {
    let organization = me.memberships.iter().find(|membership| membership.organization.slug.as_str() == slug);
    let name = me.name.to_string();
    view! {
        {organization
            .map(|membership| {
                view! {
                    <span class="header-organization">
                        <span class="sr-only">"Organization: "</span>
                        {membership.organization.name.to_string()}
                    </span>
                }
            })}
        <button r#type="button" class="button ml-auto" data-look=Look::Quiet.as_str() popovertarget="account" aria-label=format!("Account: {name}")>
            <Icon glyph=Glyph::Person />
            <span class="header-name">{name.clone()}</span>
            <Icon glyph=Glyph::Down />
        </button>
        <div class="menu" id="account" popover="auto">
            <p class="menu-name">{name}</p>
            <p class="menu-email">{me.email.as_str().to_owned()}</p>
            <form method="post" action=paths::SIGN_OUT>
                <Submit look=Look::Secondary label="Sign out" />
            </form>
        </div>
    }
}

/// The sections of the settings. Those that not every role may see come once it is known who is signed in.
#[component]
fn SideNavigation(organization: Memo<String>, me: Resource<Result<Me, api::Failure>>) -> impl IntoView {
    let tokens = Memo::new(move |_| paths::tokens(&organization.read()));
    let audit = Memo::new(move |_| paths::audit(&organization.read()));
    let mail = Memo::new(move |_| paths::mail(&organization.read()));
    view! {
        <nav class="side" aria-label="Organization settings">
            <p class="side-title">"Organization settings"</p>
            <ul class="side-list">
                <SideLink to=tokens glyph=Glyph::Key name="API tokens" />
                <Transition>
                    {move || Suspend::new(async move {
                        let slug = organization.get();
                        me.await
                            .is_ok_and(|me| may(&me, &slug, Permission::ORGANIZATION_UPDATE))
                            .then(|| {
                                view! {
                                    <SideLink to=audit glyph=Glyph::Log name="Audit log" />
                                    <SideLink to=mail glyph=Glyph::Mail name="Mail" />
                                }
                            })
                    })}
                </Transition>
            </ul>
        </nav>
    }
    // The type of a whole page would be too deep for the compiler.
    .into_any()
}

/// Whether somebody's role in an organization allows this, to offer only what would not be refused.
fn may(me: &Me, slug: &str, permission: Permission) -> bool {
    let membership = me.memberships.iter().find(|membership| membership.organization.slug.as_str() == slug);
    membership.is_some_and(|membership| policy::allows(membership.role, permission))
}

/// The way to a section; marked while one is in it.
#[component]
fn SideLink(to: Memo<String>, glyph: Glyph, name: &'static str) -> impl IntoView {
    let pathname = use_location().pathname;
    let current = move || {
        let (here, to) = (pathname.read(), to.read());
        match here.strip_prefix(to.as_str()) {
            Some("") => Some("page"),
            Some(below) if below.starts_with('/') => Some("true"),
            _ => None,
        }
    };
    view! {
        <li>
            <a class="side-link" href=to aria-current=current>
                <Icon glyph=glyph />
                {name}
            </a>
        </li>
    }
}

/// Where in the console this page is. The last of the steps is the page itself, the ones before are links if they have an address.
#[component]
pub fn Breadcrumb(steps: Vec<(&'static str, Option<String>)>) -> impl IntoView {
    let last = steps.len() - 1;
    let steps = steps.into_iter().enumerate().map(|(at, (name, address))| {
        view! {
            <li>
                {(at > 0).then(|| view! { <Icon glyph=Glyph::Next /> })}
                {match address {
                    Some(address) => view! { <a href=address>{name}</a> }.into_any(),
                    None => view! { <span aria-current=(at == last).then_some("page")>{name}</span> }.into_any(),
                }}
            </li>
        }
    });
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>{steps.collect_view()}</ol>
        </nav>
    }
}
