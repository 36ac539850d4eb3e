//! Opening: a repository, a file in it, its data key. What is shown follows the texts.

use super::effect::Effect;
use super::event::{Failure, Loaded, Unwrapped};
use super::layer::Layer;
use super::layer::page::Page;
use super::open_file::{Access, Integrity, Keys, OpenFile};
use super::pane::Pane;
use super::places::Places;
use super::table::Table;
use super::undo::UndoHistory;
use super::view::{PageLine, Tone};
use super::workspace::Workspace;
use super::{Blank, Request, Session};
use crate::repo::{EncryptedFile, RepoPath};
use crate::sops::{Document, VerifyError, way_to_encrypt};
use crate::text::sanitize;

impl Session {
    /// Asks for the repository, or for another one around `open`.
    pub(super) fn read_repository(&mut self, open: Option<String>) {
        let request = self.request();
        self.asked.repository = Some(request);
        self.ask(Effect::ReadRepository { request, open });
    }

    /// Asks for the repository, whose files were changed at our own wish: all of it is taken as it stands then.
    pub(super) fn read_anew(&mut self, open: Option<RepoPath>, words: String) {
        self.asked.anew = Some((open, words));
        self.read_repository(None);
    }

    /// Asks for the repository because files came or went, unless it is being read, or written to, anyway.
    pub(super) fn read_in_passing(&mut self) {
        if self.asked.listing.is_some() || self.asked.repository.is_some() || self.is_busy() {
            return;
        }
        let request = self.request();
        self.asked.listing = Some(request);
        self.ask(Effect::ReadRepository { request, open: None });
    }

    /// A repository was read.
    pub(super) fn take_repository(&mut self, outcome: Result<Loaded, Failure>) {
        let loaded = match outcome {
            Ok(loaded) => loaded,
            Err(failure) if self.blank == Blank::Reading => {
                self.blank = Blank::Unreadable(failure);
                return;
            }
            Err(failure) => {
                self.asked.anew = None;
                return self.report(&failure);
            }
        };
        if let Some((open, words)) = self.asked.anew.take() {
            return self.take_anew(loaded, open, words);
        }
        let again = self.workspace.file.as_ref().map(|file| file.path.clone());
        if again.is_some() && loaded.open.is_none() && self.workspace.name == loaded.name {
            self.say("The repository was read again.");
            return self.take_changes(loaded);
        }
        let notes = loaded.notes.clone();
        self.workspace = Workspace::of(loaded.name, loaded.files, loaded.git);
        self.layers.clear();
        self.draft = None;
        self.table = Table::default();
        self.table.set_page(self.screen.list_rows());
        self.choose_file(loaded.open, loaded.is_new);
        self.check_soon();
        if let Some(note) = notes.first() {
            self.complain(sanitize(note).into_owned(), None);
        }
    }

    /// Takes the repository as it stands. There is no way back over what was done: the history of changes is gone.
    fn take_anew(&mut self, loaded: Loaded, open: Option<RepoPath>, words: String) {
        let pane = self.pane;
        self.workspace = Workspace::of(loaded.name, loaded.files, loaded.git);
        self.choose_file(open, false);
        if pane != Pane::Keys {
            self.pane = pane;
        }
        self.check_soon();
        self.say(words);
    }

    /// The repository was read again: each file that differs is a change from outside.
    pub(super) fn take_changes(&mut self, loaded: Loaded) {
        self.workspace.outside.git = loaded.git;
        self.check_soon();
        let gone: Vec<RepoPath> = {
            let read: std::collections::HashSet<&RepoPath> = loaded.files.iter().map(|(path, _)| path).collect();
            self.workspace.repository.files().filter(|path| !read.contains(path)).cloned().collect()
        };
        for (path, text) in loaded.files {
            // A file that says nothing about secrets has no text here; that it is there may be all there is to know.
            match self.workspace.text(&path) {
                None if text.is_empty() => self.workspace.repository.update_file(&path, Some(text)),
                _ => self.file_changed(path, Some(text)),
            }
        }
        for path in gone {
            match self.workspace.text(&path) {
                None => self.workspace.repository.update_file(&path, None),
                Some(_) => self.file_changed(path, None),
            }
        }
    }

    /// Opens what was asked for; without a wish the only file, or the list of them.
    fn choose_file(&mut self, wanted: Option<RepoPath>, is_new: bool) {
        let mut files = self.workspace.repository.encrypted_files().map(|(path, _)| path.clone());
        let (first, second) = (files.next(), files.next());
        drop(files);
        match (wanted, first, second) {
            (Some(wanted), ..) if is_new => self.make_file(wanted),
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
        self.workspace.leave_new_file();
        let format = self.workspace.repository.encrypted_file(&path).map(EncryptedFile::format);
        let text = self.workspace.repository.text(&path).map(str::to_owned);
        let (Some(text), Some(format)) = (text, format) else {
            if self.is_plain(&path) {
                self.workspace.file = None;
                self.blank = Blank::Plain(path);
                return;
            }
            let words = format!("{} is no file encrypted by sops", sanitize(path.as_str()));
            let hint = match path.as_str().ends_with(".nix") || path.as_str() == ".sops.yaml" {
                true => "it belongs in clear text; 4 lists the encrypted files, o opens another path".to_owned(),
                false => way_to_encrypt(&sanitize(path.as_str())),
            };
            let hint = Some(hint);
            return self.cannot_open(Failure { words, hint });
        };
        if !format.has_keys() {
            let words =
                format!("{} is a whole {} file without keys of its own", sanitize(path.as_str()), format.as_str());
            let hint = Some("sopsmith decrypt and sopsmith encrypt work on it".to_owned());
            return self.cannot_open(Failure { words, hint });
        }
        match Document::parse(text) {
            Ok(document) => self.open_document(path, document),
            Err(error) => {
                let words = format!("{}: {error}", sanitize(path.as_str()));
                self.cannot_open(Failure { words, hint: Some(error.hint().to_owned()) });
            }
        }
    }

    /// Shows a document, and asks for its data key.
    pub(super) fn open_document(&mut self, path: RepoPath, document: Document) {
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

    pub(super) fn cannot_open(&mut self, failure: Failure) {
        self.workspace.file = None;
        self.blank = Blank::CannotOpen(failure);
    }

    /// Whether the open file waits for this unwrapping.
    pub(super) fn waits_for_unwrapping(&self, request: Request) -> bool {
        matches!(&self.workspace.file, Some(file) if matches!(file.access, Access::Unlocking(asked) if asked == request))
    }

    /// Unwrapping the data key came to an end.
    pub(super) fn unwrapped(&mut self, outcome: Unwrapped) {
        self.layers.retain(|layer| !matches!(layer, Layer::Prompt(_)));
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
            PageLine::new(tampering_in_words(error), Tone::Error),
            PageLine::new("It is open read-only: ⏎. To accept it after looking: :accept-mac", Tone::Plain),
        ];
        self.layers.push(Layer::Tampered(Page::small("Changed after the last save", lines)));
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
}

/// What happened to a file that is not what its last writer sealed.
fn tampering_in_words(error: &VerifyError) -> String {
    match error {
        VerifyError::MacMismatch => {
            "The values are intact, but the file does not match its MAC: clear text, order or a \
                                     whole key was changed after the last save."
                .to_owned()
        }
        error => format!("The file is not what its last writer sealed: {}.", sanitize(&error.to_string())),
    }
}

fn file_failed(workspace: &mut Workspace, failure: Failure) {
    if let Some(file) = &mut workspace.file {
        file.access = Access::Failed(failure);
    }
}
