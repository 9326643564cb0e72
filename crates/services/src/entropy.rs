//! Randomness as a value that is handed in, so that a test can set it and write down a whole answer.

use domain::secret::BODY_LENGTH;
use rand::{Rng as _, TryRng as _, rngs::SysRng};
use zeroize::Zeroizing;

/// Gives random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer. Stops the process rather than give bytes that are not random.
    fn fill(&self, buffer: &mut [u8]);

    /// Fills the buffer with what is no secret and only has to be another one each time, as a request's name is.
    fn fill_public(&self, buffer: &mut [u8]) {
        self.fill(buffer);
    }
}

/// The operating system's generator: the only source of what is secret in production.
#[derive(Debug)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        SysRng.try_fill_bytes(buffer).expect("the operating system gives randomness");
    }

    /// From a generator of this thread, which the system's seeds now and then: a look into the kernel for each request is felt.
    #[expect(clippy::disallowed_methods, reason = "this is the source")]
    fn fill_public(&self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }
}

/// A fixed number of random bytes.
pub(crate) fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut buffer = [0; N];
    entropy.fill(&mut buffer);
    buffer
}

/// The random part of a secret: uniform base62, 190 bits. Bytes that would make some characters likelier than others are thrown away.
pub(crate) fn secret_body(entropy: &dyn Entropy) -> Zeroizing<String> {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut body = Zeroizing::new(String::with_capacity(BODY_LENGTH));
    let mut buffer = Zeroizing::new([0; 2 * BODY_LENGTH]);
    while body.len() < BODY_LENGTH {
        entropy.fill(&mut *buffer);
        let fair = buffer.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        let missing = BODY_LENGTH - body.len();
        body.extend(fair.take(missing));
    }
    body
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn secrets_do_not_repeat_and_use_the_alphabet_evenly() {
        const COUNT: usize = 20_000;
        let mut seen = HashSet::new();
        let mut tally = [0_u32; 128];
        for _ in 0..COUNT {
            let body = secret_body(&SystemEntropy);
            body.bytes().for_each(|byte| tally[usize::from(byte)] += 1);
            assert!(seen.insert(body.as_str().to_owned()));
        }
        // Chi-square with 61 degrees of freedom: 120 is passed by chance once in 100,000 runs.
        let expected = f64::from(u32::try_from(COUNT * BODY_LENGTH).unwrap()) / 62.0;
        let chi: f64 = tally.iter().filter(|count| **count > 0).map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        assert_eq!(tally.iter().filter(|count| **count > 0).count(), 62);
        assert!(chi < 120.0, "{chi}");
    }
}
