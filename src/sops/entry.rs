//! The rows of a document: every branch and every leaf, as far as they can be told without a key.

use super::document::Document;
use super::key_path::{KeyPath, Part};
use super::rows::Row;
use super::walk::Hold;
use crate::yaml::NodeId;
use std::ops::Range;

/// One key or list item of a document; a view that costs nothing to copy.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    pub(super) document: &'a Document,
    pub(super) index: usize,
}

/// What stands at an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A mapping with that many entries, comments not counted.
    Mapping {
        /// How many.
        children: usize,
    },
    /// A list with that many items, comments not counted.
    List {
        /// How many.
        children: usize,
    },
    /// A value.
    Leaf(LeafType),
    /// `*anchor`: what stands elsewhere, once more.
    Alias,
}

/// The type of a leaf: of the sealed value by its envelope, of a clear one by its spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeafType {
    /// Text.
    Str,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// True or false.
    Bool,
    /// A point in time.
    Time,
    /// No value.
    Null,
    /// Bytes; no sops writes them.
    Bytes,
    /// A comment in the place of a value, or a type that sops does not know.
    Unknown,
}

impl LeafType {
    /// The word of the envelope, `null` for null.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Null => "null",
            Self::Bytes => "bytes",
            Self::Unknown => "unknown",
        }
    }
}

impl<'a> Entry<'a> {
    fn row(self) -> &'a Row {
        &self.document.rows().all()[self.index]
    }

    /// Its number in tree order, from 0; valid for this document only.
    #[must_use]
    pub fn index(self) -> usize {
        self.index
    }

    /// Its place.
    #[must_use]
    pub fn path(self) -> KeyPath {
        self.document.rows().path(self.document.yaml(), self.index)
    }

    /// The last step of its place.
    #[must_use]
    pub fn part(self) -> Part {
        self.document.rows().part(self.document.yaml(), self.index)
    }

    /// Its key, decoded; none for list items.
    #[must_use]
    pub fn key(self) -> Option<&'a str> {
        match self.row().hold {
            Hold::Key(key) => self.document.yaml().text_of(key),
            Hold::Index(_) => None,
        }
    }

    /// The document of the file, from 0.
    #[must_use]
    pub fn document(self) -> usize {
        usize::from(self.row().document)
    }

    /// How many entries it stands below: 0 for a top-level key.
    #[must_use]
    pub fn depth(self) -> usize {
        usize::from(self.row().depth)
    }

    /// The entry that contains it, none at the top.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.row().parent.map(|parent| Self { index: parent as usize, ..self })
    }

    /// The entries directly below it.
    pub fn children(self) -> impl Iterator<Item = Self> {
        self.document.rows().children(Some(self.index), self.document()).map(move |index| Self { index, ..self })
    }

    /// The number behind the last entry below it: `index()..end()` is the entry with everything below.
    #[must_use]
    pub fn end(self) -> usize {
        self.row().end as usize
    }

    /// What stands there.
    #[must_use]
    pub fn kind(self) -> EntryKind {
        self.row().kind
    }

    /// Whether it is a leaf, an alias included.
    #[must_use]
    pub fn is_leaf(self) -> bool {
        matches!(self.kind(), EntryKind::Leaf(_) | EntryKind::Alias)
    }

    /// The type of a leaf.
    #[must_use]
    pub fn leaf_type(self) -> Option<LeafType> {
        match self.kind() {
            EntryKind::Leaf(leaf_type) => Some(leaf_type),
            _ => None,
        }
    }

    /// Whether the value stands in an envelope, where the file's rule wants one.
    #[must_use]
    pub fn is_sealed(self) -> bool {
        self.row().is_sealed
    }

    /// Whether the file's rule wants values here sealed, for branches too.
    #[must_use]
    pub fn falls_under_rule(self) -> bool {
        self.row().falls_under_rule
    }

    /// The line of its key, or of its value in a list, from 1.
    #[must_use]
    pub fn line(self) -> usize {
        self.document.yaml().line(match self.row().hold {
            Hold::Key(key) => key,
            Hold::Index(_) => self.row().node,
        })
    }

    /// The bytes of its key, empty and at the value for list items.
    #[must_use]
    pub fn key_range(self) -> Range<usize> {
        match self.row().hold {
            Hold::Key(key) => self.document.yaml().range(key),
            Hold::Index(_) => self.range().start..self.range().start,
        }
    }

    /// The bytes of its value.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.document.yaml().range(self.row().node)
    }

    /// The value as it stands in the file, decoded: the envelope, or the clear text. None for branches and aliases.
    #[must_use]
    pub fn source(self) -> Option<&'a str> {
        self.document.yaml().text_of(self.row().node)
    }

    /// The node of the value in the tree.
    pub(super) fn node(self) -> NodeId {
        self.row().node
    }

    /// The node of the key in the tree.
    pub(super) fn key_node(self) -> Option<NodeId> {
        match self.row().hold {
            Hold::Key(key) => Some(key),
            Hold::Index(_) => None,
        }
    }

    /// What the value is bound to: the keys from the root, each ended by a colon.
    pub(super) fn aad(self) -> String {
        let above = self.parent().map(Self::aad).unwrap_or_default();
        match self.key() {
            Some(key) => format!("{above}{key}:"),
            None => above,
        }
    }
}
