//! The dialog that shows a secret, once. When it is gone, nothing in the page holds the secret any more.

use domain::{Issued, Rotation};
use leptos::prelude::*;

use super::{
    as_markup,
    badge::Tone,
    button::{Look, Submit},
    dialog::Dialog,
    notice::Notice,
    time::Moment,
};
use crate::{
    islands::Copy,
    ssr,
    texts::{common, ui::secret_once as say},
};

/// The secret that a new one took the place of.
#[derive(Clone)]
pub enum Before {
    /// There was none: the token is new.
    None,
    /// It is accepted for a while.
    Accepted(Rotation),
    /// It has ended.
    Ended,
}

/// Shows the secret of a token that was just generated, below `title`; "Done" leads to `address`. Not a component, because a component would
/// have to own what it shows.
pub fn secret_once(issued: &Issued, title: String, before: Before, address: String) -> AnyView {
    let secret = issued.secret.expose();
    let id = issued.token.id.to_string();
    let until = issued.token.expires_at.map(|end| view! { <Moment at=end /> }.into_any());
    let may = match &issued.token.role {
        Some(role) => say::may_as_role(&role.title(), until),
        None => say::may_as_chosen(issued.token.permissions.iter().count(), until),
    };
    let snippets = snippets(secret, &ssr::request().origin).map(|snippet| snippet_view(snippet, id.clone())).collect_view();
    let field =
        shown(Shown { id: "secret".to_owned(), of: id, what: say::COPIED.to_owned(), text: secret, hint: None, lines: 2, focused: true });
    view! {
        <Dialog id="issued">
            <h2 class="dialog-title" id="issued-title">
                {title}
            </h2>
            <div class="dialog-text" id="issued-text">
                <Notice tone=Tone::Warning>
                    <p>
                        <strong>{say::COPY_NOW}</strong> " " {say::ONLY_ONCE}
                    </p>
                </Notice>
            </div>
            <div class="field">
                <label class="field-label" for="secret">
                    {common::TOKEN}
                </label>
                {field}
                <p class="field-hint">{may}</p>
                {match before {
                    Before::None => None,
                    Before::Ended => Some(view! { <p class="field-hint">{say::OLD_HAS_ENDED}</p> }.into_any()),
                    Before::Accepted(rotation) => {
                        let ends_at = view! { <Moment at=rotation.ends_at /> }.into_any();
                        let old = view! { <code class="hint">{rotation.old.to_string()}</code> }.into_any();
                        let words = say::old_works_until(old, ends_at, rotation.until_first_use);
                        Some(view! { <p class="field-hint">{words}</p> }.into_any())
                    }
                }}
            </div>
            <div class="snippets">
                <p class="field-label">{say::READY_TO_PASTE}</p>
                {snippets}
            </div>
            <Stored address=address words=say::STORED />
        </Dialog>
    }
    .into_any()
}

/// What is shown once, and how.
pub struct Shown<'a> {
    /// The field's id.
    pub id: String,
    /// The id of what it is a secret of.
    pub of: String,
    /// What is copied, as in "Copy token".
    pub what: String,
    pub text: &'a str,
    /// The id of what describes it.
    pub hint: Option<String>,
    /// How many lines it takes on the narrowest screen, for browsers that don't find out themselves.
    pub lines: u8,
    /// Whether the page begins there.
    pub focused: bool,
}

/// A field with what is shown once, and the button that copies it. It has as many lines as it takes to show all of it. Not a component, because
/// a component would have to own what it shows.
pub fn shown(Shown { id, of, what, text, hint, lines, focused }: Shown<'_>) -> impl IntoView + use<> {
    view! {
        <div class="secret">
            <textarea
                class="input secret-text"
                id=id.clone()
                data-secret=of
                rows=lines
                readonly=true
                autofocus=focused
                autocomplete="off"
                spellcheck="false"
                aria-describedby=hint
                inner_html=as_markup(text)
            ></textarea>
            <Copy what=what from=id first=true />
            <noscript>
                <p class="field-hint">{say::SELECT_TO_COPY}</p>
            </noscript>
        </div>
    }
}

/// Leads on to an address, once the person says that what is shown is stored.
#[component]
pub fn Stored(address: String, words: &'static str) -> impl IntoView {
    // A form that gets a page puts its fields in the place of what the address asks for, so that comes as fields.
    let (page, query) = address.split_once('?').unwrap_or((&address, ""));
    let fields = query.split('&').filter_map(|field| field.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let fields = fields.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view();
    view! {
        <form class="secret-done" method="get" action=page.to_owned()>
            {fields}
            <label class="check">
                <input class="checkbox" r#type="checkbox" required=true autocomplete="off" data-stored="" />
                {words}
            </label>
            <Submit look=Look::Secondary label=say::DONE />
        </form>
    }
}

/// A text with the secret in it, ready to be used somewhere.
struct Snippet {
    title: &'static str,
    id: &'static str,
    text: String,
}

fn snippets(secret: &str, origin: &str) -> impl Iterator<Item = Snippet> {
    [
        Snippet { title: say::ENVIRONMENT_VARIABLE, id: "snippet-environment", text: format!("export JETON_TOKEN='{secret}'") },
        Snippet { title: say::CURL, id: "snippet-curl", text: format!("curl -H 'Authorization: Bearer {secret}' {origin}/organization") },
        Snippet {
            title: say::KUBERNETES_SECRET,
            id: "snippet-kubernetes",
            text: format!(
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: jeton-token\ntype: Opaque\nstringData:\n  JETON_TOKEN: {secret}\n"
            ),
        },
        Snippet { title: say::POWERSHELL, id: "snippet-powershell", text: format!("$env:JETON_TOKEN = '{secret}'") },
    ]
    .into_iter()
}

fn snippet_view(snippet: Snippet, secret: String) -> impl IntoView {
    let Snippet { title, id, text } = snippet;
    view! {
        <details class="snippet" name="snippet">
            <summary>{title}</summary>
            <div class="snippet-body">
                <pre class="code" id=id data-secret=secret tabindex="0" role="group" aria-label=title>
                    {text}
                </pre>
                <Copy what=title.to_owned() from=id.to_owned() first=false />
            </div>
        </details>
    }
}
