//! Resolution: from a chord to an action, and from a context to the hints that are worth a line.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use super::binding::{Binding, standard_bindings};
use super::chord::Chord;
use crate::session::{Action, Context};

/// A table of keys, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
    index: HashMap<(Context, Chord), usize>,
}

/// A person's own keys, once they are in force.
static CURRENT: OnceLock<Keymap> = OnceLock::new();

/// One key as the hint line and menus show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// The key.
    pub chord: Chord,
    /// What it asks for.
    pub action: Action,
    /// What it does, in a word or two.
    pub label: &'static str,
}

impl Keymap {
    /// The keys this program comes with.
    #[must_use]
    pub fn standard() -> &'static Self {
        static STANDARD: LazyLock<Keymap> = LazyLock::new(|| Keymap::new(standard_bindings()));
        &STANDARD
    }

    /// The keys of this run: a person's own where they were put in force, else the standard ones.
    #[must_use]
    pub fn current() -> &'static Self {
        CURRENT.get().unwrap_or_else(|| Self::standard())
    }

    /// Puts these keys in force for the rest of the run. Only the first call does: keys that changed under a screen
    /// would make its hints wrong.
    pub fn put_in_force(self) {
        CURRENT.get_or_init(|| self);
    }

    /// All bindings, in the order of the table.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    pub(super) fn new(bindings: Vec<Binding>) -> Self {
        let keys = |at: usize, binding: &Binding| {
            let context = binding.context;
            binding.chords.iter().map(move |chord| ((context, *chord), at)).collect::<Vec<_>>()
        };
        let index = bindings.iter().enumerate().flat_map(|(at, binding)| keys(at, binding)).collect();
        Self { bindings, index }
    }

    /// What `chord` asks for in `context`: its own binding, or that of the nearest parent.
    ///
    /// `None` for a key without meaning there. Where text is typed, a plain character is always `None`: it is text.
    #[must_use]
    pub fn resolve(&self, context: Context, chord: Chord) -> Option<Action> {
        if context.takes_text() && chord.typed().is_some() {
            return None;
        }
        context.chain().find_map(|context| self.index.get(&(context, chord))).map(|at| self.bindings[*at].action)
    }

    /// The hints of a context, the most useful first, of those actions that `is_available` grants.
    pub fn hints(&self, context: Context, is_available: impl Fn(Action) -> bool) -> Vec<Hint> {
        let mut hints: Vec<Hint> = Vec::new();
        for binding in context.chain().flat_map(|context| self.of(context)).filter(|binding| !binding.label.is_empty())
        {
            let hint = Hint { chord: binding.chords[0], action: binding.action, label: binding.label };
            let is_hidden = self.resolve(context, hint.chord) != Some(hint.action);
            if !is_hidden && !hints.iter().any(|other| other.action == hint.action) && is_available(hint.action) {
                hints.push(hint);
            }
        }
        hints
    }

    /// The bindings of one context, parents left out.
    pub fn of(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.context == context)
    }

    /// The key that asks for `action` in `context`, for menus and sentences.
    #[must_use]
    pub fn chord_for(&self, context: Context, action: Action) -> Option<Chord> {
        context
            .chain()
            .flat_map(|context| self.of(context))
            .find(|binding| binding.action == action && self.resolve(context, binding.chords[0]) == Some(action))
            .map(|binding| binding.chords[0])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::keymap::Key;

    fn check(context: Context, chord: &str, expected: Option<&str>) {
        let action = Keymap::standard().resolve(context, Chord::parse(chord).unwrap());
        assert_eq!(action.map(|action| action.command().name), expected, "{chord} in {context:?}");
    }

    #[test]
    fn a_key_means_what_the_nearest_context_says() {
        check(Context::Table, "⏎", Some("edit"));
        check(Context::Locked, "⏎", Some("unlock"));
        check(Context::Locked, "u", Some("undo"));
        check(Context::Field, "Ctrl-s", Some("done"));
        check(Context::Table, "Ctrl-s", Some("save"));
        check(Context::Lines, "⏎", Some("new-line"));
        check(Context::Field, "⏎", Some("next-field"));
        check(Context::RowMenu, "e", Some("edit"));
        check(Context::Review, "Ctrl-c", Some("interrupt"));
    }

    #[test]
    fn characters_are_text_where_text_is_typed() {
        for context in Context::ALL.iter().copied().filter(|context| context.takes_text()) {
            for character in ' '..='~' {
                assert_eq!(Keymap::standard().resolve(context, Chord::character(character)), None);
            }
        }
        check(Context::Filter, "Esc", Some("cancel"));
    }

    #[test]
    fn no_key_is_bound_twice_in_one_context() {
        let mut seen = BTreeSet::new();
        for binding in &Keymap::standard().bindings {
            for chord in &binding.chords {
                assert!(seen.insert((binding.context, *chord)), "{chord} twice in {:?}", binding.context);
            }
        }
    }

    #[test]
    fn no_key_is_one_that_old_terminals_send_as_another() {
        for chord in Keymap::standard().bindings.iter().flat_map(|binding| &binding.chords) {
            let confused = chord.control && matches!(chord.key, Key::Character('i' | 'm' | 'j' | 'h' | '[' | '?'));
            assert!(!confused, "{chord} cannot be told apart everywhere");
            assert!(!matches!(chord.key, Key::Function(_)), "{chord}: nothing needs a function key");
        }
    }

    #[test]
    fn every_bound_action_has_a_name_and_every_pane_context_a_way_out() {
        for binding in &Keymap::standard().bindings {
            assert!(!binding.action.command().words.is_empty());
        }
        for context in Context::ALL {
            check(*context, "Ctrl-c", Some("interrupt"));
        }
    }

    #[test]
    fn hints_leave_out_what_does_nothing_and_what_is_overruled() {
        let labels = |context, is_available: fn(Action) -> bool| {
            let hints = Keymap::standard().hints(context, is_available);
            hints.iter().map(|hint| format!("{} {}", hint.chord, hint.label)).collect::<Vec<_>>().join("  ")
        };
        let table = labels(Context::Table, |_| true);
        assert!(table.starts_with("a add  e edit  r rename  d delete  y copy  ␣ reveal  / filter"), "{table}");
        assert!(!labels(Context::Table, |action| action != Action::Undo).contains("undo"));
        assert!(labels(Context::Locked, |_| true).starts_with("⏎ unlock  a add"));
        assert!(!labels(Context::Lines, |_| true).contains("next field  "), "Enter breaks the line there");
    }

    #[test]
    fn a_menu_finds_the_key_of_an_action() {
        let chord = |action| Keymap::standard().chord_for(Context::Table, action).map(|chord| chord.to_string());
        assert_eq!(chord(Action::Rename).as_deref(), Some("r"));
        assert_eq!(chord(Action::Undo).as_deref(), Some("u"));
        assert_eq!(chord(Action::AcceptMac), None);
    }
}
