//! Saving for the session: storage's outcome in the session's words.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::{World, failure, hash};
use crate::session::{Failure, FileWrite, Request, SaveOutcome};
use crate::storage::{
    Accept, Before, Change, ContentHash, Durability, GitState, Listing, MAX_FILE_BYTES, NewFileMode, NewFolderMode,
    NewFolders, RepoPath, Root, RootKind, SaveError, SavedFile, read_text, save_all,
};
use crate::terminal::reports::Report;

/// A save that came to an end in a thread.
pub(in crate::terminal) struct Saved {
    pub(super) request: Request,
    pub(super) outcome: SaveOutcome,
    /// What the files hold that were written.
    pub(super) written: Vec<(RepoPath, ContentHash)>,
}

impl World {
    pub(super) fn save(&mut self, request: Request, files: Vec<FileWrite>) -> io::Result<()> {
        let Some(root) = self.root.clone() else { return Ok(()) };
        let accepted = Arc::clone(&self.accepted_losses);
        self.saves_under_way += 1;
        self.reporter.in_thread(move |_| Report::Saved(save(&root, request, &files, &accepted)))
    }
}

/// Saves and finds words. Losses that were named once are accepted when the same file is saved again.
fn save(root: &Root, request: Request, files: &[FileWrite], accepted: &Mutex<BTreeSet<PathBuf>>) -> Saved {
    let paths: Vec<PathBuf> = files.iter().map(|file| root.absolute(&file.path)).collect();
    let mut accepted = accepted.lock().unwrap_or_else(PoisonError::into_inner);
    let changes: Vec<Change> = files
        .iter()
        .zip(&paths)
        .map(|(file, path)| Change {
            path,
            before: file.expected.map_or(Before::New(NewFileMode::Shared), Before::Content),
            bytes: file.text.as_bytes(),
            accept: if accepted.contains(path) { Accept::Losses } else { Accept::Nothing },
        })
        .collect();
    let mut folders = NewFolders::default();
    if let Err(failure) = make_folders(&mut folders, &changes) {
        return Saved { request, outcome: SaveOutcome::Failed { failure, written: Vec::new() }, written: Vec::new() };
    }
    let (outcome, saved) = match save_all(&changes) {
        Ok(saved) => {
            folders.keep();
            let written: Vec<&RepoPath> = files.iter().map(|file| &file.path).collect();
            let outcome = SaveOutcome::Saved { notes: notes(&saved), unknown_to_git: unknown_to_git(root, &written) };
            (outcome, saved)
        }
        Err(SaveError::Partly { saved, failed, unsaved }) => {
            let failed = SaveError::Partly { saved: saved.clone(), failed, unsaved };
            let written = files.iter().zip(&paths).filter(|(_, path)| is_among(&saved, path));
            let written = written.map(|(file, _)| file.path.clone()).collect();
            (SaveOutcome::Failed { failure: failure(&failed, failed.hint()), written }, saved)
        }
        Err(SaveError::Changed(_) | SaveError::Gone(_) | SaveError::Exists(_)) => {
            (changed_outside(root, files), Vec::new())
        }
        Err(error) => {
            if let SaveError::WouldLose { path, .. } = &error {
                accepted.insert(path.clone());
            }
            (SaveOutcome::Failed { failure: failure(&error, error.hint()), written: Vec::new() }, Vec::new())
        }
    };
    let written = files.iter().zip(&paths).filter(|(_, path)| is_among(&saved, path));
    let written = written.map(|(file, _)| (file.path.clone(), hash(&file.text))).collect();
    Saved { request, outcome, written }
}

/// Makes the folders of new files; they go again with `folders` if the save fails.
fn make_folders(folders: &mut NewFolders, changes: &[Change<'_>]) -> Result<(), Failure> {
    let new = changes.iter().filter(|change| matches!(change.before, Before::New(_)));
    for folder in new.filter_map(|change| change.path.parent()) {
        folders
            .make(folder, NewFolderMode::Shared)
            .map_err(|error| failure(&error, Some("make the folder, then save again")))?;
    }
    Ok(())
}

fn is_among(saved: &[SavedFile], path: &PathBuf) -> bool {
    saved.iter().any(|file| file.path == *path)
}

fn notes(saved: &[SavedFile]) -> Vec<String> {
    let unknown = saved.iter().find_map(|file| match &file.durability {
        Durability::Durable => None,
        Durability::Unknown(reason) => Some(reason),
    });
    let words = |reason| format!("saved, but whether it outlives a power cut is not known: {reason}");
    unknown.map(words).into_iter().collect()
}

/// Those of the written files that a flake does not see.
fn unknown_to_git(root: &Root, written: &[&RepoPath]) -> Vec<RepoPath> {
    if root.kind() != RootKind::Git {
        return Vec::new();
    }
    let listing = Listing::of(root);
    let is_unknown = |path: &&&RepoPath| matches!(listing.git_state(path), GitState::Untracked | GitState::Ignored);
    written.iter().filter(is_unknown).map(|path| (*path).clone()).collect()
}

/// All files of the save that are not what they were, as they stand now.
fn changed_outside(root: &Root, files: &[FileWrite]) -> SaveOutcome {
    let mut changed = Vec::new();
    for file in files {
        let now = match read_text(&root.absolute(&file.path), MAX_FILE_BYTES) {
            Ok(text) => Some(text),
            Err(crate::storage::ReadError::Absent(_)) => None,
            Err(error) => {
                let failure: Failure = failure(&error, error.hint());
                return SaveOutcome::Failed { failure, written: Vec::new() };
            }
        };
        if now.as_deref().map(hash) != file.expected {
            changed.push((file.path.clone(), now));
        }
    }
    SaveOutcome::ChangedOutside { files: changed }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Saves `x` (holding `old`) and `y` (absent) after `prepare`, and compares the outcome in words.
    fn check(prepare: impl FnOnce(&std::path::Path), times: usize, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), "old").unwrap();
        prepare(folder.path());
        let root = Root::find(folder.path()).unwrap();
        let file = |name: &str, expected| FileWrite {
            path: RepoPath::new(name).unwrap(),
            expected,
            text: format!("new {name}"),
        };
        let files = [file("x", Some(hash("old"))), file("y", None)];
        let accepted = Mutex::default();
        let mut said = String::new();
        for _ in 0..times {
            let saved = save(&root, Request(1), &files, &accepted);
            said = match saved.outcome {
                SaveOutcome::Saved { unknown_to_git, .. } => format!("saved, git does not know {unknown_to_git:?}"),
                SaveOutcome::ChangedOutside { files } => format!("changed {files:?}"),
                SaveOutcome::Failed { failure, .. } => failure.words,
            };
            said.push_str(&format!("; {} written", saved.written.len()));
        }
        let top = format!("{}/", folder.path().canonicalize().unwrap().display());
        assert_eq!(said.replace(&top, ""), expected);
    }

    #[test]
    fn a_save_is_told_in_the_sessions_words() {
        check(|_| {}, 1, "saved, git does not know []; 2 written");
        let changed = r#"changed [(RepoPath("x"), Some("theirs"))]; 0 written"#;
        check(|folder| fs::write(folder.join("x"), "theirs").unwrap(), 1, changed);
        check(|folder| fs::remove_file(folder.join("x")).unwrap(), 1, r#"changed [(RepoPath("x"), None)]; 0 written"#);
        let exists = r#"changed [(RepoPath("y"), Some("theirs"))]; 0 written"#;
        check(|folder| fs::write(folder.join("y"), "theirs").unwrap(), 1, exists);
    }

    #[test]
    fn new_files_that_git_does_not_know_are_named() {
        let git = |folder: &std::path::Path| {
            let status = std::process::Command::new("git").args(["init", "-q"]).current_dir(folder).status().unwrap();
            assert!(status.success());
        };
        check(git, 1, r#"saved, git does not know [RepoPath("x"), RepoPath("y")]; 2 written"#);
    }

    #[test]
    fn a_hard_link_breaks_only_when_saved_a_second_time() {
        let link = |folder: &std::path::Path| fs::hard_link(folder.join("x"), folder.join("z")).unwrap();
        let asked = "replacing x would lose its 1 other names (hard links), which keep the old content; 0 written";
        check(link, 1, asked);
        check(link, 2, "saved, git does not know []; 2 written");
    }
}
