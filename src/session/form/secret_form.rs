//! The form for a secret: a new key, another value, other Nix fields. One form, entered at different fields.
//!
//! It holds what is typed and says after each key what that would come to ([`Findings`]); making it so is the business
//! of whoever holds the form. Leaving it keeps it: what was typed stands there again when the form is opened anew.

use super::check::{Findings, check};
use super::names::{Names, Step, neighbour, rest_of_name};
use super::nix_fields::NixFields;
use super::value::ValueInput;
use crate::nix::OptionName;
use crate::repo::{RepoPath, Repository};
use crate::secret::Secret;
use crate::session::action::{Action, Motion};
use crate::session::context::Context;
use crate::session::editor::Field;
use crate::session::screen::{Screen, Scroll};
use crate::session::why_not::WhyNot;
use crate::sops::Document;

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A key that is not in the file.
    Add,
    /// Another value for the key, and its Nix fields.
    Edit(String),
    /// A value for a key that is declared and absent.
    Fill(String),
    /// The Nix fields of the key alone; the value is not opened.
    Nix(String),
}

/// The fields a form can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldName {
    Key,
    Value,
    Type,
    Declare,
    Place,
    Attribute,
    Option(OptionName),
    ForUsers,
}

/// What the form is checked against.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) document: &'a Document,
    pub(crate) repository: &'a Repository,
    pub(crate) screen: Screen,
}

/// What an action on a form came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Response {
    /// The form stays open.
    Stay,
    /// The form is to be closed, and kept.
    Close,
    /// The form is complete.
    Done,
    /// A value is to be generated.
    Generate,
    /// A value is to be read from a file.
    FromFile,
    /// Nothing happened.
    Refused(WhyNot),
}

/// The form.
pub(crate) struct SecretForm {
    purpose: Purpose,
    file: RepoPath,
    pub(crate) key: Field,
    pub(crate) value: Option<ValueInput>,
    pub(crate) nix: NixFields,
    names: Names,
    focus: FieldName,
    /// The window over the lines, while the editor for many lines is open.
    lines: Option<Scroll>,
    findings: Findings,
    is_touched: bool,
}

impl SecretForm {
    /// A form with the cursor at its first field; for the Nix fields alone, at the first option.
    pub(crate) fn new(
        purpose: Purpose,
        file: RepoPath,
        key: &str,
        value: Option<ValueInput>,
        nix: NixFields,
        surroundings: Surroundings<'_>,
    ) -> Self {
        let focus = match purpose {
            Purpose::Add => FieldName::Key,
            Purpose::Edit(_) | Purpose::Fill(_) => FieldName::Value,
            Purpose::Nix(_) if nix.is_declared => FieldName::Place,
            Purpose::Nix(_) => FieldName::Declare,
        };
        let names = Names::of(surroundings.repository);
        let mut form = Self {
            purpose,
            file,
            key: Field::with_text(key),
            value,
            nix,
            names,
            focus,
            lines: None,
            findings: Findings::default(),
            is_touched: false,
        };
        if form.value.as_ref().is_some_and(ValueInput::has_lines) {
            form.lines = Some(Scroll::default());
        }
        form.recheck(surroundings);
        form
    }

    /// What the form is for.
    pub(crate) fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The encrypted file.
    pub(crate) fn file(&self) -> &RepoPath {
        &self.file
    }

    /// The names to complete from.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// What the check found.
    pub(crate) fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The window over the lines of the value, while they are edited as lines.
    pub(crate) fn lines(&self) -> Option<Scroll> {
        self.lines
    }

    /// The fields as they stand now, in order.
    pub(crate) fn fields(&self) -> Vec<FieldName> {
        let mut fields = Vec::new();
        if self.purpose == Purpose::Add {
            fields.push(FieldName::Key);
        }
        if self.value.is_some() {
            fields.extend([FieldName::Value, FieldName::Type]);
        }
        if !self.nix.is_old() && self.nix.places() > 0 {
            fields.push(FieldName::Declare);
        }
        if self.nix.is_declared {
            fields.push(FieldName::Place);
            if !self.nix.is_old() {
                fields.push(FieldName::Attribute);
            }
            fields.extend(self.nix.options().cloned().map(FieldName::Option));
            if self.nix.offers_for_users() {
                fields.push(FieldName::ForUsers);
            }
        }
        fields
    }

    /// The field with the cursor.
    pub(crate) fn focus(&self) -> &FieldName {
        &self.focus
    }

    /// Where a key press lands.
    pub(crate) fn context(&self) -> Context {
        match &self.focus {
            FieldName::Value if self.lines.is_some() => Context::Lines,
            FieldName::Value => Context::SecretField,
            FieldName::Key | FieldName::Attribute | FieldName::Option(_) => Context::Field,
            FieldName::Type | FieldName::Place => Context::Choice,
            FieldName::Declare | FieldName::ForUsers => Context::Switch,
        }
    }

    /// Whether anything was typed or chosen since the form was opened.
    pub(crate) fn is_touched(&self) -> bool {
        self.is_touched
    }

    /// Whether the field with the cursor offers names to walk through.
    pub(crate) fn offers_names(&self) -> bool {
        self.candidates(&self.focus).is_some_and(|names| !names.is_empty())
    }

    /// The rest of the name that is offered for the field with the cursor.
    pub(crate) fn completion(&self, name: &FieldName) -> &str {
        match (self.candidates(name), self.text(name)) {
            (Some(names), Some(field)) if field.is_at_end() => rest_of_name(field.text(), names),
            _ => "",
        }
    }

    /// The text field of that name.
    pub(crate) fn text(&self, name: &FieldName) -> Option<&Field> {
        match name {
            FieldName::Key => Some(&self.key),
            FieldName::Attribute => Some(self.nix.name()),
            FieldName::Option(option) => self.nix.text(option),
            _ => None,
        }
    }

    /// Does what a key asks for.
    pub(crate) fn act(&mut self, action: Action, surroundings: Surroundings<'_>) -> Response {
        let response = match action {
            Action::NextField => self.step_focus(1),
            Action::PreviousField => self.step_focus(self.fields().len() - 1),
            Action::Done => self.done(),
            Action::Cancel => self.cancel(),
            Action::Move(motion) => self.move_cursor(motion, surroundings.screen),
            Action::Erase(extent) => match &self.focus {
                FieldName::Value => self.with_value(|value| value.erase(extent)),
                _ => self.with_text(|field| {
                    field.erase(extent);
                }),
            },
            Action::NextChoice => self.choose(Step::Next),
            Action::PreviousChoice => self.choose(Step::Previous),
            Action::Toggle => self.toggle(),
            Action::NewLine => self.with_value(|value| value.insert("\n")),
            Action::ToggleShown => self.with_value(ValueInput::toggle_shown),
            Action::ManyLines => self.toggle_lines(),
            Action::Generate if self.value.is_some() => Response::Generate,
            Action::FromFile if self.value.is_some() => Response::FromFile,
            _ => Response::Refused(WhyNot::NotHere),
        };
        self.recheck(surroundings);
        response
    }

    /// Types or pastes text into the field with the cursor. A paste of several lines opens the editor for lines.
    pub(crate) fn insert(&mut self, text: &Secret, surroundings: Surroundings<'_>) -> Response {
        let Ok(typed) = std::str::from_utf8(text.expose()) else {
            return Response::Refused(WhyNot::FieldWrong("what was pasted is no text; nothing was taken".to_owned()));
        };
        let response = match &self.focus {
            FieldName::Value => self.insert_value(typed),
            // What may be seen is one line; a pasted line ending is no part of it.
            _ => self.with_text(|field| field.insert(typed.trim_end_matches(['\r', '\n']))),
        };
        self.recheck(surroundings);
        response
    }

    /// Takes a value that was generated or read from a file.
    pub(crate) fn take_value(&mut self, value: &Secret, surroundings: Surroundings<'_>) -> Response {
        let Some(input) = &mut self.value else {
            return Response::Refused(WhyNot::NotHere);
        };
        self.is_touched = true;
        if input.set(value).is_err() {
            return Response::Refused(WhyNot::FieldWrong(
                "the file holds no text; encrypt it as a whole instead".to_owned(),
            ));
        }
        self.lines = input.has_lines().then(Scroll::default);
        self.focus = FieldName::Value;
        self.recheck(surroundings);
        Response::Stay
    }

    /// Puts the cursor into a field, by its number.
    pub(crate) fn focus_on(&mut self, number: usize) {
        if let Some(name) = self.fields().get(number) {
            self.leave_value();
            self.focus = name.clone();
        }
    }

    /// Checks everything against the file and the repository as they are now.
    pub(crate) fn recheck(&mut self, surroundings: Surroundings<'_>) {
        if let (Some(scroll), Some(value)) = (&mut self.lines, &self.value) {
            let lines = value.text().matches('\n').count() + 1;
            scroll.follow(value.field().cursor_line(), surroundings.screen.page_rows(), lines);
        }
        self.findings = check(self, surroundings);
    }

    /// Hides the value, for a lock.
    pub(crate) fn hide(&mut self) {
        if let Some(value) = &mut self.value {
            value.hide();
        }
    }

    fn step_focus(&mut self, by: usize) -> Response {
        let fields = self.fields();
        let at = fields.iter().position(|name| *name == self.focus).unwrap_or(0);
        self.leave_value();
        self.focus = fields[(at + by) % fields.len()].clone();
        if self.focus == FieldName::Value && self.value.as_ref().is_some_and(ValueInput::has_lines) {
            self.lines = Some(Scroll::default());
        }
        Response::Stay
    }

    fn done(&mut self) -> Response {
        match self.findings.blocking() {
            None => Response::Done,
            Some((field, words)) => {
                self.leave_value();
                self.focus = field;
                Response::Refused(WhyNot::FieldWrong(words))
            }
        }
    }

    /// From the lines back to the form, from the form out.
    fn cancel(&mut self) -> Response {
        if self.lines.is_some() && self.focus == FieldName::Value {
            return self.step_focus(1);
        }
        self.leave_value();
        Response::Close
    }

    /// Lines are masked again when the cursor leaves them.
    fn leave_value(&mut self) {
        if self.focus == FieldName::Value && self.lines.take().is_some() {
            self.hide();
        }
    }

    fn move_cursor(&mut self, motion: Motion, screen: Screen) -> Response {
        let rest = match motion {
            Motion::Right | Motion::LineEnd => self.completion(&self.focus).to_owned(),
            _ => String::new(),
        };
        match &self.focus {
            FieldName::Value => self.with_value(|value| value.move_cursor(motion, screen.page_rows())),
            _ if rest.is_empty() => self.with_text(|field| field.move_cursor(motion, 1)),
            _ => self.with_text(|field| field.insert(&rest)),
        }
    }

    fn choose(&mut self, step: Step) -> Response {
        let places = self.nix.places();
        match (&self.focus, step) {
            (FieldName::Type, Step::Next) => return self.with_value(ValueInput::next_type),
            (FieldName::Type, Step::Previous) => return self.with_value(ValueInput::previous_type),
            (FieldName::Place, Step::Next) => self.nix.step_place(1),
            (FieldName::Place, Step::Previous) => self.nix.step_place(places - 1),
            (name, step) => {
                let text = self.text(name).map(|field| field.text().to_owned());
                let next = self.candidates(name).zip(text).and_then(|(names, text)| neighbour(&text, names, step));
                return match next {
                    Some(next) => self.with_text(|field| field.set(&next)),
                    None => Response::Refused(WhyNot::NotHere),
                };
            }
        }
        Response::Stay
    }

    fn toggle(&mut self) -> Response {
        self.is_touched = true;
        match self.focus {
            FieldName::Declare => self.nix.is_declared = !self.nix.is_declared,
            FieldName::ForUsers => self.nix.flip_for_users(),
            _ => return Response::Refused(WhyNot::NotHere),
        }
        Response::Stay
    }

    fn toggle_lines(&mut self) -> Response {
        match (&self.value, self.lines) {
            (None, _) => Response::Refused(WhyNot::NotHere),
            (Some(value), Some(_)) if value.has_lines() => Response::Refused(WhyNot::FieldWrong(
                "the value has several lines; Tab goes on to the fields".to_owned(),
            )),
            (Some(_), Some(_)) => {
                self.lines = None;
                Response::Stay
            }
            (Some(_), None) => {
                self.lines = Some(Scroll::default());
                Response::Stay
            }
        }
    }

    fn insert_value(&mut self, text: &str) -> Response {
        let response = self.with_value(|value| value.insert(text));
        if self.lines.is_none() && self.value.as_ref().is_some_and(ValueInput::has_lines) {
            self.lines = Some(Scroll::default());
        }
        response
    }

    fn with_value(&mut self, change: impl FnOnce(&mut ValueInput)) -> Response {
        self.is_touched = true;
        let Some(value) = &mut self.value else {
            return Response::Refused(WhyNot::NotHere);
        };
        change(value);
        Response::Stay
    }

    fn with_text(&mut self, change: impl FnOnce(&mut Field)) -> Response {
        self.is_touched = true;
        let field = match &self.focus {
            FieldName::Key => Some(&mut self.key),
            FieldName::Attribute => Some(self.nix.name_mut()),
            FieldName::Option(option) => self.nix.text_mut(&option.clone()),
            _ => None,
        };
        let Some(field) = field else {
            return Response::Refused(WhyNot::NotHere);
        };
        change(field);
        Response::Stay
    }

    fn candidates(&self, name: &FieldName) -> Option<&[String]> {
        match name {
            FieldName::Option(OptionName::Owner) => Some(&self.names.owners),
            FieldName::Option(OptionName::Group) => Some(&self.names.groups),
            FieldName::Option(OptionName::RestartUnits | OptionName::ReloadUnits) => Some(&self.names.units),
            _ => None,
        }
    }
}
