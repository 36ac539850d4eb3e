//! What can be wrong with an encrypted file, by stage. No message holds a value.

use super::key_path::KeyPath;

/// A text cannot be read as a file encrypted by sops.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// There is nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// There are only comments.
    #[error("the file holds only comments")]
    OnlyComments,
    /// The YAML parser gave up.
    #[error("line {line}, column {column} is not valid YAML: {problem}")]
    NotYaml {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says, without content.
        problem: String,
    },
    /// A document is a list or a single value.
    #[error("line {line}: the top level has to be a mapping")]
    TopLevel {
        /// Line, from 1.
        line: usize,
    },
    /// A key that YAML reads as something else than text.
    #[error("line {line}: the key is not text but {found}")]
    KeyNotText {
        /// Line, from 1.
        line: usize,
        /// `a number`, `a truth value` …
        found: &'static str,
    },
    /// A key stands twice in one mapping.
    #[error("line {line}: the key stands a second time; first in line {first_line}")]
    DuplicateKey {
        /// Line of the second, from 1.
        line: usize,
        /// Line of the first, from 1.
        first_line: usize,
        /// Where.
        path: KeyPath,
    },
    /// There is no `sops` block: the file is not encrypted.
    #[error("the file has no sops metadata")]
    MetadataMissing,
    /// Something in the `sops` block cannot be understood.
    #[error("line {line}: the sops metadata field {field} {problem}")]
    MetadataMalformed {
        /// Line, from 1.
        line: usize,
        /// The field, with a dot before each level.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Two encryption rules at once.
    #[error("line {line}: the sops metadata hold {first} and {second}; only one rule can apply")]
    SeveralRules {
        /// Line of the second, from 1.
        line: usize,
        /// The first rule's field.
        first: &'static str,
        /// The second rule's field.
        second: &'static str,
    },
    /// Text that begins like an envelope and is none.
    #[error("line {line}: the envelope of {path} is malformed")]
    MalformedEnvelope {
        /// Line, from 1.
        line: usize,
        /// Where.
        path: KeyPath,
    },
    /// The file asks for more than the limits allow.
    #[error("line {line}: {problem}")]
    TooLarge {
        /// Line, from 1.
        line: usize,
        /// Which limit.
        problem: String,
    },
}

impl DocumentError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty | Self::OnlyComments | Self::MetadataMissing => {
                "the file is not encrypted; encrypt it with: sopsmith encrypt -i FILE"
            }
            Self::NotYaml { .. } => {
                "if a merge left conflict markers, resolve them; otherwise restore the file from git"
            }
            Self::TopLevel { .. } => "write the values as key: value",
            Self::KeyNotText { .. } => "put the key in double quotes",
            Self::DuplicateKey { .. } => "remove one of the two",
            Self::MetadataMalformed { .. } | Self::SeveralRules { .. } | Self::MalformedEnvelope { .. } => {
                "the line was changed by hand or by a merge; restore it from git"
            }
            Self::TooLarge { .. } => "split the file",
        }
    }
}
