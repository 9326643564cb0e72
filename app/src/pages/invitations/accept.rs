//! Accepting an invitation. Opening the link uses nothing up; the form on the page does.

use domain::{Code, OpenInvitation, Standing};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    layout::Plain,
    paths, posted,
    queries::invitations,
    ui::{
        badge::Tone,
        button::{ButtonLink, Look, Submit},
        field::{Refusal, TextField},
        heading::{Heading, PageTitle},
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
        <PageTitle page="Invitation" />
        <Plain>
            <Suspense>
                {move || {
                    let code = code.clone();
                    Suspend::new(async move {
                        match open.await {
                            Ok(open) => view! { <Opened open=open code=code /> }.into_any(),
                            Err(failure) if failure.code == Code::Unauthenticated => view! { <Over /> }.into_any(),
                            Err(failure) => {
                                view! {
                                    <Heading text="Invitation" />
                                    <Notice tone=Tone::Danger>
                                        <p>{failure.message}</p>
                                    </Notice>
                                }
                                    .into_any()
                            }
                        }
                    })
                }}
            </Suspense>
        </Plain>
    }
}

/// What stands where a link does not work, and never did or no longer does: which of the two is nobody's business.
#[component]
fn Over() -> impl IntoView {
    view! {
        <Heading text="This invitation does not work" />
        <p class="lead">
            "It was used already, was withdrawn, is older than 7 days, or the link is not complete. Ask who invited you for a new one."
        </p>
        <p class="text-muted">"Are you a member already? " <a href=paths::SIGN_IN>"Sign in"</a> "."</p>
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
            <p>"There is an account with this address. Sign in, and you are led back here."</p>
            <ButtonLink look=Look::Primary href=paths::sign_in_then(&paths::accept(&code))>
                "Sign in"
            </ButtonLink>
        }
        .into_any(),
        Standing::SomebodyElse => view! {
            <Notice tone=Tone::Warning>
                <p>"You are signed in with another address. Sign out, then open the link again."</p>
            </Notice>
            <form method="post" action=paths::SIGN_OUT>
                <Submit look=Look::Secondary label="Sign out" />
            </form>
        }
        .into_any(),
    };
    view! {
        <Heading text=format!("Join {organization}") />
        <p class="lead">
            {format!("{created_by} invites {email} to {organization} with the role {}. The link works until ", role.title())}
            <Moment at=expires_at /> "."
        </p>
        {step}
    }
}

#[component]
fn NewPerson(code: String, email: String, organization: String) -> impl IntoView {
    let refusal = Refusal::posted();
    view! {
        <Summary title="You have not joined yet" fields=&["name", "password"] refusal=refusal />
        <form class="form" method="post" action=paths::ACCEPT>
            <input r#type="hidden" name="code" value=code />
            <div class="field">
                <label class="field-label" for="email">
                    "E-mail address"
                </label>
                <p class="field-hint">"You sign in with it."</p>
                <input class="input" id="email" r#type="email" value=email readonly=true autocomplete="username" />
            </div>
            <TextField
                name="name"
                label="Your name"
                value=posted::field("name")
                autocomplete="name"
                autofocus=!refusal.is_some()
                refusal=refusal
            />
            <TextField
                name="password"
                label="Password"
                hint="15 characters or more. Any characters count, spaces too: a sentence is fine and easy to remember."
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
        <Summary title="You have not joined" fields=&[] refusal=refusal />
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
            {format!("Join {organization}")}
        </button>
    }
}
