//! The rows of a document: every branch and every leaf, as far as they can be told without a key.

use super::document::Document;
use super::key_path::{KeyPath, Part};
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
    /// Its number in tree order, from 0; valid for this document only.
    #[must_use]
    pub fn index(self) -> usize {
        self.index
    }

    /// Its place.
    #[must_use]
    pub fn path(self) -> KeyPath {
        todo!()
    }

    /// The last step of its place.
    #[must_use]
    pub fn part(self) -> Part {
        todo!()
    }

    /// Its key, decoded; none for list items.
    #[must_use]
    pub fn key(self) -> Option<&'a str> {
        todo!()
    }

    /// How many levels below the document's root it stands: 0 for a top-level key.
    #[must_use]
    pub fn depth(self) -> usize {
        todo!()
    }

    /// The entry that contains it, none at the top.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        todo!()
    }

    /// What stands there.
    #[must_use]
    pub fn kind(self) -> EntryKind {
        todo!()
    }

    /// Whether it is a leaf, an alias to one included.
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

    /// Whether the value stands in an envelope that the file's rule says is one.
    #[must_use]
    pub fn is_sealed(self) -> bool {
        todo!()
    }

    /// Whether the file's rule wants values here sealed, for branches too.
    #[must_use]
    pub fn falls_under_rule(self) -> bool {
        todo!()
    }

    /// The line of its key or dash, from 1.
    #[must_use]
    pub fn line(self) -> usize {
        todo!()
    }

    /// The bytes of its key, empty for list items.
    #[must_use]
    pub fn key_range(self) -> Range<usize> {
        todo!()
    }

    /// The bytes of its value.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        todo!()
    }

    /// The value as it stands in the file: the envelope, or the clear scalar with its quotes. Empty for branches.
    #[must_use]
    pub fn source(self) -> &'a str {
        todo!()
    }
}
