//! Saving: a review, then both sides at once, prepared in full and only if the disk still holds what was read.
//!
//! ```text
//!   review    what would be written and what it would do       merge   what others wrote meanwhile, key by key
//! ```
//!
//! Nothing is lost when it fails: the texts, their history and what is typed stay as they are.

pub(super) mod conflicts;
mod merge;
mod review;
mod text_merge;

pub(super) use review::text_lines;

use super::effect::{Effect, FileWrite};
use super::event::SaveOutcome;
use super::layer::Layer;
use super::layer::page::Page;
use super::{Failure, Request, Session};
use crate::repo::RepoPath;
use crate::secret::Random;
use crate::text::sanitize;

/// A save under way.
pub(super) struct Saving {
    request: Request,
    files: Vec<Written>,
    leave: bool,
}

/// One file of a save.
struct Written {
    path: RepoPath,
    /// What the session held.
    text: String,
    /// What is written: the same, with the MAC made anew where there is one.
    written: String,
}

impl Session {
    /// Shows what a save would write; with `leave` the editor is left after it.
    pub(super) fn open_review(&mut self, leave: bool) {
        if let Err(why_not) = self.may_save() {
            return self.refuse(&why_not);
        }
        self.check_problems();
        let page = Page::whole(review::title(self), review::lines(self));
        self.layers.push(Layer::Review { page, leave });
    }

    /// Prepares every changed file and asks for all of them to be written.
    pub(super) fn save(&mut self, leave: bool, random: &mut dyn Random) {
        let files = match self.prepare(random) {
            Ok(files) => files,
            Err(words) => return self.complain(words, Some("nothing was written")),
        };
        let write = |file: &Written| FileWrite {
            path: file.path.clone(),
            expected: self.workspace.on_disk(&file.path),
            text: file.written.clone(),
        };
        let writes = files.iter().map(write).collect();
        let request = self.request();
        self.asked.listing = None;
        self.saving = Some(Saving { request, files, leave });
        self.ask(Effect::Save { request, files: writes });
    }

    /// The texts to be written: the encrypted file sealed, Nix files as they are.
    fn prepare(&self, random: &mut dyn Random) -> Result<Vec<Written>, String> {
        let mut files = Vec::new();
        for (path, _) in self.workspace.changed() {
            let Some(text) = self.workspace.text(path).map(str::to_owned) else {
                continue;
            };
            let written = match self.workspace.file.as_ref().filter(|file| file.path == *path) {
                Some(file) => {
                    let cipher = file.writable().map_err(|why_not| why_not.to_string())?;
                    let sealed = file.document.seal(self.now, cipher, random);
                    sealed.map_err(|error| format!("{}: {error}", sanitize(path.as_str())))?.text().to_owned()
                }
                None => text.clone(),
            };
            files.push(Written { path: path.clone(), text, written });
        }
        Ok(files)
    }

    /// A save came to an end.
    pub(super) fn saved(&mut self, request: Request, outcome: SaveOutcome) {
        let Some(saving) = self.saving.take_if(|saving| saving.request == request) else {
            return;
        };
        match outcome {
            SaveOutcome::Saved { notes, unknown_to_git } => self.all_saved(saving, &notes, unknown_to_git),
            SaveOutcome::ChangedOutside { files } => self.ask_about_outside(files),
            SaveOutcome::Failed { failure, written } => {
                for file in saving.files.into_iter().filter(|file| written.contains(&file.path)) {
                    self.workspace.mark_written(&file.path, file.text, &file.written);
                }
                let done: Vec<String> = written.iter().map(|path| sanitize(path.as_str()).into_owned()).collect();
                let done = if done.is_empty() { String::new() } else { format!(" ({} was written)", done.join(", ")) };
                self.report(&Failure { words: format!("{}{done}", failure.words), hint: failure.hint });
                self.texts_changed(None);
            }
        }
    }

    fn all_saved(&mut self, saving: Saving, notes: &[String], unknown_to_git: Vec<RepoPath>) {
        let names: Vec<String> = saving.files.iter().map(|file| sanitize(file.path.as_str()).into_owned()).collect();
        for file in saving.files {
            self.workspace.mark_written(&file.path, file.text, &file.written);
        }
        self.workspace.undo.mark_saved();
        self.history.forget();
        if let Some(git) = &mut self.workspace.outside.git {
            git.untracked.extend(unknown_to_git);
        }
        self.texts_changed(None);
        let mut words = format!("Saved {}.", and(&names));
        for note in notes {
            words.push_str(&format!(" {}", sanitize(note)));
        }
        if let Some(unknown) = self.unknown_to_git().first() {
            words.push_str(&format!(" git does not know {}; + lets the flake see it.", sanitize(unknown.as_str())));
        }
        self.say(words);
        if saving.leave {
            self.leave();
        }
    }
}

/// `a`, `a and b`, `a, b and c`
fn and(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
