//! The list of members, and of those who are invited.

use domain::{
    Code, Invitation, MemberPlace, MemberQuery, Removal, Timestamp,
    token_query::{NO_SECRET_HERE, search_pattern},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::{Breadcrumb, use_organization},
    pages::tokens::row::last_used,
    paths, posted,
    queries::members::{self, Listed, MemberList},
    ui::{
        badge::{Badge, Tone},
        button::{ButtonLink, Look},
        empty::Empty,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        keys::key,
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
        <Breadcrumb steps=vec![("Organization settings", None), ("Members", None)] />
        <div role="status">
            <Done dismiss=paths::members(&organization.get_untracked()) />
        </div>
        <Heading text="Members" />
        <Suspense>
            {move || Suspend::new(async move {
                match list.await {
                    Ok(list) => view! { <Shown list=list /> }.into_any(),
                    Err(failure) if failure.code == Code::Invalid => {
                        view! {
                            <PageTitle page="Members" />
                            <Empty glyph=Glyph::Warning title="This list cannot be shown">
                                <p class="empty-text" role="alert">
                                    {failure.message}
                                </p>
                                <ButtonLink href=paths::members(&organization.get_untracked())>"Show all members"</ButtonLink>
                            </Empty>
                        }
                            .into_any()
                    }
                    Err(failure) => {
                        view! {
                            <PageTitle page="Members" />
                            <Problem failure=failure refused="see the members of this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

/// Who was removed, and what became of their tokens.
fn told(removal: &Removal) -> String {
    let Removal { name, moved, rotated, expiring, revoked, own } = removal;
    let each = [
        (moved, "belong to a team now", "belongs to a team now"),
        (rotated, "have new secrets", "has a new secret"),
        (expiring, "expire in 7 days at most", "expires in 7 days at most"),
        (revoked, "are revoked", "is revoked"),
        (own, "ended with their membership", "ended with their membership"),
    ];
    let each = each.into_iter().filter(|(count, ..)| **count > 0);
    let met: Vec<String> =
        each.map(|(count, several, one)| if *count == 1 { format!("1 {one}") } else { format!("{count} {several}") }).collect();
    if met.is_empty() { format!("{name} is removed.") } else { format!("{name} is removed. Of their tokens {}.", met.join(", ")) }
}

/// Tells why an invitation was not mailed again or not withdrawn.
fn refused() -> impl IntoView {
    posted::failure().map(|failure| {
        let text = match failure.code {
            Code::TooMany => "An invitation is mailed once a minute at most. Wait a minute, then send it again.".to_owned(),
            Code::NotFound => "This invitation was accepted or withdrawn meanwhile, or is over.".to_owned(),
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
            "edited" => "The role is changed. It holds from the member’s next request on.",
            "signed-out" => "The member is signed out everywhere.",
            "withdrawn" => "The invitation is withdrawn: its link no longer works.",
            "sent" => "A mail with the same link goes out within a minute. The link ends when it would have.",
            "written" => {
                "No mail server is set up, so nobody gets this mail: it became a file on the server. To hand the link over yourself, invite the same address anew, which shows a new one."
            }
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
                <p>{told(&removal)}</p>
            </Notice>
        }
    });
    let searched = query.search.as_ref().map(ToString::to_string);
    let at = |after: Option<MemberPlace>| paths::members_at(&slug, &MemberQuery { after, ..query.clone() });
    let (to_first, to_next) = (query.after.is_some().then(|| at(None)), next.map(|next| at(Some(next))));
    let nothing = match (members.is_empty(), &searched) {
        (false, _) => None,
        (true, Some(_)) => Some(("No members match", "Nobody’s name or e-mail address holds what you search for.")),
        (true, None) => Some(("No more members", "The list ends before this page.")),
    };
    let caption = match &searched {
        Some(search) => format!("Members of {} that match “{search}”, by name", organization.name),
        None => format!("Members of {}, by name", organization.name),
    };
    let rows = members.into_iter().map(|listed| view! { <Row listed=listed organization=slug.clone() now=now /> }).collect_view();
    let invited = (invited_before || !invitations.is_empty()).then(|| {
        let at = |after| paths::invited_at(&slug, &query, after);
        view! {
            <Invited
                invitations=invitations
                organization=slug.clone()
                may_send=may_invite && !mails_become_files
                may_withdraw=may_withdraw
                mailed=if mails_become_files { "Mail written to a file" } else { "Mailed" }
                first=invited_before.then(|| at(None))
                next=next_invited.map(|next| at(Some(next)))
                now=now
            />
        }
    });
    view! {
        <PageTitle page="Members" organization=organization.name.to_string() />
        <div role="status">{removed}</div>
        {refused()}
        <div class="page-head">
            <p class="lead">
                "The people of " {organization.name.to_string()} ". Their role says what they may see and do here."
            </p>
            {may_invite
                .then(|| {
                    view! {
                        <ButtonLink look=Look::Primary href=paths::invite(&slug)>
                            <Icon glyph=Glyph::Plus />
                            "Invite"
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
                        <ButtonLink href=paths::members(&slug)>"Show all members"</ButtonLink>
                    </Empty>
                }
                    .into_any()
            }
            None => {
                view! {
                    <Table id="members" caption=caption columns=&["Name", "Role", "Member since", "Last seen"]>
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
                "Clear search"
            </a>
        }
    });
    view! {
        <form class="filters" role="search" aria-label="Members" method="get" action=page>
            <div class="filters-search">
                <label class="sr-only" for=SEARCH>
                    "Search name or e-mail address"
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
                    placeholder="Name or e-mail address"
                    autocomplete="off"
                    spellcheck="false"
                    autocapitalize="none"
                    aria-keyshortcuts=key("/")
                />
                <button r#type="submit" class="button" data-look="secondary">
                    <Icon glyph=Glyph::Search />
                    <span class="wide-word">"Search"</span>
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
                aria-label=format!("Remove {name}")
            >
                <Icon glyph=Glyph::Bin />
                <span class="bin-name">"Remove"</span>
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
            <Cell column="Role">
                {member.role.title()} {you.then(|| view! { <Badge tone=Tone::Neutral glyph=Glyph::Person text="You" /> })}
            </Cell>
            <Cell column="Member since">
                <Moment at=member.since />
            </Cell>
            <Cell column="Last seen">{seen}</Cell>
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
        None => view! { <span class="text-muted">"Never signed in"</span> }.into_any(),
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
                            "Send again"
                            <span class="sr-only">{format!(" to {email}")}</span>
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
                            aria-label=format!("Withdraw the invitation of {email}")
                        >
                            <Icon glyph=Glyph::Cross />
                            <span class="bin-name">"Withdraw"</span>
                        </button>
                    </form>
                }
            });
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">
                        <span class="row-label">{email}</span>
                    </th>
                    <Cell column="Role">{invitation.role.title()}</Cell>
                    <Cell column="Invited">
                        <Moment at=invitation.created_at />
                        <span class="cell-more">"by " {invitation.created_by}</span>
                        {mailed}
                        {send}
                    </Cell>
                    <Cell column="Link works until">
                        <Moment at=invitation.expires_at />
                        <span class="cell-more">{format!("for {}", domain::time::remaining(invitation.expires_at.since(now)))}</span>
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
                "Invited"
            </h2>
            {if nothing {
                view! { <p class="lead">"The list ends before this page."</p> }.into_any()
            } else {
                view! {
                    <Table
                        id="invitations"
                        caption="Invitations that were not accepted yet, newest first"
                        columns=&["E-mail address", "Role", "Invited", "Link works until"]
                    >
                        {rows}
                    </Table>
                }
                    .into_any()
            }}
            <Pages first=first next=next name="Pages of invitations" />
        </section>
    }
}
