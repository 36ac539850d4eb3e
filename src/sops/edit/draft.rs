//! An edit in the making: what has to change in the YAML, and the check that the result says what was meant.

use super::{EditError, Edited};
use crate::crypto::{Cipher, ValueType};
use crate::secret::{Random, Secret, SecretBuffer};
use crate::sops::document::Document;
use crate::sops::entry::{Entry, LeafType};
use crate::sops::key_path::KeyPath;
use crate::sops::plaintext;
use crate::sops::value::{Content, NewValue};
use crate::yaml::{self, Fragment};

/// The document as it stands and the means to seal.
pub(super) struct Draft<'d> {
    pub(super) document: &'d Document,
    pub(super) cipher: &'d Cipher,
    random: &'d mut dyn Random,
}

impl<'d> Draft<'d> {
    pub(super) fn new(document: &'d Document, cipher: &'d Cipher, random: &'d mut dyn Random) -> Self {
        Self { document, cipher, random }
    }

    pub(super) fn entry(&self, path: &KeyPath) -> Result<Entry<'d>, EditError> {
        self.document.entry(path).ok_or_else(|| EditError::NoSuchKey { path: path.clone() })
    }

    /// `AES256-GCM-seal[data key, fresh iv, aad](plaintext)`; an empty text stays empty.
    pub(super) fn seal(&mut self, plaintext: &[u8], value_type: ValueType, aad: &str) -> String {
        if plaintext.is_empty() {
            return String::new();
        }
        self.cipher.seal(plaintext, value_type, aad.as_bytes(), self.random)
    }

    /// What is written for a value at `path`, sealed under `aad` or in the clear.
    pub(super) fn fragment(
        &mut self,
        value: &NewValue,
        path: &KeyPath,
        aad: &str,
        sealed: bool,
    ) -> Result<Fragment, EditError> {
        Ok(match &value.0 {
            Content::Null => Fragment::Plain("null".to_owned()),
            Content::EmptyMapping => Fragment::Mapping(Vec::new()),
            Content::EmptyList => Fragment::Sequence(Vec::new()),
            Content::Scalar(leaf_type, plaintext) => match value_type(*leaf_type) {
                Some(value_type) if sealed => Fragment::Text(self.seal(plaintext.expose(), value_type, aad)),
                _ => clear_fragment(*leaf_type, plaintext).ok_or_else(|| EditError::NotText { path: path.clone() })?,
            },
        })
    }

    /// Makes the changes of the YAML; sealed comments that end up under another path are sealed anew in the same step.
    pub(super) fn make(&mut self, mut edits: Vec<yaml::Edit>) -> Result<Edited, EditError> {
        let trial = self.document.yaml().edit(&edits)?;
        let more = self.comments_to_seal_anew(&edits, &trial.after);
        let made = if more.is_empty() {
            trial
        } else {
            edits.extend(more);
            self.document.yaml().edit(&edits)?
        };
        let document = Document::from_yaml(made.after).map_err(|_| EditError::NotAsMeant { path: KeyPath::root() })?;
        Ok(Edited { document, patch: made.patch })
    }

    /// The document as it is.
    pub(super) fn nothing(&self) -> Edited {
        Edited { document: self.document.clone(), patch: crate::text::Patch::new() }
    }

    /// Refuses a result in which sealed values are more or fewer than was meant: a comment that switches sealing on or
    /// off may have come to stand above another key.
    pub(super) fn check_sealed(&self, edited: Edited, added: isize, path: &KeyPath) -> Result<Edited, EditError> {
        let sealed = |document: &Document| document.entries().filter(|entry| entry.is_sealed()).count();
        if sealed(self.document).checked_add_signed(added) == Some(sealed(&edited.document)) {
            Ok(edited)
        } else {
            Err(EditError::NotAsMeant { path: path.clone() })
        }
    }
}

/// The type that an envelope names; none for null.
pub(in crate::sops) fn value_type(leaf_type: LeafType) -> Option<ValueType> {
    match leaf_type {
        LeafType::Str => Some(ValueType::Str),
        LeafType::Int => Some(ValueType::Int),
        LeafType::Float => Some(ValueType::Float),
        LeafType::Bool => Some(ValueType::Bool),
        LeafType::Time => Some(ValueType::Time),
        LeafType::Bytes => Some(ValueType::Bytes),
        LeafType::Null | LeafType::Unknown => None,
    }
}

/// A value as it stands in the clear; none where the bytes are no text.
fn clear_fragment(leaf_type: LeafType, plaintext: &Secret) -> Option<Fragment> {
    let mut shown = SecretBuffer::with_capacity(plaintext.len());
    shown.push_bytes(plaintext.expose());
    plaintext::to_yaml(leaf_type, &mut shown);
    // The file's rule says that everybody may read this value: it goes into the file as it is.
    let text = String::from_utf8(shown.expose().to_vec()).ok()?;
    Some(if leaf_type == LeafType::Str { Fragment::Text(text) } else { Fragment::Plain(text) })
}
