//! Setting a new password with the link from a mail. Opening the link uses nothing up; the form on the page does.

use domain::{Code, Email};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::Plain,
    paths, posted,
    queries::resets,
    texts::{account, common, reset_password as say},
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        summary::Summary,
    },
};

/// Asks for the new password, when the code in the address is good.
#[component]
pub fn ResetPassword() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| query.get_str("code").unwrap_or_default().to_owned());
    let code = Some(posted::field("code")).filter(|code| !code.is_empty()).unwrap_or(asked);
    let open = Resource::new_blocking(
        {
            let code = code.clone();
            move || code.clone()
        },
        resets::open,
    );
    view! {
        <PageTitle page=account::NEW_PASSWORD />
        <Plain>
            {later(async move {
                match open.await {
                    Ok(email) => view! { <NewPassword email=email code=code /> }.into_any(),
                    Err(failure) if failure.code == Code::Unauthenticated => view! { <Over /> }.into_any(),
                    Err(failure) => {
                        view! {
                            <Heading text=account::NEW_PASSWORD />
                            <Notice tone=Tone::Danger>
                                <p>{failure.message}</p>
                            </Notice>
                        }
                            .into_any()
                    }
                }
            })}
        </Plain>
    }
}

/// What stands where a link does not work, and never did or no longer does: which of the two is nobody's business.
#[component]
fn Over() -> impl IntoView {
    view! {
        <Heading text=say::OVER />
        <p class="lead">{say::OVER_LEAD}</p>
        <ButtonLink look=Look::Primary href=paths::FORGOT_PASSWORD>
            {say::ASK_FOR_A_NEW_LINK}
        </ButtonLink>
    }
}

#[component]
fn NewPassword(email: Email, code: String) -> impl IntoView {
    let refusal = Refusal::posted();
    view! {
        <Heading text=say::SET_A_NEW_PASSWORD />
        <p class="lead">{say::LEAD}</p>
        <Summary title=account::PASSWORD_NOT_CHANGED fields=&["password"] refusal=refusal />
        <form class="form" method="post" action=paths::RESET_PASSWORD>
            <input r#type="hidden" name="code" value=code />
            <div class="field">
                <label class="field-label" for="email">
                    {account::EMAIL_ADDRESS}
                </label>
                <input class="input" id="email" r#type="email" value=email.as_str().to_owned() readonly=true autocomplete="username" />
            </div>
            <TextField
                name="password"
                label=account::NEW_PASSWORD
                hint=common::PASSWORD_HINT
                kind="password"
                autocomplete="new-password"
                autofocus=!refusal.is_some()
                refusal=refusal
            />
            <Submit label=say::SET_PASSWORD />
        </form>
    }
}
