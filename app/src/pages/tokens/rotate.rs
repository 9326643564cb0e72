//! The form that gives a token a new secret.

use domain::{Code, Overlap, Rotation, TokenId};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    issuing::Issuing,
    row::{expires, last_used},
    subject::SubjectDetails,
};
use crate::{
    layout::{Breadcrumb, use_organization},
    paths, posted,
    queries::rotation::{self, Rotatable},
    texts::{common, tokens::rotate as say},
    ui::{
        badge::Tone,
        button::{ButtonLink, Submit},
        choice::{Choices, Segment},
        confirm::ConfirmIdentity,
        details::{Detail, Details},
        field::Refusal,
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        problem::Problem,
        secret_once::Before,
        summary::Summary,
        time::Moment,
    },
};

/// Rotates a token.
#[component]
pub fn RotateToken() -> impl IntoView {
    let organization = use_organization();
    let id = use_token();
    let form = Resource::new_blocking(move || (organization.get(), id.get()), |(organization, id)| rotation::rotate_form(organization, id));
    view! {
        <Steps last=say::ROTATE_TOKEN organization=organization id=id />
        <Heading text=say::ROTATE_TOKEN />
        {later(async move {
            match form.await {
                Ok(form) => {
                    view! {
                        <PageTitle page=say::ROTATE_TOKEN organization=form.organization.name.to_string() />
                        <Rotate form=form />
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=say::ROTATE_TOKEN />
                        <NotNow failure=failure refused=say::REFUSED organization=organization id=id />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// The id in the page's address, whatever it is.
pub(super) fn use_token() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("token").unwrap_or_default().to_owned()))
}

/// Where a form about one token stands.
#[component]
pub(super) fn Steps(last: &'static str, organization: Memo<String>, id: Memo<String>) -> impl IntoView {
    let slug = organization.get_untracked();
    let token: Option<TokenId> = id.get_untracked().parse().ok();
    view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::API_TOKENS, Some(paths::tokens(&slug))),
            (common::TOKEN, token.map(|token| paths::token(&slug, token))),
            (last, None),
        ] />
    }
}

/// Says why a form about a token is not shown. What does not fit the token's state leads back to the token.
#[component]
pub(super) fn NotNow(failure: domain::Failure, refused: &'static str, organization: Memo<String>, id: Memo<String>) -> impl IntoView {
    match (failure.code, id.get_untracked().parse::<TokenId>()) {
        (Code::Conflict, Ok(token)) => view! {
            <div class="form" role="alert">
                <Notice tone=Tone::Warning>
                    <p>{failure.message}</p>
                </Notice>
                <div class="form-actions">
                    <ButtonLink href=paths::token(&organization.get_untracked(), token)>{common::GO_TO_THE_TOKEN}</ButtonLink>
                </div>
            </div>
        }
        .into_any(),
        _ => view! { <Problem failure=failure refused=refused /> }.into_any(),
    }
}

/// The form, or the secret once there is one.
#[component]
fn Rotate(form: Rotatable) -> impl IntoView {
    // What answers the form is written after the rotation: the overlap that runs is the one that was chosen.
    let old = form.rotation.clone();
    let slug = form.organization.slug.to_string();
    view! {
        <Issuing title=say::rotated then=Callback::new(move |token| paths::rotated(&slug, token)) before=old.map_or(Before::Ended, Before::Accepted)>
            <Form form=form />
        </Issuing>
    }
}

#[component]
fn Form(form: Rotatable) -> impl IntoView {
    let Rotatable { organization, token, rotation, version, now } = form;
    let slug = organization.slug.as_str();
    let id = token.id;
    let (action, back) = (paths::rotate(slug, id), paths::token(slug, id));
    let refusal = Refusal::posted();
    let late = late(refusal);
    let used = last_used(token.last_used_at, now);
    // A new secret lives no longer than its token.
    let ends = expires(&token, token.status_at(now), now);
    // A page that was refused still shows what its form was made from.
    let version = if posted::was() { posted::field("version") } else { version };
    view! {
        <p class="lead">
            {say::lead(token.label.as_str())}
        </p>
        <Details>
            <SubjectDetails token=token />
            <Detail term=common::LAST_USED>{used}</Detail>
            <Detail term=common::EXPIRES>{ends}</Detail>
        </Details>
        <Summary title=say::NOT_ROTATED fields=&["overlap"] refusal=refusal />
        <TooLate late=late page=back.clone() />
        <form class="form" method="post" action=action hidden=late>
            <input r#type="hidden" name="version" value=version />
            {rotation.as_ref().map(|rotation| view! { <Already rotation=rotation.clone() /> })}
            <Choice keeps=rotation.is_some_and(|rotation| !rotation.new_is_used) refusal=refusal />
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit meanwhile=say::MEANWHILE label=say::ROTATE_TOKEN />
                <ButtonLink href=back>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}

/// Whether a form about a token is out of date: somebody was quicker, or the form itself was sent before.
pub(super) fn late(refusal: Refusal) -> bool {
    refusal.failure().is_some_and(|failure| failure.code == Code::Conflict)
}

/// Leads from a form that is out of date to the token. Sending it once more would change nothing.
#[component]
pub(super) fn TooLate(late: bool, page: String) -> impl IntoView {
    late.then(|| {
        view! {
            <div class="form-actions">
                <ButtonLink href=page>{common::GO_TO_THE_TOKEN}</ButtonLink>
            </div>
        }
    })
}

/// Tells what rotating does to the overlap that is under way: there are never more than two secrets.
#[component]
fn Already(rotation: Rotation) -> impl IntoView {
    let Rotation { old, new, ends_at, new_is_used, .. } = rotation;
    let [old, new] = [old, new].map(|hint| view! { <code class="hint">{hint.to_string()}</code> }.into_any());
    let ends_at = view! { <Moment at=ends_at /> }.into_any();
    if new_is_used {
        view! {
            <Notice tone=Tone::Warning>
                <p>{say::under_way(old, new, ends_at)}</p>
            </Notice>
        }
        .into_any()
    } else {
        view! {
            <Notice tone=Tone::Neutral>
                <p>{say::unused(old, new, ends_at)}</p>
            </Notice>
        }
        .into_any()
    }
}

#[component]
fn Choice(
    /// Whether the secret before keeps the overlap it has, so that only ending it now is to be chosen.
    keeps: bool,
    refusal: Refusal,
) -> impl IntoView {
    let chosen = posted::field("overlap").parse().unwrap_or(Overlap::DEFAULT);
    // First what somebody in a hurry looks for.
    let offered = [Overlap::Now].into_iter().chain(Overlap::LASTING);
    let segments = offered.filter(move |overlap| !keeps || matches!(overlap, Overlap::Hour | Overlap::Now)).map(move |overlap| {
        // Should the newest secret be used meanwhile, the usual overlap is what comes nearest to what was chosen.
        let title = if keeps && overlap == Overlap::DEFAULT { say::OVERLAP_AS_BEFORE } else { overlap.title() };
        view! { <Segment name="overlap" value=overlap.as_str() title=title checked=overlap == chosen /> }
    });
    view! {
        <Choices
            name="overlap"
            legend=say::OVERLAP
            hint=say::OVERLAP_HINT
            refusal=refusal
        >
            <div class="segments">{segments.collect_view()}</div>
            <div class="overlap-first-use">
                <Notice tone=Tone::Neutral>
                    <p>{say::OVERLAP_FIRST_USE}</p>
                </Notice>
            </div>
            <div class="overlap-now">
                <Notice tone=Tone::Warning>
                    <p>{say::OVERLAP_NOW}</p>
                </Notice>
            </div>
        </Choices>
    }
}
