//! The files of a repository, read, and the indexes over them.

use super::path::RepoPath;
use super::placement::Placement;
use super::rename::RenamePlan;
use super::row::Row;
use crate::nix::{Declaration, DeclarationId, EditError, ModuleKind, NixFile, Reference};

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

/// An encrypted file as far as it can be read without a key.
#[derive(Debug)]
pub struct EncryptedFile {}

/// The formats that sops-nix can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// `yaml`
    Yaml,
    /// `json`
    Json,
    /// `dotenv`
    Dotenv,
    /// `ini`
    Ini,
    /// `binary`
    Binary,
}

impl Repository {
    /// Reads a repository. Files that are neither Nix nor encrypted by sops are only remembered by name.
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

    /// The Nix file at `path`. Files that do not concern secrets are read in full only now.
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

    /// What a declaration reads.
    #[must_use]
    pub fn placement(&self, declaration: &DeclarationRef) -> Option<&Placement> {
        todo!("{declaration:?}")
    }

    /// Which module reads a declaration, as far as its attribute path, its file and who imports it tell.
    #[must_use]
    pub fn module_kind(&self, declaration: &DeclarationRef) -> Option<ModuleKind> {
        todo!("{declaration:?}")
    }

    /// The leaves of an encrypted file and the declarations that point at it.
    #[must_use]
    pub fn rows(&self, file: &RepoPath) -> Vec<Row> {
        todo!("{file}")
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

    /// What renaming these declarations (of one attribute name) to `name` would change in all Nix files.
    ///
    /// # Errors
    /// When one of the declarations cannot be renamed in place.
    pub fn rename_plan(&self, declarations: &[DeclarationRef], name: &str) -> Result<RenamePlan, EditError> {
        todo!("{declarations:?} {name}")
    }
}
