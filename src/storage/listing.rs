//! Which files a repository has: as git lists them, or by walking its folders where git is not there.
//!
//! git's list holds what is tracked and what is neither tracked nor ignored, one entry a file, submodules and nested
//! repositories not entered. The walk enters no symbolic link, no hidden tool folder, and stops at a budget: a home
//! folder must not be read to its end because a `.sops.yaml` lies in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::git::{Git, GitError, GitState};
use super::root::{Root, RootKind};
use super::shown;
use crate::repo::RepoPath;

/// The most files that are listed.
const MAX_FILES: usize = 200_000;

/// The deepest folder that a walk enters.
const MAX_DEPTH: usize = 64;

/// Folders that never hold what the repository itself says.
const NOT_ENTERED: &[&str] = &[".git", ".hg", ".jj", ".svn", ".direnv", ".devenv"];

/// The files of a repository, sorted.
#[derive(Debug, Default)]
pub struct Listing {
    files: BTreeMap<RepoPath, GitState>,
    asked_git: bool,
    notes: Vec<ListingNote>,
    littered: BTreeSet<String>,
}

/// Something that makes a listing less than complete.
#[derive(Debug, thiserror::Error)]
pub enum ListingNote {
    /// git could not be asked; the folders were walked instead.
    #[error("what git knows of the files is not known")]
    GitNotAsked(#[source] GitError),
    /// Files that git does not track were left out.
    #[error("only the files that git tracks were looked at")]
    TrackedOnly(#[source] GitError),
    /// The budget was used up.
    #[error("only the first {MAX_FILES} files were looked at")]
    TooMany,
    /// A folder could not be read.
    #[error("the folder {} cannot be read", shown(path))]
    FolderRefused {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A name that is not UTF-8; a Nix file could not name it either.
    #[error("{} has a name that is not UTF-8", shown(.0))]
    NameNotUtf8(PathBuf),
}

impl Listing {
    /// Lists the files below a root.
    #[must_use]
    pub fn of(root: &Root) -> Self {
        if root.kind() != RootKind::Git {
            return Self::by_walk(root, Vec::new());
        }
        let git = Git::at(root.path());
        let list = |arguments: &[&str]| git.answer("ls-files", arguments.iter().copied(), &[]);
        match list(&["-z", "-t", "--cached", "--others", "--exclude-standard"]) {
            Ok(answer) => Self::from_git(root, &answer, Vec::new()),
            Err(why @ (GitError::TooSlow { .. } | GitError::TooMuch { .. })) => match list(&["-z", "-t", "--cached"]) {
                Ok(answer) => Self::from_git(root, &answer, vec![ListingNote::TrackedOnly(why)]),
                Err(error) => Self::by_walk(root, vec![ListingNote::GitNotAsked(error)]),
            },
            Err(error) => Self::by_walk(root, vec![ListingNote::GitNotAsked(error)]),
        }
    }

    /// The files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = &RepoPath> {
        self.files.keys()
    }

    /// What git knows of a file that lies on disk, listed or not.
    #[must_use]
    pub fn git_state(&self, path: &RepoPath) -> GitState {
        match self.files.get(path) {
            Some(state) => *state,
            // git listed everything that it does not ignore.
            None if self.asked_git => GitState::Ignored,
            None => GitState::Unknown,
        }
    }

    /// The folders in which a killed sopsmith left temporary files, for [`sweep`](super::sweep).
    pub fn littered(&self) -> impl Iterator<Item = &str> {
        self.littered.iter().map(String::as_str)
    }

    /// What the listing lacks.
    #[must_use]
    pub fn notes(&self) -> &[ListingNote] {
        &self.notes
    }

    /// Reads `git ls-files -z -t`: a tag, a blank, the path, a NUL. An unmerged path comes once for each side.
    fn from_git(root: &Root, answer: &[u8], notes: Vec<ListingNote>) -> Self {
        let mut listing = Self { asked_git: true, notes, ..Self::default() };
        for entry in answer.split(|byte| *byte == 0).filter(|entry| entry.len() > 2) {
            let state = if entry[0] == b'?' { GitState::Untracked } else { GitState::Tracked };
            match std::str::from_utf8(&entry[2..]) {
                Ok(name) => listing.add(RepoPath::new(name), state),
                Err(_) => {
                    let name = String::from_utf8_lossy(&entry[2..]);
                    listing.notes.push(ListingNote::NameNotUtf8(root.path().join(name.as_ref())));
                }
            }
            if listing.is_full() {
                break;
            }
        }
        listing
    }

    fn by_walk(root: &Root, notes: Vec<ListingNote>) -> Self {
        let mut listing = Self { notes, ..Self::default() };
        let mut pending = vec![(root.path().to_owned(), 0)];
        while let Some((folder, depth)) = pending.pop() {
            if let Err(source) = listing.walk_folder(root, &folder, depth, &mut pending) {
                listing.notes.push(ListingNote::FolderRefused { path: folder, source });
            }
            if listing.is_full() {
                break;
            }
        }
        listing
    }

    fn walk_folder(
        &mut self,
        root: &Root,
        folder: &Path,
        depth: usize,
        pending: &mut Vec<(PathBuf, usize)>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            // The entry's own kind: a link to a folder is not a folder here, so links cannot lead in circles.
            if entry.file_type()?.is_dir() {
                let enter = depth < MAX_DEPTH && !NOT_ENTERED.iter().any(|name| entry.file_name() == *name);
                pending.extend(enter.then_some((path, depth + 1)));
            } else {
                match path.strip_prefix(root.path()).ok().and_then(Path::to_str) {
                    Some(inside) => self.add(RepoPath::new(inside), GitState::Unknown),
                    None => self.notes.push(ListingNote::NameNotUtf8(path)),
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, path: Option<RepoPath>, state: GitState) {
        let Some(path) = path else { return };
        if super::replace::is_temporary(path.file_name()) {
            self.littered.insert(path.folder().to_owned());
        } else {
            self.files.insert(path, state);
        }
    }

    fn is_full(&mut self) -> bool {
        let full = self.files.len() >= MAX_FILES;
        if full {
            self.notes.push(ListingNote::TooMany);
        }
        full
    }
}

#[cfg(test)]
mod tests {
    use super::super::scratch;
    use super::*;

    /// Runs `command` in a new folder and compares what is listed there: the state's first letter, then the path.
    fn check(command: &str, expected: &str) -> (tempfile::TempDir, Listing) {
        let folder = scratch::folder(command);
        let root = Root::find(folder.path()).unwrap();
        let listing = Listing::of(&root);
        let lines: Vec<String> =
            listing.files().map(|path| format!("{:.1} {path}", format!("{:?}", listing.git_state(path)))).collect();
        assert_eq!(lines.join("\n"), expected);
        (folder, listing)
    }

    #[test]
    fn git_says_what_it_tracks_and_what_it_ignores() {
        let (_folder, listing) = check(
            "git init -q; mkdir a; touch a/t.nix n.nix i.key 'ä\n.nix'; echo '*.key' > .gitignore
             git add .gitignore a; git add -N n.nix; git commit -qm x; touch u.nix",
            "T .gitignore\nT a/t.nix\nT n.nix\nU u.nix\nU ä\n.nix",
        );
        assert_eq!(listing.git_state(&RepoPath::new("i.key").unwrap()), GitState::Ignored);
        assert!(listing.notes().is_empty());
    }

    #[test]
    fn a_file_in_conflict_is_listed_once() {
        check(
            "git init -qb main; echo a > x; git add x; git commit -qm a; git checkout -qb other; echo b > x
             git commit -qam b; git checkout -q main; echo c > x; git commit -qam c; git merge -q other || true",
            "T x",
        );
    }

    #[test]
    fn without_git_the_folders_are_walked_and_links_are_not_entered() {
        let (_folder, listing) = check(
            "mkdir -p a/b .direnv; touch a/b/x.nix .direnv/no; ln -s .. a/up; ln -s b/x.nix a/link.nix; touch .sops.yaml",
            "U .sops.yaml\nU a/b/x.nix\nU a/link.nix\nU a/up",
        );
        assert_eq!(listing.git_state(&RepoPath::new("a/b/x.nix").unwrap()), GitState::Unknown);
    }

    #[test]
    fn a_damaged_git_repository_is_walked_and_said_to_be_so() {
        let (_folder, listing) = check("mkdir .git; touch x.nix", "U x.nix");
        let note = listing.notes().first().map(ToString::to_string);
        assert_eq!(note.as_deref(), Some("what git knows of the files is not known"));
    }

    #[test]
    fn a_repository_cannot_have_git_start_its_programs() {
        let (folder, _) = check(
            r#"git init -q; touch x
               printf '#!/bin/sh\ntouch "$(dirname "$0")/started"\n' > hook; chmod +x hook
               git config core.fsmonitor "$PWD/hook"; git config core.hooksPath "$PWD""#,
            "U hook\nU x",
        );
        assert!(!folder.path().join("started").exists());
    }

    #[test]
    fn temporary_files_of_a_save_are_not_part_of_the_repository() {
        let (_folder, listing) = check("mkdir a; touch a/.sopsmith-a1B2c3.tmp x.nix", "U x.nix");
        assert_eq!(listing.littered().collect::<Vec<_>>(), ["a"]);
    }
}
