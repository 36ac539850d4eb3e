//! Removes a recipient from rules, and its anchor when nothing names it any more.

use std::collections::HashSet;

use super::super::{CreationRules, is_same_recipient};
use super::add::parse;
use super::meant::{Draft, Said};
use super::place::{Mention, Places};
use super::text_list;
use super::{RulesChange, RulesEditError, Which};
use crate::yaml::{Edit, Item, Kind, NodeId, Yaml};

/// Whom to remove, and from what.
#[derive(Debug, Clone, Copy)]
pub struct Removal<'r> {
    /// The name or the recipient.
    pub who: &'r str,
    /// The rules.
    pub rules: Which<'r>,
}

pub(super) fn remove(text: &str, removal: &Removal<'_>) -> Result<RulesChange, RulesEditError> {
    let rules = CreationRules::parse(text)?;
    let yaml = parse(text);
    let not_there = || RulesEditError::NotThere { name: removal.who.to_owned() };
    let places = Places::of(&yaml)?.ok_or_else(not_there)?;
    let identity = rules.identity_of(removal.who).unwrap_or(removal.who).to_owned();
    let mut work = Work { places: &places, identity: &identity, draft: Draft::new(), gone: HashSet::new() };
    let before = Said::all(&rules);
    let mut meant = before.clone();
    for (rule, node) in places.rules.iter().enumerate().filter(|(rule, _)| removal.rules.includes(*rule)) {
        let line = rules.rules()[rule].line;
        for (group, mentions) in places.mentions(*node)?.iter().enumerate() {
            if work.take(mentions)? {
                meant[rule].groups[group].retain(|other| !is_same_recipient(other, &identity));
            }
        }
        check_left(&meant[rule], line)?;
    }
    work.drop_empty_fields();
    work.drop_anchors();
    if work.draft.edits.is_empty() && work.draft.inside.is_empty() {
        return Err(not_there());
    }
    let name = rules.name_of(&identity).map(str::to_owned);
    Ok(RulesChange { name, ..work.draft.make(&yaml, &before, &meant)? })
}

/// Refuses a rule that nobody could open a file of.
fn check_left(said: &Said, line: usize) -> Result<(), RulesEditError> {
    let Some(empty) = said.groups.iter().position(Vec::is_empty) else { return Ok(()) };
    if said.groups.iter().all(Vec::is_empty) {
        return Err(RulesEditError::LastRecipient { line });
    }
    Err(RulesEditError::LastOfGroup { line, group: empty + 1 })
}

struct Work<'p> {
    places: &'p Places<'p>,
    identity: &'p str,
    draft: Draft,
    /// Elements and values that go as a whole.
    gone: HashSet<NodeId>,
}

impl<'p> Work<'p> {
    fn yaml(&self) -> &'p Yaml {
        self.places.yaml
    }

    /// Takes the recipient out of one group; tells whether it was there.
    fn take(&mut self, mentions: &[Mention]) -> Result<bool, RulesEditError> {
        let mut found = false;
        for mention in mentions.iter().filter(|mention| is_same_recipient(&mention.identity, self.identity)) {
            found = true;
            if !self.gone.insert(mention.node) {
                continue;
            }
            if mention.is_part {
                let node = self.yaml().follow(mention.node);
                if node != mention.node {
                    let what = "an alias stands for several recipients in one text";
                    return Err(RulesEditError::Unusual { line: self.yaml().line(mention.node), what });
                }
                let places = self.places;
                text_list::remove(places.yaml, node, self.identity, &mut self.draft.inside)?;
            } else {
                self.draft.edit(Edit::Remove { node: mention.node });
            }
        }
        Ok(found)
    }

    /// A list that lost all its elements goes with its key, where the group or rule has other kinds.
    fn drop_empty_fields(&mut self) {
        let yaml = self.yaml();
        let lists: HashSet<NodeId> = self.gone.iter().filter_map(|node| yaml.parent(*node)).collect();
        for list in lists {
            let is_list = matches!(yaml.kind(list), Kind::Sequence { .. }) && yaml.anchor(list).is_none();
            let elements: Vec<NodeId> = yaml.elements(list).collect();
            let is_emptied = elements.iter().all(|element| self.gone.contains(element));
            let is_field = yaml.parent(list).is_some_and(|parent| {
                yaml.entries(parent).count() > 1 && yaml.entries(parent).any(|entry| entry.value == list)
            });
            if is_list && is_emptied && is_field && !self.is_below_keys(list) {
                self.draft.edits.retain(|edit| !matches!(edit, Edit::Remove { node } if elements.contains(node)));
                self.draft.edit(Edit::Remove { node: list });
            }
        }
    }

    /// Anchors of the recipient under `keys` that nothing refers to any more go, and `keys` with the last one.
    fn drop_anchors(&mut self) {
        let places = self.places;
        let yaml = places.yaml;
        let is_used = |anchored: NodeId| {
            let refers = |node: &NodeId| yaml.alias_target(*node) == Some(anchored) && !self.gone.contains(node);
            places.nodes().any(|node| refers(&node))
        };
        let unused = |node: &NodeId| self.is_below_keys(*node) && !self.gone.contains(node) && !is_used(*node);
        let anchors: Vec<NodeId> = places.anchored(self.identity).into_iter().filter(unused).collect();
        self.gone.extend(&anchors);
        let all_gone = places.keys().filter(|keys| {
            let elements: Vec<NodeId> = yaml.elements(*keys).collect();
            !elements.is_empty() && elements.iter().all(|element| self.gone.contains(element))
        });
        match all_gone.filter(|keys| !anchors.is_empty() && !holds_comment(yaml, *keys)) {
            Some(keys) => {
                self.draft
                    .edits
                    .retain(|edit| !matches!(edit, Edit::Remove { node } if yaml.parent(*node) == Some(keys)));
                self.draft.edit(Edit::Remove { node: keys });
            }
            None => anchors.into_iter().for_each(|node| self.draft.edit(Edit::Remove { node })),
        }
    }

    fn is_below_keys(&self, node: NodeId) -> bool {
        let Some(keys) = self.places.keys() else { return false };
        std::iter::successors(Some(node), |node| self.yaml().parent(*node)).any(|node| node == keys)
    }
}

/// Whether somebody wrote a comment into or on top of the list.
fn holds_comment(yaml: &Yaml, list: NodeId) -> bool {
    let inside = yaml.items(list).iter().any(|item| matches!(item, Item::Comment(_)));
    let range = yaml.range(list);
    inside || yaml.comments().iter().any(|comment| range.contains(&comment.range.start))
}
