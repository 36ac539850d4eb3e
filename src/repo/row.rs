//! Rows: the leaves of one encrypted file and the declarations that point at it, side by side.

use std::collections::HashMap;

use super::encrypted::{EncryptedFile, Entry, EntryKind, Installs};
use super::repository::DeclarationRef;

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The key, parts separated by `/`, list indices as numbers; empty for the whole file.
    pub key: String,
    /// How deep it stands; 0 at the top.
    pub depth: usize,
    /// What stands in the file; `None` where only declarations ask for the key, and for the whole file.
    pub kind: Option<EntryKind>,
    /// How leaf and declarations go together.
    pub state: RowState,
    /// The declarations that read it.
    pub declarations: Vec<DeclarationRef>,
}

/// How leaf and declarations go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowState {
    /// A branch; its children have states of their own.
    Branch,
    /// ● In the file and declared.
    Declared,
    /// ○ In the file, declared nowhere.
    Undeclared,
    /// ✗ Declared, not in the file.
    Missing,
    /// + Added since the last save.
    New,
    /// ~ Value changed since the last save.
    Changed,
    /// – Removed since the last save.
    Removed,
    /// ! Present, but activation would fail or install something else.
    Problem,
}

impl Row {
    /// Whether it can have children.
    #[must_use]
    pub fn is_branch(&self) -> bool {
        matches!(self.kind, Some(EntryKind::Map | EntryKind::List))
    }

    /// The part of the key to show at the row's depth; several parts where no branch is there yet.
    #[must_use]
    pub fn label(&self) -> &str {
        let mut parts = self.key.match_indices('/').map(|(at, _)| at + 1);
        let start = if self.depth == 0 { 0 } else { parts.nth(self.depth - 1).unwrap_or(0) };
        &self.key[start..]
    }
}

impl RowState {
    /// The sign, in the glyphs of the screen.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Branch => ' ',
            Self::Declared => '●',
            Self::Undeclared => '○',
            Self::Missing => '✗',
            Self::New => '+',
            Self::Changed => '~',
            Self::Removed => '–',
            Self::Problem => '!',
        }
    }

    /// The word that says what the sign says.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Branch => "",
            Self::Declared => "declared",
            Self::Undeclared => "not declared",
            Self::Missing => "absent",
            Self::New => "new",
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Problem => "problem",
        }
    }
}

/// The rows of a file, in one pass over its entries and one over its readers.
///
/// What is declared and absent stands at the end of the deepest branch that is there; what was removed since `saved`
/// stands where it was.
pub(super) fn rows(
    file: &EncryptedFile,
    readers: &[(DeclarationRef, String)],
    saved: Option<&EncryptedFile>,
) -> Vec<Row> {
    let mut table = Table::new(file, readers, saved);
    let removed = table.removed();
    let missing = table.missing();
    let mut rows: Vec<Row> = table.whole_file().into_iter().collect();
    let mut missing = missing.into_iter().peekable();
    let mut removed = removed.into_iter().peekable();
    for at in 0..=file.entries().len() {
        // A removed row keeps its place: directly behind what stood before it.
        while let Some((_, row)) = removed.next_if(|(after, _)| *after == at) {
            rows.push(row);
        }
        while let Some((_, row)) = missing.next_if(|(before, _)| *before == at) {
            rows.push(row);
        }
        if let Some(entry) = file.entries().get(at) {
            rows.push(table.row(entry));
        }
    }
    rows
}

struct Table<'a> {
    file: &'a EncryptedFile,
    saved: Option<&'a EncryptedFile>,
    saved_keys: HashMap<&'a str, &'a Entry>,
    declared: HashMap<&'a str, Vec<DeclarationRef>>,
}

impl<'a> Table<'a> {
    fn new(file: &'a EncryptedFile, readers: &'a [(DeclarationRef, String)], saved: Option<&'a EncryptedFile>) -> Self {
        let mut declared: HashMap<&str, Vec<DeclarationRef>> = HashMap::new();
        for (reference, key) in readers {
            declared.entry(key).or_default().push(reference.clone());
        }
        let saved = saved.filter(|saved| saved.text() != file.text());
        let entries = saved.iter().flat_map(|saved| saved.entries()).rev();
        Self { file, saved, saved_keys: entries.map(|entry| (entry.key.as_str(), entry)).collect(), declared }
    }

    /// The row of those who read the file as a whole.
    fn whole_file(&self) -> Option<Row> {
        let declarations = self.declared.get("")?.clone();
        Some(Row { key: String::new(), depth: 0, kind: None, state: RowState::Declared, declarations })
    }

    fn row(&self, entry: &Entry) -> Row {
        let by_key = self.declared.get(entry.key.as_str()).filter(|_| entry.is_reachable);
        let declarations = by_key.or_else(|| self.declared.get("").filter(|_| !entry.is_branch()));
        let declarations = declarations.cloned().unwrap_or_default();
        let is_installed = by_key.is_none() || matches!(entry.installs(), Installs::AsItIs);
        let state = match self.change(entry) {
            _ if !is_installed => RowState::Problem,
            _ if entry.is_branch() => RowState::Branch,
            Some(change) => change,
            None if declarations.is_empty() => RowState::Undeclared,
            None => RowState::Declared,
        };
        Row { key: entry.key.clone(), depth: entry.depth, kind: Some(entry.kind), state, declarations }
    }

    fn change(&self, entry: &Entry) -> Option<RowState> {
        let saved = self.saved?;
        match self.saved_keys.get(entry.key.as_str()) {
            None => Some(RowState::New),
            Some(before) if saved.text()[before.range.clone()] != self.file.text()[entry.range.clone()] => {
                Some(RowState::Changed)
            }
            Some(_) => None,
        }
    }

    /// The rows that were there when the file was saved, each with the number of entries that stand before it now.
    fn removed(&mut self) -> Vec<(usize, Row)> {
        let Some(saved) = self.saved else { return Vec::new() };
        let entries = self.file.entries().iter();
        let now: HashMap<&str, usize> = entries.enumerate().map(|(at, entry)| (entry.key.as_str(), at)).collect();
        let mut rows = Vec::new();
        let mut after = 0;
        for entry in saved.entries() {
            match now.get(entry.key.as_str()) {
                Some(at) => after = at + 1,
                None => rows.push((after, self.removed_row(entry))),
            }
        }
        // Entries may have been reordered; a stable sort keeps the order among those behind one entry.
        rows.sort_by_key(|(after, _)| *after);
        rows
    }

    fn removed_row(&mut self, entry: &Entry) -> Row {
        let declarations = self.declared.remove(entry.key.as_str()).unwrap_or_default();
        let state = if entry.is_branch() { RowState::Branch } else { RowState::Removed };
        Row { key: entry.key.clone(), depth: entry.depth, kind: Some(entry.kind), state, declarations }
    }

    /// The rows of keys that are declared and absent, each with the number of the entry before which it stands.
    fn missing(&self) -> Vec<(usize, Row)> {
        let absent = |key: &&str| !key.is_empty() && self.file.entry(key).is_none();
        let mut keys: Vec<&str> = self.declared.keys().copied().filter(absent).collect();
        if keys.is_empty() {
            return Vec::new();
        }
        keys.sort_unstable();
        let ends = ends(self.file.entries());
        let mut rows: Vec<(usize, Row)> = keys.into_iter().map(|key| self.missing_row(key, &ends)).collect();
        // Of several branches that end at one place the inner one comes first.
        rows.sort_by_key(|(before, row)| (*before, std::cmp::Reverse(row.depth)));
        rows
    }

    fn missing_row(&self, key: &str, ends: &[usize]) -> (usize, Row) {
        let mut parents = key.rmatch_indices('/').map(|(at, _)| &key[..at]);
        let parent =
            parents.find_map(|parent| self.file.position(parent).filter(|at| self.file.entries()[*at].is_branch()));
        let (before, depth) = match parent {
            Some(at) => (ends[at], self.file.entries()[at].depth + 1),
            None => (self.file.entries().len(), 0),
        };
        let declarations = self.declared[key].clone();
        (before, Row { key: key.to_owned(), depth, kind: None, state: RowState::Missing, declarations })
    }
}

/// For each entry the number of the first entry that does not stand below it any more.
fn ends(entries: &[Entry]) -> Vec<usize> {
    let mut ends = vec![entries.len(); entries.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        while let Some(last) = open.pop_if(|last| entries[*last].depth >= entry.depth) {
            ends[last] = at;
        }
        open.push(at);
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nix::DeclarationId;
    use crate::repo::RepoPath;

    const SEALED: &str = "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:";

    /// A file with these lines, `$str` standing for an envelope of that type.
    fn file(lines: &str) -> EncryptedFile {
        let metadata = "\nsops:\n  age:\n    - recipient: age1x\n      enc: x\n  \
                        lastmodified: \"2026-01-01T00:00:00Z\"\n  mac: $str\n  version: 3.12.2\n";
        let text = format!("{lines}{metadata}");
        let sealed = text.split('$').enumerate().map(|(at, part)| match at {
            0 => part.to_owned(),
            _ => {
                let end = part.find(|character: char| !character.is_alphabetic()).unwrap_or(part.len());
                format!("{SEALED}{}]{}", &part[..end], &part[end..])
            }
        });
        EncryptedFile::read(sealed.collect::<String>()).unwrap()
    }

    /// Compares the rows as `sign label` lines, indented by depth.
    fn check(now: &str, saved: Option<&str>, readers: &[&str], expected: &[&str]) {
        let reference = |id| DeclarationRef { file: RepoPath::new("sops.nix").unwrap(), id: DeclarationId(id) };
        let readers: Vec<(DeclarationRef, String)> =
            readers.iter().enumerate().map(|(id, key)| (reference(id), (*key).to_owned())).collect();
        let saved = saved.map(file);
        let rows = rows(&file(now), &readers, saved.as_ref());
        let shown: Vec<String> =
            rows.iter().map(|row| format!("{}{} {}", "  ".repeat(row.depth), row.state.sign(), row.label())).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn leaves_and_declarations_stand_side_by_side() {
        check(
            "api:\n  one: $str\n  two: $str\nport: $int\nsince: $time\nlist:\n  - $str",
            None,
            &["api/one", "port", "gone", "since", "api"],
            &["! api", "  ● one", "  ○ two", "! port", "! since", "  list", "  ○ 0", "✗ gone"],
        );
    }

    #[test]
    fn what_is_missing_stands_in_the_branch_where_it_belongs() {
        check(
            "a:\n  b:\n    c: $str\n  d: $str\ne: $str",
            None,
            &["a/b/x", "a/x/y", "a/z", "e/f", "new/one"],
            &["  a", "    b", "    ○ c", "    ✗ x", "  ○ d", "  ✗ x/y", "  ✗ z", "○ e", "✗ e/f", "✗ new/one"],
        );
    }

    #[test]
    fn since_the_last_save_things_were_added_changed_and_removed() {
        check(
            "a:\n  new: $str\n  kept: $str\nb: ENC[AES256_GCM,data:BB==,iv:AA==,tag:AA==,type:str]\nz: $str",
            Some("a:\n  kept: $str\n  gone: $str\nold:\n  x: $str\nb: $str\nz: $str"),
            &["a/gone", "b"],
            &["  a", "  + new", "  ○ kept", "  – gone", "  old", "  – x", "~ b", "○ z"],
        );
    }

    #[test]
    fn who_reads_the_whole_file_reads_every_leaf() {
        check("a: $str\nn: $int", None, &[""], &["● ", "● a", "● n"]);
    }

    #[test]
    fn a_hundred_thousand_rows_are_built_in_one_pass() {
        let lines: String = (0..100_000).map(|n| format!("k{n}: $str\n")).collect();
        let readers: Vec<(DeclarationRef, String)> = (0..100_000)
            .map(|id| {
                let file = RepoPath::new("sops.nix").unwrap();
                (DeclarationRef { file, id: DeclarationId(id) }, format!("k{}", id * 2))
            })
            .collect();
        let rows = rows(&file(lines.trim_end()), &readers, None);
        assert_eq!(rows.iter().filter(|row| row.state == RowState::Missing).count(), 50_000);
    }
}
