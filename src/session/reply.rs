//! Replies: what the world reports back, and what follows from it.

use super::effect::Effect;
use super::event::{Cleared, Event, Failure, PromptKind};
use super::layer::Layer;
use super::layer::prompt::Prompt;
use super::{Request, Session};
use crate::repo::{Evaluation, RepoPath};
use crate::secret::Secret;
use crate::text::sanitize;

impl Session {
    /// Takes a reply; one that nobody waits for any more is not heard.
    pub(super) fn reply(&mut self, event: Event) {
        match event {
            Event::RepositoryRead { request, outcome } if answers(&mut self.asked.repository, request) => {
                self.take_repository(outcome);
            }
            Event::RepositoryRead { request, outcome } if answers(&mut self.asked.listing, request) => {
                if let (Ok(loaded), false) = (outcome, self.is_busy()) {
                    self.take_changes(loaded);
                }
            }
            Event::FoldersChanged => self.read_in_passing(),
            Event::FileChanged { path, text } => self.file_changed(path, text),
            Event::Unwrapped { request, outcome } if self.waits_for_unwrapping(request) => self.unwrapped(outcome),
            Event::PromptAsked { request, question, kind } => self.prompted(request, &question, kind),
            Event::Notice(words) => self.say(words),
            Event::ValueRead { request, outcome } if answers(&mut self.asked.value, request) => {
                self.value_read(outcome);
            }
            Event::Saved { request, outcome } => self.saved(request, outcome),
            Event::FileMade { request, outcome } => self.file_made(request, outcome),
            Event::FileEncrypted { request, outcome } if answers(&mut self.asked.encryption, request) => {
                self.file_encrypted(outcome);
            }
            Event::KeysChanged { request, path, outcome } => self.keys_changed(request, &path, outcome),
            Event::WorkEnded { request, outcome } => self.work_ended(request, outcome),
            Event::SetupRead { request, outcome } => self.setup_read(request, outcome.map(|facts| *facts)),
            Event::SetupPlanned { request, outcome } => self.setup_planned(request, outcome.map(|plan| *plan)),
            Event::SetupDone { request, outcome } => self.setup_done(request, outcome),
            Event::Copied { request, outcome } => self.copied(request, outcome),
            Event::ClipboardCleared { outcome: Cleared::Cleared, .. } => self.say("The clipboard is cleared."),
            Event::ClipboardCleared { outcome: Cleared::Failed(failure), .. } => self.report(&failure),
            Event::GitAdded { request, outcome } if answers(&mut self.asked.git_add, request) => {
                self.git_added(outcome);
            }
            Event::HistoryRead { request, outcome } => {
                if let Some(file) = self.workspace.file.as_ref().filter(|_| self.history.waits_for(request)) {
                    self.history.take(file.path.clone(), outcome);
                }
            }
            Event::Evaluated { request, outcome } if answers(&mut self.asked.evaluation, request) => {
                self.evaluated(outcome);
            }
            // What a person does is handled before replies are; the rest are answers that came too late.
            _ => {}
        }
    }

    /// Takes what was read for the form below the path; a path that could not be read stays, to be mended.
    fn value_read(&mut self, outcome: Result<Secret, Failure>) {
        let value = match outcome {
            Ok(value) => value,
            Err(failure) => return self.report(&failure),
        };
        self.layers.pop_if(|layer| matches!(layer, Layer::Path(_)));
        match self.layers.last() {
            Some(Layer::AddRecipient(_)) => self.take_key(&value),
            _ => self.take_value(&value),
        }
    }

    /// Shows a question of what is under way; to any other the answer is no.
    fn prompted(&mut self, request: Request, question: &str, kind: PromptKind) {
        if self.waits_for_unwrapping(request) || self.waits_for_sealing(request) || self.is_working(request) {
            let question = sanitize(question).into_owned();
            self.layers.push(Layer::Prompt(Prompt::new(request, question, kind)));
        } else {
            self.ask(Effect::AnswerPrompt { request, answer: None });
        }
    }

    fn copied(&mut self, request: Request, outcome: Result<String, Failure>) {
        let seconds = self.timers.clipboard_seconds;
        let Some(copy) = self.clipboard.finish(request, outcome.is_ok(), self.now, seconds) else {
            return;
        };
        match outcome {
            Ok(way) => {
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

    /// Takes what nix says of the flake for every declaration that cannot be read from the text.
    fn evaluated(&mut self, outcome: Result<String, Failure>) {
        let evaluation = match outcome.map(|answer| Evaluation::read(&answer)) {
            Ok(Ok(evaluation)) => evaluation,
            Ok(Err(error)) => return self.complain(error.to_string(), None),
            Err(failure) => return self.report(&failure),
        };
        let said = evaluation_in_words(&evaluation);
        self.workspace.repository.use_evaluation(evaluation);
        self.refresh(None);
        self.check_soon();
        self.say(said);
    }

    /// Says whether a form is open that holds what was typed.
    pub(super) fn has_open_form(&self) -> bool {
        self.layers.iter().any(|layer| match layer {
            Layer::Form(form) => form.is_touched(),
            Layer::Rename(form) => form.to() != form.from(),
            Layer::AddRecipient(form) => form.is_touched(),
            Layer::Setup(form) => form.is_touched(),
            _ => false,
        })
    }
}

/// How much nix told, and the first configuration that it could not evaluate.
fn evaluation_in_words(evaluation: &Evaluation) -> String {
    let secrets = evaluation.secrets().count();
    let noun = if secrets == 1 { "secret" } else { "secrets" };
    match evaluation.failures().next() {
        None => format!("nix tells of {secrets} {noun}; what it says is used until a Nix file changes"),
        Some((configuration, said)) => {
            format!("nix tells of {secrets} {noun}, but cannot evaluate {configuration}: {}", sanitize(said))
        }
    }
}

/// Whether a reply is the one that is waited for; from then on none is.
fn answers(asked: &mut Option<Request>, request: Request) -> bool {
    asked.take_if(|asked| *asked == request).is_some()
}
