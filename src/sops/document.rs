//! A file encrypted by sops, read without a key: its text, its entries and what its metadata say.

use super::entry::Entry;
use super::error::DocumentError;
use super::key_path::KeyPath;
use super::metadata::Metadata;

/// A file as sops wrote it, with a tree of byte ranges over it. Values stay in their envelopes.
#[derive(Debug)]
pub struct Document {
    text: String,
    metadata: Metadata,
}

impl Document {
    /// Reads a file. Needs no key and opens nothing.
    ///
    /// # Errors
    /// When the text is no YAML, no sops file, or one whose metadata cannot be understood; the error names the line.
    pub fn parse(text: impl Into<String>) -> Result<Self, DocumentError> {
        let text: String = text.into();
        todo!("{}", text.len())
    }

    /// Whether a text carries sops metadata, told cheaply: for looking through many files.
    #[must_use]
    pub fn looks_encrypted(text: &str) -> bool {
        text.lines().any(|line| line.starts_with("sops:") || line.starts_with("\"sops\":")) && text.contains("ENC[")
    }

    /// The text itself.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the `sops` block says.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// How many YAML documents the file holds.
    #[must_use]
    pub fn documents(&self) -> usize {
        todo!()
    }

    /// All entries in tree order, those of the `sops` block left out.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'_>> + DoubleEndedIterator {
        (0..0).map(|index| Entry { document: self, index })
    }

    /// The entry at `path`.
    #[must_use]
    pub fn entry(&self, path: &KeyPath) -> Option<Entry<'_>> {
        todo!("{path}")
    }

    /// The entry of a number that [`Entry::index`] gave.
    #[must_use]
    pub fn entry_at(&self, index: usize) -> Option<Entry<'_>> {
        self.entries().nth(index)
    }

    /// The entries directly below `path`; for a document's root, its top-level keys.
    pub fn children(&self, path: &KeyPath) -> impl Iterator<Item = Entry<'_>> {
        self.entry(path).into_iter()
    }
}
