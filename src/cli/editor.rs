//! No command: the editor.

use super::args::EditorArgs;
use super::failure::{Failure, code};
use crate::storage::Environment;
use crate::terminal::{self, Options};

/// Opens the editor and stays until it ends.
pub(super) fn open(args: EditorArgs, environment: Option<Environment>) -> Result<(), Failure> {
    let _ = (args, environment, Options::default(), terminal::hide_panic_messages, code::GENERIC);
    todo!()
}
