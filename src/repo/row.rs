//! Rows: the leaves of one encrypted file and the declarations that point at it, side by side.

use super::repository::DeclarationRef;

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The key, parts separated by `/`, list indices as numbers.
    pub key: String,
    /// How deep it stands; 0 at the top.
    pub depth: usize,
    /// Whether it has children.
    pub is_branch: bool,
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
    /// ? A declaration that cannot be read statically.
    Unreadable,
}
