//! `recipients`: who can read which file, shown and changed, in `.sops.yaml` and in the files at once.

mod add;
mod apply;
mod list;
mod remove;
mod scene;

use std::io::{Read, Write};

use super::args::{RecipientsArgs, RecipientsCommand};
use super::failure::{Failure, code};
use crate::repo::{EncryptedFile, FaultKind, RecipientsError};
use crate::text::sanitize;

/// Does what was asked with recipients.
pub(super) fn run(args: &RecipientsArgs, input: &mut impl Read, out: &mut impl Write) -> Result<(), Failure> {
    match &args.command {
        RecipientsCommand::List(args) => list::run(args, out),
        RecipientsCommand::Add(args) => add::run(args, input),
        RecipientsCommand::Remove(args) => remove::run(args),
    }
}

/// Why the recipients of a file cannot be read or changed here.
fn damage(file: &EncryptedFile) -> Option<&str> {
    file.faults().iter().find_map(|fault| match &fault.kind {
        FaultKind::Metadata(words) | FaultKind::Syntax(words) => Some(words.as_str()),
        _ => None,
    })
}

fn refused(error: &RecipientsError) -> Failure {
    let code = match error {
        RecipientsError::NotEncrypted(_) => code::NO_FILE,
        _ => code::GENERIC,
    };
    Failure::new(code, sanitize(&error.to_string())).hint(error.hint())
}
