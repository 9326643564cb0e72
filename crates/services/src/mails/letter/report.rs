//! The letters of what the server reports by itself.

use domain::{Cause, Timestamp};

use super::{Letter, MOST, more, said};
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

    /// Tells that dead tokens of an organization are still presented: of one all that is known, of several what each is, of the first of them.
    pub(crate) fn tokens_refused(console: &Console, presented: &[&Presented]) -> Self {
        match presented {
            [one] => Self::token_refused(console, one),
            several => Self::several_refused(console, several),
        }
    }

    fn token_refused(console: &Console, presented: &Presented) -> Self {
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
                ("So far", times(presented.times)),
                ("Latest", presented.last_at.human()),
                ("Address", said(&presented.address)),
                ("Client", said(&presented.user_agent)),
            ],
            advice: "If the client is yours, give it a token that is good. If not, somebody has got hold of the old one. \
                     You are told at most once an hour.",
            links: vec![("See the token".to_owned(), address(console, presented))],
        }
    }

    fn several_refused(console: &Console, presented: &[&Presented]) -> Self {
        let (count, named) = (presented.len(), &presented[..presented.len().min(MOST)]);
        let organization = presented.first().map_or("", |first| &first.organization_name);
        let fact = |each: &&Presented| {
            let what = match each.cause {
                Cause::Ended => "Old secret",
                Cause::Revoked => "Revoked",
                Cause::Expired => "Expired",
                Cause::Disabled => "Disabled",
            };
            let Presented { label, hint, last_at, address, user_agent, .. } = each;
            let (times, last, client) = (times(each.times), last_at.human(), said(user_agent));
            (what, format!("{label} ({hint}), {times}, latest {last} from {}, client {client}", said(address)))
        };
        let mut links: Vec<_> = named.iter().map(|each| (format!("See “{}”", each.label), address(console, each))).collect();
        // All of them need attention, and the overview leads to the rest.
        links.extend(
            presented
                .first()
                .filter(|_| count > MOST)
                .map(|first| ("See all that needs attention".to_owned(), format!("{}/orgs/{}", console.0.origin, first.slug))),
        );
        Self {
            subject: format!("{count} API tokens of {organization} are still being tried with secrets that are refused"),
            opening: format!(
                "Somebody tried {count} API tokens of {organization} that are revoked, expired or disabled, or whose secret was replaced. \
                 All of it was refused."
            ),
            facts: named.iter().map(fact).chain(more(count)).collect(),
            advice: "If the clients are yours, give them what is good. If not, somebody has got hold of the old secrets. \
                     You are told of each at most once an hour.",
            links,
        }
    }
}

fn times(times: i64) -> String {
    if times == 1 { "once".to_owned() } else { format!("{times} times") }
}

fn address(console: &Console, presented: &Presented) -> String {
    format!("{}/orgs/{}/tokens/{}", console.0.origin, presented.slug, presented.token)
}
