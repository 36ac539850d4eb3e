//! Values on their way in: typed, checked, as sops would write them.
//!
//! Truth: sops 3.12.2, `aes/cipher.go` (`Encrypt`, `Decrypt`) and `sops.go` (`ToBytes`).

use super::entry::LeafType;
use super::plaintext;
use crate::secret::Secret;
use std::fmt;

/// A value to be written.
pub struct NewValue(pub(super) Content);

pub(super) enum Content {
    /// A scalar's bytes as sops hashes and seals them.
    Scalar(LeafType, Secret),
    Null,
    EmptyMapping,
    EmptyList,
}

/// A text is no value of the type that was asked for. Says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is no value of type {}", wanted.name())]
pub struct NotOfType {
    /// The type.
    pub wanted: LeafType,
}

impl NotOfType {
    /// What fits.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.wanted {
            LeafType::Int => "an int is a whole number, such as 8080",
            LeafType::Float => "a float is a number, such as 0.5",
            LeafType::Bool => "a bool is true or false",
            LeafType::Time => "a time looks like 2026-01-31T23:59:59Z",
            _ => "choose the type str",
        }
    }
}

impl NewValue {
    /// Text, and nothing but text: `8080` and `yes` stay strings.
    #[must_use]
    pub fn text(text: Secret) -> Self {
        Self(Content::Scalar(LeafType::Str, text))
    }

    /// A text read as a value of a type.
    ///
    /// # Errors
    /// When it is none.
    pub fn typed(leaf_type: LeafType, text: Secret) -> Result<Self, NotOfType> {
        let bytes = plaintext::from_typed(leaf_type, text).ok_or(NotOfType { wanted: leaf_type })?;
        Ok(Self(Content::Scalar(leaf_type, bytes)))
    }

    /// `null`
    #[must_use]
    pub fn null() -> Self {
        Self(Content::Null)
    }

    /// `{}`
    #[must_use]
    pub fn empty_mapping() -> Self {
        Self(Content::EmptyMapping)
    }

    /// `[]`
    #[must_use]
    pub fn empty_list() -> Self {
        Self(Content::EmptyList)
    }

    /// Whether the value has an envelope where it is sealed: null, `{}`, `[]` and the empty text have none.
    pub(super) fn needs_envelope(&self) -> bool {
        matches!(&self.0, Content::Scalar(_, plaintext) if !plaintext.is_empty())
    }

    /// The type, none for `{}` and `[]`.
    #[must_use]
    pub fn leaf_type(&self) -> Option<LeafType> {
        match &self.0 {
            Content::Scalar(leaf_type, _) => Some(*leaf_type),
            Content::Null => Some(LeafType::Null),
            Content::EmptyMapping | Content::EmptyList => None,
        }
    }
}

impl fmt::Debug for NewValue {
    /// The type only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Content::Scalar(leaf_type, _) => leaf_type.name(),
            Content::Null => "null",
            Content::EmptyMapping => "{}",
            Content::EmptyList => "[]",
        })
    }
}
