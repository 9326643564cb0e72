//! The page that answers a removal with which tokens were rotated: it shows their secrets, once. Nothing but this one answer holds them.

use domain::Issued;
use leptos::prelude::*;

use crate::{
    paths,
    texts::members::secrets_once as say,
    ui::{
        badge::Tone,
        heading::{Heading, PageTitle},
        notice::Notice,
        secret_once::{Shown, Stored, shown},
    },
};

/// Shows the new secrets of these tokens. Not a component, because a component would have to own what it shows.
pub fn secrets_once(rotated: &[Issued], organization: &str, user: &str) -> AnyView {
    let count = rotated.len();
    let copy_now = view! { <strong>{say::copy_now(count)}</strong> }.into_any();
    let fields = rotated.iter().map(|issued| field(issued, organization)).collect_view();
    view! {
        <PageTitle page=say::NEW_SECRETS />
        <Heading text=say::heading(count) />
        <p class="lead">{say::lead(count)}</p>
        <div class="form">
            <Notice tone=Tone::Warning>
                <p>{say::only_once(copy_now)}</p>
            </Notice>
            {fields}
            <Stored address=paths::removed(organization, user) words=say::stored(count) />
        </div>
    }
    .into_any()
}

fn field(issued: &Issued, organization: &str) -> impl IntoView + use<> {
    let Issued { token, secret } = issued;
    let id = format!("secret-{}", token.id);
    let hint = format!("{id}-hint");
    let who = view! {
        <a href=paths::token(organization, token.id) target="_blank" rel="noopener">
            {say::SEE_WHO}
        </a>
    }
    .into_any();
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>
                {say::new_secret_of(token.label.as_str())}
            </label>
            <p class="field-hint" id=hint.clone()>
                {say::in_a_new_tab(who)}
            </p>
            {shown(Shown {
                id,
                of: token.id.to_string(),
                what: say::secret_of(token.label.as_str()),
                text: secret.expose(),
                hint: Some(hint),
                lines: 2,
                focused: false,
            })}
        </div>
    }
}
