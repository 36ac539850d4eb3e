//! What stands at one leaf, seen from sops: nothing, an envelope, a clear value, or something it refuses.

use super::entry::LeafType;
use super::plaintext;
use super::problem::ProblemKind;
use super::verify::RejectedReason;
use crate::crypto::{Cipher, Envelope, EnvelopeError, OpenError, ValueType};
use crate::secret::SecretBuffer;
use crate::yaml::{NodeId, Resolved, Yaml};
use std::borrow::Cow;

/// The content of a leaf.
pub(super) enum Leaf<'y> {
    /// Null or an empty text: neither sealed nor counted.
    Nothing,
    /// An envelope where the rule wants one.
    Sealed(Envelope<'y>),
    /// A value that the rule leaves in the clear, with the bytes that count for the MAC.
    Clear(Cow<'y, [u8]>),
}

impl<'y> Leaf<'y> {
    /// Looks at a scalar. `sealed`: whether the rule wants it sealed.
    pub(super) fn read(yaml: &'y Yaml, node: NodeId, sealed: bool) -> Result<Self, ProblemKind> {
        let text = yaml.text_of(node).unwrap_or_default();
        if sealed && Envelope::begins(text) {
            return Envelope::parse(text).map(Self::Sealed).map_err(problem_of);
        }
        let resolved = yaml.resolve(node).map_err(|_| ProblemKind::TagDoesNotFit)?;
        match resolved {
            None | Some(Resolved::Null) => Ok(Self::Nothing),
            Some(Resolved::UInt(_)) => Err(ProblemKind::NumberTooLarge),
            Some(Resolved::Str(text)) if text.is_empty() => Ok(Self::Nothing),
            Some(_) if sealed => Err(ProblemKind::ClearWhereSealed),
            Some(Resolved::Str(Cow::Borrowed(text))) => Ok(Self::Clear(Cow::Borrowed(text.as_bytes()))),
            Some(value) => Ok(value.canonical().map_or(Self::Nothing, |bytes| Self::Clear(bytes.into_owned().into()))),
        }
    }
}

fn problem_of(error: EnvelopeError) -> ProblemKind {
    match error {
        EnvelopeError::Damaged { part } => ProblemKind::MalformedEnvelope { part },
        EnvelopeError::NotAnEnvelope => ProblemKind::MalformedEnvelope { part: "start" },
        EnvelopeError::UnknownType { .. } => ProblemKind::UnknownType,
    }
}

/// Opens an envelope into `slot`, in the form in which sops prints the value.
pub(super) fn open_into(
    cipher: &Cipher,
    envelope: &Envelope<'_>,
    aad: &str,
    slot: &mut SecretBuffer,
) -> Result<(), RejectedReason> {
    cipher.open_into(envelope, aad.as_bytes(), slot).map_err(|error| match error {
        OpenError::Damaged { part } => RejectedReason::Damaged { part },
        OpenError::Rejected => RejectedReason::Tag,
    })?;
    let is_of_its_type =
        envelope.value_type == ValueType::Comment || plaintext::normalise(LeafType::from(envelope.value_type), slot);
    if is_of_its_type { Ok(()) } else { Err(RejectedReason::NotOfItsType) }
}
