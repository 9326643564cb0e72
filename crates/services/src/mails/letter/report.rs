//! The letters of what the server reports by itself.

use domain::{Cause, Timestamp};

use super::{Letter, said};
use crate::{
    Console,
    mails::report::{by_organization, unlisted},
    store::reports::{Expiring, Presented},
};

impl Letter {
    /// Tells one person of the tokens that end soon: of these, and of each organization how many more.
    pub(crate) fn tokens_expiring(console: &Console, expiring: &[Expiring], today: i64, now: Timestamp) -> Self {
        let when = |token: &Expiring| match token.expires_at.day() - today {
            ..=0 if token.expires_at <= now => "Has expired",
            ..=0 => "Expires today",
            1 => "Expires tomorrow",
            7 => "Expires in 7 days",
            30 => "Expires in 30 days",
            // No server ran on the day when it would have been told, or its end was moved, or whoever is told has joined since.
            2..7 => "Expires within 7 days",
            _ => "Expires within 30 days",
        };
        let what = |token: &Expiring| format!("{} in {}, {}", token.label, token.organization_name, token.expires_at.human());
        let link = |token: &Expiring| {
            (
                format!("See “{}” in {}", token.label, token.organization_name),
                format!("{}/orgs/{}/tokens/{}", console.0.origin, token.slug, token.token),
            )
        };
        let mut facts: Vec<_> = expiring.iter().map(|token| (when(token), what(token))).collect();
        let mut links: Vec<_> = expiring.iter().map(link).collect();
        let mut total = expiring.len() as u64;
        for of_one in by_organization(expiring) {
            let (first, more) = (of_one[0], unlisted(&of_one));
            if more > 0 {
                total += more;
                facts.push(("And", format!("{more} more in {}", first.organization_name)));
                let address = format!("{}/orgs/{}/tokens?expiring=30&sort=expires", console.0.origin, first.slug);
                links.push((format!("See what expires within 30 days in {}", first.organization_name), address));
            }
        }
        let subject = match expiring {
            [token] => format!("API token “{}” expires", token.label),
            _ => format!("{total} API tokens expire"),
        };
        Self {
            subject,
            opening: "What uses these API tokens stops working when they expire:".to_owned(),
            facts,
            advice: "Generate a replacement in time for each that is still needed.",
            links,
        }
    }

    /// Tells that something dead is still presented.
    pub(crate) fn token_refused(console: &Console, presented: &Presented) -> Self {
        let (what, why) = match presented.cause {
            Cause::Ended => ("old secret of the API token", "The secret was replaced by a rotation"),
            Cause::Revoked => ("revoked API token", "The token is revoked"),
            Cause::Expired => ("expired API token", "The token is expired"),
            Cause::Disabled => ("disabled API token", "The token is disabled"),
        };
        let Presented { label, organization_name: organization, .. } = presented;
        Self {
            subject: format!("The {what} “{label}” of {organization} is still being tried"),
            opening: format!("Somebody tried the {what} “{label}” of {organization}. It was refused."),
            facts: vec![
                ("Label", presented.label.clone()),
                ("Token", presented.hint.clone()),
                ("Refused because", why.to_owned()),
                ("So far", format!("{} times", presented.times)),
                ("Latest", presented.last_at.human()),
                ("Address", said(&presented.address)),
                ("Client", said(&presented.user_agent)),
            ],
            advice: "If the client is yours, give it a token that is good. If not, somebody has got hold of the old one. \
                     You are told at most once an hour.",
            links: vec![("See the token".to_owned(), format!("{}/orgs/{}/tokens/{}", console.0.origin, presented.slug, presented.token))],
        }
    }
}
