//! Why a file was not saved, by stage, and what to do about it.

use std::io;
use std::path::PathBuf;

use super::super::lock::LockError;
use super::super::read::ReadError;
use super::super::shown;
use super::SavedFile;

/// Why files were not saved. Unless it is [`SaveError::Partly`], every file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The content is not what it was when it was read.
    #[error("{} was changed by another program", shown(.0))]
    Changed(PathBuf),
    /// The file is not there any more.
    #[error("{} was removed by another program", shown(.0))]
    Gone(PathBuf),
    /// A file that was to be made is there already.
    #[error("{} exists already", shown(.0))]
    Exists(PathBuf),
    /// A link that leads nowhere: its target is not made behind anybody's back.
    #[error("{} is a link to a file that does not exist", shown(.0))]
    DanglingLink(PathBuf),
    /// The file cannot be read to compare it; it may be no regular file.
    #[error(transparent)]
    NotComparable(ReadError),
    /// Replacing it would lose something that only the person can give up. Nothing was written.
    #[error("replacing {} would lose {}", shown(path), list(losses))]
    WouldLose {
        /// The file.
        path: PathBuf,
        /// What would be lost.
        losses: Vec<Loss>,
    },
    /// The folder is not ours to write in.
    #[error(transparent)]
    NotLocked(#[from] LockError),
    /// The system refused.
    #[error("{} cannot be saved: {refusal}", shown(path))]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why, as far as it can be told apart.
        refusal: Refusal,
        /// What was being done.
        stage: Stage,
        /// What the system said.
        source: io::Error,
    },
    /// Some files were replaced, then one could not be. Each file holds its old or its new content, whole.
    #[error("{} saved, but {failed}", saved_list(saved))]
    Partly {
        /// The files that hold their new content.
        saved: Vec<SavedFile>,
        /// Why the next one was not replaced.
        failed: Box<SaveError>,
        /// The files that hold their old content.
        unsaved: Vec<PathBuf>,
    },
}

/// Something about a file that its replacement would not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// Other names of the same file would keep the old content.
    #[error("its {0} other names (hard links), which keep the old content")]
    HardLinks(u64),
    /// The file would belong to whoever saves it.
    #[error("its owner (user {0})")]
    Owner(u32),
    /// The file would belong to another group.
    #[error("its group (group {0})")]
    Group(u32),
    /// An extended attribute or access control list cannot be set.
    #[error("its attribute {0}")]
    Attribute(String),
}

/// Why the system refused, as far as a remedy differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `ENOSPC`
    #[error("the disk is full")]
    Full,
    /// `EDQUOT`
    #[error("the disk quota is used up")]
    Quota,
    /// `EFBIG`
    #[error("it would be larger than a file may be here")]
    SizeLimit,
    /// `EROFS`
    #[error("the file system is mounted read-only")]
    ReadOnlyFileSystem,
    /// The folder does not let new files be made.
    #[error("no file may be made in its folder")]
    ReadOnlyFolder,
    /// The folder is gone.
    #[error("its folder does not exist")]
    FolderMissing,
    /// File or folder have the immutable or append-only attribute.
    #[error("it is marked immutable")]
    Immutable,
    /// `EBUSY`: something is mounted on the file itself.
    #[error("it is a mount point or in use by the system")]
    Busy,
    /// `EACCES`, `EPERM`
    #[error("its permissions do not allow it")]
    Denied,
    /// `EIO`
    #[error("the disk reports an error")]
    Disk,
    /// Anything else; the source says what.
    #[error("the system does not allow it")]
    Other,
}

/// What was being done when the system refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking at the file.
    Look,
    /// Making the new file beside it.
    Create,
    /// Writing the new content.
    Write,
    /// Making the new content durable.
    Sync,
    /// Giving the new file the old one's owner, mode and attributes.
    Attributes,
    /// Putting the new file in the old one's place.
    Rename,
}

impl SaveError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Changed(_) => Some("read it again and merge; nothing was overwritten"),
            Self::Gone(_) => Some("save it under its name again, or leave without saving"),
            Self::Exists(_) => Some("open that file, or choose another name"),
            Self::DanglingLink(_) => Some("make the link's target, or remove the link"),
            Self::NotComparable(error) => error.hint(),
            Self::WouldLose { .. } => Some("save again to accept that, or keep the file as it is"),
            Self::NotLocked(error) => Some(error.hint()),
            Self::Refused { refusal, .. } => refusal.hint(),
            Self::Partly { failed, .. } => failed.hint(),
        }
    }
}

impl Refusal {
    /// The remedy, if there is one.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Full => Some("make room on the disk, then save again"),
            Self::Quota => Some("remove files of yours or ask for a larger quota, then save again"),
            Self::SizeLimit => Some("raise the limit (ulimit -f), then save again"),
            Self::ReadOnlyFileSystem => Some("save from where the repository is writable, or remount it"),
            Self::ReadOnlyFolder => Some("make the folder writable for you (chmod u+w), then save again"),
            Self::FolderMissing => Some("make the folder, then save again"),
            Self::Immutable => Some("take the attribute away (chattr -i), then save again"),
            Self::Busy => Some("unmount what is mounted on the file, then save again"),
            Self::Denied => Some("look at the owner and mode of the file and its folder"),
            Self::Disk => Some("look at the system's log before saving again"),
            Self::Other => None,
        }
    }

    /// Sorts what the system said while something was done.
    pub(super) fn of(source: &io::Error, stage: Stage) -> Self {
        use io::ErrorKind as Kind;
        match source.kind() {
            Kind::StorageFull => Self::Full,
            Kind::QuotaExceeded => Self::Quota,
            Kind::FileTooLarge => Self::SizeLimit,
            Kind::ReadOnlyFilesystem => Self::ReadOnlyFileSystem,
            Kind::ResourceBusy | Kind::ExecutableFileBusy => Self::Busy,
            Kind::PermissionDenied if stage == Stage::Create => Self::ReadOnlyFolder,
            Kind::PermissionDenied => Self::Denied,
            Kind::NotFound if stage == Stage::Create => Self::FolderMissing,
            _ if source.raw_os_error() == Some(libc::EIO) => Self::Disk,
            _ => Self::Other,
        }
    }
}

fn list(losses: &[Loss]) -> String {
    losses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

fn saved_list(saved: &[SavedFile]) -> String {
    saved.iter().map(|file| shown(&file.path)).collect::<Vec<_>>().join(", ")
}
