//! Bytes of identities, from files and from the output of commands, read into the arena without a buffer between.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::secret::{Secret, SecretBuffer};

/// No identity file is longer; `SOPS_AGE_KEY_FILE` might name a device that never ends.
const MAX_BYTES: usize = 1 << 20;

/// Why a place gave no bytes.
pub(super) enum SourceError {
    /// There is no such file.
    Absent,
    /// The system refused, or the command failed.
    Unreadable {
        /// In words, without content.
        reason: String,
    },
}

impl From<io::Error> for SourceError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Absent,
            _ => unreadable(format!("cannot be read: {error}")),
        }
    }
}

fn unreadable(reason: impl Into<String>) -> SourceError {
    SourceError::Unreadable { reason: reason.into() }
}

/// Reads a file whole. A FIFO is read too: shells hand over `<(command)` as one.
pub(super) fn read_file(path: &Path) -> Result<Secret, SourceError> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(unreadable("is a folder"));
    }
    read_to_arena(file)
}

/// Runs a command line without a shell, as sops does, and reads what it prints.
///
/// Its standard error is not shown: on the editor's screen it would be noise over the table.
pub(super) fn run_command(line: &Secret, recipient: &str) -> Result<Secret, SourceError> {
    let line = std::str::from_utf8(line.expose()).map_err(|_| unreadable("not UTF-8"))?;
    let words = shell_words::split(line).map_err(|_| unreadable("a quote is not closed"))?;
    let [program, arguments @ ..] = words.as_slice() else {
        return Err(unreadable("empty"));
    };
    let mut child = Command::new(OsStr::from_bytes(program.as_bytes()))
        .args(arguments)
        .env("SOPS_AGE_RECIPIENT", recipient)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| unreadable(format!("cannot be started: {error}")))?;
    let output = child.stdout.take().map_or_else(|| Err(unreadable("no output")), read_to_arena);
    let status = child.wait().map_err(|error| unreadable(format!("cannot be waited for: {error}")))?;
    if !status.success() {
        return Err(unreadable(format!("ended with {status}")));
    }
    output
}

fn read_to_arena(mut source: impl Read) -> Result<Secret, SourceError> {
    let mut buffer = SecretBuffer::zeros(4096);
    let mut filled = 0;
    loop {
        match source.read(&mut buffer.expose_mut()[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
        if filled > MAX_BYTES {
            return Err(unreadable("longer than 1 MiB, so no identity"));
        }
        if filled == buffer.len() {
            buffer.resize(filled * 2);
        }
    }
    buffer.truncate(filled);
    Ok(buffer.into_secret())
}
