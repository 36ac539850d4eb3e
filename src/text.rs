//! Texts and changes to them: what an edit of YAML or Nix becomes.
//!
//! A [`Patch`] is a value. It can be applied, inverted and merged, and it says by construction that every byte
//! outside its ranges stays as it was. Offsets are bytes of the text *before* the patch, ranges are half-open.
//! This module knows no format; whoever builds a patch knows where its ranges may lie.

mod measure;
mod nearest;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

pub use measure::{cut_end, cut_middle, cut_start, graphemes, head, tail, width, wrap};
pub use nearest::nearest;

/// One replacement: the bytes of `range` become `replacement`. An empty range inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// Byte range of the text before the change.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A set of replacements that do not overlap, in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patch {
    splices: Vec<Splice>,
}

/// Two changes claim the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("two changes overlap at byte {offset}")]
pub struct Overlap {
    /// Where the second change begins, in bytes.
    pub offset: usize,
}

impl Patch {
    /// The patch that changes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A patch of one replacement.
    #[must_use]
    pub fn replace(range: Range<usize>, replacement: impl Into<String>) -> Self {
        Self { splices: vec![Splice { range, replacement: replacement.into() }] }
    }

    /// A patch of one insertion before the byte at `offset`.
    #[must_use]
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(offset..offset, text)
    }

    /// A patch of one deletion.
    #[must_use]
    pub fn delete(range: Range<usize>) -> Self {
        Self::replace(range, String::new())
    }

    /// Adds a replacement. Insertions at one offset keep the order in which they were added.
    ///
    /// # Errors
    /// When `range` overlaps a range already in the patch.
    pub fn push(&mut self, range: Range<usize>, replacement: impl Into<String>) -> Result<(), Overlap> {
        let at = self.splices.partition_point(|other| {
            other.range.start < range.start
                || (other.range.start == range.start && (other.range.is_empty() || other.range.end <= range.start))
        });
        let overlaps_before = at > 0 && self.splices[at - 1].range.end > range.start;
        let overlaps_after = self.splices.get(at).is_some_and(|next| next.range.start < range.end);
        if overlaps_before || overlaps_after {
            return Err(Overlap { offset: range.start });
        }
        self.splices.insert(at, Splice { range, replacement: replacement.into() });
        Ok(())
    }

    /// Adds every replacement of `other`, which must refer to the same text.
    ///
    /// # Errors
    /// When the two patches overlap.
    pub fn merge(&mut self, other: Self) -> Result<(), Overlap> {
        other.splices.into_iter().try_for_each(|splice| self.push(splice.range, splice.replacement))
    }

    /// Whether the patch changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.splices.is_empty()
    }

    /// The replacements in ascending order.
    #[must_use]
    pub fn splices(&self) -> &[Splice] {
        &self.splices
    }

    /// Returns the text after the change.
    ///
    /// # Panics
    /// When a range does not lie in `text` on character boundaries: the patch belongs to another text.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let added: usize = self.splices.iter().map(|splice| splice.replacement.len()).sum();
        let mut result = String::with_capacity(text.len() + added);
        let mut done = 0;
        for splice in &self.splices {
            result.push_str(&text[done..splice.range.start]);
            result.push_str(&splice.replacement);
            done = splice.range.end;
        }
        result.push_str(&text[done..]);
        result
    }

    /// Returns the patch that leads back: applied to the result, it gives `before` again.
    #[must_use]
    pub fn invert(&self, before: &str) -> Self {
        let mut removed = 0;
        let mut added = 0;
        let splices = self
            .splices
            .iter()
            .map(|splice| {
                let start = splice.range.start + added - removed;
                added += splice.replacement.len();
                removed += splice.range.len();
                Splice {
                    range: start..start + splice.replacement.len(),
                    replacement: before[splice.range.clone()].to_owned(),
                }
            })
            .collect();
        Self { splices }
    }

    /// Returns the patch that does what `self` and then `next` do; `next` refers to the text after `self`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let mut pieces = self.pieces().into_iter();
        let mut open = pieces.next();
        let mut done = 0;
        let mut after: Vec<Piece> = Vec::new();
        // Takes what stands before `end` of the text in between from the pieces, and hands it to `keep`.
        let mut advance = |end: usize, keep: &mut dyn FnMut(Piece)| {
            while done < end {
                let Some(piece) = open.take() else { break };
                let (taken, rest) = piece.split(end - done);
                done += taken.len();
                open = rest.or_else(|| pieces.next());
                keep(taken);
            }
        };
        for splice in &next.splices {
            advance(splice.range.start, &mut |piece| after.push(piece));
            after.push(Piece::New(splice.replacement.clone()));
            advance(splice.range.end, &mut |_| {});
        }
        advance(usize::MAX, &mut |piece| after.push(piece));
        Self::from_pieces(after)
    }

    /// What the text after the patch is made of. The last piece keeps all that follows.
    fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::with_capacity(2 * self.splices.len() + 1);
        let mut done = 0;
        for splice in &self.splices {
            pieces.push(Piece::Old(done..splice.range.start));
            pieces.push(Piece::New(splice.replacement.clone()));
            done = splice.range.end;
        }
        pieces.push(Piece::Old(done..usize::MAX));
        pieces
    }

    fn from_pieces(pieces: Vec<Piece>) -> Self {
        let mut splices = Vec::new();
        let mut open = Splice { range: 0..0, replacement: String::new() };
        for piece in pieces.into_iter().filter(|piece| piece.len() > 0) {
            match piece {
                Piece::New(text) => open.replacement.push_str(&text),
                Piece::Old(range) if range.start == open.range.end && open.replacement.is_empty() => {
                    open.range = range.end..range.end;
                }
                Piece::Old(range) => {
                    open.range.end = range.start;
                    let next = Splice { range: range.end..range.end, replacement: String::new() };
                    splices.push(std::mem::replace(&mut open, next));
                }
            }
        }
        Self { splices }
    }

    /// Where the byte at `offset` of the old text stands in the new one.
    ///
    /// A byte inside a replaced range maps to the end of its replacement.
    #[must_use]
    pub fn map_offset(&self, offset: usize) -> usize {
        let mut mapped = offset;
        for splice in self.splices.iter().take_while(|splice| splice.range.start <= offset) {
            let end = splice.range.end.min(offset.max(splice.range.start));
            mapped = mapped + splice.replacement.len() - (end - splice.range.start);
        }
        mapped
    }
}

/// A part of a text after a patch.
enum Piece {
    /// Bytes of the text before the patch; the last one reaches beyond its end.
    Old(Range<usize>),
    /// Text that the patch brought in.
    New(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Old(range) => range.len(),
            Self::New(text) => text.len(),
        }
    }

    /// The first `at` bytes, and the rest if there is one.
    fn split(self, at: usize) -> (Self, Option<Self>) {
        if at >= self.len() {
            return (self, None);
        }
        match self {
            Self::Old(range) => {
                let middle = range.start + at;
                (Self::Old(range.start..middle), Some(Self::Old(middle..range.end)))
            }
            Self::New(mut text) => {
                let rest = text.split_off(at);
                (Self::New(text), Some(Self::New(rest)))
            }
        }
    }
}

/// How the lines of a text end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnding {
    /// `\n`
    #[default]
    Lf,
    /// `\r\n`
    CrLf,
}

impl LineEnding {
    /// The ending of the first line, `\n` for a text without any.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text.find('\n') {
            Some(at) if at > 0 && text.as_bytes()[at - 1] == b'\r' => Self::CrLf,
            _ => Self::Lf,
        }
    }

    /// The characters themselves.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}

/// A place in a text as people count: lines and columns from one, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// The starts of all lines, to turn offsets into positions quickly.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads `text` once.
    ///
    /// # Panics
    /// For a text of 4 GiB or more; every parser refuses far smaller ones first.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .map(|start| u32::try_from(start).expect("texts are refused by size before they are indexed"))
            .collect();
        Self { starts }
    }

    /// The line of the byte at `offset`, from 1.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= offset)
    }

    /// The position of the byte at `offset` of the indexed text.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let line = self.line(offset);
        let start = self.starts[line - 1] as usize;
        let column = text.get(start..offset).map_or(1, |before| before.chars().count() + 1);
        Position { line, column }
    }

    /// The byte range of a line, its ending left out. Lines count from 1.
    #[must_use]
    pub fn range(&self, text: &str, line: usize) -> Range<usize> {
        let start = self.starts.get(line - 1).map_or(text.len(), |start| *start as usize);
        let end = self.starts.get(line).map_or(text.len(), |next| *next as usize - 1);
        let end = if end > start && text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end };
        start..end
    }

    /// How many lines there are; a final line ending opens one more, empty line.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.starts.len()
    }
}

/// Makes text of unknown origin safe to show: control and bidirectional-control characters become visible escapes.
///
/// Keys, file names and comments of a hostile repository must not move the cursor or reorder a line. Tabs become a
/// blank. Covers C0, C1, DEL, the `Bidi_Control` property (Unicode 16), the line and paragraph separators, and
/// the invisible zero-width characters that make two keys look the same.
#[must_use]
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe_to_show) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\t' => safe.push(' '),
            '\n' => safe.push('␊'),
            _ if is_unsafe_to_show(character) => {
                write!(safe, "\\u{{{:x}}}", character as u32).expect("writing to a string cannot fail");
            }
            _ => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

/// Whether a character would act on the terminal or hide itself instead of showing.
#[must_use]
pub fn is_unsafe_to_show(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(splices: &[(Range<usize>, &str)]) -> Patch {
        let mut patch = Patch::new();
        for (range, replacement) in splices {
            patch.push(range.clone(), *replacement).unwrap();
        }
        patch
    }

    #[test]
    fn a_patch_leaves_every_other_byte() {
        let patch = patch(&[(8..9, "Z"), (0..1, ""), (4..4, "++")]);
        assert_eq!(patch.apply("abcdefghij"), "bcd++efghZj");
    }

    #[test]
    fn an_inverted_patch_leads_back() {
        let before = "one two three";
        let patch = patch(&[(0..3, "1"), (4..4, "and "), (8..13, "")]);
        let after = patch.apply(before);
        assert_eq!(after, "1 and two ");
        assert_eq!(patch.invert(before).apply(&after), before);
    }

    #[test]
    fn overlapping_changes_are_refused() {
        let mut patch = patch(&[(2..5, "x")]);
        assert_eq!(patch.push(4..6, "y"), Err(Overlap { offset: 4 }));
        assert_eq!(patch.push(0..3, "y"), Err(Overlap { offset: 0 }));
        assert_eq!(patch.push(3..3, "y"), Err(Overlap { offset: 3 }));
        assert_eq!(patch.push(5..6, "y"), Ok(()));
        assert_eq!(patch.push(2..2, "z"), Ok(()));
    }

    #[test]
    fn insertions_at_one_place_keep_their_order() {
        assert_eq!(patch(&[(1..1, "x"), (1..1, "y"), (1..2, "")]).apply("abc"), "axyc");
    }

    #[test]
    fn two_patches_become_one() {
        let check = |first: &[(Range<usize>, &str)], second: &[(Range<usize>, &str)]| {
            let before = "abcdefghij";
            let (first, second) = (patch(first), patch(second));
            let both = first.then(&second);
            assert_eq!(both.apply(before), second.apply(&first.apply(before)), "{first:?} {second:?}");
            both.splices.len()
        };
        assert_eq!(check(&[], &[]), 0);
        assert_eq!(check(&[(2..4, "XYZ")], &[(8..9, "")]), 2);
        assert_eq!(check(&[(8..9, "")], &[(2..4, "XYZ"), (0..0, "-")]), 3);
        assert_eq!(check(&[(2..4, "XYZ")], &[(3..4, "!")]), 1);
        assert_eq!(check(&[(2..2, "XYZ")], &[(1..6, "")]), 1);
        assert_eq!(check(&[(2..4, "XYZ"), (6..8, "")], &[(0..9, "all")]), 1);
        assert_eq!(check(&[(10..10, "end")], &[(13..13, "!")]), 1);
        assert_eq!(check(&[(0..10, "")], &[(0..0, "new")]), 1);
    }

    #[test]
    fn offsets_follow_their_bytes() {
        let patch = patch(&[(2..4, "wxyz"), (6..6, "!")]);
        let moved: Vec<usize> = [0, 2, 4, 5, 6, 7].iter().map(|at| patch.map_offset(*at)).collect();
        assert_eq!(moved, [0, 6, 6, 7, 9, 10]);
    }

    #[test]
    fn positions_count_characters_from_one() {
        let text = "ä: b\r\nçç: d\n";
        let index = LineIndex::new(text);
        let at = text.find('d').unwrap();
        assert_eq!(index.position(text, at), Position { line: 2, column: 5 });
        assert_eq!(&text[index.range(text, 1)], "ä: b");
        assert_eq!(index.lines(), 3);
        assert_eq!(LineEnding::of(text), LineEnding::CrLf);
    }

    #[test]
    fn nothing_that_acts_on_a_terminal_is_shown() {
        assert_eq!(sanitize("plain äöü 🙂"), "plain äöü 🙂");
        assert_eq!(sanitize("a\u{1b}[2Jb\u{202e}c\td\u{9b}"), "a\\u{1b}[2Jb\\u{202e}c d\\u{9b}");
    }
}
