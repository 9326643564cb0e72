//! The letter to somebody who is invited: the only one whose reader may know neither the organization nor who writes.

use domain::Invitation;

use super::Letter;
use crate::{Console, access::Access};

impl Letter {
    /// Brings the link that accepts an invitation: with the id of the invitation, in whose place the code is put at the last moment.
    pub(crate) fn invitation(console: &Console, access: &Access, invitation: &Invitation) -> Self {
        let (who, organization) = (unlinked(&invitation.created_by), unlinked(access.organization().name.as_str()));
        Self {
            subject: format!("{who} invites you to {organization}"),
            opening: format!("{who} invites you to join {organization}, which keeps its API tokens in Jeton."),
            facts: vec![
                ("Organization", organization),
                ("Your role", unlinked(&invitation.role.title())),
                ("Invited by", who),
                ("Can be accepted until", invitation.expires_at.human()),
            ],
            advice: "The link works once, and whoever has it can join in your place: give it to nobody. If you expect no invitation, do \
                     nothing.",
            links: vec![("Accept the invitation".to_owned(), format!("{}/invitations/accept?code={}", console.0.origin, invitation.id))],
        }
    }
}

/// A name that somebody chose, for a reader who does not know them. Mail programs make a link of whatever looks like an address, so that a
/// name could lead anywhere, in a mail of ours; with a gap after each dot and colon it looks like none.
fn unlinked(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut following = name.chars().skip(1);
    for c in name.chars() {
        text.push(c);
        let joins = matches!(c, '.' | ':' | '\u{2024}' | '\u{3002}' | '\u{ff0e}' | '\u{ff1a}' | '\u{ff61}');
        if following.next().is_some_and(|next| joins && !next.is_whitespace()) {
            text.push(' ');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_address() {
        for (name, shown) in [
            ("Ada Lovelace", "Ada Lovelace"),
            ("Acme Inc.", "Acme Inc."),
            ("Booking.com", "Booking. com"),
            ("Win at https://evil.example/x", "Win at https: //evil. example/x"),
            ("evil\u{3002}example", "evil\u{3002} example"),
            ("ada@evil.example", "ada@evil. example"),
            ("", ""),
        ] {
            assert_eq!(unlinked(name), shown);
        }
    }
}
