//! `rename`: a key gets another name or another place; what is below it comes along.

use super::args::RenameArgs;
use super::failure::Failure;
use super::sealed_file::SealedFile;
use crate::sops::Edit;

/// Renames a key of an encrypted file. Nix files are the editor's business, which shows what it changes there.
pub(super) fn run(args: &RenameArgs) -> Result<(), Failure> {
    let file = SealedFile::read(&args.file)?;
    let (from, to) = (file.key(&args.old)?, file.key(&args.new)?);
    let cipher = file.unlock()?;
    let edit = Edit::Move { from: from.clone(), to };
    if file.change(&[edit], &cipher)? {
        file.note_readers_of(&from);
    }
    Ok(())
}
