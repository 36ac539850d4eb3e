//! One encrypted file as a command works on it: read, unlock, change, save.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::failure::{Failure, code};
use super::prompt::TerminalPrompt;
use crate::crypto::age::Prompt;
use crate::repo::ContentHash;
use crate::secret::{LockState, lock_state};
use crate::sops::{
    Cipher, DataKeyUnavailable, Document, DocumentError, Edit, EditError, KeyPath, ReadError, SealError, VerifyError,
    way_to_encrypt,
};
use crate::storage::{self, Accept, Before, Change, OsRandom, SaveError};
use crate::storage::{Environment, Keyring, Tried};

/// An encrypted file, read without a key.
pub(super) struct SealedFile {
    /// The path as it was given.
    pub(super) path: PathBuf,
    /// What it holds.
    pub(super) document: Document,
    hash: ContentHash,
}

impl SealedFile {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = read_text(path)?;
        let hash = ContentHash::of(text.as_bytes());
        let document = Document::parse(text).map_err(|error| unreadable(&error, path))?;
        Ok(Self { path: path.to_owned(), document, hash })
    }

    /// Unwraps the data key with whatever identity fits, and verifies the whole file with it.
    pub(super) fn unlock(&self) -> Result<Cipher, Failure> {
        self.unlock_with(&Environment::of_process())
    }

    /// As [`unlock`](Self::unlock), with the identities of an environment.
    pub(super) fn unlock_with(&self, environment: &Environment) -> Result<Cipher, Failure> {
        let cipher = self.data_key(environment)?;
        self.document.verify(&cipher).map_err(|error| self.failure(tampered(&error)))?;
        Ok(cipher)
    }

    /// Unwraps the data key with whatever identity fits; the caller verifies.
    pub(super) fn data_key(&self, environment: &Environment) -> Result<Cipher, Failure> {
        let prompt: Arc<dyn Prompt> = Arc::new(TerminalPrompt);
        let mut keyring = keyring(environment, &prompt);
        match keyring.unlock(self.document.metadata()) {
            Ok(unlocked) => Ok(unlocked.data_key.cipher()),
            Err(unavailable) => Err(self.failure(no_data_key(&unavailable, keyring.tried()))),
        }
    }

    /// Makes a change, makes the MAC anew and saves. `false`: the file says so already, and is left alone.
    pub(super) fn change(&self, edits: &[Edit], cipher: &Cipher) -> Result<bool, Failure> {
        let random = &mut OsRandom;
        let mut changed: Option<Document> = None;
        for edit in edits {
            let document = changed.as_ref().unwrap_or(&self.document);
            let edited = document.apply(edit, cipher, random).map_err(|error| self.failure(refused(&error)))?;
            if !edited.patch.is_empty() {
                changed = Some(edited.document);
            }
        }
        let Some(changed) = changed else { return Ok(false) };
        let sealed = changed.seal(Timestamp::now(), cipher, random).map_err(|error| self.failure(unsealed(&error)))?;
        self.save(sealed.text())?;
        Ok(true)
    }

    /// Refuses a change that would store the new key `path` in the clear; nothing is written.
    pub(super) fn refuse_in_clear(&self, path: &KeyPath, trial: &Edit, cipher: &Cipher) -> Result<(), Failure> {
        let edited =
            self.document.apply(trial, cipher, &mut OsRandom).map_err(|error| self.failure(refused(&error)))?;
        // Where a list grows, the new position is not known by the number that was given.
        let place = match trial {
            Edit::InsertItem { list, .. } => list,
            _ => path,
        };
        if edited.document.entry(place).is_none_or(|entry| entry.falls_under_rule()) {
            return Ok(());
        }
        let rule = self.document.metadata().rule().selector().field();
        Err(self.failure(refused(&EditError::WouldUncover { path: path.clone(), rule })))
    }

    fn save(&self, text: &str) -> Result<(), Failure> {
        let before = Before::Content(self.hash);
        save(&[Change { path: &self.path, before, bytes: text.as_bytes(), accept: Accept::Nothing }])
    }

    /// Says which declarations still ask for a key that is not there any more: commands leave Nix files alone.
    pub(super) fn note_readers_of(&self, key: &KeyPath) {
        let Some(key) = key.to_slashes() else { return };
        let below = format!("{key}/");
        for row in super::list::rows(&self.document, &self.path) {
            let is_concerned = row.key == key || row.key.starts_with(&below);
            for place in row.declarations.iter().filter(|_| is_concerned) {
                super::note(&format!(
                    "{}:{} still reads {}; the editor changes both sides",
                    place.file, place.line, row.key
                ));
            }
        }
    }

    /// The key path of an argument.
    pub(super) fn key(&self, text: &str) -> Result<KeyPath, Failure> {
        key_path(text)
    }

    /// Puts the file in front of a failure.
    pub(super) fn failure(&self, failure: Failure) -> Failure {
        failure.in_file(&self.path)
    }
}

/// The identities of an environment; says so where memory is not locked.
pub(super) fn keyring(environment: &Environment, prompt: &Arc<dyn Prompt>) -> Keyring {
    if let LockState::Unlocked { reason } = lock_state() {
        super::note(&format!("sopsmith: memory is not locked: {reason}; values may be written to swap"));
    }
    Keyring::find(environment, prompt)
}

/// Reads a text file of a person's choice.
pub(super) fn read_text(path: &Path) -> Result<String, Failure> {
    storage::read_text(path, storage::MAX_FILE_BYTES).map_err(|error| {
        let code = match error {
            storage::ReadError::Absent(_) => code::NO_FILE,
            _ => code::COULD_NOT_READ,
        };
        Failure::new(code, &error).maybe_hint(error.hint())
    })
}

/// Saves files, all or none.
pub(super) fn save(changes: &[Change<'_>]) -> Result<(), Failure> {
    match storage::save_all(changes) {
        Ok(saved) => {
            for file in saved {
                if let storage::Durability::Unknown(reason) = file.durability {
                    let path = storage::shown(&file.path);
                    super::note(&format!(
                        "sopsmith: {path} is saved; whether it outlives a power cut is unknown: {reason}"
                    ));
                }
            }
            Ok(())
        }
        Err(error) => Err(unsaved(&error)),
    }
}

/// A file that could not be replaced.
pub(super) fn unsaved(error: &SaveError) -> Failure {
    Failure::new(code::COULD_NOT_WRITE, error).maybe_hint(error.hint())
}

/// The key path of an argument.
pub(super) fn key_path(text: &str) -> Result<KeyPath, Failure> {
    text.parse().map_err(|error: crate::sops::KeyPathError| {
        Failure::new(code::BAD_KEY_PATH, format!("{}: {error}", crate::text::sanitize(text))).hint(error.hint())
    })
}

/// A file that is no encrypted one.
pub(super) fn unreadable(error: &DocumentError, path: &Path) -> Failure {
    let code = match error {
        DocumentError::Empty => code::EMPTY_FILE,
        DocumentError::MetadataMissing => code::GENERIC,
        _ => code::COULD_NOT_READ,
    };
    let hint = match error {
        DocumentError::MetadataMissing => way_to_encrypt(&storage::shown(path)),
        error => error.hint().to_owned(),
    };
    Failure::new(code, error).hint(hint).in_file(path)
}

/// A file that is not what its last writer sealed.
pub(super) fn tampered(error: &VerifyError) -> Failure {
    let code = match error {
        VerifyError::ValuesRejected { .. } => code::DECRYPTING_TREE,
        VerifyError::MacMismatch | VerifyError::MacRejected { .. } | VerifyError::MacMissing => code::MAC_MISMATCH,
    };
    Failure::new(code, error).hint("git log -p shows who changed the file last; nothing was written")
}

/// A document that cannot be sealed.
fn unsealed(error: &SealError) -> Failure {
    match error {
        SealError::Values(error) => tampered(error),
        SealError::Yaml(_) | SealError::Unreadable(_) => Failure::new(code::GENERIC, error).hint(error.hint()),
    }
}

/// A change that cannot be made.
fn refused(error: &EditError) -> Failure {
    let code = match error {
        EditError::NoSuchKey { .. }
        | EditError::NotABranch { .. }
        | EditError::NotAList { .. }
        | EditError::IsBranch { .. } => code::BAD_KEY_PATH,
        _ => code::INVALID_VALUE,
    };
    Failure::new(code, error)
}

/// A value that cannot be read.
pub(super) fn unread(error: &ReadError) -> Failure {
    let code = match error {
        ReadError::NoSuchKey { .. } | ReadError::IsBranch { .. } => code::BAD_KEY_PATH,
        ReadError::Rejected(_) => code::DECRYPTING_TREE,
    };
    Failure::new(code, error)
}

/// No identity fits: who could open the file, and where keys were looked for.
pub(super) fn no_data_key(unavailable: &DataKeyUnavailable, tried: &[Tried]) -> Failure {
    let mut words = unavailable.to_string();
    for attempt in &unavailable.attempts {
        words.push_str(&format!("\n  {} {}: {}", attempt.kind.title(), attempt.identity, attempt.outcome));
    }
    words.push_str("\nlooked for identities in:");
    for place in tried {
        words.push_str(&format!("\n  {}: {}", place.place, place.outcome()));
    }
    let hint = "set SOPS_AGE_KEY_FILE to a file that holds one of these keys (an SSH key: \
                SOPS_AGE_SSH_PRIVATE_KEY_FILE), or ask one of their owners to add yours";
    Failure::new(code::NO_DATA_KEY, words).hint(hint)
}
