//! Points in time, and how long something takes. The browser's modules say the same by themselves.

pub const NO_TIME: &str = "Write a time as 2026-11-22T09:05:00Z, with its offset.";

/// Less than a minute.
pub const MOMENTS: &str = "moments";

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

pub fn minutes(count: u64) -> String {
    if count == 1 { "1 minute".to_owned() } else { format!("{count} minutes") }
}

pub fn hours(count: u64) -> String {
    if count == 1 { "1 hour".to_owned() } else { format!("{count} hours") }
}

pub fn days(count: u64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

/// As in `Sun 22 Nov 2026`. Days of the week are counted from 0 for Monday, months from 0 for January.
pub fn date(weekday: usize, day: i8, month: usize, year: i16) -> String {
    format!("{} {day} {} {year}", WEEKDAYS[weekday % 7], MONTHS[month % 12])
}

/// As in `Sun 22 Nov 2026, 09:05 UTC`; `date` is [`date`].
pub fn at(date: &str, hour: i8, minute: i8) -> String {
    format!("{date}, {hour:02}:{minute:02} UTC")
}
