//! Where the recipients of a rule are written: in lists of groups, in flat fields, behind aliases.

use super::super::read::{KINDS, MOST_MERGES, Reader};
use super::super::{CreationRulesError, is_same_recipient};
use crate::yaml::{Kind, NodeId, Yaml};

/// The rules of a file as places in its tree.
pub(super) struct Places<'y> {
    pub(super) yaml: &'y Yaml,
    pub(super) root: NodeId,
    /// Each rule: as it is written, aliases followed.
    pub(super) rules: Vec<NodeId>,
}

/// One mention of a recipient in a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// The recipient as the rule means it.
    pub(super) identity: String,
    /// The scalar, alias or mapping that stands for it, or the text that it is a part of.
    pub(super) node: NodeId,
    /// The value of the field it stands in: a list, a text, or an alias of one.
    pub(super) field: NodeId,
    /// Whether the node names others as well, parted by commas.
    pub(super) is_part: bool,
}

/// Where one more age recipient goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// Into this list.
    List(NodeId),
    /// Into this text, behind a comma.
    Text(NodeId),
    /// Beside the alias that is the only value.
    Alias(NodeId),
    /// Into a field that has to be made in this mapping: a group, or a rule with flat fields.
    Field { mapping: NodeId, is_group: bool },
    /// Into the first group of this rule, which has to be made too.
    Groups(NodeId),
}

impl<'y> Places<'y> {
    /// Finds the rules; none where the file has no `creation_rules`.
    pub(super) fn of(yaml: &'y Yaml) -> Result<Option<Self>, CreationRulesError> {
        let Some(document) = yaml.documents().first() else { return Ok(None) };
        let mut places = Self { yaml, root: document.root, rules: Vec::new() };
        if let Some(list) = places.reader().field(places.root, "creation_rules") {
            let written = places.reader().list(list, "creation_rules")?;
            places.rules = written.into_iter().map(|rule| yaml.follow(rule)).collect();
        }
        Ok(Some(places))
    }

    /// The elements of a list as they are written.
    pub(super) fn rules_written(&self, list: NodeId) -> Vec<NodeId> {
        self.yaml.elements(list).collect()
    }

    pub(super) fn reader(&self) -> Reader<'y> {
        Reader { yaml: self.yaml }
    }

    /// The groups of a rule that are written as such; none where it has flat fields.
    pub(super) fn groups(&self, rule: NodeId) -> Result<Vec<NodeId>, CreationRulesError> {
        let Some(groups) = self.reader().field(rule, "key_groups") else { return Ok(Vec::new()) };
        Ok(self.reader().list(groups, "key_groups")?.into_iter().map(|group| self.yaml.follow(group)).collect())
    }

    /// Every mention of every recipient in a rule, group by group.
    pub(super) fn mentions(&self, rule: NodeId) -> Result<Vec<Vec<Mention>>, CreationRulesError> {
        let groups = self.groups(rule)?;
        if groups.is_empty() {
            return Ok(vec![self.flat_mentions(rule)?]);
        }
        groups
            .into_iter()
            .map(|group| {
                let mut mentions = Vec::new();
                self.group_mentions(group, MOST_MERGES, &mut mentions)?;
                Ok(mentions)
            })
            .collect()
    }

    fn group_mentions(
        &self,
        group: NodeId,
        merges_left: usize,
        mentions: &mut Vec<Mention>,
    ) -> Result<(), CreationRulesError> {
        let reader = self.reader();
        if let Some(merge) = reader.field(group, "merge").filter(|_| merges_left > 0) {
            for merged in reader.list(merge, "merge")? {
                self.group_mentions(self.yaml.follow(merged), merges_left - 1, mentions)?;
            }
        }
        for (field, _, kind) in KINDS {
            let Some(list) = reader.field(group, field) else { continue };
            for node in reader.list(list, field)? {
                let identity = reader.group_identity(node, kind, field)?.trim().to_owned();
                mentions.push(Mention { identity, node, field: list, is_part: false });
            }
        }
        Ok(())
    }

    fn flat_mentions(&self, rule: NodeId) -> Result<Vec<Mention>, CreationRulesError> {
        let mut mentions = Vec::new();
        for (_, field, _) in KINDS {
            let Some(entry) = self.yaml.entry(rule, field) else { continue };
            let Some(value) = self.reader().field(rule, field) else { continue };
            let is_list = matches!(self.yaml.kind(value), Kind::Sequence { .. });
            let nodes = if is_list { self.reader().list(value, field)? } else { vec![entry.value] };
            for node in nodes {
                let text = self.yaml.text_of(self.yaml.follow(node)).unwrap_or_default();
                let parts: Vec<&str> = parts_of(text).collect();
                mentions.extend(parts.iter().map(|part| Mention {
                    identity: (*part).to_owned(),
                    node,
                    field: if is_list { value } else { entry.value },
                    is_part: parts.len() > 1,
                }));
            }
        }
        Ok(mentions)
    }

    /// Where a group takes one more age recipient.
    pub(super) fn slot(&self, rule: NodeId, group: usize) -> Result<Slot, CreationRulesError> {
        let groups = self.groups(rule)?;
        let Some(&mapping) = groups.get(group) else { return Ok(self.flat_slot(rule)) };
        Ok(match self.reader().field(mapping, "age") {
            Some(list) => Slot::List(list),
            None => Slot::Field { mapping, is_group: true },
        })
    }

    fn flat_slot(&self, rule: NodeId) -> Slot {
        let reader = self.reader();
        if let (Some(value), Some(entry)) = (reader.field(rule, "age"), self.yaml.entry(rule, "age")) {
            return match (self.yaml.kind(value), self.yaml.kind(entry.value)) {
                (Kind::Sequence { .. }, _) => Slot::List(value),
                (_, Kind::Alias) => Slot::Alias(entry.value),
                _ => Slot::Text(value),
            };
        }
        let has_flat_fields = KINDS.iter().any(|(_, field, _)| reader.field(rule, field).is_some());
        if has_flat_fields { Slot::Field { mapping: rule, is_group: false } } else { Slot::Groups(rule) }
    }

    /// Every scalar of the first document that has an anchor and this text.
    pub(super) fn anchored(&self, identity: &str) -> Vec<NodeId> {
        let named = |node: &NodeId| {
            let text = self.yaml.text_of(*node).map(str::trim);
            self.yaml.anchor(*node).is_some() && text.is_some_and(|text| is_same_recipient(text, identity))
        };
        self.nodes().filter(named).collect()
    }

    /// Every value and element of the first document.
    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.yaml.walk(self.root).filter_map(|visit| match visit.item {
            crate::yaml::Item::Comment(_) => None,
            crate::yaml::Item::Entry(entry) => Some(entry.value),
            crate::yaml::Item::Element(element) => Some(element),
        })
    }

    /// Whether anything in the file has or uses an anchor.
    pub(super) fn uses_anchors(&self) -> bool {
        self.nodes().any(|node| self.yaml.anchor(node).is_some() || self.yaml.kind(node) == Kind::Alias)
    }
}

/// The recipients of a text parted by commas.
pub(super) fn parts_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}
