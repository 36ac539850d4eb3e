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
use crate::repo::{ContentHash, OwnAccess};
use crate::sops::{
    DataKey, DataKeyUnavailable, Document, DocumentError, KeyChanges, RotateError, RuleKey, UpdateKeysError,
    is_same_recipient,
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
    /// Whoever changes it could not open it any more.
    #[error("afterwards you could not open it: {recipient} is your own key, and would be removed")]
    OwnKey {
        /// The recipient that is removed.
        recipient: String,
    },
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
            Self::OwnKey { .. } => Some(
                "name your key in the rule of .sops.yaml again; --even-mine on the command line removes it even so",
            ),
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

    /// Our own recipient that would be removed while none of ours is left, as far as can be told without asking.
    #[must_use]
    pub fn own_key_lost(&self, wanted: &[Vec<RuleKey>], keyring: &Keyring) -> Option<String> {
        let is_ours = |identity: &str| keyring.recipients().any(|ours| is_same_recipient(ours.as_str(), identity));
        if wanted.iter().flatten().any(|key| is_ours(&key.identity)) {
            return None;
        }
        let removed = self.document.key_changes(wanted).removed;
        removed.into_iter().map(|change| change.identity).find(|identity| is_ours(identity))
    }

    /// Refuses to let our own access end. Whatever opened the file is ours, also where only a question told so.
    fn keep_own(&self, wanted: &[Vec<RuleKey>], opened_by: &str, keyring: &Keyring) -> Result<(), KeysError> {
        let stays = |recipient: &str| wanted.iter().flatten().any(|key| is_same_recipient(&key.identity, recipient));
        let is_left = stays(opened_by) || keyring.recipients().any(|ours| stays(ours.as_str()));
        if is_left { Ok(()) } else { Err(KeysError::OwnKey { recipient: opened_by.to_owned() }) }
    }

    /// Gives the file the wanted recipients; its data key stays.
    ///
    /// # Errors
    /// See [`KeysError`]; also when the file was changed since it was read.
    pub fn update(
        &self,
        wanted: &[Vec<RuleKey>],
        own: OwnAccess,
        keyring: &mut Keyring,
    ) -> Result<KeysOutcome, KeysError> {
        let changes = self.document.key_changes(wanted);
        if changes.is_empty() {
            return Ok(KeysOutcome::UpToDate);
        }
        let Unlocked { data_key, recipient } = keyring.unlock(self.document.metadata())?;
        if own == OwnAccess::Kept {
            self.keep_own(wanted, &recipient, keyring)?;
        }
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
        own: OwnAccess,
        keyring: &mut Keyring,
        now: Timestamp,
    ) -> Result<KeysOutcome, KeysError> {
        let changes = wanted.map(|wanted| self.document.key_changes(wanted)).unwrap_or_default();
        let Unlocked { data_key, recipient } = keyring.unlock(self.document.metadata())?;
        if let Some(wanted) = wanted.filter(|_| own == OwnAccess::Kept) {
            self.keep_own(wanted, &recipient, keyring)?;
        }
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::crypto::age::{NoPrompt, Prompt};
    use crate::sops::CreationRules;
    use crate::storage::{Environment, Platform, seal_new_file};

    /// A throwaway identity, made for the tests only, its recipient, and the recipient of another.
    const IDENTITY: &str = "AGE-SECRET-KEY-1H9URQ8E6J4ZNZ8DD30V3LQSKD9GCMWVDTM4Z3QYULKYNJ90KYN3QXDFXD9";
    const OURS: &str = "age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4";
    const OTHER: &str = "age1lzd99uklcjnc0e7d860axevet2cz99ce9pq6tzuzd05l5nr28ams36nvun";

    fn keyring(identity: &str) -> Keyring {
        let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
        Keyring::find(&Environment::of_pairs(&[("SOPS_AGE_KEY", identity)], Platform::Unix), &prompt)
    }

    fn for_these(recipients: &[&str]) -> Vec<Vec<RuleKey>> {
        vec![recipients.iter().map(|recipient| RuleKey::age(*recipient)).collect()]
    }

    /// A file for our identity, in a folder of its own.
    fn sealed() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.yaml");
        let rules = CreationRules::parse(&format!("creation_rules:\n- age: {OURS}\n")).unwrap();
        let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
        let document = seal_new_file("a: b\n", rules.for_path("f.yaml").unwrap(), &prompt).unwrap();
        fs::write(&path, document.text()).unwrap();
        (folder, path)
    }

    fn recipients(path: &Path) -> Vec<String> {
        let file = FileKeys::read(path).unwrap();
        file.document().metadata().master_keys().map(|key| key.identity.clone()).collect()
    }

    #[test]
    fn recipients_come_and_go_and_an_update_in_step_leaves_the_file_alone() {
        let (_folder, path) = sealed();
        let file = FileKeys::read(&path).unwrap();
        let outcome = file.update(&for_these(&[OURS, OTHER]), OwnAccess::MayEnd, &mut keyring(IDENTITY)).unwrap();
        assert!(matches!(outcome, KeysOutcome::Updated { changes, .. } if changes.added.len() == 1));
        assert_eq!(recipients(&path), [OURS, OTHER]);
        let before = fs::read(&path).unwrap();
        let file = FileKeys::read(&path).unwrap();
        assert_eq!(
            file.update(&for_these(&[OTHER, OURS]), OwnAccess::MayEnd, &mut keyring(IDENTITY)).unwrap(),
            KeysOutcome::UpToDate
        );
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn somebody_may_remove_himself_and_cannot_come_back() {
        let (_folder, path) = sealed();
        FileKeys::read(&path).unwrap().update(&for_these(&[OTHER]), OwnAccess::MayEnd, &mut keyring(IDENTITY)).unwrap();
        assert_eq!(recipients(&path), [OTHER]);
        let back =
            FileKeys::read(&path).unwrap().update(&for_these(&[OURS]), OwnAccess::MayEnd, &mut keyring(IDENTITY));
        assert!(matches!(back, Err(KeysError::NoDataKey(_))));
    }

    #[test]
    fn rotating_and_removing_is_one_step() {
        let (_folder, path) = sealed();
        let file = FileKeys::read(&path).unwrap();
        file.update(&for_these(&[OURS, OTHER]), OwnAccess::MayEnd, &mut keyring(IDENTITY)).unwrap();
        let file = FileKeys::read(&path).unwrap();
        let old = keyring(IDENTITY).unlock(file.document().metadata()).unwrap_or_else(|error| panic!("{error}"));
        let outcome = file
            .rotate(Some(&for_these(&[OURS])), OwnAccess::Kept, &mut keyring(IDENTITY), Timestamp::UNIX_EPOCH)
            .unwrap();
        assert!(matches!(outcome, KeysOutcome::Rotated { changes, .. } if changes.removed.len() == 1));
        assert_eq!(recipients(&path), [OURS]);
        let rotated = FileKeys::read(&path).unwrap();
        let new = keyring(IDENTITY).unlock(rotated.document().metadata()).unwrap_or_else(|error| panic!("{error}"));
        assert!(!new.data_key.same_as(&old.data_key));
        rotated.document().verify(&new.data_key.cipher()).unwrap();
    }

    #[test]
    fn a_file_that_was_changed_meanwhile_is_not_overwritten() {
        let (_folder, path) = sealed();
        let file = FileKeys::read(&path).unwrap();
        let changed = fs::read_to_string(&path).unwrap() + "# by somebody else\n";
        fs::write(&path, &changed).unwrap();
        let update = file.update(&for_these(&[OTHER]), OwnAccess::MayEnd, &mut keyring(IDENTITY));
        assert!(matches!(update, Err(KeysError::Save(SaveError::Changed(_)))));
        let rotation = file.rotate(None, OwnAccess::Kept, &mut keyring(IDENTITY), Timestamp::UNIX_EPOCH);
        assert!(matches!(rotation, Err(KeysError::Save(SaveError::Changed(_)))));
        assert_eq!(fs::read_to_string(&path).unwrap(), changed);
    }

    #[test]
    fn other_formats_are_left_to_sops() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, text: &str, expected: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            let said = FileKeys::read(&path).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(said.contains(expected), "{said}");
        };
        check("a.json", "{}", "JSON");
        check("a.env", "A=b", "dotenv");
        check("a.ini", "", "INI");
        check("key.bin", " {\"data\": 1}", "binary");
        check("a.yaml", "a: b\n", "no sops metadata");
    }
}
