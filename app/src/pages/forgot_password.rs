//! Asking for a link that sets a new password. What is said afterwards is the same for everybody.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::Plain,
    paths, posted,
    ssr::request,
    texts::{account, forgot_password as say},
    ui::{
        button::Submit,
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        summary::Summary,
    },
};

/// Asks for the e-mail address.
#[component]
pub fn ForgotPassword() -> impl IntoView {
    let sent = use_query_map().with_untracked(|query| query.get_str("done") == Some("sent"));
    let refusal = Refusal::posted();
    let become_files = request().mails_become_files;
    let page = if sent {
        view! {
            <Heading text=say::SENT />
            <p class="lead">{say::SENT_LEAD}</p>
            <p>{if become_files { say::SENT_TO_A_FILE } else { say::SENT_NOTHING_CAME }}</p>
            <p>
                <a href=paths::SIGN_IN>{say::BACK_TO_SIGNING_IN}</a>
            </p>
        }
        .into_any()
    } else {
        let refused = refusal.is_some();
        view! {
            <Heading text=say::FORGOT_YOUR_PASSWORD />
            <p class="lead">{say::LEAD}</p>
            <Summary title=say::NO_MAIL_SENT fields=&["email"] refusal=refusal />
            <form class="form" method="post" action=paths::FORGOT_PASSWORD>
                <TextField
                    name="email"
                    label=account::EMAIL_ADDRESS
                    kind="email"
                    value=posted::field("email")
                    autocomplete="username"
                    inputmode="email"
                    autofocus=!refused
                    refusal=refusal
                />
                <Submit label=say::SEND_LINK />
            </form>
            <p>
                <a href=paths::SIGN_IN>{say::BACK_TO_SIGNING_IN}</a>
            </p>
        }
        .into_any()
    };
    view! {
        <PageTitle page=say::FORGOT_YOUR_PASSWORD />
        <Plain>{page}</Plain>
    }
}
