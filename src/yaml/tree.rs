//! A text and the tree over it: reading access only. Edits make a new one.

use std::ops::Range;

use super::node::{Comment, CommentId, Document, Entry, Item, Kind, NodeId};
use crate::text::Position;

/// A YAML text and its tree. See the [module's page](super) for how to walk it.
#[derive(Debug, Clone)]
pub struct Yaml {
    text: String,
    comments: Vec<Comment>,
    documents: Vec<Document>,
}

/// A key that stands twice in one mapping. go-yaml refuses such a mapping when it decodes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duplicate {
    /// The mapping.
    pub mapping: NodeId,
    /// The key that stands first.
    pub first: NodeId,
    /// The key that repeats it.
    pub second: NodeId,
}

/// One step of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// How many containers lie between the walk's root and the item: 0 for the root's own items.
    pub depth: usize,
    /// The container the item is in.
    pub container: NodeId,
    /// Place among the container's items, comments counted.
    pub index: usize,
    /// The item itself. What is inside its value follows, one deeper.
    pub item: Item,
}

/// All items below a node in the order of the tree, aliases not expanded. Needs no recursion.
#[derive(Debug, Clone)]
pub struct Walk<'y> {
    yaml: &'y Yaml,
}

impl Iterator for Walk<'_> {
    type Item = Visit;

    fn next(&mut self) -> Option<Visit> {
        todo!("{:?}", self.yaml)
    }
}

impl Yaml {
    /// The whole text, byte for byte as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives the text back.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// The documents of the stream, in order. A text without any content has none.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// What a node is.
    #[must_use]
    pub fn kind(&self, node: NodeId) -> Kind {
        todo!("{node:?}")
    }

    /// The items of a container in order; none for scalars and aliases.
    ///
    /// The root of a document that is no container may still have comments: they are its items.
    #[must_use]
    pub fn items(&self, node: NodeId) -> &[Item] {
        todo!("{node:?}")
    }

    /// All items below a node. An alias is not entered.
    #[must_use]
    pub fn walk(&self, node: NodeId) -> Walk<'_> {
        todo!("{node:?}")
    }

    /// The comment of that name.
    #[must_use]
    pub fn comment(&self, comment: CommentId) -> &Comment {
        &self.comments[comment.0 as usize]
    }

    /// The text a scalar stands for, escapes and folding undone; `None` for containers and aliases.
    #[must_use]
    pub fn text_of(&self, node: NodeId) -> Option<&str> {
        todo!("{node:?}")
    }

    /// The bytes of the node itself: properties left out, a block scalar's header and a flow container's brackets
    /// included. Empty, at the place where it would stand, for an absent value. A block container reaches from its
    /// first key or dash to the end of its last leaf.
    #[must_use]
    pub fn range(&self, node: NodeId) -> Range<usize> {
        todo!("{node:?}")
    }

    /// The bytes of the node with its anchor and tag.
    #[must_use]
    pub fn full_range(&self, node: NodeId) -> Range<usize> {
        todo!("{node:?}")
    }

    /// The tag as YAML resolves it, short form where there is one: `!!int`, `!custom`, `tag:example.com,2000:x`.
    #[must_use]
    pub fn tag(&self, node: NodeId) -> Option<&str> {
        todo!("{node:?}")
    }

    /// The anchor's name, its `&` left out.
    #[must_use]
    pub fn anchor(&self, node: NodeId) -> Option<&str> {
        todo!("{node:?}")
    }

    /// The node an alias stands for; `None` when the node is no alias.
    #[must_use]
    pub fn alias_target(&self, node: NodeId) -> Option<NodeId> {
        todo!("{node:?}")
    }

    /// The node an alias stands for, or the node itself.
    #[must_use]
    pub fn follow(&self, node: NodeId) -> NodeId {
        self.alias_target(node).unwrap_or(node)
    }

    /// The container a node is in, as key, value or element; `None` for a document's root.
    #[must_use]
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        todo!("{node:?}")
    }

    /// The entry of a mapping whose key is the scalar `key`; the first one if there are several.
    ///
    /// Takes the same time in a mapping of a hundred thousand keys as in one of ten.
    #[must_use]
    pub fn entry(&self, mapping: NodeId, key: &str) -> Option<Entry> {
        todo!("{mapping:?} {key}")
    }

    /// The keys that stand twice in their mapping, in the order of the text.
    #[must_use]
    pub fn duplicates(&self) -> &[Duplicate] {
        todo!()
    }

    /// The line of a node, from 1: that of its properties if it has some.
    #[must_use]
    pub fn line(&self, node: NodeId) -> usize {
        todo!("{node:?}")
    }

    /// Line and column of the byte at `offset`.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        todo!("{offset}")
    }
}
