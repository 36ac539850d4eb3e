//! What a file has besides its content: owner, group, mode, extended attributes with the access control list among
//! them. The replacement gets them all, or the person is asked.
//!
//! Its truth: chown(2) clears set-id bits, so the mode comes after it; an access control list lies in the attribute
//! `system.posix_acl_access` and its mask shows as the mode's group bits, so it comes last (acl(5), xattr(7)).

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

use xattr::FileExt;

use super::error::Loss;

/// Attributes that the kernel computes from a file's content or inode; copies of them would be wrong.
const COMPUTED: &[&str] = &["security.ima", "security.evm"];

/// Gives `new` what `old` has. Returns what could not be given.
///
/// # Errors
/// When the system fails otherwise than by not permitting it.
pub(super) fn copy(old: &File, metadata: &Metadata, new: &File) -> io::Result<Vec<Loss>> {
    let mut losses = Vec::new();
    let made = new.metadata()?;
    if made.gid() != metadata.gid() && !permitted(fchown(new, None, Some(metadata.gid())))? {
        losses.push(Loss::Group(metadata.gid()));
    }
    if made.uid() != metadata.uid() && !permitted(fchown(new, Some(metadata.uid()), None))? {
        losses.push(Loss::Owner(metadata.uid()));
    }
    new.set_permissions(Permissions::from_mode(metadata.mode() & 0o7777))?;
    copy_extended(old, new, &mut losses)?;
    Ok(losses)
}

fn copy_extended(old: &File, new: &File, losses: &mut Vec<Loss>) -> io::Result<()> {
    let wanted = names(old)?;
    // A folder's default access control list gives new files one that the old file may not have had.
    for extra in names(new)?.difference(&wanted) {
        if !permitted(new.remove_xattr(extra))? {
            losses.push(Loss::Attribute(shown_name(extra)));
        }
    }
    for name in wanted {
        let value = old.get_xattr(&name)?;
        if new.get_xattr(&name)? == value {
            continue;
        }
        if let Some(value) = value
            && !permitted(new.set_xattr(&name, &value))?
        {
            losses.push(Loss::Attribute(shown_name(&name)));
        }
    }
    Ok(())
}

fn names(file: &File) -> io::Result<BTreeSet<OsString>> {
    let listed = match file.list_xattr() {
        Err(error) if error.raw_os_error() == Some(libc::ENOTSUP) => return Ok(BTreeSet::new()),
        listed => listed?,
    };
    Ok(listed.filter(|name| !COMPUTED.iter().any(|computed| name == computed)).collect())
}

/// Turns "not permitted" and "not known here" into `false`.
fn permitted(outcome: io::Result<()>) -> io::Result<bool> {
    match outcome {
        Ok(()) => Ok(true),
        Err(error) => match error.raw_os_error() {
            Some(libc::EPERM | libc::EACCES | libc::ENOTSUP | libc::EINVAL) => Ok(false),
            _ => Err(error),
        },
    }
}

fn shown_name(name: &OsString) -> String {
    crate::text::sanitize(&name.to_string_lossy()).into_owned()
}

/// Whether the file or folder has the immutable or append-only attribute of `chattr(1)`, where that can be told.
#[cfg(target_os = "linux")]
pub(super) fn is_immutable(path: &std::path::Path) -> bool {
    use rustix::fs::IFlags;
    let Ok(file) = File::open(path) else { return false };
    rustix::fs::ioctl_getflags(&file).is_ok_and(|flags| flags.intersects(IFlags::IMMUTABLE | IFlags::APPEND))
}

/// Whether the file or folder is marked immutable; elsewhere than on Linux the system's own words must do.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_immutable(_: &std::path::Path) -> bool {
    false
}
