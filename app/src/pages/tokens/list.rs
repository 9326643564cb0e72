//! The list of tokens, with the revoke dialog over it when the address asks for it.

use domain::{
    Code, Cursor, Page, Status, Token, TokenQuery,
    token_query::{Sort, View},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::{
    filters::{Filters, Views, caption, fill, heads},
    revoke::{Revoke, Revoked},
    row::Row,
    select::{Selection, let_go, recount},
};
use crate::{
    api::{
        Failure,
        tokens::{self, TokenList},
    },
    browser,
    layout::{Breadcrumb, use_organization},
    paths,
    ui::{
        button::{ButtonLink, Look},
        empty::Empty,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        pages::Pages,
        problem::Problem,
        table::Table,
    },
};

/// The id of what takes the focus when the list has been fetched anew: what had it may be gone by then.
pub type Focus = StoredValue<Option<String>>;

/// Shows an organization's tokens, 25 at a time.
#[component]
pub fn Tokens() -> impl IntoView {
    let organization = use_organization();
    let params = use_query_map();
    let search = use_location().search;
    let asked = move |name: &'static str| Memo::new(move |_| params.with(|params| params.get_str(name).unwrap_or_default().to_owned()));
    let (revoke, revoked) = (asked("revoke"), asked("revoked"));
    // What cannot be read goes to the server as it is, which says why.
    let query =
        Memo::new(move |_| search.with(|search| TokenQuery::parse(search).map_or_else(|_| search.clone(), |query| query.to_query())));
    let place = Memo::new(move |_| search.with(|search| TokenQuery::parse(search).unwrap_or_default().to_query()));
    let list = Resource::new_blocking(move || (organization.get(), query.get()), |(organization, query)| tokens::list(organization, query));
    let pending = RwSignal::new(false);
    let focus: Focus = StoredValue::new(None);
    let on_revoked = Callback::new(move |id: String| {
        focus.set_value(Some(id));
        list.refetch();
    });
    // Links to other pages of the list are gone once it has come; those that stay say so when they are followed.
    Effect::new(move |earlier: Option<String>| {
        let query = query.get();
        if earlier.is_some_and(|earlier| earlier != query) && focus.with_value(Option::is_none) {
            focus.set_value(Some("tokens-frame".to_owned()));
        }
        query
    });
    // Whether the page before this one in the browser's history is the list without the dialog.
    let asked_here = StoredValue::new(false);
    Effect::new(move |earlier: Option<bool>| {
        let asks = !revoke.read().is_empty();
        asked_here.set_value(asks && (earlier == Some(false) || asked_here.get_value()));
        asks
    });
    browser::focus_on_slash("q");
    let first = StoredValue::new(true);
    view! {
        <Breadcrumb steps=vec![("Organization settings", None), ("API tokens", None)] />
        <div role="status">
            {move || {
                let ids = revoked.get();
                (!ids.is_empty()).then(|| view! { <Revoked organization=organization.get() place=place.get() ids=ids /> })
            }}
        </div>
        <Heading text="API tokens" />
        // Leptos sets `pending` from a task of its own, on the server too; whoever reads it there at that moment panics. A page that is
        // sent waits for nothing, so only the browser reads it.
        <section aria-busy=move || (!cfg!(feature = "ssr") && pending.get()).then_some("true")>
            <Transition fallback=Loading set_pending=pending>
                {move || Suspend::new(async move {
                    match list.await {
                        Ok(list) => view! { <Listed list=list focus=focus first=first /> }.into_any(),
                        Err(Failure(failure)) if failure.code == Code::Invalid => {
                            view! { <Unreadable message=failure.message all=paths::tokens(&organization.get_untracked()) /> }.into_any()
                        }
                        Err(Failure(failure)) => {
                            view! {
                                <PageTitle page="API tokens" />
                                <Problem failure=failure refused="see the API tokens of this organization" />
                            }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </section>
        {move || {
            let id = revoke.get();
            (!id.is_empty())
                .then(|| {
                    view! {
                        <Revoke organization=organization.get() place=place.get() id=id asked_here=asked_here on_revoked=on_revoked />
                    }
                })
        }}
    }
}

/// Appears only when an answer takes long.
#[component]
fn Loading() -> impl IntoView {
    view! {
        <p class="loading" role="status">
            "Loading the tokens…"
        </p>
    }
}

/// Says what in the address cannot be taken.
#[component]
fn Unreadable(message: String, all: String) -> impl IntoView {
    view! {
        <PageTitle page="API tokens" />
        <Empty glyph=Glyph::Warning title="This list cannot be shown">
            <p class="empty-text" role="alert">
                {message}
            </p>
            <ButtonLink href=all>"Show all active tokens"</ButtonLink>
        </Empty>
    }
}

/// The list. `first` tells whether it is the first one since the page was opened.
#[component]
fn Listed(list: TokenList, focus: Focus, first: StoredValue<bool>) -> impl IntoView {
    let TokenList { organization, own, owners, may_revoke, query, page, outside, rotating, roles, creators, now } = list;
    let count = RwSignal::new(0);
    let asked = query.clone();
    Effect::new(move |_| {
        if first.get_value() {
            // What was typed and chosen before the page was live counts.
            first.set_value(false);
            recount(count);
        } else {
            fill(&asked);
            let_go(count);
        }
        if let Some(id) = focus.try_update_value(Option::take).flatten() {
            browser::focus_first(vec![id, "tokens-frame".to_owned(), "main".to_owned()]);
        }
    });
    let slug = organization.slug.as_str();
    let place = query.to_query();
    let new_token = paths::new_token(slug);
    let first_use = creators.is_empty();
    let may_create = !owners.choices().is_empty();
    view! {
        <PageTitle page="API tokens" organization=organization.name.to_string() />
        <div class="page-head">
            <p class="lead">
                {if own {
                    format!(
                        "Your tokens let programs act for you in {}. They may never do more than you may at that moment, and end when you leave.",
                        organization.name,
                    )
                } else {
                    format!(
                        "Tokens let programs act for {}. Those of the organization and of teams go on working when the person who generated them leaves; those of a person end with their membership.",
                        organization.name,
                    )
                }}
            </p>
            {(may_create && !first_use)
                .then(|| {
                    view! {
                        <ButtonLink look=Look::Primary href=new_token.clone()>
                            <Icon glyph=Glyph::Plus />
                            "Generate token"
                        </ButtonLink>
                    }
                })}
        </div>
        {if first_use {
            view! { <FirstUse own=own new_token=may_create.then_some(new_token) limit=owners.limit /> }.into_any()
        } else {
            let Page { items, next } = page;
            let nothing = items.is_empty();
            let may_select = may_revoke && items.iter().any(|token| token.status_at(now) != Status::Revoked);
            let row = |token: Token| {
                let outside = outside.iter().find(|(id, _)| *id == token.id).map(|(_, words)| words.clone());
                let old = rotating.iter().find(|(id, _)| *id == token.id).map(|(_, old)| old.clone());
                view! {
                    <Row
                        token=token
                        outside=outside
                        old=old
                        now=now
                        organization=slug.to_owned()
                        place=place.clone()
                        own=own
                        may_revoke=may_revoke
                        may_select=may_select
                    />
                }
            };
            let rows = items.into_iter().map(row).collect_view();
            view! {
                <Views organization=slug.to_owned() query=query.clone() focus=focus />
                <Filters organization=slug.to_owned() query=query.clone() own=own creators=creators made=roles focus=focus />
                {if nothing {
                    view! { <Nothing organization=slug.to_owned() query=query.clone() focus=focus /> }.into_any()
                } else {
                    view! {
                        <div on:change=move |_| recount(count)>
                            {may_select.then(|| view! { <Selection organization=slug.to_owned() place=place.clone() count=count /> })}
                            <Table
                                id="tokens"
                                caption=caption(organization.name.as_str(), &query)
                                heads=heads(slug, &query, own, may_select, focus)
                            >
                                {rows}
                            </Table>
                        </div>
                        {pages(slug, &query, next)}
                    }
                        .into_any()
                }}
            }
                .into_any()
        }}
    }
}

/// Stands where the list would, and leads to where there is something.
#[component]
fn Nothing(organization: String, query: TokenQuery, focus: Focus) -> impl IntoView {
    let (title, text, label, way) = if query.after.is_some() {
        ("No more tokens", "The list ends before this page.", "First page", query.from(None))
    } else if query.is_narrowed() {
        ("No tokens match", "Nothing in this view fits what you search for.", "Show all of this view", query.cleared())
    } else {
        match query.view {
            View::Active => (
                "No active tokens",
                "All tokens of this organization are expired or revoked.",
                "Show inactive tokens",
                query.in_view(View::Inactive),
            ),
            View::Inactive => (
                "No inactive tokens",
                "Tokens come here once they are expired or revoked, and stay.",
                "Show active tokens",
                query.in_view(View::Active),
            ),
        }
    };
    view! {
        <Empty glyph=Glyph::Search title=title>
            <p class="empty-text">{text}</p>
            <a
                class="button"
                data-look="secondary"
                href=paths::tokens_at(&organization, &way.to_query())
                on:click=move |_| focus.set_value(Some("q".to_owned()))
            >
                {label}
            </a>
        </Empty>
    }
}

/// What a token is, how to get the first one and how to use it. Without a way to one, `limit` says why.
#[component]
fn FirstUse(own: bool, new_token: Option<String>, limit: String) -> impl IntoView {
    let example = format!("curl -H \"Authorization: Bearer $JETON_TOKEN\" {}/organization", browser::origin());
    view! {
        <Empty glyph=Glyph::Key title="No tokens yet">
            <p class="empty-text">
                "An API token is a long secret that a script, a pipeline or a service sends along to prove that it may act for "
                {if own { "you" } else { "your organization" }}
                ". Give each one its own, with the least role it needs and an end."
            </p>
            {match new_token {
                Some(new_token) => {
                    view! {
                        <ButtonLink look=Look::Primary href=new_token>
                            <Icon glyph=Glyph::Plus />
                            "Generate token"
                        </ButtonLink>
                    }
                        .into_any()
                }
                None => view! { <p class="empty-text">{limit}</p> }.into_any(),
            }}
            <p class="empty-text">"Try one out like this:"</p>
            <pre class="code" tabindex="0" role="group" aria-label="Example with curl">
                <code>{example}</code>
            </pre>
        </Empty>
    }
}

/// Leads to the next page and back to the first.
fn pages(organization: &str, query: &TokenQuery, next: Option<Cursor>) -> impl IntoView + use<> {
    let at = |place: Option<Cursor>| paths::tokens_at(organization, &query.from(place).to_query());
    let (first_name, next_name) =
        if query.sort == Sort::default() { ("Newest tokens", "Older tokens") } else { ("First page", "Next page") };
    let first = query.after.is_some().then(|| at(None));
    view! { <Pages first=first next=next.map(|next| at(Some(next))) first_name=first_name next_name=next_name /> }
}
