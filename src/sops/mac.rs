//! The MAC: SHA-512 over the plaintext of every value in tree order, sealed with `lastmodified` as its AAD.
//!
//! Truth: sops 3.12.2, `sops.go`, `Encrypt` and `Decrypt`. Neither keys nor types nor lengths count; comments, nulls and
//! empty branches do not either.

use super::document::Document;
use super::leaf::{self, Leaf};
use super::verify::{Rejected, RejectedReason};
use super::walk::{Aliases, Place, Step, Walker};
use crate::crypto::{Cipher, ValueType};
use crate::secret::{Secret, SecretBuffer, scrub_stack};
use crate::yaml::{NodeId, Yaml};
use sha2::{Digest, Sha512};
use std::ops::Range;
use std::{panic, thread};

/// What the hash begins with when only sealed values count: the SHA-256 of the letters `sops`, so that the two kinds of
/// MAC never agree.
const ONLY_SEALED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b, 0x97, 0x5b,
    0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// How many values are opened before they are hashed. Small files are one batch on one thread.
const BATCH: usize = 4096;

/// The hash as it grows.
pub(super) struct MacHash {
    only_sealed: bool,
    hash: Sha512,
}

impl MacHash {
    pub(super) fn new(document: &Document) -> Self {
        let only_sealed = document.metadata().mac_only_encrypted();
        let mut hash = Sha512::new();
        if only_sealed {
            hash.update(ONLY_SEALED);
        }
        Self { only_sealed, hash }
    }

    /// Counts a value that stands in the clear.
    pub(super) fn count_clear(&mut self, bytes: &[u8]) {
        if !self.only_sealed {
            self.hash.update(bytes);
        }
    }

    /// Counts a value that was sealed.
    pub(super) fn count_opened(&mut self, plaintext: &[u8]) {
        self.hash.update(plaintext);
    }

    /// The MAC: 128 upper-case hexadecimal digits.
    pub(super) fn finish(self) -> Secret {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let digest = self.hash.finalize();
        let mut text = SecretBuffer::with_capacity(digest.len() * 2);
        for byte in digest {
            text.push_bytes(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        text.into_secret()
    }
}

/// The MAC over a document.
///
/// # Errors
/// All values that do not open.
pub(super) fn compute(document: &Document, cipher: &Cipher) -> Result<Secret, Vec<Rejected>> {
    let mac = hash(document, cipher);
    scrub_stack();
    mac
}

#[inline(never)]
fn hash(document: &Document, cipher: &Cipher) -> Result<Secret, Vec<Rejected>> {
    let mut hash = MacHash::new(document);
    let mut rejected = Vec::new();
    let mut batch =
        Batch { yaml: document.yaml(), cipher, with_clear: !hash.only_sealed, leaves: Vec::new(), aads: String::new() };
    let mut walker = Walker::new(document.yaml(), document.metadata().rule(), Aliases::Expand);
    loop {
        let step = walker.step();
        if let Some(Step::Leaf(place)) = step {
            batch.push(&place, walker.aad());
        }
        if step.is_none() || batch.leaves.len() == BATCH {
            for opened in batch.open() {
                hash.count_opened(opened.plaintext.expose());
                rejected.extend(opened.rejected.into_iter().map(|(node, reason)| document.rejected(node, reason)));
            }
            batch.clear();
        }
        if step.is_none() {
            break;
        }
    }
    if rejected.is_empty() { Ok(hash.finish()) } else { Err(rejected) }
}

/// Leaves on their way to the hash.
struct Batch<'d> {
    yaml: &'d Yaml,
    cipher: &'d Cipher,
    with_clear: bool,
    leaves: Vec<BatchedLeaf>,
    /// What the leaves are bound to, one behind the other.
    aads: String,
}

struct BatchedLeaf {
    node: NodeId,
    sealed: bool,
    aad: Range<usize>,
}

/// What some leaves count for, one behind the other in the arena, and those that do not open.
struct Opened {
    plaintext: SecretBuffer,
    rejected: Vec<(NodeId, RejectedReason)>,
}

impl Batch<'_> {
    fn push(&mut self, place: &Place, aad: &str) {
        let start = self.aads.len();
        self.aads.push_str(aad);
        self.leaves.push(BatchedLeaf { node: place.node, sealed: place.sealed, aad: start..self.aads.len() });
    }

    fn clear(&mut self) {
        self.leaves.clear();
        self.aads.clear();
    }

    /// Opens all leaves: a full batch comes from a large file and is shared by two threads.
    fn open(&self) -> Vec<Opened> {
        if self.leaves.len() < BATCH {
            return vec![self.open_part(&self.leaves)];
        }
        let (first, second) = self.leaves.split_at(BATCH / 2);
        thread::scope(|scope| {
            let second = scope.spawn(|| {
                let opened = self.open_part(second);
                // The stack of a thread that has ended is kept for the next one.
                scrub_stack();
                opened
            });
            let first = self.open_part(first);
            vec![first, second.join().unwrap_or_else(|panic| panic::resume_unwind(panic))]
        })
    }

    fn open_part(&self, leaves: &[BatchedLeaf]) -> Opened {
        let mut opened = Opened { plaintext: SecretBuffer::new(), rejected: Vec::new() };
        let mut slot = SecretBuffer::new();
        for leaf in leaves {
            if let Err(reason) = self.open_leaf(leaf, &mut slot, &mut opened.plaintext) {
                opened.rejected.push((leaf.node, reason));
            }
        }
        opened
    }

    fn open_leaf(
        &self,
        leaf: &BatchedLeaf,
        slot: &mut SecretBuffer,
        plaintext: &mut SecretBuffer,
    ) -> Result<(), RejectedReason> {
        match Leaf::read(self.yaml, leaf.node, leaf.sealed).map_err(RejectedReason::Problem)? {
            Leaf::Nothing => {}
            Leaf::Clear(bytes) if self.with_clear => plaintext.push_bytes(&bytes),
            Leaf::Clear(_) => {}
            Leaf::Sealed(envelope) => {
                leaf::open_into(self.cipher, &envelope, &self.aads[leaf.aad.clone()], slot)?;
                // A comment in the place of a value becomes a comment again.
                if envelope.value_type != ValueType::Comment {
                    plaintext.push_bytes(slot.expose());
                }
            }
        }
        Ok(())
    }
}
