//! `encrypt`: a plain YAML file, sealed by the creation rule that its path matches.

use std::io::Write;
use std::sync::Arc;

use super::args::EncryptArgs;
use super::failure::{Failure, code};
use super::note;
use super::prompt::TerminalPrompt;
use super::rules::FileRules;
use super::sealed_file::{read_text, save};
use super::unwritten;
use crate::crypto::age::Prompt;
use crate::repo::ContentHash;
use crate::sops::{CreationRule, Document, DocumentError, EncryptError, WrapKeyError};
use crate::storage::{Accept, Before, Change, NewFileMode, SealNewError, seal_new_file, shown};

/// Encrypts a file, and says what is still there in the clear.
pub(super) fn run(args: &EncryptArgs, out: &mut impl Write) -> Result<(), Failure> {
    let text = read_text(&args.file)?;
    let rules = FileRules::of(&args.file)?;
    let sealed = seal(&text, rules.rule()?).map_err(|failure| failure.in_file(&args.file))?;
    let bytes = sealed.text().as_bytes();
    match &args.output {
        Some(path) => {
            let before = Before::New(NewFileMode::Shared);
            save(&[Change { path, before, bytes, accept: Accept::Nothing }])?;
            note(&format!("{} is encrypted; {} still holds the plain text", shown(path), shown(&args.file)));
            Ok(())
        }
        None if args.in_place => {
            let before = Before::Content(ContentHash::of(text.as_bytes()));
            save(&[Change { path: &args.file, before, bytes, accept: Accept::Nothing }])
        }
        None => out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| unwritten(&error)),
    }
}

/// Seals a plain text with a data key of its own, wrapped for the recipients of a rule.
pub(super) fn seal(text: &str, rule: &CreationRule) -> Result<Document, Failure> {
    let prompt: Arc<dyn Prompt> = Arc::new(TerminalPrompt);
    seal_new_file(text, rule, &prompt).map_err(|error| match error {
        SealNewError::NotWrapped(error) => unwrapped(&error),
        SealNewError::NotEncrypted(error) => unsealed(&error),
    })
}

fn unwrapped(error: &WrapKeyError) -> Failure {
    Failure::new(code::NO_DATA_KEY, error).hint(error.hint())
}

fn unsealed(error: &EncryptError) -> Failure {
    let code = match error {
        EncryptError::AlreadyEncrypted { .. } => code::ALREADY_ENCRYPTED,
        EncryptError::Unreadable(DocumentError::Empty) => code::EMPTY_FILE,
        _ => code::COULD_NOT_READ,
    };
    Failure::new(code, error).hint(error.hint())
}
