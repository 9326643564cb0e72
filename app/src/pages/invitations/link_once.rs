//! The dialog that shows an invitation's link, once.

use domain::Invited;
use leptos::prelude::*;

use crate::ui::{
    badge::Tone,
    dialog::Dialog,
    notice::Notice,
    secret_once::{Shown, Stored, shown},
    time::Moment,
};

/// Shows the link of an invitation that was just made, and says whether it is `mailed` as well; "Done" leads to `address`. Not a component,
/// because a component would have to own what it shows.
pub fn link_once(invited: &Invited, mailed: bool, address: String) -> AnyView {
    let email = invited.invitation.email.as_str().to_owned();
    let (lead, more) = if mailed {
        (
            format!("A mail with this link goes to {email} within a minute."),
            " Copy the link in case the mail does not arrive: it is shown only this once. Whoever has it can join in their place.",
        )
    } else {
        (
            "No mail server is set up, so copy the link now and send it to them yourself.".to_owned(),
            " It is shown only this once. Whoever has it can join in their place, so choose a way that only they can read.",
        )
    };
    let role = invited.invitation.role.title();
    let until = invited.invitation.expires_at;
    let id = invited.invitation.id.to_string();
    let text = invited.link.expose();
    let field =
        shown(Shown { id: "link".to_owned(), of: id, what: "invitation link".to_owned(), text, hint: None, lines: 4, focused: true });
    view! {
        <Dialog id="invited">
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
                {field}
                <p class="field-hint">
                    {format!("It makes them a member with the role {role}, once, until ")} <Moment at=until /> "."
                </p>
            </div>
            <Stored address=address words="I have copied it" />
        </Dialog>
    }
    .into_any()
}
