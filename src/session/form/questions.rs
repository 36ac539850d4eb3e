//! A form of plain questions: text, one of several, on or off. What the answers mean is the business of its owner.

use crate::session::action::{Action, Motion};
use crate::session::context::Context;
use crate::session::editor::Field;
use crate::session::view::{FieldContent, FieldView, FormView, PageLine, Words};
use crate::session::why_not::WhyNot;
use crate::text::sanitize;

use super::secret_form::Response;

/// A form of questions.
pub(crate) struct Questions {
    title: String,
    questions: Vec<Question>,
    focus: usize,
    is_touched: bool,
    /// What the answers come to.
    pub(crate) preview: Vec<PageLine>,
}

/// One question and its answer.
pub(crate) struct Question {
    label: &'static str,
    pub(crate) input: Input,
    /// What is wrong with the answer, or worth knowing.
    pub(crate) note: Option<Words>,
    /// Whether it is asked at all, as the other answers are now.
    pub(crate) is_asked: bool,
}

/// An answer.
pub(crate) enum Input {
    /// Text; what stands there dimmed while it is empty.
    Text(Field, &'static str),
    /// Text that may be read from a file.
    FileText(Field, &'static str),
    /// One of several.
    Choice { options: Vec<String>, chosen: usize },
    /// On or off.
    Switch(bool),
}

impl Question {
    /// A question with its default answer.
    pub(crate) fn new(label: &'static str, input: Input) -> Self {
        Self { label, input, note: None, is_asked: true }
    }

    /// The same question, asked only if that makes sense.
    pub(crate) fn asked_if(self, is_asked: bool) -> Self {
        Self { is_asked, ..self }
    }
}

impl Questions {
    /// A form that begins with the first question.
    pub(crate) fn new(title: impl Into<String>, questions: Vec<Question>) -> Self {
        let focus = questions.iter().position(|question| question.is_asked).unwrap_or(0);
        Self { title: title.into(), questions, focus, is_touched: false, preview: Vec::new() }
    }

    /// The text of an answer.
    pub(crate) fn text(&self, number: usize) -> &str {
        match &self.questions[number].input {
            Input::Text(field, _) | Input::FileText(field, _) => field.text(),
            Input::Choice { .. } | Input::Switch(_) => "",
        }
    }

    /// The number of the option that is chosen.
    pub(crate) fn chosen(&self, number: usize) -> usize {
        match &self.questions[number].input {
            Input::Choice { chosen, .. } => *chosen,
            _ => 0,
        }
    }

    /// Whether a switch is on and asked for.
    pub(crate) fn is_on(&self, number: usize) -> bool {
        matches!(self.questions[number], Question { input: Input::Switch(true), is_asked: true, .. })
    }

    /// Whether a question is asked.
    pub(crate) fn is_asked(&self, number: usize) -> bool {
        self.questions[number].is_asked
    }

    /// Puts text in place of an answer.
    pub(crate) fn set_text(&mut self, number: usize, text: &str) {
        if let Input::Text(field, _) | Input::FileText(field, _) = &mut self.questions[number].input {
            *field = Field::with_text(text);
            self.is_touched |= !text.is_empty();
        }
    }

    /// Says something beside an answer.
    pub(crate) fn note(&mut self, number: usize, note: Option<Words>) {
        self.questions[number].note = note;
    }

    /// Asks a question, or asks it no more.
    pub(crate) fn ask(&mut self, number: usize, is_asked: bool) {
        self.questions[number].is_asked = is_asked;
    }

    /// Where a key press lands.
    pub(crate) fn context(&self) -> Context {
        match self.questions[self.focus].input {
            Input::Text(..) => Context::Field,
            Input::FileText(..) => Context::FileField,
            Input::Choice { .. } => Context::Choice,
            Input::Switch(_) => Context::Switch,
        }
    }

    /// Whether something was typed, pasted or read from a file.
    pub(crate) fn is_touched(&self) -> bool {
        self.is_touched
    }

    /// Whether the question with the cursor has more than one answer to choose from.
    pub(crate) fn has_choice(&self) -> bool {
        matches!(&self.questions[self.focus].input, Input::Choice { options, .. } if options.len() > 1)
    }

    /// Does what a key asks for.
    pub(crate) fn act(&mut self, action: Action) -> Response {
        let (before, after) = (self.next_focus(false), self.next_focus(true));
        match (action, &mut self.questions[self.focus].input) {
            // After the last answer, Enter is as good as done.
            (Action::NextField, _) => match after {
                Some(after) => self.focus = after,
                None => return Response::Done,
            },
            (Action::PreviousField, _) => self.focus = before.unwrap_or(self.focus),
            (Action::Done, _) => return Response::Done,
            (Action::Cancel, _) => return Response::Close,
            (Action::FromFile, Input::FileText(..)) => return Response::FromFile,
            (Action::NextChoice, Input::Choice { options, chosen }) => *chosen = (*chosen + 1) % options.len().max(1),
            (Action::PreviousChoice, Input::Choice { options, chosen }) => {
                *chosen = (*chosen + options.len().max(1) - 1) % options.len().max(1);
            }
            (Action::Toggle, Input::Switch(is_on)) => *is_on = !*is_on,
            (Action::Move(Motion::Up | Motion::Down), _) => return Response::Refused(WhyNot::NotHere),
            (Action::Move(motion), Input::Text(field, _) | Input::FileText(field, _)) => field.move_cursor(motion, 1),
            (Action::Erase(extent), Input::Text(field, _) | Input::FileText(field, _)) => drop(field.erase(extent)),
            (Action::Move(_), _) => {}
            _ => return Response::Refused(WhyNot::NotHere),
        }
        Response::Stay
    }

    /// Types text into the answer that has the cursor.
    pub(crate) fn insert(&mut self, text: &str) -> Response {
        match &mut self.questions[self.focus].input {
            Input::Text(field, _) | Input::FileText(field, _) => {
                // Keys are pasted with the end of their line.
                field.insert(text.trim_end_matches(['\r', '\n']));
                self.is_touched = true;
                Response::Stay
            }
            Input::Choice { .. } | Input::Switch(_) => Response::Refused(WhyNot::NotHere),
        }
    }

    /// Puts the cursor into a field, counted as they are drawn.
    pub(crate) fn focus_on(&mut self, shown: usize) {
        let asked = self.questions.iter().enumerate().filter(|(_, question)| question.is_asked);
        self.focus = asked.map(|(number, _)| number).nth(shown).unwrap_or(self.focus);
    }

    fn next_focus(&self, forward: bool) -> Option<usize> {
        let is_asked = |number: &usize| self.questions[*number].is_asked;
        if forward {
            (self.focus + 1..self.questions.len()).find(is_asked)
        } else {
            (0..self.focus).rev().find(is_asked)
        }
    }

    /// The form as it is drawn.
    pub(crate) fn view(&self) -> FormView<'_> {
        let asked = self.questions.iter().enumerate().filter(|(_, question)| question.is_asked);
        let field = |(number, question): (usize, &'_ Question)| FieldView {
            label: question.label,
            content: match &self.questions[number].input {
                Input::Text(field, placeholder) | Input::FileText(field, placeholder) => FieldContent::Text {
                    text: field.text(),
                    cursor: field.cursor_column(),
                    completion: String::new(),
                    placeholder: (*placeholder).to_owned(),
                },
                Input::Choice { options, chosen } => FieldContent::Choice {
                    value: sanitize(options.get(*chosen).map_or("", String::as_str)).into_owned(),
                },
                Input::Switch(is_on) => FieldContent::Switch { is_on: *is_on },
            },
            beside: String::new(),
            note: question.note.clone(),
            is_focused: number == self.focus,
            starts_group: None,
            shares_line: false,
        };
        FormView { title: self.title.clone(), fields: asked.map(field).collect(), preview: self.preview.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Questions {
        Questions::new(
            "Form",
            vec![
                Question::new("Name", Input::Text(Field::default(), "")),
                Question::new("Path", Input::Text(Field::default(), "")).asked_if(false),
                Question::new("Kind", Input::Choice { options: vec!["a".to_owned(), "b".to_owned()], chosen: 0 }),
                Question::new("Also", Input::Switch(false)),
            ],
        )
    }

    #[test]
    fn questions_that_are_not_asked_are_passed_over() {
        let mut form = form();
        form.insert("ann\n");
        form.act(Action::NextField);
        assert_eq!((form.context(), form.text(0)), (Context::Choice, "ann"));
        form.act(Action::PreviousChoice);
        form.act(Action::NextField);
        form.act(Action::Toggle);
        assert!(form.chosen(2) == 1 && form.is_on(3));
        assert!(matches!(form.act(Action::NextField), Response::Done));
        form.act(Action::PreviousField);
        form.act(Action::PreviousField);
        assert_eq!(form.context(), Context::Field);
        assert_eq!(form.view().fields.len(), 3);
    }

    #[test]
    fn each_answer_takes_its_own_keys_only() {
        let mut form = form();
        assert!(matches!(form.act(Action::Toggle), Response::Refused(_)));
        assert!(matches!(form.act(Action::FromFile), Response::Refused(_)));
        form.focus_on(1);
        assert!(matches!(form.insert("x"), Response::Refused(_)));
    }
}
