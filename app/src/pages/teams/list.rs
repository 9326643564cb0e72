//! The list of teams.

use domain::{Team, TeamPage};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::teams::{self, TeamList},
    texts::{
        common,
        teams::{self as area, list as say},
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Look},
        empty::Empty,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        later::later,
        notice::Notice,
        pages::Pages,
        problem::Problem,
        table::{Cell, Table},
        time::Moment,
    },
};

/// Shows the teams of an organization.
#[component]
pub fn Teams() -> impl IntoView {
    let organization = use_organization();
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get_str("after").unwrap_or_default().to_owned()));
    let list = Resource::new_blocking(move || (organization.get(), after.get()), |(organization, after)| teams::list(organization, after));
    let ended = move || {
        query.with(|query| query.get_str("done") == Some("ended")).then(|| {
            view! {
                <Notice tone=Tone::Success dismiss=paths::teams(&organization.get())>
                    <p>{say::ENDED}</p>
                </Notice>
            }
        })
    };
    view! {
        <Breadcrumb steps=vec![(common::ORGANIZATION_SETTINGS, None), (common::TEAMS, None)] />
        <div role="status">{ended}</div>
        <Heading text=common::TEAMS />
        {later(async move {
            match list.await {
                Ok(list) => view! { <Shown list=list /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=common::TEAMS />
                        <Problem failure=failure refused=area::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

#[component]
fn Shown(list: TeamList) -> impl IntoView {
    let TeamList { organization, page: TeamPage { items, next }, later, may_create } = list;
    let slug = organization.slug.to_string();
    let create = may_create.then(|| {
        view! {
            <ButtonLink look=Look::Primary href=paths::new_team(&slug)>
                <Icon glyph=Glyph::Plus />
                {area::CREATE_TEAM}
            </ButtonLink>
        }
    });
    let title = view! { <PageTitle page=common::TEAMS organization=organization.name.to_string() /> };
    if items.is_empty() && !later {
        return view! {
            {title}
            <Empty glyph=Glyph::Team title=say::NONE_YET>
                <p class="empty-text">{say::NONE_YET_TEXT}</p>
                {create}
            </Empty>
        }
        .into_any();
    }
    let rows = items.into_iter().map(|team| view! { <Row team=team organization=slug.clone() /> }).collect_view();
    let first = later.then(|| paths::teams(&slug));
    let next = next.map(|next| paths::teams_after(&slug, next));
    view! {
        {title}
        <div class="page-head">
            <p class="lead">{say::LEAD}</p>
            {create}
        </div>
        <Table
            id="teams"
            caption=say::caption(organization.name.as_str())
            columns=&[common::NAME, common::MEMBERS, say::ACTIVE_TOKENS, common::CREATED]
            actions=false
        >
            {rows}
        </Table>
        <Pages first=first next=next />
    }
    .into_any()
}

#[component]
fn Row(team: Team, organization: String) -> impl IntoView {
    let description = Some(team.description.to_string()).filter(|text| !text.is_empty());
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a class="row-label" href=paths::team(&organization, team.id)>
                    {team.name.to_string()}
                </a>
                {description.map(|text| view! { <span class="row-description">{text}</span> })}
            </th>
            <Cell column=common::MEMBERS>{team.members}</Cell>
            <Cell column=say::ACTIVE_TOKENS>{team.tokens}</Cell>
            <Cell column=common::CREATED>
                <Moment at=team.created_at />
                <span class="cell-more">{say::by(&team.created_by)}</span>
            </Cell>
        </tr>
    }
}
