//! A plain text that was encrypted: what git knows of it, and its removal.
//!
//! Removing a file unlinks it. It does not undo what git, snapshots, backups, a copy-on-write file system or the swap
//! file of an editor still hold; whoever offers the removal has to say so.

use std::io;
use std::path::{Path, PathBuf};

use super::git::{Git, GitError, GitState};
use super::root::{Root, RootKind};
use super::{MAX_FILE_BYTES, ReadError, read_bytes, shown};
use crate::repo::{ContentHash, RepoPath};

/// What git knows of a plain file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainInGit {
    /// The top folder of the repository.
    pub root: PathBuf,
    /// The file in it.
    pub path: RepoPath,
    /// Whether it is in the index, ignored, or neither.
    pub state: GitState,
    /// How many commits of any branch touch it: each of them may hold the plain text for ever.
    pub commits: usize,
}

/// Why a plain file was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemovePlainError {
    /// It is gone, or cannot be read any more.
    #[error(transparent)]
    Unread(#[from] ReadError),
    /// Somebody wrote to it after it was encrypted.
    #[error("{} was changed after it was encrypted; it was not removed", shown(.0))]
    Changed(PathBuf),
    /// The system refused.
    #[error("{} cannot be removed", shown(path))]
    Refused {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Asks git about a file. `None`: it lies in no git repository.
///
/// # Errors
/// When there is a repository and git gives no answer.
pub fn plain_in_git(file: &Path) -> Result<Option<PlainInGit>, GitError> {
    let Some((root, path)) = Root::find(file)
        .ok()
        .filter(|root| root.kind() == RootKind::Git)
        .and_then(|root| root.relative(file).map(|path| (root, path)))
    else {
        return Ok(None);
    };
    let git = Git::at(root.path());
    let has_answer = |command: &str, arguments: &[&str]| -> Result<bool, GitError> {
        let arguments = arguments.iter().copied().chain(["--", path.as_str()]);
        git.answer(command, arguments, &[]).map(|answer| !answer.is_empty())
    };
    let state = if has_answer("ls-files", &["--cached"])? {
        GitState::Tracked
    } else if has_answer("ls-files", &["--others", "--ignored", "--exclude-standard"])? {
        GitState::Ignored
    } else {
        GitState::Untracked
    };
    // One line a commit; a repository without any commit has no answer.
    let log = git.answer("log", ["--all", "--format=%h", "--", path.as_str()], &[])?;
    let commits = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    Ok(Some(PlainInGit { root: root.path().to_owned(), path, state, commits }))
}

/// Removes a plain file that still holds what was encrypted.
///
/// # Errors
/// When it does not, or the system refuses.
pub fn remove_plain(file: &Path, encrypted: ContentHash) -> Result<(), RemovePlainError> {
    if ContentHash::of(&read_bytes(file, MAX_FILE_BYTES)?) != encrypted {
        return Err(RemovePlainError::Changed(file.to_owned()));
    }
    std::fs::remove_file(file).map_err(|source| RemovePlainError::Refused { path: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_meanwhile_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plain.yaml");
        std::fs::write(&file, "a: 2\n").unwrap();
        let refused = remove_plain(&file, ContentHash::of(b"a: 1\n")).unwrap_err();
        assert!(matches!(refused, RemovePlainError::Changed(_)) && file.exists());
        remove_plain(&file, ContentHash::of(b"a: 2\n")).unwrap();
        assert!(!file.exists());
        assert!(remove_plain(&file, ContentHash::of(b"a: 2\n")).is_err());
    }

    #[test]
    fn outside_of_a_repository_git_is_not_asked() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(plain_in_git(&folder.path().join("plain.yaml")).unwrap(), None);
    }
}
