//! Whether a file may have changed since it was looked at: a cheap question asked once a second.
//!
//! An equal stamp means nobody replaced or resized the file, nor wrote to it within the clock's grain; a different one
//! means only that it is worth reading again. What is overwritten is decided by content, never by stamps.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What the system says about a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<Facts>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Facts {
    device: u64,
    inode: u64,
    size_bytes: u64,
    changed: (i64, i64),
}

impl Stamp {
    /// Looks at a file, links followed. A file that is not there has a stamp, too.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Self(path.metadata().ok().map(|metadata| Facts {
            device: metadata.dev(),
            inode: metadata.ino(),
            size_bytes: metadata.len(),
            // The time of the last change of content or metadata: unlike the modification time nobody can set it back.
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }))
    }

    /// Whether there was a file.
    #[must_use]
    pub fn is_present(self) -> bool {
        self.0.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_stamp_changes_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let absent = Stamp::of(&path);
        fs::write(&path, "a").unwrap();
        let small = Stamp::of(&path);
        assert_eq!(small, Stamp::of(&path));
        fs::write(&path, "ab").unwrap();
        let larger = Stamp::of(&path);
        fs::write(folder.path().join("y"), "cd").unwrap();
        fs::rename(folder.path().join("y"), &path).unwrap();
        let replaced = Stamp::of(&path);
        assert!(!absent.is_present());
        assert!(absent != small && small != larger && larger != replaced);
    }
}
