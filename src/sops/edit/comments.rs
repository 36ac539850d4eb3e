//! Sealed comments keep their meaning: a comment is bound to the path of its container, which an edit may change.

use super::draft::Draft;
use crate::crypto::{Envelope, ValueType};
use crate::secret::SecretBuffer;
use crate::sops::encryption_rule::EncryptionRule;
use crate::sops::leaf;
use crate::sops::walk::{Aliases, Step, Walker, is_sealed_comment};
use crate::yaml::{self, CommentId, Fragment, NodeId, Yaml};
use std::collections::HashMap;

impl Draft<'_> {
    /// The comments that stand under another path in `after`, sealed for it.
    pub(super) fn comments_to_seal_anew(&mut self, edits: &[yaml::Edit], after: &Yaml) -> Vec<yaml::Edit> {
        if edits.iter().all(|edit| matches!(edit, yaml::Edit::Set { .. })) {
            return Vec::new();
        }
        let rule = self.document.metadata().rule();
        let before = sealed_comments(self.document.yaml(), rule);
        if before.is_empty() {
            return Vec::new();
        }
        let after = sealed_comments(after, rule);
        let paths_after: HashMap<&str, &str> =
            after.iter().map(|comment| (comment.text, comment.aad.as_str())).collect();
        let mut sealed_anew = Vec::new();
        for comment in before {
            let Some(aad) = paths_after.get(comment.text).filter(|aad| **aad != comment.aad) else { continue };
            let Some(to) = self.seal_comment_anew(comment.text, &comment.aad, aad) else { continue };
            sealed_anew.push(match comment.place {
                CommentPlace::Line(comment) => yaml::Edit::SetComment { comment, to },
                CommentPlace::Element(node) => yaml::Edit::Set { node, to: Fragment::Text(to) },
            });
        }
        sealed_anew
    }

    /// The envelope for another path; none where it does not open under the old one and is a plain comment to sops.
    pub(super) fn seal_comment_anew(&mut self, text: &str, aad: &str, new_aad: &str) -> Option<String> {
        let envelope = Envelope::parse(text).ok()?;
        let mut plaintext = SecretBuffer::new();
        leaf::open_into(self.cipher, &envelope, aad, &mut plaintext).ok()?;
        Some(self.seal(plaintext.expose(), ValueType::Comment, new_aad))
    }
}

struct SealedComment<'y> {
    place: CommentPlace,
    text: &'y str,
    aad: String,
}

enum CommentPlace {
    Line(CommentId),
    Element(NodeId),
}

fn sealed_comments<'y>(yaml: &'y Yaml, rule: &EncryptionRule) -> Vec<SealedComment<'y>> {
    let mut comments = Vec::new();
    let mut walker = Walker::new(yaml, rule, Aliases::Keep);
    while let Some(step) = walker.step() {
        let (place, text) = match step {
            Step::Comment { comment, .. } => (CommentPlace::Line(comment), yaml.comment(comment).text(yaml)),
            Step::CommentElement(node) => (CommentPlace::Element(node), yaml.text_of(node).unwrap_or_default()),
            _ => continue,
        };
        if is_sealed_comment(text) {
            comments.push(SealedComment { place, text, aad: walker.aad().to_owned() });
        }
    }
    comments
}
