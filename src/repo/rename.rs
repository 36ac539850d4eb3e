//! Rename plans: one attribute name, its declarations and its references over all Nix files.

use super::path::RepoPath;
use super::repository::{DeclarationRef, ReferenceRef};
use crate::text::Patch;

/// What a rename would change on the Nix side. The leaf itself is renamed by whoever edits the encrypted file.
#[derive(Debug, Clone, PartialEq)]
pub struct RenamePlan {
    /// One patch a file.
    pub patches: Vec<(RepoPath, Patch)>,
    /// The declarations that are renamed.
    pub declarations: Vec<DeclarationRef>,
    /// The references that are renamed.
    pub references: Vec<ReferenceRef>,
    /// References that might mean this secret and are not touched, each with its reason.
    pub left_alone: Vec<LeftAlone>,
}

/// A reference that a rename leaves as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftAlone {
    /// Which one.
    pub reference: ReferenceRef,
    /// Why, in words.
    pub reason: String,
}
