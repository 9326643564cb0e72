//! The list of tokens, with the revoke dialog over it when the address asks for it.

use domain::{
    Code, Cursor, Page, Status, Token, TokenQuery,
    token_query::{Sort, View},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::{
    filters::{Filters, Views, heads},
    first_use::FirstUse,
    revoke::{Revoke, Revoked},
    row::{self, Row},
    select::Selection,
};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::tokens::{self, TokenList},
    texts::{
        common,
        tokens::list as say,
        ui::pages::{FIRST_PAGE, NEXT_PAGE},
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Look},
        empty::Empty,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        keys::key,
        later::later,
        notice::Notice,
        pages::Pages,
        problem::Problem,
        table::Table,
    },
};

/// Shows an organization's tokens, 25 at a time.
#[component]
pub fn Tokens() -> impl IntoView {
    let organization = use_organization();
    let params = use_query_map();
    let search = use_location().search;
    let asked = move |name: &'static str| Memo::new(move |_| params.with(|params| params.get_str(name).unwrap_or_default().to_owned()));
    let (revoke, revoked, generated) = (asked("revoke"), asked("revoked"), asked("generated"));
    // What cannot be read goes to the server as it is, which says why.
    let query =
        Memo::new(move |_| search.with(|search| TokenQuery::parse(search).map_or_else(|_| search.clone(), |query| query.to_query())));
    let place = Memo::new(move |_| search.with(|search| TokenQuery::parse(search).unwrap_or_default().to_query()));
    let list = Resource::new_blocking(
        move || (organization.get(), query.get(), generated.get()),
        |(organization, query, generated)| tokens::list(organization, query, generated),
    );
    view! {
        <Breadcrumb steps=vec![(common::ORGANIZATION_SETTINGS, None), (common::API_TOKENS, None)] />
        <div role="status">
            {move || {
                let ids = revoked.get();
                (!ids.is_empty()).then(|| view! { <Revoked organization=organization.get() place=place.get() ids=ids /> })
            }}
        </div>
        <Heading text=common::API_TOKENS />
        <section>
            {later(async move {
                match list.await {
                    Ok(list) => view! { <Listed list=list /> }.into_any(),
                    Err(failure) if failure.code == Code::Invalid => {
                        view! { <Unreadable message=failure.message all=paths::tokens(&organization.get_untracked()) /> }.into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page=common::API_TOKENS />
                            <Problem failure=failure refused=say::REFUSED />
                        }
                            .into_any()
                    }
                }
            })}
        </section>
        {move || {
            let id = revoke.get();
            (!id.is_empty())
                .then(|| view! { <Revoke organization=organization.get() place=place.get() id=id /> })
        }}
    }
}

/// Says what in the address cannot be taken.
#[component]
fn Unreadable(message: String, all: String) -> impl IntoView {
    view! {
        <PageTitle page=common::API_TOKENS />
        <Empty glyph=Glyph::Warning title=say::NOT_SHOWN>
            <p class="empty-text" role="alert">
                {message}
            </p>
            <ButtonLink href=all>{say::SHOW_ALL_ACTIVE}</ButtonLink>
        </Empty>
    }
}

#[component]
fn Listed(list: TokenList) -> impl IntoView {
    let TokenList {
        organization,
        own,
        owners,
        editable,
        may_revoke,
        query,
        page,
        outside,
        earlier,
        rotating,
        presented,
        roles,
        creators,
        generated,
        now,
    } = list;
    let slug = organization.slug.as_str();
    let place = query.to_query();
    let new_token = paths::new_token(slug);
    let first_use = creators.is_empty();
    let may_create = !owners.choices().is_empty();
    let new = generated.as_ref().map(|token| token.id);
    let told = generated.map(|token| view! { <Generated organization=slug.to_owned() place=place.clone() token=token /> });
    view! {
        <PageTitle page=common::API_TOKENS organization=organization.name.to_string() />
        <div role="status">{told}</div>
        <div class="page-head">
            <p class="lead" data-wide="">
                {if own { say::lead_own(organization.name.as_str()) } else { say::lead(organization.name.as_str()) }}
            </p>
            {(may_create && !first_use)
                .then(|| {
                    view! {
                        <ButtonLink look=Look::Primary href=new_token.clone() key=key("c")>
                            <Icon glyph=Glyph::Plus />
                            {common::GENERATE_TOKEN}
                        </ButtonLink>
                    }
                })}
        </div>
        {if first_use {
            view! { <FirstUse own=own new_token=may_create.then_some(new_token) limit=owners.limit /> }.into_any()
        } else {
            let Page { items, next } = page;
            let nothing = items.is_empty();
            let found = (query.is_narrowed() && query.after.is_none() && !nothing).then(|| {
                // All of this view are here, so what is missing is in the other one.
                let elsewhere = next.is_none().then(|| {
                    let (view, label) = elsewhere(&query);
                    view! { " " <a href=paths::tokens_at(slug, &query.in_view(view).to_query())>{label}</a> }
                });
                view! { <p class="list-found">{say::found(items.len(), next.is_some())} {elsewhere}</p> }
            });
            let may_select = may_revoke && items.iter().any(|token| token.status_at(now) != Status::Revoked);
            let row = |token: Token| {
                let outside = outside.iter().find(|(id, _)| *id == token.id).map(|(_, words)| words.clone());
                let old = rotating.iter().find(|(id, _)| *id == token.id).map(|(_, old)| old.clone());
                let may_update = editable.contains(&token.id);
                let presented = presented.iter().find(|(id, _)| *id == token.id).map(|(_, presented)| presented.clone());
                // That of a secret which is still accepted stands in the row anyway.
                let earlier = earlier.iter().find(|(id, _)| *id == token.id).map(|(_, hint)| hint.clone());
                let earlier = earlier.filter(|hint| old.as_ref().is_none_or(|old| old.hint != *hint));
                view! {
                    <Row
                        is_new=new == Some(token.id)
                        token=token
                        outside=outside
                        earlier=earlier
                        old=old
                        presented=presented
                        now=now
                        organization=slug.to_owned()
                        place=place.clone()
                        own=own
                        may_update=may_update
                        may_revoke=may_revoke
                        may_select=may_select
                    />
                }
            };
            // What is over leaves nothing to be done with a row, and a column of nothing takes room from its neighbour.
            let has_actions = may_select || items.iter().any(|token| row::may_be_edited(token.status_at(now)) && editable.contains(&token.id));
            let widths = match (may_select, has_actions) {
                (true, _) => "tokens select",
                (false, true) => "tokens",
                (false, false) => "tokens inert",
            };
            let rows = items.into_iter().map(row).collect_view();
            view! {
                <Views organization=slug.to_owned() query=query.clone() />
                <Filters organization=slug.to_owned() query=query.clone() own=own creators=creators made=roles />
                {found}
                {if nothing {
                    view! { <Nothing organization=slug.to_owned() query=query.clone() /> }.into_any()
                } else {
                    view! {
                        {may_select.then(|| view! { <Selection organization=slug.to_owned() place=place.clone() /> })}
                        <Table
                            id="tokens"
                            caption=say::caption(organization.name.as_str(), &query)
                            heads=heads(slug, &query, own, may_select)
                            actions=has_actions
                            widths=widths
                        >
                            {rows}
                        </Table>
                        {pages(slug, &query, next)}
                    }
                        .into_any()
                }}
            }
                .into_any()
        }}
    }
}

/// Tells that a token was generated, and where it is: another order or a filter may keep it off the page.
#[component]
fn Generated(organization: String, place: String, token: Token) -> impl IntoView {
    let link = view! { <a href=paths::token(&organization, token.id)>{token.label.to_string()}</a> }.into_any();
    view! {
        <Notice tone=Tone::Success dismiss=paths::tokens_at(&organization, &place)>
            <p>{say::generated(link)}</p>
        </Notice>
    }
}

/// Stands where the list would, and leads to where there is something.
#[component]
fn Nothing(organization: String, query: TokenQuery) -> impl IntoView {
    let (title, text, label, way) = if query.after.is_some() {
        (say::NO_MORE, say::NO_MORE_WHY, FIRST_PAGE, query.from(None))
    } else if query.is_narrowed() {
        match query.view {
            View::Active => (say::NO_ACTIVE_MATCH, say::NO_ACTIVE_MATCH_WHY, say::SHOW_ALL_ACTIVE, query.cleared()),
            View::Inactive => (say::NO_INACTIVE_MATCH, say::NO_INACTIVE_MATCH_WHY, say::SHOW_ALL_INACTIVE, query.cleared()),
        }
    } else {
        match query.view {
            View::Active => (say::NO_ACTIVE, say::NO_ACTIVE_WHY, say::SHOW_INACTIVE, query.in_view(View::Inactive)),
            View::Inactive => (say::NO_INACTIVE, say::NO_INACTIVE_WHY, say::SHOW_ACTIVE, query.in_view(View::Active)),
        }
    };
    // What is looked for in a hurry may be revoked already.
    let elsewhere = (query.after.is_none() && query.is_narrowed()).then(|| {
        let (view, label) = elsewhere(&query);
        view! { <ButtonLink href=paths::tokens_at(&organization, &query.in_view(view).to_query())>{label}</ButtonLink> }
    });
    view! {
        <Empty glyph=Glyph::Search title=title>
            <p class="empty-text">{text}</p>
            {elsewhere}
            <ButtonLink href=paths::tokens_at(&organization, &way.to_query())>{label}</ButtonLink>
        </Empty>
    }
}

/// The other view, where the same may be asked.
const fn elsewhere(query: &TokenQuery) -> (View, &'static str) {
    match query.view {
        View::Active => (View::Inactive, say::LOOK_AMONG_INACTIVE),
        View::Inactive => (View::Active, say::LOOK_AMONG_ACTIVE),
    }
}

/// Leads to the next page and back to the first.
fn pages(organization: &str, query: &TokenQuery, next: Option<Cursor>) -> impl IntoView + use<> {
    let at = |place: Option<Cursor>| paths::tokens_at(organization, &query.from(place).to_query());
    let (first_name, next_name) =
        if query.sort == Sort::default() { (say::NEWEST_TOKENS, say::OLDER_TOKENS) } else { (FIRST_PAGE, NEXT_PAGE) };
    let first = query.after.is_some().then(|| at(None));
    view! { <Pages first=first next=next.map(|next| at(Some(next))) first_name=first_name next_name=next_name /> }
}
