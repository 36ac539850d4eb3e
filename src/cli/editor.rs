//! No command: the editor.

use super::args::EditorArgs;
use super::failure::{Failure, code};
use crate::storage::Environment;

/// Opens the editor and stays until it ends.
pub(super) fn open(args: EditorArgs, environment: Option<Environment>) -> Result<(), Failure> {
    drop((args, environment, code::GENERIC));
    todo!()
}
