//! `decrypt`: the file's own text with its values opened.

use std::io::Write;

use super::args::FileArgs;
use super::failure::Failure;
use super::sealed_file::{SealedFile, tampered};
use super::unwritten;
use crate::storage::Environment;

/// Prints the plain text of a file.
pub(super) fn run(args: &FileArgs, out: &mut impl Write) -> Result<(), Failure> {
    let file = SealedFile::read(&args.file)?;
    let cipher = file.data_key(&Environment::of_process())?;
    let text = file.document.decrypt_verified_text(&cipher).map_err(|error| file.failure(tampered(&error)))?;
    out.write_all(text.expose()).and_then(|()| out.flush()).map_err(|error| unwritten(&error))
}
