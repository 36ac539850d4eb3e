//! Folders that a new file needs: made with it, and gone again if it does not come to be.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::shown;

/// Who may look into a folder that is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewFolderMode {
    /// As the umask says.
    Shared,
    /// Only its owner: where identities lie.
    Private,
}

/// A folder that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the folder {} cannot be made: {source}", shown(path))]
pub struct FolderError {
    /// The folder.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Folders that were made. Dropped without [`NewFolders::keep`] they disappear again, as far as they are empty.
#[derive(Debug, Default)]
pub struct NewFolders {
    made: Vec<PathBuf>,
}

impl NewFolders {
    /// Makes a folder and those above it that are missing.
    ///
    /// # Errors
    /// When the system refuses one; none is left behind then.
    pub fn make(&mut self, folder: &Path, mode: NewFolderMode) -> Result<(), FolderError> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|path| !path.as_os_str().is_empty() && path.symlink_metadata().is_err())
            .collect();
        let bits = match mode {
            NewFolderMode::Shared => 0o777,
            NewFolderMode::Private => 0o700,
        };
        for path in missing.into_iter().rev() {
            let refused = |source| FolderError { path: path.to_owned(), source };
            DirBuilder::new().mode(bits).create(path).map_err(refused)?;
            self.made.push(path.to_owned());
            // The name has to outlive a power cut as the file in it does.
            let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(above).and_then(|above| above.sync_all()).map_err(refused)?;
        }
        Ok(())
    }

    /// Leaves the folders where they are.
    pub fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for path in self.made.iter().rev() {
            if std::fs::remove_dir(path).is_err() {
                // Somebody put something into it meanwhile, so it stays.
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn private_folders_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b");
        let mut folders = NewFolders::default();
        folders.make(&deep, NewFolderMode::Private).unwrap();
        folders.keep();
        for made in [folder.path().join("a"), deep] {
            assert_eq!(made.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn what_is_not_kept_is_gone_and_what_was_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        let mut folders = NewFolders::default();
        folders.make(&folder.path().join("a/b/c"), NewFolderMode::Shared).unwrap();
        assert!(folder.path().join("a/b/c").is_dir());
        drop(folders);
        assert!(folder.path().join("a").is_dir() && !folder.path().join("a/b").exists());
    }
}
