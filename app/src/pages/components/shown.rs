//! What pages show and tell.

use core::time::Duration;

use domain::{
    AssignedRole, Code, Description, Failure, Issued, Kind, Label, Limits, Owner, PermissionSet, Prefix, Role, Secret, State, Timestamp,
    Token, TokenId,
};
use leptos::prelude::*;

use super::Part;
use crate::{
    islands::Copy,
    paths::COMPONENTS,
    ui::{
        badge::{Badge, Tone},
        button::{ButtonLink, Look, Submit},
        details::{Detail, Details},
        dialog::Dialog,
        empty::Empty,
        grants::{Grants, counted},
        icon::{Glyph, Icon},
        notice::{Notice, Refused},
        pages::Pages,
        problem::Problem,
        secret_once::{Before, secret_once},
        sparkline::Sparkline,
        table::{Cell, Table},
        tabs::{Tab, Tabs},
        time::{Moment, ago},
    },
};

const TONES: [(Tone, Glyph, &str); 4] = [
    (Tone::Neutral, Glyph::Clock, "Expired"),
    (Tone::Success, Glyph::Done, "Active"),
    (Tone::Warning, Glyph::Warning, "In 6 days"),
    (Tone::Danger, Glyph::Ban, "Revoked"),
];

/// The same time on every day, so that pictures of this page can be compared.
const NOW: Timestamp = Timestamp::from_micros(1_795_338_300_000_000);

fn showing(what: &str) -> String {
    format!("{COMPONENTS}?show={what}")
}

pub(super) fn dialogs() -> AnyView {
    view! {
        <Part id="dialogs">
            <div class="form-actions">
                <ButtonLink href=showing("question")>"A question"</ButtonLink>
                <ButtonLink href=showing("secret")>"A secret, once"</ButtonLink>
                <button r#type="button" class="button" data-look=Look::Secondary.as_str() popovertarget="menu">
                    "A menu"
                </button>
            </div>
            <div class="menu" id="menu" popover="auto">
                <p class="menu-name">"Ada Lovelace"</p>
                <p class="menu-email">"ada@acme.test"</p>
                <ButtonLink href=COMPONENTS>"Somewhere"</ButtonLink>
            </div>
        </Part>
    }
    .into_any()
}

/// A dialog that asks before something is ended.
pub(super) fn question() -> AnyView {
    view! {
        <Dialog id="question" role="alertdialog" back=COMPONENTS>
            <h2 class="dialog-title" id="question-title">
                "End this sample?"
            </h2>
            <div class="dialog-text" id="question-text">
                <p>"Whatever uses it stops working at once. This cannot be undone."</p>
                <p>
                    <strong>"Last used 3 minutes ago, "</strong>
                    <Moment at=NOW />
                    "."
                </p>
            </div>
            <form class="form" method="get" action=COMPONENTS>
                <div class="dialog-actions">
                    <button r#type="submit" form="question-cancel" class="button" data-look=Look::Secondary.as_str() autofocus=true>
                        "Cancel"
                    </button>
                    <Submit look=Look::Danger meanwhile="Ending…" label="End sample" />
                </div>
            </form>
            <form id="question-cancel" method="dialog"></form>
        </Dialog>
    }
    .into_any()
}

/// The dialog of a token that nobody has generated: its secret is none anywhere.
pub(super) fn secret() -> AnyView {
    let body = "A".repeat(domain::secret::BODY_LENGTH);
    let (Ok(secret), Ok(label), Ok(description)) =
        (Secret::mint(&Prefix::default(), Kind::Organization, &body), Label::parse("sample"), Description::parse(""))
    else {
        return ().into_any();
    };
    let token = Token {
        id: TokenId::new(NOW, [0; 10]),
        owner: Owner::Organization,
        label,
        description,
        hint: secret.hint(),
        role: Some(Role::Viewer.into()),
        permissions: PermissionSet::NONE,
        created_at: NOW,
        created_by: "Ada Lovelace".to_owned(),
        created_by_left: false,
        expires_at: Some(NOW.plus(Duration::from_hours(90 * 24))),
        limits: Limits::default(),
        last_used_at: None,
        state: State::Active,
    };
    secret_once(&Issued { token, secret }, "Token “sample” is generated".to_owned(), Before::None, COMPONENTS.to_owned())
}

/// What stands in the place of a page that somebody may not see.
pub(super) fn problem() -> AnyView {
    let failure = Failure::new(Code::Forbidden, "Your role does not allow this.");
    view! { <Problem failure=failure refused="You may not see these samples." /> }.into_any()
}

pub(super) fn tables() -> AnyView {
    let row = |name: &'static str, (tone, glyph, state): (Tone, Glyph, &'static str)| {
        view! {
            <tr role="row">
                <th scope="row" role="rowheader">
                    <a class="row-label" href=COMPONENTS>
                        {name}
                    </a>
                </th>
                <Cell column="Seen">
                    <Moment at=NOW />
                    <span class="cell-more">{ago(NOW, NOW.plus(Duration::from_mins(3)))}</span>
                </Cell>
                <Cell column="State">
                    <Badge tone=tone glyph=glyph text=state />
                </Cell>
                <td role="cell" class="row-actions">
                    <a class="button bin" data-look=Look::Quiet.as_str() href=showing("question") aria-label=format!("End {name}")>
                        <Icon glyph=Glyph::Bin />
                        <span class="bin-name">"End"</span>
                    </a>
                </td>
            </tr>
        }
    };
    let [neutral, success, ..] = TONES;
    let tab = |title, id, is_shown| Tab { title, id, address: COMPONENTS.to_owned(), is_shown };
    view! {
        <Part id="tables">
            <Tabs name="Views of the samples" tabs=vec![tab("Active", "tab-active", true), tab("Inactive", "tab-inactive", false)] />
            <Table id="samples" caption="Samples, by name" columns=&["Name", "Seen", "State"]>
                {row("deploy-bot", success)}
                {row("A name that is as long as names may get, and goes on for a second line", neutral)}
            </Table>
            <Pages first=Some(COMPONENTS.to_owned()) next=Some(COMPONENTS.to_owned()) />
        </Part>
    }
    .into_any()
}

pub(super) fn badges() -> AnyView {
    let badges = TONES.map(|(tone, glyph, text)| view! { <Badge tone=tone glyph=glyph text=text /> });
    let viewer = AssignedRole::from(Role::Viewer).permissions();
    view! {
        <Part id="badges">
            <div class="form-actions">{badges}</div>
            <Details>
                <Detail term="Created">
                    <Moment at=NOW />
                </Detail>
                <Detail term="Role">"Viewer"</Detail>
            </Details>
            <Grants summary=format!("Allows {}", counted(viewer)) permissions=viewer open=true />
        </Part>
    }
    .into_any()
}

pub(super) fn notices() -> AnyView {
    let notices = TONES.map(|(tone, ..)| {
        view! {
            <div class="mb-4">
                <Notice tone=tone dismiss=COMPONENTS>
                    <p>"A message that stays until it is dismissed."</p>
                </Notice>
            </div>
        }
    });
    view! {
        <Part id="notices">
            {notices}
            <div class="mb-4">
                <Notice tone=Tone::Warning>
                    <p>"One that stays as long as it is true."</p>
                </Notice>
            </div>
            <Refused message="Why something was refused, where no field is to blame.".to_owned() />
        </Part>
    }
    .into_any()
}

pub(super) fn copying() -> AnyView {
    let counts = (0..30).map(|day| (day * 7 % 23, day % 5 % 3)).collect();
    view! {
        <Part id="copying">
            <pre class="code" id="sample" tabindex="0" role="group" aria-label="Sample">
                "jeton --help"
            </pre>
            <Copy what="sample".to_owned() from="sample".to_owned() first=false />
            <p>"Used and refused, day by day:"</p>
            <Sparkline counts=counts />
        </Part>
    }
    .into_any()
}

pub(super) fn empty() -> AnyView {
    view! {
        <Part id="empty">
            <Empty glyph=Glyph::Key title="No samples yet">
                <p class="empty-text">"What would be here, and what to do first."</p>
                <ButtonLink look=Look::Primary href=COMPONENTS>
                    "Make one"
                </ButtonLink>
            </Empty>
            <p>
                <a href=showing("problem")>"A page that may not be seen"</a>
            </p>
        </Part>
    }
    .into_any()
}
