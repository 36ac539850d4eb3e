//! From the identities of this machine to the data key of a file.

use super::{Asking, Keyring};
use crate::crypto::age::UnwrapError;
use crate::secret::Secret;
use crate::sops::{DataKey, DataKeyUnavailable, Metadata, unwrap_data_key};

/// A file that opened.
pub struct Unlocked {
    /// Its data key.
    pub data_key: DataKey,
    /// The recipient whose identity fitted, as the file spells it; with several key groups the first of them.
    pub recipient: String,
}

impl Keyring {
    /// Unwraps the data key of a file.
    ///
    /// Every recipient is tried with the identities that ask for nothing before the person is asked for anything: a
    /// passphrase is never needed to open what another key on this machine opens.
    ///
    /// # Errors
    /// When the identities do not suffice; [`tried`](Self::tried) then tells of every place that was searched.
    pub fn unlock(&mut self, metadata: &Metadata) -> Result<Unlocked, DataKeyUnavailable> {
        let silent = self.unlock_silently(metadata);
        let anyone_may_ask = self.held.iter().any(|held| held.identity.may_ask());
        match silent {
            Err(_) if anyone_may_ask => self.unlock_asking(metadata, Asking::Allowed),
            outcome => outcome,
        }
    }

    /// Whether it is worth to begin: the data key opens without a question, or a question could still open it.
    ///
    /// # Errors
    /// When no identity of this machine can open it.
    pub fn could_unlock(&mut self, metadata: &Metadata) -> Result<(), DataKeyUnavailable> {
        match self.unlock_silently(metadata) {
            Err(error) if !self.held.iter().any(|held| held.identity.may_ask()) => Err(error),
            _ => Ok(()),
        }
    }

    /// As [`unlock`](Self::unlock), with the identities that ask for nothing.
    pub(in crate::storage) fn unlock_silently(&mut self, metadata: &Metadata) -> Result<Unlocked, DataKeyUnavailable> {
        self.unlock_asking(metadata, Asking::Never)
    }

    fn unlock_asking(&mut self, metadata: &Metadata, asking: Asking) -> Result<Unlocked, DataKeyUnavailable> {
        let mut fitting = None;
        let mut unwrap = |recipient: &str, wrapped: &str| -> Result<Option<Secret>, UnwrapError> {
            let outcome = self.unwrap_asking(recipient, wrapped, asking);
            if matches!(outcome, Ok(Some(_))) {
                fitting.get_or_insert_with(|| recipient.to_owned());
            }
            outcome
        };
        let data_key = unwrap_data_key(metadata, &mut unwrap)?;
        let recipient = fitting.expect("a data key comes out of an unwrapping that succeeded");
        Ok(Unlocked { data_key, recipient })
    }
}
