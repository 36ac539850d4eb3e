//! What stands between the recipients that a file has and those that are wanted.

use std::collections::HashSet;

use crate::sops::creation_rule::RuleKey;
use crate::sops::document::Document;
use crate::sops::metadata::MasterKeyKind;

/// Recipients that come and go, compared as sets of each group: another order is no difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyChanges {
    /// Those that could not open the file and can afterwards, in the order of the wanted ones.
    pub added: Vec<KeyChange>,
    /// Those that are no recipients afterwards, in the order of the file.
    pub removed: Vec<KeyChange>,
}

/// One recipient that comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// The key group, from 0.
    pub group: usize,
    /// The kind.
    pub kind: MasterKeyKind,
    /// The recipient as sops compares it.
    pub identity: String,
}

impl KeyChanges {
    /// Whether the file has the wanted recipients already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl Document {
    /// Compares the file's recipients with the wanted ones. Needs no key.
    #[must_use]
    pub fn key_changes(&self, wanted: &[Vec<RuleKey>]) -> KeyChanges {
        let groups = self.metadata().groups();
        let mut changes = KeyChanges::default();
        for group in 0..groups.len().max(wanted.len()) {
            let has = groups.get(group).map(|group| group.master_keys.as_slice()).unwrap_or_default();
            let wants = wanted.get(group).map(Vec::as_slice).unwrap_or_default();
            let has: Vec<_> = has.iter().map(|key| (key.kind, key.identity.as_str())).collect();
            let wants: Vec<_> = wants.iter().map(|key| (key.kind, key.identity.as_str())).collect();
            changes.added.extend(missing_in(&has, &wants, group));
            changes.removed.extend(missing_in(&wants, &has, group));
        }
        changes
    }
}

/// What stands in `there` and not in `here`, each once.
fn missing_in(
    here: &[(MasterKeyKind, &str)],
    there: &[(MasterKeyKind, &str)],
    group: usize,
) -> impl Iterator<Item = KeyChange> {
    let mut seen: HashSet<(MasterKeyKind, &str)> = here.iter().copied().collect();
    let missing: Vec<_> = there.iter().copied().filter(|key| seen.insert(*key)).collect();
    let missing: Vec<_> =
        missing.into_iter().map(|(kind, identity)| KeyChange { group, kind, identity: identity.to_owned() }).collect();
    missing.into_iter()
}
