//! What the page of a token tells about its secrets: the overlap of a rotation, who still uses the old secret, and what is presented though
//! it is dead.
//!
//! The parts are type-erased: together with the rest of the page their types would be too deep for the compiler.

use domain::{Refusals, Rotation, SecretUser, Status, Timestamp, TokenId, time::remaining};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::revoke;
use crate::{
    paths, posted,
    queries::rotation::Secrets,
    texts::{common, tokens::overlap as say},
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        dialog::Dialog,
        icon::{Glyph, Icon},
        notice::{Notice, Refused},
        time::{Moment, ago},
    },
};

/// Leads to a new secret for the token, or, when it is over, to a new token.
#[component]
pub fn RenewalActions(organization: String, token: TokenId, status: Status, known: Secrets) -> AnyView {
    match status {
        Status::Active | Status::Disabled if known.may_update => view! {
            <ButtonLink href=paths::rotate(&organization, token)>
                <Icon glyph=Glyph::Rotate />
                {common::ROTATE}
            </ButtonLink>
        }
        .into_any(),
        Status::Expired | Status::Revoked if known.may_create => view! {
            <ButtonLink href=paths::replace(&organization, token)>
                <Icon glyph=Glyph::Plus />
                {common::GENERATE_REPLACEMENT}
            </ButtonLink>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

/// Warns of what is presented though it is dead.
#[component]
pub fn StillPresented(known: Secrets, status: Status) -> AnyView {
    let now = known.now;
    let warnings = known
        .refusals
        .into_iter()
        .filter(|refusals| refusals.is_news(status, now))
        .map(|refusals| view! { <Warning refusals=refusals now=now /> })
        .collect_view();
    view! { <div class="warnings">{warnings}</div> }.into_any()
}

#[component]
fn Warning(refusals: Refusals, now: Timestamp) -> impl IntoView {
    let (title, advice) = say::still_tried(refusals.cause);
    let (last, who) = (when(refusals.last_at, now), who(&refusals.address, &refusals.user_agent));
    let hint = view! { <code class="hint">{refusals.hint.to_string()}</code> }.into_any();
    view! {
        <Notice tone=Tone::Warning>
            <p>
                <strong>{title}</strong>
            </p>
            <p>{say::refused(refusals.times, last, hint, who)}</p>
            <p>{advice}</p>
        </Notice>
    }
}

/// The overlap that is under way: until when, who still uses the old secret, and the button that ends it.
#[component]
pub fn Overlap(organization: String, token: TokenId, known: Secrets) -> AnyView {
    let now = known.now;
    let shown = known.rotation.map(|rotation| {
        let Rotation { old, new, since, ends_at, until_first_use, new_is_used, users } = rotation;
        let asks = !users.is_empty() || !new_is_used;
        let [old, new] = [old, new].map(|hint| view! { <code class="hint">{hint.to_string()}</code> }.into_any());
        let (left, ends_at) = (remaining(ends_at.since(now)), view! { <Moment at=ends_at /> }.into_any());
        view! {
            <section class="block" aria-labelledby="overlap">
                <h2 class="block-title" id="overlap">
                    {say::ROTATION_UNDER_WAY}
                </h2>
                <div class="overlap">
                    <p>{say::old_ends(old, ends_at, left, until_first_use)}</p>
                    <p>{say::new_is(new, when(since, now), new_is_used)}</p>
                    <h3 class="overlap-title">{say::USERS}</h3>
                    <Users users=users since=since now=now />
                    {known
                        .may_update
                        .then(|| view! { <EndOverlap organization=organization token=token asks=asks /> })}
                </div>
            </section>
        }
    });
    shown.into_any()
}

#[component]
fn Users(users: Vec<SecretUser>, since: Timestamp, now: Timestamp) -> impl IntoView {
    if users.is_empty() {
        return view! { <p>{say::no_users(when(since, now))}</p> }.into_any();
    }
    let most = users.len() >= usize::from(Rotation::MOST_USERS);
    let lines = users
        .into_iter()
        .map(|user| {
            view! {
                <li class="overlap-user">
                    <span class="overlap-who">{who(&user.address, &user.user_agent)}</span>
                    <span class="text-muted">{say::used(user.times, when(user.last_used_at, now))}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="overlap-users">{lines}</ul>
        <p class="field-hint">{say::users_hint(most.then_some(Rotation::MOST_USERS))}</p>
    }
    .into_any()
}

/// The id of what ends the overlap.
const END: &str = "end-overlap";

/// The button that ends the overlap; where somebody may be cut off, the way to the question.
#[component]
fn EndOverlap(organization: String, token: TokenId, asks: bool) -> AnyView {
    let action = paths::end_overlap(&organization, token);
    let way = if asks {
        view! {
            <a class="button" data-look=Look::Secondary.as_str() id=END href=paths::ask_end_overlap(&organization, token) data-noscroll="">
                {say::END_OVERLAP_NOW}
            </a>
        }
        .into_any()
    } else {
        view! { <Submit id=END look=Look::Secondary meanwhile=say::MEANWHILE label=say::END_OVERLAP_NOW /> }.into_any()
    };
    view! {
        {refused()}
        <form class="overlap-end" method="post" action=action>
            {way}
            <p class="text-muted">{say::END_OVERLAP_HINT}</p>
        </form>
    }
    .into_any()
}

/// Asks whether to end the overlap although somebody may be cut off, when the address says so and there is something to end.
#[component]
pub fn AskEndOverlap(organization: String, token: TokenId, known: Secrets) -> AnyView {
    let asked = use_query_map().with_untracked(|query| query.get_str("overlap") == Some("ask"));
    let rotation = known.rotation.filter(|_| asked && known.may_update);
    rotation.map(|rotation| view! { <Question organization=organization token=token rotation=rotation now=known.now /> }).into_any()
}

#[component]
fn Question(organization: String, token: TokenId, rotation: Rotation, now: Timestamp) -> AnyView {
    let action = paths::end_overlap(&organization, token);
    let unused = (!rotation.new_is_used).then(|| {
        view! {
            <p>
                <strong>{say::NEW_IS_UNUSED}</strong>
                {say::cut_off(rotation.users.len())}
            </p>
        }
    });
    let last = match rotation.users.into_iter().next() {
        Some(user) => say::last_used(when(user.last_used_at, now), who(&user.address, &user.user_agent)).into_any(),
        None => say::no_users(when(rotation.since, now)).into_any(),
    };
    let old = view! { <code class="hint">{rotation.old.to_string()}</code> }.into_any();
    view! {
        <Dialog id="ask-end-overlap" role="alertdialog" back=paths::token(&organization, token)>
            <h2 class="dialog-title" id="ask-end-overlap-title">
                {say::ASK}
            </h2>
            <div class="dialog-text" id="ask-end-overlap-text">
                <p>{say::ask(old)}</p>
                {unused}
                <p>{last}</p>
            </div>
            {refused()}
            <form class="form" method="post" action=action>
                <input r#type="hidden" name="sure" value="yes" />
                <div class="dialog-actions">
                    <button r#type="submit" form="ask-end-overlap-cancel" class="button" data-look="secondary" autofocus=true>
                        {common::CANCEL}
                    </button>
                    <Submit look=Look::Danger meanwhile=say::MEANWHILE label=say::END_OVERLAP />
                </div>
            </form>
            <form id="ask-end-overlap-cancel" method="dialog"></form>
        </Dialog>
    }
    .into_any()
}

/// Tells that the overlap was ended, when the address says so and it is true.
#[component]
pub fn OverlapEnded(known: Secrets) -> impl IntoView {
    let told = use_query_map().with_untracked(|query| query.get_str("overlap") == Some("ended"));
    let here = use_location().pathname.get_untracked();
    (told && known.rotation.is_none()).then(|| {
        view! {
            <Notice tone=Tone::Success dismiss=here>
                <p>{say::ENDED}</p>
            </Notice>
        }
    })
}

/// Why the overlap was not ended.
fn refused() -> impl IntoView {
    posted::failure().filter(|_| !revoke::is_asked()).map(|failure| view! { <Refused message=failure.message /> })
}

/// How long ago, or the date when that says more.
fn when(at: Timestamp, now: Timestamp) -> AnyView {
    match ago(at, now) {
        Some(words) => words.into_any(),
        None => say::on(view! { <Moment at=at /> }.into_any()).into_any(),
    }
}

/// Somebody by the address and by what they call themselves.
fn who(address: &str, user_agent: &str) -> AnyView {
    let address = if address.is_empty() { say::UNKNOWN_ADDRESS.to_owned() } else { address.to_owned() };
    let user_agent = if user_agent.is_empty() { say::NAMELESS.to_owned() } else { user_agent.to_owned() };
    say::who(user_agent, view! { <span class="overlap-address">{address}</span> }.into_any()).into_any()
}
