//! Editors: text being typed, with a cursor. One set of rules for text that may be seen and for secrets.
//!
//! Where the text is a secret it never leaves its buffer in the arena; only lengths and positions do. Positions are
//! bytes on character boundaries. Knows nothing of keys, forms or drawing.

use std::ops::Range;

use super::action::{Extent, Motion};
use crate::secret::SecretBuffer;

/// What an editor keeps its text in.
pub trait Store: Default {
    /// The text.
    fn text(&self) -> &str;
    /// Inserts text before the byte at `at`.
    fn insert(&mut self, at: usize, text: &str);
    /// Removes a range of bytes.
    fn remove(&mut self, range: Range<usize>);
}

/// A field whose text may be seen.
pub type Field = Editor<String>;

/// A field whose text is a secret.
pub type SecretField = Editor<SecretBuffer>;

/// Text with a cursor.
#[derive(Default)]
pub struct Editor<S> {
    store: S,
    cursor: usize,
}

impl Store for String {
    fn text(&self) -> &str {
        self
    }

    fn insert(&mut self, at: usize, text: &str) {
        self.insert_str(at, text);
    }

    fn remove(&mut self, range: Range<usize>) {
        self.replace_range(range, "");
    }
}

impl Store for SecretBuffer {
    fn text(&self) -> &str {
        std::str::from_utf8(self.expose()).expect("only text is ever put into a field")
    }

    fn insert(&mut self, at: usize, text: &str) {
        Self::insert(self, at, text.as_bytes());
    }

    fn remove(&mut self, range: Range<usize>) {
        Self::remove(self, range);
    }
}

impl<S: Store> Editor<S> {
    /// An editor with `text` in it and the cursor at its end.
    #[must_use]
    pub fn with_text(text: &str) -> Self {
        let mut editor = Self::default();
        editor.insert(text);
        editor
    }

    /// The text. In a [`SecretField`] this is plaintext in the arena.
    #[must_use]
    pub fn text(&self) -> &str {
        self.store.text()
    }

    /// Where the cursor stands, in bytes.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Where the cursor stands in its line, in characters.
    #[must_use]
    pub fn cursor_column(&self) -> usize {
        self.text()[self.line_start()..self.cursor].chars().count()
    }

    /// The line the cursor stands in, from 0.
    #[must_use]
    pub fn cursor_line(&self) -> usize {
        self.text()[..self.cursor].matches('\n').count()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Whether the cursor stands behind the last character.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.cursor == self.text().len()
    }

    /// Types text at the cursor.
    pub fn insert(&mut self, text: &str) {
        self.store.insert(self.cursor, text);
        self.cursor += text.len();
    }

    /// Replaces the whole text; the cursor goes to its end.
    pub fn set(&mut self, text: &str) {
        self.clear();
        self.insert(text);
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.store.remove(0..self.store.text().len());
        self.cursor = 0;
    }

    /// Erases text around the cursor. Says whether there was something to erase.
    pub fn erase(&mut self, extent: Extent) -> bool {
        let range = match extent {
            Extent::CharacterBefore => self.before(self.cursor)..self.cursor,
            Extent::CharacterAfter => self.cursor..self.after(self.cursor),
            Extent::WordBefore => self.word_start()..self.cursor,
            Extent::ToLineStart => self.line_start()..self.cursor,
            Extent::ToLineEnd => self.cursor..self.line_end(),
        };
        self.cursor = range.start;
        let erased = !range.is_empty();
        self.store.remove(range);
        erased
    }

    /// Moves the cursor; `page` is how many lines a page has.
    pub fn move_cursor(&mut self, motion: Motion, page: usize) {
        self.cursor = match motion {
            Motion::Left => self.before(self.cursor),
            Motion::Right => self.after(self.cursor),
            Motion::WordLeft => self.word_start(),
            Motion::WordRight => self.word_end(),
            Motion::LineStart => self.line_start(),
            Motion::LineEnd => self.line_end(),
            Motion::First => 0,
            Motion::Last => self.text().len(),
            Motion::Up => self.other_line(self.cursor_line().saturating_sub(1)),
            Motion::Down => self.other_line(self.cursor_line() + 1),
            Motion::PageUp => self.other_line(self.cursor_line().saturating_sub(page)),
            Motion::PageDown => self.other_line(self.cursor_line() + page),
        };
    }

    /// Takes the text out.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }

    fn before(&self, at: usize) -> usize {
        self.text()[..at].char_indices().next_back().map_or(0, |(start, _)| start)
    }

    fn after(&self, at: usize) -> usize {
        self.text()[at..].chars().next().map_or(at, |character| at + character.len_utf8())
    }

    fn line_start(&self) -> usize {
        self.text()[..self.cursor].rfind('\n').map_or(0, |newline| newline + 1)
    }

    fn line_end(&self) -> usize {
        self.text()[self.cursor..].find('\n').map_or(self.text().len(), |newline| self.cursor + newline)
    }

    fn word_start(&self) -> usize {
        let before = self.text()[..self.cursor].trim_end_matches(|character| !is_word(character));
        before.trim_end_matches(is_word).len()
    }

    fn word_end(&self) -> usize {
        let after = self.text()[self.cursor..].trim_start_matches(|character| !is_word(character));
        self.text().len() - after.trim_start_matches(is_word).len()
    }

    /// The same column in another line, the last line at most.
    fn other_line(&self, line: usize) -> usize {
        let text = self.text();
        let last = text.matches('\n').count();
        let mut start = 0;
        for _ in 0..line.min(last) {
            start += text[start..].find('\n').expect("lines were counted") + 1;
        }
        let length = text[start..].find('\n').unwrap_or(text.len() - start);
        let column = self.cursor_column();
        text[start..start + length].char_indices().nth(column).map_or(start + length, |(at, _)| start + at)
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` is the cursor.
    fn check(before: &str, change: impl Fn(&mut Field), expected: &str) {
        let mut editor = Field::with_text(&before.replace('|', ""));
        editor.cursor = before.find('|').unwrap();
        change(&mut editor);
        let mut shown = editor.text().to_owned();
        shown.insert(editor.cursor(), '|');
        assert_eq!(shown, expected);
    }

    #[test]
    fn text_is_typed_and_erased_at_the_cursor() {
        check("a|c", |field| field.insert("bß"), "abß|c");
        check("aß|c", |field| assert!(field.erase(Extent::CharacterBefore)), "a|c");
        check("a|ßc", |field| assert!(field.erase(Extent::CharacterAfter)), "a|c");
        check("api/deep_seek|x", |field| assert!(field.erase(Extent::WordBefore)), "api/deep_|x");
        check("one  |", |field| assert!(field.erase(Extent::WordBefore)), "|");
        check("one\ntwo|\n", |field| assert!(field.erase(Extent::ToLineStart)), "one\n|\n");
        check("o|ne\ntwo", |field| assert!(field.erase(Extent::ToLineEnd)), "o|\ntwo");
        assert!(!Field::default().erase(Extent::CharacterBefore));
    }

    #[test]
    fn the_cursor_moves_by_characters_words_and_lines() {
        let go = |motion| move |field: &mut Field| field.move_cursor(motion, 2);
        check("äb|", go(Motion::Left), "ä|b");
        check("|äb", go(Motion::Left), "|äb");
        check("ä|b", go(Motion::Right), "äb|");
        check("one two|", go(Motion::WordLeft), "one |two");
        check("|one two", go(Motion::WordRight), "one| two");
        check("one\ntw|o\nx", go(Motion::LineStart), "one\n|two\nx");
        check("one\ntw|o\nx", go(Motion::LineEnd), "one\ntwo|\nx");
        check("one\ntw|o\nx", go(Motion::Down), "one\ntwo\nx|");
        check("one\ntw|o\nx", go(Motion::Up), "on|e\ntwo\nx");
        check("a\nb\nc\nd|", go(Motion::PageUp), "a\nb|\nc\nd");
        check("a|\nb\n", go(Motion::PageDown), "a\nb\n|");
        check("a\nb|", go(Motion::First), "|a\nb");
    }

    #[test]
    fn a_secret_is_edited_by_the_same_rules() {
        let mut field = SecretField::with_text("pässword");
        field.move_cursor(Motion::First, 1);
        field.move_cursor(Motion::Right, 1);
        assert!(field.erase(Extent::CharacterAfter));
        assert!(field.text() == "pssword" && field.cursor_column() == 1);
    }
}
