//! Identity files that are themselves age files under a passphrase.
//!
//! Truth: sops 3.13.3, `age/encrypted_keys.go`. Unlike sops, a wrong passphrase is asked again, and does not keep other
//! identities from being tried.

use std::sync::{Arc, Mutex, PoisonError};

use super::error::{IdentityError, UnwrapError};
use super::identity::{Identity, LineRule, parse_lines};
use super::prompt::{PassphraseFor, Prompt, to_age_secret};
use super::unwrap::{ATTEMPTS, decryptor, read_to_arena};
use crate::secret::{Secret, scrub_stack};

/// No identity file is longer; the bytes come out of a file that somebody else may have written.
const MAX_PLAINTEXT_BYTES: usize = 1 << 20;
/// As high as age itself writes (18) and four steps more; beyond it a try takes minutes.
const MAX_WORK_FACTOR: u8 = 22;

/// A passphrase-protected identity file, opened when it is first needed.
pub(super) struct ProtectedFile {
    text: Secret,
    name: String,
    prompt: Arc<dyn Prompt>,
    opened: Mutex<Option<Arc<Vec<Identity>>>>,
}

impl ProtectedFile {
    /// Whether bytes look like an age file, by the same beginnings as in sops.
    pub(super) fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(b"age-encryption") || bytes.starts_with(b"-----BEGIN AGE")
    }

    pub(super) fn parse(text: Secret, name: &str, prompt: &Arc<dyn Prompt>) -> Result<Self, IdentityError> {
        match decryptor(text.expose()) {
            Ok(decryptor) if decryptor.is_scrypt() => {
                let (name, prompt) = (name.to_owned(), Arc::clone(prompt));
                Ok(Self { text, name, prompt, opened: Mutex::new(None) })
            }
            _ => Err(IdentityError::ProtectedFileDamaged),
        }
    }

    /// The identities inside, after asking for the passphrase the first time.
    pub(super) fn open(&self) -> Result<Arc<Vec<Identity>>, UnwrapError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(identities) = opened.as_ref() {
            return Ok(Arc::clone(identities));
        }
        let lines = self.decrypt()?;
        let identities = parse_lines(lines.expose(), LineRule::OnePerLine, &self.prompt);
        let identities = Arc::new(
            identities.map_err(|reason| UnwrapError::ProtectedFileUnusable { name: self.name.clone(), reason })?,
        );
        *opened = Some(Arc::clone(&identities));
        Ok(identities)
    }

    fn decrypt(&self) -> Result<Secret, UnwrapError> {
        for attempt in 1..=ATTEMPTS {
            let purpose = PassphraseFor::IdentityFile { name: self.name.clone() };
            let Some(passphrase) = self.prompt.passphrase(&purpose, attempt) else {
                return Err(UnwrapError::PassphraseDeclined { name: self.name.clone() });
            };
            let lines = self.decrypt_with(&passphrase);
            scrub_stack();
            if let Some(lines) = lines? {
                return Ok(lines);
            }
        }
        Err(UnwrapError::PassphraseWrong { name: self.name.clone() })
    }

    /// `None`: the passphrase is wrong.
    fn decrypt_with(&self, passphrase: &Secret) -> Result<Option<Secret>, UnwrapError> {
        let Some(passphrase) = to_age_secret(passphrase) else {
            return Ok(None);
        };
        let mut identity = age::scrypt::Identity::new(passphrase);
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        let identity: &dyn age::Identity = &identity;
        match decryptor(self.text.expose())?.decrypt(std::iter::once(identity)) {
            Ok(reader) => read_to_arena(reader, MAX_PLAINTEXT_BYTES).map(Some),
            Err(age::DecryptError::ExcessiveWork { .. }) => Err(UnwrapError::ExcessiveWork { name: self.name.clone() }),
            Err(age::DecryptError::InvalidMac) => Err(UnwrapError::Tampered),
            Err(_) => Ok(None),
        }
    }
}
