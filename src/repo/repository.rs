//! The files of a repository, read, and the indexes over them.

use super::blast::{BlastRadius, Changes};
use super::encrypted::EncryptedFile;
use super::path::RepoPath;
use super::placement::Placement;
use super::plan::{DeclarationChange, Follow, Plan, PlanError};
use super::row::Row;
use super::site::Suggestion;
use crate::nix::{Declaration, DeclarationId, Defaults, ModuleKind, NixFile, Place, Reference, Template};

/// A repository: its Nix files and its encrypted files.
#[derive(Debug, Default)]
pub struct Repository {}

/// A declaration somewhere in the repository; valid until its file changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclarationRef {
    /// The Nix file.
    pub file: RepoPath,
    /// The declaration in it.
    pub id: DeclarationId,
}

/// A reference somewhere in the repository; valid until its file changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceRef {
    /// The Nix file.
    pub file: RepoPath,
    /// Its index in [`NixFile::references`].
    pub index: usize,
}

/// A template somewhere in the repository; valid until its file changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateRef {
    /// The Nix file.
    pub file: RepoPath,
    /// Its index in [`NixFile::templates`].
    pub index: usize,
}

impl Repository {
    /// Reads a repository, on as many threads as are useful. Files that are neither Nix nor encrypted by sops are only
    /// remembered by name.
    #[must_use]
    pub fn new(texts: impl IntoIterator<Item = (RepoPath, String)>) -> Self {
        texts.into_iter().for_each(drop);
        todo!()
    }

    /// Reads one file again (`None`: it is gone); the others stay as they were read.
    pub fn update_file(&mut self, path: &RepoPath, text: Option<String>) {
        todo!("{path} {}", text.is_some())
    }

    /// All files, sorted.
    pub fn files(&self) -> impl Iterator<Item = &RepoPath> {
        std::iter::empty()
    }

    /// The Nix file at `path`.
    #[must_use]
    pub fn nix_file(&self, path: &RepoPath) -> Option<&NixFile> {
        todo!("{path}")
    }

    /// The files encrypted by sops, sorted.
    pub fn encrypted_files(&self) -> impl Iterator<Item = (&RepoPath, &EncryptedFile)> {
        std::iter::empty()
    }

    /// The encrypted file at `path`.
    #[must_use]
    pub fn encrypted_file(&self, path: &RepoPath) -> Option<&EncryptedFile> {
        todo!("{path}")
    }

    /// All declarations, by file and in the order of the file.
    pub fn declarations(&self) -> impl Iterator<Item = (DeclarationRef, &Declaration)> {
        std::iter::empty()
    }

    /// One declaration.
    #[must_use]
    pub fn declaration(&self, declaration: &DeclarationRef) -> Option<&Declaration> {
        self.nix_file(&declaration.file)?.declaration(declaration.id)
    }

    /// One reference.
    #[must_use]
    pub fn reference(&self, reference: &ReferenceRef) -> Option<&Reference> {
        self.nix_file(&reference.file)?.references().get(reference.index)
    }

    /// One template.
    #[must_use]
    pub fn template(&self, template: &TemplateRef) -> Option<&Template> {
        self.nix_file(&template.file)?.templates().get(template.index)
    }

    /// What a declaration reads.
    #[must_use]
    pub fn placement(&self, declaration: &DeclarationRef) -> Option<&Placement> {
        todo!("{declaration:?}")
    }

    /// The declarations that read an encrypted file, each with the key it reads there (empty: the whole file).
    #[must_use]
    pub fn readers(&self, file: &RepoPath) -> &[(DeclarationRef, String)] {
        todo!("{file}")
    }

    /// Which module reads a declaration, as far as its attribute path and who imports its file tell.
    #[must_use]
    pub fn module_kind(&self, declaration: &DeclarationRef) -> Option<ModuleKind> {
        todo!("{declaration:?}")
    }

    /// What the module takes at a place of a Nix file without being told.
    #[must_use]
    pub fn defaults_at(&self, file: &RepoPath, place: &Place) -> Defaults {
        todo!("{file} {place:?}")
    }

    /// The leaves of an encrypted file and the declarations that point at it.
    ///
    /// With the file as it was `saved`, rows are marked new and changed, and what was removed stands where it was.
    #[must_use]
    pub fn rows(&self, file: &RepoPath, saved: Option<&EncryptedFile>) -> Vec<Row> {
        todo!("{file} {}", saved.is_some())
    }

    /// The references to a secret of that attribute name, in all files.
    #[must_use]
    pub fn references_to(&self, name: &str) -> Vec<(ReferenceRef, &Reference)> {
        todo!("{name}")
    }

    /// Users that occur in the repository, sorted, for completion.
    #[must_use]
    pub fn owners(&self) -> Vec<&str> {
        todo!()
    }

    /// Groups that occur in the repository, sorted, for completion.
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
        todo!()
    }

    /// systemd units that occur in the repository, sorted, for completion.
    #[must_use]
    pub fn units(&self) -> Vec<&str> {
        todo!()
    }

    /// The host configurations whose modules include a Nix file, sorted, as far as literal imports tell.
    #[must_use]
    pub fn hosts_of(&self, file: &RepoPath) -> Vec<&str> {
        todo!("{file}")
    }

    /// Where a declaration of a key of `encrypted` would go, the best place first.
    #[must_use]
    pub fn suggestions(&self, encrypted: &RepoPath) -> Vec<Suggestion> {
        todo!("{encrypted}")
    }

    /// What these changes of declarations come to in all Nix files.
    ///
    /// # Errors
    /// When one of them cannot be made in place.
    pub fn plan(&self, changes: &[(DeclarationRef, DeclarationChange)]) -> Result<Plan, PlanError> {
        todo!("{changes:?}")
    }

    /// What has to change in Nix when the key `from` of an encrypted file (a leaf, or a branch with all below it) becomes
    /// `to`.
    ///
    /// # Errors
    /// When a declaration that reads it cannot follow in place.
    pub fn plan_key_rename(&self, file: &RepoPath, from: &str, to: &str, follow: Follow) -> Result<Plan, PlanError> {
        todo!("{file} {from} {to} {follow:?}")
    }

    /// What the next switch does because of these changes.
    #[must_use]
    pub fn blast_radius(&self, changes: &Changes) -> BlastRadius {
        todo!("{changes:?}")
    }
}
