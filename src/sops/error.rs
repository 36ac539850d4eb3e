//! What can be wrong with an encrypted file, by stage. No message holds a value.

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
    /// The file asks for more than the limits allow.
    #[error("{what} are more than the {limit} that are read")]
    TooLarge {
        /// Bytes, levels of nesting …
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl DocumentError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty | Self::OnlyComments => {
                "write key: value into it, then encrypt it with: sopsmith encrypt -i FILE"
            }
            Self::MetadataMissing => "the file is not encrypted; encrypt it with: sopsmith encrypt -i FILE",
            Self::NotYaml { .. } => {
                "if a merge left conflict markers, resolve them; otherwise restore the file from git"
            }
            Self::TopLevel { .. } => "write the values as key: value",
            Self::MetadataMalformed { .. } | Self::SeveralRules { .. } => {
                "the line was changed by hand or by a merge; restore it from git"
            }
            Self::TooLarge { .. } => "split the file",
        }
    }
}
