//! The dialog that shows an invitation's link, once.

use domain::Invited;
use leptos::{ev::SubmitEvent, prelude::*};

use crate::{
    browser,
    ui::{badge::Tone, button::Submit, copy::Copy, dialog::Dialog, notice::Notice, secret_once::Leave, time::Moment},
};

/// Shows the link of an invitation that was just made, and says whether it is `mailed` as well. Not a component, because a component would
/// have to own what it shows.
pub fn link_once(invited: &Invited, mailed: bool, leave: Leave) -> AnyView {
    let Leave { address, kept, on_done, .. } = leave;
    let value = invited.link.expose().to_owned();
    let email = invited.invitation.email.as_str().to_owned();
    let (lead, more) = if mailed {
        (
            format!("A mail with this link goes to {email} within a minute."),
            " Copy the link in case the mail does not arrive: it is shown only this once. Whoever has it can join in their place.",
        )
    } else {
        (
            "No mail server is named, so copy the link now and send it to them yourself.".to_owned(),
            " It is shown only this once. Whoever has it can join in their place, so choose a way that only they can read.",
        )
    };
    let role = invited.invitation.role.title();
    let until = invited.invitation.expires_at;
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
    // A page that answers a plain form post is not live: a button to copy would do nothing there.
    let copy = cfg!(not(feature = "ssr")).then(|| view! { <Copy what="invitation link" from="link" on_copied=on_copied /> });
    view! {
        <Dialog id="invited" guarded=Signal::derive(move || !kept.get()) firm=true on_close=on_done>
            <h2 class="dialog-title" id="invited-title">
                {format!("Invitation for {email}")}
            </h2>
            <div class="dialog-text" id="invited-text">
                <Notice tone=Tone::Warning>
                    <p>
                        <strong>{lead}</strong>
                        {more}
                    </p>
                </Notice>
            </div>
            <div class="field">
                <label class="field-label" for="link">
                    "Invitation link"
                </label>
                <div class="secret">
                    <input
                        class="input secret-text"
                        id="link"
                        value=value
                        readonly=true
                        autofocus=true
                        autocomplete="off"
                        spellcheck="false"
                        on:focus=move |_| browser::select("link")
                    />
                    {copy}
                </div>
                <p class="field-hint">
                    {format!("It makes them a member with the role {role}, once, until ")} <Moment at=until /> "."
                </p>
            </div>
            <form class="secret-done" method="get" action=address on:submit=done>
                <label class="check">
                    <input
                        class="checkbox"
                        r#type="checkbox"
                        required=move || !kept.get()
                        on:change=move |event| kept.set(event_target_checked(&event) || copied.get_value())
                    />
                    "I have copied it"
                </label>
                <Submit label="Done" />
            </form>
        </Dialog>
    }
    .into_any()
}
