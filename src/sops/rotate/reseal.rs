//! The pass that opens what is sealed under one data key and seals it under another, one value at a time.

use super::RotateError;
use crate::crypto::{Cipher, Envelope};
use crate::secret::{Random, SecretBuffer, scrub_stack};
use crate::sops::document::Document;
use crate::sops::encryption_rule::Selector;
use crate::sops::leaf::{self, Leaf};
use crate::sops::verify::{Rejected, RejectedReason, VerifyError};
use crate::sops::walk::{Aliases, Place, Step, Walker};
use crate::yaml::{CommentId, Edit, Fragment, NodeId};

/// How often a comment is sealed again when its ciphertext happens to match the file's comment rule, or not to.
const ATTEMPTS: usize = 256;

impl Document {
    /// The document with everything that is sealed sealed anew; its MAC is still the old one.
    pub(super) fn reseal(&self, old: &Cipher, new: &Cipher, random: &mut dyn Random) -> Result<Self, RotateError> {
        let edits = self.resealing(old, new, random);
        scrub_stack();
        Ok(Self::from_yaml(self.yaml().edit(&edits?)?.after)?)
    }

    #[inline(never)]
    fn resealing(&self, old: &Cipher, new: &Cipher, random: &mut dyn Random) -> Result<Vec<Edit>, RotateError> {
        let mut pass = Pass { document: self, old, new, random, slot: SecretBuffer::new(), edits: Vec::new() };
        let mut rejected = Vec::new();
        let mut walker = Walker::new(self.yaml(), self.metadata().rule(), Aliases::Keep);
        while let Some(step) = walker.step() {
            match step {
                Step::Leaf(place) => rejected.extend(pass.leaf(&place, walker.aad()).err()),
                Step::Comment { comment, sealed: true } => pass.comment(comment, walker.aad())?,
                Step::CommentElement(node) => pass.element(node, walker.aad())?,
                Step::Branch(_) | Step::Alias(_) | Step::Comment { sealed: false, .. } => {}
            }
        }
        if rejected.is_empty() { Ok(pass.edits) } else { Err(VerifyError::ValuesRejected { rejected }.into()) }
    }
}

struct Pass<'a> {
    document: &'a Document,
    old: &'a Cipher,
    new: &'a Cipher,
    random: &'a mut dyn Random,
    /// The value that is open.
    slot: SecretBuffer,
    edits: Vec<Edit>,
}

impl Pass<'_> {
    fn leaf(&mut self, place: &Place, aad: &str) -> Result<(), Rejected> {
        let document = self.document;
        let reject = |reason| document.rejected(place.node, reason);
        let leaf = Leaf::read(document.yaml(), place.node, place.sealed);
        let leaf = leaf.map_err(|problem| reject(RejectedReason::Problem(problem)))?;
        let Leaf::Sealed(envelope) = leaf else { return Ok(()) };
        leaf::open_into(self.old, &envelope, aad, &mut self.slot).map_err(reject)?;
        let to = self.new.seal(self.slot.expose(), envelope.value_type, aad.as_bytes(), self.random);
        self.edits.push(Edit::Set { node: place.node, to: Fragment::Text(to) });
        Ok(())
    }

    fn comment(&mut self, comment: CommentId, aad: &str) -> Result<(), RotateError> {
        let yaml = self.document.yaml();
        let found = yaml.comment(comment);
        let line = || yaml.position(found.range.start).line;
        if let Some(to) = self.comment_text(found.text(yaml), aad, line)? {
            self.edits.push(Edit::SetComment { comment, to });
        }
        Ok(())
    }

    /// `- ENC[…,type:comment]`
    fn element(&mut self, node: NodeId, aad: &str) -> Result<(), RotateError> {
        let yaml = self.document.yaml();
        let text = yaml.text_of(node).unwrap_or_default();
        if let Some(to) = self.comment_text(text, aad, || yaml.line(node))? {
            self.edits.push(Edit::Set { node, to: Fragment::Text(to) });
        }
        Ok(())
    }

    /// The comment sealed anew; none where it does not open, which sops takes for plain text.
    fn comment_text(&mut self, text: &str, aad: &str, line: impl Fn() -> usize) -> Result<Option<String>, RotateError> {
        let Ok(envelope) = Envelope::parse(text) else { return Ok(None) };
        if leaf::open_into(self.old, &envelope, aad, &mut self.slot).is_err() {
            return Ok(None);
        }
        let rule = self.document.metadata().rule();
        let looks_at_comments =
            matches!(rule.selector(), Selector::EncryptedCommentRegex | Selector::UnencryptedCommentRegex);
        for _ in 0..ATTEMPTS {
            let to = self.new.seal(self.slot.expose(), envelope.value_type, aad.as_bytes(), self.random);
            // A ciphertext that matches by chance would change what the comment's neighbours are.
            if !looks_at_comments || rule.matches(&to) == rule.matches(text) {
                return Ok(Some(to));
            }
        }
        Err(RotateError::CommentMatches { line: line(), rule: rule.selector().field() })
    }
}
