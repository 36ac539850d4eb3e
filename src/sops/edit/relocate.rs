//! A key gets another name or place, and everything sealed below it is sealed for its new path.
//!
//! Where only the name changes, nothing but the name and the sealed values does. Under another parent the values are
//! written anew, and the comments that stood with them.

use super::draft::{Draft, value_type};
use super::insert::Anchor;
use super::remove::sealed_below;
use super::{EditError, Edited, Place};
use crate::secret::SecretBuffer;
use crate::sops::document::Document;
use crate::sops::entry::{Entry, EntryKind};
use crate::sops::key_path::KeyPath;
use crate::sops::leaf::{self, Leaf};
use crate::sops::walk::is_sealed_comment;
use crate::yaml::{self, Fragment, Item, Kind, NodeId, Resolved};
use std::collections::HashMap;

impl<'d> Draft<'d> {
    pub(super) fn relocate(&mut self, from: &KeyPath, to: &KeyPath) -> Result<Edited, EditError> {
        let entry = self.entry(from)?;
        if from == to {
            return Ok(self.nothing());
        }
        if to.starts_with(from) {
            return Err(EditError::IntoItself { path: from.clone() });
        }
        self.refuse_ties(entry)?;
        let relocation = Relocation::new(entry, to, self.anchor(to)?)?;
        // What falls under the rule at the new place, comments included, shows when it stands there.
        let trial = self.document.yaml().edit(&relocation.edits(self, &HashMap::new()))?;
        let trial = Document::from_yaml(trial.after).map_err(|_| EditError::NotAsMeant { path: to.clone() })?;
        let (resealed, newly_sealed) = self.reseal_below(entry, to, &trial)?;
        let mut edited = self.make(relocation.edits(self, &resealed))?;
        if relocation.new_name.is_none() {
            edited = self.carry_comments(entry, to, edited)?;
        }
        self.check_sealed(edited, newly_sealed, to)
    }

    /// Refuses to part an alias from its anchor: both read one envelope, which opens under one path only.
    fn refuse_ties(&self, entry: Entry<'_>) -> Result<(), EditError> {
        let inside = |other: Entry<'_>| (entry.index()..entry.end()).contains(&other.index());
        for alias in self.document.entries().filter(|other| other.kind() == EntryKind::Alias) {
            let target = self.document.entry_of(self.document.yaml().follow(alias.node()));
            let is_tied = target.is_some_and(|target| inside(alias) != inside(target) && sealed_below(target) > 0);
            if is_tied {
                return Err(EditError::TiedByAlias { path: entry.path(), line: alias.line() });
            }
        }
        Ok(())
    }

    /// The leaves at and below an entry as they have to be written at their new place, and how many more are sealed.
    fn reseal_below(
        &mut self,
        entry: Entry<'d>,
        to: &KeyPath,
        trial: &Document,
    ) -> Result<(HashMap<NodeId, Fragment>, isize), EditError> {
        let from = entry.path();
        let mut resealed = HashMap::new();
        let mut newly_sealed = 0;
        for row in entry.index()..entry.end() {
            let Some(leaf) = self.document.entry_at(row).filter(|entry| matches!(entry.kind(), EntryKind::Leaf(_)))
            else {
                continue;
            };
            let path = leaf.path().moved(&from, to).expect("the row stands at or below the entry");
            let moved = trial.entry(&path).ok_or_else(|| EditError::NotAsMeant { path: path.clone() })?;
            if let Some(envelope) = self.reseal(leaf, moved)? {
                newly_sealed += isize::from(!leaf.is_sealed());
                resealed.insert(leaf.node(), Fragment::Text(envelope));
            }
        }
        Ok((resealed, newly_sealed))
    }

    /// The envelope of a leaf for its new place; none where it stays as it is.
    fn reseal(&mut self, leaf: Entry<'_>, moved: Entry<'_>) -> Result<Option<String>, EditError> {
        let rejected = || EditError::ValueRejected { path: leaf.path(), line: leaf.line() };
        let content = Leaf::read(self.document.yaml(), leaf.node(), leaf.falls_under_rule());
        match content.map_err(|_| rejected())? {
            Leaf::Nothing => Ok(None),
            Leaf::Sealed(_) if !moved.falls_under_rule() => {
                let rule = self.document.metadata().rule().selector().field();
                Err(EditError::WouldUncover { path: moved.path(), rule })
            }
            Leaf::Sealed(envelope) => {
                let mut plaintext = SecretBuffer::new();
                leaf::open_into(self.cipher, &envelope, &leaf.aad(), &mut plaintext).map_err(|_| rejected())?;
                Ok(Some(self.seal(plaintext.expose(), envelope.value_type, &moved.aad())))
            }
            Leaf::Clear(bytes) if moved.falls_under_rule() => {
                let value_type = leaf.leaf_type().and_then(value_type).ok_or_else(rejected)?;
                Ok(Some(self.seal(&bytes, value_type, &moved.aad())))
            }
            Leaf::Clear(_) => Ok(None),
        }
    }
}

/// A key on its way to another name or place.
struct Relocation<'d> {
    entry: Entry<'d>,
    key: NodeId,
    anchor: Anchor<'d>,
    /// The new name, where only that changes.
    new_name: Option<String>,
}

impl<'d> Relocation<'d> {
    fn new(entry: Entry<'d>, to: &KeyPath, anchor: Anchor<'d>) -> Result<Self, EditError> {
        let from = entry.path();
        let key = entry.key_node().ok_or_else(|| EditError::NoSuchKey { path: from.clone() })?;
        let new_name = to.key().filter(|_| from.parent() == to.parent()).map(str::to_owned);
        Ok(Self { entry, key, anchor, new_name })
    }

    /// The changes of the YAML, with the leaves of `resealed` in place of their old text.
    fn edits(&self, draft: &Draft<'_>, resealed: &HashMap<NodeId, Fragment>) -> Vec<yaml::Edit> {
        let Some(name) = &self.new_name else {
            let fragment = written(self.entry.document.yaml(), self.entry.node(), resealed);
            return vec![draft.insertion(&self.anchor, Place::Last, fragment), yaml::Edit::Remove { node: self.key }];
        };
        let rename = yaml::Edit::Rename { key: self.key, to: name.clone() };
        let set = |(node, to): (&NodeId, &Fragment)| yaml::Edit::Set { node: *node, to: to.clone() };
        std::iter::once(rename).chain(resealed.iter().map(set)).collect()
    }
}

/// A value as it would be written anew; aliases as copies of what they stand for.
fn written(yaml: &yaml::Yaml, node: NodeId, resealed: &HashMap<NodeId, Fragment>) -> Fragment {
    if let Some(fragment) = resealed.get(&node) {
        return fragment.clone();
    }
    let node = yaml.follow(node);
    let items = yaml.items(node).iter();
    match yaml.kind(node) {
        Kind::Mapping { .. } => Fragment::Mapping(
            items
                .filter_map(|item| match item {
                    Item::Entry(entry) => {
                        let key = yaml.text_of(entry.key).unwrap_or_default().to_owned();
                        Some((key, written(yaml, entry.value, resealed)))
                    }
                    _ => None,
                })
                .collect(),
        ),
        Kind::Sequence { .. } => Fragment::Sequence(
            items
                .filter_map(|item| match item {
                    Item::Element(element) if yaml.text_of(*element).is_some_and(is_sealed_comment) => None,
                    Item::Element(element) => Some(written(yaml, *element, resealed)),
                    _ => None,
                })
                .collect(),
        ),
        Kind::Scalar(_) | Kind::Alias => {
            let text = yaml.text_of(node).unwrap_or_default().to_owned();
            match yaml.resolve(node) {
                Ok(Some(Resolved::Str(_) | Resolved::Binary(_))) | Err(_) => Fragment::Text(text),
                _ if text.is_empty() => Fragment::Plain("null".to_owned()),
                _ => Fragment::Plain(text),
            }
        }
    }
}
