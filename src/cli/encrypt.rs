//! `encrypt`: a plain YAML file, sealed by the creation rule that its path matches.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::EncryptArgs;
use super::failure::{Failure, code};
use super::note;
use super::prompt::TerminalPrompt;
use super::sealed_file::{read_text, save};
use super::unwritten;
use crate::crypto::age::Prompt;
use crate::repo::ContentHash;
use crate::sops::{CreationRule, CreationRules, Document, DocumentError, EncryptError, WrapKeyError};
use crate::storage::{Accept, Before, Change, NewFileMode, SealNewError, seal_new_file, shown};

/// The name of the file with the rules.
const RULES_NAME: &str = ".sops.yaml";

/// Encrypts a file, and says what is still there in the clear.
pub(super) fn run(args: &EncryptArgs, out: &mut impl Write) -> Result<(), Failure> {
    let text = read_text(&args.file)?;
    let rule = rule_for(&args.file)?;
    let sealed = seal(&text, &rule).map_err(|failure| failure.in_file(&args.file))?;
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

/// The creation rule for a file: of the nearest `.sops.yaml` at or above its folder.
///
/// SOPS looks from the working directory upwards, so that the same command means another rule elsewhere; the file's own
/// folder is what its owner means.
fn rule_for(file: &Path) -> Result<CreationRule, Failure> {
    let absolute = std::path::absolute(file)
        .map_err(|error| Failure::new(code::COULD_NOT_READ, format!("{}: {error}", shown(file))))?;
    let rules_path = rules_above(&absolute).ok_or_else(|| {
        Failure::new(code::GENERIC, format!("there is no {RULES_NAME} at or above the folder of {}", shown(file)))
            .hint("it names the recipients: creation_rules: [{ age: age1… }]")
    })?;
    let text = read_text(&rules_path)?;
    let rules = CreationRules::parse(&text)
        .map_err(|error| Failure::new(code::COULD_NOT_READ, &error).hint(error.hint()).in_file(&rules_path))?;
    let folder = rules_path.parent().unwrap_or(Path::new("/"));
    let inside = absolute.strip_prefix(folder).unwrap_or(&absolute);
    let found = rules.for_path(&inside.to_string_lossy()).cloned();
    found.ok_or_else(|| {
        Failure::new(code::GENERIC, format!("no creation rule in {} matches {}", shown(&rules_path), shown(inside)))
            .hint("add a rule whose path_regex matches this path")
    })
}

fn rules_above(file: &Path) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("SOPS_CONFIG") {
        return Some(PathBuf::from(named));
    }
    file.ancestors().skip(1).map(|folder| folder.join(RULES_NAME)).find(|path| path.is_file())
}
