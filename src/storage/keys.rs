//! The recipients and the data key of one file on disk, changed: read, unwrapped, changed, proven, replaced.
//!
//! One file at a time, each replaced whole: whoever works through a tree may stop between two files, or be killed, and
//! begin again. For the command line and the editor alike. Only YAML is edited; sops does the other formats.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::identity::{Keyring, Unlocked};
use super::random::OsRandom;
use super::read::{MAX_FILE_BYTES, ReadError, read_text};
use super::replace::{Accept, Before, Change, Durability, SaveError, save_all};
use crate::repo::ContentHash;
use crate::sops::{
    DataKey, DataKeyUnavailable, Document, DocumentError, KeyChanges, RotateError, RuleKey, UpdateKeysError,
};

/// A file whose recipients or data key may be changed, read without a key.
pub struct FileKeys {
    path: PathBuf,
    document: Document,
    hash: ContentHash,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysOutcome {
    /// It has the wanted recipients already, and was left alone.
    UpToDate,
    /// It is for other recipients now.
    Updated {
        /// Who came and went.
        changes: KeyChanges,
        /// Whether the new content outlives a power cut from now on.
        durability: Durability,
    },
    /// It has another data key now.
    Rotated {
        /// Who came and went in the same step.
        changes: KeyChanges,
        /// Whether the new content outlives a power cut from now on.
        durability: Durability,
    },
}

/// Why a file was not changed. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is of a format that only sops edits.
    #[error("it is a {format} file, and only YAML is edited here")]
    OtherFormat {
        /// `JSON`, `dotenv`, `INI`, `binary`
        format: &'static str,
    },
    /// It is no encrypted file.
    #[error(transparent)]
    Unreadable(#[from] DocumentError),
    /// No identity opens it.
    #[error(transparent)]
    NoDataKey(#[from] DataKeyUnavailable),
    /// Its recipients cannot be changed.
    #[error(transparent)]
    Update(#[from] UpdateKeysError),
    /// It cannot be rotated.
    #[error(transparent)]
    Rotate(#[from] RotateError),
    /// What was made gives another data key; it is thrown away.
    #[error("the changed file would not give the data key that was wrapped")]
    NotAsMeant,
    /// It cannot be replaced.
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl KeysError {
    /// The one next thing to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Read(error) => error.hint(),
            Self::OtherFormat { .. } => Some("sops does it: sops updatekeys FILE, sops rotate -i FILE"),
            Self::Unreadable(error) => Some(error.hint()),
            Self::NoDataKey(_) => Some("somebody who can open the file has to do it"),
            Self::Update(error) => Some(error.hint()),
            Self::Rotate(error) => Some(error.hint()),
            Self::NotAsMeant => Some("the file was not touched; try again, and report it if it stays"),
            Self::Save(error) => error.hint(),
        }
    }
}

impl FileKeys {
    /// Reads a file. Needs no key.
    ///
    /// # Errors
    /// When it cannot be read, is not encrypted, or is no YAML.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        let text = read_text(path, MAX_FILE_BYTES)?;
        if let Some(format) = other_format(path, &text) {
            return Err(KeysError::OtherFormat { format });
        }
        let hash = ContentHash::of(text.as_bytes());
        Ok(Self { path: path.to_owned(), document: Document::parse(text)?, hash })
    }

    /// The path as it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file held when it was read.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Gives the file the wanted recipients; its data key stays.
    ///
    /// # Errors
    /// See [`KeysError`]; also when the file was changed since it was read.
    pub fn update(&self, wanted: &[Vec<RuleKey>], keyring: &mut Keyring) -> Result<KeysOutcome, KeysError> {
        let changes = self.document.key_changes(wanted);
        if changes.is_empty() {
            return Ok(KeysOutcome::UpToDate);
        }
        let Unlocked { data_key, .. } = keyring.unlock(self.document.metadata())?;
        let prompt = keyring.prompt();
        let updated = self.document.update_keys(wanted, &data_key, &prompt, &mut OsRandom)?;
        let durability = self.replace(&updated, &data_key, keyring)?;
        Ok(KeysOutcome::Updated { changes, durability })
    }

    /// Gives the file a new data key, for the recipients it has or for the wanted ones.
    ///
    /// # Errors
    /// See [`KeysError`]; also when the file was changed since it was read.
    pub fn rotate(
        &self,
        wanted: Option<&[Vec<RuleKey>]>,
        keyring: &mut Keyring,
        now: Timestamp,
    ) -> Result<KeysOutcome, KeysError> {
        let changes = wanted.map(|wanted| self.document.key_changes(wanted)).unwrap_or_default();
        let Unlocked { data_key, .. } = keyring.unlock(self.document.metadata())?;
        let prompt = keyring.prompt();
        let rotated = self.document.rotate(wanted, &data_key.cipher(), now, &prompt, &mut OsRandom)?;
        let durability = self.replace(&rotated.document, &rotated.data_key, keyring)?;
        Ok(KeysOutcome::Rotated { changes, durability })
    }

    /// Replaces the file once the new text has proven to be read, and to give the data key to whoever of us it is for.
    fn replace(&self, document: &Document, key: &DataKey, keyring: &mut Keyring) -> Result<Durability, KeysError> {
        let read_back = Document::parse(document.text())?;
        // Without an identity that asks for nothing this cannot be proven; we may also have removed ourselves.
        if keyring.unlock_silently(read_back.metadata()).is_ok_and(|unlocked| !unlocked.data_key.same_as(key)) {
            return Err(KeysError::NotAsMeant);
        }
        let before = Before::Content(self.hash);
        let bytes = document.text().as_bytes();
        let saved = save_all(&[Change { path: &self.path, before, bytes, accept: Accept::Nothing }])?;
        Ok(saved.into_iter().next().map_or(Durability::Durable, |file| file.durability))
    }
}

/// The format of a file that is no YAML, by its name as sops has it, and by its braces.
fn other_format(path: &Path, text: &str) -> Option<&'static str> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match ending {
        "yaml" | "yml" => None,
        "json" => Some("JSON"),
        "env" => Some("dotenv"),
        "ini" => Some("INI"),
        _ => text.trim_start_matches('\u{feff}').trim_start().starts_with('{').then_some("binary"),
    }
}
