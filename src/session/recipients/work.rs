//! Work over many files: what is done is shown file by file, and can be stopped between two of them.

use super::question::{KeysQuestion, files};
use crate::repo::RepoPath;
use crate::session::Session;
use crate::session::effect::{Effect, Request};
use crate::session::event::Failure;
use crate::session::layer::Layer;
use crate::session::layer::page::Page;
use crate::session::view::{PageLine, Tone};
use crate::text::sanitize;

/// Work under way, or done and shown.
pub(in crate::session) struct Work {
    request: Request,
    total: usize,
    /// `.sops.yaml`, where the work begins with writing it.
    rules: Option<RepoPath>,
    changed: usize,
    failed: usize,
    is_stopping: bool,
    lines: Vec<PageLine>,
    open: Option<RepoPath>,
}

impl Work {
    fn done(&self) -> usize {
        self.changed + self.failed
    }

    /// `changing keys: 12 of 40`
    pub(in crate::session) fn in_words(&self) -> String {
        let stopping = if self.is_stopping { ", stopping after this file" } else { "" };
        format!("changing keys: {} of {}{stopping}", self.done(), self.total)
    }

    /// What was done, when it has ended.
    fn outcome(&self, had_history: bool) -> String {
        let left = self.total - self.done();
        let mut words = match (&self.rules, self.changed) {
            (None, 0) => "no file changed".to_owned(),
            (None, count) => format!("{} changed", files(count)),
            (Some(rules), 0) => format!("{} changed", sanitize(rules.as_str())),
            (Some(rules), count) => format!("{} and {} changed", sanitize(rules.as_str()), files(count)),
        };
        if self.failed > 0 {
            words.push_str(&format!(", {} could not be", files(self.failed)));
        }
        if left > 0 {
            words.push_str(&format!(", stopped before {}; u goes on", files(left)));
        }
        let mut letters = words.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        let past = if had_history { " Earlier changes cannot be undone past this." } else { "" };
        format!("{first}{}.{past}", letters.as_str())
    }
}

impl Session {
    /// Does what was asked about, after a second question where there is one.
    pub(in crate::session) fn begin_work(&mut self, mut question: Box<KeysQuestion>) {
        if let Some(warning) = question.take_warning() {
            self.layers.push(Layer::KeysQuestion(question));
            return self.complain(warning, None);
        }
        let variant = question.into_variant();
        let request = self.request();
        self.layers.clear();
        let page = Page::whole("Changing keys", Vec::new());
        self.layers.push(Layer::Work(page));
        let open = self.workspace.file.as_ref().map(|file| file.path.clone());
        let total = variant.tasks.len();
        let rules = variant.rules.as_ref().map(|rules| rules.path.clone());
        self.work =
            Some(Work { request, total, rules, changed: 0, failed: 0, is_stopping: false, lines: Vec::new(), open });
        self.ask(Effect::ChangeKeys { request, rules: variant.rules, tasks: variant.tasks });
    }

    /// Lets the work end after the file that is under way.
    pub(in crate::session) fn stop_work(&mut self) {
        match &mut self.work {
            Some(work) => {
                work.is_stopping = true;
                let request = work.request;
                self.ask(Effect::StopWork { request });
            }
            None => drop(self.layers.pop()),
        }
    }

    /// Whether the work waits for an answer of the person.
    pub(in crate::session) fn is_working(&self, request: Request) -> bool {
        self.work.as_ref().is_some_and(|work| work.request == request)
    }

    /// One file is done, or could not be.
    pub(in crate::session) fn keys_changed(
        &mut self,
        request: Request,
        path: &RepoPath,
        outcome: Result<&'static str, Failure>,
    ) {
        let Some(work) = self.work.as_mut().filter(|work| work.request == request) else {
            return;
        };
        let name = sanitize(path.as_str());
        match outcome {
            Ok(words) => {
                work.changed += 1;
                work.lines.push(PageLine::labelled(name, words, Tone::Plain));
            }
            Err(failure) => {
                work.failed += 1;
                let hint = failure.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                work.lines.push(PageLine::labelled(name, format!("{}{hint}", failure.words), Tone::Error));
            }
        }
        self.show_work();
    }

    fn show_work(&mut self) {
        let Some(work) = &self.work else {
            return;
        };
        let page = self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Work(page) => Some(page),
            _ => None,
        });
        if let Some(page) = page {
            page.set_lines(work.lines.clone());
        }
    }

    /// The work has ended: whatever it did, the repository is read anew.
    pub(in crate::session) fn work_ended(&mut self, request: Request, outcome: Result<(), Failure>) {
        let Some(work) = self.work.take_if(|work| work.request == request) else {
            return;
        };
        self.layers.retain(|layer| !matches!(layer, Layer::Prompt(_)));
        if work.failed == 0 {
            self.layers.retain(|layer| !matches!(layer, Layer::Work(_)));
        }
        if let Err(failure) = outcome {
            self.layers.retain(|layer| !matches!(layer, Layer::Work(_)));
            return self.report(&failure);
        }
        let had_history = self.workspace.undo.last_done().is_some();
        self.read_anew(work.open.clone(), work.outcome(had_history));
    }
}
