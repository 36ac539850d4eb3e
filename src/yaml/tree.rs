//! The tree as it is stored, and its inner measures: every node in one list, items of a container side by side.

use std::ops::Range;

use super::lexeme;
use super::node::{Comment, Document, Entry, Item, Kind, NodeId};

/// One node. Offsets are `u32` because a hundred thousand keys make two hundred thousand of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Index into [`Tree::properties`].
    pub(super) properties: Option<u32>,
    pub(super) body: Body,
    pub(super) parent: Option<NodeId>,
    /// Index into [`Tree::items`] of the item that holds it as key, value or element. Means nothing for a root.
    pub(super) item: u32,
}

/// What a node holds: two numbers read by its kind.
///
/// Container: first item and their count. Alias: the node it stands for. Scalar: byte range of its text, or
/// `u32::MAX` and an index into [`Tree::decoded`] when the text does not stand in the file as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) first: u32,
    pub(super) second: u32,
}

/// Anchor and tag of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Properties {
    /// The anchor's name without `&`.
    pub(super) anchor: Option<Range<u32>>,
    /// Short form.
    pub(super) tag: Option<String>,
    pub(super) tag_range: Option<Range<u32>>,
    /// From the first to the last of both.
    pub(super) range: Option<Range<u32>>,
}

impl Properties {
    /// Extends the range.
    pub(super) fn cover(&mut self, more: &Range<usize>) {
        let more = more.start as u32..more.end as u32;
        self.range = Some(match self.range.take() {
            Some(range) => range.start.min(more.start)..range.end.max(more.end),
            None => more,
        });
    }
}

/// Nodes, items and what belongs to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) items: Vec<Item>,
    pub(super) comments: Vec<Comment>,
    pub(super) documents: Vec<Document>,
    pub(super) properties: Vec<Properties>,
    pub(super) decoded: Vec<Box<str>>,
}

impl Tree {
    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn items(&self, id: NodeId) -> &[Item] {
        let node = self.node(id);
        match node.kind {
            Kind::Mapping { .. } | Kind::Sequence { .. } => {
                &self.items[node.body.first as usize..][..node.body.second as usize]
            }
            Kind::Scalar(_) | Kind::Alias => &[],
        }
    }

    /// Index of the item that holds a node, among the items of its parent.
    pub(super) fn index_in_parent(&self, id: NodeId) -> Option<usize> {
        let node = self.node(id);
        node.parent.map(|parent| (node.item - self.node(parent).body.first) as usize)
    }

    /// The item that holds a node; none for a root.
    pub(super) fn item(&self, id: NodeId) -> Option<Item> {
        let node = self.node(id);
        node.parent.map(|_| self.items[node.item as usize])
    }

    /// Tells every node the item that holds it. To be called whenever items have moved.
    pub(super) fn number_items(&mut self) {
        for (index, item) in self.items.iter().enumerate() {
            match item {
                Item::Comment(_) => {}
                Item::Entry(entry) => {
                    self.nodes[entry.key.0 as usize].item = index as u32;
                    self.nodes[entry.value.0 as usize].item = index as u32;
                }
                Item::Element(element) => self.nodes[element.0 as usize].item = index as u32,
            }
        }
    }

    pub(super) fn properties(&self, id: NodeId) -> Option<&Properties> {
        self.node(id).properties.map(|slot| &self.properties[slot as usize])
    }

    /// Where the tag stands.
    pub(super) fn tag_range(&self, id: NodeId) -> Option<Range<usize>> {
        let range = self.properties(id)?.tag_range.clone()?;
        Some(range.start as usize..range.end as usize)
    }

    /// Start of a node, its properties included.
    pub(super) fn full_start(&self, id: NodeId) -> usize {
        let start = self.node(id).start;
        let properties = self.properties(id).and_then(|properties| properties.range.as_ref());
        properties.map_or(start, |range| start.min(range.start)) as usize
    }

    /// End of a node, its properties included: they reach further than the node when the value is absent.
    pub(super) fn full_end(&self, id: NodeId) -> usize {
        let end = self.node(id).end;
        let properties = self.properties(id).and_then(|properties| properties.range.as_ref());
        properties.map_or(end, |range| end.max(range.end)) as usize
    }

    /// End of an entry: of its value, or of the colon when the value is absent.
    pub(super) fn end_of_entry(&self, text: &str, entry: Entry) -> usize {
        let value = self.full_end(entry.value);
        match self.colon(text, entry) {
            Some(colon) => value.max(colon + 1),
            None => value.max(self.full_end(entry.key)),
        }
    }

    /// The colon of an entry; none for `? key` and for a lone key in a flow mapping.
    pub(super) fn colon(&self, text: &str, entry: Entry) -> Option<usize> {
        let at = lexeme::skip_trivia(text, self.full_end(entry.key));
        (text.as_bytes().get(at) == Some(&b':')).then_some(at)
    }
}
