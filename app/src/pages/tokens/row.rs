//! One token in the list.

use core::time::Duration;

use domain::{Hint, OldSecret, Presented, State, Status, Timestamp, Token, time::remaining};
use leptos::prelude::*;

use crate::{
    paths,
    texts::{common, tokens::row as say},
    ui::{
        badge::{Badge, Tone},
        button::Look,
        icon::{Glyph, Icon},
        table::Cell,
        time::{Moment, ago},
    },
};

/// A token that ends within this time is marked.
const SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The id of the element that names a token in the list.
pub fn row_id(token: impl core::fmt::Display) -> String {
    format!("row-{token}")
}

/// The id of the link that asks whether to revoke a token.
pub fn bin_id(token: impl core::fmt::Display) -> String {
    format!("bin-{token}")
}

/// A row of the list; a card where the list is narrow.
#[component]
pub fn Row(
    token: Token,
    /// Whether whoever asks has just generated it.
    is_new: bool,
    /// What is outside of the organization's policy about it.
    outside: Option<String>,
    /// The mask of an earlier secret for which alone it was found.
    earlier: Option<Hint>,
    /// Its old secret, while it is being rotated.
    old: Option<OldSecret>,
    /// How often it is presented although it is dead.
    presented: Option<Presented>,
    now: Timestamp,
    organization: String,
    place: String,
    /// Whether all tokens of the list belong to who asks, so that nobody needs to be told.
    own: bool,
    may_update: bool,
    may_revoke: bool,
    may_select: bool,
) -> impl IntoView {
    let status = token.status_at(now);
    let label = token.label.to_string();
    let description = Some(token.description.to_string()).filter(|text| !text.is_empty());
    let bin = (may_revoke && status != Status::Revoked).then(|| {
        view! {
            <a
                class="button bin"
                data-look=Look::Quiet.as_str()
                id=bin_id(token.id)
                href=paths::ask_revoke(&organization, &place, token.id)
                data-noscroll=""
                aria-label=say::revoke(&label)
            >
                <Icon glyph=Glyph::Bin />
                <span class="bin-name">{common::REVOKE}</span>
            </a>
        }
    });
    let pencil = (may_update && may_be_edited(status)).then(|| {
        view! {
            <a
                class="button bin row-edit"
                data-look=Look::Quiet.as_str()
                href=paths::edit(&organization, token.id)
                aria-label=say::edit(&label)
            >
                <Icon glyph=Glyph::Pencil />
                <span class="bin-name">{common::EDIT}</span>
            </a>
        }
    });
    let presented = presented.map(|Presented { cause, times, last_at }| {
        view! {
            <Badge tone=Tone::Warning glyph=Glyph::Warning text=say::STILL_TRIED />
            <span class="cell-more">{say::tried(cause, times, view! { <Moment at=last_at /> })}</span>
        }
    });
    let select = may_select.then(|| {
        let id = token.id.to_string();
        let name = say::select(&label);
        view! {
            <td role="cell" class="row-select">
                {(status != Status::Revoked)
                    .then(|| {
                        view! {
                            <label class="row-check">
                                <input
                                    class="checkbox"
                                    r#type="checkbox"
                                    name="token"
                                    value=id
                                    form="chosen"
                                    aria-label=name
                                    autocomplete="off"
                                />
                            </label>
                        }
                    })}
            </td>
        }
    });
    let expires = expires(&token, status, now);
    let last_used = last_used(token.last_used_at, now);
    let badge = status_badge(&token, status);
    let role = token.role_title();
    let limits = token.limits.short().map(|limits| view! { <span class="cell-more">{limits}</span> });
    let creator = token.creator();
    let owner = (!own).then(|| {
        view! {
            <td role="cell" data-column=common::BELONGS_TO data-line="1">
                {owner(&token, None)}
            </td>
        }
    });
    view! {
        <tr role="row" data-status=status.as_str()>
            {select}
            <th scope="row" role="rowheader" id=row_id(token.id) tabindex="-1">
                <a class="row-label" href=paths::token(&organization, token.id)>
                    {label}
                </a>
                {is_new.then(|| view! { <Badge tone=Tone::Success glyph=Glyph::Plus text=say::NEW /> })}
                {description.map(|text| view! { <span class="row-description">{text}</span> })}
            </th>
            <Cell column=common::TOKEN>
                <code class="hint">{token.hint.to_string()}</code>
                {earlier
                    .map(|earlier| {
                        view! {
                            <span class="cell-more">
                                {say::found_by(view! { <code class="hint">{earlier.to_string()}</code> })}
                            </span>
                        }
                    })}
            </Cell>
            {owner}
            <td role="cell" data-column=common::ROLE data-line=(!own).then_some("2")>
                {role} {limits}
            </td>
            <Cell column=common::CREATED>
                <Moment at=token.created_at />
                <span class="cell-more">{say::by(creator)}</span>
            </Cell>
            <Cell column=common::EXPIRES>{expires}</Cell>
            <Cell column=common::LAST_USED>{last_used}</Cell>
            <Cell column=common::STATUS>
                {badge} {old.map(rotating)} {presented} {outside.map(|outside| view! { <span class="cell-more">{say::outside_the_policy(outside)}</span> })}
            </Cell>
            <td role="cell" class="row-actions">
                {pencil} {bin}
            </td>
        </tr>
    }
}

/// Whether a token is one that can still be edited, by who may.
pub const fn may_be_edited(status: Status) -> bool {
    matches!(status, Status::Active | Status::Disabled)
}

/// Whom a token belongs to, in words; in an organization that is named, with a link to the team.
pub fn owner(token: &Token, organization: Option<&str>) -> AnyView {
    let gone = token.owner.is_gone().then(|| {
        let how = if token.owner.team().is_some() { say::ENDED } else { say::LEFT };
        view! { <span class="cell-more">{how}</span> }
    });
    let words = token.owner.words();
    match (organization, token.owner.team().filter(|team| !team.is_ended)) {
        (Some(organization), Some(team)) => view! { <a href=paths::team(organization, team.id)>{words}</a> }.into_any(),
        _ => (words, gone).into_any(),
    }
}

/// When a token ends, and how soon that is.
pub fn expires(token: &Token, status: Status, now: Timestamp) -> AnyView {
    let Some(end) = token.expires_at else { return say::NEVER_EXPIRES.into_any() };
    let left = end.since(now);
    let more = match status {
        Status::Active | Status::Disabled if token.ends_soon(SOON, now) => {
            Some(view! { <Badge tone=Tone::Warning glyph=Glyph::Clock text=say::ends_soon(&remaining(left)) /> }.into_any())
        }
        Status::Active | Status::Disabled => Some(view! { <span class="cell-more">{say::ends_in(&remaining(left))}</span> }.into_any()),
        Status::Expired | Status::Revoked => None,
    };
    view! {
        <Moment at=end />
        {more}
    }
    .into_any()
}

/// When a token was last used.
pub fn last_used(at: Option<Timestamp>, now: Timestamp) -> AnyView {
    let Some(at) = at else { return view! { <span class="text-muted">{say::NEVER_USED}</span> }.into_any() };
    match ago(at, now) {
        Some(words) => view! {
            {words}
            <Moment at=at more=true />
        }
        .into_any(),
        None => view! { <Moment at=at /> }.into_any(),
    }
}

/// Says that an old secret is still accepted beside the current one, and for how long.
pub fn rotating(old: OldSecret) -> AnyView {
    view! {
        <Badge tone=Tone::Warning glyph=Glyph::Rotate text=say::ROTATING />
        <span class="cell-more">{say::old_secret(old.hint, view! { <Moment at=old.ends_at /> })}</span>
    }
    .into_any()
}

/// What a token is right now, since when and by whose decision.
pub fn status_badge(token: &Token, status: Status) -> AnyView {
    match (status, &token.state) {
        (Status::Revoked, State::Revoked { at, by, why }) => view! {
            <Badge tone=Tone::Danger glyph=Glyph::Ban text=say::status(status) />
            <Moment at=*at more=true />
            <span class="cell-more">{say::revoked_by(by.clone(), why.as_ref())}</span>
        }
        .into_any(),
        (Status::Disabled, State::Disabled { at, by }) => view! {
            <Badge tone=Tone::Warning glyph=Glyph::Ban text=say::status(status) />
            <Moment at=*at more=true />
            <span class="cell-more">{say::by(by.clone())}</span>
        }
        .into_any(),
        (Status::Revoked, _) => view! { <Badge tone=Tone::Danger glyph=Glyph::Ban text=say::ENDED_WITH_ITS_OWNER /> }.into_any(),
        (Status::Expired, _) => view! { <Badge tone=Tone::Neutral glyph=Glyph::Clock text=say::status(status) /> }.into_any(),
        _ => view! { <Badge tone=Tone::Success glyph=Glyph::Done text=say::status(Status::Active) /> }.into_any(),
    }
}
