//! Metadata of formats without nesting: `age__list_0__map_recipient` is `age[0].recipient`.
//!
//! Truth: sops 3.12.2, `stores/flatten.go`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{EntryKind, Recipient};
use crate::sops::{LeafType, MasterKeyKind};

/// The recipients met so far, by group, kind and position.
#[derive(Default)]
pub(super) struct FlatMetadata {
    found: BTreeMap<(usize, MasterKeyKind, usize), Recipient>,
}

impl FlatMetadata {
    /// Takes one field, its name without the prefix that the format puts before it.
    pub(super) fn add(&mut self, field: &str, value: &str, range: Range<usize>) {
        let (group, field) = match field.strip_prefix("key_groups__list_").and_then(|rest| rest.split_once("__map_")) {
            Some((group, rest)) => (group.parse().unwrap_or(0), rest),
            None => (0, field),
        };
        let Some((kind, rest)) = field.split_once("__list_") else { return };
        let Some((position, part)) = rest.split_once("__map_") else { return };
        let Some(kind) = MasterKeyKind::ALL.into_iter().find(|known| known.field() == kind) else { return };
        if part == identity_field(kind) {
            let name = value.trim_matches('"').to_owned();
            let position = position.parse().unwrap_or(0);
            self.found.insert((group, kind, position), Recipient { kind, name, range });
        }
    }

    pub(super) fn groups(self) -> Vec<Vec<Recipient>> {
        let mut groups: BTreeMap<usize, Vec<Recipient>> = BTreeMap::new();
        for ((group, ..), recipient) in self.found {
            groups.entry(group).or_default().push(recipient);
        }
        groups.into_values().collect()
    }
}

/// The field of an entry that names the recipient.
fn identity_field(kind: MasterKeyKind) -> &'static str {
    match kind {
        MasterKeyKind::Age => "recipient",
        MasterKeyKind::Pgp => "fp",
        MasterKeyKind::Kms => "arn",
        MasterKeyKind::GcpKms => "resource_id",
        MasterKeyKind::Hckms => "key_id",
        MasterKeyKind::AzureKeyVault => "name",
        MasterKeyKind::Vault => "key_name",
    }
}

/// What stands at a key of a format that knows only texts.
pub(super) fn leaf_kind(value: &str) -> EntryKind {
    EntryKind::Leaf { value_type: LeafType::Str, is_sealed: value.trim_matches('"').starts_with("ENC[AES256_GCM,") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_kinds_and_positions_come_back_in_order() {
        let mut metadata = FlatMetadata::default();
        for (field, value) in [
            ("key_groups__list_1__map_age__list_0__map_recipient", "age1third"),
            ("key_groups__list_0__map_age__list_10__map_recipient", "age1second"),
            ("key_groups__list_0__map_age__list_9__map_recipient", "age1first"),
            ("key_groups__list_0__map_age__list_9__map_enc", "---"),
            ("key_groups__list_0__map_pgp__list_0__map_fp", "ABCD"),
            ("shamir_threshold", "2"),
        ] {
            metadata.add(field, value, 0..0);
        }
        let groups = metadata.groups();
        let names: Vec<Vec<&str>> =
            groups.iter().map(|group| group.iter().map(|recipient| recipient.name.as_str()).collect()).collect();
        assert_eq!(names, [vec!["ABCD", "age1first", "age1second"], vec!["age1third"]]);
    }
}
