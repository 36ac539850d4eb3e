//! A plain text becomes an encrypted file by its creation rule: with a data key of its own, the system's randomness, and
//! the time that it is.

use std::sync::Arc;

use jiff::Timestamp;

use super::{OsRandom, Prompt};
use crate::sops::{CreationRule, DataKey, Document, EncryptError, NewFile, WrapKeyError, wrap_data_key};

/// Why a text was not sealed. Nothing of its content is told.
#[derive(Debug, thiserror::Error)]
pub enum SealNewError {
    /// The data key cannot be wrapped for someone.
    #[error(transparent)]
    NotWrapped(#[from] WrapKeyError),
    /// The text cannot be encrypted.
    #[error(transparent)]
    NotEncrypted(#[from] EncryptError),
}

impl SealNewError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotWrapped(error) => error.hint(),
            Self::NotEncrypted(error) => error.hint(),
        }
    }
}

/// Seals a plain text with a data key of its own, wrapped for the recipients of a rule.
///
/// # Errors
/// When a recipient cannot be wrapped to, or sops would refuse the text.
pub fn seal_new_file(text: &str, rule: &CreationRule, prompt: &Arc<dyn Prompt>) -> Result<Document, SealNewError> {
    let random = &mut OsRandom;
    let key = DataKey::generate(random);
    let file = NewFile {
        groups: wrap_data_key(&key, rule, prompt, random)?,
        shamir_threshold: rule.shamir_threshold,
        rule: rule.encryption_rule.clone(),
        mac_only_encrypted: rule.mac_only_encrypted,
    };
    Ok(Document::encrypt(text, &file, &key.cipher(), Timestamp::now(), random)?)
}
