//! A leaf gets another value.

use super::draft::Draft;
use super::{EditError, Edited};
use crate::crypto::Envelope;
use crate::secret::SecretBuffer;
use crate::sops::entry::{Entry, EntryKind};
use crate::sops::key_path::KeyPath;
use crate::sops::leaf::{self, Leaf};
use crate::sops::value::{Content, NewValue};
use crate::yaml::{self, Fragment};

impl Draft<'_> {
    pub(super) fn set(&mut self, path: &KeyPath, value: &NewValue) -> Result<Edited, EditError> {
        let entry = self.entry(path)?;
        if let EntryKind::Mapping { children: 1.. } | EntryKind::List { children: 1.. } = entry.kind() {
            return Err(EditError::IsBranch { path: path.clone() });
        }
        if self.holds_already(entry, value) {
            return Ok(self.nothing());
        }
        let mut to = self.fragment(value, path, &entry.aad(), entry.falls_under_rule())?;
        if let Fragment::Text(envelope) = &to
            && !entry.is_sealed()
            && Envelope::begins(envelope)
            && !self.document.yaml().frame(entry.node()).flow
        {
            // The quotes of an empty or clear value are no style for an envelope, which sops writes without.
            to = Fragment::Plain(envelope.clone());
        }
        let is_scalar = |to: &Fragment| matches!(to, Fragment::Text(_) | Fragment::Plain(_));
        let edit = if entry.is_leaf() && is_scalar(&to) {
            yaml::Edit::Set { node: entry.node(), to }
        } else {
            yaml::Edit::Replace { node: entry.node(), to }
        };
        self.make(vec![edit])
    }

    /// Whether the leaf has that value and type: its ciphertext may stay then.
    fn holds_already(&self, entry: Entry<'_>, value: &NewValue) -> bool {
        let EntryKind::Leaf(leaf_type) = entry.kind() else { return false };
        if value.leaf_type() != Some(leaf_type) {
            return false;
        }
        let current = Leaf::read(self.document.yaml(), entry.node(), entry.falls_under_rule());
        match (current, &value.0) {
            (Ok(Leaf::Nothing), Content::Null) => true,
            (Ok(Leaf::Nothing), Content::Scalar(_, plaintext)) => plaintext.is_empty(),
            (Ok(Leaf::Clear(bytes)), Content::Scalar(_, plaintext)) => *bytes == *plaintext.expose(),
            (Ok(Leaf::Sealed(envelope)), Content::Scalar(_, plaintext)) => {
                let mut opened = SecretBuffer::new();
                leaf::open_into(self.cipher, &envelope, &entry.aad(), &mut opened).is_ok()
                    && opened.into_secret().same_as(plaintext)
            }
            _ => false,
        }
    }
}
