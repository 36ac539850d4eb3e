//! What encrypting leaves behind: the plain file, and what git knows of it.
//!
//! Nothing is removed before the encrypted file was read back from disk and opened with an identity of this person, and
//! nothing without a yes, given on the terminal or as a flag.

use std::path::Path;

use super::super::args::EncryptArgs;
use super::super::failure::{Failure, code};
use super::super::note;
use super::super::prompt::ask_yes_no;
use super::super::sealed_file::{SealedFile, save};
use crate::repo::{ContentHash, setup::gitignore};
use crate::storage::{
    self, Accept, Before, Change, GitState, NewFileMode, PlainInGit, plain_in_git, read_text, remove_plain, shown,
};

/// What was done with the values is not undone by encrypting them.
const AT_THEIR_SOURCE: &str =
    "encrypting does not undo that: change the values where they come from (new keys, new passwords)";

/// Says what still holds the plain text of a file that was encrypted into `sealed`, and offers to put it away.
pub(super) fn put_away(args: &EncryptArgs, sealed: &Path, plain: ContentHash) -> Result<(), Failure> {
    let file = shown(&args.file);
    note(&format!("{} is encrypted; {file} still holds the plain text", shown(sealed)));
    let git = known(&args.file);
    if let Some(git) = &git {
        say_history(&args.file, git);
    }
    if let Some(git) = git.as_ref().filter(|git| git.state != GitState::Ignored) {
        let question = format!("Add /{} to .gitignore? [y/N] ", crate::text::sanitize(git.path.as_str()));
        match wants(args.ignore, args, &question) {
            Some(true) => ignore(git)?,
            Some(false) => {}
            None => note(&format!("          keep it out of git with: echo '/{}' >> .gitignore", git.path)),
        }
    }
    match wants(args.remove, args, &format!("Remove {file}? It is read back and opened first. [y/N] ")) {
        Some(true) => remove(args, sealed, plain, git.as_ref()),
        Some(false) => Ok(()),
        None => {
            note(&format!("          when it is not needed any more: rm {file}"));
            Ok(())
        }
    }
}

/// Says what git still holds of a file that was encrypted in its place.
pub(super) fn say_in_place(file: &Path) {
    if let Some(git) = known(file) {
        say_history(file, &git);
    }
}

fn known(file: &Path) -> Option<PlainInGit> {
    plain_in_git(file).unwrap_or_else(|error| {
        note(&format!("sopsmith: what git knows of {} is unknown: {error}", shown(file)));
        None
    })
}

fn say_history(file: &Path, git: &PlainInGit) {
    let file = shown(file);
    match git.commits {
        0 if git.state == GitState::Tracked => note(&format!("{file} is in git's index, not in a commit yet")),
        0 => {}
        1 => note(&format!("1 commit of git holds {file}; {AT_THEIR_SOURCE}")),
        commits => note(&format!("{commits} commits of git hold {file}; {AT_THEIR_SOURCE}")),
    }
}

/// Whether something is wanted: by its flag, by --yes, by an answer. `None`: nobody can be asked.
fn wants(flag: bool, args: &EncryptArgs, question: &str) -> Option<bool> {
    if flag || args.yes { Some(true) } else { ask_yes_no(question) }
}

fn ignore(git: &PlainInGit) -> Result<(), Failure> {
    let path = git.root.join(gitignore::NAME);
    let existing = if path.exists() {
        let unread = |error: storage::ReadError| Failure::new(code::COULD_NOT_READ, &error).maybe_hint(error.hint());
        Some(read_text(&path, storage::MAX_FILE_BYTES).map_err(unread)?)
    } else {
        None
    };
    let line = format!("/{}", git.path);
    let Some(text) = gitignore::with_lines(existing.as_deref(), &[&line]) else { return Ok(()) };
    let before = existing
        .as_ref()
        .map_or(Before::New(NewFileMode::Shared), |text| Before::Content(ContentHash::of(text.as_bytes())));
    save(&[Change { path: &path, before, bytes: text.as_bytes(), accept: Accept::Nothing }])?;
    note(&format!("{} now names {line}", shown(&path)));
    if git.state == GitState::Tracked {
        note(&format!("git tracks it all the same until: git rm --cached {}", git.path));
    }
    Ok(())
}

fn remove(args: &EncryptArgs, sealed: &Path, plain: ContentHash, git: Option<&PlainInGit>) -> Result<(), Failure> {
    let file = shown(&args.file);
    let kept = |failure: Failure| {
        note(&format!("{file} was not removed, because {} could not be read back", shown(sealed)));
        failure
    };
    SealedFile::read(sealed).and_then(|sealed| sealed.unlock()).map_err(kept)?;
    remove_plain(&args.file, plain).map_err(|error| Failure::new(code::COULD_NOT_WRITE, &error))?;
    note(&format!("{} opens, and {file} is removed", shown(sealed)));
    note("          the disk, snapshots, backups and files of editors may hold its text still");
    if git.is_some_and(|git| git.state == GitState::Tracked) {
        note(&format!("          git's index holds it until: git rm --cached {file}"));
    }
    Ok(())
}
