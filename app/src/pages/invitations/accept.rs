//! Accepting an invitation. Opening the link uses nothing up; the form on the page does.

use domain::{Code, OpenInvitation, Standing};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::Plain,
    paths, posted,
    queries::invitations,
    texts::{common, invitations::accept as say},
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
        later::later,
        notice::Notice,
        summary::Summary,
        time::Moment,
    },
};

/// Tells what the code in the address invites to, and how to accept.
#[component]
pub fn Accept() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| query.get_str("code").unwrap_or_default().to_owned());
    let code = Some(posted::field("code")).filter(|code| !code.is_empty()).unwrap_or(asked);
    let open = Resource::new_blocking(
        {
            let code = code.clone();
            move || code.clone()
        },
        invitations::open,
    );
    view! {
        <PageTitle page=say::INVITATION />
        <Plain>
            {later(async move {
                match open.await {
                    Ok(open) => view! { <Opened open=open code=code /> }.into_any(),
                    Err(failure) if failure.code == Code::Unauthenticated => view! { <Over /> }.into_any(),
                    Err(failure) => {
                        view! {
                            <Heading text=say::INVITATION />
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
    let sign_in = view! { <a href=paths::SIGN_IN>{common::SIGN_IN}</a> }.into_any();
    view! {
        <Heading text=say::DOES_NOT_WORK />
        <p class="lead">{say::DOES_NOT_WORK_TEXT}</p>
        <p class="text-muted">{say::member_already(sign_in)}</p>
    }
}

#[component]
fn Opened(open: OpenInvitation, code: String) -> impl IntoView {
    let OpenInvitation { organization, email, role, created_by, expires_at, standing } = open;
    let organization = organization.to_string();
    let email = email.as_str().to_owned();
    let step = match standing {
        Standing::New => view! { <NewPerson code=code email=email.clone() organization=organization.clone() /> }.into_any(),
        Standing::Join => view! { <Join code=code organization=organization.clone() /> }.into_any(),
        Standing::SignIn => view! {
            <p>{say::HAS_ACCOUNT}</p>
            <ButtonLink look=Look::Primary href=paths::sign_in_then(&paths::accept(&code))>
                {common::SIGN_IN}
            </ButtonLink>
        }
        .into_any(),
        Standing::SomebodyElse => view! {
            <Notice tone=Tone::Warning>
                <p>{say::ANOTHER_ADDRESS}</p>
            </Notice>
            <form method="post" action=paths::SIGN_OUT>
                <Submit look=Look::Secondary label=common::SIGN_OUT />
            </form>
        }
        .into_any(),
    };
    let ends_at = view! { <Moment at=expires_at /> }.into_any();
    view! {
        <Heading text=say::join(&organization) />
        <p class="lead">{say::lead(&created_by, &email, &organization, &role.title(), ends_at)}</p>
        {step}
    }
}

#[component]
fn NewPerson(code: String, email: String, organization: String) -> impl IntoView {
    let refusal = Refusal::posted();
    view! {
        <Summary title=say::NOT_JOINED_YET fields=&["name", "password"] refusal=refusal />
        <form class="form" method="post" action=paths::ACCEPT>
            <input r#type="hidden" name="code" value=code />
            <div class="field">
                <label class="field-label" for="email">
                    {say::EMAIL_ADDRESS}
                </label>
                <p class="field-hint">{say::EMAIL_ADDRESS_HINT}</p>
                <input class="input" id="email" r#type="email" value=email readonly=true autocomplete="username" />
            </div>
            <TextField
                name="name"
                label=common::YOUR_NAME
                value=posted::field("name")
                autocomplete="name"
                autofocus=!refusal.is_some()
                refusal=refusal
            />
            <TextField
                name="password"
                label=common::PASSWORD
                hint=common::PASSWORD_HINT
                kind="password"
                autocomplete="new-password"
                refusal=refusal
            />
            <JoinButton organization=organization />
        </form>
    }
}

#[component]
fn Join(code: String, organization: String) -> impl IntoView {
    let refusal = Refusal::posted();
    view! {
        <Summary title=say::NOT_JOINED fields=&[] refusal=refusal />
        <form class="form" method="post" action=paths::ACCEPT>
            <input r#type="hidden" name="code" value=code />
            <JoinButton organization=organization />
        </form>
    }
}

#[component]
fn JoinButton(organization: String) -> impl IntoView {
    view! {
        <button r#type="submit" class="button" data-look=Look::Primary.as_str()>
            {say::join(&organization)}
        </button>
    }
}
