//! Places in Nix files as people read them: `modules/ai.nix:31`.

use std::collections::{HashMap, HashSet};

use super::workspace::Workspace;
use crate::nix::NixFile;
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

/// What is known of the files that declare the rows of a table, so that drawing a row costs no walk over a file.
#[derive(Default)]
pub(super) struct Places {
    files: HashMap<RepoPath, FilePlaces>,
}

struct FilePlaces {
    lines: LineIndex,
    /// The names that were declared at the last save; none when the file has not changed since.
    names_before: Option<HashSet<String>>,
}

impl Places {
    /// Indexes the files of these declarations.
    pub(super) fn of<'a>(declarations: impl Iterator<Item = &'a DeclarationRef>, workspace: &Workspace) -> Self {
        let mut files = HashMap::new();
        for declaration in declarations {
            if !files.contains_key(&declaration.file)
                && let Some(file) = workspace.repository.nix_file(&declaration.file)
            {
                let places = FilePlaces {
                    lines: LineIndex::new(file.text()),
                    names_before: workspace.text_before(&declaration.file).map(names),
                };
                files.insert(declaration.file.clone(), places);
            }
        }
        Self { files }
    }

    /// `file:line` of one of the declarations.
    pub(super) fn of_declaration(&self, declaration: &DeclarationRef, repository: &Repository) -> Option<String> {
        let start = repository.declaration(declaration)?.range.start;
        Some(place(&declaration.file, &self.files.get(&declaration.file)?.lines, start))
    }

    /// Whether a declaration is not saved yet.
    pub(super) fn is_new(&self, declaration: &DeclarationRef, repository: &Repository) -> bool {
        let name = repository.declaration(declaration).and_then(|declaration| declaration.name.known());
        let before = self.files.get(&declaration.file).and_then(|file| file.names_before.as_ref());
        before.zip(name).is_some_and(|(before, name)| !before.contains(name))
    }
}

fn names(text: &str) -> HashSet<String> {
    let file = NixFile::parse(text);
    file.declarations().iter().filter_map(|declaration| declaration.name.known().cloned()).collect()
}

fn place(file: &RepoPath, index: &LineIndex, start: usize) -> String {
    format!("{}:{}", sanitize(file.as_str()), index.line(start))
}
