//! `copy`: one value on the clipboard, cleared after a time.

use std::time::Duration;

use super::args::CopyArgs;
use super::failure::{Failure, code};
use super::note;
use super::sealed_file::{SealedFile, unread};
use crate::terminal::{ClipboardWay, hold};

/// Copies a value and stays until it is cleared: on most systems the clipboard lives as long as its owner.
pub(super) fn run(args: &CopyArgs) -> Result<(), Failure> {
    let file = SealedFile::read(&args.file)?;
    let key = file.key(&args.key)?;
    let cipher = file.unlock()?;
    let value = file.document.open_value(&key, &cipher).map_err(|error| file.failure(unread(&error)))?;
    drop(cipher);
    let (settings, trouble) = super::config::settings(None);
    if let Some(trouble) = trouble {
        note(&trouble.to_string());
    }
    let way = ClipboardWay::choose(args.osc52 || settings.osc52, |name| std::env::var(name).ok());
    let seconds = args.clear_after.unwrap_or(settings.timers.clipboard_seconds).unsigned_abs();
    let told = |through: &str| {
        note(&format!("{key} is on the {through}; it is cleared in {seconds} s, or at once by Ctrl-c"));
    };
    let cleared = hold(value, way, Duration::from_secs(seconds), told).map_err(|failure| failed(&failure))?;
    match cleared {
        crate::terminal::Cleared::Cleared => Ok(()),
        crate::terminal::Cleared::NotOurs => {
            note("something else was copied meanwhile; it was left");
            Ok(())
        }
        crate::terminal::Cleared::Failed(failure) => Err(failed(&failure)),
    }
}

fn failed(failure: &crate::terminal::Failure) -> Failure {
    Failure::new(code::GENERIC, &failure.words).maybe_hint(failure.hint.as_deref())
}
