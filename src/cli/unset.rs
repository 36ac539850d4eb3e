//! `unset`: a key and all below it deleted.

use super::args::KeyArgs;
use super::failure::Failure;
use super::sealed_file::SealedFile;
use crate::sops::{Edit, Emptied};

/// Deletes a key.
pub(super) fn run(args: &KeyArgs) -> Result<(), Failure> {
    let file = SealedFile::read(&args.file)?;
    let path = file.key(&args.key)?;
    let cipher = file.unlock()?;
    // As SOPS: a mapping that is empty afterwards stays.
    if file.change(&[Edit::Remove { path: path.clone(), emptied: Emptied::Keep }], &cipher)? {
        file.note_readers_of(&path);
    }
    Ok(())
}
