//! What differs between two states of a file, told without a key: an untouched value keeps its envelope.

use std::collections::{BTreeMap, HashMap, HashSet};

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

/// The places of some changes, to be asked what touches them.
pub(super) struct Places<'c>(BTreeMap<&'c KeyPath, &'c Change>);

impl<'c> Places<'c> {
    pub(super) fn of(changes: &'c [Change]) -> Self {
        Self(changes.iter().map(|change| (&change.path, change)).collect())
    }

    /// A change at `path`, above it or below it.
    pub(super) fn touching(&self, path: &KeyPath) -> Option<&'c Change> {
        let mut above = Some(path.clone());
        while let Some(place) = above {
            if let Some(change) = self.0.get(&place) {
                return Some(change);
            }
            above = place.parent();
        }
        // Paths below one follow it directly in their order.
        let (place, change) = self.0.range::<KeyPath, _>(path..).next()?;
        place.starts_with(path).then_some(*change)
    }
}

fn is_unit(entry: Entry<'_>) -> bool {
    !matches!(entry.kind(), EntryKind::Mapping { children: 1.. })
}

#[cfg(test)]
mod tests {
    use super::super::edit::tests::encrypted;
    use super::*;

    /// Compares two texts, both made from the same sealed file, so that what is equal keeps its envelope.
    #[track_caller]
    fn check(edit: impl Fn(&str) -> String, expected: &[(&str, ChangeKind)]) {
        let before = encrypted("a: 1\nb:\n    c: x\n    d: y\nl:\n    - 1\n    - 2\ne: {}\n");
        let after = Document::parse(edit(before.text())).unwrap();
        let found: Vec<(String, ChangeKind)> =
            changes(&before, &after).into_iter().map(|change| (change.path.to_string(), change.kind)).collect();
        let expected: Vec<(String, ChangeKind)> =
            expected.iter().map(|(path, kind)| ((*path).to_owned(), *kind)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_keeps_its_envelope_is_no_change() {
        check(str::to_owned, &[]);
        check(|text| text.replace("b:\n", "b: # words\n\n"), &[]);
        check(
            |text| text.replace("a: ENC", "a: \"ENC").replacen(",type:int]", ",type:int]\"", 1),
            &[("a", ChangeKind::Changed)],
        );
    }

    #[test]
    fn places_are_leaves_and_whole_lists() {
        check(|text| text.replace("    c:", "    cc:"), &[("b/cc", ChangeKind::Added), ("b/c", ChangeKind::Removed)]);
        check(|text| text.replace("    - ENC", "    - 0\n    - ENC"), &[("l", ChangeKind::Changed)]);
        check(|text| text.replace("e: {}", "e: []"), &[("e", ChangeKind::Changed)]);
    }

    #[test]
    fn a_place_is_touched_from_above_and_below() {
        let path = |text: &str| text.parse::<KeyPath>().unwrap();
        let changes = [Change { path: path("a/b"), kind: ChangeKind::Added }];
        let places = Places::of(&changes);
        for (asked, expected) in
            [("a/b", true), ("a", true), ("a/b/c", true), ("a/c", false), ("a/bb", false), ("b", false)]
        {
            assert_eq!(places.touching(&path(asked)).is_some(), expected, "{asked}");
        }
    }
}
