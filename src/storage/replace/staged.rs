//! A new file beside its target, complete and durable, waiting to take its place.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

use super::error::{Loss, SaveError, Stage};
use super::target::Target;
use super::{Accept, Before, attributes};

const PREFIX: &str = ".sopsmith-";
const SUFFIX: &str = ".tmp";
const RANDOM_CHARACTERS: usize = 12;

/// Whether a file name is one that a save uses before its rename.
pub(in super::super) fn is_temporary(file_name: &str) -> bool {
    file_name
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX))
        .is_some_and(|middle| !middle.is_empty() && middle.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The new file. Dropped without [`Staged::put_in_place`] it disappears again.
pub(super) struct Staged<'a> {
    /// What it is going to replace.
    pub(super) target: Target<'a>,
    file: NamedTempFile,
}

impl<'a> Staged<'a> {
    /// Writes the change beside its target, with everything that the target has, and makes it durable.
    pub(super) fn write(target: Target<'a>) -> Result<Self, SaveError> {
        let mut file = create(&target)?;
        file.as_file_mut().write_all(target.change.bytes).map_err(|source| target.refused(Stage::Write, source))?;
        if matches!(target.change.before, Before::Content(_)) {
            let losses = inherit(&target, &file)?;
            if !losses.is_empty() && target.change.accept == Accept::Nothing {
                return Err(SaveError::WouldLose { path: target.named(), losses });
            }
        }
        file.as_file().sync_all().map_err(|source| target.refused(Stage::Sync, source))?;
        Ok(Self { target, file })
    }

    /// Compares once more and renames: from one moment to the next the target holds the new content.
    pub(super) fn put_in_place(self) -> Result<(), SaveError> {
        let Self { target, file } = self;
        target.compare()?;
        let renamed = match target.change.before {
            Before::Content(_) => file.persist(&target.path),
            Before::New(_) => file.persist_noclobber(&target.path),
        };
        renamed.map(drop).map_err(|refused| match refused.error.kind() {
            std::io::ErrorKind::AlreadyExists => SaveError::Exists(target.named()),
            _ => target.refused(Stage::Rename, refused.error),
        })
    }
}

fn create(target: &Target) -> Result<NamedTempFile, SaveError> {
    // Until it has the target's own mode nobody else may read the new file. A new file has the mode that the
    // person's umask and the folder's default access control list give it, unless it is private.
    let mode = match target.change.before {
        Before::New(mode) => mode.bits(),
        Before::Content(_) => 0o600,
    };
    tempfile::Builder::new()
        .prefix(PREFIX)
        .suffix(SUFFIX)
        .rand_bytes(RANDOM_CHARACTERS)
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(&target.folder)
        .map_err(|source| target.refused(Stage::Create, source))
}

fn inherit(target: &Target, file: &NamedTempFile) -> Result<Vec<Loss>, SaveError> {
    let (old, metadata) = target.open()?;
    let mut losses = attributes::copy(&old, &metadata, file.as_file())
        .map_err(|source| target.refused(Stage::Attributes, source))?;
    let other_names = Target::other_names(&metadata);
    losses.extend((other_names > 0).then_some(Loss::HardLinks(other_names)));
    Ok(losses)
}

/// Removes what dead processes left in a folder. Whoever calls it holds the folder's lock, so none of it is in use.
pub(super) fn remove_stale(folder: &Path) -> std::io::Result<usize> {
    let mut removed = 0;
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_temporary) && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}
