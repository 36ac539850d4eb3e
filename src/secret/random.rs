//! Randomness as it is handed to the core.

/// A source of random bytes. The operating system's is at the edge; tests hand in one that repeats.
pub trait Random {
    /// Fills `bytes` with bytes that no one can predict.
    fn fill(&mut self, bytes: &mut [u8]);
}
