//! The parts of the tree: nodes, items of containers, comments, documents. Plain values that name byte ranges.

use std::ops::Range;

use super::Yaml;

/// Names a node of one [`Yaml`]. Ids follow the order in the text; an edit makes a new tree with new ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// Names a comment of one [`Yaml`], in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommentId(pub(super) u32);

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Without quotes; the only style whose type depends on the text.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// What a node is, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Keys and values; `flow` when written in braces.
    Mapping {
        /// Written as `{…}`, or as a lone pair in brackets: `[key: value]`.
        flow: bool,
    },
    /// Elements; `flow` when written in brackets.
    Sequence {
        /// Written as `[…]`.
        flow: bool,
    },
    /// A text. An absent value (`key:` and nothing more) is a plain scalar of empty range.
    Scalar(ScalarStyle),
    /// `*name`
    Alias,
}

/// A key and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The key, in nearly every file a scalar.
    pub key: NodeId,
    /// The value.
    pub value: NodeId,
}

/// One thing in a container, as SOPS counts: a comment line takes a place of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Item {
    /// One comment line.
    Comment(CommentId),
    /// A key and its value, in a mapping.
    Entry(Entry),
    /// A value, in a sequence.
    Element(NodeId),
}

/// One comment line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, its ending left out.
    pub range: Range<usize>,
    /// The container whose item it is: a mapping or sequence, or the root of its document.
    pub container: NodeId,
    /// Whether nothing but blanks stands before it on its line.
    pub own_line: bool,
}

impl Comment {
    /// Everything after the first `#`, trailing blanks included.
    #[must_use]
    pub fn text<'y>(&self, yaml: &'y Yaml) -> &'y str {
        &yaml.text()[self.range.start + 1..self.range.end]
    }
}

/// One document of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its root; for a document without content an absent plain scalar.
    pub root: NodeId,
    /// From its first line (directives and `---` included) to the end of its last (`...` included).
    pub range: Range<usize>,
    /// The `---` that opens it, if it is written.
    pub start_marker: Option<Range<usize>>,
    /// The `...` that closes it, if it is written.
    pub end_marker: Option<Range<usize>>,
}
