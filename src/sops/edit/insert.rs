//! New keys and new list items.

use super::draft::Draft;
use super::{EditError, Edited, Place};
use crate::sops::entry::{Entry, EntryKind, LeafType};
use crate::sops::key_path::{KeyPath, Part};
use crate::sops::value::NewValue;
use crate::sops::walk::METADATA_KEY;
use crate::yaml::{self, Fragment, NodeId};

/// Where a new key hangs: the innermost mapping that exists, and the keys from there on.
pub(super) struct Anchor<'d> {
    pub(super) mapping: NodeId,
    /// The entry of the mapping, none for a document's root.
    pub(super) entry: Option<Entry<'d>>,
    document: usize,
    pub(super) keys: Vec<String>,
}

impl<'d> Draft<'d> {
    pub(super) fn insert(&mut self, path: &KeyPath, place: Place, value: &NewValue) -> Result<Edited, EditError> {
        let anchor = self.anchor(path)?;
        // Comments decide for some rules, and where the new key stands among them is known only afterwards.
        let by_keys = self.rule_seals(path, anchor.entry);
        let edited = self.insert_as(path, &anchor, place, value, by_keys)?;
        let falls_under_rule = edited.document.entry(path).is_some_and(Entry::falls_under_rule);
        if falls_under_rule == by_keys {
            self.check_sealed(edited, sealed_count(value, by_keys), path)
        } else {
            let edited = self.insert_as(path, &anchor, place, value, falls_under_rule)?;
            self.check_sealed(edited, sealed_count(value, falls_under_rule), path)
        }
    }

    fn insert_as(
        &mut self,
        path: &KeyPath,
        anchor: &Anchor<'_>,
        place: Place,
        value: &NewValue,
        sealed: bool,
    ) -> Result<Edited, EditError> {
        let fragment = self.fragment(value, path, &aad_of(path), sealed)?;
        let edit = self.insertion(anchor, place, fragment);
        self.make(vec![edit])
    }

    /// The change of the YAML that hangs `fragment` under the anchor's keys.
    pub(super) fn insertion(&self, anchor: &Anchor<'_>, place: Place, fragment: Fragment) -> yaml::Edit {
        let (key, below) = anchor.keys.split_first().expect("an anchor has at least the new key");
        let value = below.iter().rev().fold(fragment, |inner, key| Fragment::Mapping(vec![(key.clone(), inner)]));
        let place = self.place(anchor.entry, anchor.document, place);
        yaml::Edit::InsertEntry { mapping: anchor.mapping, place, key: key.clone(), value }
    }

    pub(super) fn insert_item(&mut self, list: &KeyPath, place: Place, value: &NewValue) -> Result<Edited, EditError> {
        let entry = self.entry(list)?;
        if !matches!(entry.kind(), EntryKind::List { .. } | EntryKind::Leaf(LeafType::Null)) {
            let path = list.clone();
            return Err(match entry.kind() {
                EntryKind::Mapping { .. } => EditError::NotAList { path },
                _ => EditError::NotABranch { path },
            });
        }
        let sealed = entry.falls_under_rule();
        let fragment = self.fragment(value, list, &aad_of(list), sealed)?;
        let place = self.place(Some(entry), list.document(), place);
        let edited = self.make(vec![yaml::Edit::InsertElement { sequence: entry.node(), place, value: fragment }])?;
        self.check_sealed(edited, sealed_count(value, sealed), list)
    }

    /// Finds the innermost mapping on the way to `path`, which must not exist itself.
    pub(super) fn anchor(&self, path: &KeyPath) -> Result<Anchor<'d>, EditError> {
        if let Some(taken) = self.document.entry(path) {
            return Err(EditError::KeyTaken { path: path.clone(), line: taken.line() });
        }
        if path.parts().first() == Some(&Part::from(METADATA_KEY)) {
            return Err(EditError::ReservedKey);
        }
        let mut keys = Vec::new();
        let mut at = path.clone();
        loop {
            let key = at.key().ok_or_else(|| EditError::NoSuchKey { path: at.clone() })?;
            keys.insert(0, key.to_owned());
            at = at.parent().expect("a path with a key has a parent");
            if let Some(mapping) = self.mapping_at(&at)? {
                let entry = self.document.entry(&at);
                return Ok(Anchor { mapping, entry, document: at.document(), keys });
            }
        }
    }

    /// The mapping at a path, or the null that can become one.
    fn mapping_at(&self, path: &KeyPath) -> Result<Option<NodeId>, EditError> {
        if path.is_root() {
            let documents = self.document.yaml().documents();
            let document = documents.get(path.document()).map(|document| document.root);
            return document.map(Some).ok_or_else(|| EditError::NoSuchKey { path: path.clone() });
        }
        match self.document.entry(path).map(|entry| (entry, entry.kind())) {
            None => Ok(None),
            Some((entry, EntryKind::Mapping { .. } | EntryKind::Leaf(LeafType::Null))) => Ok(Some(entry.node())),
            Some(_) => Err(EditError::NotABranch { path: path.clone() }),
        }
    }

    /// The place in the YAML. At the top, the last place is the one above the metadata, where they stand last.
    fn place(&self, branch: Option<Entry<'_>>, document: usize, place: Place) -> yaml::Place {
        let children = self.document.rows().children(branch.map(Entry::index), document);
        let mut children = children.filter_map(|index| self.document.entry_at(index));
        let node = |entry: Entry<'_>| entry.key_node().unwrap_or(entry.node());
        let sibling = match place {
            Place::First => return yaml::Place::First,
            Place::After(number) => children.nth(number),
            Place::Last => children.last(),
        };
        match sibling {
            Some(sibling) => yaml::Place::After(node(sibling)),
            None if branch.is_none() => {
                let root = self.document.yaml().documents()[document].root;
                let metadata = self.document.yaml().entry(root, METADATA_KEY);
                metadata.map_or(yaml::Place::Last, |entry| yaml::Place::Before(entry.key))
            }
            None => yaml::Place::Last,
        }
    }

    /// Whether the file's rule wants a value at `path` sealed, going by keys and by what is known of the branch above.
    pub(super) fn rule_seals(&self, path: &KeyPath, above: Option<Entry<'_>>) -> bool {
        let rule = self.document.metadata().rule();
        if rule.selector().reads_comments() {
            return above.map_or_else(|| rule.seals_path([]), Entry::falls_under_rule);
        }
        rule.seals_path(path.parts().iter().filter_map(|part| match part {
            Part::Key(key) => Some(key.as_str()),
            Part::Index(_) => None,
        }))
    }
}

fn sealed_count(value: &NewValue, sealed: bool) -> isize {
    isize::from(sealed && value.needs_envelope())
}

/// What a value at `path` is bound to.
pub(super) fn aad_of(path: &KeyPath) -> String {
    let keys = path.parts().iter().filter_map(|part| match part {
        Part::Key(key) => Some(format!("{key}:")),
        Part::Index(_) => None,
    });
    keys.collect()
}
