//! One writer a folder: two sopsmiths that save at the same moment wait for each other.
//!
//! The lock is `flock(2)` on the folder itself, so nothing is left lying in anybody's repository, and the system lets
//! go of it when a process dies in whatever way. It orders sopsmiths among themselves; other programs do not know it,
//! and are noticed by the content of the file they changed.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::shown;

/// A save takes milliseconds. One that holds its folder longer was stopped in the middle.
const PATIENCE: Duration = Duration::from_secs(3);
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// The right to replace files in one folder, until it is dropped.
#[derive(Debug)]
pub struct FolderLock {
    folder: File,
    is_exclusive: bool,
}

/// Why a folder is not ours to write in.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another sopsmith is saving there, and does not come to an end.
    #[error("another sopsmith is saving in {}", shown(.0))]
    Held(PathBuf),
    /// The folder cannot be opened.
    #[error("the folder {} cannot be opened", shown(path))]
    Refused {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl LockError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Held(_) => "wait for it or end it, then save again",
            Self::Refused { .. } => "look at the folder's mode and owner",
        }
    }
}

impl FolderLock {
    /// Waits for the folder, some seconds at most. File systems without locks give one that excludes nobody.
    ///
    /// # Errors
    /// See [`LockError`].
    pub fn wait(folder: &Path) -> Result<Self, LockError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match Self::attempt(folder)? {
                Some(lock) => return Ok(lock),
                None if Instant::now() < deadline => thread::sleep(BETWEEN_TRIES),
                None => return Err(LockError::Held(folder.to_owned())),
            }
        }
    }

    /// Takes the folder if nobody has it.
    ///
    /// # Errors
    /// When the folder cannot be opened.
    pub fn attempt(folder: &Path) -> Result<Option<Self>, LockError> {
        let refused = |source| LockError::Refused { path: folder.to_owned(), source };
        let opened = File::open(folder).map_err(refused)?;
        match opened.try_lock() {
            Ok(()) => Ok(Some(Self { folder: opened, is_exclusive: true })),
            Err(TryLockError::WouldBlock) => Ok(None),
            // NFS and some FUSE file systems refuse to lock a folder. The content is compared in any case.
            Err(TryLockError::Error(_)) => Ok(Some(Self { folder: opened, is_exclusive: false })),
        }
    }

    /// Whether other sopsmiths are really kept out.
    #[must_use]
    pub fn is_exclusive(&self) -> bool {
        self.is_exclusive
    }

    /// Makes the names in the folder durable.
    ///
    /// # Errors
    /// When the system cannot say that they are.
    pub fn sync(&self) -> io::Result<()> {
        self.folder.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_writer_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::wait(folder.path()).unwrap();
        assert!(first.is_exclusive());
        assert!(FolderLock::attempt(folder.path()).unwrap().is_none());
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        drop(first);
        assert!(FolderLock::attempt(folder.path()).unwrap().is_some());
    }

    #[test]
    fn whoever_waits_gets_the_folder_when_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::wait(folder.path()).unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| FolderLock::wait(folder.path()).unwrap());
            drop(first);
            assert!(waiting.join().unwrap().is_exclusive());
        });
    }
}
