//! Leaving, locking, unlocking, and opening another file.

use crate::repo::RepoPath;
use crate::session::action::Action;
use crate::session::effect::Effect;
use crate::session::layer::Layer;
use crate::session::layer::page::Page;
use crate::session::open_file::Access;
use crate::session::view::{PageLine, Tone};
use crate::session::{Session, WhyNot};
use crate::text::sanitize;

impl Session {
    /// Leaves, after one question when something is unsaved.
    pub(super) fn quit(&mut self) {
        let changed: Vec<String> = self.workspace.changed().map(|(path, _)| path.to_string()).collect();
        let is_typing = self.has_open_form();
        if changed.is_empty() && !is_typing && self.saving.is_none() && self.work.is_none() {
            return self.leave();
        }
        let mut lines: Vec<PageLine> =
            changed.iter().map(|path| PageLine::labelled("not saved", sanitize(path), Tone::Changed)).collect();
        if is_typing {
            lines.push(PageLine::labelled("not saved", "what is typed in the form", Tone::Changed));
        }
        if self.saving.is_some() {
            lines.push(PageLine::new("A save is under way.", Tone::Warning));
        }
        if self.work.is_some() {
            lines.push(PageLine::new(
                "Keys are being changed; the file under way is finished or left whole.",
                Tone::Warning,
            ));
        }
        self.layers.push(Layer::Quit(Page::small("Leave", lines)));
    }

    /// Ctrl-c: asks once, and leaves without saving the second time.
    pub(super) fn interrupt(&mut self) {
        match self.layers.last() {
            Some(Layer::Quit(_)) => self.leave(),
            Some(Layer::Prompt(prompt)) => {
                let request = prompt.request;
                self.layers.pop();
                self.ask(Effect::AnswerPrompt { request, answer: None });
            }
            _ => self.quit(),
        }
    }

    /// Leaves now. What is on the clipboard is cleared first.
    pub(in crate::session) fn leave(&mut self) {
        self.lock();
        self.layers.clear();
        self.draft = None;
        if let Some(request) = self.clipboard.take() {
            self.ask(Effect::ClearClipboard { request });
        }
        self.ask(Effect::Quit);
    }

    /// Drops the data key and hides every plaintext. Texts and names stay.
    pub(in crate::session) fn lock(&mut self) {
        self.revealed = None;
        self.layers.iter_mut().for_each(Layer::hide);
        if let Some(file) = &mut self.workspace.file {
            file.lock();
        }
    }

    /// Asks for the data key again.
    pub(in crate::session) fn unlock(&mut self) {
        let request = self.request();
        let Some(file) = &mut self.workspace.file else {
            return;
        };
        file.access = Access::Unlocking(request);
        let effect = Effect::UnwrapDataKey {
            request,
            path: file.path.clone(),
            metadata: Box::new(file.document.metadata().clone()),
        };
        self.ask(effect);
    }

    /// Opens a file, unless another one has unsaved changes that would be lost.
    pub(super) fn open_file_asking(&mut self, path: RepoPath) {
        let is_open = self.workspace.file.as_ref().is_some_and(|file| file.path == path);
        if is_open {
            return self.show(crate::session::Pane::Keys);
        }
        if self.workspace.changed().next().is_some() {
            let words = format!("save or undo the changes first: {}, {}", Action::Save.command().name, "undo");
            return self.refuse(&WhyNot::FieldWrong(words));
        }
        self.open_file(path);
    }
}
