//! The page that answers a removal with which tokens were rotated: it shows their secrets, once.
//!
//! Without scripts it answers a plain form, so it is not live; with them it takes the place of the form. Nothing but this one answer holds the
//! secrets, and nothing in the page once it is left.

use std::collections::BTreeSet;

use domain::{Issued, TokenId};
use leptos::{ev::SubmitEvent, prelude::*};

use crate::{
    paths,
    ui::{
        badge::Tone,
        button::Submit,
        copy::Copy,
        heading::{Heading, PageTitle},
        notice::Notice,
        secret_once::Leave,
    },
};

/// Shows the new secrets of these tokens. Not a component, because a component would have to own what it shows.
pub fn secrets_once(rotated: &[Issued], organization: &str, leave: Leave) -> AnyView {
    let several = rotated.len() > 1;
    let Leave { address, kept, on_done, .. } = leave;
    let all: BTreeSet<TokenId> = rotated.iter().map(|issued| issued.token.id).collect();
    // Copying one is not storing the others.
    let copied = StoredValue::new(BTreeSet::new());
    let on_copied = Callback::new(move |id: TokenId| {
        copied.update_value(|copied| {
            copied.insert(id);
        });
        if copied.with_value(|copied| *copied == all) {
            kept.set(true);
        }
    });
    let done = move |event: SubmitEvent| {
        event.prevent_default();
        if kept.get_untracked() {
            on_done.run(());
        }
    };
    let fields = rotated.iter().map(|issued| field(issued, organization, on_copied)).collect_view();
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
            <form class="secret-done" method="get" action=address on:submit=done>
                <input type="hidden" name="done" value="removed" />
                <label class="check">
                    <input
                        class="checkbox"
                        r#type="checkbox"
                        required=move || !kept.get()
                        on:change=move |event| kept.set(event_target_checked(&event))
                    />
                    {if several { "I have stored them" } else { "I have stored it" }}
                </label>
                <Submit label="Done" />
            </form>
        </div>
    }
    .into_any()
}

fn field(issued: &Issued, organization: &str, on_copied: Callback<TokenId>) -> impl IntoView + use<> {
    let Issued { token, secret } = issued;
    let token_id = token.id;
    let id = format!("secret-{token_id}");
    // A page that answers a plain form post is not live: a button to copy would do nothing there.
    let copy = cfg!(not(feature = "ssr")).then(|| {
        let on_copied = Callback::new(move |()| on_copied.run(token_id));
        view! { <Copy what=format!("secret of {}", token.label) from=id.clone() on_copied=on_copied /> }
    });
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
            <div class="secret">
                <input
                    class="input secret-text"
                    id=id
                    value=secret.expose().to_owned()
                    readonly=true
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby=hint
                />
                {copy}
            </div>
        </div>
    }
}
