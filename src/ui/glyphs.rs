//! Glyphs: the signs of the screen, and what stands for them where a terminal lacks them.
//!
//! Widgets write the rich signs. The plain set is a translation that every text passes on its way to the cells, so no
//! widget knows which set is in use.

use std::borrow::Cow;

use crate::text::sanitize;

/// Which signs the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Glyphs {
    /// Box drawing, dots, arrows: in every common terminal font.
    #[default]
    Rich,
    /// ASCII only, for serial lines and consoles with small fonts.
    Plain,
}

/// Rich sign and plain stand-in.
const STAND_INS: &[(char, &str)] = &[
    ('●', "*"),
    ('○', "o"),
    ('✗', "x"),
    ('–', "-"),
    ('▸', ">"),
    ('▾', "v"),
    ('•', "*"),
    ('…', "~"),
    ('─', "-"),
    ('│', "|"),
    ('┌', "+"),
    ('┐', "+"),
    ('└', "+"),
    ('┘', "+"),
    ('·', "-"),
    ('→', "->"),
    ('←', "<-"),
    ('↑', "Up"),
    ('↓', "Down"),
    ('⏎', "Enter"),
    ('␣', "Space"),
    ('⌫', "Backspace"),
    ('␊', "\\n"),
    ('█', "#"),
    ('×', "x"),
];

impl Glyphs {
    /// Makes text ready for cells: nothing in it acts on the terminal, and every sign can be shown.
    #[must_use]
    pub fn show(self, text: &str) -> Cow<'_, str> {
        let safe = sanitize(text);
        if self == Self::Rich || safe.is_ascii() {
            return safe;
        }
        let stand_in = |character| STAND_INS.iter().find(|(rich, _)| *rich == character);
        let mut plain = String::with_capacity(safe.len());
        for character in safe.chars() {
            match stand_in(character) {
                Some((_, ascii)) => plain.push_str(ascii),
                None => plain.push(character),
            }
        }
        Cow::Owned(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(glyphs: Glyphs, text: &str, expected: &str) {
        assert_eq!(glyphs.show(text), expected);
        assert_eq!(glyphs.show(expected), expected, "showing twice changes nothing");
    }

    #[test]
    fn the_plain_set_is_ascii() {
        assert!(STAND_INS.iter().all(|(rich, plain)| !rich.is_ascii() && plain.is_ascii()));
        check(Glyphs::Plain, "● api ▾ … ⏎", "* api v ~ Enter");
        check(Glyphs::Plain, "schlüssel", "schlüssel");
    }

    #[test]
    fn nothing_that_acts_on_a_terminal_passes() {
        for glyphs in [Glyphs::Rich, Glyphs::Plain] {
            check(glyphs, "a\u{202e}b\u{1b}[2J", "a\\u{202e}b\\u{1b}[2J");
        }
        check(Glyphs::Plain, "two\nlines", "two\\nlines");
        check(Glyphs::Rich, "two\nlines", "two␊lines");
    }
}
