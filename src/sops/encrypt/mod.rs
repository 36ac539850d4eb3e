//! A plain YAML text becomes an encrypted file: its layout stays, values and comments are sealed, a `sops` block is added.
//!
//! Truth: sops 3.12.2, `sops.go` (`Encrypt`), `stores/stores.go` for the block. Comments in lists stay comments
//! (sops makes elements of them): every version reads both. Aliases become copies, as in sops.

mod block;
mod sealing;

use super::document::{Document, check_top_level};
use super::encryption_rule::EncryptionRule;
use super::error::DocumentError;
use super::metadata::KeyGroup;
use super::problem::{ProblemKind, key_problem};
use super::seal::{SealError, rfc3339_seconds};
use super::walk::METADATA_KEY;
use crate::crypto::Cipher;
use crate::secret::Random;
use crate::yaml::{self, Edit, Item, Limits, Yaml};
use jiff::Timestamp;
use sealing::Sealing;

/// Who can open a new file, and which of its values are sealed.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// The recipients with the data key, or its shares, wrapped for them.
    pub groups: Vec<KeyGroup>,
    /// How many groups are needed; 0 for all of them.
    pub shamir_threshold: usize,
    /// Which leaves are sealed.
    pub rule: EncryptionRule,
    /// Whether the MAC leaves out the values that stay in the clear.
    pub mac_only_encrypted: bool,
}

/// A plain text cannot be encrypted. Nothing of its content is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncryptError {
    /// It is no YAML that sops reads.
    #[error(transparent)]
    Unreadable(#[from] DocumentError),
    /// There is a `sops` key at the top already.
    #[error("line {line}: there is a top-level key sops, so the file is encrypted already")]
    AlreadyEncrypted {
        /// Its line, from 1.
        line: usize,
    },
    /// A key or value that sops refuses.
    #[error("line {line}: the key or value {problem}")]
    Problem {
        /// The line, from 1.
        line: usize,
        /// What.
        problem: ProblemKind,
    },
    /// The rule is a regular expression that matches nothing, because it is none.
    #[error("the {field} is not a regular expression that sops can read")]
    InvalidRule {
        /// The rule's field.
        field: &'static str,
    },
    /// A sealed comment would switch encryption off when it is read again.
    #[error("line {line}: the encrypted comment would match the unencrypted_comment_regex")]
    CommentMatches {
        /// The line, from 1.
        line: usize,
    },
    /// The sealed values cannot be written as YAML.
    #[error(transparent)]
    Yaml(#[from] yaml::EditError),
    /// The result does not open.
    #[error(transparent)]
    Unsealed(#[from] SealError),
}

impl EncryptError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(DocumentError::Empty | DocumentError::OnlyComments) => "write at least one key: value",
            Self::Unreadable(error) => error.hint(),
            Self::AlreadyEncrypted { .. } => {
                "nothing is left to do; if sops is a key of your own at the top, give it another name"
            }
            Self::Problem { problem, .. } => problem.hint(),
            Self::InvalidRule { .. } => "mend the rule in .sops.yaml; sops would store every value in the clear",
            Self::CommentMatches { .. } => "choose an expression that no encrypted text can match",
            Self::Yaml(error) => error.hint(),
            Self::Unsealed(error) => error.hint(),
        }
    }
}

impl Document {
    /// Encrypts a plain text.
    ///
    /// # Errors
    /// When sops would refuse the text, or the result would not open.
    pub fn encrypt(
        text: &str,
        file: &NewFile,
        cipher: &Cipher,
        now: Timestamp,
        random: &mut dyn Random,
    ) -> Result<Self, EncryptError> {
        let yaml = Yaml::parse(text, &Limits::default()).map_err(DocumentError::from)?;
        check_top_level(&yaml)?;
        check_plain(&yaml, &file.rule)?;
        let mut edits = Sealing::new(&yaml, file, cipher, random).run()?;
        edits.extend(yaml.documents().iter().map(|document| Edit::InsertEntry {
            mapping: document.root,
            place: yaml::Place::Last,
            key: METADATA_KEY.to_owned(),
            value: file.block(rfc3339_seconds(now)),
        }));
        let sealed = Self::from_yaml(yaml.edit(&edits)?.after)?;
        Ok(sealed.seal(now, cipher, random)?)
    }
}

/// Refuses what sops refuses: keys that are no text or stand twice, a `sops` key, a rule that is none.
fn check_plain(yaml: &Yaml, rule: &EncryptionRule) -> Result<(), EncryptError> {
    if !rule.is_valid() {
        return Err(EncryptError::InvalidRule { field: rule.selector().field() });
    }
    if let Some(duplicate) = yaml.duplicates().first() {
        let problem = ProblemKind::DuplicateKey { first_line: yaml.line(duplicate.first) };
        return Err(EncryptError::Problem { line: yaml.line(duplicate.second), problem });
    }
    for document in yaml.documents() {
        if let Some(entry) = yaml.entry(document.root, METADATA_KEY) {
            return Err(EncryptError::AlreadyEncrypted { line: yaml.line(entry.key) });
        }
        for visit in yaml.walk(document.root) {
            let Item::Entry(entry) = visit.item else { continue };
            if let Some(problem) = key_problem(yaml, entry.key) {
                return Err(EncryptError::Problem { line: yaml.line(entry.key), problem });
            }
        }
    }
    Ok(())
}
