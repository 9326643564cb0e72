//! Points in time: absolute in UTC as the server writes them, in the reader's own time zone once the page is live.

use js_sys::Date;
use web_sys::Element;

use crate::islands::dom;

/// Writes all dates anew.
pub(super) fn translate() {
    for time in dom::all::<Element>("time[datetime]") {
        let at = Date::new(&time.get_attribute("datetime").unwrap_or_default().into());
        // Whole minutes, at most a day: the cast loses nothing.
        let ahead = -(at.get_timezone_offset() as i64);
        // As the server wrote it; to write it anew would lay out the page once more.
        if ahead == 0 {
            continue;
        }
        let shifted = Date::new(&(at.get_time() + ahead as f64 * 60_000.0).into());
        time.set_text_content(Some(&local(&String::from(shifted.to_utc_string()), ahead)));
    }
}

/// A date as the server writes it, of one that JavaScript wrote (`Sun, 22 Nov 2026 09:05:00 GMT`, as its standard says), in a time zone that
/// is so many minutes ahead of UTC.
fn local(written: &str, ahead: i64) -> String {
    let part = |from: usize, to: usize| written.get(from..to).unwrap_or_default();
    let (sign, apart) = if ahead < 0 { ('\u{2212}', -ahead) } else { ('+', ahead) };
    let zone = match (apart / 60, apart % 60) {
        (0, 0) => String::new(),
        (hours, 0) => format!("{sign}{hours}"),
        (hours, minutes) => format!("{sign}{hours}:{minutes:02}"),
    };
    format!("{} {}, {} UTC{zone}", part(0, 3), part(5, 16).trim_start_matches('0'), part(17, 22))
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::*;

    #[test]
    fn a_date_reads_as_the_server_writes_it() {
        let at = Timestamp::from_micros(1_795_338_300_000_000);
        assert_eq!(local("Sun, 22 Nov 2026 09:05:00 GMT", 0), at.human());
        let early = Timestamp::from_micros(1_793_523_900_000_000);
        assert_eq!(local("Sun, 01 Nov 2026 09:05:00 GMT", 0), early.human());
    }

    #[test]
    fn the_zone_is_said() {
        assert_eq!(local("Sun, 22 Nov 2026 10:05:00 GMT", 60), "Sun 22 Nov 2026, 10:05 UTC+1");
        assert_eq!(local("Sat, 21 Nov 2026 23:05:00 GMT", -600), "Sat 21 Nov 2026, 23:05 UTC\u{2212}10");
        assert_eq!(local("Sun, 22 Nov 2026 14:50:00 GMT", 345), "Sun 22 Nov 2026, 14:50 UTC+5:45");
    }
}
