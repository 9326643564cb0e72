//! The mails of an organization: to whom, about what, and whether they have arrived.

use domain::{Delivery, Mail, Timestamp};
use leptos::prelude::*;

use crate::{
    layout::{Breadcrumb, use_organization},
    queries::mails::{self, Mails},
    texts::{common, mail as say},
    ui::{
        badge::{Badge, Tone},
        empty::Empty,
        heading::{Heading, PageTitle},
        icon::Glyph,
        later::later,
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
        <Breadcrumb steps=vec![(common::ORGANIZATION_SETTINGS, None), (common::MAIL, None)] />
        <Heading text=common::MAIL />
        {later(async move {
            match list.await {
                Ok(mails) => view! { <Listed mails=mails /> }.into_any(),
                Err(failure) => {
                    view! {
                        <PageTitle page=common::MAIL />
                        <Problem failure=failure refused=say::REFUSED />
                    }
                        .into_any()
                }
            }
        })}
    }
}

/// Tells that what Jeton says by mail reaches nobody.
#[component]
pub fn Unmailed() -> impl IntoView {
    view! {
        <div class="mb-4">
            <Notice tone=Tone::Warning>
                <p>{say::unmailed()}</p>
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
        <PageTitle page=common::MAIL organization=organization.name.to_string() />
        <div class="page-head">
            <p class="lead">{say::LEAD}</p>
        </div>
        {become_files.then(|| view! { <Unmailed /> })}
        {if empty {
            view! {
                <Empty glyph=Glyph::Info title=say::NO_MAILS>
                    <p class="empty-text">{say::NO_MAILS_TEXT}</p>
                </Empty>
            }
                .into_any()
        } else {
            view! {
                <Table
                    id="mails"
                    caption=say::caption(organization.name.as_str())
                    columns=&[say::SUBJECT, say::TO, say::WRITTEN, say::DELIVERY]
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
            <Cell column=say::TO>{recipient}</Cell>
            <Cell column=say::WRITTEN>
                <Moment at=created_at />
                {ago(created_at, now).map(|words| view! { <span class="cell-more">{words}</span> })}
            </Cell>
            <Cell column=say::DELIVERY>{delivered(delivery, become_files)}</Cell>
        </tr>
    }
}

/// How far a mail has come. Without a mail server nobody was sent anything.
fn delivered(delivery: Delivery, become_files: bool) -> AnyView {
    let more = |text: String| (!text.is_empty()).then(|| view! { <span class="cell-more">{text}</span> });
    match delivery {
        Delivery::Sent { at } if become_files => view! {
            <Badge tone=Tone::Neutral glyph=Glyph::Info text=say::WRITTEN_TO_A_FILE />
            <Moment at=at more=true />
        }
        .into_any(),
        Delivery::Sent { at } => view! {
            <Badge tone=Tone::Success glyph=Glyph::Done text=say::SENT />
            <Moment at=at more=true />
        }
        .into_any(),
        Delivery::Waiting { attempts: 0, .. } => view! { <Badge tone=Tone::Neutral glyph=Glyph::Clock text=say::WAITING /> }.into_any(),
        Delivery::Waiting { attempts, due_at, problem } => view! {
            <Badge tone=Tone::Warning glyph=Glyph::Clock text=say::TRYING_AGAIN />
            <span class="cell-more">{say::tried(attempts, view! { <Moment at=due_at /> }.into_any())}</span>
            {more(problem)}
        }
        .into_any(),
        Delivery::Dropped { at } => view! {
            <Badge tone=Tone::Neutral glyph=Glyph::Ban text=say::NOT_SENT />
            <Moment at=at more=true />
            {more(say::NOT_SENT_WHY.to_owned())}
        }
        .into_any(),
        Delivery::Failed { at, problem } => view! {
            <Badge tone=Tone::Danger glyph=Glyph::Warning text=say::GIVEN_UP />
            <Moment at=at more=true />
            {more(problem)}
        }
        .into_any(),
    }
}
