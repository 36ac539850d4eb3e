//! Plans: what renaming or deleting a secret changes on the Nix side, over all files, before anything is changed.
//!
//! A plan is patches and words. The leaf itself is changed by whoever edits the encrypted file.

use super::path::RepoPath;
use super::repository::{DeclarationRef, ReferenceRef};
use crate::nix::{EditError, OptionName, OptionValue};
use crate::text::Patch;

/// One change of a declaration.
#[derive(Debug, Clone, PartialEq)]
pub enum DeclarationChange {
    /// Its attribute gets this name, and so do the references to it.
    Rename(String),
    /// Options are set (`Some`) and removed (`None`).
    Options(Vec<(OptionName, Option<OptionValue>)>),
    /// It is removed.
    Remove,
}

/// How declarations follow when a key of an encrypted file gets another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Follow {
    /// The attribute gets the new name where the key derives from it; otherwise `key` is set.
    Attribute,
    /// The attribute keeps its name, and `key` is set.
    KeyOption,
}

/// What a change of declarations comes to in Nix.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// One patch a file, in the order of the paths.
    pub patches: Vec<(RepoPath, Patch)>,
    /// The declarations that change.
    pub declarations: Vec<DeclarationRef>,
    /// The references that change.
    pub references: Vec<ReferenceRef>,
    /// What might be concerned and is not touched, each with its reason.
    pub left_alone: Vec<LeftAlone>,
}

/// Something a plan leaves as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftAlone {
    /// The reference.
    pub reference: ReferenceRef,
    /// Why, in words.
    pub reason: String,
}

/// Why there is no plan. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A declaration is not there any more.
    #[error("a declaration to be changed is no longer in {0}")]
    Gone(RepoPath),
    /// One file refuses the edit.
    #[error("{file}: {error}")]
    Refused {
        /// The Nix file.
        file: RepoPath,
        /// Why.
        #[source]
        error: EditError,
    },
    /// The edits of one file do not say together what each of them says alone.
    #[error("{0}: the changes do not fit together")]
    DoNotFit(RepoPath),
}

impl PlanError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Gone(_) => "look the declaration up again",
            Self::Refused { error, .. } => error.hint(),
            Self::DoNotFit(_) => "make the changes one by one",
        }
    }
}
