//! Writes scalars and keys as go.yaml.in/yaml v3.0.4 does (emitterc.go, encode.go): plain when possible, quoted
//! exactly when needed, several lines as a literal block.

use super::{NodeId, Yaml};
use crate::text::LineEnding;

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

/// What the place of a scalar allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Inside braces or brackets, where commas end a plain scalar.
    pub flow: bool,
    /// Whether a block scalar may stand here: not in flow, not as a key, not before a comment on the same line.
    pub block: bool,
    /// Column of the lines of a block scalar, in blanks.
    pub indent: usize,
    /// How lines end.
    pub line_ending: LineEnding,
}

/// Writes the string `text` so that it reads back as that string.
pub fn write_scalar(out: &mut dyn Sink, text: &str, frame: &Frame) {
    let _ = (out, text, frame);
    todo!()
}

/// Writes the string `text` as a key on one line, without the colon.
pub fn write_key(out: &mut dyn Sink, text: &str, frame: &Frame) {
    let _ = (out, text, frame);
    todo!()
}

impl Yaml {
    /// What the place of `node` allows: for whoever replaces exactly [`Yaml::range`] of a scalar by other text.
    #[must_use]
    pub fn frame(&self, node: NodeId) -> Frame {
        todo!("{node:?}")
    }
}
