//! Removes entries, elements and comments.

use std::collections::BTreeMap;

use super::super::lexeme;
use super::super::{CommentId, Item, Kind, NodeId};
use super::EditError;
use super::extent::{self, Extent};
use super::lower::Lowering;

impl Lowering<'_> {
    /// Entries named by their keys, and elements, go: neighbours together.
    pub(super) fn remove(&mut self, named: &[NodeId]) -> Result<(), EditError> {
        let mut containers: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
        for name in named {
            let Some(container) = self.yaml.parent(*name) else {
                return Err(self.wrong_kind(*name, "the whole document cannot go"));
            };
            containers.entry(container).or_default().push(*name);
            self.removed.insert(*name);
        }
        for (container, names) in containers {
            self.remove_from(container, &names)?;
        }
        Ok(())
    }

    fn remove_from(&mut self, container: NodeId, names: &[NodeId]) -> Result<(), EditError> {
        let members = extent::members(self.yaml, container);
        let goes = |item: &Item| extent::name_of(item).is_some_and(|name| names.contains(&name));
        let flow = matches!(self.yaml.kind(container), Kind::Mapping { flow: true } | Kind::Sequence { flow: true });
        if members.iter().all(goes) {
            return if flow { self.empty_brackets(container) } else { self.empty_block(container, &members) };
        }
        let mut first = 0;
        while let Some(start) = members[first..].iter().position(goes).map(|offset| first + offset) {
            let end = members[start..].iter().position(|item| !goes(item)).map_or(members.len(), |count| start + count);
            if flow {
                self.remove_from_brackets(&members, start, end)?;
            } else {
                self.remove_lines(&members, start, end)?;
            }
            first = end;
        }
        Ok(())
    }

    /// Members `start..end` of a block container go with their lines.
    fn remove_lines(&mut self, members: &[Item], start: usize, end: usize) -> Result<(), EditError> {
        let text = &self.yaml.text;
        let extent = extent::extent(self.yaml, &members[start], &members[end - 1]);
        let range = if extent.own_line {
            extent.start..lexeme::next_line(text, extent.end)
        } else {
            // It shares its line with a dash, which the next one takes over.
            match members.get(end) {
                Some(next) => extent.start..first_token(self.yaml, extent, next),
                None => extent.start..extent.end,
            }
        };
        self.lose_comments(&range);
        self.splice(range, "")
    }

    fn remove_from_brackets(&mut self, members: &[Item], start: usize, end: usize) -> Result<(), EditError> {
        let yaml = self.yaml;
        let range = match (members.get(end), start.checked_sub(1)) {
            (Some(next), _) => extent::start_of(yaml, &members[start])..extent::start_of(yaml, next),
            (None, Some(before)) => extent::end_of(yaml, &members[before])..extent::end_of(yaml, &members[end - 1]),
            (None, None) => return Ok(()),
        };
        self.lose_comments(&range);
        self.splice(range, "")
    }

    fn empty_brackets(&mut self, container: NodeId) -> Result<(), EditError> {
        let range = self.yaml.range(container);
        if !self.yaml.text[range.clone()].starts_with(['{', '[']) {
            return Err(self.wrong_kind(container, "a pair without braces cannot lose its key"));
        }
        self.lose_comments(&range);
        self.splice(range.start + 1..range.end - 1, "")
    }

    /// The last member of a block container leaves `{}` or `[]`, on the line of the key where nothing is in between.
    fn empty_block(&mut self, container: NodeId, members: &[Item]) -> Result<(), EditError> {
        let yaml = self.yaml;
        let empty = if matches!(yaml.kind(container), Kind::Mapping { .. }) { "{}" } else { "[]" };
        let (Some(first), Some(last)) = (members.first(), members.last()) else { return Ok(()) };
        let extent = extent::extent(yaml, first, last);
        let start = extent::start_of(yaml, first);
        let before = yaml.text[..extent.start].trim_end_matches([' ', '\t', '\r', '\n']);
        let is_value = yaml.parent(container).is_some() && extent.own_line;
        let inner = extent.start.min(start)..extent.end;
        self.lose_comments(&inner);
        if is_value && !ends_with_comment(yaml, before.len()) {
            // `key:` above: nothing but blanks and line breaks in between.
            return self.splice(before.len()..extent.end, format!(" {empty}"));
        }
        if let Some(comment) = self.comment_on_key_line(before.len(), container) {
            let at = yaml.text[..comment].trim_end_matches([' ', '\t']).len();
            self.splice(at..at, format!(" {empty}"))?;
            return self.splice(before.len()..extent.end, "");
        }
        // Own comments above go; the empty container stands where its first member stood.
        // Braces, other than dashes, may not stand at the column of the key above.
        let column = lexeme::column(&yaml.text, start).max(yaml.frame(container).margin + usize::from(is_value));
        let indented = if extent.own_line { format!("{}{empty}", " ".repeat(column)) } else { empty.to_owned() };
        self.splice(inner, indented)
    }

    /// The comment that ends at `end`, if it stands on the line of the key whose value the container is.
    fn comment_on_key_line(&self, end: usize, container: NodeId) -> Option<usize> {
        let yaml = self.yaml;
        let Some(Item::Entry(entry)) = yaml.tree.item(container) else { return None };
        let colon = yaml.tree.colon(&yaml.text, entry)?;
        let start = lexeme::skip_blanks(&yaml.text, colon + 1);
        (yaml.text[start..].starts_with('#') && lexeme::line_end(&yaml.text, start) == end).then_some(start)
    }

    /// One comment line goes.
    pub(super) fn remove_comment(&mut self, comment: CommentId) -> Result<(), EditError> {
        let found = self.yaml.comment(comment);
        let (range, own_line) = (found.range.clone(), found.own_line);
        self.comments.gone.insert(comment);
        let text = &self.yaml.text;
        let range = if own_line {
            lexeme::line_start(text, range.start)..lexeme::next_line(text, range.end)
        } else {
            text[..range.start].trim_end_matches([' ', '\t']).len()..range.end
        };
        self.splice(range, "")
    }
}

/// Where what follows an extent begins: the next member, or a comment above it.
fn first_token(yaml: &super::super::Yaml, extent: Extent, next: &Item) -> usize {
    let start = extent::start_of(yaml, next);
    let comments = &yaml.tree.comments;
    let index = comments.partition_point(|comment| comment.range.start < extent.end);
    comments.get(index).map_or(start, |comment| comment.range.start.min(start))
}

fn ends_with_comment(yaml: &super::super::Yaml, offset: usize) -> bool {
    let comments = &yaml.tree.comments;
    let index = comments.partition_point(|comment| comment.range.start < offset);
    index > 0 && comments[index - 1].range.end >= offset
}
