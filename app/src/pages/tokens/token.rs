//! One token: everything that is known about it, and the ways to what can be done with it.

use domain::{Failure, Limits, OldSecret, PermissionSet, Status, Token};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map, use_query_map};

use super::{
    disable::{Switch, SwitchNotices},
    events::RecentEvents,
    limits::LimitsDetails,
    overlap::{AskEndOverlap, Overlap, OverlapEnded, RenewalActions, StillPresented},
    revoke::AskOnPage,
    row::{self, expires, last_used, status_badge},
    usage::Usage,
};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths,
    queries::{
        audit::{self, Entry},
        rotation::{self, Secrets},
        tokens::{self, Found},
        usage::{self, Used},
    },
    texts::{
        common,
        tokens::{
            list, replace,
            row::{by, outside_the_policy},
            token as say,
        },
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Look},
        details::{Detail, Details},
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        later::later,
        notice::Notice,
        problem::Problem,
        time::Moment,
    },
};

/// Shows one token.
#[component]
pub fn TokenPage() -> impl IntoView {
    let organization = use_organization();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get_str("token").unwrap_or_default().to_owned()));
    let key = move || (organization.get(), id.get());
    let found = Resource::new_blocking(key, |(organization, id)| tokens::find(organization, id));
    let secrets = Resource::new_blocking(key, |(organization, id)| rotation::rotation(organization, id));
    // Asked for here as well, although they belong to parts of the page: what waits inside of what was waited for is left out ([`later`]).
    let used = Resource::new_blocking(key, |(organization, id)| usage::usage(organization, id));
    let recent = Resource::new_blocking(key, |(organization, id)| audit::recent(organization, id));
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::API_TOKENS, Some(paths::tokens(&organization.get_untracked()))),
            (common::TOKEN, None),
        ] />
        {later(async move {
            let (found, known, used, recent) = (found.await, secrets.await, used.await, recent.await);
            match found.and_then(|found| known.map(|known| (found, known))) {
                Ok((found, known)) => view! { <Shown found=found known=known used=used recent=recent /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=common::TOKEN />
                        <Heading text=common::TOKEN />
                        <Problem failure=failure refused=list::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Tells what the form before led to, when the address says so and it is true still.
#[component]
fn Done(status: Status, replaces: bool, overlaps: bool) -> impl IntoView {
    let done = use_query_map().with_untracked(|query| query.get_str("done").unwrap_or_default().to_owned());
    let text = match done.as_str() {
        "edited" => say::EDITED,
        "disabled" if status == Status::Disabled => say::DISABLED,
        "enabled" if status == Status::Active => say::ENABLED,
        "revoked" if status == Status::Revoked => say::REVOKED,
        "rotated" if overlaps => say::ROTATED,
        "rotated" if status == Status::Active => say::ROTATED_NOW,
        "replaces" if replaces => say::GENERATED,
        _ => return None,
    };
    let here = use_location().pathname.get_untracked();
    Some(view! {
        <Notice tone=Tone::Success dismiss=here>
            <p>{text}</p>
        </Notice>
    })
}

#[component]
fn Shown(found: Found, known: Secrets, used: Result<Used, Failure>, recent: Result<Option<Vec<Entry>>, Failure>) -> impl IntoView {
    let (asking, history) = (found.clone(), used.as_ref().ok().map(|used| used.history.clone()));
    let Found { organization, token, outside, unused_until, may_update, may_switch, may_revoke, replaced, replacing, now } = found;
    let slug = organization.slug.to_string();
    let (status, last) = (token.status_at(now), token.last_used_at);
    // Of what is not in force anything is refused, whatever its limits.
    let limits = if status == Status::Active { token.limits.clone() } else { Limits::default() };
    let old = known.rotation.as_ref().map(|rotation| OldSecret { hint: rotation.old.clone(), ends_at: rotation.ends_at });
    let label = token.label.to_string();
    let description = Some(token.description.to_string()).filter(|text| !text.is_empty());
    let living = row::may_be_edited(status);
    let edit = (may_update && living).then(|| {
        view! {
            <ButtonLink href=paths::edit(&slug, token.id)>
                <Icon glyph=Glyph::Pencil />
                {common::EDIT}
            </ButtonLink>
        }
    });
    // What is off is on this page to be switched on: that comes first.
    let off = status == Status::Disabled;
    let switch = |shown: bool| (shown && may_switch && living).then(|| view! { <Switch organization=slug.clone() token=token.clone() /> });
    let revoke = (may_revoke && status != Status::Revoked).then(|| {
        view! {
            <ButtonLink look=Look::Grave href=paths::ask_revoke_on_page(&paths::token(&slug, token.id))>
                <Icon glyph=Glyph::Bin />
                {common::REVOKE}
            </ButtonLink>
        }
    });
    let asked = (may_revoke && status != Status::Revoked)
        .then(|| view! { <AskOnPage found=asking old=old.as_ref().map(|old| old.hint.clone()) history=history /> });
    view! {
        <PageTitle page=label.clone() organization=organization.name.to_string() />
        <div role="status">
            <OverlapEnded known=known.clone() />
            <Done status=status replaces=replaced.is_some() overlaps=old.is_some() />
        </div>
        <div class="page-head">
            <div>
                <Heading text=label />
                {description.map(|text| view! { <p class="lead row-description">{text}</p> })}
            </div>
            <div class="form-actions">
                {switch(off)}
                <RenewalActions organization=slug.clone() token=token.id status=status known=known.clone() />
                {edit}
                {switch(!off)}
                {revoke}
            </div>
        </div>
        <SwitchNotices off=off />
        <StillPresented known=known.clone() status=status />
        // What is under way is what somebody comes for.
        <Overlap organization=slug.clone() token=token.id known=known.clone() />
        <Facts
            organization=slug.clone()
            token=token.clone()
            outside=outside
            unused_until=unused_until
            old=old
            replaced=replaced
            replacing=replacing
            status=status
            now=now
        />
        {asked}
        <AskEndOverlap organization=slug.clone() token=token.id known=known />
        <Usage used=used last=last limits=limits />
        <section class="block" aria-labelledby="may">
            <h2 class="block-title" id="may">
                {replace::WHAT_IT_MAY_DO}
            </h2>
            <Cut token=token.clone() />
            <Grants permissions=token.effective() />
        </section>
        <RecentEvents organization=slug token=token.id recent=recent />
    }
}

#[component]
fn Facts(
    organization: String,
    token: Token,
    outside: Option<String>,
    unused_until: Option<domain::Timestamp>,
    old: Option<OldSecret>,
    replaced: Option<Token>,
    replacing: Vec<Token>,
    status: Status,
    now: domain::Timestamp,
) -> impl IntoView {
    let expires = expires(&token, status, now);
    let last_used = last_used(token.last_used_at, now);
    let badge = status_badge(&token, status);
    let role = token.role_title();
    let creator = token.creator();
    let owner = row::owner(&token, Some(&organization));
    let replaced = replaced.map(|token| named(&organization, &token)).map(|token| view! { <Detail term=say::REPLACES>{token}</Detail> });
    let replacing = (!replacing.is_empty()).then(|| {
        let each = replacing.iter().map(|token| view! { <span class="cell-more">{named(&organization, token)}</span> }).collect_view();
        view! { <Detail term=say::REPLACED_BY>{each}</Detail> }
    });
    let Token { id, hint, created_at, limits, .. } = token;
    let living = row::may_be_edited(status);
    view! {
        <Details>
            <Detail term=common::STATUS>
                {badge} {old.filter(|_| living).map(row::rotating)} {outside.map(|outside| view! { <span class="cell-more">{outside_the_policy(outside)}</span> })}
            </Detail>
            <Detail term=common::TOKEN>
                <code class="hint">{hint.to_string()}</code>
            </Detail>
            <Detail term=common::BELONGS_TO>{owner}</Detail>
            <Detail term=common::ROLE>{role}</Detail>
            <Detail term=common::CREATED>
                <Moment at=created_at />
                <span class="cell-more">{by(creator)}</span>
            </Detail>
            {replaced}
            {replacing}
            <Detail term=common::EXPIRES>{expires}</Detail>
            <LimitsDetails limits=limits />
            <Detail term=common::LAST_USED>{last_used}</Detail>
            {unused_until
                .map(|at| {
                    view! {
                        <Detail term=say::REVOKED_IF_UNUSED>
                            <Moment at=at />
                            <span class="cell-more">{say::BY_THE_POLICY}</span>
                        </Detail>
                    }
                })}
            <Detail term=say::ID wide=true>
                <code class="hint">{id.to_string()}</code>
            </Detail>
        </Details>
    }
}

/// Another token, with the way to it.
fn named(organization: &str, token: &Token) -> impl IntoView + use<> {
    view! {
        <a href=paths::token(organization, token.id)>{token.label.to_string()}</a>
        " "
        <code class="hint">{token.hint.to_string()}</code>
    }
}

/// Says what a token of a person was given and may not do, because they may not.
#[component]
fn Cut(token: Token) -> impl IntoView {
    let cut = token.given().without(token.effective());
    let name = token.owner.person().map(|person| person.name.to_string()).unwrap_or_default();
    (!cut.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Neutral>
                <p>{say::cut(&name, &cut.stored().replace(' ', ", "))}</p>
            </Notice>
        }
    })
}

/// Permissions in plain words: a line a category, with its actions.
#[component]
pub fn Grants(permissions: PermissionSet) -> impl IntoView {
    let lines = permissions.by_category().into_iter().map(|(category, actions)| {
        view! {
            <div>
                <dt>{category}</dt>
                <dd>{actions.join(", ")}</dd>
            </div>
        }
    });
    view! { <dl class="grants-list">{lines.collect_view()}</dl> }
}
