//! What belongs to an item of a block container: its lines, the comments above it, the comments inside it.
//!
//! ```text
//!     # of the entry before, or of the block: stays
//!
//!     # directly above, at the key's column: goes with the key
//!     key: value # goes as well
//!     nested:
//!         leaf: 1
//!         # inside the nested block: goes with `nested`
//! ```

use super::super::lexeme;
use super::super::{Item, Kind, NodeId, Yaml};

/// The lines of one or several neighbouring items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// Start of the first line, comments above included; or the first byte of the item if it shares its line with
    /// the dash of an outer sequence.
    pub(super) start: usize,
    /// End of the last line, its ending left out.
    pub(super) end: usize,
    /// Whether `start` is the start of a line.
    pub(super) own_line: bool,
}

/// The value of an item; a comment has none.
pub(super) fn value_of(item: &Item) -> Option<NodeId> {
    match item {
        Item::Comment(_) => None,
        Item::Entry(entry) => Some(entry.value),
        Item::Element(element) => Some(*element),
    }
}

/// The key of an entry, the element itself in a sequence: what names an item.
pub(super) fn name_of(item: &Item) -> Option<NodeId> {
    match item {
        Item::Comment(_) => None,
        Item::Entry(entry) => Some(entry.key),
        Item::Element(element) => Some(*element),
    }
}

/// The items of a container without its comments.
pub(super) fn members(yaml: &Yaml, container: NodeId) -> Vec<Item> {
    yaml.items(container).iter().filter(|item| !matches!(item, Item::Comment(_))).copied().collect()
}

/// First byte of an item: its key, `?` or dash.
pub(super) fn start_of(yaml: &Yaml, item: &Item) -> usize {
    match item {
        Item::Comment(comment) => yaml.comment(*comment).range.start,
        Item::Entry(entry) => {
            let key = yaml.full_range(entry.key).start;
            let before = yaml.text[..key].trim_end_matches([' ', '\t']);
            let explicit = before.ends_with('?') && !lexeme::is_first_on_line(&yaml.text, key);
            if explicit { before.len() - 1 } else { key }
        }
        Item::Element(element) => dash_of(yaml, *element),
    }
}

/// The dash of an element of a block sequence; the first byte of one in brackets.
fn dash_of(yaml: &Yaml, element: NodeId) -> usize {
    let start = yaml.full_range(element).start;
    let Some(sequence) = yaml.parent(element) else { return start };
    if yaml.kind(sequence) != (Kind::Sequence { flow: false }) {
        return start;
    }
    let index = yaml.tree.index_in_parent(element).unwrap_or_default();
    let before = yaml.items(sequence)[..index].iter().rev().find_map(value_of);
    match before {
        Some(before) => lexeme::skip_trivia(&yaml.text, end_of(yaml, &Item::Element(before))),
        None => yaml.range(sequence).start,
    }
}

/// End of an item's last token.
pub(super) fn end_of(yaml: &Yaml, item: &Item) -> usize {
    match item {
        Item::Comment(comment) => yaml.comment(*comment).range.end,
        Item::Entry(entry) => yaml.tree.end_of_entry(&yaml.text, *entry),
        Item::Element(element) => yaml.tree.full_end(*element),
    }
}

/// The lines of the items from `first` to `last`, neighbours in one block container.
pub(super) fn extent(yaml: &Yaml, first: &Item, last: &Item) -> Extent {
    let start = start_of(yaml, first);
    let own_line = lexeme::is_first_on_line(&yaml.text, start);
    let start = if own_line { lexeme::line_start(&yaml.text, own_comments(yaml, first, start)) } else { start };
    Extent { start, end: last_line_end(yaml, last), own_line }
}

/// End of the last line of an item and of the comments inside it.
pub(super) fn last_line_end(yaml: &Yaml, item: &Item) -> usize {
    let mut end = lexeme::line_end(&yaml.text, end_of(yaml, item));
    let Some(value) = value_of(item) else { return end };
    let comments = &yaml.tree.comments;
    let mut next = comments.partition_point(|comment| comment.range.start < end);
    let mut seen = end;
    while let Some(comment) = comments.get(next) {
        if !yaml.text[seen..comment.range.start].bytes().all(|byte| byte.is_ascii_whitespace()) {
            break;
        }
        seen = comment.range.end;
        if is_within(yaml, comment.container, value) {
            end = seen;
        }
        next += 1;
    }
    end
}

/// Whether `node` is `ancestor` or lies inside it.
pub(super) fn is_within(yaml: &Yaml, node: NodeId, ancestor: NodeId) -> bool {
    let mut current = Some(node);
    while let Some(id) = current {
        if id == ancestor {
            return true;
        }
        // Ids grow downwards: nothing above an older node can be `ancestor`.
        current = yaml.parent(id).filter(|parent| *parent >= ancestor);
    }
    false
}

/// Start of the first comment that belongs to the item beginning at `start`, or `start` itself.
///
/// These stand directly above it at its column. Comments at the top of a document belong to the document.
fn own_comments(yaml: &Yaml, item: &Item, start: usize) -> usize {
    let Some(container) = name_of(item).and_then(|name| yaml.parent(name)) else { return start };
    let column = lexeme::column(&yaml.text, start);
    let comments = &yaml.tree.comments;
    let mut first = start;
    let mut index = comments.partition_point(|comment| comment.range.start < start);
    while let Some(comment) = index.checked_sub(1).map(|index| &comments[index]) {
        let is_next = lexeme::next_line(&yaml.text, comment.range.end) == lexeme::line_start(&yaml.text, first);
        let is_aligned = lexeme::column(&yaml.text, comment.range.start) == column;
        if !(comment.own_line && is_next && is_aligned && comment.container == container) {
            break;
        }
        first = comment.range.start;
        index -= 1;
    }
    if first < start && is_top(yaml, first) { start } else { first }
}

/// Whether nothing of the document stands before `offset`.
fn is_top(yaml: &Yaml, offset: usize) -> bool {
    let documents = yaml.documents();
    let index = documents.partition_point(|document| document.range.start <= offset).saturating_sub(1);
    let Some(document) = documents.get(index) else { return true };
    let begin = document.start_marker.as_ref().map_or(document.range.start, |marker| marker.end);
    begin > offset || lexeme::skip_trivia(&yaml.text[..offset], begin) >= offset
}
