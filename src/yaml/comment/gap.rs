//! Finds the runs of comments between two tokens, and what the tokens are: the tree knows nodes, the text in between
//! tells the rest.

use std::ops::Range;

use super::super::lexeme;
use super::super::node::{Document, Kind, NodeId, ScalarStyle};
use super::super::tree::Tree;
use crate::text::LineIndex;

/// The token before a run of comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Prior {
    /// The document begins here, without a marker.
    Nothing,
    /// `---`, `...` or a directive.
    Marker,
    /// A scalar or alias; for a block scalar perhaps only its header.
    Leaf(NodeId),
    /// The colon before this value.
    Colon(NodeId),
    /// The dash before this element.
    Dash(NodeId),
    /// The `?` before this key.
    Question(NodeId),
    /// Anchor or tag of this node.
    Property(NodeId),
    /// The opening bracket of this container.
    Open(NodeId),
    /// The closing bracket of this container.
    Close(NodeId),
    /// A comma in a flow container, and what stands before it.
    Comma(Box<Prior>),
}

/// The token after a run of comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The document ends.
    End,
    /// The closing bracket of this container.
    Close(NodeId),
    /// The first key or dash of this block container.
    Start(NodeId),
    /// This key, value or element, or the dash before it.
    Item(NodeId),
}

/// Where a comment stands; both count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A run of comments between two tokens.
#[derive(Debug)]
pub(super) struct Gap {
    /// Number of the first comment.
    pub(super) first: usize,
    pub(super) lines: Vec<Line>,
    pub(super) prior: Prior,
    /// Line on which the prior token ends, from 0.
    pub(super) prior_line: usize,
    /// Whether the scanner has read beyond the line's end when it is done with the prior token.
    pub(super) prior_reads_on: bool,
    pub(super) next: Next,
    /// Line and column of the next token, from 0; none at the end of the text. The column is none when the document
    /// ends.
    pub(super) next_line: Option<usize>,
    pub(super) next_column: Option<usize>,
    /// Column behind the last comment when the text ends there, without a line ending.
    pub(super) end_column: Option<usize>,
    /// The innermost container that is open.
    pub(super) container: Option<NodeId>,
    /// Column of the innermost block container that is open, 0 for none.
    pub(super) indent: usize,
    /// Root of the document.
    pub(super) root: NodeId,
    /// Lines end with CR LF, which go-yaml takes for two line breaks behind a comment.
    pub(super) crlf: bool,
}

/// All runs of comments of the text.
pub(super) fn gaps(text: &str, tree: &Tree) -> Vec<Gap> {
    let lines = LineIndex::new(text);
    let starts: Vec<u32> = (0..tree.nodes.len() as u32).map(|id| tree.full_start(NodeId(id)) as u32).collect();
    let surroundings = Surroundings { text, tree, starts };
    let mut gaps = Vec::new();
    let mut first = 0;
    while first < tree.comments.len() {
        let mut last = first;
        while let Some(next) = tree.comments.get(last + 1) {
            let between = &text[tree.comments[last].range.end..next.range.start];
            if !between.bytes().all(|byte| byte.is_ascii_whitespace()) {
                break;
            }
            last += 1;
        }
        gaps.extend(surroundings.gap(&lines, first..last + 1));
        first = last + 1;
    }
    gaps
}

/// Column of a block container's keys or dashes; none for a flow container.
pub(super) fn indent(text: &str, tree: &Tree, container: NodeId) -> Option<usize> {
    let node = tree.node(container);
    let block = matches!(node.kind, Kind::Mapping { flow: false } | Kind::Sequence { flow: false });
    block.then(|| lexeme::column(text, node.start as usize))
}

struct Surroundings<'t> {
    text: &'t str,
    tree: &'t Tree,
    /// Start of every node with its properties; ascending.
    starts: Vec<u32>,
}

impl Surroundings<'_> {
    fn gap(&self, lines: &LineIndex, comments: Range<usize>) -> Option<Gap> {
        let first = self.tree.comments[comments.start].range.start;
        let last = self.tree.comments[comments.end - 1].range.end;
        let document = self.document(first)?;
        let end = self.text[..first].trim_end_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
        let prior = self.prior(end, document);
        let container = self.container(&prior);
        let start = lexeme::skip_trivia(self.text, last);
        let next = self.next(start, document, &prior, container);
        let line = |offset: usize| lines.line(offset) - 1;
        let ends = next == Next::End;
        let mut block = container;
        let mut margin = None;
        while let (Some(id), None) = (block, margin) {
            margin = indent(self.text, self.tree, id);
            block = self.tree.node(id).parent;
        }
        Some(Gap {
            first: comments.start,
            lines: self.tree.comments[comments]
                .iter()
                .map(|comment| Line {
                    line: line(comment.range.start),
                    column: lexeme::column(self.text, comment.range.start),
                })
                .collect(),
            prior_line: line(end),
            prior_reads_on: self.reads_on(&prior),
            prior,
            next,
            next_line: (start < self.text.len()).then(|| line(start)),
            next_column: (!ends).then(|| lexeme::column(self.text, start)),
            end_column: (last == self.text.len()).then(|| lexeme::column(self.text, last)),
            container,
            indent: margin.unwrap_or(0),
            root: document.root,
            crlf: self.text[last..].starts_with('\r'),
        })
    }

    fn document(&self, offset: usize) -> Option<&Document> {
        let after = self.tree.documents.partition_point(|document| document.range.start <= offset);
        self.tree.documents.get(after.saturating_sub(1))
    }

    /// The first node that begins at `offset` or behind it.
    fn node_from(&self, offset: usize) -> Option<NodeId> {
        let index = self.starts.partition_point(|start| (*start as usize) < offset);
        (index < self.starts.len()).then_some(NodeId(index as u32))
    }

    /// The last node that begins before `offset`.
    fn node_before(&self, offset: usize) -> Option<NodeId> {
        let index = self.starts.partition_point(|start| (*start as usize) < offset);
        index.checked_sub(1).map(|index| NodeId(index as u32))
    }

    /// The token that ends at `end`.
    fn prior(&self, end: usize, document: &Document) -> Prior {
        let is_marker = |marker: &Option<Range<usize>>| marker.as_ref().is_some_and(|range| range.end == end);
        if end <= document.range.start {
            return if self.tree.documents.iter().any(|document| is_marker(&document.end_marker)) {
                Prior::Marker
            } else {
                Prior::Nothing
            };
        }
        if is_marker(&document.start_marker) || is_marker(&document.end_marker) {
            return Prior::Marker;
        }
        let before = self.node_before(end);
        if let Some(node) = before {
            let range = self.tree.properties(node).and_then(|properties| properties.range.clone());
            if range.is_some_and(|range| range.end as usize == end || end <= self.tree.node(node).start as usize) {
                return Prior::Property(node);
            }
            let leaf = self.tree.node(node);
            let holds = leaf.start < leaf.end && end <= leaf.end as usize;
            if holds && matches!(leaf.kind, Kind::Scalar(_) | Kind::Alias) {
                return Prior::Leaf(node);
            }
        }
        self.indicator(end, document, before)
    }

    /// The indicator that ends at `end`.
    fn indicator(&self, end: usize, document: &Document, before: Option<NodeId>) -> Prior {
        let following = self.node_from(end);
        match (self.text.as_bytes()[end - 1], following) {
            (b':', Some(value)) => Prior::Colon(value),
            (b'-', Some(element)) => Prior::Dash(element),
            (b'?', Some(key)) => Prior::Question(key),
            (b',', _) => {
                let rest = self.text[..end - 1].trim_end_matches([' ', '\t', '\r', '\n']).len();
                Prior::Comma(Box::new(self.prior(rest, document)))
            }
            (b'[' | b'{', _) => self.node_from(end - 1).map_or(Prior::Nothing, Prior::Open),
            (b']' | b'}', _) => {
                let mut node = before;
                while let Some(id) = node {
                    if self.tree.node(id).end as usize == end && indent(self.text, self.tree, id).is_none() {
                        return Prior::Close(id);
                    }
                    node = self.tree.node(id).parent;
                }
                Prior::Nothing
            }
            _ => Prior::Nothing,
        }
    }

    /// The innermost container that is open behind the prior token.
    fn container(&self, prior: &Prior) -> Option<NodeId> {
        match prior {
            Prior::Nothing | Prior::Marker => None,
            Prior::Open(node) => Some(*node),
            Prior::Leaf(node)
            | Prior::Colon(node)
            | Prior::Dash(node)
            | Prior::Question(node)
            | Prior::Property(node)
            | Prior::Close(node) => self.tree.node(*node).parent,
            Prior::Comma(prior) => self.container(prior),
        }
    }

    fn reads_on(&self, prior: &Prior) -> bool {
        let Prior::Leaf(node) = prior else { return false };
        let kind = self.tree.node(*node).kind;
        matches!(kind, Kind::Scalar(ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded))
    }

    /// The token that begins at `start`.
    fn next(&self, start: usize, document: &Document, prior: &Prior, container: Option<NodeId>) -> Next {
        let is_end = document.end_marker.as_ref().is_some_and(|range| range.start == start);
        if start >= document.range.end || is_end {
            return Next::End;
        }
        let mut open = container;
        while let Some(id) = open {
            if self.tree.node(id).end as usize == start + 1 && indent(self.text, self.tree, id).is_none() {
                return Next::Close(id);
            }
            open = self.tree.node(id).parent;
        }
        if let Prior::Property(node) = prior
            && indent(self.text, self.tree, *node).is_some()
        {
            return Next::Start(*node);
        }
        let begins_with_marker = document.start_marker.as_ref().is_some_and(|range| range.start == start);
        let Some(node) = self.node_from(if begins_with_marker { start + 3 } else { start }) else { return Next::End };
        let is_block = indent(self.text, self.tree, node).is_some();
        // A dash may open a sequence or go on with one: then the first node behind it is the element.
        let begins_here = self.starts[node.0 as usize] as usize == start || begins_with_marker;
        if is_block && begins_here { Next::Start(node) } else { Next::Item(node) }
    }
}
