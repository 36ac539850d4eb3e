//! The file's own text with its values opened: comments, order and layout stay, the `sops` block goes.
//!
//! Scalars are written as sops' own output has them (go.yaml.in/yaml v3.0.4). Limitations: a sealed comment that
//! stands as an element inside brackets stays sealed, because no comment can stand there.

use super::document::Document;
use super::leaf::{self, Leaf};
use super::plaintext;
use super::verify::{Rejected, RejectedReason, VerifyError};
use super::walk::{Aliases, METADATA_KEY, Place, Step, Walker};
use crate::crypto::{Cipher, Envelope, ValueType};
use crate::secret::SecretBuffer;
use crate::yaml::{CommentId, Edit, Kind, NodeId, Sink, Yaml, write_scalar};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::ops::Range;
use std::str;

impl Document {
    /// The plain text of the file. Whoever wants to know whether it is what was sealed asks [`Document::verify`] first.
    ///
    /// # Errors
    /// When values do not open; all of them are named.
    pub fn decrypt_text(&self, cipher: &Cipher) -> Result<SecretBuffer, VerifyError> {
        let mut rejected = Vec::new();
        let parts = self.changed_parts(&mut rejected);
        let mut out = Output { yaml: self.yaml(), text: SecretBuffer::with_capacity(self.text().len()) };
        let mut done = 0;
        for part in &parts {
            out.text.push(&self.text()[done..part.range.start]);
            done = part.range.end;
            if let Err((node, reason)) = out.write(&part.change, cipher) {
                rejected.push(self.rejected(node, reason));
            }
        }
        out.text.push(&self.text()[done..]);
        if rejected.is_empty() { Ok(out.text) } else { Err(VerifyError::ValuesRejected { rejected }) }
    }

    /// The ranges of the text that do not stay, in ascending order.
    fn changed_parts(&self, rejected: &mut Vec<Rejected>) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        let mut walker = Walker::new(self.yaml(), self.metadata().rule(), Aliases::Keep);
        while let Some(step) = walker.step() {
            match step {
                Step::Leaf(place) => match self.leaf_part(&place, walker.aad()) {
                    Ok(part) => parts.extend(part),
                    Err(reason) => rejected.push(self.rejected(place.node, reason)),
                },
                Step::Comment { comment, sealed: true } => parts.extend(self.comment_part(comment, walker.aad())),
                Step::CommentElement(node) => parts.extend(self.element_part(node, walker.aad())),
                Step::Branch(_) | Step::Alias(_) | Step::Comment { sealed: false, .. } => {}
            }
        }
        parts.extend(self.metadata_parts());
        parts.sort_by_key(|part| part.range.start);
        parts
    }

    fn leaf_part(&self, place: &Place, aad: &str) -> Result<Option<Part<'_>>, RejectedReason> {
        let leaf = Leaf::read(self.yaml(), place.node, place.sealed).map_err(RejectedReason::Problem)?;
        let Leaf::Sealed(envelope) = leaf else { return Ok(None) };
        let change = Change::Value { node: place.node, envelope, aad: aad.to_owned() };
        // A tag was the writer's way to name the type of the text that stood here before it was sealed.
        Ok(Some(Part { range: self.yaml().range(place.node), change }))
    }

    fn comment_part(&self, comment: CommentId, aad: &str) -> Option<Part<'_>> {
        let comment = self.yaml().comment(comment);
        let envelope = Envelope::parse(comment.text(self.yaml())).ok()?;
        let range = comment.range.start + 1..comment.range.end;
        Some(Part { range, change: Change::Comment { envelope, aad: aad.to_owned(), hash: "" } })
    }

    /// `- ENC[…,type:comment]` becomes `# text`; a list that held nothing else becomes `[]`.
    fn element_part(&self, node: NodeId, aad: &str) -> Option<Part<'_>> {
        let envelope = Envelope::parse(self.yaml().text_of(node)?).ok()?;
        let range = self.yaml().full_range(node);
        let before = self.text()[..range.start].trim_end_matches([' ', '\t']);
        let start = before.strip_suffix('-')?.len();
        let change = Change::Comment { envelope, aad: aad.to_owned(), hash: "#" };
        Some(Part { range: start..range.end, change })
    }

    /// The `sops` blocks of all documents.
    fn metadata_parts(&self) -> Vec<Part<'_>> {
        let yaml = self.yaml();
        let part = |range: Range<usize>, text: String| Part { range, change: Change::Text(text) };
        let mut parts = Vec::new();
        for document in yaml.documents() {
            let Some(entry) = yaml.entry(document.root, METADATA_KEY) else { continue };
            let is_only_entry =
                yaml.items(document.root).iter().filter(|item| matches!(item, crate::yaml::Item::Entry(_))).count()
                    == 1;
            if matches!(yaml.kind(document.root), Kind::Mapping { flow: false }) {
                let left = if is_only_entry { "{}\n" } else { "" };
                parts.push(part(
                    whole_lines(yaml, yaml.full_range(entry.key).start, yaml.full_range(entry.value).end),
                    left.to_owned(),
                ));
            } else if let Ok(removed) = yaml.edit(&[Edit::Remove { node: entry.key }]) {
                parts.extend(
                    removed.patch.splices().iter().map(|splice| part(splice.range.clone(), splice.replacement.clone())),
                );
            }
        }
        parts
    }
}

/// From the start of the line of `start` to the end of the line of `end`, its ending included.
fn whole_lines(yaml: &Yaml, start: usize, end: usize) -> Range<usize> {
    let text = yaml.text();
    let start =
        text[..start].rfind('\n').map_or_else(|| text.len() - text.trim_start_matches('\u{feff}').len(), |at| at + 1);
    let ends_its_line = end > 0 && text.as_bytes()[end - 1] == b'\n';
    let end = if ends_its_line { end } else { text[end..].find('\n').map_or(text.len(), |at| end + at + 1) };
    start..end
}

/// A range of the text and what comes in its place.
struct Part<'d> {
    range: Range<usize>,
    change: Change<'d>,
}

enum Change<'d> {
    Value { node: NodeId, envelope: Envelope<'d>, aad: String },
    Comment { envelope: Envelope<'d>, aad: String, hash: &'static str },
    Text(String),
}

/// The plain text as it grows, in the arena.
struct Output<'d> {
    yaml: &'d Yaml,
    text: SecretBuffer,
}

impl Output<'_> {
    fn write(&mut self, change: &Change<'_>, cipher: &Cipher) -> Result<(), (NodeId, RejectedReason)> {
        let mut opened = SecretBuffer::new();
        match change {
            Change::Text(text) => self.text.push(text),
            Change::Comment { envelope, aad, hash } => {
                self.text.push(hash);
                // A comment that does not open is plain text to sops.
                if leaf::open_into(cipher, envelope, aad, &mut opened).is_ok() {
                    // A line break would end the comment, and what follows would be read as keys.
                    opened
                        .expose_mut()
                        .iter_mut()
                        .filter(|byte| matches!(byte, b'\n' | b'\r'))
                        .for_each(|byte| *byte = b' ');
                    self.text.push_bytes(opened.expose());
                } else {
                    self.text.push(&envelope.to_string());
                }
            }
            Change::Value { node, envelope, aad } => {
                leaf::open_into(cipher, envelope, aad, &mut opened).map_err(|reason| (*node, reason))?;
                self.value(*node, envelope.value_type, opened);
            }
        }
        Ok(())
    }

    fn value(&mut self, node: NodeId, value_type: ValueType, mut opened: SecretBuffer) {
        if !matches!(value_type, ValueType::Str | ValueType::Bytes | ValueType::Comment) {
            plaintext::to_yaml(value_type.into(), &mut opened);
            self.text.push_bytes(opened.expose());
            return;
        }
        match str::from_utf8(opened.expose()) {
            Ok(text) => write_scalar(&mut self.text, text, &self.yaml.frame(node)),
            Err(_) => self.binary(&opened),
        }
    }

    /// Bytes that are no text, as YAML has them.
    fn binary(&mut self, bytes: &SecretBuffer) {
        let mut encoded = SecretBuffer::zeros(bytes.len().div_ceil(3) * 4);
        let encoded_len =
            STANDARD.encode_slice(bytes.expose(), encoded.expose_mut()).expect("four bytes for every three");
        encoded.truncate(encoded_len);
        self.text.push("!!binary ");
        self.text.push_bytes(encoded.expose());
    }
}
