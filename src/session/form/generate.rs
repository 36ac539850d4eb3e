//! How a value is made: kind, length, alphabet, and how hard it is to guess. The value never has to be seen.

use crate::generate::{Alphabet, Kind, generate};
use crate::secret::{Random, Secret};
use crate::session::action::{Action, Motion};
use crate::session::view::{Exposed, FieldContent, FieldView, FormView};

/// The fields, from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FieldName {
    Kind,
    Length,
    Alphabet,
}

/// The form for a generated value, with the value it made last.
pub(crate) struct GenerateForm {
    kind: Kind,
    focus: FieldName,
    value: Secret,
    is_shown: bool,
}

/// What an action on the form came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Response {
    /// The form stays open.
    Stay,
    /// The value is to be taken.
    Take,
    /// The form is to be closed.
    Close,
    /// The key has no meaning here.
    Refused,
}

impl GenerateForm {
    /// A form that made a first value.
    pub(crate) fn new(random: &mut dyn Random) -> Self {
        let kind = Kind::ALL[0];
        Self { kind, focus: FieldName::Kind, value: generate(&kind, random), is_shown: false }
    }

    /// Does what a key asks for. Each change of the kind makes another value.
    pub(crate) fn act(&mut self, action: Action, random: &mut dyn Random) -> Response {
        let before = self.kind;
        match action {
            Action::Confirm => return Response::Take,
            Action::Cancel => return Response::Close,
            Action::Generate => self.value = generate(&self.kind, random),
            Action::ToggleShown => self.is_shown = !self.is_shown,
            Action::NextField => self.step_focus(1),
            Action::PreviousField => self.step_focus(self.fields().len() - 1),
            Action::NextChoice => self.change(1),
            Action::PreviousChoice => self.change(-1),
            Action::Move(Motion::PageDown) => self.change_length(-8),
            Action::Move(Motion::PageUp) => self.change_length(8),
            _ => return Response::Refused,
        }
        if self.kind != before {
            self.value = generate(&self.kind, random);
        }
        Response::Stay
    }

    /// The value, to be taken.
    pub(crate) fn into_value(self) -> Secret {
        self.value
    }

    /// The value, if it may be drawn.
    pub(crate) fn exposed(&self) -> Option<&[u8]> {
        self.is_shown.then(|| self.value.expose())
    }

    /// Hides the value, for a lock.
    pub(crate) fn hide(&mut self) {
        self.is_shown = false;
    }

    fn fields(&self) -> Vec<FieldName> {
        let mut fields = vec![FieldName::Kind];
        if self.kind.length().is_some() {
            fields.push(FieldName::Length);
        }
        if matches!(self.kind, Kind::Password { .. }) {
            fields.push(FieldName::Alphabet);
        }
        fields
    }

    fn step_focus(&mut self, by: usize) {
        let fields = self.fields();
        let at = fields.iter().position(|field| *field == self.focus).unwrap_or(0);
        self.focus = fields[(at + by) % fields.len()];
    }

    fn change(&mut self, by: isize) {
        match self.focus {
            FieldName::Length => self.change_length(by),
            FieldName::Kind => {
                let at = Kind::ALL.iter().position(|kind| std::mem::discriminant(kind) == self.discriminant());
                self.kind = Kind::ALL[step(at.unwrap_or(0), by, Kind::ALL.len())];
            }
            FieldName::Alphabet => {
                if let Kind::Password { alphabet, .. } = &mut self.kind {
                    let at = Alphabet::ALL.iter().position(|other| other == alphabet).unwrap_or(0);
                    *alphabet = Alphabet::ALL[step(at, by, Alphabet::ALL.len())];
                }
            }
        }
    }

    fn discriminant(&self) -> std::mem::Discriminant<Kind> {
        std::mem::discriminant(&self.kind)
    }

    fn change_length(&mut self, by: isize) {
        if let Some(length) = self.kind.length() {
            let count = length.count.saturating_add_signed(by).clamp(length.least, length.most);
            self.kind = self.kind.with_length(count);
        }
    }

    /// The form as it is drawn.
    pub(crate) fn view(&self) -> FormView<'_> {
        let field = |name, label, content, beside: String| FieldView {
            label,
            content,
            beside,
            note: None,
            is_focused: name == Some(self.focus),
            starts_group: None,
            shares_line: false,
        };
        let choice = |value: String| FieldContent::Choice { value };
        let mut fields = Vec::new();
        for name in self.fields() {
            let (label, value) = match name {
                FieldName::Kind => ("Kind", self.kind.label().to_owned()),
                FieldName::Length => {
                    let length = self.kind.length().map(|length| format!("{} {}", length.count, length.unit));
                    ("Length", length.unwrap_or_default())
                }
                FieldName::Alphabet => ("Letters", self.alphabet_in_words().to_owned()),
            };
            fields.push(field(Some(name), label, choice(value), String::new()));
        }
        let exposed = self.is_shown.then_some(Exposed::Generated);
        let value = FieldContent::Secret { exposed, cursor: 0, is_empty: false };
        let strength = format!("{} bits to guess", self.kind.strength_bits());
        fields.push(field(None, "Value", value, strength));
        FormView { title: "Generate a value".to_owned(), fields, preview: Vec::new() }
    }

    fn alphabet_in_words(&self) -> &'static str {
        match self.kind {
            Kind::Password { alphabet, .. } => alphabet.label(),
            _ => "",
        }
    }
}

fn step(at: usize, by: isize, count: usize) -> usize {
    if by < 0 { (at + count - 1) % count } else { (at + 1) % count }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(u8);

    impl Random for Counter {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                self.0 = self.0.wrapping_mul(13).wrapping_add(7);
                *byte = self.0;
            }
        }
    }

    fn check(actions: &[Action], expected: &str) {
        let mut random = Counter(1);
        let mut form = GenerateForm::new(&mut random);
        for action in actions {
            assert_eq!(form.act(*action, &mut random), Response::Stay);
        }
        let fields = form.view().fields.into_iter().map(|field| match field.content {
            FieldContent::Choice { value } => value,
            _ => field.beside,
        });
        assert_eq!(fields.collect::<Vec<_>>().join("; "), expected);
    }

    #[test]
    fn kind_length_and_letters_can_be_changed() {
        check(&[], "password; 32 characters; letters and digits; 190 bits to guess");
        check(&[Action::NextChoice], "passphrase; 6 words; 77 bits to guess");
        check(&[Action::PreviousChoice], "WireGuard private key; 251 bits to guess");
        check(
            &[Action::NextField, Action::NextChoice, Action::NextField, Action::PreviousChoice],
            "password; 33 characters; digits; 109 bits to guess",
        );
        check(
            &[Action::NextChoice, Action::PreviousField, Action::PreviousChoice],
            "passphrase; 5 words; 64 bits to guess",
        );
    }

    #[test]
    fn again_makes_another_value() {
        let mut random = Counter(1);
        let mut form = GenerateForm::new(&mut random);
        let first = form.value.duplicate();
        form.act(Action::Generate, &mut random);
        assert!(!form.value.same_as(&first) && form.exposed().is_none());
        form.act(Action::ToggleShown, &mut random);
        assert!(form.exposed().is_some());
    }
}
