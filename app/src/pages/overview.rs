//! What needs attention in an organization, and what to do about it.

use domain::{Attention, Needing, Noted, Remedy, Timestamp};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::{Breadcrumb, use_organization},
    pages::{
        mail::Unmailed,
        tokens::{
            first_use::FirstUse,
            row::{expires, last_used, owner},
        },
    },
    paths,
    queries::tokens::{self, Overview},
    ui::{
        badge::Tone,
        button::{ButtonLink, Look},
        empty::Empty,
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        keys::key,
        notice::Notice,
        problem::Problem,
        table::{Cell, Table},
        time::{Moment, ago},
    },
};

/// Shows which of an organization's tokens need attention, each with one thing to do about it.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let organization = use_organization();
    let overview = Resource::new_blocking(move || organization.get(), tokens::overview);
    view! {
        <Breadcrumb steps=vec![("Organization settings", None), ("Overview", None)] />
        <div role="status">
            <Joined dismiss=paths::overview(&organization.get_untracked()) />
        </div>
        <Heading text="Overview" />
        <Suspense>
            {move || Suspend::new(async move {
                match overview.await {
                    Ok(overview) => view! { <Shown overview=overview /> }.into_any(),
                    Err(failure) => {
                        view! {
                            <PageTitle page="Overview" />
                            <Problem failure=failure refused="see the API tokens of this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

/// Welcomes who has just accepted an invitation.
#[component]
fn Joined(dismiss: String) -> impl IntoView {
    let joined = use_query_map().with_untracked(|query| query.get_str("done") == Some("joined"));
    joined.then(|| {
        view! {
            <Notice tone=Tone::Success dismiss=dismiss>
                <p>"Welcome: you are a member now."</p>
            </Notice>
        }
    })
}

#[component]
fn Shown(overview: Overview) -> impl IntoView {
    let Overview { organization, own, owners, needing, nothing_yet, mails_become_files, now } = overview;
    let slug = organization.slug.to_string();
    let list = paths::tokens(&slug);
    let title = view! { <PageTitle page="Overview" organization=organization.name.to_string() /> };
    let new_token = (!owners.choices().is_empty()).then(|| paths::new_token(&slug));
    let unmailed = mails_become_files.then(|| view! { <Unmailed /> });
    if nothing_yet {
        return view! {
            {title}
            {unmailed}
            <FirstUse own=own new_token=new_token limit=owners.limit />
        }
        .into_any();
    }
    let fine = Attention::ALL.into_iter().filter(|attention| needing.iter().all(|each| each.attention != *attention));
    let fine = calm(&fine.map(matter).collect::<Vec<_>>());
    let sections = if needing.is_empty() {
        view! {
            <Empty glyph=Glyph::Done title="Nothing needs attention">
                <p class="empty-text">{fine}</p>
                <ButtonLink href=list>"Show the tokens"</ButtonLink>
            </Empty>
        }
        .into_any()
    } else {
        let sections = needing.into_iter().map(|each| view! { <Section needing=each organization=slug.clone() own=own now=now /> });
        view! {
            {sections.collect_view()}
            <p class="block text-muted">{fine}</p>
        }
        .into_any()
    };
    view! {
        {title}
        {unmailed}
        <div class="page-head">
            <p class="lead">
                {if own {
                    format!("What needs attention among your tokens in {}.", organization.name)
                } else {
                    format!("What needs attention among the tokens of {}.", organization.name)
                }}
            </p>
            {new_token
                .map(|address| {
                    view! {
                        <ButtonLink look=Look::Primary href=address key=key("c")>
                            <Icon glyph=Glyph::Plus />
                            "Generate token"
                        </ButtonLink>
                    }
                })}
        </div>
        {sections}
    }
    .into_any()
}

/// The tokens that need attention for one reason.
#[component]
fn Section(needing: Needing, organization: String, own: bool, now: Timestamp) -> impl IntoView {
    let Needing { attention, total, tokens } = needing;
    let Words { id, one, many, advice, column } = words(attention);
    let title = match total {
        1 => format!("1 {one}"),
        total if total <= Attention::COUNTED => format!("{total} {many}"),
        _ => format!("More than {} {many}", Attention::COUNTED),
    };
    let (named, heading) = (format!("{id}-title"), title.clone());
    let all = paths::tokens_at(&organization, &attention.query().to_query());
    let show = match total {
        ..=Attention::SHOWN => "Show in the list".to_owned(),
        total if total <= Attention::COUNTED => format!("Show all {total}"),
        _ => "Show all".to_owned(),
    };
    let (elsewhere, caption) = (format!("({title})"), format!("{title}, {} shown here", tokens.len()));
    let heads = ["Label", "Token", "Owner", column].into_iter().filter(|head| !(own && *head == "Owner"));
    let heads = heads.map(|head| view! { <th scope="col" role="columnheader">{head}</th> }).collect_view().into_any();
    let rows = tokens.into_iter().map(|noted| {
        view! { <Row noted=noted attention=attention column=column organization=organization.clone() own=own now=now /> }
    });
    let rows = rows.collect_view();
    view! {
        <section class="block" aria-labelledby=named.clone()>
            <div class="page-head">
                <div>
                    <h2 class="block-title" id=named.clone()>
                        {heading}
                    </h2>
                    <p class="lead">{advice}</p>
                </div>
                <ButtonLink href=all>{show} <span class="sr-only">{elsewhere}</span></ButtonLink>
            </div>
            <Table id=id caption=caption heads=heads>
                {rows}
            </Table>
        </section>
    }
}

#[component]
fn Row(noted: Noted, attention: Attention, column: &'static str, organization: String, own: bool, now: Timestamp) -> impl IntoView {
    let when = when(&noted, attention, now);
    let Noted { token, may_act, .. } = noted;
    let status = token.status_at(now);
    let (label, about) = (token.label.to_string(), token.label.to_string());
    let action = if may_act {
        let (glyph, name, address) = match attention.remedy() {
            Remedy::Rotate => (Glyph::Rotate, "Rotate", paths::rotate(&organization, token.id)),
            Remedy::Revoke => (Glyph::Bin, "Revoke", paths::ask_revoke(&organization, &attention.query().to_query(), token.id)),
            Remedy::Edit => (Glyph::Pencil, "Edit", paths::edit(&organization, token.id)),
            Remedy::Replace => (Glyph::Plus, "Generate replacement", paths::replace(&organization, token.id)),
            Remedy::Look => (Glyph::Info, "See who is trying", paths::token(&organization, token.id)),
        };
        view! {
            <ButtonLink href=address>
                <Icon glyph=glyph />
                {name}
                " "
                <span class="sr-only">{about}</span>
            </ButtonLink>
        }
        .into_any()
    } else {
        view! { <span class="cell-more">"Nothing that you may do"</span> }.into_any()
    };
    let owner = (!own).then(|| owner(&token, None));
    view! {
        <tr role="row" data-status=status.as_str()>
            <th scope="row" role="rowheader">
                <a class="row-label" href=paths::token(&organization, token.id)>
                    {label}
                </a>
            </th>
            <Cell column="Token">
                <code class="hint">{token.hint.to_string()}</code>
            </Cell>
            {owner.map(|owner| view! { <Cell column="Owner">{owner}</Cell> })}
            <Cell column=column>{when}</Cell>
            <td role="cell" class="row-actions">
                {action}
            </td>
        </tr>
    }
}

/// What says that the token needs attention: mostly a time.
fn when(noted: &Noted, attention: Attention, now: Timestamp) -> AnyView {
    let token = &noted.token;
    let created = |by: Option<String>| {
        view! {
            <Moment at=token.created_at />
            {by.map(|by| view! { <span class="cell-more">"by " {by}</span> })}
        }
        .into_any()
    };
    match attention {
        Attention::Expiring => expires(token, token.status_at(now), now),
        Attention::Unused if token.last_used_at.is_none() => view! {
            {last_used(None, now)}
            <span class="cell-more">"generated " <Moment at=token.created_at /></span>
        }
        .into_any(),
        Attention::Unused => last_used(token.last_used_at, now),
        Attention::NeverExpires => created(None),
        Attention::CreatorLeft => created(Some(token.creator())),
        Attention::OutsidePolicy => noted.outside.clone().into_any(),
        Attention::OverPresented | Attention::OldPresented => match noted.presented_at {
            Some(at) => view! {
                {ago(at, now)}
                <Moment at=at more=true />
            }
            .into_any(),
            None => ().into_any(),
        },
    }
}

/// What a section says.
struct Words {
    id: &'static str,
    /// The heading, behind a 1.
    one: &'static str,
    /// The heading, behind another number.
    many: &'static str,
    advice: &'static str,
    /// The column that says why a token is here.
    column: &'static str,
}

const fn words(attention: Attention) -> Words {
    match attention {
        Attention::Expiring => Words {
            id: "expiring",
            one: "token expires within 30 days",
            many: "tokens expire within 30 days",
            advice: "Edit what is needed longer to give it another end, and rotate it if its secret is old. The rest ends by itself.",
            column: "Expires",
        },
        Attention::Unused => Words {
            id: "unused",
            one: "token was not used for 90 days",
            many: "tokens were not used for 90 days",
            advice: "Nobody seems to need it, but whoever finds its secret can use it.",
            column: "Last used",
        },
        Attention::NeverExpires => Words {
            id: "endless",
            one: "token never expires",
            many: "tokens never expire",
            advice: "A secret that leaks stays good until somebody notices. An end limits that.",
            column: "Created",
        },
        Attention::OverPresented => Words {
            id: "over",
            one: "expired or revoked token is still being tried",
            many: "expired or revoked tokens are still being tried",
            advice: "Some program is being refused. Give it a replacement, or stop it.",
            column: "Last tried",
        },
        Attention::OldPresented => Words {
            id: "old",
            one: "token is being tried with an old secret or while disabled",
            many: "tokens are being tried with an old secret or while disabled",
            advice: "Some program is being refused. Give it the new secret, enable the token again, or stop the program.",
            column: "Last tried",
        },
        Attention::CreatorLeft => Words {
            id: "left",
            one: "token was generated by somebody who left",
            many: "tokens were generated by somebody who left",
            advice: "Whoever left may have kept the secret. With a new one it is worth nothing.",
            column: "Created",
        },
        Attention::OutsidePolicy => Words {
            id: "policy",
            one: "token breaks the policy",
            many: "tokens break the policy",
            advice: "What was there before the policy goes on as it is until somebody edits it.",
            column: "Outside the policy",
        },
    }
}

/// What a token would be, of which there is none.
const fn matter(attention: Attention) -> &'static str {
    match attention {
        Attention::Expiring => "expiring within 30 days",
        Attention::Unused => "unused for 90 days",
        Attention::NeverExpires => "without an end",
        Attention::OverPresented => "expired or revoked, but still tried",
        Attention::OldPresented => "tried with an old secret or while disabled",
        Attention::CreatorLeft => "creator left",
        Attention::OutsidePolicy => "outside the policy",
    }
}

/// What is fine, in one line; empty when nothing is.
fn calm(matters: &[&str]) -> String {
    if matters.is_empty() { String::new() } else { format!("Nothing found for: {}.", matters.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fine_is_one_line() {
        assert_eq!(calm(&[]), "");
        assert_eq!(calm(&["without an end"]), "Nothing found for: without an end.");
        let three = [Attention::OverPresented, Attention::CreatorLeft, Attention::OutsidePolicy].map(matter);
        assert_eq!(calm(&three), "Nothing found for: expired or revoked, but still tried; creator left; outside the policy.");
    }
}
