//! Plaintext at rest and plaintext that is being written.

use std::ops::Range;

use zeroize::Zeroize;

use super::arena::Block;
use super::random::Random;

/// Plaintext bytes in the arena, wiped when dropped.
///
/// There is no `Debug`, `Display`, `Clone`, `PartialEq` or `Serialize` on purpose: what leaves does so by name.
pub struct Secret {
    block: Block,
    len_bytes: usize,
}

impl Secret {
    /// Copies bytes that are exposed already; the caller wipes its own copy.
    #[must_use]
    pub fn from_exposed(bytes: &[u8]) -> Self {
        let mut buffer = SecretBuffer::with_capacity(bytes.len());
        buffer.push_bytes(bytes);
        buffer.into_secret()
    }

    /// Fresh random bytes.
    #[must_use]
    pub fn random(len_bytes: usize, random: &mut dyn Random) -> Self {
        let mut buffer = SecretBuffer::zeros(len_bytes);
        random.fill(buffer.expose_mut());
        buffer.into_secret()
    }

    /// The plaintext itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.block.bytes()[..self.len_bytes]
    }

    /// A second copy in the arena: the only way to get one.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::from_exposed(self.expose())
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len_bytes
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len_bytes == 0
    }

    /// Whether both hold the same bytes; the time taken depends on the length only.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        let differing = self.expose().iter().zip(other.expose()).fold(0, |sum, (ours, theirs)| sum | (ours ^ theirs));
        self.len_bytes == other.len_bytes && std::hint::black_box(differing) == 0
    }
}

/// Plaintext bytes in the arena that grow and change. Bytes behind the end are always zero.
pub struct SecretBuffer {
    block: Block,
    len_bytes: usize,
}

impl SecretBuffer {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty buffer that takes `len_bytes` bytes without moving.
    #[must_use]
    pub fn with_capacity(len_bytes: usize) -> Self {
        Self { block: Block::new(len_bytes), len_bytes: 0 }
    }

    /// That many zero bytes, to be filled in place.
    #[must_use]
    pub fn zeros(len_bytes: usize) -> Self {
        Self { block: Block::new(len_bytes), len_bytes }
    }

    /// Appends bytes.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        self.insert(self.len_bytes, bytes);
    }

    /// Inserts bytes before the byte at `at`.
    ///
    /// # Panics
    /// When `at` lies behind the end.
    pub fn insert(&mut self, at: usize, bytes: &[u8]) {
        assert!(at <= self.len_bytes, "a place to insert at lies inside the buffer");
        self.reserve(bytes.len());
        let end = self.len_bytes;
        let all = self.block.bytes_mut();
        all.copy_within(at..end, at + bytes.len());
        all[at..at + bytes.len()].copy_from_slice(bytes);
        self.len_bytes += bytes.len();
    }

    /// Removes a range of bytes and wipes what they leave.
    ///
    /// # Panics
    /// When the range reaches behind the end.
    pub fn remove(&mut self, range: Range<usize>) {
        let end = self.len_bytes;
        assert!(range.start <= range.end && range.end <= end, "a range to remove lies inside the buffer");
        let all = self.block.bytes_mut();
        all.copy_within(range.end..end, range.start);
        self.truncate(end - range.len());
    }

    /// Keeps the first `len_bytes` bytes and wipes the rest. Longer than the buffer: nothing happens.
    pub fn truncate(&mut self, len_bytes: usize) {
        let end = self.len_bytes;
        if len_bytes < end {
            self.block.bytes_mut()[len_bytes..end].zeroize();
            self.len_bytes = len_bytes;
        }
    }

    /// Wipes everything and keeps the room.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Makes the buffer exactly that long, with zero bytes where it grows.
    pub fn resize(&mut self, len_bytes: usize) {
        self.truncate(len_bytes);
        self.reserve(len_bytes - self.len_bytes);
        self.len_bytes = len_bytes;
    }

    /// Makes room for `more_bytes` more. The old place is wiped when the bytes move.
    pub fn reserve(&mut self, more_bytes: usize) {
        let needed = self.len_bytes + more_bytes;
        if needed > self.block.capacity() {
            // Half as much again, so that appending byte by byte moves a long text a few times only.
            let mut block = Block::new(needed.max(self.block.capacity() * 3 / 2));
            block.bytes_mut()[..self.len_bytes].copy_from_slice(self.expose());
            self.block = block;
        }
    }

    /// The plaintext itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.block.bytes()[..self.len_bytes]
    }

    /// The plaintext itself, to be changed in place.
    pub fn expose_mut(&mut self) -> &mut [u8] {
        let end = self.len_bytes;
        &mut self.block.bytes_mut()[..end]
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len_bytes
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len_bytes == 0
    }

    /// Sets the bytes to rest; nothing is copied.
    #[must_use]
    pub fn into_secret(self) -> Secret {
        Secret { block: self.block, len_bytes: self.len_bytes }
    }
}

impl Default for SecretBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Secret> for SecretBuffer {
    fn from(secret: Secret) -> Self {
        Self { block: secret.block, len_bytes: secret.len_bytes }
    }
}

impl std::io::Write for SecretBuffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.push_bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_can_be_inserted_and_removed_anywhere() {
        let mut buffer = SecretBuffer::new();
        buffer.push_bytes(b"hello world");
        buffer.insert(5, b",");
        buffer.insert(0, b">");
        assert!(buffer.expose() == b">hello, world");
        buffer.remove(0..1);
        buffer.remove(5..12);
        assert!(buffer.expose() == b"hello");
        buffer.clear();
        assert!(buffer.is_empty());
    }

    #[test]
    fn what_was_removed_is_wiped_at_once() {
        let mut buffer = SecretBuffer::with_capacity(32);
        buffer.push_bytes(b"0123456789");
        buffer.remove(2..8);
        assert!(buffer.block.bytes()[4..].iter().all(|byte| *byte == 0));
        buffer.truncate(1);
        assert!(buffer.block.bytes()[1..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_buffer_grows_and_keeps_its_bytes() {
        let mut buffer = SecretBuffer::new();
        for number in 0..100_000_u32 {
            buffer.push_bytes(&[number as u8]);
        }
        assert!(buffer.len() == 100_000 && buffer.expose().iter().enumerate().all(|(at, byte)| *byte == at as u8));
        buffer.resize(100_010);
        assert!(buffer.expose()[100_000..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn secrets_are_compared_by_their_bytes() {
        let secret = Secret::from_exposed(b"abc");
        assert!(secret.same_as(&secret.duplicate()));
        assert!(!secret.same_as(&Secret::from_exposed(b"abd")));
        assert!(!secret.same_as(&Secret::from_exposed(b"abcd")));
    }
}
