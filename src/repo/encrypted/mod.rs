//! Encrypted files as far as they can be read without a key: format, keys, types, recipients. Never a value.

//!
//! Truth: what sops 3.12.2 writes and reads (`stores/`), and how `pkgs/sops-install-secrets/main.go` of sops-nix
//! (commit 56b2406) looks a key up: parts separated by `/`, maps only, strings only, the first document only.

mod dotenv;
mod flat_metadata;
mod ini;
mod recognise;
mod tree;

use std::collections::HashMap;
use std::ops::Range;

use crate::sops::{Document, LeafType, MasterKeyKind};

/// A file encrypted by sops, read without a key.
#[derive(Debug, Clone)]
pub struct EncryptedFile {
    text: String,
    format: FileFormat,
    entries: Vec<Entry>,
    index: HashMap<String, usize>,
    groups: Vec<Vec<Recipient>>,
    faults: Vec<Fault>,
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
    /// `*anchor`: what stands elsewhere, once more.
    Alias,
    /// A value.
    Leaf {
        /// Its type, as the envelope says it or as the clear text resolves.
        value_type: LeafType,
        /// Whether it stands there as an envelope; otherwise in clear text.
        is_sealed: bool,
    },
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
    /// Which kind of master key.
    pub kind: MasterKeyKind,
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
    /// Not a fault of the file: it asks for more than is read here.
    NotRead(String),
}

impl EncryptedFile {
    /// Reads a text if sops encrypted it, whatever the file is called; `None` for every other text.
    ///
    /// A file that sops encrypted and that was damaged later is read as far as possible; see [`EncryptedFile::faults`].
    #[must_use]
    pub fn read(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let format = recognise::format_of(&text)?;
        Some(match format {
            FileFormat::Dotenv => dotenv::read(text),
            FileFormat::Ini => ini::read(text),
            FileFormat::Yaml | FileFormat::Json | FileFormat::Binary => tree::read(text, format),
        })
    }

    /// The same file from a document that is parsed already.
    #[must_use]
    pub fn of_document(document: &Document) -> Self {
        let format = recognise::format_of(document.text()).unwrap_or(FileFormat::Yaml);
        tree::of_document(document, format)
    }

    fn new(text: String, format: FileFormat, entries: Vec<Entry>, groups: Vec<Vec<Recipient>>) -> Self {
        let mut index = HashMap::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.is_reachable) {
            // The first of two equal keys counts; the second one is a fault anyway.
            index.entry(entry.key.clone()).or_insert(at);
        }
        Self { text, format, entries, index, groups, faults: Vec::new() }
    }

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

    /// The entry that sops-nix finds at a key (parts separated by `/`).
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.index.get(key).map(|index| &self.entries[*index])
    }

    /// The number of the entry that sops-nix finds at a key.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.index.get(key).copied()
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
            // What an anchor holds is not followed; nothing is claimed about it.
            EntryKind::Alias => Installs::AsItIs,
            // Ciphertext is a string, so the build sees nothing wrong with it.
            EntryKind::Leaf { value_type, is_sealed: true } => match value_type {
                // What a damaged envelope holds is not known; the damage is told as such.
                LeafType::Str | LeafType::Null | LeafType::Unknown => Installs::AsItIs,
                LeafType::Time => Installs::Rewritten,
                LeafType::Int | LeafType::Float | LeafType::Bool | LeafType::Bytes => Installs::NotActivated,
            },
            EntryKind::Leaf { value_type: LeafType::Str, is_sealed: false } => Installs::AsItIs,
            EntryKind::Leaf { .. } => Installs::NotBuilt,
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
