//! A text and the tree over it: reading access only. Edits make a new one.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::fmt;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::Limits;
use super::layout::Layout;
use super::node::{Comment, CommentId, Document, Entry, Item, Kind, NodeId};
use super::tree::Tree;
use crate::text::{LineIndex, Position};

/// A YAML text and its tree. See the [module's page](super) for how to walk it.
#[derive(Clone)]
pub struct Yaml {
    pub(super) text: String,
    pub(super) tree: Tree,
    pub(super) limits: Limits,
    keys: OnceLock<Arc<Keys>>,
    lines: OnceLock<LineIndex>,
    layout: OnceLock<Layout>,
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
    /// Containers on the way down, each with the index of its next item.
    open: Vec<(NodeId, usize)>,
}

impl Iterator for Walk<'_> {
    type Item = Visit;

    fn next(&mut self) -> Option<Visit> {
        loop {
            let depth = self.open.len().checked_sub(1)?;
            let (container, next) = &mut self.open[depth];
            let (container, index) = (*container, *next);
            let Some(item) = self.yaml.items(container).get(index).copied() else {
                self.open.pop();
                continue;
            };
            *next += 1;
            let value = match item {
                Item::Comment(_) => None,
                Item::Entry(entry) => Some(entry.value),
                Item::Element(element) => Some(element),
            };
            self.open.extend(value.filter(|value| !self.yaml.items(*value).is_empty()).map(|value| (value, 0)));
            return Some(Visit { depth, container, index, item });
        }
    }
}

/// Entries by mapping and key. The map's key is a keyed hash of both, so it is looked at again at every hit.
#[derive(Debug, Clone, Default)]
struct Keys {
    hasher: RandomState,
    entries: HashMap<u64, Entry, BuildHasherDefault<AlreadyHashed>>,
    duplicates: Vec<Duplicate>,
}

/// Passes a `u64` that is a hash already.
#[derive(Debug, Clone, Copy, Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl fmt::Debug for Yaml {
    /// Tells the size only: the text may hold what nobody should read in a report.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bytes, nodes) = (self.text.len(), self.tree.nodes.len());
        out.debug_struct("Yaml").field("bytes", &bytes).field("nodes", &nodes).finish_non_exhaustive()
    }
}

impl Yaml {
    pub(super) fn of(text: String, tree: Tree, limits: Limits) -> Self {
        Self { text, tree, limits, keys: OnceLock::new(), lines: OnceLock::new(), layout: OnceLock::new() }
    }

    /// A document that differs from this one only in the text of its values.
    pub(super) fn with_same_keys(&self, text: String, tree: Tree) -> Self {
        let keys = self.keys.clone();
        let layout = self.layout.clone();
        Self { text, tree, limits: self.limits, keys, lines: OnceLock::new(), layout }
    }

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
        &self.tree.documents
    }

    /// What a node is.
    #[must_use]
    pub fn kind(&self, node: NodeId) -> Kind {
        self.tree.node(node).kind
    }

    /// The items of a container in order; none for scalars and aliases.
    #[must_use]
    pub fn items(&self, node: NodeId) -> &[Item] {
        self.tree.items(node)
    }

    /// All items below a node. An alias is not entered.
    #[must_use]
    pub fn walk(&self, node: NodeId) -> Walk<'_> {
        Walk { yaml: self, open: vec![(node, 0)] }
    }

    /// The comments in the order of the text. In a document whose root is no container they are nobody's items.
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        &self.tree.comments
    }

    /// The comment of that name.
    #[must_use]
    pub fn comment(&self, comment: CommentId) -> &Comment {
        &self.tree.comments[comment.0 as usize]
    }

    /// The text a scalar stands for, escapes and folding undone; `None` for containers and aliases.
    #[must_use]
    pub fn text_of(&self, node: NodeId) -> Option<&str> {
        let Kind::Scalar(_) = self.kind(node) else { return None };
        let body = self.tree.node(node).body;
        Some(match body.first {
            u32::MAX => &self.tree.decoded[body.second as usize],
            start => &self.text[start as usize..body.second as usize],
        })
    }

    /// The bytes of the node itself: properties left out, a block scalar's header and a flow container's brackets
    /// included.
    ///
    /// Empty, at the place where it would stand, for an absent value. A block container reaches from its first key or
    /// dash to the end of its last leaf, a block scalar to the end of its last line, that line's ending left out.
    #[must_use]
    pub fn range(&self, node: NodeId) -> Range<usize> {
        let node = self.tree.node(node);
        node.start as usize..node.end as usize
    }

    /// The bytes of the node with its anchor and tag.
    #[must_use]
    pub fn full_range(&self, node: NodeId) -> Range<usize> {
        self.tree.full_start(node)..self.tree.full_end(node)
    }

    /// The tag as YAML resolves it, short form where there is one: `!!int`, `!custom`, `tag:example.com,2000:x`.
    #[must_use]
    pub fn tag(&self, node: NodeId) -> Option<&str> {
        self.tree.properties(node)?.tag.as_deref()
    }

    /// The anchor's name, its `&` left out.
    #[must_use]
    pub fn anchor(&self, node: NodeId) -> Option<&str> {
        let range = self.tree.properties(node)?.anchor.clone()?;
        Some(&self.text[range.start as usize..range.end as usize])
    }

    /// The node an alias stands for; `None` when the node is no alias.
    #[must_use]
    pub fn alias_target(&self, node: NodeId) -> Option<NodeId> {
        (self.kind(node) == Kind::Alias).then(|| NodeId(self.tree.node(node).body.first))
    }

    /// The node an alias stands for, or the node itself.
    #[must_use]
    pub fn follow(&self, node: NodeId) -> NodeId {
        self.alias_target(node).unwrap_or(node)
    }

    /// The container a node is in, as key, value or element; `None` for a document's root.
    #[must_use]
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.tree.node(node).parent
    }

    /// The entry of a mapping whose key is the scalar `key`; the first one if there are several.
    ///
    /// Takes the same time in a mapping of a hundred thousand keys as in one of ten.
    #[must_use]
    pub fn entry(&self, mapping: NodeId, key: &str) -> Option<Entry> {
        let keys = self.keys();
        let found = *keys.entries.get(&keys.hash(mapping, key))?;
        if self.parent(found.key) == Some(mapping) && self.text_of(found.key) == Some(key) {
            return Some(found);
        }
        // Two keys share a hash: so rare that a search through the mapping is right.
        self.entries(mapping).find(|entry| self.text_of(entry.key) == Some(key))
    }

    /// The entries of a mapping, comments left out.
    pub fn entries(&self, mapping: NodeId) -> impl Iterator<Item = Entry> + '_ {
        self.items(mapping).iter().filter_map(|item| match item {
            Item::Entry(entry) => Some(*entry),
            Item::Comment(_) | Item::Element(_) => None,
        })
    }

    /// The elements of a sequence, comments left out.
    pub fn elements(&self, sequence: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.items(sequence).iter().filter_map(|item| match item {
            Item::Element(element) => Some(*element),
            Item::Comment(_) | Item::Entry(_) => None,
        })
    }

    /// The keys that stand twice in their mapping, in the order in which the mappings end.
    #[must_use]
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.keys().duplicates
    }

    /// The line of a node, from 1: that of its properties if it has some.
    #[must_use]
    pub fn line(&self, node: NodeId) -> usize {
        self.lines().line(self.tree.full_start(node))
    }

    /// Line and column of the byte at `offset`.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        self.lines().position(&self.text, offset)
    }

    pub(super) fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    pub(super) fn layout(&self) -> Layout {
        *self.layout.get_or_init(|| Layout::of(&self.text, &self.tree))
    }

    /// Whether a node is the value of an entry.
    pub(super) fn is_value(&self, node: NodeId) -> bool {
        matches!(self.tree.item(node), Some(Item::Entry(entry)) if entry.value == node)
    }

    /// Whether a node is the key of an entry.
    pub(super) fn is_key(&self, node: NodeId) -> bool {
        matches!(self.tree.item(node), Some(Item::Entry(entry)) if entry.key == node)
    }

    fn keys(&self) -> &Keys {
        self.keys.get_or_init(|| {
            let mut keys = Keys::default();
            for item in &self.tree.items {
                if let Item::Entry(entry) = item {
                    keys.add(self, *entry);
                }
            }
            Arc::new(keys)
        })
    }
}

impl Keys {
    fn hash(&self, mapping: NodeId, key: &str) -> u64 {
        self.hasher.hash_one((mapping, key))
    }

    fn add(&mut self, yaml: &Yaml, entry: Entry) {
        let (Some(mapping), Some(key)) = (yaml.parent(entry.key), yaml.text_of(entry.key)) else { return };
        match self.entries.entry(self.hasher.hash_one((mapping, key))) {
            Slot::Vacant(slot) => {
                slot.insert(entry);
            }
            Slot::Occupied(slot) => {
                let first = slot.get().key;
                if yaml.parent(first) == Some(mapping) && yaml.text_of(first) == Some(key) {
                    self.duplicates.push(Duplicate { mapping, first, second: entry.key });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Yaml {
        Yaml::parse(text, &Limits::default()).unwrap()
    }

    #[test]
    fn an_entry_is_found_by_its_decoded_key_in_its_own_mapping() {
        let yaml = parse("a: 1\n\"b\\tc\": {a: 2}\n'd': 3\n");
        let root = yaml.documents()[0].root;
        let nested = yaml.entry(root, "b\tc").unwrap().value;
        let text = |mapping, key| yaml.entry(mapping, key).and_then(|entry| yaml.text_of(entry.value));
        assert_eq!((text(root, "a"), text(nested, "a")), (Some("1"), Some("2")));
        assert_eq!((text(root, "d"), text(nested, "d")), (Some("3"), None));
    }

    #[test]
    fn keys_that_stand_twice_are_told_however_they_are_quoted() {
        let yaml = parse("a: 1\nb:\n  a: 2\n  'a': 3\n\"a\": 4\nc: 5\n");
        let lines: Vec<(usize, usize)> =
            yaml.duplicates().iter().map(|found| (yaml.line(found.first), yaml.line(found.second))).collect();
        assert_eq!(lines, [(3, 4), (1, 5)]);
    }

    #[test]
    fn an_alias_leads_to_what_its_name_meant_there() {
        let yaml = parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n");
        let root = yaml.documents()[0].root;
        let text = |key| yaml.text_of(yaml.follow(yaml.entry(root, key).unwrap().value));
        assert_eq!((text("b"), text("d")), (Some("1"), Some("2")));
    }

    #[test]
    fn a_walk_goes_down_before_it_goes_on() {
        let yaml = parse("a:\n  - b: 1\n    # c\n  - 2\nd: {}\ne: 3\n");
        let depths: Vec<(usize, usize)> =
            yaml.walk(yaml.documents()[0].root).map(|visit| (visit.depth, visit.index)).collect();
        assert_eq!(depths, [(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1), (0, 2)]);
    }

    #[test]
    fn errors_name_the_place_and_never_the_content() {
        let error = |text: &str| Yaml::parse(text, &Limits::default()).unwrap_err().to_string();
        assert_eq!(error("a: 1\nb: \"s3cret\n"), "line 2, column 4: unclosed quote");
        assert_eq!(error("%YAML 1.2\n---\na: 1\n"), "line 2, column 1: the directive %YAML 1.2 is not read by sops");
        for damaged in
            ["a: 1\n s3cret: 2\n", "a: [s3cret\n", "s3cret\na: 1\n", "a: 's3cret", "a: @s3cret\n", "a:\n\ts3cret: 1\n"]
        {
            let said = error(damaged);
            assert!(said.starts_with("line ") && !said.contains("s3cret"), "{said}");
        }
    }
}
