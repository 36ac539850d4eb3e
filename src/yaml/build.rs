//! Makes the tree from the parser's events. The only file beside `parse` that sees granit-parser.
//!
//! Mends what its spans leave out: block scalars get their header, block containers end with their last leaf,
//! sequences without indentation begin at their dash, absent values are empty texts instead of `~`.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, ScalarStyle as Written, Span, StructureStyle, Tag};

use super::lexeme;
use super::node::{Comment, Document, Entry, Item, Kind, NodeId, ScalarStyle};
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

/// Collects events into a [`Tree`].
pub(super) struct Builder<'t> {
    text: &'t str,
    limits: Limits,
    tree: Tree,
    open: Vec<Open>,
    /// Items of the open containers, outermost first.
    pending: Vec<Item>,
    /// By the parser's number for an anchor.
    targets: Vec<Option<Target>>,
    /// End of the last token that made a node.
    cursor: usize,
    /// Nodes of the finished documents, aliases counted with all they stand for.
    expanded: u64,
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
            cursor: 0,
            expanded: 0,
        }
    }

    /// The tree of all events seen.
    pub(super) fn finish(mut self) -> Tree {
        if let Some(last) = self.tree.documents.last_mut() {
            last.range.end = self.text.len();
        }
        self.tree.number_items();
        self.tree
    }

    /// Takes one event with its span.
    pub(super) fn event(&mut self, event: Event<'t>, span: &Span) -> Result<(), ParseError> {
        let range = span.byte_range().unwrap_or(self.cursor..self.cursor);
        match event {
            Event::DocumentStart(explicit, _) => self.start_document(explicit, range),
            Event::DocumentEnd => self.end_document(&range),
            Event::Comment(..) => self.comment(range)?,
            Event::Anchor(id, _) => self.anchor(id, range),
            Event::Alias(id) => self.alias(id, range)?,
            Event::Scalar(value, style, anchor, tag) => {
                let absent = style == Written::Plain && range.is_empty();
                let range = if absent { self.absent(range, anchor == 0 && tag.is_none()) } else { range };
                let value = if absent { Cow::Borrowed("") } else { value };
                self.scalar(value, style, tag, span, range)?;
            }
            Event::SequenceStart(style, _, tag) => {
                self.start(Kind::Sequence { flow: style == StructureStyle::Flow }, tag, span, range)?;
            }
            Event::MappingStart(style, _, tag) => {
                self.start(Kind::Mapping { flow: style == StructureStyle::Flow }, tag, span, range)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(&range)?,
            _ => {}
        }
        Ok(())
    }

    fn start_document(&mut self, explicit: bool, range: Range<usize>) {
        let start = if self.tree.documents.is_empty() {
            0
        } else if explicit {
            range.start
        } else {
            lexeme::next_line(self.text, self.cursor)
        };
        if let Some(last) = self.tree.documents.last_mut() {
            last.range.end = start;
        }
        self.cursor = if explicit { range.end } else { self.cursor.max(start) };
        let start_marker = explicit.then_some(range);
        // The root is the next node to be made.
        let root = NodeId(self.tree.nodes.len() as u32);
        self.tree.documents.push(Document { root, range: start..start, start_marker, end_marker: None });
        self.targets.clear();
    }

    fn end_document(&mut self, range: &Range<usize>) {
        if let Some(document) = self.tree.documents.last_mut()
            && self.text.get(range.clone()) == Some("...")
        {
            document.end_marker = Some(range.clone());
            self.cursor = range.end;
        }
    }

    fn comment(&mut self, range: Range<usize>) -> Result<(), ParseError> {
        if self.tree.comments.len() >= self.limits.comments {
            return Err(ParseError::Limit { what: "comment lines", limit: self.limits.comments });
        }
        let own_line = lexeme::is_first_on_line(self.text, range.start);
        self.tree.comments.push(Comment { range, container: NodeId(0), own_line });
        Ok(())
    }

    fn anchor(&mut self, id: usize, range: Range<usize>) {
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
        if matches!(self.tree.node(node).kind, Kind::Sequence { flow: false }) {
            self.move_to_dash(node, range.end);
        }
        self.cursor = self.cursor.max(range.end);
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

    fn alias(&mut self, id: usize, range: Range<usize>) -> Result<(), ParseError> {
        let target = self.targets.get(id).copied().flatten();
        let (Some(Target { node, weight: Some(weight) }), true) = (target, range.len() > 1) else {
            let at = LineIndex::new(self.text).position(self.text, range.start);
            let name = self.text[range].trim_start_matches('*').to_owned();
            return Err(ParseError::Alias { at, name, problem: "stands inside its own anchor" });
        };
        let end = range.end;
        self.add(Kind::Alias, range, Body { first: node.0, second: 0 }, weight)?;
        self.cursor = end;
        Ok(())
    }

    fn scalar(
        &mut self,
        value: Cow<'t, str>,
        style: Written,
        tag: Option<Cow<'t, Tag>>,
        span: &Span,
        range: Range<usize>,
    ) -> Result<(), ParseError> {
        let tag_end = span.tag_span().and_then(|tag| tag.byte_range()).map_or(0, |tag| tag.end);
        let from = self.cursor.max(tag_end);
        let (kind, range) = match style {
            Written::Plain => (ScalarStyle::Plain, range),
            Written::SingleQuoted => (ScalarStyle::SingleQuoted, range),
            Written::DoubleQuoted => (ScalarStyle::DoubleQuoted, range),
            Written::Literal => (ScalarStyle::Literal, block_range(self.text, from, range, &value)),
            Written::Folded => (ScalarStyle::Folded, block_range(self.text, from, range, &value)),
        };
        let body = self.body(value, &range);
        let end = range.end;
        let node = self.add(Kind::Scalar(kind), range, body, 1)?;
        self.cursor = self.cursor.max(end);
        self.tag(node, tag, span);
        Ok(())
    }

    /// Where the decoded text lies: in the text itself when it stands there as it is.
    fn body(&mut self, value: Cow<'t, str>, range: &Range<usize>) -> Body {
        if value.is_empty() {
            return Body { first: range.start as u32, second: range.start as u32 };
        }
        if let Cow::Borrowed(part) = &value {
            let start = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
            if self.text.get(start..start.wrapping_add(part.len())).is_some_and(|found| found == *part) {
                return Body { first: start as u32, second: (start + part.len()) as u32 };
            }
        }
        self.tree.decoded.push(value.into_owned().into_boxed_str());
        Body { first: u32::MAX, second: self.tree.decoded.len() as u32 - 1 }
    }

    fn tag(&mut self, node: NodeId, tag: Option<Cow<'t, Tag>>, span: &Span) {
        let Some(tag) = tag else { return };
        let range = span.tag_span().and_then(|span| span.byte_range());
        let properties = self.properties_of(node);
        properties.tag = Some(short_tag(tag.handle(), tag.suffix()));
        if let Some(range) = range {
            properties.tag_range = Some(range.start as u32..range.end as u32);
            properties.cover(&range);
            self.cursor = self.cursor.max(range.end);
        }
    }

    fn start(
        &mut self,
        kind: Kind,
        tag: Option<Cow<'t, Tag>>,
        span: &Span,
        range: Range<usize>,
    ) -> Result<(), ParseError> {
        if self.open.len() >= self.limits.depth {
            return Err(ParseError::Limit { what: "levels of nesting", limit: self.limits.depth });
        }
        let node = self.add(kind, range.clone(), Body { first: 0, second: 0 }, 0)?;
        self.tag(node, tag, span);
        if kind == (Kind::Sequence { flow: false }) {
            self.move_to_dash(node, self.cursor);
        }
        if !range.is_empty() {
            self.cursor = self.cursor.max(range.end);
        }
        self.open.push(Open { node, first: self.pending.len(), key: None, anchor: None, weight: 1 });
        Ok(())
    }

    /// A sequence without indentation is reported behind its dash.
    fn move_to_dash(&mut self, node: NodeId, from: usize) {
        if let Some(dash) = self.indicator(b'-', from) {
            self.tree.nodes[node.0 as usize].start = dash as u32;
        }
    }

    /// The place where an absent node would stand: right behind the dash or colon before it.
    fn absent(&mut self, reported: Range<usize>, bare: bool) -> Range<usize> {
        if !bare {
            return reported;
        }
        match self.open.last().map(|open| (self.tree.node(open.node).kind, open.key)) {
            Some((Kind::Sequence { flow: false }, _)) => {
                let behind = self.indicator(b'-', self.cursor).map_or(reported.start, |dash| dash + 1);
                behind..behind
            }
            Some((Kind::Mapping { .. }, Some(key))) => {
                let end = self.tree.full_end(key);
                let behind = self.indicator(b':', end).map_or(end, |colon| colon + 1);
                behind..behind
            }
            _ => reported,
        }
    }

    /// The next indicator behind `from`, when it is this one.
    fn indicator(&self, indicator: u8, from: usize) -> Option<usize> {
        let mut at = lexeme::skip_trivia(self.text, from);
        if indicator == b'-' {
            // A sequence that is a value: the colon before it has made no node.
            while matches!(self.text.as_bytes().get(at), Some(b':' | b'?')) {
                at = lexeme::skip_trivia(self.text, at + 1);
            }
        }
        (self.text.as_bytes().get(at) == Some(&indicator)).then_some(at)
    }

    fn end(&mut self, range: &Range<usize>) -> Result<(), ParseError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        if !range.is_empty() {
            self.cursor = self.cursor.max(range.end);
        }
        let first = self.tree.items.len() as u32;
        self.tree.items.extend(self.pending.drain(open.first..));
        let count = self.tree.items.len() as u32 - first;
        let last = self.tree.items.last().filter(|_| count > 0).copied();
        let flow =
            matches!(self.tree.node(open.node).kind, Kind::Mapping { flow: true } | Kind::Sequence { flow: true });
        let end = match last {
            _ if flow => range.end,
            Some(Item::Entry(entry)) => self.tree.end_of_entry(self.text, entry),
            Some(Item::Element(element)) => self.tree.full_end(element),
            _ => range.start,
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
    fn add(&mut self, kind: Kind, range: Range<usize>, body: Body, weight: u64) -> Result<NodeId, ParseError> {
        if self.tree.nodes.len() >= self.limits.nodes {
            return Err(ParseError::Limit { what: "nodes", limit: self.limits.nodes });
        }
        let node = NodeId(self.tree.nodes.len() as u32);
        let parent = self.open.last().map(|open| open.node);
        if parent.is_some_and(|parent| self.tree.node(parent).kind == Kind::Sequence { flow: false })
            && let Some(dash) = self.indicator(b'-', self.cursor)
        {
            self.cursor = self.cursor.max(dash + 1);
        }
        self.tree.nodes.push(Node {
            kind,
            start: range.start as u32,
            end: range.end as u32,
            properties: None,
            body,
            parent,
            item: 0,
        });
        self.place(node);
        if weight > 0 {
            self.weigh(weight)?;
        }
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
}

/// From the header of a block scalar to the end of its last content line, that line's ending left out.
fn block_range(text: &str, from: usize, content: Range<usize>, value: &str) -> Range<usize> {
    let Some(header) = lexeme::block_header(text, from) else { return content };
    if value.is_empty() {
        return header;
    }
    // The reported span may begin behind empty lines at the top, and end in the indentation of what follows.
    let begin = lexeme::next_line(text, header.end);
    let body = &text[begin..content.end.max(begin)];
    let keeps = text[header.clone()].contains('+');
    let last_line = value.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
    let blank_content = last_line.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    let length = if keeps || blank_content {
        // Without a line break at the end of the text, the last line is content as well.
        let end = body.rfind('\n').filter(|end| body[*end..].trim().is_empty()).unwrap_or(body.len());
        if body[..end].ends_with('\r') { end - 1 } else { end }
    } else {
        body.trim_end_matches([' ', '\t', '\r', '\n']).len()
    };
    header.start..header.end.max(begin + length)
}

/// `!!int` for the tags of YAML's own namespace, the tag itself for others.
fn short_tag(handle: &str, suffix: &str) -> String {
    let whole = format!("{handle}{suffix}");
    match whole.strip_prefix("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => whole,
    }
}
