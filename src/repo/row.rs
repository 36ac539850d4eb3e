//! Rows: the leaves of one encrypted file and the declarations that point at it, side by side.

use super::encrypted::EntryKind;
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
