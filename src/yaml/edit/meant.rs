//! Compares a changed document with what was meant: every node, every comment, in one pass over both trees.

use std::mem::discriminant;

use super::super::resolve::Resolved;
use super::super::{CommentId, Item, Kind, NodeId, ScalarStyle, Yaml};
use super::extent;
use super::fragment::Fragment;
use super::lower::Lowering;

/// The first difference: where in the new text, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) offset: usize,
    pub(super) what: &'static str,
}

/// What both trees have in common.
pub(super) struct Agreement {
    /// Comments that now belong to another container than before.
    pub(super) moved_comments: Vec<CommentId>,
}

/// Compares the tree before the change, the change, and the tree after it.
pub(super) fn compare(meant: &Lowering<'_>, new: &Yaml) -> Result<Agreement, Difference> {
    let nodes = meant.yaml.tree.nodes.len();
    let mut touched = vec![false; nodes];
    let named = meant.replaced.keys().chain(meant.renamed.keys()).chain(meant.inserted.keys()).chain(&meant.removed);
    for node in named {
        touched[node.0 as usize] = true;
    }
    let mut comparison =
        Comparison { meant, old: meant.yaml, new, touched, now: vec![None; nodes], pending: Vec::new() };
    let documents = (comparison.old.documents(), new.documents());
    if documents.0.len() != documents.1.len() {
        return Err(Difference { offset: 0, what: "another number of documents" });
    }
    for (before, after) in documents.0.iter().zip(documents.1) {
        let markers = before.start_marker.is_some() == after.start_marker.is_some()
            && before.end_marker.is_some() == after.end_marker.is_some();
        if !markers {
            return Err(Difference { offset: after.range.start, what: "a document marker" });
        }
        comparison.pending.push((before.root, after.root));
        comparison.run()?;
    }
    comparison.comments()
}

struct Comparison<'m, 'e> {
    meant: &'m Lowering<'e>,
    old: &'m Yaml,
    new: &'m Yaml,
    /// Whether the changes name a node: nearly all need no look into the maps.
    touched: Vec<bool>,
    /// The new node for every old one that stays.
    now: Vec<Option<NodeId>>,
    /// Pairs to be compared, the next one last.
    pending: Vec<(NodeId, NodeId)>,
}

impl Comparison<'_, '_> {
    fn touched(&self, node: NodeId) -> bool {
        self.touched[node.0 as usize]
    }

    fn differs<T>(&self, after: NodeId, what: &'static str) -> Result<T, Difference> {
        Err(Difference { offset: self.new.range(after).start, what })
    }

    fn run(&mut self) -> Result<(), Difference> {
        while let Some((before, after)) = self.pending.pop() {
            self.now[before.0 as usize] = Some(after);
            let fragment = self.touched(before).then(|| self.meant.replaced.get(&before)).flatten();
            match fragment {
                Some(fragment) => {
                    let keeps_anchor = self.meant.is_set(before, fragment);
                    let anchor = self.old.anchor(before).filter(|_| keeps_anchor);
                    if self.new.anchor(after) != anchor {
                        return self.differs(after, "an anchor");
                    }
                    self.fragment(fragment, after)?;
                }
                None => self.node(before, after)?,
            }
        }
        Ok(())
    }

    fn node(&mut self, before: NodeId, after: NodeId) -> Result<(), Difference> {
        let same_properties = match (self.old.tree.properties(before), self.new.tree.properties(after)) {
            (None, None) => true,
            _ => self.old.anchor(before) == self.new.anchor(after) && self.same_tag(before, after),
        };
        if !same_properties {
            return self.differs(after, "an anchor or a tag");
        }
        let (kind, other) = (self.old.kind(before), self.new.kind(after));
        // What is emptied becomes `{}`, what is filled may become lines.
        let may_change = (self.touched(before) && self.meant.inserted.contains_key(&before))
            || (!self.meant.removed.is_empty() && discriminant(&kind) == discriminant(&other));
        match (kind, other) {
            (Kind::Alias, Kind::Alias) => {
                let target = self.old.alias_target(before).and_then(|target| self.now[target.0 as usize]);
                if target == self.new.alias_target(after) { Ok(()) } else { self.differs(after, "an alias") }
            }
            _ if kind == other || may_change => self.members(before, after),
            _ => self.differs(after, "the kind of a value"),
        }
    }

    /// A key that is renamed, and a scalar that is set, may lose a tag that spoke of the old text.
    fn same_tag(&self, before: NodeId, after: NodeId) -> bool {
        self.meant.renamed.contains_key(&before) || self.old.tag(before) == self.new.tag(after)
    }

    fn members(&mut self, before: NodeId, after: NodeId) -> Result<(), Difference> {
        if let (Kind::Scalar(old), Kind::Scalar(new)) = (self.old.kind(before), self.new.kind(after)) {
            let same = old == new && self.old.text_of(before) == self.new.text_of(after);
            return if same { Ok(()) } else { self.differs(after, "a value") };
        }
        let inserted = self.meant.inserted.get(&before).map_or(&[][..], Vec::as_slice);
        let was_mapping = matches!(self.old.kind(before), Kind::Mapping { .. })
            || inserted.first().is_some_and(|inserted| inserted.key.is_some());
        let is_mapping = matches!(self.new.kind(after), Kind::Mapping { .. });
        let is_sequence = matches!(self.new.kind(after), Kind::Sequence { .. });
        if was_mapping != is_mapping || was_mapping == is_sequence {
            return self.differs(after, "the kind of a value");
        }
        let (old, new) = (self.old, self.new);
        let mut stays = old.items(before).iter().filter(|item| !matches!(item, Item::Comment(_)));
        let mut found = new.items(after).iter().filter(|item| !matches!(item, Item::Comment(_)));
        let mut inserted = inserted.iter().peekable();
        let first_pair = self.pending.len();
        let mut passed = 0;
        loop {
            while let Some(inserted) = inserted.next_if(|inserted| inserted.order.0 <= passed) {
                let Some(item) = found.next() else { return self.differs(after, "something new is missing") };
                self.is_inserted(inserted.key, inserted.value, item)?;
            }
            let Some(item) = stays.next() else { break };
            passed += 1;
            if extent::name_of(item).is_some_and(|name| self.touched(name) && self.meant.removed.contains(&name)) {
                continue;
            }
            let Some(other) = found.next() else { return self.differs(after, "something is missing") };
            self.pair(item, other)?;
        }
        if found.next().is_some() {
            return self.differs(after, "something is left over");
        }
        self.pending[first_pair..].reverse();
        Ok(())
    }

    fn pair(&mut self, before: &Item, after: &Item) -> Result<(), Difference> {
        match (before, after) {
            (Item::Entry(before), Item::Entry(after)) => {
                match self.touched(before.key).then(|| self.meant.renamed.get(&before.key)).flatten() {
                    Some(name) => {
                        self.now[before.key.0 as usize] = Some(after.key);
                        self.is_text(name, after.key)?;
                    }
                    None => self.pending.push((before.key, after.key)),
                }
                self.pending.push((before.value, after.value));
            }
            (Item::Element(before), Item::Element(after)) => self.pending.push((*before, *after)),
            _ => return Err(Difference { offset: 0, what: "the kind of a container" }),
        }
        Ok(())
    }

    fn is_inserted(&self, key: Option<&str>, value: &Fragment, item: &Item) -> Result<(), Difference> {
        match (key, item) {
            (Some(key), Item::Entry(entry)) => {
                self.is_text(key, entry.key)?;
                self.fragment(value, entry.value)
            }
            (None, Item::Element(element)) => self.fragment(value, *element),
            _ => Err(Difference { offset: 0, what: "the kind of something new" }),
        }
    }

    fn is_text(&self, text: &str, after: NodeId) -> Result<(), Difference> {
        if is_text(self.new, after, text) { Ok(()) } else { self.differs(after, "a text") }
    }

    /// Compares what stands there with what was to be written. As deep as the fragment, which the caller has made.
    fn fragment(&self, fragment: &Fragment, after: NodeId) -> Result<(), Difference> {
        match (fragment, self.new.kind(after)) {
            (Fragment::Text(text) | Fragment::Like { text, .. }, _) => self.is_text(text, after),
            (Fragment::Anchored { name, text }, _) if self.new.anchor(after) == Some(name) => self.is_text(text, after),
            (Fragment::Alias(name), Kind::Alias) if self.new.text()[self.new.range(after)][1..] == *name => Ok(()),
            (Fragment::Plain(text), Kind::Scalar(ScalarStyle::Plain)) => {
                if self.new.text_of(after) == Some(text) {
                    Ok(())
                } else {
                    self.differs(after, "a value")
                }
            }
            (Fragment::Mapping(entries), Kind::Mapping { .. }) => {
                let found: Vec<_> = self.new.entries(after).collect();
                if found.len() != entries.len() {
                    return self.differs(after, "the number of keys");
                }
                entries.iter().zip(found).try_for_each(|((key, value), entry)| {
                    self.is_text(key, entry.key)?;
                    self.fragment(value, entry.value)
                })
            }
            (Fragment::Sequence(elements), Kind::Sequence { .. }) => {
                let found: Vec<_> = self.new.elements(after).collect();
                if found.len() != elements.len() {
                    return self.differs(after, "the number of elements");
                }
                elements.iter().zip(found).try_for_each(|(element, node)| self.fragment(element, node))
            }
            _ => self.differs(after, "the kind of something new"),
        }
    }

    /// All comments but those that go are there, in their order, and none that nobody wrote.
    fn comments(&self) -> Result<Agreement, Difference> {
        let comments = &self.meant.comments;
        let mut new_ones = comments.new.clone();
        let ids = (0..self.old.comments().len() as u32).map(CommentId);
        let mut stays = ids.filter(|id| !comments.gone.contains(id)).peekable();
        let mut moved_comments = Vec::new();
        for (index, comment) in self.new.comments().iter().enumerate() {
            let text = comment.text(self.new);
            let expected = |id: &CommentId| match comments.changed.get(id) {
                Some(changed) => *changed == text,
                None => self.old.comment(*id).text(self.old) == text,
            };
            if let Some(id) = stays.next_if(expected) {
                if self.now[self.old.comment(id).container.0 as usize] != Some(comment.container) {
                    moved_comments.push(CommentId(index as u32));
                }
            } else if let Some(at) = new_ones.iter().position(|new| *new == text) {
                new_ones.remove(at);
            } else {
                return Err(Difference { offset: comment.range.start, what: "a comment" });
            }
        }
        if stays.next().is_some() || !new_ones.is_empty() {
            return Err(Difference { offset: self.new.text().len(), what: "a comment is missing" });
        }
        Ok(Agreement { moved_comments })
    }
}

/// Whether a scalar says what a fragment of one scalar was to say.
pub(super) fn reads_as(yaml: &Yaml, node: NodeId, fragment: &Fragment) -> bool {
    match fragment {
        Fragment::Text(text) => is_text(yaml, node, text),
        Fragment::Plain(text) => {
            yaml.kind(node) == Kind::Scalar(ScalarStyle::Plain) && yaml.text_of(node) == Some(text)
        }
        _ => false,
    }
}

fn is_text(yaml: &Yaml, node: NodeId, text: &str) -> bool {
    let is_scalar = matches!(yaml.kind(node), Kind::Scalar(_));
    is_scalar && matches!(yaml.resolve(node), Ok(Some(Resolved::Str(found))) if found == text)
}
