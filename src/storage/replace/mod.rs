//! Files replaced atomically: at every moment, through every fault, a file holds its old or its new content, whole.
//!
//! ```text
//!   resolve links ─ lock folders ─ compare ─ write beside, copy attributes, fsync ─┬─ compare again, rename ─ fsync folder
//!   └──────────────────────────── for every file ─────────────────────────────────┘  └──────── one after another ───────┘
//! ```
//!
//! Nothing is replaced before every new file stands complete beside its target. The only thing that can then go wrong
//! between two files is a rename that the system refuses, or death; the report says which file holds what.
//!
//! Limitations: a program that keeps the old file open and writes to it in place between our last look and the rename
//! writes to the file that is being replaced. Between look and rename lie some ten microseconds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::lock::FolderLock;
use crate::repo::ContentHash;

mod attributes;
mod error;
mod staged;
mod target;

pub use error::{Loss, Refusal, SaveError, Stage};
pub(super) use staged::is_temporary;
use staged::{Staged, remove_stale};
use target::Target;

/// One file's new content.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The file, links allowed.
    pub path: &'a Path,
    /// What it was when the change was made.
    pub before: Before,
    /// What it is going to hold.
    pub bytes: &'a [u8],
    /// What may be lost.
    pub accept: Accept,
}

/// What stood at a path when a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Nothing; the file is made.
    New(NewFileMode),
    /// A file of this content.
    Content(ContentHash),
}

/// Who may read a file that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewFileMode {
    /// As the umask says, like every file of a repository: encrypted files, Nix files.
    Shared,
    /// Only its owner: identities.
    Private,
}

impl NewFileMode {
    fn bits(self) -> u32 {
        match self {
            Self::Shared => 0o666,
            Self::Private => 0o600,
        }
    }
}

/// What the person has agreed to lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accept {
    /// Nothing yet: [`SaveError::WouldLose`] asks.
    Nothing,
    /// The losses that were named.
    Losses,
}

/// A file that holds its new content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFile {
    /// The path as it was given.
    pub path: PathBuf,
    /// Whether the new content outlives a power cut from now on.
    pub durability: Durability,
}

/// What is known about a saved file's survival of a power cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Durability {
    /// Content and name are on the disk.
    Durable,
    /// The system could not say that the new name is on the disk; it says why.
    Unknown(String),
}

/// Replaces or makes files. All are complete on disk before the first takes its place, in the order given.
///
/// # Errors
/// See [`SaveError`]. Unless it is [`SaveError::Partly`], every file is as it was.
pub fn save_all(changes: &[Change]) -> Result<Vec<SavedFile>, SaveError> {
    let targets = changes.iter().map(Target::resolve).collect::<Result<Vec<_>, _>>()?;
    let locks = lock_folders(&targets)?;
    for target in &targets {
        target.compare()?;
        if target.is_immutable() {
            return Err(target.refused(Stage::Rename, std::io::Error::from_raw_os_error(libc::EPERM)));
        }
    }
    let staged = targets.into_iter().map(Staged::write).collect::<Result<Vec<_>, _>>()?;
    put_all_in_place(staged, &locks)
}

/// Removes the temporary files that killed processes left in a folder. Returns how many there were.
///
/// A folder that somebody is saving in, or that cannot be written, is left for another time.
pub fn sweep(folder: &Path) -> usize {
    match FolderLock::attempt(folder) {
        Ok(Some(lock)) if lock.is_exclusive() => remove_stale(folder).unwrap_or(0),
        _ => 0,
    }
}

/// Lets a write beyond the size limit (`ulimit -f`) fail with an error instead of ending the process. Called once, at start.
///
/// # Errors
/// When the system refuses; writes beyond the limit then end the process, and no file is damaged by that either.
pub fn survive_size_limit() -> std::io::Result<()> {
    // With a handler in place, whatever it does, the write itself reports the limit.
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default()).map(drop)
}

/// Locks each folder once, in the order of their names, so that two saves cannot wait for each other.
fn lock_folders(targets: &[Target]) -> Result<BTreeMap<PathBuf, FolderLock>, SaveError> {
    let mut locks = BTreeMap::new();
    let mut folders: Vec<&PathBuf> = targets.iter().map(|target| &target.folder).collect();
    folders.sort_unstable();
    folders.dedup();
    for folder in folders {
        let lock = FolderLock::wait(folder)?;
        if lock.is_exclusive() {
            // Litter of an earlier death must not keep anybody from saving.
            remove_stale(folder).unwrap_or(0);
        }
        locks.insert(folder.clone(), lock);
    }
    Ok(locks)
}

fn put_all_in_place(staged: Vec<Staged>, locks: &BTreeMap<PathBuf, FolderLock>) -> Result<Vec<SavedFile>, SaveError> {
    let paths: Vec<(PathBuf, PathBuf)> =
        staged.iter().map(|staged| (staged.target.named(), staged.target.folder.clone())).collect();
    let mut failure = None;
    let mut done = 0;
    for staged in staged {
        match staged.put_in_place() {
            Ok(()) => done += 1,
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    let (renamed, unsaved) = paths.split_at(done);
    let saved = synced(renamed, locks);
    match failure {
        None => Ok(saved),
        Some(error) if done == 0 => Err(error),
        Some(error) => Err(SaveError::Partly {
            saved,
            failed: Box::new(error),
            unsaved: unsaved.iter().map(|(path, _)| path.clone()).collect(),
        }),
    }
}

/// Makes the new names durable, once for each folder.
fn synced(renamed: &[(PathBuf, PathBuf)], locks: &BTreeMap<PathBuf, FolderLock>) -> Vec<SavedFile> {
    let mut outcomes: BTreeMap<&PathBuf, Durability> = BTreeMap::new();
    for (_, folder) in renamed {
        outcomes.entry(folder).or_insert_with(|| match locks[folder].sync() {
            Ok(()) => Durability::Durable,
            Err(error) => Durability::Unknown(error.to_string()),
        });
    }
    renamed
        .iter()
        .map(|(path, folder)| SavedFile { path: path.clone(), durability: outcomes[folder].clone() })
        .collect()
}
