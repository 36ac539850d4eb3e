//! Keys and items go.

use super::draft::Draft;
use super::{EditError, Edited, Emptied};
use crate::sops::entry::{Entry, EntryKind};
use crate::sops::key_path::KeyPath;
use crate::yaml;

impl Draft<'_> {
    pub(super) fn remove(&mut self, path: &KeyPath, emptied: Emptied) -> Result<Edited, EditError> {
        let mut going = self.entry(path)?;
        while let (Emptied::Remove, Some(parent)) = (emptied, going.parent()) {
            match parent.kind() {
                EntryKind::Mapping { children: 1 } | EntryKind::List { children: 1 } => going = parent,
                _ => break,
            }
        }
        let sealed = sealed_below(going);
        let node = going.key_node().unwrap_or(going.node());
        let edited = self.make(vec![yaml::Edit::Remove { node }])?;
        self.check_sealed(edited, -sealed, path)
    }
}

/// How many sealed values an entry holds, itself included.
pub(super) fn sealed_below(entry: Entry<'_>) -> isize {
    let rows = entry.index()..entry.end();
    let sealed = rows.filter_map(|row| entry.document.entry_at(row)).filter(|entry| entry.is_sealed()).count();
    isize::try_from(sealed).expect("a file has fewer values than half the address space")
}
