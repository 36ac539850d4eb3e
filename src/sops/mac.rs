//! The MAC: SHA-512 over the plaintext of every value in tree order, sealed with `lastmodified` as its AAD.
//!
//! Truth: sops 3.12.2, `sops.go`, `Encrypt` and `Decrypt`. Neither keys nor types nor lengths count; comments, nulls and
//! empty branches do not either. Values pass one at a time through one slot of the arena.

use super::document::Document;
use super::leaf::{self, Leaf};
use super::verify::{Rejected, RejectedReason};
use super::walk::{Aliases, Place, Step, Walker};
use crate::crypto::{Cipher, ValueType};
use crate::secret::{Secret, SecretBuffer, scrub_stack};
use sha2::{Digest, Sha512};

/// What the hash begins with when only sealed values count: the SHA-256 of the letters `sops`, so that the two kinds of
/// MAC never agree.
const ONLY_SEALED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b, 0x97, 0x5b,
    0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// The MAC over a document: 128 upper-case hexadecimal digits.
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
    let mut pass = Pass {
        document,
        cipher,
        only_sealed: document.metadata().mac_only_encrypted(),
        hash: Sha512::new(),
        slot: SecretBuffer::new(),
    };
    if pass.only_sealed {
        pass.hash.update(ONLY_SEALED);
    }
    let mut rejected = Vec::new();
    let mut walker = Walker::new(document.yaml(), document.metadata().rule(), Aliases::Expand);
    while let Some(step) = walker.step() {
        if let Step::Leaf(place) = step
            && let Err(reason) = pass.count(&place, walker.aad())
        {
            rejected.push(document.rejected(place.node, reason));
        }
    }
    if rejected.is_empty() { Ok(hexadecimal(&pass.hash.finalize())) } else { Err(rejected) }
}

struct Pass<'d> {
    document: &'d Document,
    cipher: &'d Cipher,
    only_sealed: bool,
    hash: Sha512,
    slot: SecretBuffer,
}

impl Pass<'_> {
    fn count(&mut self, place: &Place, aad: &str) -> Result<(), RejectedReason> {
        match Leaf::read(self.document.yaml(), place.node, place.sealed).map_err(RejectedReason::Problem)? {
            Leaf::Nothing => {}
            Leaf::Clear(_) if self.only_sealed => {}
            Leaf::Clear(bytes) => self.hash.update(bytes),
            Leaf::Sealed(envelope) => {
                leaf::open_into(self.cipher, &envelope, aad, &mut self.slot)?;
                // A comment in the place of a value becomes a comment again.
                if envelope.value_type != ValueType::Comment {
                    self.hash.update(self.slot.expose());
                }
            }
        }
        Ok(())
    }
}

fn hexadecimal(digest: &[u8]) -> Secret {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = SecretBuffer::with_capacity(digest.len() * 2);
    for byte in digest {
        text.push_bytes(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    text.into_secret()
}
