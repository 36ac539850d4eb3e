//! The texts: the repository as it would be after a save, what of it differs from the disk, and the way back.
//!
//! Every change is a list of patches that is made here and nowhere else, so that nothing can be changed without being
//! undoable. What the disk holds is known by hash; a text that differs from it has a [`Baseline`].

use std::collections::BTreeMap;

use super::open_file::OpenFile;
use super::undo::{Change, UndoHistory};
use crate::repo::check::{GitFiles, Outside};
use crate::repo::{ContentHash, RepoPath, Repository};
use crate::sops::{CreationRules, Document, DocumentError};
use crate::text::Patch;

/// All texts of the editor.
pub(super) struct Workspace {
    pub(super) name: String,
    pub(super) repository: Repository,
    pub(super) outside: Outside,
    pub(super) file: Option<OpenFile>,
    pub(super) undo: UndoHistory,
    baselines: BTreeMap<RepoPath, Baseline>,
}

/// What a file held when it was last read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Baseline {
    /// The text, before the MAC was made anew.
    pub(super) text: String,
    /// What the disk holds; `None` for a file that is still to be made.
    pub(super) on_disk: Option<ContentHash>,
}

/// One step of a change.
pub(super) struct Step {
    pub(super) path: RepoPath,
    pub(super) patch: Patch,
    /// The document after the step, where it is known already.
    pub(super) document: Option<Document>,
}

/// A change as it is called, and where it leaves the cursor.
pub(super) struct ChangeName {
    pub(super) name: String,
    pub(super) key_before: Option<String>,
    pub(super) key_after: Option<String>,
    pub(super) rename: Option<(String, String)>,
}

/// The directions of a step through the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Undo,
    Redo,
}

impl ChangeName {
    /// A change that is no rename.
    pub(super) fn of(name: String, key_before: Option<String>, key_after: Option<String>) -> Self {
        Self { name, key_before, key_after, rename: None }
    }
}

impl Step {
    /// A step of a Nix file.
    pub(super) fn nix((path, patch): (RepoPath, Patch)) -> Self {
        Self { path, patch, document: None }
    }
}

impl Workspace {
    /// Nothing read yet.
    pub(super) fn new() -> Self {
        Self {
            name: String::new(),
            repository: Repository::default(),
            outside: Outside::default(),
            file: None,
            undo: UndoHistory::new(),
            baselines: BTreeMap::new(),
        }
    }

    /// A repository as it was read.
    pub(super) fn of(name: String, files: Vec<(RepoPath, String)>, git: Option<GitFiles>) -> Self {
        let settings = files.iter().find(|(path, _)| path.as_str() == ".sopsmith.toml").map(|(_, text)| text.clone());
        Self { name, outside: Outside { git, settings }, repository: Repository::new(files), ..Self::new() }
    }

    /// The text of a file as it would be saved, the MAC left aside.
    pub(super) fn text(&self, path: &RepoPath) -> Option<&str> {
        match &self.file {
            Some(file) if file.path == *path => Some(file.document.text()),
            _ => self.repository.text(path),
        }
    }

    /// Makes a change and remembers the way back.
    pub(super) fn change(&mut self, name: ChangeName, steps: Vec<Step>) -> Result<(), DocumentError> {
        let inverse = self.make(steps)?;
        if !inverse.is_empty() {
            let ChangeName { name, key_before, key_after, rename } = name;
            self.undo.push(Change { name, patches: inverse, key_before, key_after, rename });
        }
        Ok(())
    }

    /// After a merge there is no way back: it would lead over what another program wrote.
    pub(super) fn forget_the_way_back(&mut self) {
        self.undo.forget();
    }

    /// Goes one change back or on. Returns its name and the key to go to; `None` when there is none.
    pub(super) fn travel(&mut self, direction: Direction) -> Result<Option<(String, Option<String>)>, DocumentError> {
        let change = match direction {
            Direction::Undo => self.undo.last_done(),
            Direction::Redo => self.undo.last_undone(),
        };
        let Some(change) = change.cloned() else {
            return Ok(None);
        };
        let steps = change.patches.into_iter().map(Step::nix).collect();
        let inverse = self.make(steps)?;
        let key = match direction {
            Direction::Undo => {
                self.undo.mark_undone(inverse);
                change.key_before
            }
            Direction::Redo => {
                self.undo.mark_redone(inverse);
                change.key_after
            }
        };
        Ok(Some((change.name, key)))
    }

    /// The files that differ from the disk, in the order of their paths, each with what it held.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&RepoPath, &Baseline)> {
        self.baselines.iter().filter(|(path, baseline)| self.text(path) != Some(baseline.text.as_str()))
    }

    /// How many changes are not saved; at least one while a text differs from the disk.
    pub(super) fn unsaved(&self) -> usize {
        if self.changed().next().is_none() { 0 } else { self.undo.unsaved().max(1) }
    }

    /// What a file held at the last save; `None` when it has not changed since.
    pub(super) fn text_before(&self, path: &RepoPath) -> Option<&str> {
        let before = self.baselines.get(path)?.text.as_str();
        (self.text(path) != Some(before)).then_some(before)
    }

    /// What the disk is known to hold.
    pub(super) fn on_disk(&self, path: &RepoPath) -> Option<ContentHash> {
        match self.baselines.get(path) {
            Some(baseline) => baseline.on_disk,
            None => Some(ContentHash::of(self.text(path)?.as_bytes())),
        }
    }

    /// A file was written: `text` is what the session held, `written` what the disk holds now.
    pub(super) fn mark_written(&mut self, path: &RepoPath, text: String, written: &str) {
        if let Some(file) = self.file.as_mut().filter(|file| file.path == *path) {
            file.saved = None;
        }
        let on_disk = Some(ContentHash::of(written.as_bytes()));
        self.baselines.insert(path.clone(), Baseline { text, on_disk });
        self.remember_saved_rows();
    }

    /// The disk holds another text than was known; the session's own text follows separately.
    pub(super) fn mark_on_disk(&mut self, path: &RepoPath, text: &str) {
        self.mark_written(path, text.to_owned(), text);
    }

    /// Takes in a file that is still to be made: nothing is to be saved until it differs from `document`.
    pub(super) fn begin_new_file(&mut self, path: &RepoPath, document: &Document) {
        self.repository.update_document(path, document);
        self.baselines.insert(path.clone(), Baseline { text: document.text().to_owned(), on_disk: None });
    }

    /// Whether the open file is still to be made.
    pub(super) fn is_new(&self, path: &RepoPath) -> bool {
        self.baselines.get(path).is_some_and(|baseline| baseline.on_disk.is_none())
    }

    /// Forgets the open file if it was never made.
    pub(super) fn leave_new_file(&mut self) {
        if let Some(path) = self.file.as_ref().map(|file| file.path.clone()).filter(|path| self.is_new(path)) {
            self.file = None;
            self.baselines.remove(&path);
            self.repository.update_file(&path, None);
        }
    }

    /// The rules that hold for a file, if they can be read.
    pub(super) fn rules_for(&self, path: &RepoPath) -> Option<&CreationRules> {
        self.repository.rules_for(path)?.1.rules.as_ref().ok()
    }

    /// Makes the steps one after the other; returns those that lead back, the last one first.
    fn make(&mut self, steps: Vec<Step>) -> Result<Vec<(RepoPath, Patch)>, DocumentError> {
        let mut inverse = Vec::with_capacity(steps.len());
        for step in steps.into_iter().filter(|step| !step.patch.is_empty()) {
            let Some(before) = self.text(&step.path) else {
                continue;
            };
            let back = step.patch.invert(before);
            if !self.baselines.contains_key(&step.path) {
                let baseline = Baseline { text: before.to_owned(), on_disk: Some(ContentHash::of(before.as_bytes())) };
                self.baselines.insert(step.path.clone(), baseline);
            }
            let path = step.path.clone();
            self.make_one(step)?;
            inverse.push((path, back));
        }
        inverse.reverse();
        Ok(inverse)
    }

    fn make_one(&mut self, step: Step) -> Result<(), DocumentError> {
        if self.file.as_ref().is_none_or(|file| file.path != step.path) {
            let text = self.repository.text(&step.path).map(|before| step.patch.apply(before));
            self.repository.update_file(&step.path, text);
            return Ok(());
        }
        self.remember_saved_rows();
        if let Some(file) = &mut self.file {
            file.document = match step.document {
                Some(document) => document,
                None => file.document.apply_patch(&step.patch)?,
            };
            self.repository.update_document(&file.path, &file.document);
        }
        Ok(())
    }

    /// Keeps the rows of the open file as they were saved, before they first differ.
    fn remember_saved_rows(&mut self) {
        if let Some(file) = self.file.as_mut().filter(|file| file.saved.is_none()) {
            file.saved = match self.baselines.get(&file.path) {
                Some(baseline) if baseline.text != file.document.text() => Document::parse(baseline.text.as_str())
                    .ok()
                    .map(|document| crate::repo::EncryptedFile::of_document(&document)),
                _ => self.repository.encrypted_file(&file.path).cloned(),
            };
        }
    }
}
