//! The dialog that shows an invitation's link, once.

use domain::Invited;
use leptos::prelude::*;

use crate::{
    texts::invitations::link_once as say,
    ui::{
        badge::Tone,
        dialog::Dialog,
        notice::Notice,
        secret_once::{Shown, Stored, shown},
        time::Moment,
    },
};

/// Shows the link of an invitation that was just made, and says whether it is `mailed` as well; "Done" leads to `address`. Not a component,
/// because a component would have to own what it shows.
pub fn link_once(invited: &Invited, mailed: bool, address: String) -> AnyView {
    let email = invited.invitation.email.as_str().to_owned();
    let strong = |text: String| view! { <strong>{text}</strong> }.into_any();
    let only_once = if mailed {
        say::with_mail(strong(say::mailed(&email))).into_any()
    } else {
        say::without_mail(strong(say::COPY_NOW.to_owned())).into_any()
    };
    let role = invited.invitation.role.title();
    let ends_at = view! { <Moment at=invited.invitation.expires_at /> }.into_any();
    let id = invited.invitation.id.to_string();
    let text = invited.link.expose();
    let field = shown(Shown { id: "link".to_owned(), of: id, what: say::COPIED.to_owned(), text, hint: None, lines: 4, focused: true });
    view! {
        <Dialog id="invited">
            <h2 class="dialog-title" id="invited-title">
                {say::invitation_for(&email)}
            </h2>
            <div class="dialog-text" id="invited-text">
                <Notice tone=Tone::Warning>
                    <p>{only_once}</p>
                </Notice>
            </div>
            <div class="field">
                <label class="field-label" for="link">
                    {say::INVITATION_LINK}
                </label>
                {field}
                <p class="field-hint">{say::makes_a_member(&role, ends_at)}</p>
            </div>
            <Stored address=address words=say::HAVE_COPIED />
        </Dialog>
    }
    .into_any()
}
