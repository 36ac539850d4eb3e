//! Places in Nix files as people read them: `modules/ai.nix:31`.

use std::collections::HashMap;

use crate::repo::{DeclarationRef, ReferenceRef, RepoPath, Repository};
use crate::text::{LineIndex, sanitize};

/// `file:line` of a declaration; `None` when it is not there any more.
pub(super) fn declaration_place(declaration: &DeclarationRef, repository: &Repository) -> Option<String> {
    let start = repository.declaration(declaration)?.range.start;
    Some(place(&declaration.file, &LineIndex::new(repository.nix_file(&declaration.file)?.text()), start))
}

/// `file:line` of a reference; `None` when it is not there any more.
pub(super) fn reference_place(reference: &ReferenceRef, repository: &Repository) -> Option<String> {
    let start = repository.reference(reference)?.range.start;
    Some(place(&reference.file, &LineIndex::new(repository.nix_file(&reference.file)?.text()), start))
}

/// The line indexes of the files that declare the rows of a table, so that drawing a row costs no walk over a file.
#[derive(Default)]
pub(super) struct Places {
    indexes: HashMap<RepoPath, LineIndex>,
}

impl Places {
    /// Indexes the files of these declarations.
    pub(super) fn of<'a>(declarations: impl Iterator<Item = &'a DeclarationRef>, repository: &Repository) -> Self {
        let mut indexes = HashMap::new();
        for declaration in declarations {
            if !indexes.contains_key(&declaration.file)
                && let Some(file) = repository.nix_file(&declaration.file)
            {
                indexes.insert(declaration.file.clone(), LineIndex::new(file.text()));
            }
        }
        Self { indexes }
    }

    /// `file:line` of one of the declarations.
    pub(super) fn of_declaration(&self, declaration: &DeclarationRef, repository: &Repository) -> Option<String> {
        let start = repository.declaration(declaration)?.range.start;
        Some(place(&declaration.file, self.indexes.get(&declaration.file)?, start))
    }
}

fn place(file: &RepoPath, index: &LineIndex, start: usize) -> String {
    format!("{}:{}", sanitize(file.as_str()), index.line(start))
}
