//! A small drawing of two counts over time: one upwards from a line, the other downwards. It is for the eye alone; beside it there has to be
//! a text that says the same.

use core::fmt::Write as _;

use leptos::prelude::*;

/// What the drawing is high, in its own units.
const HEIGHT: u64 = 60;
/// What a bar and the gap beside it are wide.
const STEP: usize = 10;
/// A bar that stands for something is seen, however little that is beside the rest.
const LEAST: u64 = 2;

/// Draws the counts, up and down, the first one to the left.
#[component]
pub fn Sparkline(counts: Vec<(u64, u64)>) -> impl IntoView {
    let width = counts.len() * STEP;
    let Bars { up, down, line } = bars(&counts);
    view! {
        <svg class="spark" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            <path class="spark-up" d=up></path>
            <path class="spark-down" d=down></path>
            <path class="spark-line" d=format!("M0 {line}h{width}")></path>
        </svg>
    }
}

/// The paths of the bars, and how far down the line between them is.
struct Bars {
    up: String,
    down: String,
    line: u64,
}

fn bars(counts: &[(u64, u64)]) -> Bars {
    let (most_up, most_down) = counts.iter().fold((0, 0), |(up, down), each| (up.max(each.0), down.max(each.1)));
    // Both on one scale, so that a bar of the one is as long as the same number of the other.
    let line = match (most_up, most_down) {
        (_, 0) => HEIGHT - 1,
        (0, _) => 1,
        (up, down) => scaled(up, up.saturating_add(down), HEIGHT).clamp(LEAST, HEIGHT - LEAST),
    };
    let (mut up, mut down) = (String::new(), String::new());
    for (at, (of_up, of_down)) in counts.iter().enumerate() {
        let (x, wide) = (at * STEP + 1, STEP - 2);
        if *of_up > 0 {
            let _ = write!(up, "M{x} {line}h{wide}v-{tall}h-{wide}z", tall = scaled(*of_up, most_up, line).max(LEAST));
        }
        if *of_down > 0 {
            let _ = write!(down, "M{x} {line}h{wide}v{tall}h-{wide}z", tall = scaled(*of_down, most_down, HEIGHT - line).max(LEAST));
        }
    }
    Bars { up, down, line }
}

/// `part` of `whole`, when the whole is so long.
fn scaled(part: u64, whole: u64, long: u64) -> u64 {
    u64::try_from(u128::from(part) * u128::from(long) / u128::from(whole.max(1))).unwrap_or(long)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_count_goes_up_and_the_other_down_from_one_line() {
        let Bars { up, down, line } = bars(&[(40, 0), (0, 20), (10, 10), (0, 0)]);
        assert_eq!(line, 40);
        assert_eq!(up, "M1 40h8v-40h-8zM21 40h8v-10h-8z");
        assert_eq!(down, "M11 40h8v20h-8zM21 40h8v10h-8z");
    }

    #[test]
    fn little_is_still_seen_and_much_stays_inside() {
        let Bars { up, down, line } = bars(&[(u64::MAX, 1), (1, 0)]);
        assert_eq!((line, up.as_str(), down.as_str()), (58, "M1 58h8v-58h-8zM11 58h8v-2h-8z", "M1 58h8v2h-8z"));
        let Bars { up, down, line } = bars(&[(3, 0), (0, 0)]);
        assert_eq!((line, up.as_str(), down.as_str()), (59, "M1 59h8v-59h-8z", ""));
        let Bars { up, down, line } = bars(&[(0, 3)]);
        assert_eq!((line, up.as_str(), down.as_str()), (1, "", "M1 1h8v59h-8z"));
        assert!(bars(&[]).up.is_empty());
    }
}
