//! What an organization asks of its tokens. Saving takes two steps: the first shows what it means for the tokens that are there.

use core::time::Duration;

use domain::{
    Timestamp, TokenQuery,
    attention::Finding,
    token_policy::{Creators, Impact, Outside, Policy, days},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::{Breadcrumb, use_organization},
    pages::tokens::row::last_used,
    paths, posted,
    queries::policy::{self, Found},
    texts::{common, policies as say},
    ui::{
        badge::Tone,
        button::{ButtonLink, Submit},
        choice::{Card, Choices, Segment},
        confirm::ConfirmIdentity,
        details::{Detail, Details},
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        problem::Problem,
        summary::Summary,
    },
};

/// The ids of the fields that a refusal can lead to.
const FIELDS: &[&str] = &[
    "max_days",
    "default_days",
    "may_never_expire",
    "creators",
    "user_tokens_allowed",
    "team_tokens_allowed",
    "revoke_unused_days",
    "unique_labels",
];

/// The most names that a preview tells.
const NAMES: usize = 8;

/// The most tokens that a preview shows at once.
const UNFOLDED: usize = 5;

/// Shows the policy, and lets it be changed by who may.
#[component]
pub fn Policies() -> impl IntoView {
    let organization = use_organization();
    let found = Resource::new_blocking(move || organization.get(), policy::find);
    let query = use_query_map();
    let saved = query
        .with_untracked(|query| query.get_str("done") == Some("saved"))
        .then(|| later(async move { found.await.ok().map(|found| view! { <Saved found=found /> }) }));
    view! {
        <Breadcrumb steps=vec![(common::ORGANIZATION_SETTINGS, None), (common::POLICIES, None)] />
        <div role="status">{saved}</div>
        <Heading text=common::POLICIES />
        {later(async move {
            match found.await {
                Ok(found) => view! { <Shown found=found /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=common::POLICIES />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Tells that the policy is saved, what it does from now on, and where to see that.
#[component]
fn Saved(found: Found) -> impl IntoView {
    let slug = found.organization.slug.as_str();
    let outside = TokenQuery { finding: Some(Finding::OutsidePolicy), ..TokenQuery::default() };
    let (back, outside) = (paths::policies(slug), paths::tokens_at(slug, &outside.to_query()));
    let unused = found.policy.revoke_unused_days.map(say::unused_are_revoked);
    view! {
        <Notice tone=Tone::Success dismiss=back>
            <p>{say::SAVED} {unused} " " <a href=outside>{say::SHOW_OUTSIDE}</a></p>
        </Notice>
    }
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let name = found.organization.name.to_string();
    view! {
        <PageTitle page=common::POLICIES organization=name.clone() />
        <p class="lead">{say::lead(&name)}</p>
        {if found.may_update { view! { <PolicyForm found=found /> }.into_any() } else { view! { <Facts policy=found.policy /> }.into_any() }}
    }
}

/// The policy for those who may only read it.
#[component]
fn Facts(policy: Policy) -> impl IntoView {
    let or_none = |count: Option<u32>, none: &str| count.map_or_else(|| none.to_owned(), days);
    let yes_or_no = |yes: bool, [if_so, if_not]: [&'static str; 2]| if yes { if_so } else { if_not };
    view! {
        <div class="block">
            <Details>
                <Detail term=say::MAXIMUM_LIFETIME>{or_none(policy.max_days, say::NO_MAXIMUM)}</Detail>
                <Detail term=say::DEFAULT_LIFETIME>{days(policy.usual_days())}</Detail>
                <Detail term=say::NEVER_EXPIRING>{yes_or_no(policy.may_never_expire, [say::ALLOWED, say::NOT_ALLOWED])}</Detail>
                <Detail term=say::CREATORS>{policy.creators.title()}</Detail>
                <Detail term=say::USER_TOKENS>{yes_or_no(policy.user_tokens_allowed, [say::ALLOWED, say::NOT_ALLOWED])}</Detail>
                <Detail term=say::TEAM_TOKENS>{yes_or_no(policy.team_tokens_allowed, [say::ALLOWED, say::NOT_ALLOWED])}</Detail>
                <Detail term=say::REVOKED_WHEN_UNUSED>{or_none(policy.revoke_unused_days, say::NEVER_REVOKED)}</Detail>
                <Detail term=say::LABELS>{yes_or_no(policy.unique_labels, [say::LABELS_ARE_UNIQUE, say::LABELS_MAY_REPEAT])}</Detail>
            </Details>
        </div>
    }
}

/// What the fields show: what was typed, or what there is.
#[derive(PartialEq)]
struct Values {
    max_days: String,
    default_days: String,
    may_never_expire: String,
    creators: String,
    user_tokens_allowed: String,
    team_tokens_allowed: String,
    revoke_unused_days: String,
    unique_labels: String,
    /// What the change is made from.
    version: String,
}

impl Values {
    fn of(policy: &Policy) -> Self {
        let days = |days: Option<u32>| days.map(|days| days.to_string()).unwrap_or_default();
        let choice = |yes| if yes { "yes" } else { "no" }.to_owned();
        Self {
            max_days: days(policy.max_days),
            default_days: days(policy.default_days),
            may_never_expire: choice(policy.may_never_expire),
            creators: policy.creators.to_string(),
            user_tokens_allowed: choice(policy.user_tokens_allowed),
            team_tokens_allowed: choice(policy.team_tokens_allowed),
            revoke_unused_days: days(policy.revoke_unused_days),
            unique_labels: choice(policy.unique_labels),
            version: policy.fingerprint(),
        }
    }

    fn or_posted(self) -> Self {
        if !posted::was() {
            return self;
        }
        let field = posted::field;
        Self {
            max_days: field("max_days"),
            default_days: field("default_days"),
            may_never_expire: field("may_never_expire"),
            creators: field("creators"),
            user_tokens_allowed: field("user_tokens_allowed"),
            team_tokens_allowed: field("team_tokens_allowed"),
            revoke_unused_days: field("revoke_unused_days"),
            unique_labels: field("unique_labels"),
            version: field("version"),
        }
    }
}

#[component]
fn PolicyForm(found: Found) -> impl IntoView {
    let Found { organization, policy, now, .. } = found;
    let address = paths::policies(organization.slug.as_str());
    let refusal = Refusal::posted();
    let values = Values::of(&policy).or_posted();
    let is_changed = values != Values::of(&policy);
    let impact = posted::impact();
    // Comes back with the values it was shown for; with others, they are shown anew.
    let confirmed = if is_changed { posted::field("confirmed") } else { String::new() };
    let wanted = values.revoke_unused_days.trim().parse().ok();
    let cancel = impact.is_some().then(|| view! { <ButtonLink href=address.clone()>{common::CANCEL}</ButtonLink> });
    let label = if impact.is_some() && is_changed { say::SAVE } else { say::SEE_WHAT_THIS_MEANS };
    let preview = impact.map(|impact| {
        let from = wanted.filter(|_| wanted != policy.revoke_unused_days).map(|days: u32| now.plus(Duration::from_hours(24) * days));
        let from = from.map(Timestamp::human);
        view! { <Preview is_changed=is_changed organization=organization.slug.to_string() impact=impact revokes=wanted not_before=from now=now takes_focus=!refusal.is_some() /> }
    });
    view! {
        <Summary title=say::NOT_SAVED fields=FIELDS refusal=refusal />
        <form class="form" method="post" action=address>
            <input r#type="hidden" name="version" value=values.version />
            <input r#type="hidden" name="confirmed" value=confirmed />
            <Lifetimes
                max_days=values.max_days
                default_days=values.default_days
                may_never_expire=values.may_never_expire
                refusal=refusal
            />
            <Whose
                creators=values.creators
                user_tokens_allowed=values.user_tokens_allowed
                team_tokens_allowed=values.team_tokens_allowed
                refusal=refusal
            />
            <Others
                revoke_unused_days=values.revoke_unused_days
                unique_labels=values.unique_labels
                refusal=refusal
            />
            {preview}
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit label=label />
                {cancel}
            </div>
        </form>
    }
    .into_any()
}

/// How long tokens live.
#[component]
fn Lifetimes(max_days: String, default_days: String, may_never_expire: String, refusal: Refusal) -> impl IntoView {
    view! {
        <TextField
            name="max_days"
            label=say::MAX_DAYS
            hint=say::MAX_DAYS_HINT
            value=max_days
            inputmode="numeric"
            autocomplete="off"
            may_be_empty=true
            refusal=refusal
        />
        <TextField
            name="default_days"
            label=say::DEFAULT_DAYS
            hint=say::DEFAULT_DAYS_HINT
            value=default_days
            inputmode="numeric"
            autocomplete="off"
            may_be_empty=true
            refusal=refusal
        />
        <Allowed
            name="may_never_expire"
            legend=say::NEVER_EXPIRING
            hint=say::NEVER_EXPIRING_HINT
            chosen=may_never_expire
            refusal=refusal
        />
    }
    .into_any()
}

/// Allows something or does not.
#[component]
fn Allowed(name: &'static str, legend: &'static str, hint: &'static str, chosen: String, refusal: Refusal) -> impl IntoView {
    view! {
        <Choices name=name legend=legend hint=hint refusal=refusal>
            <div class="segments">
                <Segment name=name value="yes" title=say::ALLOWED checked=chosen == "yes" />
                <Segment name=name value="no" title=say::NOT_ALLOWED checked=chosen == "no" />
            </div>
        </Choices>
    }
    .into_any()
}

/// Whom tokens belong to, and who generates those of the organization.
#[component]
fn Whose(creators: String, user_tokens_allowed: String, team_tokens_allowed: String, refusal: Refusal) -> impl IntoView {
    let cards = Creators::ALL.map(|each| {
        view! {
            <Card name="creators" value=each.as_str() title=each.title() summary=say::creators(each) checked=creators == each.as_str() />
        }
    });
    view! {
        <Choices
            name="creators"
            legend=say::CREATORS
            hint=say::CREATORS_HINT
            refusal=refusal
        >
            {cards.collect_view()}
        </Choices>
        <Allowed
            name="user_tokens_allowed"
            legend=say::USER_TOKENS
            hint=say::USER_TOKENS_HINT
            chosen=user_tokens_allowed
            refusal=refusal
        />
        <Allowed
            name="team_tokens_allowed"
            legend=say::TEAM_TOKENS
            hint=say::TEAM_TOKENS_HINT
            chosen=team_tokens_allowed
            refusal=refusal
        />
    }
    .into_any()
}

/// What tokens are called, and what becomes of those that nobody uses.
#[component]
fn Others(revoke_unused_days: String, unique_labels: String, refusal: Refusal) -> impl IntoView {
    view! {
        <TextField
            name="revoke_unused_days"
            label=say::REVOKE_UNUSED
            hint=say::REVOKE_UNUSED_HINT
            value=revoke_unused_days
            inputmode="numeric"
            autocomplete="off"
            may_be_empty=true
            refusal=refusal
        />
        <Choices name="unique_labels" legend=say::LABELS hint=say::LABELS_HINT refusal=refusal>
            <div class="segments">
                <Segment name="unique_labels" value="no" title=say::LABELS_MAY_REPEAT checked=unique_labels == "no" />
                <Segment name="unique_labels" value="yes" title=say::LABELS_HAVE_TO_BE_UNIQUE checked=unique_labels == "yes" />
            </div>
        </Choices>
    }
    .into_any()
}

/// The first few of some names, each with a number of tokens.
fn named(counts: &[(String, u64)]) -> String {
    let (first, more) = counts.split_at(counts.len().min(NAMES));
    say::named(first, more.len())
}

/// The tokens that break the policy, as far as they are named. The list cannot be asked for the others: it knows the policy that holds.
#[component]
fn Breaking(is_changed: bool, organization: String, tokens: Vec<Outside>, of: u64, now: Timestamp) -> impl IntoView {
    if tokens.is_empty() {
        return ().into_any();
    }
    let more = of.saturating_sub(tokens.len() as u64);
    let others = (more > 0).then(|| view! { <p>{say::and_more(more, is_changed)}</p> });
    let mut lines = tokens
        .into_iter()
        .map(|Outside { token, why }| {
            let (used, last_used) = (token.last_used_at.is_some(), last_used(token.last_used_at, now));
            view! {
                <li class="place">
                    <div>
                        <p class="place-name">
                            <a href=paths::token(&organization, token.id)>{token.label.to_string()}</a>
                        </p>
                        <p>{why}</p>
                        <p class="text-muted">{token.owner.words()}</p>
                    </div>
                    <div class="cell">{used.then(|| view! { <span class="text-muted">{common::LAST_USED}</span> })} {last_used}</div>
                </li>
            }
        })
        .collect::<Vec<_>>();
    // What to do about them comes below: who has read some need not read all.
    let folded = lines.split_off(lines.len().min(UNFOLDED));
    let folded = (!folded.is_empty()).then(|| {
        view! {
            <details>
                <summary>{say::show_more(folded.len())}</summary>
                <ul class="places" aria-label=say::BREAKING_TOO>
                    {folded}
                </ul>
            </details>
        }
    });
    view! {
        <ul class="places" aria-label=say::BREAKING>
            {lines}
        </ul>
        {folded}
        {others}
    }
    .into_any()
}

/// What the policy would mean for the tokens that are there. Its heading takes the focus, as what to read before saving, unless something
/// was refused: all of it may be higher than the window.
#[component]
fn Preview(
    /// Whether it differs from the policy that holds.
    is_changed: bool,
    organization: String,
    impact: Impact,
    revokes: Option<u32>,
    not_before: Option<String>,
    now: Timestamp,
    takes_focus: bool,
) -> impl IntoView {
    let tone = if impact.tokens == 0 && impact.unused == 0 { Tone::Success } else { Tone::Warning };
    let breaking = say::breaking(impact.tokens, impact.used);
    let title = if is_changed { say::PREVIEW } else { say::PREVIEW_UNCHANGED };
    let anew = (is_changed && !posted::field("anew").is_empty()).then(|| view! { <p>{say::SHOWN_ANEW}</p> });
    let goes_on = (impact.tokens > 0).then(|| {
        let teams = (!impact.teams.is_empty()).then(|| view! { <p>{say::of_teams(&named(&impact.teams))}</p> });
        view! {
            <p>{say::generated_by(&named(&impact.creators))}</p>
            {teams}
            <Breaking is_changed=is_changed organization=organization tokens=impact.named of=impact.tokens now=now />
            <p>{say::they_go_on(impact.tokens)}</p>
        }
    });
    let unused = revokes.map(|allowed| view! { <p>{say::unused(impact.unused, allowed, not_before.as_deref())}</p> });
    view! {
        <div id="preview" role="group" aria-labelledby="preview-title">
            <Notice tone=tone>
                <h2 class="summary-title" id="preview-title" tabindex="-1" autofocus=takes_focus>
                    {title}
                </h2>
                {anew}
                <p>{breaking}</p>
                {goes_on}
                {unused}
            </Notice>
        </div>
    }
}
