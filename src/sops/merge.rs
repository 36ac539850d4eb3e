//! Two people changed one file: what can be brought together key by key, and what cannot.
//!
//! The other's file is the base of the result, so its bytes, recipients and comments stay; our changes of values are made
//! in it again. Nothing is decided that both touched: such keys are named, and the other's value stays until someone
//! chooses ours by [`keep_ours`]. A sealed value of ours never goes where their rule would store it in the clear.

use super::change::{Change, ChangeKind, Places, changes};
use super::document::Document;
use super::edit::{Edit, Emptied, Place};
use super::entry::{Entry, EntryKind, LeafType};
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
    let (our_changes, their_changes) = (changes(base, ours), changes(base, &theirs));
    let (our_places, their_places) = (Places::of(&our_changes), Places::of(&their_changes));
    let mut merged = Merged { document: theirs, taken: Vec::new(), conflicts: Vec::new() };
    for change in &our_changes {
        match their_places.touching(&change.path) {
            Some(rival) if agree(change, rival, ours, &merged.document, cipher) => {}
            Some(_) => merged.conflicts.push(change.path.clone()),
            None if make_again(change, ours, &mut merged.document, cipher, random) => {}
            None => merged.conflicts.push(change.path.clone()),
        }
    }
    merged.taken = their_changes.iter().filter(|change| our_places.touching(&change.path).is_none()).cloned().collect();
    merged
}

/// Whether both did the same: removed a key, or gave it the same value.
fn agree(ours: &Change, theirs: &Change, our_file: &Document, their_file: &Document, cipher: &Cipher) -> bool {
    if ours.path != theirs.path {
        return false;
    }
    let leaf_type = |document: &Document| document.entry(&ours.path).map(Entry::kind);
    let (our_type, their_type) = (leaf_type(our_file), leaf_type(their_file));
    match (our_type, their_type) {
        (None, None) => true,
        (Some(EntryKind::Leaf(ours_is)), Some(EntryKind::Leaf(theirs_is))) if ours_is == theirs_is => {
            let open = |document: &Document| document.open_value(&ours.path, cipher).ok();
            matches!((open(our_file), open(their_file)), (Some(one), Some(other)) if one.same_as(&other))
        }
        _ => false,
    }
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
    let is_uncovered = result.as_ref().is_some_and(|result| uncovers(&change.path, ours, result));
    if is_uncovered {
        return false;
    }
    if let Some(document) = result {
        *theirs = document;
    }
    true
}

/// Whether a value that our file seals would stand in the clear, because they changed the rule meanwhile.
fn uncovers(path: &KeyPath, ours: &Document, result: &Document) -> bool {
    let falls_under_rule = |document: &Document| document.entry(path).map(Entry::falls_under_rule);
    falls_under_rule(ours) == Some(true) && falls_under_rule(result) == Some(false)
}

/// Puts our state of some places that both had changed into a merged file, in place of theirs. What stands in the way
/// of them goes; everything else stays as it is. `Err`: the first place whose state cannot be carried over.
pub fn keep_ours(
    conflicts: &[KeyPath],
    ours: &Document,
    merged: Document,
    cipher: &Cipher,
    random: &mut dyn Random,
) -> Result<Document, KeyPath> {
    let mut result = merged;
    for path in conflicts {
        make_way(path, ours, &mut result, cipher, random).ok_or_else(|| path.clone())?;
        let kind = match (ours.entry(path), result.entry(path)) {
            (None, None) => continue,
            // What our file has below the place was put there for its own path.
            (Some(entry), _) if matches!(entry.kind(), EntryKind::Mapping { children: 1.. }) => continue,
            (None, Some(_)) => ChangeKind::Removed,
            (Some(_), None) => ChangeKind::Added,
            (Some(_), Some(_)) => ChangeKind::Changed,
        };
        if !make_again(&Change { path: path.clone(), kind }, ours, &mut result, cipher, random) {
            return Err(path.clone());
        }
    }
    Ok(result)
}

/// Removes what would keep our state of a place from standing there: their value on the way to it, their branch or list
/// at it, or a value of theirs that ours has as a branch. `None`: it cannot be removed.
fn make_way(
    path: &KeyPath,
    ours: &Document,
    theirs: &mut Document,
    cipher: &Cipher,
    random: &mut dyn Random,
) -> Option<()> {
    let is_branch = |entry: Entry<'_>| matches!(entry.kind(), EntryKind::Mapping { .. });
    let ours_is = ours.entry(path).map(Entry::kind);
    let mut above = path.parent();
    let mut blocked = None;
    while let Some(place) = above.filter(|place| !place.is_root()) {
        let is_in_the_way = |entry: Entry<'_>| !is_branch(entry) && ours_is.is_some();
        if theirs.entry(&place).is_some_and(is_in_the_way) {
            blocked = Some(place.clone());
        }
        above = place.parent();
    }
    let at_place = theirs.entry(path).map(Entry::kind).is_some_and(|theirs_is| match (ours_is, theirs_is) {
        (Some(EntryKind::Mapping { children: 1.. }), theirs_is) => !matches!(theirs_is, EntryKind::Mapping { .. }),
        (Some(EntryKind::Leaf(_)), theirs_is) => !matches!(theirs_is, EntryKind::Leaf(_)),
        (Some(_), EntryKind::List { children: 1.. } | EntryKind::Mapping { children: 1.. }) => true,
        _ => false,
    });
    let Some(path) = blocked.or_else(|| at_place.then(|| path.clone())) else { return Some(()) };
    *theirs = theirs.apply(&Edit::Remove { path, emptied: Emptied::Keep }, cipher, random).ok()?.document;
    Some(())
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

#[cfg(test)]
mod tests {
    use super::super::edit::tests::{Counting, cipher, encrypted, opened};
    use super::*;
    use crate::secret::Secret;
    use jiff::Timestamp;

    fn path(text: &str) -> KeyPath {
        text.parse().unwrap()
    }

    fn text(text: &str) -> NewValue {
        NewValue::text(Secret::from_exposed(text.as_bytes()))
    }

    /// One person's work on a file: `a=x` sets or inserts, `-a` removes, `a>b` moves.
    fn worked_on(base: &Document, work: &str, seed: u64) -> Document {
        let mut document = Document::parse(base.text()).unwrap();
        let random = &mut Counting(seed);
        for word in work.split_whitespace() {
            let edit = if let Some(gone) = word.strip_prefix('-') {
                Edit::Remove { path: path(gone), emptied: Emptied::Keep }
            } else if let Some((from, to)) = word.split_once('>') {
                Edit::Move { from: path(from), to: path(to) }
            } else {
                let (at, value) = word.split_once('=').unwrap();
                match document.entry(&path(at)) {
                    Some(_) => Edit::Set { path: path(at), value: text(value) },
                    None => Edit::Insert { path: path(at), place: Place::Last, value: text(value) },
                }
            };
            document = document.apply(&edit, &cipher(), random).unwrap().document;
        }
        document.seal(Timestamp::UNIX_EPOCH, &cipher(), random).unwrap()
    }

    #[track_caller]
    fn check(ours: &str, theirs: &str, expected: &str, conflicts: &[&str]) {
        let base = encrypted("a: one\nb:\n    c: two\n    d: three\nl:\n    - four\n");
        let (ours, theirs) = (worked_on(&base, ours, 10), worked_on(&base, theirs, 20));
        let merged = merge(&base, &ours, theirs, &cipher(), &mut Counting(30));
        let found: Vec<String> = merged.conflicts.iter().map(KeyPath::to_string).collect();
        assert_eq!(
            (opened(&merged.document).as_str(), found),
            (expected, conflicts.iter().map(|path| (*path).to_owned()).collect())
        );
        merged.document.seal(Timestamp::UNIX_EPOCH, &cipher(), &mut Counting(40)).unwrap().verify(&cipher()).unwrap();
    }

    const REST: &str = "b:\n    c: two\n    d: three\nl:\n    - four\n";

    #[test]
    fn changes_of_different_keys_come_together() {
        check("a=1", "b/c=2", "a: \"1\"\nb:\n    c: \"2\"\n    d: three\nl:\n    - four\n", &[]);
        check("e=5", "f=6", &format!("a: one\n{REST}f: \"6\"\ne: \"5\"\n"), &[]);
        check("-b/c", "a=1", "a: \"1\"\nb:\n    d: three\nl:\n    - four\n", &[]);
        check("a>z", "b/c=2", "b:\n    c: \"2\"\n    d: three\nl:\n    - four\nz: one\n", &[]);
        check("", "a=1", &format!("a: \"1\"\n{REST}"), &[]);
        check("a=1", "", &format!("a: \"1\"\n{REST}"), &[]);
    }

    #[test]
    fn the_same_change_is_no_conflict() {
        check("a=x", "a=x", &format!("a: x\n{REST}"), &[]);
        check("-a", "-a", REST, &[]);
        check("e=x", "e=x", &format!("a: one\n{REST}e: x\n"), &[]);
    }

    #[test]
    fn what_both_touched_keeps_their_value_and_is_named() {
        check("a=x", "a=xx", &format!("a: xx\n{REST}"), &["a"]);
        check("-a", "a=xx", &format!("a: xx\n{REST}"), &["a"]);
        check("a=x", "-a", REST, &["a"]);
        check("b/c=x", "-b", "a: one\nl:\n    - four\n", &["b/c"]);
        check("e=x", "e/f=y", &format!("a: one\n{REST}e:\n    f: \"y\"\n"), &["e"]);
    }

    /// As `check`, with our state kept of every place that both changed.
    #[track_caller]
    fn check_kept(ours: &str, theirs: &str, expected: &str) {
        let base = encrypted("a: one\nb:\n    c: two\n    d: three\nl:\n    - four\n");
        let (ours, theirs) = (worked_on(&base, ours, 10), worked_on(&base, theirs, 20));
        let merged = merge(&base, &ours, theirs, &cipher(), &mut Counting(30));
        assert!(!merged.conflicts.is_empty());
        let kept = keep_ours(&merged.conflicts, &ours, merged.document, &cipher(), &mut Counting(50)).unwrap();
        assert_eq!(opened(&kept), expected);
        kept.seal(Timestamp::UNIX_EPOCH, &cipher(), &mut Counting(40)).unwrap().verify(&cipher()).unwrap();
    }

    #[test]
    fn ours_can_be_kept_and_the_rest_stays_theirs() {
        check_kept("a=x", "a=xx b/c=q", "a: x\nb:\n    c: q\n    d: three\nl:\n    - four\n");
        check_kept("-a", "a=xx f=6", &format!("{REST}f: \"6\"\n"));
        check_kept("a=x", "-a", &format!("{REST}a: x\n"));
        check_kept("b/c=x", "-b", "a: one\nl:\n    - four\nb:\n    c: x\n");
        check_kept("a=1 b/c=2", "a=3 b/c=4", "a: \"1\"\nb:\n    c: \"2\"\n    d: three\nl:\n    - four\n");
    }

    #[test]
    fn what_stands_in_the_way_of_ours_goes() {
        check_kept("e=x", "e/f=y", &format!("a: one\n{REST}e: x\n"));
        check_kept("e/f=x", "e=y", &format!("a: one\n{REST}e:\n    f: x\n"));
        check_kept("-a a/b=x", "a=y", &format!("{REST}a:\n    b: x\n"));
        check_kept("-l l=x", "-l l/m=y", "a: one\nb:\n    c: two\n    d: three\nl: x\n");
    }

    #[test]
    fn a_rule_that_no_longer_seals_the_key_keeps_ours_out() {
        let base = encrypted("a: one\nb: two\n");
        let uncovered = |text: &str| text.replace("unencrypted_suffix: _unencrypted", "encrypted_regex: ^[ab]$");
        let ours = worked_on(&base, "c=x", 10);
        let theirs = Document::parse(uncovered(base.text())).unwrap();
        assert_ne!(theirs.text(), base.text());
        let merged = merge(&base, &ours, theirs, &cipher(), &mut Counting(30));
        assert_eq!(merged.conflicts, [path("c")]);
        let kept = keep_ours(&merged.conflicts, &ours, merged.document, &cipher(), &mut Counting(50));
        assert_eq!(kept.unwrap_err(), path("c"));
    }

    #[test]
    fn their_changes_are_told() {
        let base = encrypted("a: one\nb: two\n");
        let (ours, theirs) = (worked_on(&base, "a=1", 10), worked_on(&base, "b=2 c=3", 20));
        let merged = merge(&base, &ours, theirs, &cipher(), &mut Counting(30));
        let taken: Vec<String> = merged.taken.iter().map(|change| change.path.to_string()).collect();
        assert_eq!(taken, ["b", "c"]);
    }
}
