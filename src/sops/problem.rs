//! What is wrong in single places of a file that can be read: told without a key, before sops would refuse.

use super::document::Document;
use super::entry::{Entry, EntryKind, LeafType};
use super::key_path::KeyPath;
use super::leaf::Leaf;
use crate::yaml::{NodeId, Resolved, Yaml};

/// Something that sops refuses, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {path} {kind}")]
pub struct Problem {
    /// Where.
    pub path: KeyPath,
    /// The line, from 1.
    pub line: usize,
    /// What.
    pub kind: ProblemKind,
}

/// The kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ProblemKind {
    /// A key that YAML reads as something else than text.
    #[error("is a key that YAML reads as {found}, not as text")]
    KeyNotText {
        /// `a number`, `true or false` …
        found: &'static str,
    },
    /// A key stands twice in one mapping.
    #[error("stands a second time; the first is in line {first_line}")]
    DuplicateKey {
        /// Line of the first, from 1.
        first_line: usize,
    },
    /// The value begins like an envelope, but is none.
    #[error("holds a damaged encrypted value: its part {part} is missing or empty")]
    MalformedEnvelope {
        /// `data`, `iv`, `tag` or `type`.
        part: &'static str,
    },
    /// The envelope names a type that sops does not know, or one that cannot stand for a value.
    #[error("holds an encrypted value of a type that sops does not know")]
    UnknownType,
    /// The encryption rule wants the value sealed, but it stands in the clear.
    #[error("stands in the clear, but the file's encryption rule says it has to be encrypted")]
    ClearWhereSealed,
    /// A clear number above the 64 bits that sops can hold.
    #[error("is a number too large for sops")]
    NumberTooLarge,
    /// An explicit tag that does not fit the value.
    #[error("has a tag that does not fit the value")]
    TagDoesNotFit,
}

impl ProblemKind {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::KeyNotText { .. } => "put the key in double quotes",
            Self::DuplicateKey { .. } => "remove one of the two",
            Self::MalformedEnvelope { .. } | Self::UnknownType => {
                "restore the line from version control, or set the value anew"
            }
            Self::ClearWhereSealed => "set the value, and it is encrypted; consider it known to whoever has the file",
            Self::NumberTooLarge => "put the number in quotes",
            Self::TagDoesNotFit => "remove the tag",
        }
    }
}

impl Document {
    /// What is wrong in single places, in the order of the file. Needs no key.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.entries().flat_map(Entry::own_problems).collect();
        problems.extend(self.duplicate_keys());
        problems.sort_by_key(|problem| problem.line);
        problems
    }

    /// The keys that stand twice in their mapping. Where a path is asked for, the first one counts.
    #[must_use]
    pub fn duplicate_keys(&self) -> Vec<Problem> {
        let yaml = self.yaml();
        let told = |duplicate: &crate::yaml::Duplicate| Problem {
            path: self.path_of(duplicate.mapping).child(yaml.text_of(duplicate.second).unwrap_or_default()),
            line: yaml.line(duplicate.second),
            kind: ProblemKind::DuplicateKey { first_line: yaml.line(duplicate.first) },
        };
        yaml.duplicates().iter().map(told).collect()
    }

    /// The path of any container; that of its document for the root.
    fn path_of(&self, container: NodeId) -> KeyPath {
        let entry = self.entries().find(|entry| entry.node() == container);
        entry.map_or_else(|| KeyPath::root_of(self.document_of(container)), Entry::path)
    }

    fn document_of(&self, node: NodeId) -> usize {
        self.yaml().documents().iter().take_while(|document| document.root < node).count().saturating_sub(1)
    }
}

impl Entry<'_> {
    /// What is wrong with the entry's own key and value.
    fn own_problems(self) -> impl Iterator<Item = Problem> {
        let problem = move |kind| Problem { path: self.path(), line: self.line(), kind };
        self.key_node()
            .and_then(|key| key_problem(self.document.yaml(), key))
            .into_iter()
            .chain(self.value_problem())
            .map(problem)
    }

    fn value_problem(self) -> Option<ProblemKind> {
        let EntryKind::Leaf(leaf_type) = self.kind() else { return None };
        match Leaf::read(self.document.yaml(), self.node(), self.falls_under_rule()) {
            Err(kind) => Some(kind),
            Ok(Leaf::Sealed(_)) if leaf_type == LeafType::Unknown => Some(ProblemKind::UnknownType),
            Ok(_) => None,
        }
    }
}

/// Whether YAML reads a key as something else than text.
pub(super) fn key_problem(yaml: &Yaml, key: NodeId) -> Option<ProblemKind> {
    let found = match yaml.resolve(key) {
        Ok(Some(Resolved::Str(_))) => return None,
        Ok(Some(Resolved::Null)) => "null",
        Ok(Some(Resolved::Bool(_))) => "true or false",
        Ok(Some(Resolved::Int(_) | Resolved::UInt(_) | Resolved::Float(_))) => "a number",
        Ok(Some(Resolved::Time(_))) => "a point in time",
        Ok(Some(Resolved::Binary(_))) => "bytes",
        Ok(None) | Err(_) => "something else",
    };
    Some(ProblemKind::KeyNotText { found })
}
