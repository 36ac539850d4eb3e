//! Two people changed one file: what can be brought together key by key, and what cannot.
//!
//! The other's file is the base of the result, so its bytes, recipients and comments stay; our changes are made in it
//! again. Nothing is decided that both touched: such keys are named, and the other's value stays until someone chooses.

use super::change::{Change, ChangeKind, changes};
use super::document::Document;
use super::edit::{Edit, Emptied, Place};
use super::entry::{EntryKind, LeafType};
use super::key_path::KeyPath;
use super::value::NewValue;
use crate::crypto::Cipher;
use crate::secret::Random;

/// What came of a merge.
#[derive(Debug)]
pub struct Merged {
    /// Their file with our changes.
    pub document: Document,
    /// What they had changed, and we had not.
    pub taken: Vec<Change>,
    /// Where our change was not made, because they had changed the same place, or it cannot be made there any more.
    pub conflicts: Vec<KeyPath>,
}

/// Brings `ours` and `theirs`, both made from `base`, together. All three have the same data key.
#[must_use]
pub fn merge(base: &Document, ours: &Document, theirs: Document, cipher: &Cipher, random: &mut dyn Random) -> Merged {
    let their_changes = changes(base, &theirs);
    let mut merged = Merged { document: theirs, taken: Vec::new(), conflicts: Vec::new() };
    let our_changes = changes(base, ours);
    for change in &our_changes {
        let rival = their_changes.iter().find(|theirs| touch(&theirs.path, &change.path));
        let agreed = rival.is_some_and(|theirs| *theirs == *change && change.kind == ChangeKind::Removed);
        if agreed {
            continue;
        }
        if rival.is_some() || !make_again(change, ours, &mut merged.document, cipher, random) {
            merged.conflicts.push(change.path.clone());
        }
    }
    let untouched = |theirs: &Change| !our_changes.iter().any(|ours| touch(&ours.path, &theirs.path));
    merged.taken = their_changes.into_iter().filter(untouched).collect();
    merged
}

/// Whether two places are the same, or one lies inside the other.
fn touch(one: &KeyPath, other: &KeyPath) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Makes one of our changes in their document. `false`: it cannot be made, and nothing was.
fn make_again(
    change: &Change,
    ours: &Document,
    theirs: &mut Document,
    cipher: &Cipher,
    random: &mut dyn Random,
) -> bool {
    let Some(edits) = edits_for(change, ours, cipher) else { return false };
    let mut result = None;
    for edit in &edits {
        let document = result.as_ref().unwrap_or(&*theirs);
        match document.apply(edit, cipher, random) {
            Ok(edited) => result = Some(edited.document),
            Err(_) => return false,
        }
    }
    if let Some(document) = result {
        *theirs = document;
    }
    true
}

/// The edits that make a change; `None` where the value cannot be carried over, such as a list of lists.
fn edits_for(change: &Change, ours: &Document, cipher: &Cipher) -> Option<Vec<Edit>> {
    let path = change.path.clone();
    if change.kind == ChangeKind::Removed {
        let parent_stays = path.parent().is_none_or(|parent| parent.is_root() || ours.entry(&parent).is_some());
        let emptied = if parent_stays { Emptied::Keep } else { Emptied::Remove };
        return Some(vec![Edit::Remove { path, emptied }]);
    }
    let entry = ours.entry(&path)?;
    if let EntryKind::List { .. } = entry.kind() {
        let mut edits = Vec::new();
        if change.kind == ChangeKind::Changed {
            edits.push(Edit::Remove { path: path.clone(), emptied: Emptied::Keep });
        }
        edits.push(Edit::Insert { path: path.clone(), place: Place::Last, value: NewValue::empty_list() });
        for item in entry.children() {
            let value = value_at(&item.path(), ours, cipher)?;
            edits.push(Edit::InsertItem { list: path.clone(), place: Place::Last, value });
        }
        return Some(edits);
    }
    let value = value_at(&path, ours, cipher)?;
    Some(vec![match change.kind {
        ChangeKind::Changed => Edit::Set { path, value },
        _ => Edit::Insert { path, place: Place::Last, value },
    }])
}

/// Our value, opened for the moment it takes to seal it again.
fn value_at(path: &KeyPath, ours: &Document, cipher: &Cipher) -> Option<NewValue> {
    match ours.entry(path)?.kind() {
        EntryKind::Mapping { children: 0 } => Some(NewValue::empty_mapping()),
        EntryKind::List { children: 0 } => Some(NewValue::empty_list()),
        EntryKind::Leaf(LeafType::Null) => Some(NewValue::null()),
        EntryKind::Leaf(LeafType::Str) => Some(NewValue::text(ours.open_value(path, cipher).ok()?)),
        EntryKind::Leaf(leaf_type) => NewValue::typed(leaf_type, ours.open_value(path, cipher).ok()?).ok(),
        EntryKind::Mapping { .. } | EntryKind::List { .. } | EntryKind::Alias => None,
    }
}
