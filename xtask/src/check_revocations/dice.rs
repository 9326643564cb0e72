//! Numbers that nobody has to be unable to guess: which token is asked about next, how long a fault lasts.

/// Marsaglia's xorshift: the same row of numbers from the same beginning.
pub(super) struct Dice(u64);

impl Dice {
    /// Rows that begin with different numbers are different.
    pub(super) fn new(row: u64) -> Self {
        Self((row + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Any number below this one.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end.max(1)
    }
}
