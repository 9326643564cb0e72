//! What stands around pages: the header with the organization and the account, the side navigation, the frame of pages without either.

use domain::{Failure, Me, Membership, Permission};
use leptos::prelude::*;
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_params_map},
};

use crate::{
    paths, queries,
    texts::{common, layout as say, shell},
    ui::{
        button::{Look, Submit},
        icon::{Glyph, Icon},
        keys::KeyHelp,
        later::later,
    },
};

/// The organization in the page's address, fit to stand in another one. Of a slug, which is letters, digits and hyphens, that is itself.
pub fn use_organization() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| {
        params.with(|params| form_urlencoded::byte_serialize(params.get_str("organization").unwrap_or_default().as_bytes()).collect())
    })
}

/// Around the settings of an organization.
#[component]
pub fn Settings() -> impl IntoView {
    let organization = use_organization();
    // Asked for here first: of two tasks that ask for the first time at once, Leptos lets one find nothing, which panics.
    let _ = (organization.get_untracked(), use_location().pathname.get_untracked());
    let me = find_me();
    view! {
        <Header me=me organization=organization />
        <div class="frame">
            <div class="side">
                {later(async move {
                    let slug = organization.get();
                    let entries = me.await.map(|me| settings(&me, &slug)).unwrap_or_default();
                    view! { <SideNavigation title=common::ORGANIZATION_SETTINGS entries=entries /> }
                })}
            </div>
            <main class="main" id="main" tabindex="-1">
                <Outlet />
            </main>
        </div>
    }
    .into_any()
}

/// What a member finds in the settings of an organization: what they may see.
fn settings(me: &Me, slug: &str) -> Vec<Entry> {
    let Some(membership) = me.memberships.iter().find(|membership| membership.organization.slug.as_str() == slug) else {
        return Vec::new();
    };
    let held = membership.role.permissions();
    let may = |permission| held.contains(permission);
    [
        Some(Entry { address: paths::overview(slug), title: common::OVERVIEW, glyph: Glyph::Home }),
        Some(Entry { address: paths::tokens(slug), title: common::API_TOKENS, glyph: Glyph::Key }),
        may(Permission::USER_READ).then(|| Entry { address: paths::members(slug), title: common::MEMBERS, glyph: Glyph::People }),
        may(Permission::TEAMS_READ).then(|| Entry { address: paths::teams(slug), title: common::TEAMS, glyph: Glyph::Team }),
        may(Permission::ROLE_READ).then(|| Entry { address: paths::roles(slug), title: common::ROLES, glyph: Glyph::Sliders }),
        may(Permission::ORGANIZATION_READ).then(|| Entry { address: paths::policies(slug), title: common::POLICIES, glyph: Glyph::Shield }),
        may(Permission::ORGANIZATION_UPDATE).then(|| Entry { address: paths::audit(slug), title: common::AUDIT_LOG, glyph: Glyph::Log }),
        may(Permission::ORGANIZATION_UPDATE).then(|| Entry { address: paths::mail(slug), title: common::MAIL, glyph: Glyph::Mail }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Around the pages of a person's own account.
#[component]
pub fn Account() -> impl IntoView {
    let me = find_me();
    let entries = vec![
        Entry { address: paths::ACCOUNT.to_owned(), title: common::PROFILE, glyph: Glyph::Person },
        Entry { address: paths::OWN_TOKENS.to_owned(), title: common::API_TOKENS, glyph: Glyph::Key },
        Entry { address: paths::SESSIONS.to_owned(), title: common::SESSIONS, glyph: Glyph::Clock },
    ];
    view! {
        <Header me=me organization=Memo::new(|_| String::new()) />
        <div class="frame">
            <div class="side">
                <SideNavigation title=say::YOUR_ACCOUNT entries=entries />
            </div>
            <main class="main" id="main" tabindex="-1">
                <Outlet />
            </main>
        </div>
    }
    .into_any()
}

/// Who is signed in.
type FoundMe = Resource<Result<Me, Failure>>;

fn find_me() -> FoundMe {
    Resource::new_blocking(|| (), |()| queries::session::find())
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
        <a class="brand" href="/">
            <img src="/favicon.svg" alt="" width="26" height="26" />
            {shell::JETON}
        </a>
    }
}

/// The organization, with the way to others, and who is signed in, with the way out.
#[component]
fn Header(me: FoundMe, organization: Memo<String>) -> impl IntoView {
    view! {
        <header class="header">
            <Brand />
            {later(async move {
                let slug = organization.get();
                me.await
                    .ok()
                    .map(|me| {
                        let here = me.memberships.iter().map(|membership| membership.organization.slug.as_str());
                        let here = here.clone().find(|each| *each == slug).or_else(|| here.clone().next());
                        let search = here.map(paths::search_tokens);
                        let may_generate = |each: &&Membership| {
                            each.user_tokens_allowed || each.role.permissions().contains(Permission::API_KEY_CREATE)
                        };
                        let generate = me.memberships.iter().find(|each| Some(each.organization.slug.as_str()) == here).filter(may_generate);
                        let generate = generate.map(|each| paths::new_token(each.organization.slug.as_str()));
                        view! {
                            <Organizations memberships=me.memberships.clone() slug=slug />
                            <KeyHelp search=search generate=generate />
                            <AccountMenu me=me />
                        }
                    })
            })}
        </header>
    }
    .into_any()
}

/// Which organization this is. Who belongs to several gets a menu of them.
#[component]
fn Organizations(memberships: Vec<Membership>, slug: String) -> impl IntoView {
    let here = memberships.iter().find(|membership| membership.organization.slug.as_str() == slug).cloned();
    match (here, memberships.len()) {
        (Some(here), 1) => view! {
            <span class="header-organization">
                <span class="sr-only">{say::ORGANIZATION}</span>
                {here.organization.name.to_string()}
            </span>
        }
        .into_any(),
        (_, 0) => ().into_any(),
        (here, _) => {
            let name = here.map_or_else(|| say::ORGANIZATIONS.to_owned(), |here| here.organization.name.to_string());
            let links = memberships.into_iter().map(move |membership| {
                let current = (membership.organization.slug.as_str() == slug).then_some("true");
                view! {
                    <li>
                        <a class="menu-link" href=paths::start(&membership) aria-current=current>
                            <span class="menu-name">{membership.organization.name.to_string()}</span>
                            <span class="menu-email">{membership.role.title()}</span>
                        </a>
                    </li>
                }
            });
            view! {
                <button
                    r#type="button"
                    class="button header-switch"
                    data-look=Look::Quiet.as_str()
                    popovertarget="organizations"
                    aria-label=say::organization(&name)
                >
                    <span class="header-switch-name">{name.clone()}</span>
                    <Icon glyph=Glyph::Down />
                </button>
                <nav class="menu menu-start" id="organizations" popover="auto" aria-label=say::ORGANIZATIONS>
                    <ul>{links.collect_view()}</ul>
                </nav>
            }
            .into_any()
        }
    }
}

/// Who is signed in, and the way out.
#[component]
fn AccountMenu(me: Me) -> impl IntoView {
    let name = me.name.to_string();
    view! {
        <button r#type="button" class="button" data-look=Look::Quiet.as_str() popovertarget="account" aria-label=say::account(&name)>
            <Icon glyph=Glyph::Person />
            <span class="header-name">{name.clone()}</span>
            <Icon glyph=Glyph::Down />
        </button>
        <div class="menu" id="account" popover="auto">
            <p class="menu-name">{name}</p>
            <p class="menu-email">{me.email.as_str().to_owned()}</p>
            <a class="button" data-look=Look::Secondary.as_str() href=paths::ACCOUNT>
                {say::YOUR_ACCOUNT}
            </a>
            <a class="button" data-look=Look::Secondary.as_str() href=paths::API_REFERENCE>
                {common::API_REFERENCE}
            </a>
            <form method="post" action=paths::SIGN_OUT>
                <Submit look=Look::Secondary label=common::SIGN_OUT />
            </form>
        </div>
    }
}

/// A page that the side navigation leads to.
struct Entry {
    address: String,
    title: &'static str,
    glyph: Glyph,
}

#[component]
fn SideNavigation(title: &'static str, entries: Vec<Entry>) -> impl IntoView {
    let pathname = use_location().pathname;
    // The entry for this page or, of those above it, the nearest.
    let addresses: Vec<String> = entries.iter().map(|entry| entry.address.clone()).collect();
    let nearest = Memo::new(move |_| {
        let here = pathname.get();
        let above = |address: &&String| here.strip_prefix(address.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        addresses.iter().filter(above).max_by_key(|address| address.len()).cloned().unwrap_or_default()
    });
    let links = entries.into_iter().map(move |Entry { address, title, glyph }| {
        let current = {
            let address = address.clone();
            move || {
                let exact = *pathname.read() == address;
                (*nearest.read() == address).then_some(if exact { "page" } else { "true" })
            }
        };
        view! {
            <li>
                <a class="side-link" href=address aria-current=current>
                    <Icon glyph=glyph />
                    {title}
                </a>
            </li>
        }
        .into_any()
    });
    let links = links.collect_view();
    (!links.is_empty())
        .then(|| {
            view! {
                <nav aria-label=title>
                    <p class="side-title">{title}</p>
                    <ul class="side-list">{links}</ul>
                </nav>
            }
        })
        .into_any()
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
        <nav class="breadcrumb" aria-label=say::BREADCRUMB>
            <ol>{steps.collect_view()}</ol>
        </nav>
    }
}
