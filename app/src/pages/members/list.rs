//! The list of members, and of those who are invited.

use domain::{
    Code, Invitation, MemberPlace, MemberQuery, Timestamp, TokenQuery,
    token_query::{NO_SECRET_HERE, search_pattern},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::{Breadcrumb, use_organization},
    pages::tokens::row::last_used,
    paths, posted,
    queries::members::{self, Listed, MemberList},
    texts::{
        common,
        members::{self as area, list as say},
    },
    ui::{
        badge::{Badge, Tone},
        button::{ButtonLink, Look},
        empty::Empty,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        keys::key,
        later::later,
        notice::{Notice, Refused},
        pages::Pages,
        problem::Problem,
        table::{Cell, Table},
        time::Moment,
    },
};

/// The id of the field to search with.
const SEARCH: &str = "q";

/// Shows who belongs to an organization, 25 at a time.
#[component]
pub fn Members() -> impl IntoView {
    let organization = use_organization();
    let params = use_query_map();
    let asked = Memo::new(move |_| {
        params.with(|params| ["q", "after", "invited", "removed"].map(|name| params.get_str(name).unwrap_or_default().to_owned()))
    });
    let list = Resource::new_blocking(
        move || (organization.get(), asked.get()),
        |(organization, [q, after, invited, removed])| members::list(organization, q, after, invited, removed),
    );
    view! {
        <Breadcrumb steps=vec![(common::ORGANIZATION_SETTINGS, None), (common::MEMBERS, None)] />
        <div role="status">
            <Done dismiss=paths::members(&organization.get_untracked()) />
        </div>
        <Heading text=common::MEMBERS />
        {later(async move {
            match list.await {
                Ok(list) => view! { <Shown list=list /> }.into_any(),
                Err(failure) if failure.code == Code::Invalid => {
                    view! {
                        <PageTitle page=common::MEMBERS />
                        <Empty glyph=Glyph::Warning title=say::CANNOT_BE_SHOWN>
                            <p class="empty-text" role="alert">
                                {failure.message}
                            </p>
                            <ButtonLink href=paths::members(&organization.get_untracked())>{say::SHOW_ALL}</ButtonLink>
                        </Empty>
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=common::MEMBERS />
                        <Problem failure=failure refused=area::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Tells why an invitation was not mailed again or not withdrawn.
fn refused() -> impl IntoView {
    posted::failure().map(|failure| {
        let text = match failure.code {
            Code::TooMany => say::TOO_OFTEN.to_owned(),
            Code::NotFound => say::NO_LONGER_OPEN.to_owned(),
            _ => failure.message,
        };
        view! { <Refused message=text /> }
    })
}

/// Tells what the form before led to.
#[component]
fn Done(dismiss: String) -> impl IntoView {
    let query = use_query_map();
    move || {
        let done = query.with(|query| query.get_str("done").unwrap_or_default().to_owned());
        let text = match done.as_str() {
            "edited" => say::EDITED,
            "signed-out" => say::SIGNED_OUT,
            "withdrawn" => say::WITHDRAWN,
            "sent" => say::SENT,
            "written" => say::WRITTEN,
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
fn Shown(list: MemberList) -> impl IntoView {
    let MemberList {
        organization,
        query,
        members,
        next,
        invitations,
        invited_before,
        next_invited,
        may_invite,
        may_withdraw,
        mails_become_files,
        removal,
        now,
    } = list;
    let slug = organization.slug.to_string();
    let removed = removal.map(|removal| {
        view! {
            <Notice tone=Tone::Success dismiss=paths::members(&slug)>
                <p>{say::removed(&removal)}</p>
            </Notice>
        }
    });
    let searched = query.search.as_ref().map(ToString::to_string);
    let at = |after: Option<MemberPlace>| paths::members_at(&slug, &MemberQuery { after, ..query.clone() });
    let (to_first, to_next) = (query.after.is_some().then(|| at(None)), next.map(|next| at(Some(next))));
    let tokens = query.search.clone().map(|search| TokenQuery { search: Some(search), ..TokenQuery::default() }.to_query());
    let nothing = match (members.is_empty(), &searched) {
        (false, _) => None,
        (true, Some(_)) => Some((say::NONE_MATCH, say::NONE_MATCH_TEXT)),
        (true, None) => Some((say::NO_MORE, say::ENDS_BEFORE)),
    };
    let caption = say::caption(organization.name.as_str(), searched.as_deref());
    let rows = members.into_iter().map(|listed| view! { <Row listed=listed organization=slug.clone() now=now /> }).collect_view();
    let invited = (invited_before || !invitations.is_empty()).then(|| {
        let at = |after| paths::invited_at(&slug, &query, after);
        view! {
            <Invited
                invitations=invitations
                organization=slug.clone()
                may_send=may_invite && !mails_become_files
                may_withdraw=may_withdraw
                mailed=if mails_become_files { say::MAIL_WRITTEN } else { say::MAILED }
                first=invited_before.then(|| at(None))
                next=next_invited.map(|next| at(Some(next)))
                now=now
            />
        }
    });
    view! {
        <PageTitle page=common::MEMBERS organization=organization.name.to_string() />
        <div role="status">{removed}</div>
        {refused()}
        <div class="page-head">
            <p class="lead">
                {say::lead(organization.name.as_str())}
            </p>
            {may_invite
                .then(|| {
                    view! {
                        <ButtonLink look=Look::Primary href=paths::invite(&slug)>
                            <Icon glyph=Glyph::Plus />
                            {say::INVITE}
                        </ButtonLink>
                    }
                })}
        </div>
        <Searched organization=slug.clone() search=searched />
        {match nothing {
            Some((title, text)) => {
                view! {
                    <Empty glyph=Glyph::Search title=title>
                        <p class="empty-text">{text}</p>
                        <ButtonLink href=paths::members(&slug)>{say::SHOW_ALL}</ButtonLink>
                        {tokens.map(|query| view! { <ButtonLink href=paths::tokens_at(&slug, &query)>{say::SEARCH_TOKENS}</ButtonLink> })}
                    </Empty>
                }
                    .into_any()
            }
            None => {
                view! {
                    <Table id="members" caption=caption columns=&[common::NAME, common::ROLE, area::MEMBER_SINCE, common::LAST_SEEN]>
                        {rows}
                    </Table>
                    <Pages first=to_first next=to_next />
                }
                    .into_any()
            }
        }}
        {invited}
    }
}

/// The field that searches.
#[component]
fn Searched(organization: String, search: Option<String>) -> impl IntoView {
    let page = paths::members(&organization);
    let clear = search.is_some().then(|| {
        view! {
            <a class="filters-clear" href=page.clone()>
                {say::CLEAR_SEARCH}
            </a>
        }
    });
    view! {
        <form class="filters" role="search" aria-label=common::MEMBERS method="get" action=page>
            <div class="filters-search">
                <label class="sr-only" for=SEARCH>
                    {say::SEARCH_LABEL}
                </label>
                <input
                    class="input"
                    id=SEARCH
                    name=SEARCH
                    r#type="search"
                    value=search.unwrap_or_default()
                    maxlength="100"
                    pattern=search_pattern()
                    title=NO_SECRET_HERE
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
            {clear}
        </form>
    }
}

#[component]
fn Row(listed: Listed, organization: String, now: Timestamp) -> impl IntoView {
    let Listed { member, you, may_remove, .. } = listed;
    let name = member.name.to_string();
    let remove = may_remove.then(|| {
        view! {
            <a
                class="button bin"
                data-look=Look::Quiet.as_str()
                href=paths::remove_member(&organization, member.user)
                aria-label=say::remove(&name)
            >
                <Icon glyph=Glyph::Bin />
                <span class="bin-name">{area::REMOVE}</span>
            </a>
        }
    });
    let seen = seen(member.last_seen_at, now);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a class="row-label" href=paths::member(&organization, member.user)>
                    {name}
                </a>
                <span class="row-description">{member.email.as_str().to_owned()}</span>
            </th>
            <Cell column=common::ROLE>
                {member.role.title()} {you.then(|| view! { <Badge tone=Tone::Neutral glyph=Glyph::Person text=area::YOU /> })}
            </Cell>
            <Cell column=area::MEMBER_SINCE>
                <Moment at=member.since />
            </Cell>
            <Cell column=common::LAST_SEEN>{seen}</Cell>
            <td role="cell" class="row-actions">
                {remove}
            </td>
        </tr>
    }
}

/// When a member was last seen.
pub fn seen(at: Option<Timestamp>, now: Timestamp) -> AnyView {
    match at {
        Some(_) => last_used(at, now),
        None => view! { <span class="text-muted">{say::NEVER_SIGNED_IN}</span> }.into_any(),
    }
}

#[component]
fn Invited(
    invitations: Vec<Invitation>,
    organization: String,
    may_send: bool,
    may_withdraw: bool,
    /// What becomes of a mail here, in words.
    mailed: &'static str,
    /// See [`Pages`].
    first: Option<String>,
    next: Option<String>,
    now: Timestamp,
) -> impl IntoView {
    let nothing = invitations.is_empty();
    let rows = invitations
        .into_iter()
        .map(|invitation| {
            let email = invitation.email.as_str().to_owned();
            let send = may_send.then(|| {
                view! {
                    <form method="post" action=paths::send_again(&organization, invitation.id)>
                        <button r#type="submit" class="button" data-look=Look::Quiet.as_str()>
                            <Icon glyph=Glyph::Mail />
                            {say::SEND_AGAIN}
                            <span class="sr-only">{say::send_again_to(&email)}</span>
                        </button>
                    </form>
                }
            });
            let mailed = invitation.mailed_at.map(|at| view! { <span class="cell-more">{mailed}</span><Moment at=at more=true /> });
            let withdraw = may_withdraw.then(|| {
                view! {
                    <form method="post" action=paths::withdraw(&organization, invitation.id)>
                        <button
                            r#type="submit"
                            class="button bin"
                            data-look=Look::Quiet.as_str()
                            aria-label=say::withdraw(&email)
                        >
                            <Icon glyph=Glyph::Cross />
                            <span class="bin-name">{say::WITHDRAW}</span>
                        </button>
                    </form>
                }
            });
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">
                        <span class="row-label">{email}</span>
                    </th>
                    <Cell column=common::ROLE>{invitation.role.title()}</Cell>
                    <Cell column=say::INVITED>
                        <Moment at=invitation.created_at />
                        <span class="cell-more">{say::by(&invitation.created_by)}</span>
                        {mailed}
                        {send}
                    </Cell>
                    <Cell column=say::LINK_WORKS_UNTIL>
                        <Moment at=invitation.expires_at />
                        <span class="cell-more">{say::works_for(&domain::time::remaining(invitation.expires_at.since(now)))}</span>
                    </Cell>
                    <td role="cell" class="row-actions">
                        {withdraw}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="block" aria-labelledby="invited">
            <h2 class="block-title" id="invited">
                {say::INVITED}
            </h2>
            {if nothing {
                view! { <p class="lead">{say::ENDS_BEFORE}</p> }.into_any()
            } else {
                view! {
                    <Table
                        id="invitations"
                        caption=say::INVITATIONS
                        columns=&[area::EMAIL_ADDRESS, common::ROLE, say::INVITED, say::LINK_WORKS_UNTIL]
                    >
                        {rows}
                    </Table>
                }
                    .into_any()
            }}
            <Pages first=first next=next name=say::PAGES_OF_INVITATIONS />
        </section>
    }
}
