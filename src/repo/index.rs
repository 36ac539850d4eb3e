//! The index: all that follows from the files of a repository together, made anew when one of them changes.
//!
//! Reading a file is the costly part and is done for the changed file only; settling the index again is one pass over
//! the declarations, settings and references that were read.

use std::collections::HashMap;

use super::evaluation::Evaluation;
use super::imports::Imports;
use super::path::RepoPath;
use super::placement::Placement;
use super::references::References;
use super::repository::DeclarationRef;
use super::resolve::{Files, Resolver};
use super::scope::Scopes;
use crate::nix::{Declaration, DeclarationId, NixFile};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) imports: Imports,
    pub(super) scopes: Scopes,
    pub(super) references: References,
    by_name: HashMap<String, Vec<DeclarationRef>>,
    placements: HashMap<DeclarationRef, Placement>,
    readers: HashMap<RepoPath, Vec<(DeclarationRef, String)>>,
}

/// The declarations of Nix files, by file and in the order of the file.
pub(super) fn declarations<'a>(
    files: impl Iterator<Item = (&'a RepoPath, &'a NixFile)>,
) -> impl Iterator<Item = (DeclarationRef, &'a Declaration)> {
    files.flat_map(|(path, file)| {
        let numbered = file.declarations().iter().enumerate();
        numbered.map(|(id, declaration)| (DeclarationRef { file: path.clone(), id: DeclarationId(id) }, declaration))
    })
}

impl Index {
    /// Settles everything but the placements.
    pub(super) fn new<'a>(nix_files: impl Iterator<Item = (&'a RepoPath, &'a NixFile)> + Clone) -> Self {
        let imports = Imports::new(nix_files.clone());
        let mut index = Self {
            scopes: Scopes::new(nix_files.clone(), &imports),
            references: References::new(nix_files.clone()),
            imports,
            ..Self::default()
        };
        for (reference, declaration) in declarations(nix_files) {
            if let Some(name) = declaration.name.known() {
                index.by_name.entry(name.clone()).or_default().push(reference);
            }
        }
        index
    }

    /// Settles the placements anew: enough when no Nix file has changed.
    pub(super) fn place<'a, F: Files>(
        &mut self,
        files: &F,
        nix_files: impl Iterator<Item = (&'a RepoPath, &'a NixFile)> + Clone,
        evaluation: Option<&Evaluation>,
    ) {
        let resolver = Resolver { files, imports: &self.imports, scopes: &self.scopes, evaluation };
        self.placements = resolver.placements(declarations(nix_files.clone()));
        self.readers.clear();
        for (reference, _) in declarations(nix_files) {
            for target in self.placements[&reference].targets() {
                let readers = self.readers.entry(target.file.clone()).or_default();
                readers.push((reference.clone(), target.key.clone()));
            }
        }
    }

    /// What a declaration reads.
    pub(super) fn placement(&self, declaration: &DeclarationRef) -> Option<&Placement> {
        self.placements.get(declaration)
    }

    /// The declarations that read an encrypted file, each with its key.
    pub(super) fn readers(&self, file: &RepoPath) -> &[(DeclarationRef, String)] {
        self.readers.get(file).map_or(&[], Vec::as_slice)
    }

    /// The declarations of one attribute name.
    pub(super) fn named(&self, name: &str) -> &[DeclarationRef] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}
