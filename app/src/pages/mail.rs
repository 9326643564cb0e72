//! The mails of an organization: to whom, about what, and whether they have arrived.

use domain::{Delivery, Mail, Timestamp};
use leptos::prelude::*;

use crate::{
    layout::{Breadcrumb, use_organization},
    queries::mails::{self, Mails},
    ui::{
        badge::{Badge, Tone},
        empty::Empty,
        heading::{Heading, PageTitle},
        icon::Glyph,
        notice::Notice,
        problem::Problem,
        table::{Cell, Table},
        time::{Moment, ago},
    },
};

/// Shows the latest mails.
#[component]
pub fn MailPage() -> impl IntoView {
    let organization = use_organization();
    let list = Resource::new_blocking(move || organization.get(), mails::list);
    view! {
        <Breadcrumb steps=vec![("Organization settings", None), ("Mail", None)] />
        <Heading text="Mail" />
        <Suspense>
            {move || Suspend::new(async move {
                match list.await {
                    Ok(mails) => view! { <Listed mails=mails /> }.into_any(),
                    Err(failure) => {
                        view! {
                            <PageTitle page="Mail" />
                            <Problem failure=failure refused="see the mails of this organization" />
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}

/// Tells that what Jeton says by mail reaches nobody.
#[component]
pub fn Unmailed() -> impl IntoView {
    view! {
        <div class="mb-4">
            <Notice tone=Tone::Warning>
                <p>
                    <strong>"No mail server is set up, so Jeton sends no e-mail."</strong>
                    " Mails become files in the folder “mail” beside the server's data. Ask the operator to set JETON_SMTP_URL."
                </p>
            </Notice>
        </div>
    }
}

#[component]
fn Listed(mails: Mails) -> impl IntoView {
    let Mails { organization, become_files, items, now } = mails;
    let rows = items.into_iter().map(|mail| view! { <Row mail=mail become_files=become_files now=now /> }).collect_view();
    let empty = rows.is_empty();
    view! {
        <PageTitle page="Mail" organization=organization.name.to_string() />
        <div class="page-head">
            <p class="lead">
                "Owners and admins get a mail whenever a token is generated, and who is invited gets one with the link. Here is how far each of the latest 50 has come, and before them what nobody got in the last 7 days."
            </p>
        </div>
        {become_files.then(|| view! { <Unmailed /> })}
        {if empty {
            view! {
                <Empty glyph=Glyph::Info title="No mails yet">
                    <p class="empty-text">"The first one is written when somebody generates a token."</p>
                </Empty>
            }
                .into_any()
        } else {
            view! {
                <Table
                    id="mails"
                    caption=format!("Mails of {}, those that were given up first, then newest first", organization.name)
                    columns=&["Subject", "To", "Written", "Delivery"]
                    actions=false
                >
                    {rows}
                </Table>
            }
                .into_any()
        }}
    }
}

#[component]
fn Row(mail: Mail, become_files: bool, now: Timestamp) -> impl IntoView {
    let Mail { recipient, subject, created_at, delivery, .. } = mail;
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <span class="row-label">{subject}</span>
            </th>
            <Cell column="To">{recipient}</Cell>
            <Cell column="Written">
                <Moment at=created_at />
                {ago(created_at, now).map(|words| view! { <span class="cell-more">{words}</span> })}
            </Cell>
            <Cell column="Delivery">{delivered(delivery, become_files)}</Cell>
        </tr>
    }
}

/// How far a mail has come. Without a mail server nobody was sent anything.
fn delivered(delivery: Delivery, become_files: bool) -> AnyView {
    let more = |text: String| (!text.is_empty()).then(|| view! { <span class="cell-more">{text}</span> });
    match delivery {
        Delivery::Sent { at } if become_files => view! {
            <Badge tone=Tone::Neutral glyph=Glyph::Info text="Written to a file" />
            <Moment at=at more=true />
        }
        .into_any(),
        Delivery::Sent { at } => view! {
            <Badge tone=Tone::Success glyph=Glyph::Done text="Sent" />
            <Moment at=at more=true />
        }
        .into_any(),
        Delivery::Waiting { attempts: 0, .. } => view! { <Badge tone=Tone::Neutral glyph=Glyph::Clock text="Waiting" /> }.into_any(),
        Delivery::Waiting { attempts, due_at, problem } => view! {
            <Badge tone=Tone::Warning glyph=Glyph::Clock text="Trying again" />
            <span class="cell-more">{format!("Tried {attempts} times. Next at ")} <Moment at=due_at /></span>
            {more(problem)}
        }
        .into_any(),
        Delivery::Dropped { at } => view! {
            <Badge tone=Tone::Neutral glyph=Glyph::Ban text="Not sent" />
            <Moment at=at more=true />
            {more("Its link had ended, or a newer mail brings it.".to_owned())}
        }
        .into_any(),
        Delivery::Failed { at, problem } => view! {
            <Badge tone=Tone::Danger glyph=Glyph::Warning text="Given up" />
            <Moment at=at more=true />
            {more(problem)}
        }
        .into_any(),
    }
}
