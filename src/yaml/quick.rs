//! Reads the YAML that files of secrets are made of (`key: value` lines, dashes, comment lines) five times as fast as
//! the general parser, and leaves every top-level entry that holds anything else to that parser.
//!
//! Nothing is read here that could be read in two ways: what a line does not plainly say is handed on. Tests compare
//! both ways on random documents, node by node. A top-level entry can be read alone, because a key at the margin ends
//! every block before it, and what could reach over it (quotes, brackets) does not parse when it is cut.

use std::ops::Range;

use granit_parser::{Event, Parser};

use super::build::{Builder, Checkpoint};
use super::events::Events;
use super::node::{Kind, ScalarStyle};
use super::parse::{Limits, ParseError, options};
use super::tree::{Body, Tree};

/// Why a text, or a part of it, is not read here.
enum Leave {
    /// It has to be read by the general parser.
    Unclear,
    /// It is too large.
    Refused(ParseError),
}

impl From<ParseError> for Leave {
    fn from(error: ParseError) -> Self {
        Self::Refused(error)
    }
}

/// A block container that is open.
#[derive(Clone, Copy)]
struct Block {
    column: usize,
    is_sequence: bool,
}

struct Quick<'t> {
    text: &'t str,
    limits: &'t Limits,
    builder: Builder<'t>,
    /// From the root mapping inwards.
    blocks: Vec<Block>,
    /// Behind the colon of a key that has no value yet.
    waiting: Option<usize>,
}

/// Reads a text that is one mapping at the margin; `None` when that is not plainly so.
pub(super) fn read(text: &str, limits: &Limits) -> Option<Result<Tree, ParseError>> {
    let builder = Builder::new(text, limits);
    let mut quick = Quick { text, limits, builder, blocks: Vec::new(), waiting: None };
    match quick.run() {
        Ok(()) => Some(Ok(quick.builder.finish())),
        Err(Leave::Unclear) => None,
        Err(Leave::Refused(error)) => Some(Err(error)),
    }
}

impl<'t> Quick<'t> {
    fn run(&mut self) -> Result<(), Leave> {
        let mut at = self.marker();
        let mut entry: Option<(usize, Checkpoint)> = None;
        while at < self.text.len() {
            let next = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline + 1);
            let bytes = self.text.as_bytes();
            let end = bytes[at..next].strip_suffix(b"\n").map_or(next, |line| at + line.len());
            let end = if end < next && bytes[at..end].ends_with(b"\r") { end - 1 } else { end };
            let begins_entry = begins_key(bytes[at]);
            if begins_entry {
                self.begin_entry(at)?;
                entry = Some((at, self.builder.checkpoint()));
            }
            at = match (self.line(at, end), entry) {
                (Err(Leave::Unclear), Some((start, checkpoint))) => {
                    self.builder.go_back(checkpoint);
                    self.blocks.truncate(1);
                    self.waiting = None;
                    self.leave_entry(start)?
                }
                (result, _) => {
                    result?;
                    next
                }
            };
        }
        if self.blocks.is_empty() {
            return Err(Leave::Unclear);
        }
        self.close_blocks(0)
    }

    /// Begins the document; returns where its first line begins.
    fn marker(&mut self) -> usize {
        for marker in ["---\n", "---\r\n"] {
            if self.text.starts_with(marker) {
                self.builder.start_document(0, Some(0..3));
                return marker.len();
            }
        }
        self.builder.start_document(0, None);
        0
    }

    /// Ends everything but the root mapping.
    fn begin_entry(&mut self, at: usize) -> Result<(), Leave> {
        if self.blocks.is_empty() {
            self.builder.open(Kind::Mapping { flow: false }, at)?;
            self.blocks.push(Block { column: 0, is_sequence: false });
        }
        self.close_blocks(1)
    }

    /// Closes blocks until `depth` are left.
    fn close_blocks(&mut self, depth: usize) -> Result<(), Leave> {
        while self.blocks.len() > depth {
            self.settle()?;
            self.blocks.pop();
            self.builder.close(0)?;
        }
        if depth > 0 { self.settle() } else { Ok(()) }
    }

    /// Gives a key that still waits the absent value.
    fn settle(&mut self) -> Result<(), Leave> {
        if let Some(place) = self.waiting.take() {
            let body = Body { first: place as u32, second: place as u32 };
            self.builder.add(Kind::Scalar(ScalarStyle::Plain), place..place, body)?;
        }
        Ok(())
    }

    /// Has the general parser read the top-level entry that begins at `start`; returns where the next one begins.
    fn leave_entry(&mut self, start: usize) -> Result<usize, Leave> {
        let bytes = self.text.as_bytes();
        let mut end = start;
        loop {
            end = self.text[end..].find('\n').map_or(bytes.len(), |newline| end + newline + 1);
            if end == bytes.len() || begins_key(bytes[end]) {
                break;
            }
        }
        let mut events = Events::new(&mut self.builder, start);
        let mut depth = 0;
        let mut roots = 0;
        for event in Parser::new_from_str_with_options(&self.text[start..end], options(self.limits)) {
            let Ok((event, span)) = event else { return Err(Leave::Unclear) };
            match &event {
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(false, None) => continue,
                Event::DocumentEnd if span.is_empty() => continue,
                Event::DocumentStart(..) | Event::DocumentEnd | Event::Anchor(..) | Event::Alias(_) => {
                    return Err(Leave::Unclear);
                }
                Event::MappingStart(..) if depth == 0 => {
                    (depth, roots) = (1, roots + 1);
                    continue;
                }
                Event::Scalar(..) | Event::SequenceStart(..) if depth == 0 => return Err(Leave::Unclear),
                Event::MappingStart(..) | Event::SequenceStart(..) => depth += 1,
                Event::MappingEnd | Event::SequenceEnd if depth == 1 => {
                    depth = 0;
                    continue;
                }
                Event::MappingEnd | Event::SequenceEnd => depth -= 1,
                _ => {}
            }
            events.event(event, &span)?;
        }
        if roots == 1 { Ok(end) } else { Err(Leave::Unclear) }
    }

    /// Reads one line without its ending.
    fn line(&mut self, start: usize, end: usize) -> Result<(), Leave> {
        let bytes = self.text.as_bytes();
        let mut at = start + blanks(&bytes[start..end]);
        if at == end {
            return Ok(());
        }
        if !is_plain_ascii(&bytes[at..end]) || self.text[start..end].starts_with("---") {
            return Err(Leave::Unclear);
        }
        if bytes[at] == b'#' {
            return Ok(self.builder.comment(at..end)?);
        }
        let mut in_element = false;
        while bytes[at] == b'-' && bytes.get(at + 1) == Some(&b' ') {
            self.enter_sequence(at - start, at, in_element)?;
            in_element = true;
            at += 1 + blanks(&bytes[at + 1..end]);
            if at == end || bytes[at] == b'#' {
                return Err(Leave::Unclear);
            }
        }
        match key(&bytes[at..end]) {
            Some(length) => {
                self.enter_mapping(at - start, at, in_element)?;
                self.quoted_or_plain(at..at + length)?;
                self.waiting = Some(at + length + 1);
                self.value(at + length + 1, end)
            }
            None if in_element => self.value(at - 1, end),
            None => Err(Leave::Unclear),
        }
    }

    /// Finds the mapping at `column` for a key that begins at `at`.
    fn enter_mapping(&mut self, column: usize, at: usize, in_element: bool) -> Result<(), Leave> {
        if !in_element {
            self.leave_deeper(column)?;
            let Some(block) = self.blocks.last().copied() else { return Err(Leave::Unclear) };
            if block.column == column && block.is_sequence {
                // Dashes at the column of their key: the mapping lies right below.
                let below = self.blocks.len().checked_sub(2).map(|index| self.blocks[index].column);
                if below != Some(column) {
                    return Err(Leave::Unclear);
                }
                return self.close_blocks(self.blocks.len() - 1);
            }
            if block.column == column {
                return self.settle();
            }
            if self.waiting.take().is_none() {
                return Err(Leave::Unclear);
            }
        }
        self.builder.open(Kind::Mapping { flow: false }, at)?;
        self.blocks.push(Block { column, is_sequence: false });
        Ok(())
    }

    /// Finds the sequence at `column` for a dash at `at`.
    fn enter_sequence(&mut self, column: usize, at: usize, in_element: bool) -> Result<(), Leave> {
        if !in_element {
            self.leave_deeper(column)?;
            let Some(block) = self.blocks.last().copied() else { return Err(Leave::Unclear) };
            if block.column == column && block.is_sequence {
                return Ok(());
            }
            if self.waiting.take().is_none() {
                return Err(Leave::Unclear);
            }
        }
        self.builder.open(Kind::Sequence { flow: false }, at)?;
        self.blocks.push(Block { column, is_sequence: true });
        Ok(())
    }

    /// Closes the blocks right of `column`.
    fn leave_deeper(&mut self, column: usize) -> Result<(), Leave> {
        while self.blocks.last().is_some_and(|block| block.column > column) {
            self.settle()?;
            self.blocks.pop();
            self.builder.close(0)?;
        }
        Ok(())
    }

    /// Reads what stands behind a colon or dash that ends at `from`.
    fn value(&mut self, from: usize, end: usize) -> Result<(), Leave> {
        let bytes = self.text.as_bytes();
        let start = from + blanks(&bytes[from..end]);
        if start == end {
            return Ok(());
        }
        if bytes[start] == b'#' {
            return Ok(self.builder.comment(start..end)?);
        }
        let Some(length) = value(&bytes[start..end]) else { return Err(Leave::Unclear) };
        self.waiting = None;
        match &bytes[start..start + length] {
            b"{}" => self.empty(Kind::Mapping { flow: true }, start)?,
            b"[]" => self.empty(Kind::Sequence { flow: true }, start)?,
            _ => self.quoted_or_plain(start..start + length)?,
        }
        let rest = start + length + blanks(&bytes[start + length..end]);
        if rest < end {
            self.builder.comment(rest..end)?;
        }
        Ok(())
    }

    fn empty(&mut self, kind: Kind, start: usize) -> Result<(), Leave> {
        self.builder.open(kind, start)?;
        Ok(self.builder.close(start + 2)?)
    }

    /// Adds a scalar whose text stands there as it is, perhaps in quotes.
    fn quoted_or_plain(&mut self, range: Range<usize>) -> Result<(), Leave> {
        let (style, quotes) = match self.text.as_bytes()[range.start] {
            b'"' => (ScalarStyle::DoubleQuoted, 1),
            b'\'' => (ScalarStyle::SingleQuoted, 1),
            _ => (ScalarStyle::Plain, 0),
        };
        let (first, second) = ((range.start + quotes) as u32, (range.end - quotes) as u32);
        // An empty text lies at the node's start, wherever its quotes are.
        let body = if first == second {
            Body { first: range.start as u32, second: range.start as u32 }
        } else {
            Body { first, second }
        };
        self.builder.add(Kind::Scalar(style), range, body)?;
        Ok(())
    }
}

/// Whether a line that begins with this byte begins a top-level entry that may be read alone.
fn begins_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'"' | b'\'')
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == b' ').count()
}

/// Whether all bytes are visible ASCII or blanks. Written without a way out in the middle, so that it is vectorised.
fn is_plain_ascii(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
}

/// Length of a key that ends with a colon before a blank or the line's end.
fn key(bytes: &[u8]) -> Option<usize> {
    const LONGEST: usize = 512;
    let length = match bytes[0] {
        quote @ (b'"' | b'\'') => quoted(bytes, quote)?,
        first if first.is_ascii_alphanumeric() || first == b'_' => bytes
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'@'))
            .count(),
        _ => return None,
    };
    let ends = bytes.get(length) == Some(&b':') && matches!(bytes.get(length + 1), None | Some(b' '));
    (ends && length < LONGEST).then_some(length)
}

/// Length of a value that ends with the line or before a comment.
fn value(bytes: &[u8]) -> Option<usize> {
    let length = match bytes[0] {
        quote @ (b'"' | b'\'') => quoted(bytes, quote)?,
        b'{' | b'[' if matches!(bytes.get(..2), Some(b"{}" | b"[]")) => 2,
        first if first.is_ascii_alphanumeric() || b"_/.+~($=<^;\\".contains(&first) => plain(bytes)?,
        b'-' if bytes.get(1).is_some_and(u8::is_ascii_alphanumeric) => plain(bytes)?,
        _ => return None,
    };
    let rest = &bytes[length..];
    let behind = blanks(rest);
    (behind == rest.len() || (behind > 0 && rest[behind] == b'#')).then_some(length)
}

/// Length of a text in quotes that holds neither escapes nor quotes.
fn quoted(bytes: &[u8], quote: u8) -> Option<usize> {
    let inside = bytes[1..].iter().position(|byte| *byte == quote || (*byte == b'\\' && quote == b'"'))?;
    let length = inside + 2;
    (bytes[1 + inside] == quote && bytes.get(length) != Some(&quote)).then_some(length)
}

/// Length of a plain text, up to the blanks before a comment or the line's end.
fn plain(bytes: &[u8]) -> Option<usize> {
    let pairs = || bytes.iter().zip(&bytes[1..]);
    let odd = pairs().fold(false, |odd, (first, second)| {
        odd | ((*first == b':') & (*second == b' ')) | ((*first == b' ') & (*second == b'#'))
    });
    let end = if odd {
        let comment = bytes.windows(2).position(|pair| pair == b" #")?;
        if bytes[..comment].windows(2).any(|pair| pair == b": ") {
            return None;
        }
        comment
    } else {
        bytes.len()
    };
    let length = bytes[..end].iter().rposition(|byte| *byte != b' ')? + 1;
    (bytes[length - 1] != b':').then_some(length)
}

#[cfg(test)]
#[path = "../../tests/suite/yaml/generator.rs"]
mod generator;

#[cfg(test)]
mod tests {
    use super::super::parse::whole;
    use super::generator::{self, Dice};
    use super::*;

    /// What this reader makes of a text is what the general parser makes of it, or nothing.
    #[track_caller]
    fn check(text: &str, expected: Option<()>) {
        let limits = Limits::default();
        let found = read(text, &limits).map(|result| result.map_err(|error| error.to_string()));
        assert_eq!(found.is_some(), expected.is_some(), "{text}");
        if let Some(found) = found {
            assert_eq!(found, whole(text, &limits).map_err(|error| error.to_string()), "{text}");
        }
    }

    #[test]
    fn plain_files_are_read_here() {
        check("a: 1\n", Some(()));
        check("---\na: 1\nb:\n  - x\n  - y: z # c\n    w:\n  -  - q\n# end\n", Some(()));
        check("a:\n- b\n-  c: d\n   e: f\ng: \"x\" # c\nh: {}\ni: []\r\nj:", Some(()));
        check("a: b:c # d\nb: -1\nc: http://x:1/y#z\n\n  # far\n\nd: ''\n", Some(()));
    }

    #[test]
    fn what_is_not_plain_is_left_entry_by_entry() {
        check("a: 1\nb: |\n  text: x\n\nc: 2\n", Some(()));
        check("a: [1,\n  2]\nb: {c: d}\n\"e\": \"f\\n\"\ng: two\n  lines\n", Some(()));
        check("a: !!str 1\nb: ü\nc: !x\n  d: 1\n", Some(()));
    }

    #[test]
    fn what_reaches_over_entries_is_left_as_a_whole() {
        check("a: \"x\nb: y\"\n", None);
        check("a: [\nb, c]\n", None);
        check("a: &x 1\nb: *x\n", None);
        check("a: 1\n---\nb: 2\n", None);
        check("a: 1\n...\n", None);
        check("%YAML 1.1\n---\na: 1\n", None);
        check("- a\n", None);
        check("# only a comment\n", None);
        check("a: 1\n b: 2\n", None);
        check("a\n", None);
        check("a: b: c\n", None);
        check("\u{feff}a: 1\n", None);
    }

    #[test]
    fn random_files_are_read_alike_both_ways() {
        let limits = Limits::default();
        let mut read_here = 0;
        for seed in 0..600 {
            let mut dice = Dice::new(seed);
            let mut text = generator::document(&mut dice);
            if dice.chance(40) {
                let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
                let at = places[dice.below(places.len())];
                match dice.chance(50) {
                    true => drop(text.remove(at)),
                    false => {
                        text.insert_str(at, dice.pick(&[" ", ":", "-", "#", "\n", "\"", "'", "{", "&x ", "\t", ": "]))
                    }
                }
            }
            if let Some(found) = read(&text, &limits) {
                assert_eq!(found.ok(), whole(&text, &limits).ok(), "seed {seed}: {text}");
                read_here += 1;
            }
        }
        assert!(read_here > 200, "only {read_here} were read here");
    }
}
