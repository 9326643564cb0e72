//! Signing in. The form always posts to the server: a session begins with a new page.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::Plain,
    paths, posted,
    texts::{account, common, forgot_password, sign_in as say},
    ui::{
        badge::Tone,
        button::Submit,
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        notice::Notice,
        summary::Summary,
    },
};

/// Asks for e-mail address and password.
#[component]
pub fn SignIn() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| query.get_str("next").unwrap_or_default().to_owned());
    let next = Some(posted::field("next")).filter(|next| !next.is_empty()).unwrap_or(asked);
    let is_reset = use_query_map().with_untracked(|query| query.get_str("done") == Some("reset"));
    let refusal = Refusal::posted();
    let refused = refusal.is_some();
    view! {
        <PageTitle page=common::SIGN_IN />
        <Plain>
            <Heading text=common::SIGN_IN />
            <div role="status">
                {is_reset
                    .then(|| {
                        view! {
                            <Notice tone=Tone::Success>
                                <p>{say::RESET}</p>
                            </Notice>
                        }
                    })}
            </div>
            {(!next.is_empty() && !refused).then(|| view! { <p class="lead">{say::LEAD}</p> })}
            <Summary title=say::NOT_SIGNED_IN fields=&["email", "password"] refusal=refusal />
            <form class="form" method="post" action=paths::SIGN_IN>
                <input r#type="hidden" name="next" value=next />
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
                <TextField name="password" label=common::PASSWORD kind="password" autocomplete="current-password" refusal=refusal />
                <Submit label=common::SIGN_IN />
            </form>
            <p>
                <a href=paths::FORGOT_PASSWORD>{forgot_password::FORGOT_YOUR_PASSWORD}</a>
            </p>
        </Plain>
    }
}
