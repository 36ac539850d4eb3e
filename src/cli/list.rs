//! `list`: key paths, types and declarations. Needs no key and opens nothing.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::args::ListArgs;
use super::failure::Failure;
use super::sealed_file::SealedFile;
use super::unwritten;
use crate::repo::{ReferenceRef, RepoPath, Repository};
use crate::sops::{Document, EntryKind, KeyPath, Part};
use crate::storage::{self, Root};
use crate::text::{LineIndex, sanitize};

/// One key of the file, or one that a declaration asks for.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    pub(super) key: String,
    /// `str`, `int`, …; `map` and `list` for what has keys below; none where the key is absent.
    #[serde(rename = "type")]
    kind: Option<&'static str>,
    sealed: bool,
    line: Option<usize>,
    pub(super) declarations: Vec<Declared>,
    /// Where Nix files use the secret.
    used_by: Vec<UsedBy>,
}

/// One `sops.secrets.NAME` that reads the key.
#[derive(Debug, Serialize)]
pub(super) struct Declared {
    name: String,
    pub(super) file: String,
    pub(super) line: usize,
}

/// One place of a Nix file that uses the secret or its placeholder.
#[derive(Debug, Serialize)]
pub(super) struct UsedBy {
    file: String,
    line: usize,
}

/// Prints what a file holds and who reads it.
pub(super) fn run(args: &ListArgs, out: &mut impl Write) -> Result<(), Failure> {
    let file = SealedFile::read(&args.file)?;
    if !args.json {
        return print(&file.document, &args.file, out);
    }
    let listed = rows(&file.document, &args.file);
    let printed = serde_json::to_string_pretty(&listed).map_err(io::Error::from);
    printed.and_then(|json| writeln!(out, "{json}")).map_err(|error| unwritten(&error))
}

/// Prints the table of a file that lies at `path`.
pub(super) fn print(document: &Document, path: &Path, out: &mut impl Write) -> Result<(), Failure> {
    out.write_all(table(&rows(document, path)).as_bytes()).map_err(|error| unwritten(&error))
}

/// The rows of the repository's table; those of the file alone where it lies in no repository.
pub(super) fn rows(document: &Document, path: &Path) -> Vec<Listed> {
    repository_of(path).map_or_else(
        || {
            document
                .entries()
                .filter(|entry| entry.is_leaf())
                .map(|entry| from_file(document, &entry.path(), Vec::new()))
                .collect()
        },
        |(repository, inside)| from_rows(document, &repository, &inside),
    )
}

/// The repository around a file, and the file's place in it.
pub(super) fn repository_of(path: &Path) -> Option<(Repository, RepoPath)> {
    let root = Root::find(path).ok()?;
    let inside = root.relative(path)?;
    let loaded = storage::load(root, std::slice::from_ref(&inside));
    Some((Repository::new(loaded.texts), inside))
}

fn from_rows(document: &Document, repository: &Repository, inside: &RepoPath) -> Vec<Listed> {
    let paths: HashMap<String, KeyPath> =
        document.entries().map(|entry| (row_key(&entry.path()), entry.path())).collect();
    let rows = repository.rows(inside, None);
    let rows = rows.into_iter().filter(|row| !row.is_branch() || !row.declarations.is_empty());
    rows.map(|row| {
        let declarations = row.declarations.iter().filter_map(|declared| {
            let (file, declaration) = (repository.nix_file(&declared.file)?, repository.declaration(declared)?);
            let line = LineIndex::new(file.text()).line(declaration.range.start);
            let name = declaration.name.known()?.clone();
            Some(Declared { name, file: declared.file.to_string(), line })
        });
        // A key that the file does not have leads nowhere.
        let found = paths.get(&row.key);
        let path = found.cloned().unwrap_or_else(KeyPath::root);
        let listed = from_file(document, &path, declarations.collect());
        let used_by = uses(repository, listed.declarations.iter().map(|declared| declared.name.as_str()));
        // As the other commands take it: a row says list positions as if they were keys.
        Listed { key: found.map_or(row.key, ToString::to_string), used_by, ..listed }
    })
    .collect()
}

/// Where secrets of these attribute names are used.
fn uses<'a>(repository: &Repository, names: impl Iterator<Item = &'a str>) -> Vec<UsedBy> {
    let names: BTreeSet<&str> = names.collect();
    let references = names.into_iter().flat_map(|name| repository.references_to(name));
    let place = |place: &ReferenceRef, start| {
        let line = LineIndex::new(repository.nix_file(&place.file)?.text()).line(start);
        Some(UsedBy { file: place.file.to_string(), line })
    };
    references.filter_map(|(reference, found)| place(&reference, found.range.start)).collect()
}

/// A place as the repository's table names it: keys and list positions parted by `/`.
pub(super) fn row_key(path: &KeyPath) -> String {
    let part = |part: &Part| match part {
        Part::Key(key) => key.clone(),
        Part::Index(index) => index.to_string(),
    };
    path.parts().iter().map(part).collect::<Vec<_>>().join("/")
}

fn from_file(document: &Document, path: &KeyPath, declarations: Vec<Declared>) -> Listed {
    let entry = document.entry(path);
    let kind = entry.map(|entry| match entry.kind() {
        EntryKind::Mapping { .. } => "map",
        EntryKind::List { .. } => "list",
        EntryKind::Leaf(leaf_type) => leaf_type.name(),
        EntryKind::Alias => "alias",
    });
    let sealed = entry.is_some_and(|entry| entry.is_sealed());
    Listed {
        key: path.to_string(),
        kind,
        sealed,
        line: entry.map(|entry| entry.line()),
        declarations,
        used_by: Vec::new(),
    }
}

fn table(listed: &[Listed]) -> String {
    let width = listed.iter().map(|row| sanitize(&row.key).width()).max().unwrap_or(0);
    let mut table = String::new();
    for row in listed {
        let key = sanitize(&row.key);
        let padding = width - key.width();
        let kind = row.kind.unwrap_or("absent");
        let places = row.declarations.iter().map(|declared| format!("{}:{}", sanitize(&declared.file), declared.line));
        let places = places.collect::<Vec<_>>().join(", ");
        let places = if places.is_empty() { "not declared" } else { &places };
        let uses = row.used_by.iter().map(|place| format!("{}:{}", sanitize(&place.file), place.line));
        let uses = uses.collect::<Vec<_>>().join(", ");
        let uses = if uses.is_empty() { uses } else { format!("; used by {uses}") };
        table.push_str(&format!("{key}{:padding$}  {kind:<6}  {places}{uses}\n", ""));
    }
    table
}
