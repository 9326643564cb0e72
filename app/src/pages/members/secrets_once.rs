//! The page that answers a removal with which tokens were rotated: it shows their secrets, once. Nothing but this one answer holds them.

use domain::Issued;
use leptos::prelude::*;

use crate::{
    paths,
    ui::{
        badge::Tone,
        heading::{Heading, PageTitle},
        notice::Notice,
        secret_once::{Shown, Stored, shown},
    },
};

/// Shows the new secrets of these tokens. Not a component, because a component would have to own what it shows.
pub fn secrets_once(rotated: &[Issued], organization: &str, user: &str) -> AnyView {
    let several = rotated.len() > 1;
    let fields = rotated.iter().map(|issued| field(issued, organization)).collect_view();
    view! {
        <PageTitle page="New secrets" />
        <Heading text=if several { "Store the new secrets" } else { "Store the new secret" } />
        <p class="lead">
            {if several {
                format!("The member is removed, and {} tokens have new secrets. Each old secret is accepted for as long as you chose at most.", rotated.len())
            } else {
                "The member is removed, and this token has a new secret. The old one is accepted for as long as you chose at most.".to_owned()
            }}
        </p>
        <div class="form">
            <Notice tone=Tone::Warning>
                <p>
                    <strong>
                        {if several { "Copy them now and store them safely." } else { "Copy it now and store it safely." }}
                    </strong>
                    " This page is shown only this once: nobody can see what is on it again, not even an admin. If a secret gets lost, rotate its token once more."
                </p>
            </Notice>
            {fields}
            <Stored
                address=paths::removed(organization, user)
                words=if several { "I have stored them" } else { "I have stored it" }
            />
        </div>
    }
    .into_any()
}

fn field(issued: &Issued, organization: &str) -> impl IntoView + use<> {
    let Issued { token, secret } = issued;
    let id = format!("secret-{}", token.id);
    let hint = format!("{id}-hint");
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>
                {format!("New secret of {}", token.label)}
            </label>
            <p class="field-hint" id=hint.clone()>
                <a href=paths::token(organization, token.id) target="_blank" rel="noopener">
                    "See who still uses the old one"
                </a>
                " (in a new tab)"
            </p>
            {shown(Shown {
                id,
                of: token.id.to_string(),
                what: format!("secret of {}", token.label),
                text: secret.expose(),
                hint: Some(hint),
                lines: 2,
                focused: false,
            })}
        </div>
    }
}
