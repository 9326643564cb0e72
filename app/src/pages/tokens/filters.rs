//! What narrows and sorts the list: two views, a search with filters, and heads that sort. Everything is a link or a form that asks with
//! GET, so the address says all of it.

use domain::{
    Name, RoleId, TokenQuery,
    attention::Finding,
    token_query::{By, Expiring, Grant, LOOKS_LIKE_A_SECRET, Owned, Unused, View, search_pattern},
};
use leptos::prelude::*;

use crate::{
    paths,
    texts::{
        common,
        tokens::{filters as say, row},
    },
    ui::{
        icon::{Glyph, Icon},
        keys::key,
        select::Select,
        tabs::{Tab, Tabs},
    },
};

/// The two views, as links; and the list as a file.
#[component]
pub fn Views(organization: String, query: TokenQuery) -> impl IntoView {
    let csv = paths::tokens_csv(&organization, &query.from(None).to_query());
    let tabs = [(View::Active, say::ACTIVE, "view-active"), (View::Inactive, say::INACTIVE, "view-inactive")].map(|(view, title, id)| {
        Tab { title, id, address: paths::tokens_at(&organization, &query.in_view(view).to_query()), is_shown: view == query.view }
    });
    view! {
        <div class="views">
            <Tabs name=say::VIEWS tabs=tabs.into() />
            <p class="export">
                <a class="button" data-look="quiet" href=csv aria-describedby="export-limit">
                    <Icon glyph=Glyph::Download />
                    {say::EXPORT_CSV}
                </a>
                <span class="cell-more" id="export-limit">
                    {say::EXPORT_LIMIT}
                </span>
            </p>
        </div>
    }
}

/// The search and the filters.
#[component]
pub fn Filters(organization: String, query: TokenQuery, own: bool, creators: Vec<String>, made: Vec<(RoleId, String)>) -> impl IntoView {
    let action = paths::tokens(&organization);
    let cleared = paths::tokens_at(&organization, &query.cleared().to_query());
    let count = query.filters();
    let narrowed = count > 0;
    let kept = [
        ("view", (query.view != View::default()).then(|| query.view.as_str().to_owned())),
        ("sort", (query.sort != Default::default()).then(|| query.sort.to_string())),
    ]
    .map(|(name, value)| value.map(|value| view! { <input r#type="hidden" name=name value=value /> }));
    view! {
        <form class="filters" role="search" aria-label=say::TOKENS method="get" action=action>
            {kept}
            <Field value=query.search.as_ref().map(ToString::to_string).unwrap_or_default() />
            <details class="filters-more" open=narrowed>
                <summary>
                    {say::FILTERS} {narrowed.then(|| view! { <span class="badge filters-count">{say::applied(count)}</span> })}
                </summary>
                <div class="filters-grid">{selects(&query, own, creators, made)}</div>
                <button r#type="submit" class="button" data-look="secondary">
                    {say::APPLY_FILTERS}
                </button>
            </details>
            {query
                .is_narrowed()
                .then(|| {
                    view! {
                        <a class="filters-clear" href=cleared>
                            {say::CLEAR}
                        </a>
                    }
                })}
        </form>
    }
}

/// Searches all active tokens from a page that has no list of them.
#[component]
pub fn Search(organization: String) -> impl IntoView {
    view! {
        <form class="filters" role="search" aria-label=say::TOKENS method="get" action=paths::tokens(&organization)>
            <Field value=String::new() />
        </form>
    }
}

#[component]
fn Field(value: String) -> impl IntoView {
    view! {
        <div class="filters-search">
            <label class="sr-only" for="q">
                {say::SEARCH_FIELD}
            </label>
            <input
                class="input"
                id="q"
                name="q"
                r#type="search"
                value=value
                maxlength="100"
                pattern=search_pattern()
                title=LOOKS_LIKE_A_SECRET
                placeholder=say::SEARCH_PLACEHOLDER
                autocomplete="off"
                spellcheck="false"
                autocapitalize="none"
                aria-keyshortcuts=key("/")
            />
            <button r#type="submit" class="button" data-look="secondary">
                <Icon glyph=Glyph::Search />
                <span class="wide-word">{say::SEARCH}</span>
            </button>
        </div>
    }
}

/// What the fields hold for a query.
fn values(query: &TokenQuery) -> [(&'static str, String); 8] {
    [
        ("q", query.search.as_ref().map(ToString::to_string)),
        ("status", query.status.map(|status| status.as_str().to_owned())),
        ("role", query.role.map(|role| role.to_string())),
        ("owner", query.owner.map(|owner| owner.as_str().to_owned())),
        ("expiring", query.expiring.map(|days| days.to_string())),
        ("unused", query.unused.map(|unused| unused.to_string())),
        ("created_by", query.created_by.as_ref().map(Name::to_string)),
        ("finding", query.finding.map(|finding| finding.as_str().to_owned())),
    ]
    .map(|(name, value)| (name, value.unwrap_or_default()))
}

fn selects(query: &TokenQuery, own: bool, creators: Vec<String>, made: Vec<(RoleId, String)>) -> impl IntoView + use<> {
    let words = |value: &str, title: &str| (value.to_owned(), title.to_owned());
    let statuses = query.view.statuses().map(|each| words(each.as_str(), row::status(each)));
    // A role that was asked for stays chosen, also when it cannot be looked up.
    let asked = query.role.filter(|role| matches!(role, Grant::Made(id) if !made.iter().any(|(each, _)| each == id)));
    let made = made.into_iter().map(|(id, name)| (id.to_string(), name));
    let of_all = Grant::ALL.into_iter().chain(asked).map(|each| words(&each.to_string(), each.title()));
    let roles: Vec<_> = of_all.chain(made).collect();
    let owners = Owned::ALL.map(|each| words(each.as_str(), say::owned(each)));
    let expiring = Expiring::ALL.map(|each| (each.to_string(), say::expiring(each)));
    let unused = Unused::ALL.map(|each| (each.to_string(), say::unused(each)));
    let findings = Finding::ALL.into_iter().filter(|each| each.is_in(query.view)).map(|each| words(each.as_str(), say::finding(each)));
    // A name that was asked for stays chosen, also when nobody has it.
    let asked = query.created_by.as_ref().map(Name::to_string);
    let missing = asked.filter(|name| !creators.contains(name));
    let creators = creators.into_iter().chain(missing).map(|name| (name.clone(), name)).collect();
    let fields = [
        ("status", common::STATUS, say::ANY_STATUS, statuses.to_vec()),
        ("role", common::ROLE, say::ANY_ROLE, roles),
        ("owner", common::BELONGS_TO, say::ANYBODY, owners.to_vec()),
        ("expiring", common::EXPIRES, say::ANY_TIME, expiring.to_vec()),
        ("unused", common::LAST_USED, say::ANY_TIME, unused.to_vec()),
        ("created_by", say::CREATED_BY, say::ANYBODY, creators),
        ("finding", say::PROBLEM, say::ANY_PROBLEM, findings.collect()),
    ];
    let asked = values(query);
    let inactive = query.view == View::Inactive;
    fields
        .into_iter()
        .filter(|(name, ..)| !(inactive && *name == "expiring" || own && matches!(*name, "owner" | "created_by")))
        .map(|(name, title, any, options)| {
            let chosen = asked.iter().find(|(field, _)| *field == name).map(|(_, value)| value.clone()).unwrap_or_default();
            view! { <Select name=name label=title none=any options=options chosen=chosen /> }
        })
        .collect_view()
}

/// The heads of the columns; some are links that sort.
pub fn heads(organization: &str, query: &TokenQuery, own: bool, may_select: bool) -> AnyView {
    let sorted = |title: &'static str, by: By| {
        let id = format!("sort-{}", by.as_str().replace('_', "-"));
        let (state, glyph) = match (query.sort.by == by, query.sort.descending) {
            (false, _) => (None, None),
            (true, false) => (Some("ascending"), Some(Glyph::Up)),
            (true, true) => (Some("descending"), Some(Glyph::Down)),
        };
        view! {
            <th scope="col" role="columnheader" aria-sort=state>
                <a
                    class="sort"
                    id=id
                    href=paths::tokens_at(organization, &query.sorted(query.sort.choose(by)).to_query())
                    data-noscroll=""
                >
                    {title}
                    {glyph.map(|glyph| view! { <Icon glyph=glyph /> })}
                </a>
            </th>
        }
    };
    let plain = |title: &'static str, line: Option<&'static str>| view! { <th scope="col" role="columnheader" data-line=line>{title}</th> };
    view! {
        {may_select
            .then(|| {
                view! {
                    <th scope="col" role="columnheader">
                        <span class="sr-only">{say::SELECT}</span>
                    </th>
                }
            })}
        {sorted(common::LABEL, By::Label)}
        {plain(common::TOKEN, None)}
        {(!own).then(|| plain(common::BELONGS_TO, Some("1")))}
        {plain(common::ROLE, (!own).then_some("2"))}
        {sorted(common::CREATED, By::Created)}
        {sorted(common::EXPIRES, By::Expires)}
        {sorted(common::LAST_USED, By::LastUsed)}
        {plain(common::STATUS, None)}
    }
    .into_any()
}
