//! The one walk over a document: tree order, paths as AAD, and what falls under the encryption rule.
//!
//! Everything that must agree with sops about order, paths or rules goes through here: entries, MAC, sealing, opening.
//! Truth: sops 3.12.2, `sops.go`, `walkBranch`, `walkSlice` and `shouldBeEncrypted`. The texts that comment rules look
//! at are those in the file, as when sops decrypts.

use super::encryption_rule::EncryptionRule;
use crate::yaml::{CommentId, Document, Entry, Item, Kind, NodeId, Yaml};

/// The top-level key of the metadata, which is no part of the tree.
pub(super) const METADATA_KEY: &str = "sops";

/// What a comment at the top of a document is bound to: no keys, ended by a colon.
pub(super) const ROOT_AAD: &str = ":";

/// What to do with `*name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aliases {
    /// Walk through a copy of what it stands for, as sops does.
    Expand,
    /// Name it and go on.
    Keep,
}

/// How an entry hangs in its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// Under a key.
    Key(NodeId),
    /// At a position of a list, sealed comments not counted.
    Index(usize),
}

/// One value met on the way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// How many branches lie above, the root not counted.
    pub(super) depth: usize,
    /// The document of the stream, from 0.
    pub(super) document: usize,
    /// Key or position.
    pub(super) hold: Hold,
    /// The node in the text: an alias where one is written.
    pub(super) written: NodeId,
    /// The node itself, or what the alias stands for.
    pub(super) node: NodeId,
    /// Whether the rule wants values here sealed.
    pub(super) sealed: bool,
}

/// What the walk meets. [`Walker::aad`] tells the path of each.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A mapping or list; what it holds follows, one deeper.
    Branch(Place),
    /// A scalar.
    Leaf(Place),
    /// An alias that is not expanded.
    Alias(Place),
    /// A sealed comment that stands as an element of a list.
    CommentElement(NodeId),
    /// A comment line; whether the rule wants it sealed.
    Comment {
        /// The comment.
        comment: CommentId,
        /// Whether the rule wants it sealed.
        sealed: bool,
    },
}

/// Walks through all documents of a text. Needs no recursion.
pub(super) struct Walker<'y> {
    yaml: &'y Yaml,
    rule: &'y EncryptionRule,
    aliases: Aliases,
    /// In a plain text, an element that looks like a sealed comment is an element.
    has_sealed_comments: bool,
    documents: std::iter::Enumerate<std::slice::Iter<'y, Document>>,
    document: usize,
    frames: Vec<Frame<'y>>,
    /// The keys down to the current step, each ended by a colon.
    path: String,
}

/// A container on the way down.
struct Frame<'y> {
    items: std::slice::Iter<'y, Item>,
    /// How much of the path leads to the container.
    path_len: usize,
    /// Whether a key on the way down matches the rule.
    keys_match: bool,
    /// Whether an active comment of an outer container matches.
    outer_comment_matches: bool,
    /// Whether an active comment of this container matches.
    own_comment_matches: bool,
    /// Comments stay active for one item: it has been met.
    comments_are_used: bool,
    next_index: usize,
}

impl<'y> Walker<'y> {
    pub(super) fn new(yaml: &'y Yaml, rule: &'y EncryptionRule, aliases: Aliases) -> Self {
        let documents = yaml.documents().iter().enumerate();
        let (frames, path) = (Vec::new(), String::new());
        Self { yaml, rule, aliases, has_sealed_comments: true, documents, document: 0, frames, path }
    }

    /// A walk through a text that is to be sealed, aliases expanded.
    pub(super) fn of_plain_text(yaml: &'y Yaml, rule: &'y EncryptionRule) -> Self {
        Self { has_sealed_comments: false, ..Self::new(yaml, rule, Aliases::Expand) }
    }

    /// What the value of the last step is bound to: `AAD`, the keys from the root, each ended by a colon.
    ///
    /// List positions add nothing; a comment has the path of its container.
    pub(super) fn aad(&self) -> &str {
        if self.path.is_empty() { ROOT_AAD } else { &self.path }
    }

    /// Goes one step on. Not an iterator, because [`Walker::aad`] belongs to the step.
    pub(super) fn step(&mut self) -> Option<Step> {
        loop {
            let Some(frame) = self.frames.last_mut() else {
                self.enter_document()?;
                continue;
            };
            self.path.truncate(frame.path_len);
            let Some(item) = frame.items.next() else {
                self.frames.pop();
                continue;
            };
            if std::mem::take(&mut frame.comments_are_used) {
                frame.own_comment_matches = false;
            }
            match *item {
                Item::Comment(comment) => return Some(self.comment(comment)),
                Item::Entry(entry) if self.is_metadata(entry) => {}
                Item::Entry(entry) => return Some(self.entry(entry)),
                Item::Element(node) => return Some(self.element(node)),
            }
        }
    }

    fn enter_document(&mut self) -> Option<()> {
        let (number, document) = self.documents.next()?;
        self.document = number;
        self.path.clear();
        self.enter(document.root, false, false);
        Some(())
    }

    fn enter(&mut self, container: NodeId, keys_match: bool, outer_comment_matches: bool) {
        self.frames.push(Frame {
            items: self.yaml.items(container).iter(),
            path_len: self.path.len(),
            keys_match,
            outer_comment_matches,
            own_comment_matches: false,
            comments_are_used: false,
            next_index: 0,
        });
    }

    fn is_metadata(&self, entry: Entry) -> bool {
        self.frames.len() == 1 && self.yaml.text_of(entry.key) == Some(METADATA_KEY)
    }

    fn frame(&mut self) -> &mut Frame<'y> {
        self.frames.last_mut().expect("an item comes from a frame")
    }

    fn comment(&mut self, comment: CommentId) -> Step {
        let rule = self.rule;
        let matches = rule.selector().reads_comments() && rule.matches(self.yaml.comment(comment).text(self.yaml));
        let frame = self.frame();
        let before = frame.outer_comment_matches || frame.own_comment_matches;
        frame.own_comment_matches |= matches;
        let sealed = match rule.selector() {
            // The comment that switches sealing on stays readable itself.
            super::Selector::EncryptedCommentRegex => rule.seals(before),
            super::Selector::UnencryptedCommentRegex => rule.seals(before || matches),
            _ => rule.seals(frame.keys_match),
        };
        Step::Comment { comment, sealed }
    }

    fn entry(&mut self, entry: Entry) -> Step {
        let key = self.yaml.text_of(entry.key).unwrap_or_default();
        self.path.push_str(key);
        self.path.push(':');
        let key_matches = !self.rule.selector().reads_comments() && self.rule.matches(key);
        let keys_match = self.frame().keys_match || key_matches;
        self.value(Hold::Key(entry.key), entry.value, keys_match)
    }

    fn element(&mut self, node: NodeId) -> Step {
        let frame = self.frame();
        let (index, keys_match) = (frame.next_index, frame.keys_match);
        if self.has_sealed_comments && self.seals(keys_match) && self.yaml.text_of(node).is_some_and(is_sealed_comment)
        {
            self.frame().comments_are_used = true;
            return Step::CommentElement(node);
        }
        self.frame().next_index += 1;
        self.value(Hold::Index(index), node, keys_match)
    }

    fn value(&mut self, hold: Hold, written: NodeId, keys_match: bool) -> Step {
        let depth = self.frames.len() - 1;
        let sealed = self.seals(keys_match);
        let node = self.yaml.follow(written);
        let place = Place { depth, document: self.document, hold, written, node, sealed };
        let frame = self.frame();
        frame.comments_are_used = true;
        let active = frame.outer_comment_matches || frame.own_comment_matches;
        if written != node && self.aliases == Aliases::Keep {
            return Step::Alias(place);
        }
        match self.yaml.kind(node) {
            Kind::Mapping { .. } | Kind::Sequence { .. } => {
                self.enter(node, keys_match, active);
                Step::Branch(place)
            }
            Kind::Scalar(_) | Kind::Alias => Step::Leaf(place),
        }
    }

    fn seals(&mut self, keys_match: bool) -> bool {
        if !self.rule.selector().reads_comments() {
            return self.rule.seals(keys_match);
        }
        let frame = self.frame();
        let active = frame.outer_comment_matches || frame.own_comment_matches;
        self.rule.seals(active)
    }
}

/// Whether an element of a list is a comment that sops sealed: it becomes a comment again when it is opened.
pub(super) fn is_sealed_comment(text: &str) -> bool {
    text.starts_with("ENC[") && text.ends_with(",type:comment]")
}
