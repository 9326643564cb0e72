//! What needs attention in an organization, and what to do about it.

use domain::{Attention, Needing, Noted, Permission, Remedy, Timestamp};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::{Breadcrumb, use_organization},
    pages::{
        mail::Unmailed,
        tokens::{
            filters::Search,
            first_use::FirstUse,
            row::{expires, last_used, owner},
        },
    },
    paths,
    queries::tokens::{self, Overview},
    texts::{common, overview as say},
    ui::{
        badge::Tone,
        button::{ButtonLink, Look},
        empty::Empty,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        keys::key,
        later::later,
        notice::Notice,
        problem::Problem,
        table::{Cell, Table},
        time::{Moment, ago},
    },
};

/// Of so many permissions that are not used the names are shown.
const NAMED: usize = 3;

/// Shows which of an organization's tokens need attention, each with one thing to do about it.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let organization = use_organization();
    let overview = Resource::new_blocking(move || organization.get(), tokens::overview);
    view! {
        <Breadcrumb steps=vec![(common::ORGANIZATION_SETTINGS, None), (common::OVERVIEW, None)] />
        <div role="status">
            <Joined dismiss=paths::overview(&organization.get_untracked()) />
        </div>
        <Heading text=common::OVERVIEW />
        {later(async move {
            match overview.await {
                Ok(overview) => view! { <Shown overview=overview /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=common::OVERVIEW />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Welcomes who has just accepted an invitation.
#[component]
fn Joined(dismiss: String) -> impl IntoView {
    let joined = use_query_map().with_untracked(|query| query.get_str("done") == Some("joined"));
    joined.then(|| {
        view! {
            <Notice tone=Tone::Success dismiss=dismiss>
                <p>{say::WELCOME}</p>
            </Notice>
        }
    })
}

#[component]
fn Shown(overview: Overview) -> impl IntoView {
    let Overview { organization, own, owners, needing, nothing_yet, mails_become_files, now } = overview;
    let slug = organization.slug.to_string();
    let list = paths::tokens(&slug);
    let title = view! { <PageTitle page=common::OVERVIEW organization=organization.name.to_string() /> };
    let new_token = (!owners.choices().is_empty()).then(|| paths::new_token(&slug));
    let unmailed = mails_become_files.then(|| view! { <Unmailed /> });
    if nothing_yet {
        return view! {
            {title}
            {unmailed}
            <FirstUse own=own new_token=new_token limit=owners.limit />
        }
        .into_any();
    }
    let fine = Attention::ALL.into_iter().filter(|attention| needing.iter().all(|each| each.attention != *attention));
    let fine = say::fine(fine);
    let sections = if needing.is_empty() {
        view! {
            <Empty glyph=Glyph::Done title=say::NOTHING_NEEDS_ATTENTION>
                <p class="empty-text">{fine}</p>
                <ButtonLink href=list>{say::SHOW_THE_TOKENS}</ButtonLink>
            </Empty>
        }
        .into_any()
    } else {
        let sections = needing.into_iter().map(|each| view! { <Section needing=each organization=slug.clone() own=own now=now /> });
        view! {
            {sections.collect_view()}
            <p class="block text-muted">{fine}</p>
        }
        .into_any()
    };
    view! {
        {title}
        {unmailed}
        <div class="page-head">
            <p class="lead">
                {if own { say::lead_own(organization.name.as_str()) } else { say::lead(organization.name.as_str()) }}
            </p>
            {new_token
                .map(|address| {
                    view! {
                        <ButtonLink look=Look::Primary href=address key=key("c")>
                            <Icon glyph=Glyph::Plus />
                            {common::GENERATE_TOKEN}
                        </ButtonLink>
                    }
                })}
        </div>
        <Search organization=slug />
        {sections}
    }
    .into_any()
}

/// The tokens that need attention for one reason.
#[component]
fn Section(needing: Needing, organization: String, own: bool, now: Timestamp) -> impl IntoView {
    let Needing { attention, total, tokens } = needing;
    let (id, column) = (id(attention), say::column(attention));
    let title = say::title(attention, total);
    let named = format!("{id}-title");
    let all = paths::tokens_at(&organization, &attention.query().to_query());
    let (show, caption) = (say::show(total, &title), say::caption(&title, tokens.len()));
    let heads = [common::LABEL, common::TOKEN, common::BELONGS_TO, column].into_iter().filter(|head| !(own && *head == common::BELONGS_TO));
    let heads = heads.map(|head| view! { <th scope="col" role="columnheader">{head}</th> }).collect_view().into_any();
    let rows = tokens.into_iter().map(|noted| {
        view! { <Row noted=noted attention=attention column=column organization=organization.clone() own=own now=now /> }
    });
    let rows = rows.collect_view();
    view! {
        <section class="block" aria-labelledby=named.clone()>
            <div class="page-head">
                <div>
                    <h2 class="block-title" id=named.clone()>
                        {title}
                    </h2>
                    <p class="lead">{say::advice(attention)}</p>
                </div>
                <ButtonLink href=all>{show}</ButtonLink>
            </div>
            <Table id=id caption=caption heads=heads>
                {rows}
            </Table>
        </section>
    }
}

#[component]
fn Row(noted: Noted, attention: Attention, column: &'static str, organization: String, own: bool, now: Timestamp) -> impl IntoView {
    let when = when(&noted, attention, now);
    let Noted { token, may_act, .. } = noted;
    let status = token.status_at(now);
    let (label, about) = (token.label.to_string(), token.label.to_string());
    let action = if may_act {
        let (glyph, name, address) = match attention.remedy() {
            Remedy::Rotate => (Glyph::Rotate, common::ROTATE, paths::rotate(&organization, token.id)),
            Remedy::Revoke => (Glyph::Bin, common::REVOKE, paths::ask_revoke(&organization, &attention.query().to_query(), token.id)),
            Remedy::Edit => (Glyph::Pencil, common::EDIT, paths::edit(&organization, token.id)),
            Remedy::Replace => (Glyph::Plus, common::GENERATE_REPLACEMENT, paths::replace(&organization, token.id)),
            Remedy::Look => (Glyph::Info, say::SEE_WHO_IS_TRYING, paths::token(&organization, token.id)),
        };
        view! {
            <ButtonLink href=address>
                <Icon glyph=glyph />
                {name}
                " "
                <span class="sr-only">{about}</span>
            </ButtonLink>
        }
        .into_any()
    } else {
        view! { <span class="cell-more">{say::may_not(attention.remedy())}</span> }.into_any()
    };
    let owner = (!own).then(|| owner(&token, None));
    view! {
        <tr role="row" data-status=status.as_str()>
            <th scope="row" role="rowheader">
                <a class="row-label" href=paths::token(&organization, token.id)>
                    {label}
                </a>
            </th>
            <Cell column=common::TOKEN>
                <code class="hint">{token.hint.to_string()}</code>
            </Cell>
            {owner.map(|owner| view! { <Cell column=common::BELONGS_TO>{owner}</Cell> })}
            <Cell column=column>{when}</Cell>
            <td role="cell" class="row-actions">
                {action}
            </td>
        </tr>
    }
}

/// What says that the token needs attention: mostly a time.
fn when(noted: &Noted, attention: Attention, now: Timestamp) -> AnyView {
    let token = &noted.token;
    let created = |by: Option<String>| {
        view! {
            <Moment at=token.created_at />
            {by.map(|by| view! { <span class="cell-more">{say::by(&by)}</span> })}
        }
        .into_any()
    };
    match attention {
        Attention::Expiring => expires(token, token.status_at(now), now),
        Attention::Unused if token.last_used_at.is_none() => view! {
            {last_used(None, now)}
            <span class="cell-more">{say::generated(view! { <Moment at=token.created_at /> }.into_any())}</span>
        }
        .into_any(),
        Attention::Unused => last_used(token.last_used_at, now),
        Attention::NeverExpires => created(None),
        Attention::CreatorLeft => created(Some(token.creator())),
        Attention::OutsidePolicy => noted.outside.clone().into_any(),
        Attention::WiderThanUsed => {
            let names: Vec<&str> = noted.excess.iter().map(Permission::as_str).collect();
            let shown = names.len().min(NAMED);
            view! {
                {say::not_used(names.len(), token.effective().iter().count())}
                <span class="cell-more">{say::first_of(&names[..shown], names.len() - shown)}</span>
            }
            .into_any()
        }
        Attention::OverPresented | Attention::OldPresented => match noted.presented_at {
            Some(at) => view! {
                {ago(at, now)}
                <Moment at=at more=true />
            }
            .into_any(),
            None => ().into_any(),
        },
    }
}

/// The table of a section.
const fn id(attention: Attention) -> &'static str {
    match attention {
        Attention::Expiring => "expiring",
        Attention::Unused => "unused",
        Attention::NeverExpires => "endless",
        Attention::OverPresented => "over",
        Attention::OldPresented => "old",
        Attention::CreatorLeft => "left",
        Attention::OutsidePolicy => "policy",
        Attention::WiderThanUsed => "wider",
    }
}
