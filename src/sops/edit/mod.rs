//! Changes to a document as values: sealed at once, made as a patch of the text, read again before anyone sees them.

mod carried;
mod comments;
mod draft;
mod insert;
mod relocate;
mod remove;
mod set;

use super::document::Document;
use super::key_path::KeyPath;
use super::value::NewValue;
use crate::crypto::Cipher;
use crate::secret::Random;
use crate::text::Patch;
use draft::Draft;
pub(super) use draft::value_type;

/// One change.
#[derive(Debug)]
pub enum Edit {
    /// An existing leaf, alias or empty branch gets another value.
    Set {
        /// The place.
        path: KeyPath,
        /// What stands there afterwards.
        value: NewValue,
    },
    /// A new key; mappings that are missing on the way are made.
    Insert {
        /// The place of the new key.
        path: KeyPath,
        /// Where among its siblings it goes.
        place: Place,
        /// Its value.
        value: NewValue,
    },
    /// A new item of a list.
    InsertItem {
        /// The list.
        list: KeyPath,
        /// Where among the items it goes.
        place: Place,
        /// The item.
        value: NewValue,
    },
    /// A key or item goes, with everything below it and the comments directly above it.
    Remove {
        /// The place.
        path: KeyPath,
        /// What happens to branches that are empty then.
        emptied: Emptied,
    },
    /// A key, leaf or branch, gets another name or another place; mappings that are missing on the way are made.
    ///
    /// What is sealed is sealed anew, because every value is bound to its path; the types stay.
    Move {
        /// The place now.
        from: KeyPath,
        /// The place afterwards.
        to: KeyPath,
    },
}

/// Where among its siblings something new goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before all others.
    First,
    /// After all others.
    Last,
    /// Behind the sibling of that number, counted from 0 without comments.
    After(usize),
}

/// What happens to branches whose last entry went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emptied {
    /// They stay as `{}` or `[]`.
    Keep,
    /// They go too.
    Remove,
}

/// What an edit made.
#[derive(Debug)]
pub struct Edited {
    /// The document afterwards. MAC and `lastmodified` are still the old ones until [`Document::seal`].
    pub document: Document,
    /// The change of the text; inverted by [`Patch::invert`], it undoes the edit.
    pub patch: Patch,
}

/// Why an edit was not made. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Nothing stands there.
    #[error("there is no key {path}")]
    NoSuchKey {
        /// The place.
        path: KeyPath,
    },
    /// Something stands there already.
    #[error("the key {path} stands in line {line} already")]
    KeyTaken {
        /// The place.
        path: KeyPath,
        /// Its line, from 1.
        line: usize,
    },
    /// A mapping or list stands there.
    #[error("{path} holds other keys")]
    IsBranch {
        /// The place.
        path: KeyPath,
    },
    /// A value stands where a mapping or a list would have to be.
    #[error("{path} holds a value, so nothing can stand below it")]
    NotABranch {
        /// The place.
        path: KeyPath,
    },
    /// A list position where keys stand.
    #[error("{path} holds keys, so it has no positions")]
    NotAList {
        /// The place.
        path: KeyPath,
    },
    /// `sops` at the top is the name of the metadata.
    #[error("the top-level key sops belongs to the metadata")]
    ReservedKey,
    /// The new name falls out of the encryption rule: sealed values would be written in the clear.
    #[error("{path} would be stored in the clear, because of the file's {rule}")]
    WouldUncover {
        /// The new place.
        path: KeyPath,
        /// The rule's field.
        rule: &'static str,
    },
    /// An alias or an anchor binds the values to their place.
    #[error("{path} is tied to another key by an alias in line {line}")]
    TiedByAlias {
        /// The place.
        path: KeyPath,
        /// The alias's line, from 1.
        line: usize,
    },
    /// A sealed value that has to be sealed anew does not open.
    #[error("the value of {path} in line {line} was not sealed with this data key for this place")]
    ValueRejected {
        /// The place.
        path: KeyPath,
        /// Its line, from 1.
        line: usize,
    },
    /// A branch cannot move into itself.
    #[error("{path} cannot move to a place below itself")]
    IntoItself {
        /// The place.
        path: KeyPath,
    },
    /// A value that stays in the clear has to be text.
    #[error("the value of {path} is not text, and cannot be stored in the clear")]
    NotText {
        /// The place.
        path: KeyPath,
    },
    /// The text cannot be written as YAML at this place.
    #[error(transparent)]
    Yaml(#[from] crate::yaml::EditError),
    /// The changed text would not say what was meant; it is thrown away.
    #[error("the changed file would not say what was meant at {path}")]
    NotAsMeant {
        /// The place.
        path: KeyPath,
    },
}

#[cfg(test)]
pub(super) mod tests;

impl EditError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoSuchKey { .. } => "look up the name with: sopsmith list FILE",
            Self::KeyTaken { .. } => "edit the key that is there, or choose another name",
            Self::IsBranch { .. } => "choose a key below it, or remove it first",
            Self::NotABranch { .. } => "choose another place, or remove the value first",
            Self::NotAList { .. } => "name a key below it, or choose a list",
            Self::ReservedKey => "choose another name, or put the key below another one",
            Self::WouldUncover { .. } => "choose a name that the file's rule encrypts, or move the value by hand",
            Self::TiedByAlias { .. } => "replace the alias by the value first",
            Self::ValueRejected { .. } => "restore the value from version control, or set it anew",
            Self::IntoItself { .. } => "choose another place",
            Self::NotText { .. } => "encode the bytes, with base64 for example",
            Self::Yaml(error) => error.hint(),
            Self::NotAsMeant { .. } => "make this change with: sops edit FILE; the file was not touched",
        }
    }
}

impl Document {
    /// Makes a change. New values are sealed where the file's own rule says so; what is not touched keeps its bytes.
    ///
    /// Setting a value to what it is makes an empty patch.
    ///
    /// # Errors
    /// When the change cannot be made as meant.
    pub fn apply(&self, edit: &Edit, cipher: &Cipher, random: &mut dyn Random) -> Result<Edited, EditError> {
        let mut draft = Draft::new(self, cipher, random);
        match edit {
            Edit::Set { path, value } => draft.set(path, value),
            Edit::Insert { path, place, value } => draft.insert(path, *place, value),
            Edit::InsertItem { list, place, value } => draft.insert_item(list, *place, value),
            Edit::Remove { path, emptied } => draft.remove(path, *emptied),
            Edit::Move { from, to } => draft.relocate(from, to),
        }
    }
}
