//! Chords: one key with its modifiers, in our own words, so that no terminal library is named outside the edge.
//!
//! Old terminals cannot tell Ctrl-i from Tab, Ctrl-m and Ctrl-j from Enter, Ctrl-h from Backspace, Ctrl-[ from Esc; a
//! chord always carries the name of the key. Shift is part of a character (`G`), and a modifier of other keys.

use std::fmt;

/// One key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// Whether Ctrl is held; characters are lower case then.
    pub control: bool,
    /// Whether Alt is held.
    pub alt: bool,
    /// Whether Shift is held; never with a character.
    pub shift: bool,
}

/// A key without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A key that types a character.
    Character(char),
    /// Enter or Return.
    Enter,
    /// Escape.
    Escape,
    /// Tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key, from 1.
    Function(u8),
}

/// The text names no chord.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} names no key")]
pub struct UnknownKey(pub String);

/// Keys that have names, as they are shown and as they may also be written.
const NAMED: &[(Key, &str, &str)] = &[
    (Key::Enter, "⏎", "enter"),
    (Key::Escape, "Esc", "escape"),
    (Key::Tab, "Tab", "tab"),
    (Key::Backspace, "⌫", "backspace"),
    (Key::Delete, "Del", "delete"),
    (Key::Insert, "Ins", "insert"),
    (Key::Up, "↑", "up"),
    (Key::Down, "↓", "down"),
    (Key::Left, "←", "left"),
    (Key::Right, "→", "right"),
    (Key::Home, "Home", "home"),
    (Key::End, "End", "end"),
    (Key::PageUp, "PgUp", "pageup"),
    (Key::PageDown, "PgDn", "pagedown"),
    (Key::Character(' '), "␣", "space"),
];

impl Chord {
    /// A key by itself.
    #[must_use]
    pub const fn key(key: Key) -> Self {
        Self { key, control: false, alt: false, shift: false }
    }

    /// A character by itself.
    #[must_use]
    pub const fn character(character: char) -> Self {
        Self::key(Key::Character(character))
    }

    /// Ctrl and a character.
    #[must_use]
    pub const fn control(character: char) -> Self {
        Self { key: Key::Character(character.to_ascii_lowercase()), control: true, alt: false, shift: false }
    }

    /// The character that this chord types; `None` for commands.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.key {
            Key::Character(character) if !self.control && !self.alt => Some(character),
            _ => None,
        }
    }

    /// Reads a chord as settings and tests write it: `j`, `Ctrl-s`, `⏎` or `enter`, `Alt-←`, `F5`.
    ///
    /// # Errors
    /// When the text names no key.
    pub fn parse(text: &str) -> Result<Self, UnknownKey> {
        let mut chord = Self::key(Key::Escape);
        let mut rest = text;
        loop {
            let (modifier, after) = match rest.split_once('-') {
                Some((before, after)) if !after.is_empty() => (before.to_ascii_lowercase(), after),
                _ => break,
            };
            match modifier.as_str() {
                "ctrl" => chord.control = true,
                "alt" => chord.alt = true,
                "shift" => chord.shift = true,
                _ => return Err(UnknownKey(text.to_owned())),
            }
            rest = after;
        }
        chord.key = Key::parse(rest).ok_or_else(|| UnknownKey(text.to_owned()))?;
        if let Key::Character(character) = chord.key {
            if chord.control {
                chord.key = Key::Character(character.to_ascii_lowercase());
            }
            chord.shift = false;
        }
        Ok(chord)
    }
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        let mut characters = text.chars();
        if let (Some(character), None) = (characters.next(), characters.next())
            && !NAMED.iter().any(|(_, shown, _)| *shown == text)
        {
            return Some(Self::Character(character));
        }
        let lower = text.to_ascii_lowercase();
        let named = NAMED
            .iter()
            .find(|(_, shown, written)| *shown == text || *written == lower || shown.to_ascii_lowercase() == lower);
        named.map(|(key, ..)| *key).or_else(|| lower.strip_prefix('f')?.parse().ok().map(Self::Function))
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.control, "Ctrl-"), (self.alt, "Alt-"), (self.shift, "Shift-")] {
            if held {
                out.write_str(name)?;
            }
        }
        match self.key {
            Key::Function(number) => write!(out, "F{number}"),
            key => match NAMED.iter().find(|(named, ..)| *named == key) {
                Some((_, shown, _)) => out.write_str(shown),
                None => match key {
                    Key::Character(character) => write!(out, "{character}"),
                    _ => unreachable!("every other key has a name"),
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Chord) {
        assert_eq!(Chord::parse(text), Ok(expected));
        assert_eq!(Chord::parse(&expected.to_string()), Ok(expected));
    }

    #[test]
    fn chords_are_written_as_they_are_shown() {
        check("j", Chord::character('j'));
        check("G", Chord::character('G'));
        check("-", Chord::character('-'));
        check("Ctrl-S", Chord::control('s'));
        check("ctrl--", Chord::control('-'));
        check("enter", Chord::key(Key::Enter));
        check("⏎", Chord::key(Key::Enter));
        check("space", Chord::character(' '));
        check("Shift-Tab", Chord { shift: true, ..Chord::key(Key::Tab) });
        check("Alt-←", Chord { alt: true, ..Chord::key(Key::Left) });
        check("F5", Chord::key(Key::Function(5)));
    }

    #[test]
    fn what_names_no_key_is_refused() {
        for text in ["", "Hyper-x", "enterr", "Ctrl-foo"] {
            assert_eq!(Chord::parse(text), Err(UnknownKey(text.to_owned())));
        }
    }

    #[test]
    fn only_plain_characters_type() {
        assert_eq!(Chord::character(' ').typed(), Some(' '));
        assert_eq!(Chord::control('a').typed(), None);
        assert_eq!(Chord::key(Key::Enter).typed(), None);
    }
}
