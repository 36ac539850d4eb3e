//! Prompts: a passphrase, a PIN or a yes that unwrapping the data key waits for.

use crate::secret::Secret;
use crate::session::action::{Action, Motion};
use crate::session::editor::SecretField;
use crate::session::effect::Request;
use crate::session::event::PromptKind;
use crate::session::view::{Exposed, FieldContent, FieldView, FormView};

/// A question and what is typed as its answer.
pub(crate) struct Prompt {
    pub(crate) request: Request,
    question: String,
    kind: PromptKind,
    field: SecretField,
    is_shown: bool,
}

impl Prompt {
    /// A question without an answer yet.
    pub(crate) fn new(request: Request, question: String, kind: PromptKind) -> Self {
        let is_shown = kind == PromptKind::Visible;
        Self { request, question, kind, field: SecretField::default(), is_shown }
    }

    /// Types text into the answer; a line ending is no part of it.
    pub(crate) fn insert(&mut self, text: &str) {
        if self.kind != PromptKind::Confirmation {
            self.field.insert(text.trim_end_matches(['\r', '\n']));
        }
    }

    /// Does what a key asks for. Says whether it has a meaning here.
    pub(crate) fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Move(Motion::Up | Motion::Down) => return false,
            Action::Move(motion) => self.field.move_cursor(motion, 1),
            Action::Erase(extent) => drop(self.field.erase(extent)),
            Action::ToggleShown => self.is_shown = !self.is_shown,
            _ => return false,
        }
        true
    }

    /// The answer.
    pub(crate) fn answer(self) -> Secret {
        self.field.into_store().into_secret()
    }

    /// The typed answer, if it may be drawn.
    pub(crate) fn exposed(&self) -> Option<&[u8]> {
        self.is_shown.then(|| self.field.text().as_bytes())
    }

    /// The prompt as it is drawn.
    pub(crate) fn view(&self) -> FormView<'_> {
        let answer = FieldView {
            label: "Answer",
            content: FieldContent::Secret {
                exposed: self.is_shown.then_some(Exposed::Answer),
                cursor: self.field.cursor_column(),
                is_empty: self.field.is_empty(),
            },
            beside: String::new(),
            note: None,
            is_focused: true,
            starts_group: None,
            shares_line: false,
        };
        let fields = if self.kind == PromptKind::Confirmation { Vec::new() } else { vec![answer] };
        FormView { title: self.question.clone(), fields, preview: Vec::new() }
    }
}
