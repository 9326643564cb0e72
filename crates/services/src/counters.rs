//! How often each token with a rate limit was used lately. In memory, and each server by itself: decision 34.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{
    RateLimit, Timestamp, TokenId,
    rate_limit::{Budget, Window},
};
use quick_cache::sync::Cache;

/// Tokens whose uses are counted at once: some 8 MiB. Of more, those that are used least begin a new period.
const COUNTED: usize = 50_000;

/// The periods that run.
pub(crate) struct Counters(Cache<TokenId, Arc<Mutex<Window>>>);

impl Default for Counters {
    fn default() -> Self {
        Self(Cache::new(COUNTED))
    }
}

impl Counters {
    /// Counts a use, unless that is one too many.
    pub(crate) fn take(&self, token: TokenId, limit: RateLimit, now: Timestamp) -> Result<Budget, Budget> {
        let begin = || Ok::<_, std::convert::Infallible>(Arc::new(Mutex::new(Window::new(now))));
        let Ok(window) = self.0.get_or_insert_with(&token, begin);
        window.lock().unwrap_or_else(PoisonError::into_inner).take(limit, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: u32) -> TokenId {
        let mut random = [0; 10];
        random[4..8].copy_from_slice(&number.to_be_bytes());
        TokenId::new(Timestamp::from_micros(0), random)
    }

    #[test]
    fn many_at_once_are_no_more_than_the_limit() {
        let (counters, limit, now) = (Counters::default(), "100/minute".parse().unwrap(), Timestamp::from_micros(1));
        let let_in = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| (0..100).filter(|_| counters.take(token(1), limit, now).is_ok()).count())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(let_in, 100);
        assert!(counters.take(token(2), limit, now).is_ok(), "each token has its own");
    }

    #[test]
    fn many_at_once_in_any_order_are_no_more_than_the_limit() {
        let (counters, limit) = (Counters::default(), "100/day".parse().unwrap());
        // Each of them has another time, and half of them count down.
        let at = |thread: i64, number: i64| Timestamp::from_micros(if thread % 2 == 0 { number } else { 1_000 - number });
        let take = |thread, number| counters.take(token(1), limit, at(thread, number)).is_ok();
        let let_in = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|thread| scope.spawn(move || (0..100).filter(|number| take(thread, *number)).count())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(let_in, 100);
    }

    #[test]
    fn it_stays_within_its_bounds() {
        let (counters, limit, now) = (Counters::default(), "1/day".parse().unwrap(), Timestamp::from_micros(1));
        for number in 0..3 * u32::try_from(COUNTED).unwrap() {
            assert!(counters.take(token(number), limit, now).is_ok());
        }
        assert!(counters.0.len() <= COUNTED, "{}", counters.0.len());
    }
}
