//! A person's own keys: the standard table with the chords of some actions replaced.

use super::binding::Binding;
use super::chord::{Chord, Key};
use super::resolve::Keymap;
use crate::session::{Action, Context};

/// The chords that ask for an action in a context, in place of the standard ones; none: no key asks for it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebinding {
    /// Where.
    pub context: Context,
    /// What is asked for.
    pub action: Action,
    /// The keys, the one to be shown first.
    pub chords: Vec<Chord>,
}

/// Why keys cannot be bound so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RebindError {
    /// One key would ask for two things.
    #[error("{chord} would ask for both {first} and {second} in [keys.{context}]")]
    Conflict {
        /// The key.
        chord: Chord,
        /// Where.
        context: &'static str,
        /// The action that has it.
        first: &'static str,
        /// The action that asks for it.
        second: &'static str,
    },
    /// A character that is typed there.
    #[error("{chord} is text in [keys.{context}], so that no action can have it")]
    IsText {
        /// The key.
        chord: Chord,
        /// Where.
        context: &'static str,
    },
    /// Many terminals send another key.
    #[error("many terminals send {chord} as {sent_as}")]
    SentAs {
        /// The key.
        chord: Chord,
        /// What arrives.
        sent_as: &'static str,
    },
    /// The way out has to stay.
    #[error("Ctrl-c belongs to interrupt, everywhere")]
    WayOut,
}

impl RebindError {
    /// The one next thing to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "give one of them another key",
            Self::IsText { .. } => "take a key with Ctrl or Alt",
            Self::SentAs { .. } | Self::WayOut => "take another key",
        }
    }
}

impl Keymap {
    /// The standard keys with these changes.
    ///
    /// # Errors
    /// With the number of the change that does not go together with the others.
    pub fn with(changes: &[Rebinding]) -> Result<Self, (usize, RebindError)> {
        let mut bindings = Self::standard().bindings().to_vec();
        for (number, change) in changes.iter().enumerate() {
            change.check().map_err(|error| (number, error))?;
            let is_meant = |binding: &Binding| binding.context == change.context && binding.action == change.action;
            match bindings.iter().position(is_meant) {
                Some(at) => bindings[at].chords.clone_from(&change.chords),
                None => bindings.push(change.binding()),
            }
        }
        for (number, change) in changes.iter().enumerate() {
            let others = || bindings.iter().filter(|other| other.context == change.context);
            for chord in &change.chords {
                let other = others().find(|other| other.action != change.action && other.chords.contains(chord));
                if let Some(other) = other {
                    let (first, second) = (other.action.command().name, change.action.command().name);
                    let context = change.context.name();
                    return Err((number, RebindError::Conflict { chord: *chord, context, first, second }));
                }
            }
        }
        bindings.retain(|binding| !binding.chords.is_empty());
        Ok(Self::new(bindings))
    }
}

impl Rebinding {
    /// A binding that the standard table does not have; hints call it as they do elsewhere.
    fn binding(&self) -> Binding {
        let mut same = Keymap::standard().bindings().iter().filter(|binding| binding.action == self.action);
        let label = same.find(|binding| !binding.label.is_empty()).map_or("", |binding| binding.label);
        Binding { context: self.context, chords: self.chords.clone(), action: self.action, label }
    }

    fn check(&self) -> Result<(), RebindError> {
        let is_way_out = self.action == Action::Interrupt;
        let way_out = Chord::control('c');
        if is_way_out != self.chords.contains(&way_out) {
            return Err(RebindError::WayOut);
        }
        for chord in &self.chords {
            let context = self.context.name();
            if chord.typed().is_some() && (self.context.takes_text() || self.context == Context::Text) {
                return Err(RebindError::IsText { chord: *chord, context });
            }
            let sent_as = match chord.key {
                Key::Character('i') if chord.control => "Tab",
                Key::Character('m' | 'j') if chord.control => "⏎",
                Key::Character('h' | '?') if chord.control => "⌫",
                Key::Character('[') if chord.control => "Esc",
                _ => continue,
            };
            return Err(RebindError::SentAs { chord: *chord, sent_as });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(context: Context, name: &str, chords: &str) -> Result<Keymap, RebindError> {
        let chords = chords.split_whitespace().map(|chord| Chord::parse(chord).unwrap()).collect();
        let action = Action::by_name(name).unwrap();
        Keymap::with(&[Rebinding { context, action, chords }]).map_err(|(_, error)| error)
    }

    #[test]
    fn an_action_goes_to_its_new_keys_and_leaves_the_old_ones() {
        let keymap = with(Context::Table, "delete", "D Ctrl-d").unwrap();
        let ask = |chord: &str| keymap.resolve(Context::Table, Chord::parse(chord).unwrap());
        assert_eq!((ask("D"), ask("Ctrl-d"), ask("d")), (Some(Action::Delete), Some(Action::Delete), None));
        let hint = keymap.hints(Context::Table, |_| true).into_iter().find(|hint| hint.action == Action::Delete);
        assert_eq!(hint.map(|hint| hint.chord.to_string()).as_deref(), Some("D"));
        assert_eq!(keymap.chord_for(Context::Table, Action::Delete), Some(Chord::character('D')));
    }

    #[test]
    fn an_action_can_be_given_a_key_or_lose_all() {
        let keymap = with(Context::Table, "evaluate", "Ctrl-e").unwrap();
        assert_eq!(keymap.resolve(Context::Table, Chord::control('e')), Some(Action::Evaluate));
        let keymap = with(Context::Table, "delete", "").unwrap();
        assert_eq!(keymap.resolve(Context::Table, Chord::character('d')), None);
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        let check = |context, name: &str, chords: &str, expected: &str| {
            let refused = with(context, name, chords).unwrap_err();
            assert_eq!(refused.to_string(), expected);
            assert!(!refused.hint().is_empty());
        };
        check(Context::Table, "rename", "d", "d would ask for both delete and rename in [keys.table]");
        check(Context::Filter, "cancel", "x", "x is text in [keys.filter], so that no action can have it");
        check(Context::Table, "add", "Ctrl-i", "many terminals send Ctrl-i as Tab");
        check(Context::Anywhere, "interrupt", "Ctrl-x", "Ctrl-c belongs to interrupt, everywhere");
        check(Context::Table, "add", "Ctrl-c", "Ctrl-c belongs to interrupt, everywhere");
    }

    #[test]
    fn no_change_is_the_standard_table() {
        assert_eq!(Keymap::with(&[]).as_ref(), Ok(Keymap::standard()));
    }
}
