//! Asking for a link that sets a new password. What is said afterwards is the same for everybody.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::Plain,
    paths, posted,
    ssr::request,
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
            <Heading text="Look into your mail" />
            <p class="lead">
                "If there is an account with this address, a mail is on its way. Its link works once, for 30 minutes; an earlier one no longer does."
            </p>
            {if become_files {
                view! {
                    <p>
                        "No mail server is set up here, so the mail becomes a file on the server. Ask whoever runs it to hand the link to you."
                    </p>
                }
                    .into_any()
            } else {
                view! { <p>"Nothing came? Look for it in the spam folder, and check the address."</p> }.into_any()
            }}
            <p>
                <a href=paths::SIGN_IN>"Back to signing in"</a>
            </p>
        }
        .into_any()
    } else {
        let refused = refusal.is_some();
        view! {
            <Heading text="Forgot your password?" />
            <p class="lead">"Type the e-mail address you sign in with. You get a mail with a link to set a new password."</p>
            <Summary title="No mail was sent" fields=&["email"] refusal=refusal />
            <form class="form" method="post" action=paths::FORGOT_PASSWORD>
                <TextField
                    name="email"
                    label="E-mail address"
                    kind="email"
                    value=posted::field("email")
                    autocomplete="username"
                    inputmode="email"
                    autofocus=!refused
                    refusal=refusal
                />
                <Submit label="Send link" />
            </form>
            <p>
                <a href=paths::SIGN_IN>"Back to signing in"</a>
            </p>
        }
        .into_any()
    };
    view! {
        <PageTitle page="Forgot your password?" />
        <Plain>{page}</Plain>
    }
}
