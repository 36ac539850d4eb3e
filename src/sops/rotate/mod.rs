//! A new data key for a file: every value and every sealed comment sealed anew, every wrap made anew.
//!
//! Truth: sops 3.12.2 and 3.13.3, `cmd/sops/rotate.go`. sops keeps the nonces; here each is drawn fresh. Everything that
//! is no ciphertext keeps its bytes, except `lastmodified`.

mod reseal;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;

use super::creation_rule::RuleKey;
use super::data_key::WrapKeyError;
use super::document::Document;
use super::error::DocumentError;
use super::mac;
use super::recipients::{Keep, UpdateKeysError};
use super::seal::SealError;
use super::verify::VerifyError;
use crate::crypto::age::Prompt;
use crate::crypto::{Cipher, DataKey};
use crate::secret::Random;
use crate::yaml::EditError;

/// A document under another data key.
pub struct Rotated {
    /// The document, sealed.
    pub document: Document,
    /// Its data key.
    pub data_key: DataKey,
}

/// Why a file does not get another data key. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotateError {
    /// The file is not what its last writer sealed: a new MAC would call that right.
    #[error(transparent)]
    Tampered(#[from] VerifyError),
    /// The new data key does not reach its recipients.
    #[error(transparent)]
    Keys(#[from] UpdateKeysError),
    /// The values cannot be written anew.
    #[error(transparent)]
    Yaml(#[from] EditError),
    /// The changed text cannot be read any more.
    #[error(transparent)]
    Unreadable(#[from] DocumentError),
    /// The new document does not seal.
    #[error(transparent)]
    Unsealed(#[from] SealError),
    /// No new ciphertext of a comment leaves the file's comment rule where it is.
    #[error("line {line}: the encrypted comment would match the {rule}")]
    CommentMatches {
        /// The line, from 1.
        line: usize,
        /// The rule's field.
        rule: &'static str,
    },
    /// The new document would not hold the same values; it is thrown away.
    #[error("the file under a new data key would not hold the same values")]
    NotAsMeant,
}

impl RotateError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Tampered(error) => error.hint(),
            Self::Keys(UpdateKeysError::Wrap(WrapKeyError::NeedsSops { .. })) => {
                "sops wraps keys for PGP and the cloud's services: sops rotate -i FILE"
            }
            Self::Keys(error) => error.hint(),
            Self::Yaml(error) => error.hint(),
            Self::Unreadable(error) => error.hint(),
            Self::Unsealed(error) => error.hint(),
            Self::CommentMatches { .. } => "choose an expression that no encrypted text can match",
            Self::NotAsMeant => "rotate this file with: sops rotate -i FILE; the file was not touched",
        }
    }
}

impl Document {
    /// The document under a new data key, for the recipients it has or for others.
    ///
    /// # Errors
    /// When the file is not what its last writer sealed, or a recipient cannot be wrapped for.
    pub fn rotate(
        &self,
        wanted: Option<&[Vec<RuleKey>]>,
        cipher: &Cipher,
        now: Timestamp,
        prompt: &Arc<dyn Prompt>,
        random: &mut dyn Random,
    ) -> Result<Rotated, RotateError> {
        let mac = mac::compute(self, cipher).map_err(|rejected| VerifyError::ValuesRejected { rejected })?;
        self.compare_mac(&mac, cipher)?;
        let data_key = DataKey::generate(random);
        let new = data_key.cipher();
        let own = self.metadata().wanted();
        let rewrapped = self.rewrap(wanted.unwrap_or(&own), Keep::Nothing, &data_key, prompt, random)?;
        let document = rewrapped.reseal(cipher, &new, random)?;
        let is_same = mac::compute(&document, &new).is_ok_and(|after| after.same_as(&mac));
        if !is_same || document.entries().len() != self.entries().len() {
            return Err(RotateError::NotAsMeant);
        }
        Ok(Rotated { document: document.seal_with(&mac, now, &new, random)?, data_key })
    }
}
