//! The `sops` blocks of a file, changed entry by entry: what stays is not touched, what is new is written in the file's
//! own manner.
//!
//! New entries are written first and the others removed after, so that a list is never without an example of how its
//! entries stand. Each of the two steps looks at the tree as it finds it.

use super::wraps::{WantedKey, Wraps};
use crate::sops::metadata::{self, MasterKeyKind};
use crate::yaml::{Edit, EditError, Fragment, NodeId, Place, Yaml};

/// The fields of the block as sops up to 3.12 orders them (`stores/stores.go`); later versions sort them.
const FIELDS: [&str; 19] = [
    "shamir_threshold",
    "key_groups",
    "kms",
    "gcp_kms",
    "hckms",
    "azure_kv",
    "hc_vault",
    "age",
    "lastmodified",
    "mac",
    "pgp",
    "unencrypted_suffix",
    "encrypted_suffix",
    "unencrypted_regex",
    "encrypted_regex",
    "unencrypted_comment_regex",
    "encrypted_comment_regex",
    "mac_only_encrypted",
    "version",
];

/// Writes the recipients into every block of the file: sops repeats it in each document.
pub(super) fn rewrite(yaml: &Yaml, wraps: &Wraps) -> Result<Yaml, EditError> {
    let blocks = (0..yaml.documents().len()).filter(|document| metadata::block(yaml, *document).is_some());
    let blocks: Vec<(usize, Form)> = blocks.map(|document| (document, Form::of(yaml, document, wraps))).collect();
    let step = |yaml: &Yaml, edits_of: fn(&Block<'_>) -> Vec<Edit>| {
        let block =
            |(document, form): &(usize, Form)| Block::of(yaml, *document, *form, wraps).map(|block| edits_of(&block));
        let edits: Vec<Edit> = blocks.iter().filter_map(block).flatten().collect();
        Ok::<_, EditError>(yaml.edit(&edits)?.after)
    };
    let grown = step(yaml, |block| block.insertions())?;
    step(&grown, |block| block.removals())
}

/// How a block holds its groups, and how it is going to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One group, its lists in the block itself, now and then.
    Flat,
    /// Groups under `key_groups`, now and then.
    Listed,
    /// One group becomes several.
    FlatToListed,
    /// Several groups become one.
    ListedToFlat,
}

impl Form {
    fn of(yaml: &Yaml, document: usize, wraps: &Wraps) -> Self {
        let Some(block) = metadata::block(yaml, document) else { return Self::Flat };
        let is_flat = MasterKeyKind::ALL.iter().any(|kind| !metadata::recipients(yaml, block, *kind).is_empty());
        let listed = listed_groups(yaml, block).len();
        match (is_flat, wraps.groups.len()) {
            (true, 1) => Self::Flat,
            (true, _) => Self::FlatToListed,
            // A list of one group stays one.
            (false, 1) if listed != 1 => Self::ListedToFlat,
            (false, _) => Self::Listed,
        }
    }
}

fn listed_groups(yaml: &Yaml, block: NodeId) -> Vec<NodeId> {
    let list = metadata::field(yaml, block, "key_groups");
    list.map(|list| yaml.elements(list).map(|group| yaml.follow(group)).collect()).unwrap_or_default()
}

/// The block of one document on its way to the wanted recipients.
struct Block<'a> {
    yaml: &'a Yaml,
    node: NodeId,
    form: Form,
    wraps: &'a Wraps,
    /// Whether fields are sorted, as sops does since 3.13.
    sorted: bool,
}

impl<'a> Block<'a> {
    fn of(yaml: &'a Yaml, document: usize, form: Form, wraps: &'a Wraps) -> Option<Self> {
        let node = metadata::block(yaml, document)?;
        Some(Self { yaml, node, form, wraps, sorted: is_sorted(yaml, node) })
    }

    /// The groups as they stand, each with what it is going to hold.
    fn pairs(&self) -> impl Iterator<Item = (NodeId, &'a [WantedKey])> {
        let groups = match self.form {
            Form::Flat => vec![self.node],
            Form::Listed => listed_groups(self.yaml, self.node),
            Form::FlatToListed | Form::ListedToFlat => Vec::new(),
        };
        groups.into_iter().zip(self.wraps.groups.iter().map(Vec::as_slice))
    }

    fn insertions(&self) -> Vec<Edit> {
        let mut edits: Vec<Edit> = self.pairs().flat_map(|(node, wanted)| self.grow_group(node, wanted)).collect();
        match self.form {
            Form::Flat => {}
            Form::Listed => {
                edits.extend(self.new_groups());
                edits.extend(self.threshold());
            }
            Form::FlatToListed => {
                let groups = self.wraps.groups.iter().map(|group| self.group(group)).collect();
                edits.extend(self.threshold());
                edits.push(self.put(self.node, "key_groups", Fragment::Sequence(groups)));
            }
            Form::ListedToFlat => {
                for kind in MasterKeyKind::ALL {
                    edits.extend(self.grow_list(self.node, kind, &self.wraps.groups[0]));
                }
            }
        }
        edits
    }

    fn removals(&self) -> Vec<Edit> {
        let mut edits: Vec<Edit> = self.pairs().flat_map(|(node, wanted)| self.shrink_group(node, wanted)).collect();
        match self.form {
            Form::Flat => {}
            Form::Listed => {
                let surplus = listed_groups(self.yaml, self.node).into_iter().skip(self.wraps.groups.len());
                edits.extend(surplus.map(|node| Edit::Remove { node }));
            }
            Form::FlatToListed => edits.extend(MasterKeyKind::ALL.iter().filter_map(|kind| self.remove(kind.field()))),
            Form::ListedToFlat => {
                // With it one group would stay one, but sops could never split it again.
                edits.extend(["shamir_threshold", "key_groups"].iter().filter_map(|field| self.remove(field)));
            }
        }
        edits
    }

    fn remove(&self, field: &str) -> Option<Edit> {
        self.yaml.entry(self.node, field).map(|entry| Edit::Remove { node: entry.key })
    }

    /// New entries in the lists of a group that stays.
    fn grow_group(&self, group: NodeId, wanted: &[WantedKey]) -> Vec<Edit> {
        MasterKeyKind::ALL.into_iter().flat_map(|kind| self.grow_list(group, kind, wanted)).collect()
    }

    fn grow_list(&self, group: NodeId, kind: MasterKeyKind, wanted: &[WantedKey]) -> Vec<Edit> {
        let present = metadata::recipients(self.yaml, group, kind);
        let node_of = |key: &WantedKey| present.iter().find(|(_, own)| *own == key.identity).map(|(node, _)| *node);
        let wanted: Vec<&WantedKey> = wanted.iter().filter(|key| key.kind == kind).collect();
        let is_new = |key: &WantedKey| node_of(key).is_none() && key.made.is_some();
        if !wanted.iter().any(|key| is_new(key)) {
            return Vec::new();
        }
        let list = metadata::field(self.yaml, group, kind.field());
        let Some(list) = list.filter(|_| !present.is_empty()) else {
            let entries = wanted.iter().filter_map(|key| self.entry(key)).collect();
            return vec![self.put(group, kind.field(), Fragment::Sequence(entries))];
        };
        // Behind whoever comes before it in the rule; behind everybody where nobody of the rule is there yet.
        let mut place = if wanted.iter().any(|key| node_of(key).is_some()) { Place::First } else { Place::Last };
        let mut edits = Vec::new();
        for key in wanted {
            match node_of(key) {
                Some(node) => place = Place::After(node),
                None => {
                    let value = self.entry(key);
                    edits.extend(value.map(|value| Edit::InsertElement { sequence: list, place, value }));
                }
            }
        }
        edits
    }

    /// The entries of a group that go, and the wraps that are made anew.
    fn shrink_group(&self, group: NodeId, wanted: &[WantedKey]) -> Vec<Edit> {
        MasterKeyKind::ALL.into_iter().flat_map(|kind| self.shrink_list(group, kind, wanted)).collect()
    }

    fn shrink_list(&self, group: NodeId, kind: MasterKeyKind, wanted: &[WantedKey]) -> Vec<Edit> {
        let present = metadata::recipients(self.yaml, group, kind);
        let find = |identity: &str| wanted.iter().find(|key| key.kind == kind && key.identity == identity);
        if !present.is_empty() && self.form == Form::Flat && present.iter().all(|(_, own)| find(own).is_none()) {
            return self.remove(kind.field()).into_iter().collect();
        }
        let edit = |(node, identity): (NodeId, String)| match find(&identity) {
            None => Some(Edit::Remove { node }),
            Some(key) => self.wrap_anew(node, key.made.as_deref()?),
        };
        present.into_iter().filter_map(edit).collect()
    }

    fn wrap_anew(&self, entry: NodeId, made: &str) -> Option<Edit> {
        let node = metadata::field(self.yaml, self.yaml.follow(entry), "enc")?;
        let is_there = self.yaml.text_of(node) == Some(made);
        (!is_there).then(|| Edit::Set { node, to: Fragment::Text(made.to_owned()) })
    }

    fn new_groups(&self) -> Vec<Edit> {
        let Some(sequence) = metadata::field(self.yaml, self.node, "key_groups") else { return Vec::new() };
        let new = self.wraps.groups.iter().skip(listed_groups(self.yaml, self.node).len());
        new.map(|group| Edit::InsertElement { sequence, place: Place::Last, value: self.group(group) }).collect()
    }

    /// `shamir_threshold`, where it does not say already what is needed.
    fn threshold(&self) -> Option<Edit> {
        let needed = self.wraps.shares_needed;
        let written = metadata::field(self.yaml, self.node, "shamir_threshold");
        let says = written.and_then(|node| self.yaml.text_of(node)).map_or(Some(0), |text| text.parse().ok());
        let is_understood = match says {
            Some(0) => needed == self.wraps.groups.len() && self.form == Form::Listed,
            says => says == Some(needed),
        };
        let to = Fragment::Plain(needed.to_string());
        (!is_understood).then(|| self.put(self.node, "shamir_threshold", to))
    }

    /// Writes a field, over the one that is there or where the file's order has it.
    fn put(&self, mapping: NodeId, field: &str, value: Fragment) -> Edit {
        if let Some(entry) = self.yaml.entry(mapping, field) {
            return match value {
                Fragment::Plain(_) => Edit::Set { node: entry.value, to: value },
                to => Edit::Replace { node: entry.value, to },
            };
        }
        let comes_before = |other: &str| match self.sorted {
            true => other < field,
            false => rank(other) < rank(field),
        };
        let before = self.yaml.entries(mapping).filter(|entry| self.yaml.text_of(entry.key).is_some_and(comes_before));
        let place = before.last().map_or(Place::First, |entry| Place::After(entry.key));
        Edit::InsertEntry { mapping, place, key: field.to_owned(), value }
    }

    /// An age entry. Other kinds are never made here.
    fn entry(&self, key: &WantedKey) -> Option<Fragment> {
        let text = |name: &str, value: &str| (name.to_owned(), Fragment::Text(value.to_owned()));
        let mut fields = vec![text("recipient", &key.identity), text("enc", key.made.as_deref()?)];
        if self.sorted {
            fields.reverse();
        }
        Some(Fragment::Mapping(fields))
    }

    /// A group as sops writes it: with an empty list for Vault.
    fn group(&self, group: &[WantedKey]) -> Fragment {
        let entries = Fragment::Sequence(group.iter().filter_map(|key| self.entry(key)).collect());
        let vault = Fragment::Sequence(Vec::new());
        let mut fields =
            vec![(MasterKeyKind::Vault.field().to_owned(), vault), (MasterKeyKind::Age.field().to_owned(), entries)];
        if self.sorted {
            fields.reverse();
        }
        Fragment::Mapping(fields)
    }
}

/// Fields that sops does not know stand last.
fn rank(field: &str) -> usize {
    FIELDS.iter().position(|known| *known == field).unwrap_or(FIELDS.len())
}

/// Whether an age entry of the block, or else the version, shows that the fields are sorted.
fn is_sorted(yaml: &Yaml, block: NodeId) -> bool {
    let groups = std::iter::once(block).chain(listed_groups(yaml, block));
    let mut entries = groups.flat_map(|group| metadata::recipients(yaml, group, MasterKeyKind::Age));
    if let Some((entry, _)) = entries.next() {
        return yaml.entries(yaml.follow(entry)).next().is_some_and(|first| yaml.text_of(first.key) == Some("enc"));
    }
    let version = metadata::field(yaml, block, "version").and_then(|node| yaml.text_of(node)).unwrap_or_default();
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (3, 13)
}
