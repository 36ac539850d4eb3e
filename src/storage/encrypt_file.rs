//! A file in the clear becomes an encrypted one, in place: read, sealed, read back, replaced if it still is what it was.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read::{MAX_FILE_BYTES, ReadError, read_secret};
use super::replace::{Accept, Before, Change, SaveError, save_all};
use super::seal_new::{SealNewError, seal_new_file};
use super::shown;
use crate::crypto::age::Prompt;
use crate::repo::ContentHash;
use crate::sops::{CreationRule, Document, DocumentError};

/// Why a file was not encrypted. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum EncryptFileError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is no text.
    #[error("{} is not UTF-8 text", shown(.0))]
    NotText(PathBuf),
    /// It cannot be sealed.
    #[error("{}: {source}", shown(path))]
    NotSealed {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SealNewError,
    },
    /// What was sealed cannot be read back.
    #[error(transparent)]
    Unreadable(#[from] DocumentError),
    /// It cannot be replaced.
    #[error(transparent)]
    Save(#[from] SaveError),
}

impl EncryptFileError {
    /// The one next thing to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Read(error) => error.hint(),
            Self::NotText(_) => Some("sops encrypts such a file as a whole: sops encrypt --input-type binary"),
            Self::NotSealed { source, .. } => Some(source.hint()),
            Self::Unreadable(error) => Some(error.hint()),
            Self::Save(error) => error.hint(),
        }
    }
}

/// Encrypts a file in place by a rule, and returns its new text.
///
/// # Errors
/// See [`EncryptFileError`].
pub fn encrypt_file(path: &Path, rule: &CreationRule, prompt: &Arc<dyn Prompt>) -> Result<String, EncryptFileError> {
    let plain = read_secret(path, MAX_FILE_BYTES)?;
    let text = std::str::from_utf8(plain.expose()).map_err(|_| EncryptFileError::NotText(path.to_owned()))?;
    let sealed = seal_new_file(text, rule, prompt)
        .map_err(|source| EncryptFileError::NotSealed { path: path.to_owned(), source })?;
    let sealed = Document::parse(sealed.text())?;
    let before = Before::Content(ContentHash::of(plain.expose()));
    save_all(&[Change { path, before, bytes: sealed.text().as_bytes(), accept: Accept::Nothing }])?;
    Ok(sealed.text().to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::crypto::age::NoPrompt;
    use crate::sops::CreationRules;

    /// A throwaway recipient, made for the tests only.
    const RULES: &str = "creation_rules:\n- age: age1k573ahyaywgx4r34kkrectcvmgxmuzxjmyxtny7sf6fnmmk3sugqprsup4\n";

    fn encrypt(text: &[u8]) -> (Result<String, String>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.yaml");
        fs::write(&path, text).unwrap();
        let rules = CreationRules::parse(RULES).unwrap();
        let prompt: Arc<dyn Prompt> = Arc::new(NoPrompt);
        let outcome = encrypt_file(&path, rules.for_path("x.yaml").unwrap(), &prompt);
        let place = format!("{}/", folder.path().display());
        (outcome.map_err(|error| error.to_string().replace(&place, "")), fs::read(&path).unwrap())
    }

    #[test]
    fn a_plain_file_is_replaced_by_its_sealed_text() {
        let (outcome, on_disk) = encrypt(b"# note\na: plain\n");
        assert_eq!(outcome.unwrap().as_bytes(), on_disk);
        assert!(!String::from_utf8(on_disk).unwrap().contains("plain"));
    }

    #[test]
    fn what_sops_would_refuse_stays_as_it_is() {
        let check = |text: &[u8], expected: &str| {
            let (outcome, on_disk) = encrypt(text);
            assert_eq!((outcome.unwrap_err().as_str(), on_disk.as_slice()), (expected, text));
        };
        check(b"- a\n", "x.yaml: line 1: the top level has to be a mapping");
        check(b"a: \xff\n", "x.yaml is not UTF-8 text");
    }
}
