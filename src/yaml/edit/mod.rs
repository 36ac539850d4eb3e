//! Changes to a document as values: each becomes a patch of the text, is parsed again and compared with what was
//! meant before it is handed out.

mod comment;
mod extent;
mod fragment;
mod in_place;
mod insert;
mod lower;
mod meant;
mod remove;
mod set;

use super::{CommentId, NodeId, Yaml};
use crate::text::Patch;
pub use fragment::Fragment;
use lower::Lowering;

/// Where among its siblings something new goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before everything else.
    First,
    /// After everything else.
    Last,
    /// Behind this sibling: a key or value for entries, an element for elements.
    After(NodeId),
    /// In front of this sibling and its comments.
    Before(NodeId),
}

/// One change. All nodes are those of the tree that is edited.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A scalar becomes another scalar; comments, tag-free properties and quoting stay where they can.
    Set {
        /// The scalar, alias or absent value.
        node: NodeId,
        /// `Text` or `Plain`.
        to: Fragment,
    },
    /// Any node becomes any value. Its properties go, comments inside it too.
    Replace {
        /// The node.
        node: NodeId,
        /// What stands there afterwards.
        to: Fragment,
    },
    /// A new entry. The mapping may also be an absent value or `null`, which becomes a mapping.
    ///
    /// Missing parents are created by nesting: insert the first missing key with a [`Fragment::Mapping`].
    InsertEntry {
        /// The mapping.
        mapping: NodeId,
        /// Where.
        place: Place,
        /// The key, a string.
        key: String,
        /// The value.
        value: Fragment,
    },
    /// A new element. The sequence may also be an absent value or `null`.
    InsertElement {
        /// The sequence.
        sequence: NodeId,
        /// Where.
        place: Place,
        /// The value.
        value: Fragment,
    },
    /// An entry (by its key or value) or an element goes, with the comments directly above it. The last one leaves
    /// `{}` or `[]`.
    Remove {
        /// The key, value or element.
        node: NodeId,
    },
    /// A key becomes another string.
    Rename {
        /// The key.
        key: NodeId,
        /// The new key.
        to: String,
    },
    /// The text of a comment line changes.
    SetComment {
        /// The comment.
        comment: CommentId,
        /// Everything after the `#`; one line.
        to: String,
    },
    /// A comment line goes; its line too, when nothing else stands on it.
    RemoveComment {
        /// The comment.
        comment: CommentId,
    },
    /// A comment line of its own above an entry or element.
    InsertComment {
        /// The key, value or element below it.
        above: NodeId,
        /// Everything after the `#`; one line.
        text: String,
    },
}

/// A change that says what was meant.
#[derive(Debug, Clone)]
pub struct Edited {
    /// The change to the text; applied to the old one it gives that of `after`.
    pub patch: Patch,
    /// The changed document.
    pub after: Yaml,
    /// Comments of `after` that go-yaml now gives to another container than before: what seals them is bound to it.
    pub moved_comments: Vec<CommentId>,
}

/// Why an edit is refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The node is not of the kind the edit needs.
    #[error("line {line}: {what}")]
    WrongKind {
        /// Where.
        line: usize,
        /// "a mapping is needed here" …
        what: &'static str,
    },
    /// The key is taken.
    #[error("line {line}: the key {key} stands there already")]
    KeyTaken {
        /// Where.
        line: usize,
        /// The key.
        key: String,
    },
    /// The text cannot stand in YAML at all, or not at this place.
    #[error("line {line}: {what} cannot be written here")]
    Unwritable {
        /// Where.
        line: usize,
        /// "a comment of several lines" …
        what: &'static str,
    },
    /// Something else refers to what would go.
    #[error("line {line}: the anchor &{anchor} is used by an alias in line {used}")]
    AnchorInUse {
        /// Where the anchor stands.
        line: usize,
        /// The anchor.
        anchor: String,
        /// Where it is used.
        used: usize,
    },
    /// Two edits of one list touch the same place.
    #[error("line {line}: two changes touch the same place")]
    Overlap {
        /// Where.
        line: usize,
    },
    /// The changed text does not say what was meant; it is thrown away.
    #[error("line {line}: the changed file would not say what was meant: {difference}")]
    NotAsMeant {
        /// Line in the changed text.
        line: usize,
        /// The first difference, in words, without content of the file.
        difference: &'static str,
    },
}

impl EditError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::WrongKind { .. } => "choose another place",
            Self::KeyTaken { .. } => "choose another key, or edit the one that is there",
            Self::Unwritable { .. } => "write it in one line, without control characters",
            Self::AnchorInUse { .. } => "replace the alias by the value first",
            Self::Overlap { .. } => "make the changes one after the other",
            Self::NotAsMeant { .. } => "make this change with a text editor; the file was not touched",
        }
    }
}

impl Yaml {
    /// Makes the changes, all at once: every node named in `edits` is one of this tree.
    ///
    /// # Errors
    /// When a change cannot be made where it stands, or the changed text would not read back as meant.
    pub fn edit(&self, edits: &[Edit]) -> Result<Edited, EditError> {
        let lowering = Lowering::of(self, edits)?;
        if let Some(after) = in_place::change(&lowering, edits) {
            return Ok(Edited { patch: lowering.patch, after, moved_comments: Vec::new() });
        }
        let not_as_meant = |line, difference| EditError::NotAsMeant { line, difference };
        let after = self.apply(&lowering.patch).map_err(|error| match error {
            super::ParseError::Syntax { at, .. } | super::ParseError::Alias { at, .. } => {
                not_as_meant(at.line, "it is no YAML any more")
            }
            super::ParseError::Limit { .. } => not_as_meant(1, "it is too large"),
        })?;
        match meant::compare(&lowering, &after) {
            Ok(agreement) => {
                let moved_comments = agreement.moved_comments;
                Ok(Edited { patch: lowering.patch, after, moved_comments })
            }
            Err(difference) => Err(not_as_meant(after.lines().line(difference.offset), difference.what)),
        }
    }

    /// The document after any change of its text, such as an undo.
    ///
    /// # Errors
    /// When the changed text is not YAML.
    ///
    /// # Panics
    /// When the patch belongs to another text.
    pub fn apply(&self, patch: &Patch) -> Result<Self, super::ParseError> {
        Self::parse(patch.apply(&self.text), &self.limits)
    }
}

#[cfg(test)]
mod tests;
