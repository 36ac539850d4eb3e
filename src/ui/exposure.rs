//! Exposures: the places of a frame where plaintext stands, without the plaintext.
//!
//! ```text
//!   Buffer      Token  ▐            ▌   cells are blank and marked to be skipped
//!   Exposures   { area, place, first_line, first_column, style }
//!   terminal    asks the session for the bytes of `place`, lets `Exposure::row` shorten and escape each row in the
//!               arena, and writes it; nothing of it ever enters a cell, whose copies nobody wipes
//! ```

use std::io::Write as _;

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::secret::SecretBuffer;
use crate::session::{Exposed, Target};
use crate::text::{is_unsafe_to_show, width};

/// What a frame shows beside its cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exposures {
    /// Where the cursor stands; `None`: it is hidden.
    pub cursor: Option<Position>,
    /// The places where plaintext stands.
    pub places: Vec<Exposure>,
    /// What the mouse can be used on; of two at one place the later one is in front.
    pub targets: Vec<(Rect, Target)>,
}

impl Exposures {
    /// What stands at a place of the screen.
    #[must_use]
    pub fn target_at(&self, position: Position) -> Target {
        let hit = self.targets.iter().rev().find(|(area, _)| area.contains(position));
        hit.map_or(Target::Body, |(_, target)| *target)
    }
}

/// A rectangle in which one secret is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The cells that belong to it.
    pub area: Rect,
    /// Which secret.
    pub place: Exposed,
    /// The line of the secret in the first row, from 0.
    pub first_line: usize,
    /// How many cells of each line stand left of the area.
    pub first_column: usize,
    /// How it is written.
    pub style: Style,
}

impl Exposure {
    /// Appends what stands in `row` of the area, from 0, escaped, and filled with blanks to the area's full width.
    pub fn row(&self, plaintext: &[u8], row: u16, into: &mut SecretBuffer) {
        let line = plaintext.split(|byte| *byte == b'\n').nth(self.first_line + usize::from(row)).unwrap_or_default();
        let end = self.first_column + usize::from(self.area.width);
        let mut column = 0;
        let mut filled = self.first_column;
        each_shown(line, |piece, cells| {
            // A wide character that stands half outside leaves blanks instead.
            if column >= self.first_column && column + cells <= end {
                blanks(column - filled, into);
                into.push_bytes(piece);
                filled = column + cells;
            }
            column += cells;
        });
        blanks(end - filled, into);
    }
}

fn blanks(cells: usize, into: &mut SecretBuffer) {
    (0..cells).for_each(|_| into.push_bytes(b" "));
}

/// Lends the bytes of a plaintext, to be measured. Drawing never copies them.
pub(super) type Lend<'a> = dyn Fn(Exposed) -> Option<&'a [u8]> + 'a;

/// How many cells stand left of the cursor before the character numbered `character`, from 0, of a line.
pub(super) fn column_of(line: &[u8], character: usize) -> usize {
    let text = str::from_utf8(line).unwrap_or_default();
    let before = text.char_indices().nth(character).map_or(line, |(at, _)| &line[..at]);
    let mut column = 0;
    each_shown(before, |_, cells| column += cells);
    column
}

/// How many cells a line is moved to the left so that the cursor, `column` cells from its start, stands in its place.
pub(super) fn scrolled(column: usize, place: Rect) -> usize {
    (column + 1).saturating_sub(usize::from(place.width.max(1)))
}

/// Where each row starts when `plaintext` is broken into rows of at most `cells`: its line, and the cells left of it.
/// Stops after `limit` rows, because a value may be large.
pub(super) fn break_rows(plaintext: &[u8], cells: usize, limit: usize) -> Vec<(usize, usize)> {
    let mut rows = Vec::new();
    for (line, bytes) in plaintext.split(|byte| *byte == b'\n').enumerate() {
        let mut start = 0;
        let mut column = 0;
        rows.push((line, 0));
        each_shown(bytes, |_, piece| {
            if column + piece > start + cells && column > start {
                start = column;
                rows.push((line, start));
            }
            column += piece;
        });
        if rows.len() >= limit {
            break;
        }
    }
    rows.truncate(limit);
    rows
}

/// Calls `show` with each piece of `line` as it is written, and the cells it takes. Nothing is copied to the heap.
fn each_shown(line: &[u8], mut show: impl FnMut(&[u8], usize)) {
    for chunk in line.utf8_chunks() {
        for grapheme in chunk.valid().graphemes(true) {
            let cells = width(grapheme);
            if cells > 0 && !grapheme.chars().any(is_unsafe_to_show) {
                show(grapheme.as_bytes(), cells);
            } else {
                grapheme.chars().for_each(|character| show_alone(character, &mut show));
            }
        }
        for byte in chunk.invalid() {
            escape(format_args!("\\x{byte:02x}"), &mut show);
        }
    }
}

/// Shows a character by itself: as it is, or by its number when it would act on the terminal or hide.
fn show_alone(character: char, show: &mut impl FnMut(&[u8], usize)) {
    let mut bytes = [0; 4];
    let encoded = character.encode_utf8(&mut bytes);
    let cells = if is_unsafe_to_show(character) { 0 } else { width(encoded) };
    if cells > 0 {
        show(encoded.as_bytes(), cells);
    } else {
        escape(format_args!("\\u{{{:x}}}", character as u32), show);
    }
}

/// Shows an escape, written on the stack.
fn escape(text: std::fmt::Arguments<'_>, show: &mut impl FnMut(&[u8], usize)) {
    let mut bytes = [0; 12];
    let mut free = &mut bytes[..];
    free.write_fmt(text).expect("the longest escape, of U+10FFFF, takes ten bytes");
    let written = 12 - free.len();
    bytes[..written].iter().for_each(|byte| show(&[*byte], 1));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows `plaintext` in an area eight cells wide.
    fn check(plaintext: &[u8], (first_line, first_column): (usize, usize), rows: &[&str]) {
        let area = Rect::new(0, 0, 8, u16::try_from(rows.len()).unwrap());
        let place = Exposed::Revealed;
        let exposure = Exposure { area, place, first_line, first_column, style: Style::new() };
        for (row, expected) in (0..).zip(rows) {
            let mut shown = SecretBuffer::new();
            exposure.row(plaintext, row, &mut shown);
            assert_eq!(str::from_utf8(shown.expose()), Ok(*expected));
            assert_eq!(width(expected), 8);
        }
    }

    #[test]
    fn a_row_fills_its_area() {
        check(b"short", (0, 0), &["short   "]);
        check(b"", (0, 0), &["        "]);
        check(b"longer than that", (0, 0), &["longer t"]);
        check(b"longer than that", (0, 7), &["than tha"]);
        check(b"one\ntwo\n\nfour", (1, 0), &["two     ", "        ", "four    ", "        "]);
    }

    #[test]
    fn nothing_in_a_value_acts_on_the_terminal() {
        check(b"\x1b[2J", (0, 0), &["\\u{1b}[2"]);
        check("a\u{202e}".as_bytes(), (0, 0), &["a\\u{202e"]);
        check(b"\xffz\r", (0, 0), &["\\xffz\\u{"]);
        check("\u{301}a".as_bytes(), (0, 0), &["\\u{301}a"]);
    }

    #[test]
    fn wide_characters_never_stand_half_outside() {
        check("密钥密钥密".as_bytes(), (0, 0), &["密钥密钥"]);
        check("密钥密钥密".as_bytes(), (0, 1), &[" 钥密钥 "]);
        check("a密钥密钥密".as_bytes(), (0, 0), &["a密钥密 "]);
    }

    #[test]
    fn the_cursor_stands_where_its_character_is_written() {
        let line = "密\tx".as_bytes();
        let columns: Vec<usize> = (0..5).map(|character| column_of(line, character)).collect();
        assert_eq!(columns, [0, 2, 7, 8, 8]);
    }

    #[test]
    fn long_lines_are_broken_without_losing_a_character() {
        assert_eq!(break_rows(b"", 4, 9), [(0, 0)]);
        assert_eq!(break_rows(b"abcdefgh\n\nij", 4, 9), [(0, 0), (0, 4), (1, 0), (2, 0)]);
        assert_eq!(break_rows("a密钥密".as_bytes(), 4, 9), [(0, 0), (0, 3)]);
        assert_eq!(break_rows("密钥".as_bytes(), 1, 9), [(0, 0), (0, 2)]);
        assert_eq!(break_rows(b"abcdefgh", 2, 3), [(0, 0), (0, 2), (0, 4)]);
    }
}
