//! The path of a file, typed: a value to be read from it, or a repository to be opened.

use crate::session::action::{Action, Motion};
use crate::session::editor::Field;
use crate::session::view::{FieldContent, FieldView, FormView};

/// What the file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathUse {
    /// Its bytes become the value of the form below.
    Value,
    /// It is opened in the editor.
    Open,
    /// It is made.
    New,
    /// It holds the key of a new recipient.
    Recipient,
}

/// The path as far as it is typed.
pub(crate) struct PathInput {
    pub(crate) purpose: PathUse,
    pub(crate) field: Field,
}

impl PathInput {
    /// Nothing typed yet.
    pub(crate) fn new(purpose: PathUse) -> Self {
        Self { purpose, field: Field::default() }
    }

    /// Does what a key asks for. Says whether it has a meaning here.
    pub(crate) fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Move(Motion::Up | Motion::Down) => return false,
            Action::Move(motion) => self.field.move_cursor(motion, 1),
            Action::Erase(extent) => drop(self.field.erase(extent)),
            _ => return false,
        }
        true
    }

    /// The input as it is drawn.
    pub(crate) fn view(&self) -> FormView<'_> {
        let title = match self.purpose {
            PathUse::Value => "Take the value from a file",
            PathUse::Open => "Open a file",
            PathUse::New => "Make a file",
            PathUse::Recipient => "Take the public key from a file",
        };
        let path = FieldView {
            label: "Path",
            content: FieldContent::Text {
                text: self.field.text(),
                cursor: self.field.cursor_column(),
                completion: String::new(),
                placeholder: "~/ and relative paths work".to_owned(),
            },
            beside: String::new(),
            note: None,
            is_focused: true,
            starts_group: None,
            shares_line: false,
        };
        FormView { title: title.to_owned(), fields: vec![path], preview: Vec::new() }
    }
}
