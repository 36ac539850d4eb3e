//! Replies: what the world reports back, and what follows from it.

use super::effect::Effect;
use super::event::{Cleared, Event, Failure, Loaded, Unwrapped};
use super::layer::Layer;
use super::layer::page::Page;
use super::layer::prompt::Prompt;
use super::open_file::{Access, Integrity, Keys, OpenFile};
use super::pane::Pane;
use super::places::Places;
use super::table::Table;
use super::undo::UndoHistory;
use super::view::{PageLine, Tone};
use super::workspace::Workspace;
use super::{Blank, Request, Session};
use crate::repo::{EncryptedFile, RepoPath};
use crate::sops::Document;
use crate::text::sanitize;

impl Session {
    /// Takes a reply; one that nobody waits for any more is not heard.
    pub(super) fn reply(&mut self, event: Event) {
        match event {
            Event::RepositoryRead { request, outcome } => {
                if self.asked.repository.take_if(|asked| *asked == request).is_some() {
                    self.take_repository(outcome);
                }
            }
            Event::FileChanged { path, text } => self.file_changed(path, text),
            Event::Unwrapped { request, outcome } => self.unwrapped(request, outcome),
            Event::PromptAsked { request, question, kind } => {
                if self.waits_for_unwrapping(request) {
                    let question = sanitize(&question).into_owned();
                    self.layers.push(Layer::Prompt(Prompt::new(request, question, kind)));
                } else {
                    self.ask(Effect::AnswerPrompt { request, answer: None });
                }
            }
            Event::Notice(words) => self.say(words),
            Event::ValueRead { request, outcome } => {
                if self.asked.value.take_if(|asked| *asked == request).is_some() {
                    match outcome {
                        Ok(value) => self.take_value(&value),
                        Err(failure) => self.report(&failure),
                    }
                }
            }
            Event::Saved { request, outcome } => self.saved(request, outcome),
            Event::Copied { request, outcome } => self.copied(request, outcome),
            Event::ClipboardCleared { outcome, .. } => match outcome {
                Cleared::Cleared => self.say("The clipboard is cleared."),
                Cleared::NotOurs => {}
                Cleared::Failed(failure) => self.report(&failure),
            },
            Event::GitAdded { request, outcome } => {
                if self.asked.git_add.take_if(|asked| *asked == request).is_some() {
                    self.git_added(outcome);
                }
            }
            Event::HistoryRead { request, outcome } => {
                if let Some(file) = self.workspace.file.as_ref().filter(|_| self.history.waits_for(request)) {
                    self.history.take(file.path.clone(), outcome);
                }
            }
            Event::Evaluated { request, outcome } => {
                if self.asked.evaluation.take_if(|asked| *asked == request).is_some() {
                    self.evaluated(outcome);
                }
            }
            // What a person does is handled before replies are.
            _ => {}
        }
    }

    /// Asks for the repository, or for another one around `open`.
    pub(super) fn read_repository(&mut self, open: Option<String>) {
        let request = self.request();
        self.asked.repository = Some(request);
        self.ask(Effect::ReadRepository { request, open });
    }

    fn take_repository(&mut self, outcome: Result<Loaded, Failure>) {
        let loaded = match outcome {
            Ok(loaded) => loaded,
            Err(failure) if self.blank == Blank::Reading => {
                self.blank = Blank::Unreadable(failure);
                return;
            }
            Err(failure) => return self.report(&failure),
        };
        let again = self.workspace.file.as_ref().map(|file| file.path.clone());
        if again.is_some() && loaded.open.is_none() && self.workspace.name == loaded.name {
            return self.take_changes(loaded);
        }
        let notes = loaded.notes.clone();
        self.workspace = Workspace::of(loaded.name, loaded.files, loaded.git);
        self.layers.clear();
        self.draft = None;
        self.table = Table::default();
        self.table.set_page(self.screen.list_rows());
        self.choose_file(loaded.open);
        self.check_soon();
        if let Some(note) = notes.first() {
            self.complain(sanitize(note).into_owned(), None);
        }
    }

    /// The repository was read again: each file that differs is a change from outside.
    fn take_changes(&mut self, loaded: Loaded) {
        self.workspace.outside.git = loaded.git;
        let gone: Vec<RepoPath> = {
            let read: std::collections::HashSet<&RepoPath> = loaded.files.iter().map(|(path, _)| path).collect();
            self.workspace.repository.files().filter(|path| !read.contains(path)).cloned().collect()
        };
        self.say("The repository was read again.");
        for (path, text) in loaded.files {
            self.file_changed(path, Some(text));
        }
        for path in gone {
            self.file_changed(path, None);
        }
    }

    /// Opens what was asked for; without a wish the only file, or the list of them.
    fn choose_file(&mut self, wanted: Option<RepoPath>) {
        let mut files = self.workspace.repository.encrypted_files().map(|(path, _)| path.clone());
        let (first, second) = (files.next(), files.next());
        drop(files);
        match (wanted, first, second) {
            (Some(wanted), ..) => self.open_file(wanted),
            (None, Some(only), None) => self.open_file(only),
            (None, Some(_), Some(_)) => {
                self.blank = Blank::NothingOpen;
                self.pane = Pane::Files;
            }
            (None, None, _) => self.blank = Blank::NothingHere,
        }
    }

    /// Opens an encrypted file: names at once, values when the data key is unwrapped.
    pub(super) fn open_file(&mut self, path: RepoPath) {
        self.pane = Pane::Keys;
        let format = self.workspace.repository.encrypted_file(&path).map(EncryptedFile::format);
        let text = self.workspace.repository.text(&path).map(str::to_owned);
        let (Some(text), Some(format)) = (text, format) else {
            let words = format!("{} is no file encrypted by sops", sanitize(path.as_str()));
            let hint = Some("sopsmith encrypt -i FILE encrypts it".to_owned());
            return self.cannot_open(Failure { words, hint });
        };
        if !format.has_keys() {
            let words =
                format!("{} is a whole {} file without keys of its own", sanitize(path.as_str()), format.as_str());
            let hint = Some("sopsmith decrypt and sopsmith encrypt work on it".to_owned());
            return self.cannot_open(Failure { words, hint });
        }
        match Document::parse(text) {
            Ok(document) => {
                self.blank = Blank::NothingOpen;
                self.workspace.undo = UndoHistory::new();
                self.history.forget();
                self.files.go_to(&path, &self.workspace.repository, self.screen.list_rows());
                let request = self.request();
                self.workspace.file = Some(OpenFile::new(path, document, request));
                self.table = Table::default();
                self.table.set_page(self.screen.list_rows());
                self.refresh(None);
                self.unlock();
            }
            Err(error) => {
                let words = format!("{}: {error}", sanitize(path.as_str()));
                self.cannot_open(Failure { words, hint: Some(error.hint().to_owned()) });
            }
        }
    }

    fn cannot_open(&mut self, failure: Failure) {
        self.workspace.file = None;
        self.blank = Blank::CannotOpen(failure);
    }

    /// The texts are others now: rows, forms and problems follow. The cursor goes to `focus` if that is there.
    pub(super) fn texts_changed(&mut self, focus: Option<&str>) {
        self.revealed = None;
        self.refresh(focus);
        self.recheck_forms();
        self.check_soon();
    }

    /// Puts the rows of the open file into the table.
    pub(super) fn refresh(&mut self, focus: Option<&str>) {
        let Some(file) = &self.workspace.file else {
            return;
        };
        let rows = self.workspace.repository.rows(&file.path, file.saved.as_ref());
        self.places = Places::of(rows.iter().flat_map(|row| &row.declarations), &self.workspace);
        self.table.set_rows(rows, focus, &self.workspace.repository);
    }

    /// Has the repository checked as soon as nobody types.
    pub(super) fn check_soon(&mut self) {
        const DELAY: jiff::SignedDuration = jiff::SignedDuration::from_millis(150);
        self.check_at = Some(self.now.saturating_add(DELAY).unwrap_or(self.now));
    }

    /// Checks the repository as it would be after a save.
    pub(super) fn check_problems(&mut self) {
        self.check_at = None;
        let page = self.screen.list_rows();
        self.problems.check(&self.workspace.repository, &self.workspace.outside, page);
    }

    fn waits_for_unwrapping(&self, request: Request) -> bool {
        matches!(&self.workspace.file, Some(file) if matches!(file.access, Access::Unlocking(asked) if asked == request))
    }

    fn unwrapped(&mut self, request: Request, outcome: Unwrapped) {
        if !self.waits_for_unwrapping(request) {
            return;
        }
        self.layers.retain(|layer| !matches!(layer, Layer::Prompt(prompt) if prompt.request == request));
        self.active_at = self.now;
        let Some(file) = &mut self.workspace.file else {
            return;
        };
        match outcome {
            Unwrapped::Opened { data_key, recipient } => match Keys::new(data_key) {
                Some(keys) => {
                    file.unlock(keys, recipient);
                    self.verified();
                }
                None => {
                    let words = "what was unwrapped is no data key".to_owned();
                    let hint = Some("restore the file from git".to_owned());
                    file.access = Access::Failed(Failure { words, hint });
                }
            },
            Unwrapped::NoneFits { tried } => {
                file.access = Access::NoneFits(tried);
                self.refuse(&super::WhyNot::ReadOnly);
            }
            Unwrapped::Failed(failure) => {
                self.report(&failure);
                file_failed(&mut self.workspace, failure);
            }
        }
    }

    /// Says so when the file is not what its last writer sealed.
    fn verified(&mut self) {
        let Some(Integrity::Broken(error)) = self.workspace.file.as_ref().map(|file| &file.integrity) else {
            return;
        };
        if self.layers.iter().any(|layer| matches!(layer, Layer::Tampered(_))) {
            return;
        }
        let lines = vec![
            PageLine::new(sanitize(&error.to_string()), Tone::Error),
            PageLine::new("Clear text, order or a whole key was changed after the last save.", Tone::Plain),
            PageLine::new("The file is open read-only. To accept it after looking: :accept-mac", Tone::Plain),
        ];
        self.layers.push(Layer::Tampered(Page::small("The file does not match its MAC", lines)));
    }

    fn copied(&mut self, request: Request, outcome: Result<String, Failure>) {
        let Some(copy) = self.clipboard.finish(request, outcome.is_ok(), self.now) else {
            return;
        };
        match outcome {
            Ok(way) => {
                let seconds = super::clipboard::COPIED_SECONDS;
                let until = if copy.is_secret { format!("; cleared in {seconds} s") } else { String::new() };
                let by = if way == "clipboard" { String::new() } else { format!(" by {}", sanitize(&way)) };
                self.say(format!("copied {}{by}{until}", copy.what));
            }
            Err(failure) => self.report(&failure),
        }
    }

    /// Files of the repository that git does not know although a flake would need them.
    pub(super) fn unknown_to_git(&self) -> Vec<RepoPath> {
        let is_flake = self.workspace.repository.files().any(|path| path.as_str() == "flake.nix");
        let Some(git) = self.workspace.outside.git.as_ref().filter(|_| is_flake) else {
            return Vec::new();
        };
        let repository = &self.workspace.repository;
        let matters =
            |path: &&RepoPath| repository.nix_file(path).is_some() || repository.encrypted_file(path).is_some();
        let mut unknown: Vec<RepoPath> = git.untracked.iter().filter(matters).cloned().collect();
        unknown.sort_unstable();
        unknown
    }

    fn git_added(&mut self, outcome: Result<Vec<RepoPath>, Failure>) {
        match outcome {
            Ok(paths) => {
                if let Some(git) = &mut self.workspace.outside.git {
                    git.untracked.retain(|path| !paths.contains(path));
                }
                self.check_soon();
                let names: Vec<String> = paths.iter().map(|path| sanitize(path.as_str()).into_owned()).collect();
                self.say(format!("git knows {} now; the flake sees it", names.join(", ")));
            }
            Err(failure) => self.report(&failure),
        }
    }

    /// Compares what nix says the flake declares with what was read from the text.
    fn evaluated(&mut self, outcome: Result<String, Failure>) {
        match outcome {
            Ok(_) => self.say("nix evaluates the flake without an error"),
            Err(failure) => self.report(&failure),
        }
    }

    /// Says whether a form is open that holds what was typed.
    pub(super) fn has_open_form(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer, Layer::Form(form) if form.is_touched()))
    }
}

fn file_failed(workspace: &mut Workspace, failure: Failure) {
    if let Some(file) = &mut workspace.file {
        file.access = Access::Failed(failure);
    }
}
