//! Writes scalars and keys as go.yaml.in/yaml v3.0.4 does (emitterc.go, encode.go): plain when possible, quoted
//! exactly when needed, several lines as a literal block.
//!
//! Where that library writes what it cannot read itself (a tab at the start of a block, Unicode line separators), or
//! what empty lines behind it would change (a text that ends in several line breaks), the text is double-quoted
//! instead. Nothing here keeps a copy of the text: it goes piece by piece into the [`Sink`].

mod shape;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::lexeme;
use super::{Kind, NodeId, Yaml};
use crate::secret::SecretBuffer;
use crate::text::LineEnding;
use shape::Shape;

/// Where emitted text goes: a `String` for what is no secret, locked memory for what is.
pub trait Sink {
    /// Adds `text` at the end.
    fn push(&mut self, text: &str);
}

impl Sink for String {
    fn push(&mut self, text: &str) {
        self.push_str(text);
    }
}

impl Sink for SecretBuffer {
    fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }
}

/// What the place of a scalar allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Inside braces or brackets, where commas end a plain scalar.
    pub flow: bool,
    /// Whether a block scalar may stand here: not in flow, not as a key, not before a comment on the same line.
    pub block: bool,
    /// Whether such a block may keep several line endings at its end: what follows it is no empty line.
    pub keep: bool,
    /// Column of the block container the scalar is in.
    pub margin: usize,
    /// How many columns further the lines of a block scalar begin, 1 to 9.
    pub step: usize,
    /// How lines end.
    pub line_ending: LineEnding,
    /// Whether the text ends here without a line ending: a block scalar then brings its own.
    pub at_end: bool,
}

/// How a string is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// Writes the string `text` so that it reads back as that string.
///
/// A block scalar leaves out its last line ending, as [`Yaml::range`] does, unless the text ends there.
pub fn write_scalar(out: &mut dyn Sink, text: &str, frame: &Frame) {
    let shape = Shape::of(text);
    match shape.style(text, frame) {
        Style::Plain => out.push(text),
        Style::SingleQuoted => single_quoted(out, text),
        Style::DoubleQuoted => double_quoted(out, text),
        Style::Literal => literal(out, text, frame),
    }
}

/// Writes bytes so that they read back as those bytes: as a string if they are UTF-8, else as `!!binary`.
pub fn write_bytes(out: &mut dyn Sink, bytes: &[u8], frame: &Frame) {
    match std::str::from_utf8(bytes) {
        Ok(text) => write_scalar(out, text, frame),
        Err(_) => {
            out.push("!!binary ");
            let mut encoded = [0; 64];
            for part in bytes.chunks(48) {
                let written = STANDARD.encode_slice(part, &mut encoded).expect("48 bytes are 64 characters");
                out.push(std::str::from_utf8(&encoded[..written]).expect("base64 is ASCII"));
            }
        }
    }
}

/// Writes the string `text` as a key on one line, without the colon.
pub fn write_key(out: &mut dyn Sink, text: &str, frame: &Frame) {
    write_scalar(out, text, &Frame { block: false, ..*frame });
}

/// Whether `text` written without quotes reads back as itself, whatever type that is.
pub(super) fn stands_plain(text: &str, frame: &Frame) -> bool {
    !text.is_empty() && !text.contains('\n') && Shape::of(text).plain_allowed(frame)
}

/// Whether single quotes can carry `text`.
pub(super) fn stands_in_single_quotes(text: &str) -> bool {
    Shape::of(text).single_quotes_allowed()
}

/// Doubles single quotes.
pub(super) fn single_quoted(out: &mut dyn Sink, text: &str) {
    out.push("'");
    for (index, part) in text.split('\'').enumerate() {
        out.push(if index > 0 { "''" } else { "" });
        out.push(part);
    }
    out.push("'");
}

/// Escapes what cannot be seen, and everything beyond the basic plane.
pub(super) fn double_quoted(out: &mut dyn Sink, text: &str) {
    out.push("\"");
    let mut done = 0;
    for (at, character) in text.char_indices() {
        if shape::is_printable(character) && !shape::is_break(character) && !matches!(character, '"' | '\\') {
            continue;
        }
        out.push(&text[done..at]);
        escape(out, character);
        done = at + character.len_utf8();
    }
    out.push(&text[done..]);
    out.push("\"");
}

fn escape(out: &mut dyn Sink, character: char) {
    let short = match character {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{a0}' => "\\_",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        _ => "",
    };
    if !short.is_empty() {
        return out.push(short);
    }
    let code = character as u32;
    let (letter, width) = match code {
        0..=0xFF => ("\\x", 2),
        0x100..=0xFFFF => ("\\u", 4),
        _ => ("\\U", 8),
    };
    out.push(letter);
    for place in (0..width).rev() {
        let digit = (code >> (place * 4) & 0xF) as usize;
        out.push(&"0123456789ABCDEF"[digit..=digit]);
    }
}

/// Writes lines at `margin + step`. The last line ending is the one that stands behind the scalar.
fn literal(out: &mut dyn Sink, text: &str, frame: &Frame) {
    out.push("|");
    if text.starts_with([' ', '\n']) {
        out.push(&"123456789"[frame.step - 1..frame.step]);
    }
    let (lines, chomping) = match text.strip_suffix('\n') {
        None => (text, "-"),
        Some(lines) if lines.is_empty() || lines.ends_with('\n') => (lines, "+"),
        Some(lines) => (lines, ""),
    };
    out.push(chomping);
    for line in lines.split('\n') {
        out.push(frame.line_ending.as_str());
        if !line.is_empty() {
            spaces(out, frame.margin + frame.step);
            out.push(line);
        }
    }
    if frame.at_end && chomping != "-" {
        out.push(frame.line_ending.as_str());
    }
}

/// Writes `count` blanks.
pub(super) fn spaces(out: &mut dyn Sink, count: usize) {
    const BLANKS: &str = "                                ";
    let mut rest = count;
    while rest > 0 {
        let part = rest.min(BLANKS.len());
        out.push(&BLANKS[..part]);
        rest -= part;
    }
}

impl Yaml {
    /// What the place of `node` allows: for whoever replaces exactly [`Yaml::range`] of a scalar by other text.
    #[must_use]
    pub fn frame(&self, node: NodeId) -> Frame {
        let mut flow = false;
        let mut block = self.parent(node);
        while let Some(container) = block {
            if !matches!(self.kind(container), Kind::Mapping { flow: true } | Kind::Sequence { flow: true }) {
                break;
            }
            flow = true;
            block = self.parent(container);
        }
        let margin = block.map_or(0, |block| lexeme::column(&self.text, self.range(block).start));
        let end = self.range(node).end;
        let step = block.map_or(1, |block| self.step_below(block, margin));
        let ends_line = lexeme::skip_blanks(&self.text, end) == lexeme::line_end(&self.text, end);
        let below = lexeme::next_line(&self.text, end);
        let lines_fit = ends_line && self.takes_lines(end, margin + step);
        Frame {
            flow,
            block: !flow && !self.is_key(node) && lines_fit && block.is_some(),
            keep: below == self.text.len()
                || lexeme::skip_blanks(&self.text, below) < lexeme::line_end(&self.text, below),
            margin,
            step,
            line_ending: self.layout().line_ending,
            at_end: end == self.text.len(),
        }
    }

    /// Below a dash the content begins two columns on, everywhere else at the next multiple of the file's own step.
    fn step_below(&self, block: NodeId, margin: usize) -> usize {
        let step = self.layout().step.clamp(1, 9);
        match self.kind(block) {
            Kind::Sequence { .. } => 2,
            _ => step - margin % step,
        }
    }

    /// Whether lines at this column may stand below `offset`: a comment that follows at the column or right of it, or
    /// blanks that reach further, would become part of a block scalar.
    pub(super) fn takes_lines(&self, offset: usize, column: usize) -> bool {
        let mut start = lexeme::next_line(&self.text, offset);
        while start < self.text.len() {
            let end = lexeme::line_end(&self.text, start);
            let first = lexeme::skip_blanks(&self.text, start);
            if first < end {
                return !self.text[first..].starts_with('#') || first - start < column;
            }
            if first - start > column {
                return false;
            }
            start = lexeme::next_line(&self.text, end);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Limits, Resolved};

    const LINE: Frame =
        Frame { flow: false, block: true, keep: true, margin: 0, step: 2, line_ending: LineEnding::Lf, at_end: false };

    #[track_caller]
    fn check(text: &str, frame: &Frame, expected: &str) {
        let mut out = String::new();
        write_scalar(&mut out, text, frame);
        assert_eq!(out, expected);
    }

    #[test]
    fn quotes_stand_exactly_where_they_are_needed() {
        check("plain text", &LINE, "plain text");
        check("it's", &LINE, "it's");
        check("a, b?", &LINE, "a, b?");
        check("a, b?", &Frame { flow: true, ..LINE }, "'a, b?'");
        check("'a': b", &LINE, "'''a'': b'");
        check("<<", &LINE, "\"<<\"");
        check("0o17", &LINE, "\"0o17\"");
    }

    #[test]
    fn what_readers_see_differently_is_escaped() {
        check("a\u{2028}b", &LINE, "\"a\\Lb\"");
        check("a\u{85}b", &LINE, "\"a\\Nb\"");
        check("\u{feff}", &LINE, "\"\\uFEFF\"");
        check("\u{1F642}\u{1b}\0", &LINE, "\"\\U0001F642\\e\\0\"");
        check("a\r\nb", &LINE, "\"a\\r\\nb\"");
    }

    #[test]
    fn lines_become_a_block_only_where_one_may_stand() {
        check("a\nb\n", &LINE, "|\n  a\n  b");
        check("a\n\nb", &Frame { margin: 4, ..LINE }, "|-\n      a\n\n      b");
        check(" a\nb", &LINE, "|2-\n   a\n  b");
        check("a\nb", &Frame { line_ending: LineEnding::CrLf, ..LINE }, "|-\r\n  a\r\n  b");
        check("a\nb\n", &Frame { at_end: true, ..LINE }, "|\n  a\n  b\n");
        check("a\nb", &Frame { block: false, ..LINE }, "\"a\\nb\"");
        check("a\n\n", &LINE, "|+\n  a\n");
        check("a\n\n", &Frame { keep: false, ..LINE }, "\"a\\n\\n\"");
        check("\ta\nb", &LINE, "\"\\ta\\nb\"");
    }

    #[test]
    fn bytes_that_are_no_text_read_back_as_those_bytes() {
        let bytes: Vec<u8> = (0..=255).collect();
        for part in [&bytes[..], b"\xff", b"text"] {
            let mut out = String::from("k: ");
            write_bytes(&mut out, part, &LINE);
            let yaml = Yaml::parse(out, &Limits::default()).unwrap();
            let value = yaml.entry(yaml.documents()[0].root, "k").unwrap().value;
            let resolved = yaml.resolve(value).unwrap().unwrap();
            assert_eq!(resolved.canonical().as_deref(), Some(part));
            assert_eq!(matches!(resolved, Resolved::Binary(_)), part != b"text");
        }
    }

    #[test]
    fn the_frame_tells_what_may_stand_in_a_place() {
        let text = "a:\n  b: 1\n  c: 2 # d\n  e: [3]\n  f: 4\n    # g\n";
        let yaml = Yaml::parse(text, &Limits::default()).unwrap();
        let nested = yaml.entry(yaml.documents()[0].root, "a").unwrap().value;
        let entry = |key| yaml.entry(nested, key).unwrap();
        let blocks = ["b", "c", "f"].map(|key| yaml.frame(entry(key).value).block);
        assert_eq!(blocks, [true, false, false]);
        let element = yaml.elements(entry("e").value).next().unwrap();
        assert_eq!((yaml.frame(element).flow, yaml.frame(element).block), (true, false));
        assert!(!yaml.frame(entry("b").key).block);
        assert_eq!((yaml.frame(entry("b").value).margin, yaml.frame(entry("b").value).step), (2, 2));
    }
}
