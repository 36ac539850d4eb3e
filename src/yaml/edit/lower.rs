//! What a list of edits comes to: replacements in the text, and what the changed tree has to look like.

use std::collections::{HashMap, HashSet};

use super::super::{CommentId, Kind, NodeId, Yaml};
use super::extent;
use super::{Edit, EditError, Fragment};
use crate::text::Patch;

/// Something new in a container.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inserted<'e> {
    /// How many of the container's members, as it stands, come before it; and whether it stands above the next one
    /// and its comments, not below the one before.
    pub(super) order: (usize, bool),
    /// The key, in a mapping.
    pub(super) key: Option<&'e str>,
    pub(super) value: &'e Fragment,
}

/// Changes on their way to the text.
#[derive(Debug)]
pub(super) struct Lowering<'e> {
    pub(super) yaml: &'e Yaml,
    pub(super) patch: Patch,
    /// Nodes that become other values.
    pub(super) replaced: HashMap<NodeId, &'e Fragment>,
    /// Keys that become other keys.
    pub(super) renamed: HashMap<NodeId, &'e str>,
    /// Keys and elements that go.
    pub(super) removed: HashSet<NodeId>,
    /// By container, in the order in which they will stand.
    pub(super) inserted: HashMap<NodeId, Vec<Inserted<'e>>>,
    pub(super) comments: Comments<'e>,
}

/// What happens to comments.
#[derive(Debug, Default)]
pub(super) struct Comments<'e> {
    pub(super) gone: HashSet<CommentId>,
    pub(super) changed: HashMap<CommentId, &'e str>,
    pub(super) new: Vec<&'e str>,
}

impl<'e> Lowering<'e> {
    pub(super) fn of(yaml: &'e Yaml, edits: &'e [Edit]) -> Result<Self, EditError> {
        let mut lowering = Self {
            yaml,
            patch: Patch::new(),
            replaced: HashMap::new(),
            renamed: HashMap::new(),
            removed: HashSet::new(),
            inserted: HashMap::new(),
            comments: Comments::default(),
        };
        for edit in edits {
            lowering.lower(edit)?;
        }
        let removed: Vec<NodeId> = edits.iter().filter_map(|edit| lowering.named_by_removal(edit)).collect();
        lowering.remove(&removed)?;
        lowering.check_anchors()?;
        Ok(lowering)
    }

    fn lower(&mut self, edit: &'e Edit) -> Result<(), EditError> {
        match edit {
            Edit::Set { node, to } => self.set(*node, to),
            Edit::Replace { node, to } => self.replace(*node, to),
            Edit::InsertEntry { mapping, place, key, value } => self.insert_entry(*mapping, *place, key, value),
            Edit::InsertElement { sequence, place, value } => self.insert_element(*sequence, *place, value),
            Edit::Remove { .. } => Ok(()),
            Edit::Rename { key, to } => self.rename(*key, to),
            Edit::SetComment { comment, to } => self.set_comment(*comment, to),
            Edit::RemoveComment { comment } => self.remove_comment(*comment),
            Edit::InsertComment { above, text } => self.insert_comment(*above, text),
        }
    }

    /// Removals are made together, because neighbours share their separators.
    fn named_by_removal(&self, edit: &Edit) -> Option<NodeId> {
        let Edit::Remove { node } = edit else { return None };
        Some(self.yaml.tree.item(*node).and_then(|item| extent::name_of(&item)).unwrap_or(*node))
    }

    /// Adds a replacement.
    pub(super) fn splice(&mut self, range: std::ops::Range<usize>, text: impl Into<String>) -> Result<(), EditError> {
        let start = range.start;
        // The line is looked up only when it is needed: that takes a pass over the whole text.
        self.patch.push(range, text).map_err(|_| EditError::Overlap { line: self.line(start) })
    }

    /// Marks the comments inside a range that goes.
    pub(super) fn lose_comments(&mut self, range: &std::ops::Range<usize>) {
        let comments = &self.yaml.tree.comments;
        let first = comments.partition_point(|comment| comment.range.start < range.start);
        let inside = comments[first..].iter().take_while(|comment| comment.range.start < range.end);
        self.comments.gone.extend((first as u32..).zip(inside).map(|(index, _)| CommentId(index)));
    }

    /// The line of an offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.yaml.lines().line(offset)
    }

    pub(super) fn wrong_kind(&self, node: NodeId, what: &'static str) -> EditError {
        EditError::WrongKind { line: self.yaml.line(node), what }
    }

    pub(super) fn unwritable(&self, node: NodeId, what: &'static str) -> EditError {
        EditError::Unwritable { line: self.yaml.line(node), what }
    }

    /// An anchor may go only together with every alias of it.
    fn check_anchors(&self) -> Result<(), EditError> {
        let gone = |node: NodeId| {
            let mut current = Some(node);
            while let Some(id) = current {
                let name = self.yaml.tree.item(id).and_then(|item| extent::name_of(&item));
                if self.drops(id) || name.is_some_and(|name| self.removed.contains(&name)) {
                    return true;
                }
                current = self.yaml.parent(id);
            }
            false
        };
        if self.removed.is_empty() && !self.replaced.keys().any(|node| self.drops(*node)) {
            return Ok(());
        }
        let nodes = (0..self.yaml.tree.nodes.len() as u32).map(NodeId);
        for (alias, target) in nodes.filter_map(|node| Some((node, self.yaml.alias_target(node)?))) {
            if gone(target) && !gone(alias) && !self.replaced.contains_key(&alias) {
                return Err(EditError::AnchorInUse {
                    line: self.yaml.line(target),
                    anchor: self.yaml.anchor(target).unwrap_or_default().to_owned(),
                    used: self.yaml.line(alias),
                });
            }
        }
        Ok(())
    }

    /// Whether a node goes because another value takes its place. A scalar that is set keeps its anchor.
    fn drops(&self, node: NodeId) -> bool {
        self.replaced.get(&node).is_some_and(|to| !self.is_set(node, to))
    }

    /// Whether a change leaves the node where it is and changes only its text.
    pub(super) fn is_set(&self, node: NodeId, to: &Fragment) -> bool {
        matches!(self.yaml.kind(node), Kind::Scalar(_) | Kind::Alias)
            && matches!(to, Fragment::Text(_) | Fragment::Plain(_))
    }
}
