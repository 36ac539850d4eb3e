//! What differs between two states of a file, told without a key: an untouched value keeps its envelope.

use std::collections::{HashMap, HashSet};

use super::document::Document;
use super::entry::{Entry, EntryKind};
use super::key_path::KeyPath;

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The place: of a leaf, an empty mapping, or a whole list.
    pub path: KeyPath,
    /// What happened there.
    pub kind: ChangeKind,
}

/// What happened at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// Only the later state has it.
    Added,
    /// Only the earlier state has it.
    Removed,
    /// Both have it, with different values.
    Changed,
}

/// Compares two states of a file: added and changed places in the later order, then removed ones in the earlier order.
///
/// A list counts as one value, because its positions are no names. A value sealed anew counts as changed, even if it
/// is the same: only a key could tell.
#[must_use]
pub fn changes(before: &Document, after: &Document) -> Vec<Change> {
    let earlier: HashMap<KeyPath, &str> = units(before).collect();
    let mut kept = HashSet::with_capacity(earlier.len());
    let mut found = Vec::new();
    for (path, source) in units(after) {
        let kind = match earlier.get(&path) {
            None => Some(ChangeKind::Added),
            Some(earlier) if *earlier != source => Some(ChangeKind::Changed),
            Some(_) => None,
        };
        if kind != Some(ChangeKind::Added) {
            kept.insert(path.clone());
        }
        found.extend(kind.map(|kind| Change { path, kind }));
    }
    let removed = units(before).map(|(path, _)| path).filter(|path| !kept.contains(path));
    found.extend(removed.map(|path| Change { path, kind: ChangeKind::Removed }));
    found
}

/// The places whose values are compared, each with its text in the file.
fn units(document: &Document) -> impl Iterator<Item = (KeyPath, &str)> {
    let mut after_list = 0;
    document.entries().filter_map(move |entry| {
        if entry.index() < after_list || !is_unit(entry) {
            return None;
        }
        if matches!(entry.kind(), EntryKind::List { .. }) {
            after_list = entry.end();
        }
        Some((entry.path(), &document.text()[entry.range()]))
    })
}

fn is_unit(entry: Entry<'_>) -> bool {
    !matches!(entry.kind(), EntryKind::Mapping { children: 1.. })
}
