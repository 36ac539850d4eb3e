//! The table behind [`Entry`](super::Entry): one small record for each key and list item, in tree order.

use super::encryption_rule::EncryptionRule;
use super::entry::{EntryKind, LeafType};
use super::key_path::{KeyPath, Part};
use super::walk::{Aliases, Hold, Place, Step, Walker};
use crate::crypto::{Envelope, ValueType};
use crate::yaml::{Kind, NodeId, Resolved, Yaml};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::OnceLock;

/// One key or list item.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) hold: Hold,
    pub(super) node: NodeId,
    pub(super) parent: Option<u32>,
    pub(super) depth: u16,
    pub(super) document: u16,
    pub(super) kind: EntryKind,
    pub(super) is_sealed: bool,
    pub(super) falls_under_rule: bool,
    /// The number of the first row that does not stand below this one.
    pub(super) end: u32,
}

/// All rows, and the way from a key path to its row.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    rows: Vec<Row>,
    /// Made at the first look-up.
    index: OnceLock<Index>,
}

/// From the hash of a path to the rows whose paths have it, sorted.
#[derive(Debug, Clone)]
struct Index {
    hasher: RandomState,
    rows: Vec<(u64, u32)>,
}

impl Rows {
    /// Lists what the walk meets.
    pub(super) fn read(yaml: &Yaml, rule: &EncryptionRule) -> Self {
        let mut rows = Builder { yaml, rows: Vec::new(), open: Vec::new() };
        let mut walker = Walker::new(yaml, rule, Aliases::Keep);
        while let Some(step) = walker.step() {
            match step {
                Step::Branch(place) => rows.branch(&place),
                Step::Leaf(place) => rows.leaf(&place),
                Step::Alias(place) => rows.push(&place, EntryKind::Alias, false),
                Step::CommentElement(_) | Step::Comment { .. } => {}
            }
        }
        rows.close_down_to(0);
        Self { rows: rows.rows, index: OnceLock::new() }
    }

    pub(super) fn all(&self) -> &[Row] {
        &self.rows
    }

    /// The rows directly below a row, or the top rows of a document.
    pub(super) fn children(&self, parent: Option<usize>, document: usize) -> Children<'_> {
        let (next, end) = match parent {
            Some(parent) => (parent + 1, self.rows[parent].end as usize),
            None => (
                self.rows.partition_point(|row| usize::from(row.document) < document),
                self.rows.partition_point(|row| usize::from(row.document) <= document),
            ),
        };
        Children { rows: &self.rows, next, end }
    }

    pub(super) fn part(&self, yaml: &Yaml, row: usize) -> Part {
        match self.rows[row].hold {
            Hold::Key(key) => Part::from(yaml.text_of(key).unwrap_or_default()),
            Hold::Index(index) => Part::Index(index),
        }
    }

    pub(super) fn path(&self, yaml: &Yaml, row: usize) -> KeyPath {
        let mut above = Vec::with_capacity(usize::from(self.rows[row].depth) + 1);
        let mut next = Some(row);
        while let Some(row) = next {
            above.push(row);
            next = self.rows[row].parent.map(|parent| parent as usize);
        }
        let root = KeyPath::root_of(usize::from(self.rows[row].document));
        above.iter().rev().fold(root, |path, row| path.child(self.part(yaml, *row)))
    }

    /// The row at `path`; the first one where a key stands twice.
    pub(super) fn find(&self, yaml: &Yaml, path: &KeyPath) -> Option<usize> {
        let index = self.index.get_or_init(|| self.make_index(yaml));
        let hash = path.parts().iter().fold(path.document() as u64, |above, part| index.hash(above, &part.into()));
        let first = index.rows.partition_point(|(other, _)| *other < hash);
        let candidates = index.rows[first..].iter().take_while(|(other, _)| *other == hash);
        candidates.map(|(_, row)| *row as usize).find(|row| self.stands_at(yaml, *row, path))
    }

    fn stands_at(&self, yaml: &Yaml, row: usize, path: &KeyPath) -> bool {
        let found = &self.rows[row];
        if usize::from(found.document) != path.document() || usize::from(found.depth) + 1 != path.parts().len() {
            return false;
        }
        let mut next = Some(row);
        path.parts().iter().rev().all(|part| {
            let row = &self.rows[next.expect("the depth says how many rows lie above")];
            next = row.parent.map(|parent| parent as usize);
            PartRef::from(part) == row.part_ref(yaml)
        })
    }

    fn make_index(&self, yaml: &Yaml) -> Index {
        let mut index = Index { hasher: RandomState::new(), rows: Vec::with_capacity(self.rows.len()) };
        let mut hashes: Vec<u64> = Vec::with_capacity(self.rows.len());
        for (number, row) in self.rows.iter().enumerate() {
            let above = row.parent.map_or(u64::from(row.document), |parent| hashes[parent as usize]);
            let hash = index.hash(above, &row.part_ref(yaml));
            hashes.push(hash);
            index.rows.push((hash, row_number(number)));
        }
        index.rows.sort_unstable();
        index
    }
}

impl Index {
    fn hash(&self, above: u64, part: &PartRef<'_>) -> u64 {
        let mut state = self.hasher.build_hasher();
        above.hash(&mut state);
        part.hash(&mut state);
        state.finish()
    }
}

/// A [`Part`] that borrows its key.
#[derive(PartialEq, Eq, Hash)]
enum PartRef<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> From<&'a Part> for PartRef<'a> {
    fn from(part: &'a Part) -> Self {
        match part {
            Part::Key(key) => Self::Key(key),
            Part::Index(index) => Self::Index(*index),
        }
    }
}

impl Row {
    fn part_ref<'y>(&self, yaml: &'y Yaml) -> PartRef<'y> {
        match self.hold {
            Hold::Key(key) => PartRef::Key(yaml.text_of(key).unwrap_or_default()),
            Hold::Index(index) => PartRef::Index(index),
        }
    }
}

/// The rows directly below one.
pub(super) struct Children<'r> {
    rows: &'r [Row],
    next: usize,
    end: usize,
}

impl Iterator for Children<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let row = (self.next < self.end).then_some(self.next)?;
        self.next = self.rows[row].end as usize;
        Some(row)
    }
}

fn row_number(number: usize) -> u32 {
    u32::try_from(number).expect("the parser's limit on nodes is far below")
}

struct Builder<'y> {
    yaml: &'y Yaml,
    rows: Vec<Row>,
    /// The branches that contain the next row, outermost first.
    open: Vec<usize>,
}

impl Builder<'_> {
    fn push(&mut self, place: &Place, kind: EntryKind, is_sealed: bool) {
        self.close_down_to(place.depth);
        let parent = self.open.last().copied();
        if let Some(parent) = parent {
            match &mut self.rows[parent].kind {
                EntryKind::Mapping { children } | EntryKind::List { children } => *children += 1,
                EntryKind::Leaf(_) | EntryKind::Alias => {}
            }
        }
        self.rows.push(Row {
            hold: place.hold,
            node: place.written,
            parent: parent.map(row_number),
            depth: u16::try_from(place.depth).unwrap_or(u16::MAX),
            document: u16::try_from(place.document).unwrap_or(u16::MAX),
            kind,
            is_sealed,
            falls_under_rule: place.sealed,
            end: row_number(self.rows.len() + 1),
        });
    }

    /// Ends the branches that do not contain what stands at `depth`.
    fn close_down_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let closed = self.open.pop().expect("the loop asks for one");
            self.rows[closed].end = row_number(self.rows.len());
        }
    }

    fn branch(&mut self, place: &Place) {
        let kind = match self.yaml.kind(place.node) {
            Kind::Sequence { .. } => EntryKind::List { children: 0 },
            _ => EntryKind::Mapping { children: 0 },
        };
        self.push(place, kind, false);
        self.open.push(self.rows.len() - 1);
    }

    fn leaf(&mut self, place: &Place) {
        let text = self.yaml.text_of(place.node).unwrap_or_default();
        if place.sealed && Envelope::begins(text) {
            self.push(place, EntryKind::Leaf(sealed_type(text)), true);
        } else {
            self.push(place, EntryKind::Leaf(clear_type(self.yaml, place.node)), false);
        }
    }
}

/// The type that the end of an envelope names; whether the rest is whole shows when it is opened or looked through.
fn sealed_type(text: &str) -> LeafType {
    let name = text.strip_suffix(']').and_then(|text| text.rsplit_once(',')?.1.strip_prefix("type:"));
    let value_type = match name {
        Some(name) => ValueType::from_name(name),
        None => Envelope::parse(text).ok().map(|envelope| envelope.value_type),
    };
    value_type.map_or(LeafType::Unknown, LeafType::from)
}

/// The type of a clear scalar as go-yaml reads it.
pub(super) fn clear_type(yaml: &Yaml, node: NodeId) -> LeafType {
    match yaml.resolve(node) {
        Ok(Some(Resolved::Null)) => LeafType::Null,
        Ok(Some(Resolved::Bool(_))) => LeafType::Bool,
        Ok(Some(Resolved::Int(_) | Resolved::UInt(_))) => LeafType::Int,
        Ok(Some(Resolved::Float(_))) => LeafType::Float,
        Ok(Some(Resolved::Time(_))) => LeafType::Time,
        Ok(Some(Resolved::Str(_) | Resolved::Binary(_))) => LeafType::Str,
        Ok(None) | Err(_) => LeafType::Unknown,
    }
}

impl From<ValueType> for LeafType {
    fn from(value_type: ValueType) -> Self {
        match value_type {
            ValueType::Str => Self::Str,
            ValueType::Int => Self::Int,
            ValueType::Float => Self::Float,
            ValueType::Bool => Self::Bool,
            ValueType::Time => Self::Time,
            ValueType::Bytes => Self::Bytes,
            ValueType::Comment => Self::Unknown,
        }
    }
}
