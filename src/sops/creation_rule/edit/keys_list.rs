//! The lists under `keys:`: where the anchor of a new recipient goes.
//!
//! ```text
//!   keys:                     host_mail goes behind host_web, whose name begins alike;
//!     - &users                alice goes into the list whose name or names fit, else into the last one
//!       - &user_bob age1…
//!     - &hosts
//!       - &host_web age1…
//! ```

use super::place::Places;
use crate::yaml::{Edit, Fragment, Item, Kind, NodeId, Place};

/// A place for an anchor, and how well it fits: the most first.
struct Candidate {
    fit: (usize, bool, bool, NodeId),
    list: NodeId,
    place: Place,
}

impl Places<'_> {
    /// The lists of recipients under `keys`, each as the edit that writes the anchor there; the best one first.
    ///
    /// Without any, `keys` is made at the top of the file.
    pub(super) fn anchor_edits(&self, name: &str, recipient: &str) -> Vec<Edit> {
        let mut candidates = self.candidates(name);
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.fit));
        let value = Fragment::Anchored { name: name.to_owned(), text: recipient.to_owned() };
        let insert = |candidate: Candidate| Edit::InsertElement {
            sequence: candidate.list,
            place: candidate.place,
            value: value.clone(),
        };
        let mut edits: Vec<Edit> = candidates.into_iter().map(insert).collect();
        if self.yaml.entry(self.root, "keys").is_none() {
            edits.push(Edit::InsertEntry {
                mapping: self.root,
                place: Place::First,
                key: "keys".to_owned(),
                value: Fragment::Sequence(vec![value]),
            });
        }
        edits
    }

    /// The value of `keys`; nothing where there is no such field.
    pub(super) fn keys(&self) -> Option<NodeId> {
        Some(self.yaml.entry(self.root, "keys")?.value)
    }

    /// Every list at or below `keys`.
    pub(super) fn keys_lists(&self) -> Vec<NodeId> {
        let Some(keys) = self.keys() else { return Vec::new() };
        let below = self.yaml.walk(keys).filter_map(|visit| match visit.item {
            Item::Comment(_) => None,
            Item::Entry(entry) => Some(entry.value),
            Item::Element(element) => Some(element),
        });
        let is_list = |node: &NodeId| matches!(self.yaml.kind(*node), Kind::Sequence { .. });
        std::iter::once(keys).chain(below).filter(is_list).collect()
    }

    fn candidates(&self, name: &str) -> Vec<Candidate> {
        let Some(keys) = self.keys() else { return Vec::new() };
        let mut candidates: Vec<Candidate> =
            self.keys_lists().into_iter().map(|list| self.candidate(list, name)).collect();
        if candidates.is_empty() {
            candidates.push(Candidate { fit: (0, false, false, keys), list: keys, place: Place::Last });
        }
        candidates
    }

    fn candidate(&self, list: NodeId, name: &str) -> Candidate {
        let prefix = prefix_of(name);
        let begins_alike =
            |element: &NodeId| self.yaml.anchor(*element).is_some_and(|other| prefix_of(other) == prefix);
        let is_recipient = |element: &NodeId| matches!(self.yaml.kind(*element), Kind::Scalar(_));
        let alike: Vec<NodeId> = self.yaml.elements(list).filter(is_recipient).filter(begins_alike).collect();
        let is_named_so =
            self.list_name(list).is_some_and(|list| list == prefix || list.strip_suffix('s') == Some(prefix));
        let holds_recipients = self.yaml.elements(list).any(|element| is_recipient(&element));
        // Ids follow the text: of two lists that fit alike the last one is taken.
        let fit = (alike.len(), is_named_so, holds_recipients, list);
        Candidate { fit, list, place: alike.last().map_or(Place::Last, |last| Place::After(*last)) }
    }

    /// What a list is called: its anchor, or the key it stands below.
    fn list_name(&self, list: NodeId) -> Option<&str> {
        let parent = self.yaml.parent(list)?;
        let below_key = self.yaml.entries(parent).find(|entry| entry.value == list);
        self.yaml.anchor(list).or_else(|| self.yaml.text_of(below_key?.key))
    }
}

/// The word in front: `host` of `host_web`.
fn prefix_of(name: &str) -> &str {
    name.split(['_', '-']).next().unwrap_or(name)
}
