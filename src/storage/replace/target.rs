//! The file that is going to be replaced: found through links, looked at, compared.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::super::read::{self, MAX_FILE_BYTES, ReadError};
use super::error::{Refusal, SaveError, Stage};
use super::{Before, Change, attributes};
use crate::repo::ContentHash;

/// Where a change goes.
pub(super) struct Target<'a> {
    /// The change itself.
    pub(super) change: &'a Change<'a>,
    /// The file behind all links.
    pub(super) path: PathBuf,
    /// The folder it lies in, behind all links.
    pub(super) folder: PathBuf,
}

impl<'a> Target<'a> {
    /// Follows the links of a change's path to the file that is meant.
    pub(super) fn resolve(change: &'a Change<'a>) -> Result<Self, SaveError> {
        let path = match change.before {
            Before::Content(_) => existing(change.path)?,
            Before::New(_) => absent(change.path)?,
        };
        let folder = path.parent().expect("a file's resolved path has a folder").to_owned();
        Ok(Self { change, path, folder })
    }

    /// Compares what is on disk with what the change was made from.
    pub(super) fn compare(&self) -> Result<(), SaveError> {
        match self.change.before {
            Before::New(_) => match self.path.symlink_metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(source) => Err(self.refused(Stage::Look, source)),
                Ok(_) => Err(SaveError::Exists(self.named())),
            },
            Before::Content(expected) => match read::read_bytes(&self.path, MAX_FILE_BYTES) {
                Ok(bytes) if ContentHash::of(&bytes) == expected => Ok(()),
                Ok(_) => Err(SaveError::Changed(self.named())),
                Err(ReadError::Absent(_)) => Err(SaveError::Gone(self.named())),
                Err(error) => Err(SaveError::NotComparable(error)),
            },
        }
    }

    /// Opens the file that stands there, to copy what it has besides its content.
    pub(super) fn open(&self) -> Result<(File, std::fs::Metadata), SaveError> {
        read::open_regular(&self.path).map_err(|error| match error {
            ReadError::Absent(_) => SaveError::Gone(self.named()),
            error => SaveError::NotComparable(error),
        })
    }

    /// How many other names the file has.
    pub(super) fn other_names(metadata: &std::fs::Metadata) -> u64 {
        metadata.nlink().saturating_sub(1)
    }

    /// The path as the person knows it.
    pub(super) fn named(&self) -> PathBuf {
        self.change.path.to_owned()
    }

    /// What the system said, with the reason looked up that it does not give.
    pub(super) fn refused(&self, stage: Stage, source: io::Error) -> SaveError {
        let refusal = match Refusal::of(&source, stage) {
            Refusal::Denied | Refusal::ReadOnlyFolder if self.is_immutable() => Refusal::Immutable,
            refusal => refusal,
        };
        SaveError::Refused { path: self.named(), refusal, stage, source }
    }

    /// Whether file or folder are marked immutable.
    pub(super) fn is_immutable(&self) -> bool {
        attributes::is_immutable(&self.folder) || (self.path.is_file() && attributes::is_immutable(&self.path))
    }
}

fn existing(path: &Path) -> Result<PathBuf, SaveError> {
    path.canonicalize().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => SaveError::DanglingLink(path.to_owned()),
        io::ErrorKind::NotFound => SaveError::Gone(path.to_owned()),
        _ => looking(path, source),
    })
}

fn absent(path: &Path) -> Result<PathBuf, SaveError> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() && !path.exists() => Err(SaveError::DanglingLink(path.to_owned())),
        Ok(_) => Err(SaveError::Exists(path.to_owned())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(looking(path, error)),
        Err(source) => {
            let refused = |source| SaveError::Refused {
                path: path.to_owned(),
                refusal: Refusal::FolderMissing,
                stage: Stage::Look,
                source,
            };
            let Some(name) = path.file_name() else { return Err(refused(source)) };
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Ok(folder.canonicalize().map_err(refused)?.join(name))
        }
    }
}

fn looking(path: &Path, source: io::Error) -> SaveError {
    let refusal = Refusal::of(&source, Stage::Look);
    SaveError::Refused { path: path.to_owned(), refusal, stage: Stage::Look, source }
}
