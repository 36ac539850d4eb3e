//! `get`: one value on stdout, nothing added.

use std::io::Write;

use super::args::KeyArgs;
use super::failure::Failure;
use super::sealed_file::{SealedFile, unread};
use super::unwritten;

/// Prints the value of a key.
pub(super) fn run(args: &KeyArgs, out: &mut impl Write) -> Result<(), Failure> {
    let file = SealedFile::read(&args.file)?;
    let key = file.key(&args.key)?;
    let cipher = file.unlock()?;
    let value = file.document.open_value(&key, &cipher).map_err(|error| file.failure(unread(&error)))?;
    // Written and flushed at once, so that no buffer of ours keeps a copy.
    out.write_all(value.expose()).and_then(|()| out.flush()).map_err(|error| unwritten(&error))
}
