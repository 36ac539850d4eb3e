//! Encrypted YAML, and JSON, which is read as the YAML that it is: entries of a [`Document`] under the names that
//! sops-nix uses.

use super::{EncryptedFile, Entry, EntryKind, Fault, FaultKind, FileFormat, Recipient};
use crate::sops::{self, Document, DocumentError, Part};
use crate::text::LineIndex;

pub(super) fn read(text: String, format: FileFormat) -> EncryptedFile {
    match Document::parse(text.as_str()) {
        Ok(document) => of_document(&document, format),
        Err(error) => {
            let mut fault = fault_of(&error, &text);
            // JSON has escapes that YAML lacks; what is no YAML may still be good JSON.
            if let (FaultKind::Syntax(words), true) = (&fault.kind, format != FileFormat::Yaml) {
                fault.kind = FaultKind::NotRead(words.clone());
            }
            let mut file = EncryptedFile::new(text, format, Vec::new(), Vec::new());
            file.faults.push(fault);
            file
        }
    }
}

pub(super) fn of_document(document: &Document, format: FileFormat) -> EncryptedFile {
    let mut above: Vec<Level> = Vec::new();
    let mut entries = Vec::with_capacity(document.entries().len());
    for entry in document.entries() {
        above.truncate(entry.depth());
        let level = Level::below(above.last(), entry);
        entries.push(Entry {
            key: level.key.clone(),
            depth: entry.depth(),
            kind: kind_of(entry),
            is_reachable: level.is_reachable,
            key_range: entry.key_range(),
            range: entry.range(),
        });
        above.push(level);
    }
    let mut file = EncryptedFile::new(document.text().to_owned(), format, entries, groups_of(document));
    file.faults.extend(document.problems().iter().map(|problem| fault_of_problem(problem, document.text())));
    file
}

fn fault_of_problem(problem: &sops::Problem, text: &str) -> Fault {
    let kind = match problem.kind {
        sops::ProblemKind::DuplicateKey { .. } => FaultKind::DuplicateKey(problem.path.to_string()),
        _ => FaultKind::Syntax(problem.to_string()),
    };
    Fault { range: LineIndex::new(text).range(text, problem.line), kind }
}

/// One step on the way from the root to an entry.
struct Level {
    key: String,
    is_list: bool,
    is_reachable: bool,
}

impl Level {
    fn below(parent: Option<&Self>, entry: sops::Entry<'_>) -> Self {
        let part = entry.part();
        let label = match &part {
            Part::Key(key) => key.clone(),
            Part::Index(index) => index.to_string(),
        };
        // sops-nix splits at every slash and enters maps of the first document only.
        let is_plain = matches!(&part, Part::Key(key) if !key.is_empty() && !key.contains('/'));
        let parent_is_reachable =
            parent.map_or(entry.path().document() == 0, |parent| parent.is_reachable && !parent.is_list);
        Self {
            key: parent.map_or_else(|| label.clone(), |parent| format!("{}/{label}", parent.key)),
            is_list: matches!(entry.kind(), sops::EntryKind::List { .. }),
            is_reachable: is_plain && parent_is_reachable,
        }
    }
}

fn kind_of(entry: sops::Entry<'_>) -> EntryKind {
    match entry.kind() {
        sops::EntryKind::Mapping { .. } => EntryKind::Map,
        sops::EntryKind::List { .. } => EntryKind::List,
        sops::EntryKind::Leaf(value_type) => EntryKind::Leaf { value_type, is_sealed: entry.is_sealed() },
        sops::EntryKind::Alias => EntryKind::Alias,
    }
}

fn groups_of(document: &Document) -> Vec<Vec<Recipient>> {
    let recipient = |master_key: &sops::MasterKey| Recipient {
        kind: master_key.kind,
        name: master_key.identity.clone(),
        range: master_key.range.clone(),
    };
    let groups = document.metadata().groups();
    groups.iter().map(|group| group.master_keys.iter().map(recipient).collect()).collect()
}

fn fault_of(error: &DocumentError, text: &str) -> Fault {
    let (line, kind) = match error {
        DocumentError::MetadataMalformed { line, .. } | DocumentError::SeveralRules { line, .. } => {
            (*line, FaultKind::Metadata(error.to_string()))
        }
        DocumentError::MetadataMissing => (1, FaultKind::Metadata(error.to_string())),
        DocumentError::NotYaml { line, .. } | DocumentError::TopLevel { line } => {
            (*line, FaultKind::Syntax(error.to_string()))
        }
        DocumentError::Empty | DocumentError::OnlyComments => (1, FaultKind::Syntax(error.to_string())),
        DocumentError::TooLarge { .. } => (1, FaultKind::NotRead(error.to_string())),
    };
    Fault { range: LineIndex::new(text).range(text, line), kind }
}
