//! Puts nodes together into a tree, whoever finds them: containers that are open, items that wait, limits.

use std::ops::Range;

use super::lexeme;
use super::node::{Comment, Document, Entry, Item, Kind, NodeId};
use super::parse::{Limits, ParseError};
use super::tree::{Body, Node, Properties, Tree};
use crate::text::LineIndex;

/// A container whose end has not been seen.
struct Open {
    node: NodeId,
    /// Where its items begin in `Builder::pending`.
    first: usize,
    /// The key that waits for its value, in a mapping.
    key: Option<NodeId>,
    /// The anchor on it.
    anchor: Option<usize>,
    /// Nodes in it so far, aliases counted with all they stand for.
    weight: u64,
}

/// What an anchor names.
#[derive(Clone, Copy)]
struct Target {
    node: NodeId,
    /// Unknown while the node is open: an alias to it then would contain itself.
    weight: Option<u64>,
}

/// Collects nodes into a [`Tree`].
pub(super) struct Builder<'t> {
    text: &'t str,
    limits: Limits,
    tree: Tree,
    open: Vec<Open>,
    /// Items of the open containers, outermost first.
    pending: Vec<Item>,
    /// By the parser's number for an anchor.
    targets: Vec<Option<Target>>,
    /// Nodes of the finished documents, aliases counted with all they stand for.
    expanded: u64,
}

/// How much there was at some moment, to go back to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checkpoint {
    nodes: usize,
    items: usize,
    comments: usize,
    pending: usize,
    weight: u64,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, limits: &Limits) -> Self {
        Self {
            text,
            limits: *limits,
            tree: Tree::default(),
            open: Vec::new(),
            pending: Vec::new(),
            targets: Vec::new(),
            expanded: 0,
        }
    }

    /// The tree of all that was added.
    pub(super) fn finish(mut self) -> Tree {
        if let Some(last) = self.tree.documents.last_mut() {
            last.range.end = self.text.len();
        }
        self.tree.number_items();
        self.tree
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn has_documents(&self) -> bool {
        !self.tree.documents.is_empty()
    }

    pub(super) fn kind(&self, node: NodeId) -> Kind {
        self.tree.node(node).kind
    }

    pub(super) fn full_end(&self, node: NodeId) -> usize {
        self.tree.full_end(node)
    }

    /// The innermost container that is open, and the key in it that waits for its value.
    pub(super) fn innermost(&self) -> Option<(Kind, Option<NodeId>)> {
        self.open.last().map(|open| (self.kind(open.node), open.key))
    }

    /// Begins a document; the first one holds everything before it, too.
    pub(super) fn start_document(&mut self, start: usize, start_marker: Option<Range<usize>>) {
        let start = match self.tree.documents.last_mut() {
            Some(last) => {
                last.range.end = start;
                start
            }
            None => 0,
        };
        // The root is the next node to be made.
        let root = NodeId(self.tree.nodes.len() as u32);
        self.tree.documents.push(Document { root, range: start..start, start_marker, end_marker: None });
        self.targets.clear();
    }

    pub(super) fn end_document(&mut self, end_marker: Range<usize>) {
        if let Some(document) = self.tree.documents.last_mut() {
            document.end_marker = Some(end_marker);
        }
    }

    pub(super) fn comment(&mut self, range: Range<usize>) -> Result<(), ParseError> {
        if self.tree.comments.len() >= self.limits.comments {
            return Err(ParseError::Limit { what: "comment lines", limit: self.limits.comments });
        }
        let own_line = lexeme::is_first_on_line(self.text, range.start);
        self.tree.comments.push(Comment { range, container: NodeId(0), own_line });
        Ok(())
    }

    /// Names the node made last.
    pub(super) fn anchor(&mut self, id: usize, range: Range<usize>) -> NodeId {
        let node = NodeId(self.tree.nodes.len() as u32 - 1);
        if self.targets.len() <= id {
            self.targets.resize(id + 1, None);
        }
        let container = self.open.last_mut().filter(|open| open.node == node);
        let weight = container.is_none().then_some(1);
        if let Some(open) = container {
            open.anchor = Some(id);
        }
        self.targets[id] = Some(Target { node, weight });
        let properties = self.properties_of(node);
        properties.anchor = Some(range.start as u32 + 1..range.end as u32);
        properties.cover(&range);
        node
    }

    pub(super) fn tag(&mut self, node: NodeId, tag: String, range: Option<Range<usize>>) {
        let properties = self.properties_of(node);
        properties.tag = Some(tag);
        if let Some(range) = range {
            properties.tag_range = Some(range.start as u32..range.end as u32);
            properties.cover(&range);
        }
    }

    fn properties_of(&mut self, node: NodeId) -> &mut Properties {
        let slot = self.tree.nodes[node.0 as usize].properties;
        let slot = slot.unwrap_or_else(|| {
            self.tree.properties.push(Properties::default());
            let slot = self.tree.properties.len() as u32 - 1;
            self.tree.nodes[node.0 as usize].properties = Some(slot);
            slot
        });
        &mut self.tree.properties[slot as usize]
    }

    pub(super) fn alias(&mut self, id: usize, range: Range<usize>) -> Result<(), ParseError> {
        let target = self.targets.get(id).copied().flatten();
        let Some(Target { node, weight: Some(weight) }) = target else {
            let at = LineIndex::new(self.text).position(self.text, range.start);
            let name = self.text[range].trim_start_matches('*').to_owned();
            return Err(ParseError::Alias { at, name, problem: "stands inside its own anchor" });
        };
        self.push(Kind::Alias, range, Body { first: node.0, second: 0 })?;
        self.weigh(weight)
    }

    /// Keeps a text that does not stand in the file as it is.
    pub(super) fn decoded(&mut self, text: String) -> Body {
        self.tree.decoded.push(text.into_boxed_str());
        Body { first: u32::MAX, second: self.tree.decoded.len() as u32 - 1 }
    }

    pub(super) fn move_start(&mut self, node: NodeId, start: usize) {
        self.tree.nodes[node.0 as usize].start = start as u32;
    }

    /// Adds a scalar to the container that is open.
    pub(super) fn add(&mut self, kind: Kind, range: Range<usize>, body: Body) -> Result<NodeId, ParseError> {
        let node = self.push(kind, range, body)?;
        self.weigh(1)?;
        Ok(node)
    }

    /// Opens a container inside the one that is open.
    pub(super) fn open(&mut self, kind: Kind, start: usize) -> Result<NodeId, ParseError> {
        if self.open.len() >= self.limits.depth {
            return Err(ParseError::Limit { what: "levels of nesting", limit: self.limits.depth });
        }
        let node = self.push(kind, start..start, Body { first: 0, second: 0 })?;
        self.open.push(Open { node, first: self.pending.len(), key: None, anchor: None, weight: 1 });
        Ok(node)
    }

    /// Closes the innermost container. A block ends with its last leaf, so `end` counts for brackets and empty ones.
    pub(super) fn close(&mut self, end: usize) -> Result<(), ParseError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let first = self.tree.items.len() as u32;
        self.tree.items.extend(self.pending.drain(open.first..));
        let count = self.tree.items.len() as u32 - first;
        let last = self.tree.items.last().filter(|_| count > 0).copied();
        let flow = matches!(self.kind(open.node), Kind::Mapping { flow: true } | Kind::Sequence { flow: true });
        let end = match last {
            Some(Item::Entry(entry)) if !flow => self.tree.end_of_entry(self.text, entry),
            Some(Item::Element(element)) if !flow => self.tree.full_end(element),
            _ => end,
        };
        let node = &mut self.tree.nodes[open.node.0 as usize];
        node.body = Body { first, second: count };
        node.end = node.start.max(end as u32);
        if let Some(target) = open.anchor.and_then(|id| self.targets[id].as_mut()) {
            target.weight = Some(open.weight);
        }
        self.weigh(open.weight)
    }

    /// Counts what a finished node stands for into its container.
    fn weigh(&mut self, weight: u64) -> Result<(), ParseError> {
        if let Some(parent) = self.open.last_mut() {
            parent.weight = parent.weight.saturating_add(weight);
        } else {
            self.expanded = self.expanded.saturating_add(weight);
        }
        let so_far = self.open.last().map_or(self.expanded, |parent| parent.weight);
        if so_far > self.limits.expanded as u64 {
            return Err(ParseError::Limit { what: "nodes behind aliases", limit: self.limits.expanded });
        }
        Ok(())
    }

    /// Adds a node to the container that is open.
    fn push(&mut self, kind: Kind, range: Range<usize>, body: Body) -> Result<NodeId, ParseError> {
        if self.tree.nodes.len() >= self.limits.nodes {
            return Err(ParseError::Limit { what: "nodes", limit: self.limits.nodes });
        }
        let node = NodeId(self.tree.nodes.len() as u32);
        let parent = self.open.last().map(|open| open.node);
        let (start, end) = (range.start as u32, range.end as u32);
        self.tree.nodes.push(Node { kind, start, end, properties: None, body, parent, item: 0 });
        self.place(node);
        Ok(node)
    }

    fn place(&mut self, node: NodeId) {
        let Some(open) = self.open.last_mut() else { return };
        let item = match (self.tree.nodes[open.node.0 as usize].kind, open.key.take()) {
            (Kind::Mapping { .. }, None) => {
                open.key = Some(node);
                return;
            }
            (Kind::Mapping { .. }, Some(key)) => Item::Entry(Entry { key, value: node }),
            _ => Item::Element(node),
        };
        self.pending.push(item);
    }

    /// Remembers where things stand inside the root mapping, between two of its entries.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            nodes: self.tree.nodes.len(),
            items: self.tree.items.len(),
            comments: self.tree.comments.len(),
            pending: self.pending.len(),
            weight: self.open.first().map_or(0, |root| root.weight),
        }
    }

    /// Forgets what was added to the root mapping since then. Nothing added in between may have had an anchor or tag.
    pub(super) fn go_back(&mut self, to: Checkpoint) {
        self.tree.nodes.truncate(to.nodes);
        self.tree.items.truncate(to.items);
        self.tree.comments.truncate(to.comments);
        self.pending.truncate(to.pending);
        self.open.truncate(1);
        if let Some(root) = self.open.first_mut() {
            root.key = None;
            root.weight = to.weight;
        }
    }
}
