//! The open file: its document, who can open it, and whether its values can be read and changed now.
//!
//! The document in here keeps the MAC it was read with: the MAC is made anew in the text that a save writes, so the
//! patches of the undo history fit at all times.

use super::effect::Request;
use super::event::{Failure, Tried};
use super::why_not::WhyNot;
use crate::repo::{EncryptedFile, RepoPath};
use crate::secret::{Random, Secret};
use crate::sops::{Cipher, DataKey, Document, Edit, EditError, Edited, KeyPath, ReadError, VerifyError};

/// The encrypted file that is open.
pub(super) struct OpenFile {
    pub(super) path: RepoPath,
    pub(super) document: Document,
    pub(super) access: Access,
    pub(super) integrity: Integrity,
    /// The recipient whose identity fitted.
    pub(super) recipient: Option<String>,
    /// The file as it was last saved or read, once it differs.
    pub(super) saved: Option<EncryptedFile>,
}

/// Whether values can be read.
pub(super) enum Access {
    /// The data key is being unwrapped.
    Unlocking(Request),
    /// The data key is here.
    Open(Keys),
    /// The data key was dropped.
    Locked,
    /// No identity fits.
    NoneFits(Vec<Tried>),
    /// Unwrapping failed.
    Failed(Failure),
}

/// The data key and its key schedule.
pub(super) struct Keys {
    pub(super) cipher: Cipher,
}

/// Whether the file is what its last writer sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Integrity {
    /// Not looked at yet: that needs the data key.
    Unknown,
    /// The MAC matches.
    Verified,
    /// It does not match; nothing may be changed.
    Broken(VerifyError),
    /// It did not match, and that was accepted.
    Accepted,
}

impl Keys {
    /// Takes unwrapped bytes as the data key; `None` when they cannot be one.
    pub(super) fn new(data_key: Secret) -> Option<Self> {
        Some(Self { cipher: DataKey::from_secret(data_key).ok()?.cipher() })
    }
}

impl OpenFile {
    /// A file whose data key is being unwrapped.
    pub(super) fn new(path: RepoPath, document: Document, request: Request) -> Self {
        Self {
            path,
            document,
            access: Access::Unlocking(request),
            integrity: Integrity::Unknown,
            recipient: None,
            saved: None,
        }
    }

    /// Whether values can be read now.
    pub(super) fn readable(&self) -> Result<&Cipher, WhyNot> {
        match &self.access {
            Access::Open(keys) => Ok(&keys.cipher),
            Access::Unlocking(_) => Err(WhyNot::Unlocking),
            Access::Locked => Err(WhyNot::Locked),
            Access::NoneFits(_) | Access::Failed(_) => Err(WhyNot::ReadOnly),
        }
    }

    /// Whether values can be changed now.
    pub(super) fn writable(&self) -> Result<&Cipher, WhyNot> {
        match self.integrity {
            Integrity::Broken(_) => Err(WhyNot::Tampered),
            _ => self.readable(),
        }
    }

    /// Drops the data key. Says whether there was one.
    pub(super) fn lock(&mut self) -> bool {
        let was_open = matches!(self.access, Access::Open(_));
        if was_open {
            self.access = Access::Locked;
        }
        was_open
    }

    /// Takes the data key; the first time the whole file is verified with it.
    pub(super) fn unlock(&mut self, keys: Keys, recipient: String) {
        if self.integrity == Integrity::Unknown {
            self.integrity = match self.document.verify(&keys.cipher) {
                Ok(()) => Integrity::Verified,
                Err(error) => Integrity::Broken(error),
            };
        }
        self.access = Access::Open(keys);
        self.recipient = Some(recipient);
    }

    /// Opens one value.
    pub(super) fn open_value(&self, path: &KeyPath) -> Result<Result<Secret, ReadError>, WhyNot> {
        Ok(self.document.open_value(path, self.readable()?))
    }

    /// What edits one after the other come to; nothing is changed yet.
    pub(super) fn try_edits(
        &self,
        edits: &[Edit],
        random: &mut dyn Random,
    ) -> Result<Result<Vec<Edited>, EditError>, WhyNot> {
        let cipher = self.writable()?;
        let mut steps: Vec<Edited> = Vec::with_capacity(edits.len());
        for edit in edits {
            let document = steps.last().map_or(&self.document, |step| &step.document);
            match document.apply(edit, cipher, random) {
                Ok(edited) => steps.push(edited),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(steps))
    }
}

/// The place in a document of a key as the table spells it; `None` when it is not in the file.
///
/// The table's keys join everything with slashes, so a key with a slash inside and a list item are told from the tree.
pub(super) fn locate(key: &str, file: &EncryptedFile, document: &Document) -> Option<KeyPath> {
    let entries = file.entries();
    let known = file.entry(key).map(|entry| entry.key_range.start);
    let start = known.map_or(0, |start| entries.partition_point(|entry| entry.key_range.start < start));
    let index = entries[start..].iter().position(|entry| entry.key == key)?;
    Some(document.entry_at(start + index)?.path())
}
