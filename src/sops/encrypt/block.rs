//! The `sops` block of a new file, with the fields and the order of sops 3.12.2 (`stores/stores.go`).

use super::NewFile;
use crate::sops::metadata::{KeyGroup, MasterKey, MasterKeyKind};
use crate::yaml::Fragment;

/// The version of sops whose layout new files have.
const VERSION: &str = "3.12.2";

/// Stands where the seal puts the MAC. A plain scalar, because the MAC takes over its style.
const UNSEALED: &str = "unsealed";

/// The order of the lists inside a key group. sops writes the last two even where they are empty.
const GROUP_ORDER: [MasterKeyKind; 7] = [
    MasterKeyKind::Pgp,
    MasterKeyKind::Kms,
    MasterKeyKind::GcpKms,
    MasterKeyKind::Hckms,
    MasterKeyKind::AzureKeyVault,
    MasterKeyKind::Vault,
    MasterKeyKind::Age,
];

impl NewFile {
    /// The block without its MAC, for the seal that follows.
    pub(super) fn block(&self, last_modified: String) -> Fragment {
        let mut fields = Vec::new();
        let mut field = |name: &str, value: Fragment| fields.push((name.to_owned(), value));
        if self.groups.len() > 1 {
            let threshold = if self.shamir_threshold == 0 { self.groups.len() } else { self.shamir_threshold };
            field("shamir_threshold", Fragment::Plain(threshold.to_string()));
            field("key_groups", Fragment::Sequence(self.groups.iter().map(group).collect()));
        } else if let Some(list) = self.groups.first().map(|group| list(group, MasterKeyKind::Age)) {
            if self.shamir_threshold > 0 {
                field("shamir_threshold", Fragment::Plain(self.shamir_threshold.to_string()));
            }
            field("age", list);
        }
        field("lastmodified", Fragment::Text(last_modified));
        field("mac", Fragment::Text(UNSEALED.to_owned()));
        field(self.rule.selector().field(), Fragment::Text(self.rule.pattern().to_owned()));
        if self.mac_only_encrypted {
            field("mac_only_encrypted", Fragment::Plain("true".to_owned()));
        }
        field("version", Fragment::Text(VERSION.to_owned()));
        Fragment::Mapping(fields)
    }
}

fn group(group: &KeyGroup) -> Fragment {
    let always = [MasterKeyKind::Vault, MasterKeyKind::Age];
    let has = |kind: &MasterKeyKind| group.master_keys.iter().any(|key| key.kind == *kind);
    let kinds = GROUP_ORDER.into_iter().filter(|kind| always.contains(kind) || has(kind));
    Fragment::Mapping(kinds.map(|kind| (kind.field().to_owned(), list(group, kind))).collect())
}

fn list(group: &KeyGroup, kind: MasterKeyKind) -> Fragment {
    Fragment::Sequence(group.master_keys.iter().filter(|key| key.kind == kind).map(master_key).collect())
}

fn master_key(key: &MasterKey) -> Fragment {
    let text = |name: &str, value: &str| (name.to_owned(), Fragment::Text(value.to_owned()));
    Fragment::Mapping(vec![text("recipient", &key.identity), text("enc", &key.enc)])
}
