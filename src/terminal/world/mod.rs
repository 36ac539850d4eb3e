//! The world, as far as the session may ask for it: every effect is performed here, and answered by an event.
//!
//! What may take longer than a frame runs in a thread and reports when it is done. Nothing is decided here: the words of
//! a failure come from the room that failed.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::clipboard::{Clipboard, ClipboardWay};
use super::reports::{Report, Reporter};
use crate::session::{Effect, Event, Failure, Request};
use crate::storage::{
    ContentHash, Environment, Git, Keyring, MAX_FILE_BYTES, RepoPath, Root, end_programs, read_secret,
};

mod evaluate;
mod history;
mod making;
mod prompts;
mod repository;
mod save;
mod setup;
mod watch;
mod work;

pub(super) use making::Encrypted;
use prompts::Prompts;
pub(super) use repository::RepositoryRead;
pub(super) use save::Saved;
use watch::Watch;

/// What cannot be done in passing: it concerns the loop itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// To go to the background.
    Suspend,
    /// To end.
    Quit,
}

/// Everything outside.
pub(super) struct World {
    reporter: Reporter,
    clipboard: Clipboard,
    root: Option<Root>,
    /// The file that the person named: it is read although git may ignore it.
    opened: Option<RepoPath>,
    prompts: Prompts,
    watch: Watch,
    saves_under_way: usize,
    accepted_losses: Arc<Mutex<BTreeSet<PathBuf>>>,
    setup: setup::SetupUnderWay,
    /// Tells the work under way to stop.
    stop: Arc<AtomicBool>,
}

impl World {
    /// A world in which nothing has been read. Identities are looked for in `environment`, or in this process's own.
    pub(super) fn new(reporter: Reporter, way: ClipboardWay, environment: Option<Environment>) -> io::Result<Self> {
        Ok(Self {
            clipboard: Clipboard::start(way, reporter.another()?)?,
            prompts: Prompts::new(reporter.another()?, environment),
            reporter,
            root: None,
            opened: None,
            watch: Watch::default(),
            saves_under_way: 0,
            accepted_losses: Arc::default(),
            setup: Arc::default(),
            stop: Arc::default(),
        })
    }

    /// Performs an effect. What it asks of the loop is returned.
    pub(super) fn perform(&mut self, effect: Effect) -> io::Result<Option<Ask>> {
        match effect {
            Effect::ReadRepository { request, open } => self.read_repository(request, open)?,
            Effect::UnwrapDataKey { request, metadata, .. } => {
                let unlock = move |keyring: &mut Keyring| keyring.unlock(&metadata).map_err(|why| why.damaged_entry());
                self.prompts.unwrap(request, unlock)?;
            }
            Effect::AnswerPrompt { request, answer } => self.prompts.answer(request, answer),
            Effect::ReadValue { request, path } => self.read_value(request, path)?,
            Effect::Save { request, files } => self.save(request, files)?,
            Effect::MakeFile { request, rule } => self.make_file(request, rule)?,
            Effect::EncryptFile { request, path, rule } => self.encrypt_file(request, path, rule)?,
            Effect::ChangeKeys { request, rules, tasks } => self.change_keys(request, rules, tasks)?,
            Effect::StopWork { .. } => self.stop_work(),
            Effect::ReadSetup { request } => self.read_setup(request)?,
            Effect::PlanSetup { request, key, answers } => self.plan_setup(request, key, answers)?,
            Effect::ApplySetup { request } => self.apply_setup(request)?,
            Effect::Copy { request, clip } => self.clipboard.copy(request, clip),
            Effect::ClearClipboard { request } => self.clipboard.clear(request),
            Effect::GitAdd { request, paths } => self.git_add(request, paths)?,
            Effect::ReadHistory { request, path } => self.read_history(request, path)?,
            Effect::EvaluateNix { request } => self.evaluate(request)?,
            Effect::Suspend => return Ok(Some(Ask::Suspend)),
            Effect::Quit => return Ok(Some(Ask::Quit)),
        }
        Ok(None)
    }

    /// Takes in what a thread has read, and says what the session is to be told.
    pub(super) fn adopt_repository(&mut self, read: RepositoryRead) -> Event {
        if let Some((root, watched, folders)) = read.found {
            let named = read.outcome.as_ref().ok().and_then(|loaded| loaded.open.clone());
            if named.is_some() || self.root.as_ref().is_none_or(|known| known.path() != root.path()) {
                self.opened = named;
            }
            self.watch = Watch::of(&root, watched, folders);
            self.root = Some(root);
        }
        Event::RepositoryRead { request: read.request, outcome: read.outcome }
    }

    /// Takes in what a save has written, so that it is not taken for another program's change.
    pub(super) fn adopt_save(&mut self, saved: Saved) -> Event {
        self.saves_under_way -= 1;
        saved.written.iter().for_each(|(path, hash)| self.watch.expect(path, *hash));
        Event::Saved { request: saved.request, outcome: saved.outcome }
    }

    /// Looks whether another program changed a file, if it is time to look.
    pub(super) fn look_around(&mut self, now: Instant) -> Vec<Event> {
        // While a save is under way its own files change.
        if self.saves_under_way > 0 { Vec::new() } else { self.watch.look(now) }
    }

    /// When to look again.
    pub(super) fn looks_at(&self) -> Option<Instant> {
        self.watch.due()
    }

    /// Clears what is still ours of the clipboard, and waits for that, a moment at most.
    pub(super) fn give_up_clipboard(&mut self) {
        self.clipboard.give_up();
    }

    fn read_value(&self, request: Request, path: String) -> io::Result<()> {
        let base = self.root.as_ref().map(Root::path).map(Path::to_owned).unwrap_or_default();
        self.reporter.in_thread(move |_| {
            let outcome = read_secret(&base.join(expand_home(&path)), MAX_FILE_BYTES)
                .map_err(|error| failure(&error, error.hint_for_source()));
            Report::Event(Event::ValueRead { request, outcome })
        })
    }

    fn git_add(&self, request: Request, paths: Vec<RepoPath>) -> io::Result<()> {
        let Some(git) = self.git() else { return Ok(()) };
        self.reporter.in_thread(move |_| {
            let outcome = git.add_intent(&paths).map(|()| paths).map_err(|error| failure(&error, error.hint()));
            Report::Event(Event::GitAdded { request, outcome })
        })
    }

    fn git(&self) -> Option<Git> {
        self.root.as_ref().map(|root| Git::at(root.path()))
    }
}

impl Drop for World {
    /// Nobody waits for nix any more.
    fn drop(&mut self) {
        end_programs();
    }
}

/// A path as a person types it: `~/` is the home folder.
fn expand_home(typed: &str) -> PathBuf {
    match (typed.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(typed),
    }
}

/// A failure in words: what was said, and what lies behind it.
fn failure(error: &dyn std::error::Error, hint: Option<&str>) -> Failure {
    let mut words = error.to_string();
    let mut behind = error.source();
    while let Some(source) = behind {
        words.push_str(": ");
        words.push_str(&crate::text::sanitize(&source.to_string()));
        behind = source.source();
    }
    Failure { words, hint: hint.map(str::to_owned) }
}

/// The hash of a text as it stands in a file.
fn hash(text: &str) -> ContentHash {
    ContentHash::of(text.as_bytes())
}
