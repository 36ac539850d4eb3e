//! The last step before a save: the MAC over the whole document, and when it was made.

use super::document::Document;
use super::error::DocumentError;
use super::verify::VerifyError;
use super::{mac, metadata};
use crate::crypto::{Cipher, ValueType};
use crate::secret::{Random, Secret};
use crate::yaml::{self, Edit, Fragment, Place};
use jiff::Timestamp;

/// Why a document could not be sealed. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A value does not open: a MAC over it would call tampering right.
    #[error(transparent)]
    Values(#[from] VerifyError),
    /// The metadata cannot be changed as meant.
    #[error(transparent)]
    Yaml(#[from] yaml::EditError),
    /// The changed text cannot be read any more.
    #[error(transparent)]
    Unreadable(#[from] DocumentError),
}

impl SealError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Values(error) => error.hint(),
            Self::Yaml(error) => error.hint(),
            Self::Unreadable(error) => error.hint(),
        }
    }
}

impl Document {
    /// The document with its MAC and `lastmodified` made anew; besides those, not a byte changes.
    ///
    /// # Errors
    /// When a value does not open, or the metadata cannot be changed.
    pub fn seal(&self, now: Timestamp, cipher: &Cipher, random: &mut dyn Random) -> Result<Self, SealError> {
        let mac = mac::compute(self, cipher).map_err(|rejected| VerifyError::ValuesRejected { rejected })?;
        self.seal_with(&mac, now, cipher, random)
    }

    /// As [`seal`](Self::seal), with the MAC over this document.
    pub(super) fn seal_with(
        &self,
        mac: &Secret,
        now: Timestamp,
        cipher: &Cipher,
        random: &mut dyn Random,
    ) -> Result<Self, SealError> {
        let last_modified = rfc3339_seconds(now);
        let mac = cipher.seal(mac.expose(), ValueType::Str, last_modified.as_bytes(), random);
        let mut edits = Vec::new();
        for document in 0..self.documents() {
            self.restamp(document, &last_modified, &mac, &mut edits);
        }
        Ok(Self::from_yaml(self.yaml().edit(&edits)?.after)?)
    }

    /// Writes time and MAC into the block of one document. The first is the one that counts; sops repeats it in all.
    fn restamp(&self, document: usize, last_modified: &str, mac: &str, edits: &mut Vec<Edit>) {
        let yaml = self.yaml();
        let Some(time) = metadata::scalar(yaml, document, "lastmodified") else { return };
        edits.push(Edit::Set { node: time, to: Fragment::Text(last_modified.to_owned()) });
        let to = Fragment::Text(mac.to_owned());
        if let Some(node) = metadata::scalar(yaml, document, "mac") {
            edits.push(Edit::Set { node, to });
        } else if let Some(mapping) = yaml.parent(time) {
            edits.push(Edit::InsertEntry { mapping, place: Place::After(time), key: "mac".to_owned(), value: to });
        }
    }
}

/// The time as sops writes it: UTC, seconds, `Z`.
pub(super) fn rfc3339_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
