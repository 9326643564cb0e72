//! Points in time: absolute in UTC as the server writes them, in the reader's own time zone once the page is live.

use core::time::Duration;

use domain::{Timestamp, time::roughly};
use leptos::prelude::*;

use crate::browser;

/// Longer ago than this, "50 days ago" says less than the date.
const A_MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A date and a time of day, absolute.
#[component]
pub fn Moment(at: Timestamp) -> impl IntoView {
    let text = RwSignal::new(at.human());
    // An effect runs after hydration, so the browser first agrees with what the server wrote.
    Effect::new(move |_| text.set(local(at, browser::minutes_ahead((at.as_micros() / 1000) as f64))));
    view! { <time datetime=at.iso()>{text}</time> }
}

/// How long ago something was, counted from the server's `now`, or nothing when the date says more.
pub fn ago(at: Timestamp, now: Timestamp) -> Option<String> {
    let duration = now.since(at);
    (duration < A_MONTH).then(|| format!("{} ago", roughly(duration)))
}

/// A date like [`Timestamp::human`], in a time zone that is so many minutes ahead of UTC.
fn local(at: Timestamp, minutes_ahead: i64) -> String {
    let shifted = Timestamp::from_micros(at.as_micros() + minutes_ahead * 60_000_000).human();
    let (sign, apart) = if minutes_ahead < 0 { ('\u{2212}', -minutes_ahead) } else { ('+', minutes_ahead) };
    match (apart / 60, apart % 60) {
        (0, 0) => shifted,
        (hours, 0) => format!("{shifted}{sign}{hours}"),
        (hours, minutes) => format!("{shifted}{sign}{hours}:{minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_moves_with_the_zone() {
        let at = Timestamp::from_micros(1_795_338_300_000_000);
        assert_eq!(local(at, 0), "Sun 22 Nov 2026, 09:05 UTC");
        assert_eq!(local(at, 60), "Sun 22 Nov 2026, 10:05 UTC+1");
        assert_eq!(local(at, -600), "Sat 21 Nov 2026, 23:05 UTC\u{2212}10");
        assert_eq!(local(at, 345), "Sun 22 Nov 2026, 14:50 UTC+5:45");
    }

    #[test]
    fn after_a_month_the_date_says_more() {
        let now = Timestamp::from_micros(40 * 86_400_000_000);
        assert_eq!(ago(now.minus(Duration::from_secs(180)), now).as_deref(), Some("3 minutes ago"));
        assert_eq!(ago(now, now).as_deref(), Some("moments ago"));
        assert_eq!(ago(now.minus(A_MONTH), now), None);
    }
}
