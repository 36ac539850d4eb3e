//! Encrypted files as far as they can be read without a key: format, keys, types, recipients. Never a value.

use std::collections::HashMap;
use std::ops::Range;

/// A file encrypted by sops, read without a key.
#[derive(Debug, Clone)]
pub struct EncryptedFile {
    pub(super) text: String,
    pub(super) format: FileFormat,
    pub(super) entries: Vec<Entry>,
    pub(super) index: HashMap<String, usize>,
    pub(super) groups: Vec<Vec<Recipient>>,
    pub(super) faults: Vec<Fault>,
}

/// The formats that sops and sops-nix know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// `yaml`
    Yaml,
    /// `json`
    Json,
    /// `dotenv`
    Dotenv,
    /// `ini`
    Ini,
    /// `binary`
    Binary,
}

/// One key of an encrypted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key as sops-nix spells it: parts separated by `/`, list indices as numbers.
    pub key: String,
    /// How deep it stands; 0 at the top.
    pub depth: usize,
    /// What stands there.
    pub kind: EntryKind,
    /// Whether sops-nix can ask for it: not inside a list, not in a later document, no `/` or emptiness in a part.
    pub is_reachable: bool,
    /// Where the key is written.
    pub key_range: Range<usize>,
    /// Where the value is written; of a branch, from its first byte to its last.
    pub range: Range<usize>,
}

/// What stands at a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A mapping.
    Map,
    /// A list.
    List,
    /// A value.
    Leaf {
        /// Its type, as the envelope says it or as the clear text resolves.
        value_type: LeafType,
        /// Whether it stands there as an envelope; otherwise in clear text.
        is_sealed: bool,
    },
}

/// The type of a value as far as the ciphertext tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeafType {
    /// A string; the only type that sops-nix installs as it is.
    Str,
    /// An integer.
    Int,
    /// A floating-point number.
    Float,
    /// A boolean.
    Bool,
    /// A time stamp.
    Time,
    /// Bytes, which sops itself cannot read again.
    Bytes,
    /// `null`
    Null,
}

/// What becomes of a leaf or branch that a declaration asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Installs {
    /// The value, byte for byte.
    AsItIs,
    /// Another text than the one that was typed: a time stamp is written out in full.
    Rewritten,
    /// Nothing: the build already refuses it.
    NotBuilt,
    /// Nothing: the build accepts it, and activation then installs no secret at all.
    NotActivated,
}

/// One recipient (or other master key) of an encrypted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Which kind of master key, by its name in the metadata: `age`, `pgp`, `kms`…
    pub kind: String,
    /// Its public name: `age1…`, a fingerprint, a resource name.
    pub name: String,
    /// Where it is written.
    pub range: Range<usize>,
}

/// Something about an encrypted file that sops would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub range: Range<usize>,
    /// What.
    pub kind: FaultKind,
}

/// What sops would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// One key twice in one mapping.
    DuplicateKey(String),
    /// The metadata are not complete.
    Metadata(String),
    /// The text does not follow its format.
    Syntax(String),
}

impl EncryptedFile {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The format, by content: what the file is called plays no part.
    #[must_use]
    pub fn format(&self) -> FileFormat {
        self.format
    }

    /// All keys in the order of the file, branches before their children.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at a key (parts separated by `/`).
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.index.get(key).map(|index| &self.entries[*index])
    }

    /// The recipients, group by group; several groups mean that a share of each is needed.
    #[must_use]
    pub fn groups(&self) -> &[Vec<Recipient>] {
        &self.groups
    }

    /// All recipients of all groups.
    pub fn recipients(&self) -> impl Iterator<Item = &Recipient> {
        self.groups.iter().flatten()
    }

    /// What sops would refuse.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl FileFormat {
    /// The format's name, as in `sops.secrets.<name>.format`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Dotenv => "dotenv",
            Self::Ini => "ini",
            Self::Binary => "binary",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Yaml, Self::Json, Self::Dotenv, Self::Ini, Self::Binary]
            .into_iter()
            .find(|format| format.as_str() == name)
    }

    /// Whether sops-nix looks a key up in such a file; otherwise it installs the file as a whole.
    #[must_use]
    pub fn has_keys(self) -> bool {
        matches!(self, Self::Yaml | Self::Json)
    }
}

impl Entry {
    /// What a declaration of this key would install.
    #[must_use]
    pub fn installs(&self) -> Installs {
        match self.kind {
            EntryKind::Map | EntryKind::List => Installs::NotBuilt,
            EntryKind::Leaf { value_type, is_sealed } => match value_type {
                LeafType::Str => Installs::AsItIs,
                LeafType::Time if is_sealed => Installs::Rewritten,
                LeafType::Int | LeafType::Float | LeafType::Bool | LeafType::Bytes if is_sealed => {
                    Installs::NotActivated
                }
                _ => Installs::NotBuilt,
            },
        }
    }

    /// Whether it has children, or could have.
    #[must_use]
    pub fn is_branch(&self) -> bool {
        matches!(self.kind, EntryKind::Map | EntryKind::List)
    }

    /// The last part of the key.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.key[self.key.rfind('/').map_or(0, |slash| slash + 1)..]
    }
}

impl LeafType {
    /// The type's name, as in `type:str`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Bytes => "bytes",
            Self::Null => "null",
        }
    }

    /// The type of that name in an envelope.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Str, Self::Int, Self::Float, Self::Bool, Self::Time, Self::Bytes]
            .into_iter()
            .find(|value_type| value_type.as_str() == name)
    }
}
