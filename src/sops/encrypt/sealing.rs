//! The pass over a plain text that seals what the rule wants sealed.

use super::{EncryptError, NewFile};
use crate::crypto::{Cipher, ValueType};
use crate::secret::Random;
use crate::sops::Selector;
use crate::sops::edit::value_type;
use crate::sops::entry::LeafType;
use crate::sops::leaf::Leaf;
use crate::sops::rows::clear_type;
use crate::sops::walk::{Hold, Place, Step, Walker};
use crate::yaml::{CommentId, Edit, Fragment, Kind, NodeId, Yaml};

/// Collects the changes of the YAML.
pub(super) struct Sealing<'a> {
    pub(super) yaml: &'a Yaml,
    pub(super) file: &'a NewFile,
    pub(super) cipher: &'a Cipher,
    pub(super) random: &'a mut dyn Random,
    pub(super) edits: Vec<Edit>,
    /// The copy of what an alias stands for, while the walk goes through it.
    copy: Option<Copy>,
}

/// What an alias stands for, sealed for the alias's own path.
struct Copy {
    alias: NodeId,
    /// The depth of the alias: what lies deeper belongs to the copy.
    depth: usize,
    /// The branches that are open, outermost first, each with the key it hangs under.
    open: Vec<(Option<String>, Fragment)>,
}

impl<'a> Sealing<'a> {
    pub(super) fn new(yaml: &'a Yaml, file: &'a NewFile, cipher: &'a Cipher, random: &'a mut dyn Random) -> Self {
        Self { yaml, file, cipher, random, edits: Vec::new(), copy: None }
    }

    pub(super) fn run(mut self) -> Result<Vec<Edit>, EncryptError> {
        let mut walker = Walker::of_plain_text(self.yaml, &self.file.rule);
        while let Some(step) = walker.step() {
            match step {
                Step::Branch(place) => self.branch(&place),
                Step::Leaf(place) => self.leaf(&place, walker.aad())?,
                Step::Comment { comment, sealed } if self.copy.is_none() => {
                    if sealed {
                        self.comment(comment, walker.aad())?;
                    }
                }
                Step::Comment { .. } | Step::CommentElement(_) | Step::Alias(_) => {}
            }
        }
        self.end_copy(0);
        Ok(self.edits)
    }

    fn seal(&mut self, plaintext: &[u8], value_type: ValueType, aad: &str) -> String {
        self.cipher.seal(plaintext, value_type, aad.as_bytes(), self.random)
    }

    fn branch(&mut self, place: &Place) {
        self.end_copy(place.depth);
        let empty = match self.yaml.kind(place.node) {
            Kind::Sequence { .. } => Fragment::Sequence(Vec::new()),
            _ => Fragment::Mapping(Vec::new()),
        };
        let key = self.key(place.hold);
        match &mut self.copy {
            Some(copy) => copy.open.push((key, empty)),
            None if place.written != place.node => {
                self.copy = Some(Copy { alias: place.written, depth: place.depth, open: vec![(key, empty)] });
            }
            None => {}
        }
    }

    fn leaf(&mut self, place: &Place, aad: &str) -> Result<(), EncryptError> {
        self.end_copy(place.depth);
        let sealed = self.sealed_leaf(place, aad)?;
        let key = self.key(place.hold);
        if let Some(copy) = &mut self.copy {
            let fragment = sealed.unwrap_or_else(|| as_written(self.yaml, place.node));
            copy.add(key, fragment);
        } else if let Some(to) = sealed {
            self.edits.push(Edit::Set { node: place.written, to });
        } else if place.written != place.node {
            let to = as_written(self.yaml, place.node);
            self.edits.push(Edit::Set { node: place.written, to });
        }
        Ok(())
    }

    /// The envelope of a leaf; none where it stays as it is.
    fn sealed_leaf(&mut self, place: &Place, aad: &str) -> Result<Option<Fragment>, EncryptError> {
        let line = self.yaml.line(place.written);
        let leaf =
            Leaf::read(self.yaml, place.node, false).map_err(|problem| EncryptError::Problem { line, problem })?;
        let Leaf::Clear(bytes) = leaf else { return Ok(None) };
        let leaf_type = clear_type(self.yaml, place.node);
        let value_type = value_type(leaf_type).filter(|_| place.sealed);
        Ok(value_type.map(|value_type| Fragment::Text(self.seal(&bytes, value_type, aad))))
    }

    fn comment(&mut self, comment: CommentId, aad: &str) -> Result<(), EncryptError> {
        let text = self.yaml.comment(comment).text(self.yaml);
        if text.is_empty() {
            return Ok(());
        }
        let to = self.seal(text.as_bytes(), ValueType::Comment, aad);
        let rule = &self.file.rule;
        if rule.selector() == Selector::UnencryptedCommentRegex && rule.matches(&to) {
            let line = self.yaml.position(self.yaml.comment(comment).range.start).line;
            return Err(EncryptError::CommentMatches { line });
        }
        self.edits.push(Edit::SetComment { comment, to });
        Ok(())
    }

    fn key(&self, hold: Hold) -> Option<String> {
        match hold {
            Hold::Key(key) => self.yaml.text_of(key).map(str::to_owned),
            Hold::Index(_) => None,
        }
    }

    /// Closes the branches of the copy that do not contain what stands at `depth`; with the last one the copy is whole.
    fn end_copy(&mut self, depth: usize) {
        let Some(copy) = &mut self.copy else { return };
        while copy.open.len() > depth.saturating_sub(copy.depth) {
            let (key, whole) = copy.open.pop().expect("the loop asks for one");
            if copy.open.is_empty() {
                self.edits.push(Edit::Replace { node: copy.alias, to: whole });
                self.copy = None;
                return;
            }
            copy.add(key, whole);
        }
    }
}

impl Copy {
    fn add(&mut self, key: Option<String>, value: Fragment) {
        match (self.open.last_mut(), key) {
            (Some((_, Fragment::Mapping(entries))), Some(key)) => entries.push((key, value)),
            (Some((_, Fragment::Sequence(elements))), _) => elements.push(value),
            _ => {}
        }
    }
}

/// A scalar as it stands, for a second place.
fn as_written(yaml: &Yaml, node: NodeId) -> Fragment {
    let text = yaml.text_of(node).unwrap_or_default().to_owned();
    match clear_type(yaml, node) {
        LeafType::Str => Fragment::Text(text),
        LeafType::Null => Fragment::Plain("null".to_owned()),
        _ => Fragment::Plain(text),
    }
}
