//! A file encrypted by sops, read without a key: its text, its entries and what its metadata say.

use super::entry::Entry;
use super::error::DocumentError;
use super::key_path::KeyPath;
use super::metadata::{self, Metadata};
use super::rows::Rows;
use crate::text::Patch;
use crate::yaml::{Kind, Limits, NodeId, ParseError, Resolved, Yaml};

/// A file as sops wrote it, with a tree of byte ranges over it. Values stay in their envelopes.
///
/// JSON is read as well, being YAML in braces.
#[derive(Debug, Clone)]
pub struct Document {
    yaml: Yaml,
    metadata: Metadata,
    rows: Rows,
}

impl Document {
    /// Reads a file. Needs no key and opens nothing.
    ///
    /// What is wrong in single places is no error here: see [`Document::problems`].
    ///
    /// # Errors
    /// When the text is no YAML, no sops file, or one whose metadata cannot be understood; the error names the line.
    pub fn parse(text: impl Into<String>) -> Result<Self, DocumentError> {
        let yaml = Yaml::parse(text, &Limits::default())?;
        Self::from_yaml(yaml)
    }

    /// Whether a text carries sops metadata, told cheaply: for looking through many files.
    #[must_use]
    pub fn looks_encrypted(text: &str) -> bool {
        text.contains("ENC[") && text.lines().any(|line| line.starts_with("sops:") || line.contains("\"sops\":"))
    }

    pub(super) fn from_yaml(yaml: Yaml) -> Result<Self, DocumentError> {
        check_top_level(&yaml)?;
        let metadata = metadata::read(&yaml)?;
        let rows = Rows::read(&yaml, metadata.rule());
        Ok(Self { yaml, metadata, rows })
    }

    /// The document after a change of its text, such as an undo.
    ///
    /// # Errors
    /// When the changed text cannot be read any more.
    pub fn apply_patch(&self, patch: &Patch) -> Result<Self, DocumentError> {
        Self::from_yaml(self.yaml.apply(patch)?)
    }

    /// The text itself.
    #[must_use]
    pub fn text(&self) -> &str {
        self.yaml.text()
    }

    /// What the `sops` block says.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// How many YAML documents the file holds.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.yaml.documents().len()
    }

    /// All entries in tree order, those of the `sops` block left out.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'_>> + DoubleEndedIterator {
        (0..self.rows.all().len()).map(|index| Entry { document: self, index })
    }

    /// The entry at `path`, in constant time; the first one where a key stands twice.
    #[must_use]
    pub fn entry(&self, path: &KeyPath) -> Option<Entry<'_>> {
        let index = self.rows.find(&self.yaml, path)?;
        Some(Entry { document: self, index })
    }

    /// The entry of a number that [`Entry::index`] gave.
    #[must_use]
    pub fn entry_at(&self, index: usize) -> Option<Entry<'_>> {
        (index < self.rows.all().len()).then_some(Entry { document: self, index })
    }

    /// The top-level entries of one of the documents.
    pub fn top_level(&self, document: usize) -> impl Iterator<Item = Entry<'_>> {
        self.rows.children(None, document).map(|index| Entry { document: self, index })
    }

    /// The entry whose value is `node`.
    pub(super) fn entry_of(&self, node: NodeId) -> Option<Entry<'_>> {
        // Node numbers follow the text, and so do rows.
        let index = self.rows.all().binary_search_by_key(&node, |row| row.node).ok()?;
        Some(Entry { document: self, index })
    }

    pub(super) fn yaml(&self) -> &Yaml {
        &self.yaml
    }

    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }
}

/// Each document is a mapping or nothing at all, and the file holds something.
pub(super) fn check_top_level(yaml: &Yaml) -> Result<(), DocumentError> {
    if yaml.text().trim_start_matches('\u{feff}').is_empty() {
        return Err(DocumentError::Empty);
    }
    if yaml.documents().is_empty() {
        return Err(DocumentError::OnlyComments);
    }
    for document in yaml.documents() {
        let is_empty = || matches!(yaml.resolve(document.root), Ok(Some(Resolved::Null)));
        if !matches!(yaml.kind(document.root), Kind::Mapping { .. }) && !is_empty() {
            return Err(DocumentError::TopLevel { line: yaml.line(document.root) });
        }
    }
    Ok(())
}

impl From<ParseError> for DocumentError {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Syntax { at, message } => Self::NotYaml { line: at.line, column: at.column, problem: message },
            ParseError::Alias { at, name, problem } => {
                Self::NotYaml { line: at.line, column: at.column, problem: format!("the alias *{name} {problem}") }
            }
            ParseError::Limit { what, limit } => Self::TooLarge { what, limit },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit::tests::encrypted;
    use super::super::{EntryKind, ProblemKind};
    use super::*;

    /// The `sops` block of a file that nobody can open.
    const BLOCK: &str = "\
sops:
    age:
        - recipient: age1nobody
          enc: none
    lastmodified: \"2026-01-31T12:00:00Z\"
    mac: none
    version: 3.12.2
";

    fn word(entry: Entry<'_>) -> String {
        let what = match entry.kind() {
            EntryKind::Mapping { children } => format!("map of {children}"),
            EntryKind::List { children } => format!("list of {children}"),
            EntryKind::Leaf(leaf_type) => leaf_type.name().to_owned(),
            EntryKind::Alias => "alias".to_owned(),
        };
        let sealed = if entry.is_sealed() { " sealed" } else { "" };
        format!("{}:{} {} {what}{sealed}", entry.line(), entry.depth(), entry.path())
    }

    #[track_caller]
    fn check(document: &Document, expected: &[&str]) {
        let entries: Vec<String> = document.entries().map(word).collect();
        assert_eq!(entries, expected);
        for entry in document.entries() {
            assert_eq!(document.entry(&entry.path()).map(Entry::index), Some(entry.index()), "{}", entry.path());
            assert_eq!(
                entry.children().count(),
                document.entries().filter(|below| below.parent().map(Entry::index) == Some(entry.index())).count()
            );
        }
    }

    #[test]
    fn entries_come_in_the_order_of_the_tree() {
        let plain = "a: 1\nb:\n    # note\n    c: yes\n    d/e: 1.5\nl:\n    - x\n    - - null\n      - {}\nm_unencrypted: 2001-12-14\n";
        check(
            &encrypted(plain),
            &[
                "1:0 a int sealed",
                "2:0 b map of 2",
                "4:1 b/c str sealed",
                "5:1 [\"b\"][\"d/e\"] float sealed",
                "6:0 l list of 2",
                "7:1 [\"l\"][0] str sealed",
                "8:1 [\"l\"][1] list of 2",
                "8:2 [\"l\"][1][0] null",
                "9:2 [\"l\"][1][1] map of 0",
                "10:0 m_unencrypted time",
            ],
        );
    }

    #[test]
    fn sealed_comments_in_lists_are_no_items() {
        let sealed = encrypted("l:\n    # note\n    - x\n");
        let element = sealed.text().replacen("    #ENC", "    - ENC", 1);
        check(&Document::parse(element).unwrap(), &["1:0 l list of 1", "3:1 [\"l\"][0] str sealed"]);
    }

    #[test]
    fn every_document_of_a_file_has_entries() {
        let text = format!("a_unencrypted: &x 1\n{BLOCK}---\nb_unencrypted: y\nc: {{}}\n");
        let document = Document::parse(text).unwrap();
        check(
            &document,
            &["1:0 a_unencrypted int", "10:0 b_unencrypted (document 2) str", "11:0 c (document 2) map of 0"],
        );
        assert_eq!(document.top_level(1).count(), 2);
    }

    #[test]
    fn what_sops_would_refuse_is_told_without_a_key() {
        let text = format!(
            "a: clear\nb_unencrypted: 1\nb_unencrypted: 2\n7: {{}}\nn_unencrypted: 18446744073709551615\n{BLOCK}"
        );
        let problems = Document::parse(text).unwrap().problems();
        let found: Vec<(usize, ProblemKind)> = problems.iter().map(|problem| (problem.line, problem.kind)).collect();
        assert_eq!(
            found,
            [
                (1, ProblemKind::ClearWhereSealed),
                (3, ProblemKind::DuplicateKey { first_line: 2 }),
                (4, ProblemKind::KeyNotText { found: "a number" }),
                (5, ProblemKind::NumberTooLarge),
            ]
        );
    }

    #[test]
    fn an_alias_stays_one_row() {
        let document = Document::parse(format!("a_unencrypted: &x\n    b: 1\nc_unencrypted: *x\n{BLOCK}")).unwrap();
        check(&document, &["1:0 a_unencrypted map of 1", "2:1 a_unencrypted/b int", "3:0 c_unencrypted alias"]);
    }
}
