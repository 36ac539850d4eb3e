//! Opening values and verifying a whole file: one pass, one value at a time.

use super::document::Document;
use super::entry::{Entry, LeafType};
use super::key_path::KeyPath;
use super::leaf::{self, Leaf};
use super::{mac, metadata, plaintext};
use crate::crypto::{Cipher, Envelope};
use crate::secret::{Secret, SecretBuffer};
use crate::yaml::{Kind, NodeId};

/// A file is not what its last writer sealed. Tampering, damage and a missing MAC never look alike.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Single values do not open, or are none.
    #[error("{} of the values cannot be opened; the first is {}", rejected.len(), rejected[0])]
    ValuesRejected {
        /// Which, in the order of the file; at least one.
        rejected: Vec<Rejected>,
    },
    /// Every value is whole, but order, names or clear values are not those that were sealed.
    #[error("the MAC does not fit: every value is whole, but clear text, order or presence of keys was changed")]
    MacMismatch,
    /// The MAC itself does not open under `lastmodified`.
    #[error("the MAC in line {line} does not belong to this data key and this lastmodified")]
    MacRejected {
        /// The line of the MAC, from 1.
        line: usize,
    },
    /// There is no MAC.
    #[error("the file has no MAC")]
    MacMissing,
}

impl VerifyError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::ValuesRejected { .. } => {
                "restore these lines from version control, or set the values anew; if it is all of them, the data key is another file's"
            }
            Self::MacMismatch | Self::MacRejected { .. } | Self::MacMissing => {
                "compare with the last version in git; if the change was meant, save the file with a new MAC: --ignore-mac"
            }
        }
    }
}

/// One value that does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} in line {line}, which {reason}")]
pub struct Rejected {
    /// The place.
    pub path: KeyPath,
    /// Its line, from 1.
    pub line: usize,
    /// Why.
    pub reason: RejectedReason,
}

/// Why a value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RejectedReason {
    /// The tag does not fit.
    #[error("was not sealed with this data key for this place")]
    Tag,
    /// The envelope is damaged.
    #[error("is damaged: its part {part} cannot be read")]
    Damaged {
        /// `data`, `iv`, `tag` or `type`.
        part: &'static str,
    },
    /// The plaintext is no value of its type.
    #[error("is not of the type that its envelope names")]
    NotOfItsType,
    /// See [`ProblemKind`](super::ProblemKind): told without a key as well.
    #[error("{0}")]
    Problem(super::ProblemKind),
}

/// A value cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Nothing stands there.
    #[error("there is no key {path}")]
    NoSuchKey {
        /// The place.
        path: KeyPath,
    },
    /// A mapping or list stands there.
    #[error("{path} holds other keys, not a value")]
    IsBranch {
        /// The place.
        path: KeyPath,
    },
    /// It does not open.
    #[error("{0}")]
    Rejected(Rejected),
}

impl Document {
    /// Opens every value once, and compares with the MAC.
    ///
    /// # Errors
    /// When the file is not what its last writer sealed; single values are named.
    pub fn verify(&self, cipher: &Cipher) -> Result<(), VerifyError> {
        let computed = mac::compute(self, cipher).map_err(|rejected| VerifyError::ValuesRejected { rejected })?;
        self.compare_mac(&computed, cipher)
    }

    /// Compares with the MAC that the file holds.
    pub(super) fn compare_mac(&self, computed: &Secret, cipher: &Cipher) -> Result<(), VerifyError> {
        let sealed = self.metadata().mac().ok_or(VerifyError::MacMissing)?;
        let stored = Envelope::parse(sealed)
            .ok()
            .and_then(|envelope| cipher.open(&envelope, self.metadata().mac_bound_to().as_bytes()).ok())
            .ok_or(VerifyError::MacRejected { line: self.line_of_mac() })?;
        if stored.same_as(computed) { Ok(()) } else { Err(VerifyError::MacMismatch) }
    }

    /// The value at `path` as text: strings as they are, everything else as YAML writes it (`true`, `8080`, `null`).
    ///
    /// # Errors
    /// When there is no leaf, or it does not open.
    pub fn open_value(&self, path: &KeyPath, cipher: &Cipher) -> Result<Secret, ReadError> {
        let entry = self.entry(path).ok_or_else(|| ReadError::NoSuchKey { path: path.clone() })?;
        let node = self.yaml().follow(entry.node());
        let Kind::Scalar(_) = self.yaml().kind(node) else { return Err(ReadError::IsBranch { path: path.clone() }) };
        let mut value = SecretBuffer::new();
        let reject = |reason| ReadError::Rejected(self.rejected(entry.node(), reason));
        let leaf = Leaf::read(self.yaml(), node, entry.falls_under_rule());
        match leaf.map_err(|problem| reject(RejectedReason::Problem(problem)))? {
            Leaf::Sealed(envelope) => {
                leaf::open_into(cipher, &envelope, &entry.aad(), &mut value).map_err(reject)?;
                plaintext::to_yaml(envelope.value_type.into(), &mut value);
            }
            // What stands in the clear is shown as it is written: `0x1F` stays `0x1F`.
            Leaf::Clear(_) | Leaf::Nothing => {
                let written = self.yaml().text_of(node).unwrap_or_default();
                let is_null = written.is_empty() && entry.leaf_type() == Some(LeafType::Null);
                value.push_bytes(if is_null { b"null" } else { written.as_bytes() });
            }
        }
        Ok(value.into_secret())
    }

    /// Names the place of a node that does not open.
    pub(super) fn rejected(&self, node: NodeId, reason: RejectedReason) -> Rejected {
        let entry = self.entry_of(node);
        let path = entry.map_or_else(KeyPath::root, Entry::path);
        Rejected { path, line: self.yaml().line(node), reason }
    }

    fn line_of_mac(&self) -> usize {
        metadata::scalar(self.yaml(), 0, "mac").map_or(1, |node| self.yaml().line(node))
    }
}
