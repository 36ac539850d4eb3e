//! One file, read whole: only regular files, only up to a size, only UTF-8 where text is wanted.
//!
//! A repository may hold anything: a FIFO that would block for ever, a device, a link to `/dev/zero`. The file is
//! opened without blocking and looked at through the open descriptor, so nothing can be swapped in between.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::shown;
use crate::secret::{Secret, SecretBuffer};

/// The largest file that is read: ten times the largest encrypted file that sops itself handles in a minute.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("{} does not exist", shown(.0))]
    Absent(PathBuf),
    /// It is a folder, FIFO, socket or device.
    #[error("{} is {found}, not a regular file", shown(path))]
    NotRegular {
        /// The file.
        path: PathBuf,
        /// What it is, with its article.
        found: &'static str,
    },
    /// It is larger than what is read.
    #[error("{} is larger than {} MiB", shown(path), limit_bytes >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The largest size that is read.
        limit_bytes: u64,
    },
    /// It is not UTF-8.
    #[error("{}:{line}: the bytes from {offset} on are not UTF-8", shown(path))]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Where the first wrong byte stands, in bytes from 0.
        offset: usize,
    },
    /// The system refused.
    #[error("{} cannot be read", shown(path))]
    Refused {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ReadError {
    /// The one next thing to do when the file was only to be read from, and is none that would be made.
    #[must_use]
    pub fn hint_for_source(&self) -> Option<&'static str> {
        match self {
            Self::Absent(_) => Some("mend the path, or Esc goes back"),
            error => error.hint(),
        }
    }

    /// The one next thing to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Absent(_) => Some("check the path; sopsmith FILE makes a new one by its rule, in the editor"),
            Self::NotRegular { .. } => Some("name the file itself"),
            Self::TooLarge { .. } => Some("split the file"),
            Self::NotUtf8 { .. } => Some("save it as UTF-8; binary secrets are encrypted as binary files"),
            Self::Refused { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("look at the file's mode and owner")
            }
            Self::Refused { .. } => None,
        }
    }
}

/// Reads the bytes of a regular file, links followed, at most `limit_bytes` of them.
///
/// # Errors
/// See [`ReadError`]; never [`ReadError::NotUtf8`].
pub fn read_bytes(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, ReadError> {
    let (file, metadata) = open_regular(path)?;
    // The size is a hint only: files of /proc say 0, and a file may grow while it is read.
    let size_hint = metadata.len().min(limit_bytes) + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(size_hint).expect("the limit fits the address space"));
    file.take(limit_bytes + 1).read_to_end(&mut bytes).map_err(|source| refused(path, source))?;
    if bytes.len() as u64 > limit_bytes {
        return Err(ReadError::TooLarge { path: path.to_owned(), limit_bytes });
    }
    Ok(bytes)
}

/// Reads the first bytes of a regular file, as many as there are up to `limit_bytes`.
pub(super) fn read_start(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    let (file, _) = open_regular(path)?;
    file.take(limit_bytes).read_to_end(&mut bytes).map_err(|source| refused(path, source))?;
    Ok(bytes)
}

/// Reads a regular file that holds a secret; its bytes are nowhere but in the arena.
///
/// # Errors
/// See [`ReadError`]; never [`ReadError::NotUtf8`].
pub fn read_secret(path: &Path, limit_bytes: u64) -> Result<Secret, ReadError> {
    let (mut file, metadata) = open_regular(path)?;
    let limit = usize::try_from(limit_bytes).expect("the limit fits the address space");
    let mut bytes = SecretBuffer::zeros(usize::try_from(metadata.len()).map_or(limit, |len| len.min(limit)) + 1);
    let mut filled = 0;
    loop {
        match file.read(&mut bytes.expose_mut()[filled..]).map_err(|source| refused(path, source))? {
            0 => break,
            len => filled += len,
        }
        if filled > limit {
            return Err(ReadError::TooLarge { path: path.to_owned(), limit_bytes });
        }
        // It has grown since its size was asked for.
        if filled == bytes.len() {
            bytes.resize((filled * 2).min(limit + 1));
        }
    }
    bytes.truncate(filled);
    Ok(bytes.into_secret())
}

/// Reads a regular file as text. A byte order mark is part of the text.
///
/// # Errors
/// See [`ReadError`].
pub fn read_text(path: &Path, limit_bytes: u64) -> Result<String, ReadError> {
    String::from_utf8(read_bytes(path, limit_bytes)?).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count();
        ReadError::NotUtf8 { path: path.to_owned(), line, offset }
    })
}

/// Opens a regular file for reading, without ever waiting for a writer.
///
/// Opening some devices has effects of its own, so the path is looked at first, and what was opened once more.
pub(super) fn open_regular(path: &Path) -> Result<(File, Metadata), ReadError> {
    let regular = |metadata: Metadata| match metadata.is_file() {
        true => Ok(metadata),
        false => Err(ReadError::NotRegular { path: path.to_owned(), found: kind_of(&metadata) }),
    };
    regular(path.metadata().map_err(|source| refused(path, source))?)?;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path).map_err(|source| refused(path, source))?;
    let metadata = regular(file.metadata().map_err(|source| refused(path, source))?)?;
    Ok((file, metadata))
}

fn refused(path: &Path, source: io::Error) -> ReadError {
    match source.kind() {
        io::ErrorKind::NotFound => ReadError::Absent(path.to_owned()),
        _ => ReadError::Refused { path: path.to_owned(), source },
    }
}

/// What a thing that is not a regular file is, with its article.
pub(super) fn kind_of(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    match () {
        () if kind.is_dir() => "a folder",
        () if kind.is_fifo() => "a named pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_block_device() || kind.is_char_device() => "a device",
        () if kind.is_symlink() => "a symbolic link",
        () => "something else",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::scratch;
    use super::*;

    fn check(prepare: impl FnOnce(&Path), limit_bytes: u64, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        prepare(&path);
        let said = match read_text(&path, limit_bytes) {
            Ok(text) => format!("text {text:?}"),
            Err(error) => error.to_string().replace(path.to_str().unwrap(), "file"),
        };
        assert_eq!(said, expected);
    }

    fn holds(bytes: &[u8]) -> impl FnOnce(&Path) {
        move |path| fs::write(path, bytes).unwrap()
    }

    #[test]
    fn a_file_is_read_whole_up_to_the_limit() {
        check(holds(b"\xef\xbb\xbfa: b\n"), 8, r#"text "\u{feff}a: b\n""#);
        check(holds(&[b'a'; 9]), 8, "file is larger than 0 MiB");
        check(holds(b""), 8, r#"text """#);
        check(|_| {}, 8, "file does not exist");
    }

    #[test]
    fn a_secret_is_read_whole_up_to_the_limit_even_if_its_size_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, [b'k'; 100]).unwrap();
        assert!(read_secret(&path, 100).is_ok_and(|secret| secret.expose() == [b'k'; 100]));
        assert!(matches!(read_secret(&path, 99), Err(ReadError::TooLarge { .. })));
        // Files of /proc say that they are empty.
        assert!(read_secret(Path::new("/proc/self/status"), 1 << 20).is_ok_and(|status| status.len() > 100));
    }

    #[test]
    fn wrong_utf8_is_named_by_line_and_offset() {
        check(holds(b"a\nb\n\xffc"), 8, "file:3: the bytes from 4 on are not UTF-8");
    }

    #[test]
    fn only_regular_files_are_read_and_a_pipe_never_blocks() {
        check(|path| fs::create_dir(path).unwrap(), 8, "file is a folder, not a regular file");
        check(
            |path| scratch::run(path.parent().unwrap(), "mkfifo file"),
            8,
            "file is a named pipe, not a regular file",
        );
        let link = |path: &Path| std::os::unix::fs::symlink("/dev/zero", path).unwrap();
        check(link, 8, "file is a device, not a regular file");
    }

    #[test]
    fn a_link_is_followed() {
        let link = |path: &Path| {
            fs::write(path.with_extension("real"), "x").unwrap();
            std::os::unix::fs::symlink("file.real", path).unwrap();
        };
        check(link, 8, r#"text "x""#);
    }

    #[test]
    fn a_file_name_cannot_move_the_cursor() {
        let error = read_bytes(Path::new("/absent/\u{1b}[2J"), 8).unwrap_err();
        assert_eq!(error.to_string(), "/absent/\\u{1b}[2J does not exist");
    }
}
