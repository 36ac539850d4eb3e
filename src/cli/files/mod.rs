//! What `updatekeys` and `rotate` share: the way through many files, one after the other.
//!
//! Each file is replaced whole before the next one is looked at, so the way may end between any two: a person's Ctrl-C
//! is told what is done and what is left, a kill leaves nothing half, and a second run does the rest.

mod progress;
mod stop;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::failure::{Failure, code};
use super::sealed_file::{keyring, no_data_key, tampered, unreadable, unsaved};
use crate::crypto::age::Prompt;
use crate::sops::{RotateError, UpdateKeysError};
use crate::storage::{Durability, Environment, Keyring, KeysError, KeysOutcome, ReadError, shown};
use progress::Progress;
use stop::Stop;

/// What a run is called.
pub(super) struct Words {
    /// `updated`
    pub(super) done: &'static str,
    /// `updatekeys`
    pub(super) command: &'static str,
    /// What a second run would do with the files that are done.
    pub(super) again: Again,
}

/// Whether files that are done may be named once more.
pub(super) enum Again {
    /// They are left alone.
    Harmless,
    /// They would be done twice.
    Repeats,
}

/// What became of one file, told in a line.
pub(super) struct Done {
    pub(super) outcome: KeysOutcome,
    pub(super) line: String,
}

/// Works through the files. A file that fails does not keep the others from being done.
pub(super) fn work_through<T>(
    files: &[T],
    path_of: impl Fn(&T) -> &Path,
    words: &Words,
    mut work: impl FnMut(&T, &mut Keyring) -> Result<Done, KeysError>,
) -> Result<usize, Failure> {
    let stop = Stop::new();
    let prompt: Arc<dyn Prompt> = Arc::new(stop.prompt());
    let mut keyring = keyring(&Environment::of_process(), &prompt);
    let mut progress = Progress::of(files.len());
    let (mut done, mut failed): (usize, Vec<Failure>) = (0, Vec::new());
    for (number, file) in files.iter().enumerate() {
        if stop.is_asked() {
            progress.wipe();
            let left: Vec<&Path> = files[number..].iter().map(&path_of).collect();
            return Err(stopped(words, done, failed.len(), &left));
        }
        let path = path_of(file);
        progress.show(number, path);
        match work(file, &mut keyring) {
            Ok(Done { outcome, line }) => {
                progress.tell(&format!("{}: {line}", shown(path)));
                if let Some(reason) = unknown_durability(&outcome) {
                    progress.say(&format!(
                        "sopsmith: {} is saved; whether it outlives a power cut is unknown: {reason}",
                        shown(path)
                    ));
                }
                done += 1;
            }
            Err(error) => {
                let failure = failure(error, path, &keyring);
                if files.len() > 1 {
                    progress.say(&failure.to_string());
                }
                failed.push(failure);
            }
        }
    }
    progress.wipe();
    match (failed.pop(), files.len()) {
        (None, _) => Ok(done),
        (Some(only), 1) => Err(only),
        (Some(last), all) => {
            let code = failed.first().unwrap_or(&last).code();
            let failed = failed.len() + 1;
            Err(Failure::new(code, format!("{failed} of {all} files are not {}; they are as they were", words.done)))
        }
    }
}

/// Tells what is done and what is left.
fn stopped(words: &Words, done: usize, failed: usize, left: &[&Path]) -> Failure {
    let Words { done: verb, command, again } = words;
    let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    let as_before = if left.len() == 1 { "it was" } else { "they were" };
    let said = format!("stopped: {} {verb}{failed}, {} as {as_before} before", files(done), files(left.len()));
    let rest = match again {
        Again::Harmless => "the same command does the rest".to_owned(),
        Again::Repeats => {
            let left: Vec<String> = left.iter().map(|path| shown(path)).collect();
            format!("the rest: sopsmith {command} {}", left.join(" "))
        }
    };
    Failure::new(code::INTERRUPTED, said).hint(rest)
}

/// `1 file`, `12 files`
pub(super) fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

fn unknown_durability(outcome: &KeysOutcome) -> Option<&str> {
    match outcome {
        KeysOutcome::Updated { durability: Durability::Unknown(reason), .. }
        | KeysOutcome::Rotated { durability: Durability::Unknown(reason), .. } => Some(reason),
        _ => None,
    }
}

/// A file that was not changed, with sops' exit code.
pub(super) fn failure(error: KeysError, path: &Path, keyring: &Keyring) -> Failure {
    match error {
        KeysError::NoDataKey(unavailable) => no_data_key(&unavailable, keyring.tried()).in_file(path),
        error => unchanged(error, path),
    }
}

/// As [`failure`], where no identity was needed.
pub(super) fn unchanged(error: KeysError, path: &Path) -> Failure {
    let hint = error.hint().map(|hint| hint.replace("FILE", &shown(path)));
    let with_hint = |failure: Failure| match &hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    };
    match &error {
        // These name the file themselves.
        KeysError::Read(ReadError::Absent(_)) => with_hint(Failure::new(code::NO_FILE, &error)),
        KeysError::Read(_) => with_hint(Failure::new(code::COULD_NOT_READ, &error)),
        KeysError::Save(error) => unsaved(error),
        KeysError::Unreadable(error) => unreadable(error, path),
        KeysError::Rotate(RotateError::Tampered(error)) => tampered(error).in_file(path),
        KeysError::Update(UpdateKeysError::Wrap(_))
        | KeysError::Rotate(RotateError::Keys(UpdateKeysError::Wrap(_))) => {
            with_hint(Failure::new(code::NO_DATA_KEY, &error)).in_file(path)
        }
        _ => with_hint(Failure::new(code::GENERIC, &error)).in_file(path),
    }
}

/// Paths as they were given, each once.
pub(super) fn each_once(paths: &[PathBuf]) -> Vec<&Path> {
    let mut seen = std::collections::HashSet::new();
    paths.iter().map(PathBuf::as_path).filter(|path| seen.insert(path.to_path_buf())).collect()
}
