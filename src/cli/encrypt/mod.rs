//! `encrypt`: a plain YAML file, sealed by the creation rule that the path of the encrypted file matches.

mod left;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::args::EncryptArgs;
use super::failure::{Failure, code};
use super::prompt::TerminalPrompt;
use super::rules::FileRules;
use super::sealed_file::{read_text, save};
use super::unwritten;
use crate::crypto::age::Prompt;
use crate::repo::ContentHash;
use crate::sops::{CreationRule, Document, DocumentError, EncryptError, WrapKeyError, stays_plain};
use crate::storage::{Accept, Before, Change, NewFileMode, SealNewError, seal_new_file, shown};

/// Encrypts a file, and says what is still there in the clear.
pub(super) fn run(args: &EncryptArgs, out: &mut impl Write) -> Result<(), Failure> {
    let target = args.output.as_deref().unwrap_or(&args.file);
    refuse_what_stays_plain(&args.file)?;
    refuse_what_stays_plain(target)?;
    only_yaml(args, target)?;
    let text = read_text(&args.file).map_err(|failure| match failure.code() {
        code::NO_FILE => failure.hint("check the path; a new encrypted file begins in the editor: sopsmith NAME.yaml"),
        _ => failure,
    })?;
    // As with sops' --filename-override: what counts is where the encrypted file will lie.
    let rules = FileRules::of(target)?;
    let sealed = seal(&text, rules.rule()?).map_err(|failure| failure.in_file(&args.file))?;
    let bytes = sealed.text().as_bytes();
    let plain = ContentHash::of(text.as_bytes());
    match &args.output {
        Some(path) => {
            let before = Before::New(NewFileMode::Shared);
            save(&[Change { path, before, bytes, accept: Accept::Nothing }])?;
            left::put_away(args, path, plain)
        }
        None if args.in_place => {
            let before = Before::Content(plain);
            save(&[Change { path: &args.file, before, bytes, accept: Accept::Nothing }])?;
            left::say_in_place(&args.file);
            Ok(())
        }
        None => out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| unwritten(&error)),
    }
}

/// Refuses what somebody reads as it stands, whatever a rule says.
fn refuse_what_stays_plain(path: &Path) -> Result<(), Failure> {
    let file = shown(path);
    let Some(why) = stays_plain(&file) else { return Ok(()) };
    let words = format!("{file}: this file is never encrypted, because {why}");
    Err(Failure::new(code::INVALID_VALUE, words).hint("name the file with the secrets"))
}

/// Refuses what sops would read as another format because of its name.
fn only_yaml(args: &EncryptArgs, target: &Path) -> Result<(), Failure> {
    let is_written = args.output.is_some() || args.in_place;
    let format = match target.extension().and_then(|extension| extension.to_str()) {
        Some("yaml" | "yml") => return Ok(()),
        Some("json") => "JSON",
        Some("env") => "dotenv",
        Some("ini") => "INI",
        // What is printed may be put anywhere.
        _ if !is_written => return Ok(()),
        _ => "binary",
    };
    let file = shown(target);
    let words = format!("{file}: sops reads a file of this name as {format}, and sopsmith encrypts YAML only");
    let by_sops = match &args.output {
        Some(_) => format!("sops encrypt --filename-override {file} {} > {file}", shown(&args.file)),
        None => format!("sops encrypt --in-place {file}"),
    };
    let hint = match format {
        "binary" => format!("give it a name that ends in .yaml, or let sops do it: {by_sops}"),
        _ => format!("let sops do it: {by_sops}"),
    };
    Err(Failure::new(code::COULD_NOT_READ, words).hint(hint))
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
