//! The dialog that shows a secret, once. When it is gone, nothing in the page holds the secret any more.

use domain::{Issued, OldSecret};
use leptos::{ev::SubmitEvent, prelude::*};

use super::{badge::Tone, button::Submit, copy::Copy, dialog::Dialog, notice::Notice, time::Moment};
use crate::browser;

/// The secret that a new one took the place of.
#[derive(Clone)]
pub enum Before {
    /// There was none: the token is new.
    None,
    /// It is accepted for a while.
    Accepted(OldSecret),
    /// It has ended.
    Ended,
}

/// What the dialog leads to, and whether it may be left.
#[derive(Clone)]
pub struct Leave {
    /// What was done to the token, as in "generated".
    pub did: &'static str,
    /// Where "Done" leads to without scripts.
    pub address: String,
    /// Whether the person has copied the secret or says so.
    pub kept: RwSignal<bool>,
    /// Runs when the dialog is done with; it drops the secret.
    pub on_done: Callback<()>,
}

/// Shows the secret of a token that was just generated. Not a component, because a component would have to own what it shows.
pub fn secret_once(issued: &Issued, before: Before, leave: Leave) -> AnyView {
    let Leave { did, address, kept, on_done } = leave;
    let secret = issued.secret.expose();
    let value = secret.to_owned();
    let title = format!("Token “{}” is {did}", issued.token.label);
    let rights = match &issued.token.role {
        Some(role) => format!("what the role {} allows", role.title()),
        None => match issued.token.permissions.iter().count() {
            1 => "1 thing, as chosen".to_owned(),
            many => format!("{many} things, as chosen"),
        },
    };
    let until = issued.token.expires_at;
    let copied = StoredValue::new(false);
    let on_copied = Callback::new(move |()| {
        copied.set_value(true);
        kept.set(true);
    });
    let done = move |event: SubmitEvent| {
        event.prevent_default();
        if kept.get_untracked() {
            on_done.run(());
        }
    };
    let snippets = snippets(secret, &browser::origin()).map(|snippet| snippet_view(snippet, on_copied)).collect_view();
    view! {
        <Dialog id="issued" guarded=Signal::derive(move || !kept.get()) firm=true on_close=on_done>
            <h2 class="dialog-title" id="issued-title">
                {title}
            </h2>
            <div class="dialog-text" id="issued-text">
                <Notice tone=Tone::Warning>
                    <p>
                        <strong>"Copy it now and store it safely."</strong>
                        " It is shown only this once: nobody can see it again, not even an admin."
                    </p>
                </Notice>
            </div>
            <div class="field">
                <label class="field-label" for="secret">
                    "Token"
                </label>
                <div class="secret">
                    <input
                        class="input secret-text"
                        id="secret"
                        value=value
                        readonly=true
                        autofocus=true
                        autocomplete="off"
                        spellcheck="false"
                        on:focus=move |_| browser::select("secret")
                    />
                    {copy("token", "secret", on_copied)}
                </div>
                <p class="field-hint">
                    "It may do " {rights} ", "
                    {match until {
                        Some(end) => view! { "until " <Moment at=end /> "." }.into_any(),
                        None => "until somebody revokes it.".into_any(),
                    }}
                </p>
                {match before {
                    Before::None => None,
                    Before::Ended => Some(view! { <p class="field-hint">"The old secret has ended."</p> }.into_any()),
                    Before::Accepted(old) => {
                        Some(
                            view! {
                                <p class="field-hint">
                                    "The old secret " <code class="hint">{old.hint.to_string()}</code> " works until " <Moment at=old.ends_at />
                                    "."
                                </p>
                            }
                                .into_any(),
                        )
                    }
                }}
            </div>
            <div class="snippets">
                <p class="field-label">"Ready to paste"</p>
                {snippets}
            </div>
            <form class="secret-done" method="get" action=address on:submit=done>
                <label class="check">
                    <input
                        class="checkbox"
                        r#type="checkbox"
                        required=move || !kept.get()
                        on:change=move |event| kept.set(event_target_checked(&event) || copied.get_value())
                    />
                    "I have stored it"
                </label>
                <Submit label="Done" />
            </form>
        </Dialog>
    }
    .into_any()
}

/// A page that answers a plain form post is not live: a button to copy would do nothing there.
fn copy(what: &'static str, from: &'static str, on_copied: Callback<()>) -> Option<impl IntoView> {
    cfg!(not(feature = "ssr")).then(|| view! { <Copy what=what from=from on_copied=on_copied /> })
}

/// A text with the secret in it, ready to be used somewhere.
struct Snippet {
    title: &'static str,
    id: &'static str,
    text: String,
}

fn snippets(secret: &str, origin: &str) -> impl Iterator<Item = Snippet> {
    [
        Snippet { title: "Environment variable", id: "snippet-environment", text: format!("export JETON_TOKEN='{secret}'") },
        Snippet {
            title: "curl",
            id: "snippet-curl",
            text: format!("curl -H 'Authorization: Bearer {secret}' \\\n  {origin}/organization"),
        },
        Snippet {
            title: "Kubernetes secret",
            id: "snippet-kubernetes",
            text: format!(
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: jeton-token\ntype: Opaque\nstringData:\n  JETON_TOKEN: {secret}\n"
            ),
        },
        Snippet { title: "PowerShell", id: "snippet-powershell", text: format!("$env:JETON_TOKEN = '{secret}'") },
    ]
    .into_iter()
}

fn snippet_view(snippet: Snippet, on_copied: Callback<()>) -> impl IntoView {
    let Snippet { title, id, text } = snippet;
    view! {
        <details class="snippet" name="snippet">
            <summary>{title}</summary>
            <div class="snippet-body">
                <pre class="code" id=id tabindex="0" role="group" aria-label=title>
                    {text}
                </pre>
                {copy(title, id, on_copied)}
            </div>
        </details>
    }
}
