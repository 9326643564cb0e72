//! One team: who is in it, and its tokens.

use domain::{Team, TeamMember, Timestamp, Token, TokenId};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    layout::{Breadcrumb, use_organization},
    pages::tokens::row::{expires, last_used, status_badge},
    paths, posted,
    queries::teams::{self, Candidate, Found},
    texts::{
        common,
        teams::{self as area, team as say},
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        field::Refusal,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        keys::key,
        later::later,
        notice::Notice,
        problem::Problem,
        select::Select,
        summary::Summary,
        table::{Cell, Table},
        time::Moment,
    },
};

/// The team in the page's address.
pub fn use_team() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("team").unwrap_or_default().to_owned()))
}

/// Says that a team has more tokens than are listed.
pub fn more_tokens(team: &Team, listed: usize) -> Option<String> {
    let more = (team.tokens as usize).saturating_sub(listed);
    (more > 0).then(|| say::more_tokens(more))
}

/// Shows one team.
#[component]
pub fn TeamPage() -> impl IntoView {
    let organization = use_organization();
    let team = use_team();
    let found = Resource::new_blocking(move || (organization.get(), team.get()), |(organization, team)| teams::find(organization, team));
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::TEAMS, Some(paths::teams(&organization.get_untracked()))),
            (common::TEAM, None),
        ] />
        <div role="status">
            <Done />
        </div>
        {later(async move {
            match found.await {
                Ok(found) => view! { <Shown found=found /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=common::TEAM />
                        <Heading text=common::TEAM />
                        <Problem failure=failure refused=area::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Tells what the form before led to.
#[component]
fn Done() -> impl IntoView {
    let (organization, team, query) = (use_organization(), use_team(), use_query_map());
    move || {
        let text = match query.with(|query| query.get_str("done").unwrap_or_default().to_owned()).as_str() {
            "created" => say::CREATED,
            "edited" => say::EDITED,
            "added" => say::ADDED,
            "removed" => say::REMOVED,
            _ => return None,
        };
        let dismiss = paths::team(&organization.get(), team.get());
        Some(view! {
            <Notice tone=Tone::Success dismiss=dismiss>
                <p>{text}</p>
            </Notice>
        })
    }
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { organization, team, members, candidates, tokens, outside, is_in, may_have_new, may_see, may_update, may_end, now } = found;
    let slug = organization.slug.to_string();
    let name = team.name.to_string();
    let description = Some(team.description.to_string()).filter(|text| !text.is_empty());
    let edit = may_update.then(|| {
        view! {
            <ButtonLink href=paths::edit_team(&slug, team.id)>
                <Icon glyph=Glyph::Pencil />
                {common::EDIT}
            </ButtonLink>
        }
    });
    let end = may_end.then(|| {
        view! {
            <ButtonLink href=paths::end_team(&slug, team.id)>
                <Icon glyph=Glyph::Bin />
                {area::END_TEAM}
            </ButtonLink>
        }
    });
    view! {
        <PageTitle page=name.clone() organization=organization.name.to_string() />
        <div class="page-head">
            <div>
                <Heading text=name />
                {description.map(|text| view! { <p class="lead row-description">{text}</p> })}
            </div>
            <div class="form-actions">{edit} {end}</div>
        </div>
        <Tokens
            organization=slug.clone()
            team=team.clone()
            tokens=tokens
            outside=outside
            is_in=is_in
            may_have_new=may_have_new
            may_see=may_see
            now=now
        />
        <People organization=slug team=team members=members candidates=candidates may_update=may_update />
    }
}

#[component]
fn Tokens(
    organization: String,
    team: Team,
    tokens: Vec<Token>,
    outside: Vec<(TokenId, String)>,
    is_in: bool,
    may_have_new: bool,
    may_see: bool,
    now: Timestamp,
) -> impl IntoView {
    let more = more_tokens(&team, tokens.len());
    let generate = (is_in && may_have_new).then(|| {
        view! {
            <ButtonLink look=Look::Primary href=paths::new_team_token(&organization, team.id) key=key("c")>
                <Icon glyph=Glyph::Plus />
                {common::GENERATE_TOKEN}
            </ButtonLink>
        }
    });
    let lead = if is_in {
        say::TOKENS_LEAD_IN
    } else if may_see {
        say::TOKENS_LEAD_OUTSIDE
    } else {
        say::TOKENS_LEAD_UNSEEN
    };
    let list = if may_see && !tokens.is_empty() {
        let rows = tokens.into_iter().map(|token| {
            let outside = outside.iter().find(|(id, _)| *id == token.id).map(|(_, words)| words.clone());
            view! { <TokenRow token=token outside=outside organization=organization.clone() now=now /> }
        });
        let rows = rows.collect_view();
        view! {
            <Table
                id="team-tokens"
                caption=say::tokens_caption(team.name.as_str())
                columns=&[common::LABEL, common::TOKEN, common::ROLE, common::EXPIRES, common::LAST_USED, common::STATUS]
                actions=false
            >
                {rows}
            </Table>
        }
        .into_any()
    } else if may_see {
        view! { <p class="text-muted">{say::NO_TOKENS}</p> }.into_any()
    } else {
        ().into_any()
    };
    view! {
        <section class="block" aria-labelledby="tokens-of">
            <div class="page-head">
                <div>
                    <h2 class="block-title" id="tokens-of">
                        {common::API_TOKENS}
                    </h2>
                    <p class="lead">{lead}</p>
                    {(!may_have_new).then(|| view! { <p class="text-muted">{say::NO_NEW_TOKENS}</p> })}
                </div>
                {generate}
            </div>
            {list}
            {more.filter(|_| may_see).map(|text| view! { <p class="text-muted">{text}</p> })}
        </section>
    }
}

#[component]
fn TokenRow(token: Token, outside: Option<String>, organization: String, now: Timestamp) -> impl IntoView {
    let status = token.status_at(now);
    let expires = expires(&token, status, now);
    let last_used = last_used(token.last_used_at, now);
    let badge = status_badge(&token, status);
    let role = token.role_title();
    let Token { id, label, hint, .. } = token;
    view! {
        <tr role="row" data-status=status.as_str()>
            <th scope="row" role="rowheader">
                <a class="row-label" href=paths::token(&organization, id)>
                    {label.to_string()}
                </a>
            </th>
            <Cell column=common::TOKEN>
                <code class="hint">{hint.to_string()}</code>
            </Cell>
            <Cell column=common::ROLE>{role}</Cell>
            <Cell column=common::EXPIRES>{expires}</Cell>
            <Cell column=common::LAST_USED>{last_used}</Cell>
            <Cell column=common::STATUS>
                {badge} {outside.map(|outside| view! { <span class="cell-more">{say::outside_the_policy(&outside)}</span> })}
            </Cell>
        </tr>
    }
}

#[component]
fn People(organization: String, team: Team, members: Vec<TeamMember>, candidates: Vec<Candidate>, may_update: bool) -> impl IntoView {
    let list = if members.is_empty() {
        view! { <p class="text-muted">{say::NOBODY}</p> }.into_any()
    } else {
        let rows = members.into_iter().map(|member| {
            let name = member.name.to_string();
            let remove = may_update.then(|| {
                view! {
                    <form method="post" action=paths::remove_from_team(&organization, team.id, member.user)>
                        <button
                            r#type="submit"
                            class="button bin"
                            data-look=Look::Quiet.as_str()
                            aria-label=say::remove(&name)
                        >
                            <Icon glyph=Glyph::Cross />
                            <span class="bin-name">{say::REMOVE}</span>
                        </button>
                    </form>
                }
            });
            view! {
                <tr role="row">
                    <th scope="row" role="rowheader">
                        <a class="row-label" href=paths::member(&organization, member.user)>
                            {name}
                        </a>
                        {member.email.map(|email| view! { <span class="row-description">{email.as_str().to_owned()}</span> })}
                    </th>
                    <Cell column=say::IN_THE_TEAM_SINCE>
                        <Moment at=member.since />
                    </Cell>
                    <td role="cell" class="row-actions">
                        {remove}
                    </td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        view! {
            <Table id="team-members" caption=say::members_caption(team.name.as_str()) columns=&[common::NAME, say::IN_THE_TEAM_SINCE]>
                {rows}
            </Table>
        }
        .into_any()
    };
    let add = may_update.then(|| view! { <Add address=paths::team_members(&organization, team.id) candidates=candidates /> });
    view! {
        <section class="block" aria-labelledby="people-of">
            <h2 class="block-title" id="people-of">
                {common::MEMBERS}
            </h2>
            {list}
            {add}
        </section>
    }
}

/// Adds one of the organization's members.
#[component]
fn Add(address: String, candidates: Vec<Candidate>) -> impl IntoView {
    let refusal = Refusal::posted();
    if candidates.is_empty() {
        return view! { <p class="text-muted">{say::EVERYBODY}</p> }.into_any();
    }
    let people = candidates.into_iter().map(|Candidate { user, title }| (user.to_string(), title)).collect();
    view! {
        <Summary title=say::NOT_ADDED fields=&["user"] refusal=refusal />
        <form class="form block" method="post" action=address>
            <Select
                name="user"
                label=say::ADD_MEMBER
                none=say::CHOOSE_PERSON
                options=people
                chosen=posted::field("user")
                refusal=refusal
            />
            <div class="form-actions">
                <Submit look=Look::Secondary label=say::ADD_TO_TEAM />
            </div>
        </form>
    }
    .into_any()
}
