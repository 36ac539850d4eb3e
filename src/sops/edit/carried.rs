//! Comments that go along when a key moves to another parent: those directly above it and those inside it.

use super::draft::Draft;
use super::{EditError, Edited};
use crate::sops::document::Document;
use crate::sops::entry::Entry;
use crate::sops::key_path::KeyPath;
use crate::sops::walk::{ROOT_AAD, is_sealed_comment};
use crate::text::Patch;
use crate::yaml::{self, Item, NodeId, Yaml};
use std::ops::Range;

/// A comment on its way, and above which entry it stands afterwards.
struct Carried {
    above: KeyPath,
    text: String,
}

impl<'d> Draft<'d> {
    /// Writes the comments that `edited` took away with `entry` above their keys' new places.
    pub(super) fn carry_comments(
        &mut self,
        entry: Entry<'d>,
        to: &KeyPath,
        edited: Edited,
    ) -> Result<Edited, EditError> {
        let carried = self.lost_comments(entry, to, &edited.patch);
        if carried.is_empty() {
            return Ok(edited);
        }
        let missing = |path: &KeyPath| EditError::NotAsMeant { path: path.clone() };
        let mut edits = Vec::with_capacity(carried.len());
        for Carried { above, text } in carried {
            let entry = edited.document.entry(&above).ok_or_else(|| missing(&above))?;
            edits.push(yaml::Edit::InsertComment { above: entry.key_node().unwrap_or(entry.node()), text });
        }
        let with_comments = edited.document.yaml().edit(&edits)?;
        let document = Document::from_yaml(with_comments.after).map_err(|_| missing(to))?;
        Ok(Edited { document, patch: edited.patch.then(&with_comments.patch) })
    }

    fn lost_comments(&mut self, entry: Entry<'d>, to: &KeyPath, patch: &Patch) -> Vec<Carried> {
        let yaml = self.document.yaml();
        let above = yaml.parent(entry.node()).unwrap_or(entry.node());
        let inside = (entry.index()..entry.end()).filter_map(|row| self.document.entry_at(row));
        let branches = inside.filter(|entry| !entry.is_leaf()).map(Entry::node);
        let containers: Vec<NodeId> = std::iter::once(above).chain(branches).collect();
        let is_lost = |range: &Range<usize>| {
            let covers = |removed: &Range<usize>| removed.start <= range.start && range.end <= removed.end;
            patch.splices().iter().any(|splice| covers(&splice.range))
        };
        let mut carried = Vec::new();
        for container in containers {
            let items = yaml.items(container);
            for (number, item) in items.iter().enumerate() {
                let Some((range, text)) = comment_of(yaml, *item) else { continue };
                let Some(neighbour) = neighbour(self, items, number).filter(|_| is_lost(&range)) else { continue };
                let Some(above) = neighbour.path().moved(&entry.path(), to) else { continue };
                let text = self.text_for(text, neighbour, &above);
                carried.push(Carried { above, text });
            }
        }
        carried
    }

    /// A comment's text for its new container: sealed anew where it was sealed.
    fn text_for(&mut self, text: &str, neighbour: Entry<'_>, above: &KeyPath) -> String {
        let before = container_aad(&neighbour.path());
        let sealed = is_sealed_comment(text).then(|| self.seal_comment_anew(text, &before, &container_aad(above)));
        sealed.flatten().unwrap_or_else(|| text.to_owned())
    }
}

/// The bytes and the text of a comment line, or of an element that is a sealed comment.
fn comment_of(yaml: &Yaml, item: Item) -> Option<(Range<usize>, &str)> {
    match item {
        Item::Comment(comment) => {
            let comment = yaml.comment(comment);
            Some((comment.range.clone(), comment.text(yaml)))
        }
        Item::Element(node) => {
            let text = yaml.text_of(node).filter(|text| is_sealed_comment(text))?;
            Some((yaml.range(node), text))
        }
        Item::Entry(_) => None,
    }
}

/// The entry that a comment stands above; behind the last entry, that last one.
fn neighbour<'d>(draft: &Draft<'d>, items: &[Item], comment: usize) -> Option<Entry<'d>> {
    let entry = |item: &Item| match item {
        Item::Entry(entry) => draft.document.entry_of(entry.value),
        Item::Element(node) => draft.document.entry_of(*node),
        Item::Comment(_) => None,
    };
    items[comment + 1..].iter().find_map(entry).or_else(|| items[..comment].iter().rev().find_map(entry))
}

/// What a comment above an entry is bound to: the path of their container.
fn container_aad(entry: &KeyPath) -> String {
    let aad = entry.parent().map(|container| super::insert::aad_of(&container)).unwrap_or_default();
    if aad.is_empty() { ROOT_AAD.to_owned() } else { aad }
}
