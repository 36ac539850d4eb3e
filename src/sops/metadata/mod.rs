//! The `sops` block: who can open the file, when it was sealed, and by which rule.
//!
//! Truth: sops 3.12.2 and 3.13.3, `stores/stores.go` and `stores/metadata.go`; blocks of every version since 3.3 are
//! read. Nothing here is written back as a whole: an edit touches single scalars, the rest stays as it stands.

mod read;

use super::creation_rule::RuleKey;
use super::encryption_rule::EncryptionRule;
use std::ops::Range;

pub(super) use read::{block, field, read, recipients, scalar};

/// What the `sops` block of a file says.
#[derive(Debug, Clone)]
pub struct Metadata {
    pub(super) groups: Vec<KeyGroup>,
    pub(super) shamir_threshold: usize,
    pub(super) last_modified: String,
    pub(super) mac_bound_to: String,
    pub(super) mac: Option<String>,
    pub(super) rule: EncryptionRule,
    pub(super) mac_only_encrypted: bool,
    pub(super) version: Option<String>,
    pub(super) unknown_fields: Vec<String>,
    pub(super) range: Range<usize>,
}

/// Recipients of whom any one can open the group's share, which without Shamir is the whole data key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyGroup {
    /// The recipients in the order in which sops tries them.
    pub master_keys: Vec<MasterKey>,
}

/// One recipient entry with its wrapped data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKey {
    /// The kind, which decides who can unwrap.
    pub kind: MasterKeyKind,
    /// What sops calls it: the age recipient, the fingerprint, the ARN …
    pub identity: String,
    /// The wrapped data key or share, as the kind writes it; empty where the entry has none.
    pub enc: String,
    /// When it was wrapped, as written; age entries have none.
    pub created_at: Option<String>,
    /// The line of the entry in the file, from 1.
    pub line: usize,
    /// The bytes of the entry in the file.
    pub range: Range<usize>,
}

/// The kinds of recipients that sops knows, in the order in which it keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MasterKeyKind {
    /// AWS KMS
    Kms,
    /// Google Cloud KMS
    GcpKms,
    /// Huawei Cloud KMS
    Hckms,
    /// Azure Key Vault
    AzureKeyVault,
    /// HashiCorp Vault's transit engine
    Vault,
    /// OpenPGP
    Pgp,
    /// age, SSH keys and plugins included
    Age,
}

impl MasterKeyKind {
    /// All kinds, in the order in which sops keeps the entries of a group.
    pub const ALL: [Self; 7] =
        [Self::Kms, Self::GcpKms, Self::Hckms, Self::AzureKeyVault, Self::Vault, Self::Pgp, Self::Age];

    /// The name of the list in the metadata.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Kms => "kms",
            Self::GcpKms => "gcp_kms",
            Self::Hckms => "hckms",
            Self::AzureKeyVault => "azure_kv",
            Self::Vault => "hc_vault",
            Self::Pgp => "pgp",
            Self::Age => "age",
        }
    }

    /// The name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Kms => "AWS KMS",
            Self::GcpKms => "Google Cloud KMS",
            Self::Hckms => "Huawei Cloud KMS",
            Self::AzureKeyVault => "Azure Key Vault",
            Self::Vault => "HashiCorp Vault",
            Self::Pgp => "PGP",
            Self::Age => "age",
        }
    }
}

/// What sops compares KMS keys by: `arn[+role][|k:v,…]`, or with a profile `arn[+role]|[k:v,…]|profile`.
///
/// Truth: sops 3.13.3, `kms/keysource.go`, `ToString`.
pub(super) fn kms_identity(arn: &str, role: &str, mut context: Vec<String>, profile: &str) -> String {
    context.sort_unstable();
    let context = context.join(",");
    let mut identity = arn.to_owned();
    if !role.is_empty() {
        identity.extend(["+", role]);
    }
    match (context.as_str(), profile) {
        ("", "") => {}
        (context, "") => identity.extend(["|", context]),
        (context, profile) => identity.extend(["|", context, "|", profile]),
    }
    identity
}

impl Metadata {
    /// The key groups; one for every file that does not split its data key.
    #[must_use]
    pub fn groups(&self) -> &[KeyGroup] {
        &self.groups
    }

    /// All recipients of all groups, in order.
    pub fn master_keys(&self) -> impl Iterator<Item = &MasterKey> {
        self.groups.iter().flat_map(|group| &group.master_keys)
    }

    /// The recipients of each group as a rule would name them: where a change begins.
    #[must_use]
    pub fn wanted(&self) -> Vec<Vec<RuleKey>> {
        self.groups.iter().map(|group| group.master_keys.iter().map(RuleKey::from).collect()).collect()
    }

    /// How many groups together give the data key; 1 where it is not split.
    #[must_use]
    pub fn shares_needed(&self) -> usize {
        match (self.groups.len(), self.shamir_threshold) {
            (0 | 1, _) => 1,
            (groups, 0) => groups,
            (_, threshold) => threshold,
        }
    }

    /// When the file was sealed, as written.
    #[must_use]
    pub fn last_modified(&self) -> &str {
        &self.last_modified
    }

    /// What the MAC is bound to: `lastmodified` as sops prints it.
    pub(super) fn mac_bound_to(&self) -> &str {
        &self.mac_bound_to
    }

    /// The envelope of the MAC, if the file has one.
    #[must_use]
    pub fn mac(&self) -> Option<&str> {
        self.mac.as_deref()
    }

    /// Which leaves are sealed.
    #[must_use]
    pub fn rule(&self) -> &EncryptionRule {
        &self.rule
    }

    /// Whether the MAC leaves out the values that stay in the clear.
    #[must_use]
    pub fn mac_only_encrypted(&self) -> bool {
        self.mac_only_encrypted
    }

    /// The version of sops that wrote the file first, if it says so.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Fields that sops does not know; they stay.
    #[must_use]
    pub fn unknown_fields(&self) -> &[String] {
        &self.unknown_fields
    }

    /// The bytes of the block's value in the file's first document.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }
}
