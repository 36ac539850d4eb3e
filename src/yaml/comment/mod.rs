//! Gives every comment the container in which go.yaml.in/yaml v3.0.4 (scannerc.go, parserc.go, decode.go) and SOPS
//! (stores/yaml/store.go of 3.12.2) see it, and its place among the items there.
//!
//! The container decides what an encrypted comment is bound to, so this follows that reader's behaviour, oddities
//! included, not what a person would say. `gap` finds out what stands around a run of comments, `class` splits the
//! run into comments on a line, feet of what stands before and heads of what follows; this file places them.
//!
//! Limitations: that reader loses some comments (behind an opening bracket, or when two end the same value); here they
//! get the nearest container. In random documents one comment in ten thousand is given to another one than there.

mod class;
mod gap;

use super::node::{CommentId, Item, Kind, NodeId};
use super::tree::Tree;
use class::{Class, Part};
use gap::{Gap, Next, Prior};

/// A place among the items of a container: twice the index of the item, one more for behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    container: NodeId,
    at: usize,
}

/// Places all comments of a tree whose nodes are complete.
pub(super) fn attribute(text: &str, tree: &mut Tree) {
    if tree.comments.is_empty() {
        return;
    }
    let mut placed: Vec<(Slot, CommentId)> = Vec::with_capacity(tree.comments.len());
    for gap in gap::gaps(text, tree) {
        let parts = class::classify(&gap);
        for (index, part) in parts.iter().enumerate() {
            let slot = slot(text, tree, &gap, &parts, index);
            placed.extend(part.comments.clone().map(|comment| (slot, CommentId(comment as u32))));
        }
    }
    placed.sort_by_key(|(slot, _)| *slot);
    insert(tree, &placed);
}

fn slot(text: &str, tree: &Tree, gap: &Gap, parts: &[Part], index: usize) -> Slot {
    match parts[index].class {
        Class::Line => on_line(tree, gap.root, &gap.prior),
        Class::Foot if matches!(gap.prior, Prior::Dash(_)) => ending(text, tree, gap, |_| true),
        Class::Foot => match (&gap.prior, gap.next) {
            (Prior::Colon(_) | Prior::Property(_), Next::Start(container)) => inside_first(tree, container),
            _ => behind(tree, gap.root, &gap.prior),
        },
        Class::Head => above(tree, gap),
        Class::Dedented => {
            // A block ends before the first comment of its own column; comments before that place are read with it.
            let ends_behind = |indent| parts.iter().position(|part| part.column == indent);
            let mut end = None;
            ending(text, tree, gap, |indent| {
                // In a text without a final line ending, blocks left of the last comment's end close behind it.
                let open_end = gap.end_column.filter(|column| indent <= *column).map(|_| usize::MAX);
                end = ends_behind(indent).or(end).or(open_end);
                end.is_some_and(|end| end >= index)
            })
        }
    }
}

/// A comment on the line of what stands before it.
fn on_line(tree: &Tree, root: NodeId, prior: &Prior) -> Slot {
    match prior {
        Prior::Nothing | Prior::Marker => first_in(root),
        Prior::Leaf(node) | Prior::Colon(node) | Prior::Dash(node) | Prior::Question(node) => before(tree, *node),
        Prior::Open(node) => first_in(*node),
        Prior::Property(node) if is_container(tree, *node) => first_in(*node),
        Prior::Property(node) => before(tree, *node),
        Prior::Close(node) => match tree.node(*node).parent.map(|parent| tree.node(parent).kind) {
            Some(Kind::Sequence { .. }) => before(tree, *node),
            _ => first_in(*node),
        },
        Prior::Comma(prior) => on_line(tree, root, prior),
    }
}

/// A comment that ends what stands before it.
fn behind(tree: &Tree, root: NodeId, prior: &Prior) -> Slot {
    match prior {
        Prior::Nothing | Prior::Marker => Slot { container: root, at: 1 },
        Prior::Leaf(node)
        | Prior::Colon(node)
        | Prior::Dash(node)
        | Prior::Question(node)
        | Prior::Property(node)
        | Prior::Close(node) => after(tree, *node),
        Prior::Open(node) => first_in(*node),
        Prior::Comma(prior) => behind(tree, root, prior),
    }
}

/// A comment above what follows.
fn above(tree: &Tree, gap: &Gap) -> Slot {
    match gap.next {
        Next::End => last_in(tree, gap.root),
        Next::Close(container) => last_in(tree, container),
        Next::Start(container) => match tree.items(container).first() {
            Some(Item::Element(first)) if is_absent_element(tree, *first) => behind_absent(tree, *first),
            _ => first_in(container),
        },
        Next::Item(node) => match (tree.node(node).kind, &gap.prior) {
            (Kind::Mapping { flow: true } | Kind::Sequence { flow: true }, Prior::Colon(_)) => first_in(node),
            _ if is_absent_element(tree, node) => behind_absent(tree, node),
            _ => before(tree, node),
        },
    }
}

/// A comment that goes to the first ending mapping of those that are `reached`, from the inside out, else to
/// whatever is read next. `reached` is asked with the columns of all blocks that end here.
fn ending(text: &str, tree: &Tree, gap: &Gap, mut reached: impl FnMut(usize) -> bool) -> Slot {
    let mut block = gap.container;
    while let Some(container) = block {
        block = tree.node(container).parent;
        let indent = gap::indent(text, tree, container);
        let Some(indent) = indent.filter(|indent| gap.next_column.is_none_or(|next| *indent > next)) else { continue };
        if reached(indent) && matches!(tree.node(container).kind, Kind::Mapping { .. }) {
            return last_in(tree, container);
        }
    }
    match gap.next {
        Next::End => last_in(tree, gap.root),
        Next::Close(container) => last_in(tree, container),
        Next::Start(container) => inside_first(tree, container),
        Next::Item(node) if is_container(tree, node) => inside_first(tree, node),
        Next::Item(node) if is_absent_element(tree, node) => behind_absent(tree, node),
        Next::Item(node) => {
            let Slot { container, at } = before(tree, node);
            let in_mapping = matches!(tree.node(container).kind, Kind::Mapping { .. });
            Slot { container, at: if in_mapping && at > 0 { at - 1 } else { at + 1 } }
        }
    }
}

/// go-yaml gives no comment to an absent element: it goes on to what is read next.
fn behind_absent(tree: &Tree, mut node: NodeId) -> Slot {
    loop {
        let Slot { container, at } = after(tree, node);
        if container == node || matches!(tree.node(container).kind, Kind::Mapping { .. }) {
            return Slot { container, at };
        }
        let siblings = tree.items(container).get(at / 2 + 1..).unwrap_or_default();
        match siblings.iter().filter_map(first_node).find(|sibling| !is_absent_element(tree, *sibling)) {
            Some(sibling) => return before(tree, sibling),
            None => node = container,
        }
    }
}

fn is_absent_element(tree: &Tree, node: NodeId) -> bool {
    let element = tree.node(node);
    let parent = element.parent.map(|parent| tree.node(parent).kind);
    element.start == element.end && parent == Some(Kind::Sequence { flow: false })
}

/// Behind the first scalar that is read inside a container.
fn inside_first(tree: &Tree, mut container: NodeId) -> Slot {
    while let Some(Item::Element(first)) = tree.items(container).first() {
        if tree.items(*first).is_empty() {
            break;
        }
        container = *first;
    }
    Slot { container, at: 1 }
}

fn is_container(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.node(node).kind, Kind::Mapping { .. } | Kind::Sequence { .. })
}

fn first_in(container: NodeId) -> Slot {
    Slot { container, at: 0 }
}

fn last_in(tree: &Tree, container: NodeId) -> Slot {
    Slot { container, at: tree.items(container).len() * 2 }
}

fn before(tree: &Tree, node: NodeId) -> Slot {
    match (tree.node(node).parent, tree.index_in_parent(node)) {
        (Some(container), Some(index)) => Slot { container, at: index * 2 },
        _ => first_in(node),
    }
}

fn after(tree: &Tree, node: NodeId) -> Slot {
    let Slot { container, at } = before(tree, node);
    if container == node { last_in(tree, node) } else { Slot { container, at: at + 1 } }
}

fn first_node(item: &Item) -> Option<NodeId> {
    match item {
        Item::Comment(_) => None,
        Item::Entry(entry) => Some(entry.key),
        Item::Element(element) => Some(*element),
    }
}

/// Puts the comments, sorted by place, among the items.
fn insert(tree: &mut Tree, placed: &[(Slot, CommentId)]) {
    let mut containers: Vec<NodeId> = Vec::new();
    for (slot, comment) in placed {
        tree.comments[comment.0 as usize].container = slot.container;
        if containers.last() != Some(&slot.container) && is_container(tree, slot.container) {
            containers.push(slot.container);
        }
    }
    // Containers that gain comments get a new run of items at the end of the list; the old runs are then closed up.
    let mut rest = placed;
    let mut items = Vec::with_capacity(tree.items.len() + placed.len());
    let mut containers = containers.into_iter().peekable();
    for id in (0..tree.nodes.len() as u32).map(NodeId) {
        if !is_container(tree, id) {
            continue;
        }
        let first = items.len() as u32;
        if containers.next_if_eq(&id).is_some() {
            let begin = rest.partition_point(|(slot, _)| slot.container < id);
            let end = rest.partition_point(|(slot, _)| slot.container <= id);
            merge(tree.items(id), &rest[begin..end], &mut items);
            rest = &rest[end..];
        } else {
            items.extend_from_slice(tree.items(id));
        }
        let body = &mut tree.nodes[id.0 as usize].body;
        // The old items are read through the old body, so it changes only after they are copied.
        (body.first, body.second) = (first, items.len() as u32 - first);
    }
    tree.items = items;
    tree.number_items();
}

/// Items and comments of one container, in order.
fn merge(items: &[Item], comments: &[(Slot, CommentId)], out: &mut Vec<Item>) {
    let mut comments = comments.iter().peekable();
    for (index, item) in items.iter().enumerate() {
        while let Some((_, comment)) = comments.next_if(|(slot, _)| slot.at <= index * 2) {
            out.push(Item::Comment(*comment));
        }
        out.push(*item);
    }
    out.extend(comments.map(|(_, comment)| Item::Comment(*comment)));
}
