//! The value in a form: typed, pasted, read from a file or generated, in the arena from the first byte on.
//!
//! A value that was there before is masked, and typing replaces it as a whole; shown (Ctrl-t), it is edited where the
//! cursor stands. A value of several lines has an editor of its own. The type never follows from how the text looks.

use crate::secret::Secret;
use crate::session::action::{Extent, Motion};
use crate::session::editor::SecretField;
use crate::sops::LeafType;

/// The types a person can choose.
const CHOICES: [LeafType; 4] = [LeafType::Str, LeafType::Int, LeafType::Float, LeafType::Bool];

/// A value being edited.
pub(crate) struct ValueInput {
    field: SecretField,
    value_type: LeafType,
    /// The type it had before; kept unless another one is chosen.
    type_before: LeafType,
    /// Whether the text is what stood in the file, and typing would replace it.
    is_old: bool,
    is_touched: bool,
    is_shown: bool,
}

/// Bytes that cannot be a value here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotText;

impl ValueInput {
    /// No value yet.
    pub(crate) fn new() -> Self {
        Self::of(SecretField::default(), LeafType::Str, false)
    }

    /// A value that stands in the file.
    pub(crate) fn old(value: &Secret, value_type: LeafType) -> Result<Self, NotText> {
        let text = std::str::from_utf8(value.expose()).map_err(|_| NotText)?;
        Ok(Self::of(SecretField::with_text(text), value_type, true))
    }

    fn of(field: SecretField, value_type: LeafType, is_old: bool) -> Self {
        Self { field, value_type, type_before: value_type, is_old, is_touched: false, is_shown: false }
    }

    /// The text, in the arena.
    pub(crate) fn text(&self) -> &str {
        self.field.text()
    }

    /// The cursor and its surroundings.
    pub(crate) fn field(&self) -> &SecretField {
        &self.field
    }

    /// A copy of the value, to be sealed.
    pub(crate) fn secret(&self) -> Secret {
        Secret::from_exposed(self.text().as_bytes())
    }

    /// The chosen type.
    pub(crate) fn value_type(&self) -> LeafType {
        self.value_type
    }

    /// Whether text or type differ from what stood there, as far as is known without comparing.
    pub(crate) fn is_changed(&self) -> bool {
        self.is_touched || self.value_type != self.type_before
    }

    /// Whether its bytes may be drawn.
    pub(crate) fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Whether it has several lines. A newline at the end alone does not count.
    pub(crate) fn has_lines(&self) -> bool {
        self.text().trim_end_matches('\n').contains('\n')
    }

    /// Shows or hides the bytes.
    pub(crate) fn toggle_shown(&mut self) {
        self.is_shown = !self.is_shown;
    }

    /// Hides the bytes.
    pub(crate) fn hide(&mut self) {
        self.is_shown = false;
    }

    /// Types text at the cursor; replaces an old value that is masked.
    pub(crate) fn insert(&mut self, text: &str) {
        self.replace_old();
        self.field.insert(text);
        self.is_touched = true;
    }

    /// Replaces the value by another one.
    pub(crate) fn set(&mut self, value: &Secret) -> Result<(), NotText> {
        let text = std::str::from_utf8(value.expose()).map_err(|_| NotText)?;
        self.field.set(text);
        self.is_old = false;
        self.is_touched = true;
        Ok(())
    }

    /// Erases text; an old value that is masked goes as a whole.
    pub(crate) fn erase(&mut self, extent: Extent) {
        let erased = self.replace_old() || self.field.erase(extent);
        self.is_touched |= erased;
    }

    /// Moves the cursor.
    pub(crate) fn move_cursor(&mut self, motion: Motion, page: usize) {
        self.field.move_cursor(motion, page);
    }

    /// Takes the next type.
    pub(crate) fn next_type(&mut self) {
        self.step_type(1);
    }

    /// Takes the type before.
    pub(crate) fn previous_type(&mut self) {
        self.step_type(self.type_choices().len() - 1);
    }

    /// What is wrong with the text for the chosen type, in words.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let text = self.text();
        match self.value_type {
            LeafType::Int if text.parse::<i64>().is_err() => Some("is not a whole number, such as 8080"),
            LeafType::Float if !text.parse::<f64>().is_ok_and(f64::is_finite) => Some("is no number"),
            LeafType::Bool if !matches!(text, "true" | "false") => Some("is neither true nor false"),
            _ => None,
        }
    }

    /// Type and size in words: `string, 3 lines, 120 bytes, ends with a newline`.
    pub(crate) fn in_words(&self) -> String {
        let text = self.text();
        if self.is_old && !self.is_touched && !self.is_shown {
            return format!("{}; typing replaces it", type_in_words(self.value_type));
        }
        // What is wrong for its type is not said to be of it.
        let value_type = if self.problem().is_none() { Some(type_in_words(self.value_type)) } else { None };
        let mut words: Vec<String> = value_type.map(str::to_owned).into_iter().collect();
        let lines = text.trim_end_matches('\n').split('\n').count();
        if lines > 1 {
            words.push(format!("{lines} lines"));
        }
        words.push(match text.len() {
            0 => "empty".to_owned(),
            1 => "1 byte".to_owned(),
            length => format!("{length} bytes"),
        });
        if text.ends_with('\n') {
            words.push("ends with a newline".to_owned());
        }
        words.join(", ")
    }

    /// Says whether an old, masked value was thrown away to make room.
    fn replace_old(&mut self) -> bool {
        let replaces = self.is_old && !self.is_touched && !self.is_shown;
        if replaces {
            self.field.clear();
        }
        self.is_old &= !replaces;
        replaces
    }

    /// The types to choose from: the common ones, and the one it had.
    fn type_choices(&self) -> Vec<LeafType> {
        let mut choices = CHOICES.to_vec();
        if !choices.contains(&self.type_before) {
            choices.push(self.type_before);
        }
        choices
    }

    fn step_type(&mut self, by: usize) {
        let choices = self.type_choices();
        let at = choices.iter().position(|choice| *choice == self.value_type).unwrap_or(0);
        self.value_type = choices[(at + by) % choices.len()];
    }
}

/// A type as people say it.
pub(crate) fn type_in_words(value_type: LeafType) -> &'static str {
    match value_type {
        LeafType::Str => "string",
        LeafType::Int => "whole number",
        LeafType::Float => "number",
        LeafType::Bool => "true or false",
        LeafType::Time => "time",
        LeafType::Null => "null",
        LeafType::Bytes => "bytes",
        LeafType::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(text: &str) -> ValueInput {
        let Ok(value) = ValueInput::old(&Secret::from_exposed(text.as_bytes()), LeafType::Str) else {
            panic!("the test writes text");
        };
        value
    }

    #[test]
    fn typing_replaces_an_old_value_that_is_masked() {
        let mut value = old("hunter2");
        assert_eq!(value.in_words(), "string; typing replaces it");
        value.insert("a");
        value.insert("b");
        assert!(value.text() == "ab" && value.is_changed());
        let mut value = old("hunter2");
        value.erase(Extent::CharacterBefore);
        assert!(value.text().is_empty());
    }

    #[test]
    fn an_old_value_that_is_shown_is_edited() {
        let mut value = old("hunter2");
        value.toggle_shown();
        value.erase(Extent::CharacterBefore);
        value.insert("3");
        assert!(value.text() == "hunter3");
    }

    #[test]
    fn a_generated_value_can_be_edited_on() {
        let mut value = old("hunter2");
        assert!(value.set(&Secret::from_exposed(b"xyz")).is_ok());
        value.insert("!");
        assert!(value.text() == "xyz!");
        assert!(value.set(&Secret::from_exposed(b"\xff")).is_err());
    }

    #[test]
    fn the_type_is_chosen_and_never_guessed() {
        let mut value = ValueInput::new();
        value.insert("8080");
        assert_eq!((value.value_type(), value.in_words().as_str()), (LeafType::Str, "string, 4 bytes"));
        value.next_type();
        assert_eq!((value.value_type(), value.problem()), (LeafType::Int, None));
        value.insert("x");
        assert_eq!(value.problem(), Some("is not a whole number, such as 8080"));
        assert_eq!(value.in_words(), "5 bytes");
        value.previous_type();
        assert_eq!(value.problem(), None);
    }

    #[test]
    fn lines_and_the_last_newline_are_told() {
        let mut value = ValueInput::new();
        value.insert("one\n");
        assert!(!value.has_lines());
        assert_eq!(value.in_words(), "string, 4 bytes, ends with a newline");
        value.insert("two");
        assert!(value.has_lines());
        assert_eq!(value.in_words(), "string, 2 lines, 7 bytes");
    }
}
