//! Is there an order that explains what one server said of one token: the search of Wing and Gong, with Lowe's memory of what was tried.
//!
//! [`super::watched`] says why three comparisons are enough. This looks for the order itself, knows nothing of them, and must come to the same.

use std::collections::HashSet;

use super::watched::Verification;

/// Something that happened, between two times, and what it did.
#[derive(Clone, Copy)]
struct Operation {
    started: u64,
    ended: u64,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    SaysYes,
    SaysNo,
    Revokes,
}

/// Which of them are put in order so far: all before the first that is not, and of those after it the ones marked.
type Done = (usize, Vec<bool>);

/// Whether all of them can be put in an order in which whatever ended before another started comes before it, every yes before the
/// revocation, and every no after it.
pub(super) fn has_order(verifications: &[Verification], sent: u64, answered: u64) -> bool {
    let said = |one: &Verification| Operation {
        started: one.started,
        ended: one.ended,
        what: if one.is_good { What::SaysYes } else { What::SaysNo },
    };
    let mut operations: Vec<Operation> = verifications.iter().map(said).collect();
    operations.push(Operation { started: sent, ended: answered, what: What::Revokes });
    operations.sort_unstable_by_key(|operation| operation.started);
    let mut tried = HashSet::new();
    // Where the search stands: what is done, whether it is revoked, and what may come next.
    let mut path = vec![((0, Vec::new()), false, next(&operations, &(0, Vec::new())))];
    while let Some((done, is_revoked, candidates)) = path.last_mut() {
        if done.0 == operations.len() {
            return true;
        }
        let Some(candidate) = candidates.pop() else {
            path.pop();
            continue;
        };
        let revokes = match (operations[candidate].what, *is_revoked) {
            (What::SaysYes, false) | (What::SaysNo, true) => false,
            (What::Revokes, false) => true,
            _ => continue,
        };
        let (with, is_revoked) = (and(done, candidate), *is_revoked || revokes);
        if tried.insert(with.clone()) {
            let candidates = next(&operations, &with);
            path.push((with, is_revoked, candidates));
        }
    }
    false
}

/// Which of them may come next: those that started before any other that is left had ended.
fn next(operations: &[Operation], (first, after): &Done) -> Vec<usize> {
    let mut earliest_end = u64::MAX;
    let mut candidates = Vec::new();
    for (number, operation) in operations.iter().enumerate().skip(*first) {
        if operation.started > earliest_end {
            break;
        }
        if !after.get(number - first).copied().unwrap_or(false) {
            earliest_end = earliest_end.min(operation.ended);
            candidates.push(number);
        }
    }
    // They are taken from the end, and who started first is most likely to have been first.
    candidates.reverse();
    candidates
}

/// The same, and one more.
fn and((first, after): &Done, one: usize) -> Done {
    let mut after = after.clone();
    let place = one - first;
    after.resize(after.len().max(place + 1), false);
    after[place] = true;
    let whole = after.iter().take_while(|is_done| **is_done).count();
    (first + whole, after.split_off(whole))
}

#[cfg(test)]
mod tests {
    use super::super::watched::SERVERS;
    use super::*;
    use crate::check_revocations::dice::Dice;
    use crate::check_revocations::watched::Watched;

    fn said(started: u64, ended: u64, is_good: bool) -> Verification {
        Verification { started, ended, is_good }
    }

    #[test]
    fn an_order_is_found_when_there_is_one() {
        assert!(has_order(&[], 1, 2));
        assert!(has_order(&[said(1, 2, true), said(5, 100, true), said(12, 13, false), said(30, 40, false)], 10, 20));
    }

    #[test]
    fn none_is_found_when_there_is_none() {
        assert!(!has_order(&[said(21, 22, true)], 10, 20), "a late yes");
        assert!(!has_order(&[said(1, 9, false)], 10, 20), "an early refusal");
        assert!(!has_order(&[said(12, 13, false), said(14, 15, true)], 10, 20), "good after refused");
    }

    #[test]
    fn a_long_history_is_searched_soon() {
        let many = |from: u64, is_good| (0..3_000).map(move |number| said(from + number * 10, from + number * 10 + 45, is_good));
        let mut history: Vec<Verification> = many(1, true).chain(many(200_000, false)).collect();
        assert!(has_order(&history, 150_000, 160_000));
        history.push(said(170_000, 170_001, true));
        assert!(!has_order(&history, 150_000, 160_000));
    }

    /// Small histories of any kind, with times that are all different: the search and the comparisons find the same.
    #[test]
    fn the_comparisons_find_what_the_search_finds() {
        let mut dice = Dice::new(7);
        let mut orderly = 0;
        for _ in 0..10_000 {
            let verifications = 1 + dice.below(6);
            let mut times: Vec<u64> = (1..=2 * (verifications + 1)).collect();
            for place in (1..times.len()).rev() {
                times.swap(place, usize::try_from(dice.below(place as u64 + 1)).expect("a place"));
            }
            let mut pairs = times.chunks(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])));
            let (sent, answered) = pairs.next().expect("the revocation");
            let history: Vec<Verification> = pairs.map(|(started, ended)| said(started + 1, ended + 1, dice.below(2) == 0)).collect();
            let watched = Watched::new(String::new(), Vec::new(), SERVERS, false);
            for server in 0..2 {
                // What is never good is a breach of another kind.
                watched.note(server, said(1, 1, true));
            }
            watched.note_sent(sent + 1);
            watched.note_answered(answered + 1);
            for verification in &history {
                watched.note(0, *verification);
            }
            let has_order = has_order(&history, sent + 1, answered + 1);
            assert_eq!(watched.check().is_empty(), has_order, "{history:?}, revoked from {} to {}", sent + 1, answered + 1);
            orderly += u32::from(has_order);
        }
        assert!((1_000..9_000).contains(&orderly), "{orderly} of them have an order");
    }
}
