//! The file's own text with its values opened: comments, order and layout stay, the `sops` block goes.
//!
//! Scalars are written as sops' own output has them (go.yaml.in/yaml v3.0.4). Limitations: a sealed comment that
//! stands as an element inside brackets stays sealed, because no comment can stand there.

use super::document::Document;
use super::entry::EntryKind;
use super::leaf::{self, Leaf};
use super::mac::MacHash;
use super::plaintext;
use super::verify::{Rejected, RejectedReason, VerifyError};
use super::walk::{Aliases, METADATA_KEY, Place, Step, Walker};
use crate::crypto::{Cipher, Envelope, ValueType};
use crate::secret::{Secret, SecretBuffer, scrub_stack};
use crate::yaml::{CommentId, Edit, Kind, NodeId, Sink, Yaml, write_scalar};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::iter::Peekable;
use std::ops::Range;
use std::{str, vec};

impl Document {
    /// The plain text of the file. Whether it is what was sealed is not asked.
    ///
    /// # Errors
    /// When values do not open; all of them are named.
    pub fn decrypt_text(&self, cipher: &Cipher) -> Result<SecretBuffer, VerifyError> {
        self.plain_text(cipher, None).map_err(|rejected| VerifyError::ValuesRejected { rejected })
    }

    /// The plain text of the file, if it is what its last writer sealed: as [`Document::verify`] and
    /// [`Document::decrypt_text`] together, but every value is opened once.
    ///
    /// # Errors
    /// Those of [`Document::verify`].
    pub fn decrypt_verified_text(&self, cipher: &Cipher) -> Result<SecretBuffer, VerifyError> {
        if self.entries().any(|entry| entry.kind() == EntryKind::Alias) {
            // What an alias stands for counts for the MAC once more, but is written only once.
            self.verify(cipher)?;
            return self.decrypt_text(cipher);
        }
        let (text, computed) = self.hashed_text(cipher);
        // The hash held the last values in a frame that has ended by now.
        scrub_stack();
        let text = text.map_err(|rejected| VerifyError::ValuesRejected { rejected })?;
        self.compare_mac(&computed, cipher)?;
        Ok(text)
    }

    #[inline(never)]
    fn hashed_text(&self, cipher: &Cipher) -> (Result<SecretBuffer, Vec<Rejected>>, Secret) {
        let mut mac = MacHash::new(self);
        let text = self.plain_text(cipher, Some(&mut mac));
        (text, mac.finish())
    }

    #[inline(never)]
    fn plain_text(&self, cipher: &Cipher, mac: Option<&mut MacHash>) -> Result<SecretBuffer, Vec<Rejected>> {
        let mut output = Output {
            yaml: self.yaml(),
            cipher,
            mac,
            // Plaintext takes about a third of its envelope.
            text: SecretBuffer::with_capacity(self.text().len() / 3),
            done: 0,
            slot: SecretBuffer::new(),
            parts: self.other_parts().into_iter().peekable(),
        };
        let mut rejected = Vec::new();
        let mut walker = Walker::new(self.yaml(), self.metadata().rule(), Aliases::Keep);
        while let Some(step) = walker.step() {
            if let Step::Leaf(place) = step
                && let Err(reason) = output.leaf(&place, walker.aad())
            {
                rejected.push(self.rejected(place.node, reason));
            }
        }
        output.copy_to(self.text().len());
        if rejected.is_empty() { Ok(output.text) } else { Err(rejected) }
    }

    /// What else does not stay as it is: sealed comments and the `sops` blocks, in the order of the text.
    fn other_parts(&self) -> Vec<Part<'_>> {
        let mut parts = self.metadata_parts();
        let mut walker = Walker::new(self.yaml(), self.metadata().rule(), Aliases::Keep);
        while let Some(step) = walker.step() {
            match step {
                Step::Comment { comment, sealed: true } => parts.extend(self.comment_part(comment, walker.aad())),
                Step::CommentElement(node) => parts.extend(self.element_part(node, walker.aad())),
                Step::Branch(_) | Step::Leaf(_) | Step::Alias(_) | Step::Comment { sealed: false, .. } => {}
            }
        }
        parts.sort_by_key(|part| part.range.start);
        parts
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
    /// A comment; `hash` is what has to stand before its text.
    Comment { envelope: Envelope<'d>, aad: String, hash: &'static str },
    /// What stands in place of a `sops` block.
    Text(String),
}

/// The plain text as it grows, in the arena.
struct Output<'d> {
    yaml: &'d Yaml,
    cipher: &'d Cipher,
    mac: Option<&'d mut MacHash>,
    text: SecretBuffer,
    /// How much of the file's text is written.
    done: usize,
    /// The value that is open.
    slot: SecretBuffer,
    parts: Peekable<vec::IntoIter<Part<'d>>>,
}

impl Output<'_> {
    fn leaf(&mut self, place: &Place, aad: &str) -> Result<(), RejectedReason> {
        match Leaf::read(self.yaml, place.node, place.sealed).map_err(RejectedReason::Problem)? {
            Leaf::Nothing => {}
            Leaf::Clear(bytes) => {
                if let Some(mac) = &mut self.mac {
                    mac.count_clear(&bytes);
                }
            }
            Leaf::Sealed(envelope) => {
                let range = self.yaml.range(place.node);
                // Comments on the way there pass through the slot as well.
                self.copy_to(range.start);
                leaf::open_into(self.cipher, &envelope, aad, &mut self.slot)?;
                // A comment in the place of a value becomes a comment again, and those do not count.
                if let Some(mac) = self.mac.as_mut().filter(|_| envelope.value_type != ValueType::Comment) {
                    mac.count_opened(self.slot.expose());
                }
                self.done = range.end;
                self.value(place.node, envelope.value_type);
            }
        }
        Ok(())
    }

    /// Writes the text up to `end` with the comments and blocks in it.
    fn copy_to(&mut self, end: usize) {
        while let Some(part) = self.parts.next_if(|part| part.range.start < end) {
            self.text.push(&self.yaml.text()[self.done..part.range.start]);
            self.done = part.range.end;
            match part.change {
                Change::Text(text) => self.text.push(&text),
                Change::Comment { envelope, aad, hash } => self.comment(&envelope, &aad, hash),
            }
        }
        self.text.push(&self.yaml.text()[self.done..end.max(self.done)]);
        self.done = end.max(self.done);
    }

    fn comment(&mut self, envelope: &Envelope<'_>, aad: &str, hash: &str) {
        self.text.push(hash);
        if leaf::open_into(self.cipher, envelope, aad, &mut self.slot).is_err() {
            // A comment that does not open is plain text to sops.
            self.text.push(&envelope.to_string());
            return;
        }
        // A line break would end the comment, and what follows would be read as keys.
        let breaks = self.slot.expose_mut().iter_mut().filter(|byte| matches!(byte, b'\n' | b'\r'));
        breaks.for_each(|byte| *byte = b' ');
        self.text.push_bytes(self.slot.expose());
    }

    /// Writes the open value in place of the scalar `node`.
    fn value(&mut self, node: NodeId, value_type: ValueType) {
        if !matches!(value_type, ValueType::Str | ValueType::Bytes | ValueType::Comment) {
            plaintext::to_yaml(value_type.into(), &mut self.slot);
            self.text.push_bytes(self.slot.expose());
            return;
        }
        match str::from_utf8(self.slot.expose()) {
            Ok(text) => write_scalar(&mut self.text, text, &self.yaml.frame(node)),
            Err(_) => self.binary(),
        }
    }

    /// Bytes that are no text, as YAML has them.
    fn binary(&mut self) {
        let mut encoded = SecretBuffer::zeros(self.slot.len().div_ceil(3) * 4);
        let encoded_len =
            STANDARD.encode_slice(self.slot.expose(), encoded.expose_mut()).expect("four bytes for every three");
        encoded.truncate(encoded_len);
        self.text.push("!!binary ");
        self.text.push_bytes(encoded.expose());
    }
}
