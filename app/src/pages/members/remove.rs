//! Removing a member: what shall become of the tokens they generated is decided first.

use domain::{AfterLeaving, Code, OldSecret, Overlap, OwnerTeam, Timestamp, Token, token::confirmation};
use leptos::prelude::*;

use super::{member::use_user, secrets_once::secrets_once};
use crate::{
    layout::{Breadcrumb, use_organization},
    pages::tokens::{
        revoke_many::Doomed,
        row::{expires, last_used},
    },
    paths, posted,
    queries::members::{self, Leaving},
    texts::{
        common,
        members::{self as area, remove as say},
    },
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        confirm::ConfirmIdentity,
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        problem::Problem,
        summary::Summary,
        table::{Cell, Table},
        time::Moment,
    },
};

/// Asks whether to remove a member, and what to do with each of their tokens.
#[component]
pub fn Remove() -> impl IntoView {
    let organization = use_organization();
    let user = use_user();
    let steps = view! {
        <Breadcrumb steps=vec![
            (common::ORGANIZATION_SETTINGS, None),
            (common::MEMBERS, Some(paths::members(&organization.get_untracked()))),
            (say::REMOVE_MEMBER, None),
        ] />
    };
    // There is nobody to ask about any more.
    if let Some(secrets) = posted::rotated(|rotated| secrets_once(rotated, &organization.get_untracked(), &user.get_untracked())) {
        return view! {
            {steps}
            {secrets}
        }
        .into_any();
    }
    let found =
        Resource::new_blocking(move || (organization.get(), user.get()), |(organization, user)| members::offboarding(organization, user));
    view! {
        {steps}
        {later(async move {
            match found.await {
                Ok(found) => view! { <Ask found=found /> }.into_any(),
                // The only owner stays.
                Err(failure) if failure.code == Code::Conflict => {
                    let members = paths::members(&organization.get_untracked());
                    view! {
                        <PageTitle page=say::REMOVE_MEMBER />
                        <Heading text=say::REMOVE_MEMBER />
                        <div class="form" role="alert">
                            <Notice tone=Tone::Warning>
                                <p>{failure.message}</p>
                            </Notice>
                            <div class="form-actions">
                                <ButtonLink href=members>{say::GO_TO_MEMBERS}</ButtonLink>
                            </div>
                        </div>
                    }
                        .into_any()
                }
                Err(failure) => {
                    view! {
                        <PageTitle page=say::REMOVE_MEMBER />
                        <Heading text=say::REMOVE_MEMBER />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
    .into_any()
}

#[component]
fn Ask(found: Leaving) -> impl IntoView {
    let Leaving { organization, member, you, tokens, more, fixed, rotating, own, teams, may_rotate, may_expire, may_revoke, revoked, now } =
        found;
    let slug = organization.slug.to_string();
    let name = member.name.to_string();
    let refusal = Refusal::posted();
    // Nobody mistyped what was not asked for yet.
    let is_asked = refusal.of("typed").is_some() && posted::field("typed").is_empty();
    let offer = Offer { teams, may_rotate, may_expire, may_revoke };
    let rotates = may_rotate && tokens.len() > fixed.len();
    let question = if you { say::leave(organization.name.as_str()) } else { say::remove(&name, organization.name.as_str()) };
    let consequence = if you { say::LEAD_OWN } else { say::LEAD };
    let rows = tokens
        .iter()
        .map(|token| {
            let passes_on = !fixed.contains(&token.id);
            let choices = offer.choices(passes_on);
            let old = rotating.iter().find(|(id, _)| *id == token.id && rotates && passes_on).map(|(_, old)| old.clone());
            view! { <Row token=token.clone() old=old choices=choices passes_on=passes_on organization=slug.clone() now=now /> }
        })
        .collect_view();
    let together = (tokens.len() + more > 1).then(|| {
        let choices = if more > 0 { offer.choices_for_many() } else { offer.choices(rotates) };
        view! { <Together choices=choices all_pass_on=fixed.is_empty() /> }
    });
    let others = (more > 0).then(|| view! { <Others more=more choices=offer.choices_for_many() /> });
    let offboarding = if tokens.is_empty() {
        let lead = if own.is_empty() { say::NO_TOKEN } else { say::NO_OTHER_TOKEN };
        view! { <p class="lead">{lead}</p> }.into_any()
    } else {
        view! {
            <section class="block" aria-labelledby="their-tokens">
                <h2 class="block-title" id="their-tokens">
                    {area::TOKENS_THEY_GENERATED}
                </h2>
                <p class="lead">{say::THEIR_TOKENS_LEAD} {rotates.then_some(say::ROTATING)}</p>
                {together}
                <Table
                    id="tokens"
                    caption=say::caption(&name)
                    columns=&[common::LABEL, common::TOKEN, common::EXPIRES, common::LAST_USED, say::AFTER_LEAVING]
                    actions=false
                >
                    {rows}
                </Table>
                {others}
                {rotates.then(|| view! { <OldSecrets /> })}
            </section>
        }
        .into_any()
    };
    let ending = (!own.is_empty()).then(|| {
        let lines = own.into_iter().map(|token| {
            let (used, last_used) = (token.last_used_at.is_some(), last_used(token.last_used_at, now));
            view! {
                <li class="place">
                    <div>
                        <p class="place-name">{token.label.to_string()}</p>
                        <p class="text-muted">
                            <code class="hint">{token.hint.to_string()}</code>
                        </p>
                    </div>
                    <div class="cell">{used.then(|| view! { <span class="text-muted">{common::LAST_USED}</span> })} {last_used}</div>
                </li>
            }
        });
        view! {
            <section class="block" aria-labelledby="ending-tokens">
                <h2 class="block-title" id="ending-tokens">
                    {say::ENDING}
                </h2>
                <p class="lead">{say::ENDING_LEAD}</p>
                <ul class="places">{lines.collect_view()}</ul>
            </section>
        }
    });
    view! {
        <PageTitle page=say::REMOVE_MEMBER organization=organization.name.to_string() />
        <Heading text=question />
        <p class="lead">{consequence}</p>
        <Summary
            title=if is_asked { say::NOT_REMOVED_YET } else { say::NOT_REMOVED }
            fields=&["typed"]
            refusal=refusal
        />
        <form class="offboarding" method="post" action=paths::remove_member(&slug, member.user)>
            {ending}
            {offboarding}
            <Revoked tokens=revoked now=now refusal=if is_asked { Refusal::new(None) } else { refusal } />
            <ConfirmIdentity refusal=refusal />
            <div class="form-actions">
                <Submit meanwhile=say::MEANWHILE look=Look::Danger label=if you { say::LEAVE } else { say::REMOVE_MEMBER } />
                <ButtonLink href=paths::members(&slug)>{common::CANCEL}</ButtonLink>
            </div>
        </form>
    }
    .into_any()
}

/// The most tokens that are named where it is asked whether to revoke them.
const NAMED: usize = 25;

/// Asks whether what was chosen to be revoked shall be.
#[component]
fn Revoked(tokens: Vec<Token>, now: Timestamp, refusal: Refusal) -> impl IntoView {
    (!tokens.is_empty()).then(|| {
        let word = confirmation(&tokens);
        let lead = say::revoked_lead(tokens.len());
        let more = tokens.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| view! { <li class="doomed-token">{say::revoked_more(more)}</li> });
        view! {
            <section class="block" aria-labelledby="revoked-tokens">
                <h2 class="block-title" id="revoked-tokens">
                    {say::REVOKED}
                </h2>
                <p class="lead">{lead}</p>
                <ul class="doomed">{tokens.iter().take(NAMED).map(|token| view! { <Doomed token=token now=now /> }).collect_view()} {more}</ul>
                <div class="form">
                    <TextField
                        name="typed"
                        label=say::CONFIRM
                        word=word
                        value=posted::field("typed")
                        autocomplete="off"
                        refusal=refusal
                    />
                </div>
            </section>
        }
    })
}

#[component]
fn Row(
    token: Token,
    /// Its old secret, if to rotate the token once more would end it.
    old: Option<OldSecret>,
    choices: Vec<(String, String)>,
    passes_on: bool,
    organization: String,
    now: Timestamp,
) -> impl IntoView {
    let label = token.label.to_string();
    let name = format!("token-{}", token.id);
    let of_team = token.owner.team().map(|_| view! { <span class="row-description">{token.owner.words()}</span> });
    let expires = expires(&token, token.status_at(now), now);
    let last_used = last_used(token.last_used_at, now);
    let options = options(choices, &name);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <a class="row-label" href=paths::token(&organization, token.id)>
                    {label.clone()}
                </a>
                {of_team}
            </th>
            <Cell column=common::TOKEN>
                <code class="hint">{token.hint.to_string()}</code>
                {old
                    .map(|old| {
                        let ends_at = view! { <Moment at=old.ends_at /> };
                        view! { <span class="cell-more">{say::rotating(old.hint, ends_at)}</span> }
                    })}
            </Cell>
            <Cell column=common::EXPIRES>{expires}</Cell>
            <Cell column=common::LAST_USED>{last_used}</Cell>
            <Cell column=say::AFTER_LEAVING>
                <select
                    class="input select decision"
                    data-passed-on=passes_on.then_some("")
                    name=name
                    aria-label=say::after_leaving(&label)
                    autocomplete="off"
                >
                    {options}
                </select>
                // The style shows one or the other.
                <span class="decided text-muted">{say::AS_FOR_ALL}</span>
            </Cell>
        </tr>
    }
}

/// What may be chosen for tokens.
struct Offer {
    teams: Vec<OwnerTeam>,
    may_rotate: bool,
    may_expire: bool,
    may_revoke: bool,
}

impl Offer {
    /// The choices for one token, as what a form sends and what it says. `passes_on` tells whether it may be moved and rotated.
    fn choices(&self, passes_on: bool) -> Vec<(String, String)> {
        let one = |choice: AfterLeaving| (choice.to_string(), choice.title().to_owned());
        let mut choices = vec![one(AfterLeaving::Keep)];
        if passes_on {
            choices.extend(self.teams.iter().map(|team| (AfterLeaving::Move(team.id).to_string(), say::move_to(team.name.as_str()))));
            choices.extend(self.may_rotate.then(|| one(AfterLeaving::Rotate)));
        }
        choices.extend(self.may_expire.then(|| one(AfterLeaving::Expire)));
        choices.extend(self.may_revoke.then(|| one(AfterLeaving::Revoke)));
        choices
    }

    /// The choices for tokens that nobody looks at one by one. Secrets are for somebody who puts each where it belongs.
    fn choices_for_many(&self) -> Vec<(String, String)> {
        let rotate = AfterLeaving::Rotate.to_string();
        self.choices(true).into_iter().filter(|(value, _)| *value != rotate).collect()
    }
}

/// The options of a choice in the field with this name; without one that was chosen the first is.
fn options(choices: Vec<(String, String)>, field: &str) -> impl IntoView + use<> {
    let chosen = posted::field(field);
    choices
        .into_iter()
        .map(|(value, title)| {
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {title}
                </option>
            }
        })
        .collect_view()
}

/// A choice below its label and what there is to know of it; without one that was chosen the first is.
#[component]
fn Choice(name: &'static str, label: String, #[prop(into)] hint: String, choices: Vec<(String, String)>) -> impl IntoView {
    let described = format!("{name}-hint");
    view! {
        <div class="field">
            <label class="field-label" for=name>
                {label}
            </label>
            <p class="field-hint" id=described.clone()>
                {hint}
            </p>
            <select class="input select" id=name name=name aria-describedby=described autocomplete="off">
                {options(choices, name)}
            </select>
        </div>
    }
}

/// The choice for all tokens at once.
#[component]
fn Together(choices: Vec<(String, String)>, all_pass_on: bool) -> impl IntoView {
    let each = (String::new(), say::ONE_BY_ONE.to_owned());
    let choices = core::iter::once(each).chain(choices).collect::<Vec<_>>();
    let hint = if all_pass_on { say::TOGETHER_HINT.to_owned() } else { format!("{}{}", say::TOGETHER_HINT, say::NOT_ALL_PASS_ON) };
    view! { <Choice name="same" label=say::TOGETHER.to_owned() hint=hint choices=choices /> }
}

/// The choice for the tokens that are not listed.
#[component]
fn Others(more: usize, choices: Vec<(String, String)>) -> impl IntoView {
    view! { <Choice name="others" label=say::others(more) hint=say::OTHERS_HINT choices=choices /> }
}

/// The choice how long the old secrets live on.
#[component]
fn OldSecrets() -> impl IntoView {
    let choices = Overlap::ALL.map(|overlap| (overlap.to_string(), overlap.title().to_owned())).to_vec();
    view! {
        <div class="overlap-choice">
            <Choice name="overlap" label=say::OLD_SECRETS.to_owned() hint=say::OLD_SECRETS_HINT choices=choices />
        </div>
    }
}
