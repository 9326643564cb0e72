//! The list of tokens, with the revoke dialog over it when the address asks for it.

use domain::{Page, Token};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    revoke::{Revoke, Revoked},
    row::Row,
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
        problem::Problem,
        table::Table,
    },
};

/// Shows an organization's tokens, 25 at a time.
#[component]
pub fn Tokens() -> impl IntoView {
    let organization = use_organization();
    let query = use_query_map();
    let asked = move |name: &'static str| Memo::new(move |_| query.with(|query| query.get_str(name).unwrap_or_default().to_owned()));
    let (after, revoke, revoked) = (asked("after"), asked("revoke"), asked("revoked"));
    let list = Resource::new_blocking(move || (organization.get(), after.get()), |(organization, after)| tokens::list(organization, after));
    let pending = RwSignal::new(false);
    // What takes the focus when the list has been fetched anew: what had it is gone by then.
    let focus = StoredValue::new(None::<String>);
    let on_revoked = Callback::new(move |id: String| {
        focus.set_value(Some(id));
        list.refetch();
    });
    // The links to other pages of the list are gone once it has come.
    Effect::new(move |earlier: Option<String>| {
        let after = after.get();
        if earlier.is_some_and(|earlier| earlier != after) {
            focus.set_value(Some("tokens-frame".to_owned()));
        }
        after
    });
    // Whether the page before this one in the browser's history is the list without the dialog.
    let asked_here = StoredValue::new(false);
    Effect::new(move |earlier: Option<bool>| {
        let asks = !revoke.read().is_empty();
        asked_here.set_value(asks && (earlier == Some(false) || asked_here.get_value()));
        asks
    });
    view! {
        <Breadcrumb steps=vec![("Organization settings", None), ("API tokens", None)] />
        <div role="status">
            {move || {
                let id = revoked.get();
                (!id.is_empty()).then(|| view! { <Revoked organization=organization.get() after=after.get() id=id /> })
            }}
        </div>
        <Heading text="API tokens" />
        // Leptos sets `pending` from a task of its own, on the server too; whoever reads it there at that moment panics. A page that is
        // sent waits for nothing, so only the browser reads it.
        <section aria-busy=move || (!cfg!(feature = "ssr") && pending.get()).then_some("true")>
            <Transition fallback=Loading set_pending=pending>
                {move || Suspend::new(async move {
                    match list.await {
                        Ok(list) => view! { <Listed list=list after=after.get_untracked() focus=focus /> }.into_any(),
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
                        <Revoke organization=organization.get() after=after.get() id=id asked_here=asked_here on_revoked=on_revoked />
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

#[component]
fn Listed(list: TokenList, after: String, focus: StoredValue<Option<String>>) -> impl IntoView {
    Effect::new(move |_| {
        if let Some(id) = focus.try_update_value(Option::take).flatten() {
            browser::focus(id);
        }
    });
    let TokenList { organization, may_create, may_revoke, page, now } = list;
    let slug = organization.slug.as_str();
    let new_token = paths::new_token(slug);
    let first_use = page.items.is_empty() && after.is_empty();
    view! {
        <PageTitle page="API tokens" organization=organization.name.to_string() />
        <div class="page-head">
            <p class="lead">
                "Tokens let programs act for " {organization.name.to_string()}
                ". They belong to the organization and go on working when the person who generated them leaves."
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
            view! { <FirstUse new_token=may_create.then_some(new_token) /> }.into_any()
        } else {
            let Page { items, next } = page;
            let row = |token: Token| {
                view! { <Row token=token now=now organization=slug.to_owned() after=after.clone() may_revoke=may_revoke /> }
            };
            let rows = items.into_iter().map(row).collect_view();
            view! {
                <Table
                    id="tokens"
                    caption=format!("API tokens of {}, newest first", organization.name)
                    columns=&["Label", "Token", "Role", "Created", "Expires", "Last used", "Status"]
                >
                    {rows}
                </Table>
                <Pages newest=(!after.is_empty()).then(|| paths::tokens(slug)) older=next.map(|next| paths::older_tokens(slug, next)) />
            }
                .into_any()
        }}
    }
}

/// What a token is, how to get the first one and how to use it.
#[component]
fn FirstUse(new_token: Option<String>) -> impl IntoView {
    let example = format!("curl -H \"Authorization: Bearer $JETON_TOKEN\" {}/organization", browser::origin());
    view! {
        <Empty glyph=Glyph::Key title="No tokens yet">
            <p class="empty-text">
                "An API token is a long secret that a script, a pipeline or a service sends along to prove that it may act for your organization. Give each one its own, with the least role it needs and an end."
            </p>
            {match new_token {
                Some(address) => {
                    view! {
                        <ButtonLink look=Look::Primary href=address>
                            <Icon glyph=Glyph::Plus />
                            "Generate token"
                        </ButtonLink>
                    }
                        .into_any()
                }
                None => {
                    view! { <p class="empty-text">"Ask an owner or admin of the organization to generate one for you."</p> }.into_any()
                }
            }}
            <p class="empty-text">"Try one out like this:"</p>
            <pre class="code" tabindex="0" role="group" aria-label="Example with curl">
                <code>{example}</code>
            </pre>
        </Empty>
    }
}

/// Leads to the next page and back to the first.
#[component]
fn Pages(newest: Option<String>, older: Option<String>) -> impl IntoView {
    let newest = newest.map(|address| {
        view! {
            <ButtonLink href=address>
                <Icon glyph=Glyph::Older />
                "Newest tokens"
            </ButtonLink>
        }
    });
    let older = older.map(|address| view! { <ButtonLink href=address>"Older tokens" <Icon glyph=Glyph::Newer /></ButtonLink> });
    (newest.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pages" aria-label="Pagination">
                {newest}
                {older}
            </nav>
        }
    })
}
