//! What needs attention: the first tokens of each kind, and how many there are.

use domain::{Attention, Timestamp};

use super::walk::{Listed, Question, count, list};
use crate::{access::Access, error::Result, store::Db};

/// The tokens that need attention for a reason.
pub(crate) struct Spotted {
    pub(crate) attention: Attention,
    /// How many there are; [`Attention::COUNTED`] and one means more.
    pub(crate) total: usize,
    /// The first of them.
    pub(crate) first: Vec<Listed>,
}

/// The tokens that need attention at `now`, reason by reason, by the list's own questions, so that both find the same. What is presented comes
/// in the order in which it was presented last, or of the first of the list if there is more than is counted; all else as it is listed. Whether anything can break the policy is known to who asks.
pub(crate) async fn spot(db: &Db, access: &Access, has_rules: bool, now: Timestamp) -> Result<Vec<Spotted>> {
    let mut spotted = Vec::new();
    for attention in Attention::ALL {
        if attention == Attention::OutsidePolicy && !has_rules {
            continue;
        }
        let query = attention.query();
        let question = Question::Person(&query);
        let presented = attention.is_of_presented();
        let most = if presented { Attention::COUNTED } else { Attention::SHOWN } + 1;
        let mut first = list(db, access, question, now, most).await?;
        if first.is_empty() {
            continue;
        }
        let all = presented || first.len() < most;
        let total = if all { first.len() } else { count(db, access, question, now, Attention::COUNTED + 1).await?.max(first.len()) };
        if presented {
            first.sort_by_key(|each| std::cmp::Reverse((each.presented.as_ref().map(|presented| presented.last_at), each.token.id)));
        }
        first.truncate(Attention::SHOWN);
        spotted.push(Spotted { attention, total, first });
    }
    Ok(spotted)
}
