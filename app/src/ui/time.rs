//! Points in time: absolute in UTC. [`crate::islands::Page`] writes them in the reader's own time zone.

use core::time::Duration;

use domain::{Timestamp, time::roughly};
use leptos::{prelude::*, tachys::html::InertElement};

use crate::texts::ui::time as say;

/// Longer ago than this, "50 days ago" says less than the date.
const A_MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A date and a time of day, absolute.
#[component]
pub fn Moment(
    at: Timestamp,
    /// Whether it only says more exactly what stands above it.
    #[prop(optional)]
    more: bool,
) -> impl IntoView {
    let (machine, human) = (at.iso(), at.human());
    // Numbers and names of months: there is nothing to escape, and a list has a hundred of them.
    InertElement::new(match more {
        true => format!(r#"<time class="cell-more" datetime="{machine}">{human}</time>"#),
        false => format!(r#"<time datetime="{machine}">{human}</time>"#),
    })
}

/// How long ago something was, counted from the server's `now`, or nothing when the date says more.
pub fn ago(at: Timestamp, now: Timestamp) -> Option<String> {
    let duration = now.since(at);
    (duration < A_MONTH).then(|| say::ago(&roughly(duration)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_month_the_date_says_more() {
        let now = Timestamp::from_micros(40 * 86_400_000_000);
        assert_eq!(ago(now.minus(Duration::from_secs(180)), now).as_deref(), Some("3 minutes ago"));
        assert_eq!(ago(now, now).as_deref(), Some("moments ago"));
        assert_eq!(ago(now.minus(A_MONTH), now), None);
    }
}
