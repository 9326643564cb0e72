//! Where a person is signed in.

use domain::{Session, Timestamp};
use leptos::prelude::*;

use super::Done;
use crate::{
    layout::Breadcrumb,
    pages::tokens::row::last_used,
    paths,
    queries::account::{self, SessionList},
    texts::{
        account::{REFUSED, YOUR_ACCOUNT, sessions as say},
        common,
    },
    ui::{
        badge::{Badge, Tone},
        button::{Look, Submit},
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        later::later,
        problem::Problem,
        table::{Cell, Table},
        time::Moment,
    },
};

/// Shows a person's own sessions.
#[component]
pub fn Sessions() -> impl IntoView {
    let list = Resource::new_blocking(|| (), |()| account::sessions());
    view! {
        <PageTitle page=common::SESSIONS />
        <Breadcrumb steps=vec![(YOUR_ACCOUNT, None), (common::SESSIONS, None)] />
        <Done dismiss=paths::SESSIONS />
        <Heading text=common::SESSIONS />
        {later(async move {
            match list.await {
                Ok(list) => view! { <Shown list=list /> }.into_any(),
                Err(failure) => view! { <Problem failure=failure refused=REFUSED /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Shown(list: SessionList) -> impl IntoView {
    let SessionList { sessions, now } = list;
    let others = sessions.iter().any(|session| !session.current);
    let rows = sessions.into_iter().map(|session| view! { <Row session=session now=now /> }).collect_view();
    view! {
        <div class="page-head">
            <p class="lead">{say::LEAD}</p>
            {others
                .then(|| {
                    view! {
                        <form method="post" action=paths::END_OTHER_SESSIONS>
                            <Submit look=Look::Secondary label=say::END_ALL_OTHERS />
                        </form>
                    }
                })}
        </div>
        <Table id="sessions" caption=say::CAPTION columns=&[say::BROWSER, say::ADDRESS, say::SIGNED_IN, common::LAST_SEEN]>
            {rows}
        </Table>
    }
}

#[component]
fn Row(session: Session, now: Timestamp) -> impl IntoView {
    let browser = browser(&session.user_agent);
    let address = if session.address.is_empty() { say::UNKNOWN_ADDRESS.to_owned() } else { session.address };
    let end = (!session.current).then(|| {
        let name = say::end(&browser, &session.created_at.human());
        view! {
            <form method="post" action=paths::END_SESSION>
                <input r#type="hidden" name="session" value=session.id.to_string() />
                <button r#type="submit" class="button bin" data-look=Look::Quiet.as_str() aria-label=name>
                    <Icon glyph=Glyph::Cross />
                    <span class="bin-name">{say::END}</span>
                </button>
            </form>
        }
    });
    let seen = last_used(Some(session.last_seen_at), now);
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <span class="row-label">{browser}</span>
                <span class="row-description">{session.user_agent}</span>
                {session.current.then(|| view! { <Badge tone=Tone::Success glyph=Glyph::Done text=say::THIS_ONE /> })}
            </th>
            <Cell column=say::ADDRESS>{address}</Cell>
            <Cell column=say::SIGNED_IN>
                <Moment at=session.created_at />
            </Cell>
            <Cell column=common::LAST_SEEN>{seen}</Cell>
            <td role="cell" class="row-actions">
                {end}
            </td>
        </tr>
    }
}

/// A name for what a browser calls itself, as far as it can be told. Most claim to be several; the most particular claim is looked for
/// first.
fn browser(user_agent: &str) -> String {
    let claims = |names: &[(&str, &'static str)]| names.iter().find(|(claim, _)| user_agent.contains(claim)).map(|(_, name)| *name);
    let browser = claims(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = claims(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => say::browser_on(browser, system),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => say::UNKNOWN_BROWSER.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_by_its_most_particular_claim() {
        for (user_agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
            ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on macOS"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1", "Safari on iPhone"),
            ("curl/8.5.0", "curl"),
            ("", "Unknown browser"),
        ] {
            assert_eq!(browser(user_agent), name);
        }
    }
}
