//! What can go wrong with a Nix file, by stage: reading never fails (problems are listed), an edit can be refused.

use std::ops::Range;

/// A place that does not follow the grammar, or a file that is too large or nested to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// Where.
    pub range: Range<usize>,
    /// What is wrong, in words.
    pub message: String,
}

/// Why an edit is refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The file has a syntax error.
    #[error("line {line}: {message}")]
    Syntax {
        /// Line of the first error.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// No such declaration or site: the file has changed since it was looked up.
    #[error("the place to be edited is no longer there")]
    Gone,
    /// The name is taken in the same place.
    #[error("line {line}: {name} is declared already")]
    NameTaken {
        /// The name.
        name: String,
        /// Where it is declared.
        line: usize,
    },
    /// The declaration is computed.
    #[error("line {line}: {name} {why}")]
    Computed {
        /// The declaration's name, or the text that stands for it.
        name: String,
        /// Where.
        line: usize,
        /// Why it cannot be edited where it stands: "is computed by a function" …
        why: String,
    },
    /// An option's value comes from elsewhere.
    #[error("line {line}: {option} of {name} {why}")]
    ComputedOption {
        /// The declaration's name.
        name: String,
        /// The option.
        option: String,
        /// Where.
        line: usize,
        /// Why it cannot be edited where it stands.
        why: String,
    },
    /// The option is not set.
    #[error("{option} of {name} is not set")]
    NotSet {
        /// The declaration's name.
        name: String,
        /// The option.
        option: String,
    },
    /// A value cannot be written in Nix.
    #[error("{what} cannot be written in Nix")]
    Unwritable {
        /// Which name or option.
        what: String,
    },
    /// What would have to grow is computed.
    #[error("line {line}: {what} is computed, so that nothing can be added to it")]
    NotPlain {
        /// Where.
        line: usize,
        /// What: `imports`, `the module` …
        what: String,
    },
    /// The changed text does not say what was meant; it is thrown away.
    #[error("line {line}: the changed file would not say what was meant: {difference}")]
    NotAsMeant {
        /// Line of the edit.
        line: usize,
        /// The first difference, in words.
        difference: String,
    },
}

impl EditError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "mend the syntax first; the file is not touched until then",
            Self::Gone => "look the declaration up again",
            Self::NameTaken { .. } => "choose another name, or edit the declaration that is there",
            Self::Computed { .. } => "edit the expression by hand, or declare the secret in a literal set",
            Self::ComputedOption { .. } => "edit the place it comes from by hand",
            Self::NotSet { .. } => "nothing to remove: the module's default holds",
            Self::Unwritable { .. } => "use text without NUL characters, or a complete Nix expression",
            Self::NotPlain { .. } => "add the line by hand",
            Self::NotAsMeant { .. } => "make this change by hand; the file was not touched",
        }
    }
}
