//! Adds a recipient: its anchor under `keys`, and an alias, or the recipient itself, in the rules.

use super::super::{CreationRules, is_same_recipient};
use super::meant::{Draft, Said};
use super::name::is_legal;
use super::place::{Mention, Places, Slot};
use super::text_list;
use super::{RulesChange, RulesEditError, Which};
use crate::crypto::age::Recipient;
use crate::yaml::{Edit, Fragment, Item, Kind, Limits, NodeId, Place, ScalarStyle, Yaml};

/// Whom to add, to what.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// The recipient.
    pub recipient: &'a Recipient,
    /// What to call it, as an anchor; a recipient that has an anchor keeps its name.
    pub name: &'a str,
    /// The rules.
    pub rules: Which<'a>,
    /// The key group, counted from 0; needed where a rule has several.
    pub group: Option<usize>,
}

/// A group of a rule that gets the recipient.
struct Target {
    rule: usize,
    group: usize,
    slot: Slot,
}

/// How the recipient is written into rules.
struct Spelling<'a> {
    recipient: &'a str,
    /// The anchor, and the place from which on its alias can be used.
    anchor: Option<(String, usize)>,
}

pub(super) fn add(text: &str, addition: &Addition<'_>) -> Result<RulesChange, RulesEditError> {
    let rules = CreationRules::parse(text)?;
    let yaml = parse(text);
    let places = Places::of(&yaml)?.filter(|places| !places.rules.is_empty()).ok_or(RulesEditError::NoRules)?;
    let before = Said::all(&rules);
    let targets = targets(&places, &rules, addition)?;
    let mut meant = before.clone();
    for target in &targets {
        meant[target.rule] = meant[target.rule].clone().with(target.group, addition.recipient.as_str());
    }
    let (name, anchor_edits) = anchor(&places, &rules, addition)?;
    if anchor_edits.is_empty() {
        let at = places.anchored(addition.recipient.as_str()).first().map(|node| yaml.range(*node).end);
        let draft = draft(
            &places,
            &targets,
            &Spelling { recipient: addition.recipient.as_str(), anchor: name.clone().zip(at) },
            None,
        )?;
        return Ok(RulesChange { name, ..draft.make(&yaml, &before, &meant)? });
    }
    let mut first_error = None;
    for edit in anchor_edits {
        let at = written_at(&yaml, &edit);
        let spelling = Spelling { recipient: addition.recipient.as_str(), anchor: name.clone().map(|name| (name, at)) };
        let made = draft(&places, &targets, &spelling, Some(edit)).and_then(|draft| draft.make(&yaml, &before, &meant));
        match made {
            Ok(change) => return Ok(RulesChange { name, ..change }),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or(RulesEditError::NotAsMeant { line: 1 }))
}

/// Parses what [`CreationRules::parse`] has read already.
pub(super) fn parse(text: &str) -> Yaml {
    Yaml::parse(text, &Limits::default()).expect("the rules were read from this text")
}

/// The groups that get the recipient: those that do not have it.
fn targets(places: &Places<'_>, rules: &CreationRules, addition: &Addition<'_>) -> Result<Vec<Target>, RulesEditError> {
    let mut targets = Vec::new();
    // Of rules that are changed together, some may have one group only.
    let (mut is_group_there, mut first) = (false, None);
    for (rule, node) in places.rules.iter().enumerate().filter(|(rule, _)| addition.rules.includes(*rule)) {
        let line = rules.rules()[rule].line;
        let mentions = places.mentions(*node)?;
        let groups = mentions.len();
        is_group_there |= addition.group.is_none_or(|group| group < groups.max(1));
        first = first.or(Some((line, groups)));
        let is_there = |mention: &Mention| is_same_recipient(&mention.identity, addition.recipient.as_str());
        if mentions.iter().flatten().any(is_there) {
            continue;
        }
        let group = match addition.group {
            _ if groups == 1 => 0,
            None => return Err(RulesEditError::GroupNeeded { line, groups }),
            Some(group) if group < groups => group,
            Some(group) => return Err(RulesEditError::NoSuchGroup { line, groups, group: group + 1 }),
        };
        targets.push(Target { rule, group, slot: places.slot(*node, group)? });
    }
    match (first, addition.group) {
        (Some((line, groups)), Some(group)) if !is_group_there => {
            Err(RulesEditError::NoSuchGroup { line, groups, group: group + 1 })
        }
        _ => Ok(targets),
    }
}

/// What the recipient is called, and the edits that would give it an anchor: none when it has one or needs none.
pub(super) fn anchor(
    places: &Places<'_>,
    rules: &CreationRules,
    addition: &Addition<'_>,
) -> Result<(Option<String>, Vec<Edit>), RulesEditError> {
    let recipient = addition.recipient.as_str();
    if let Some(node) = places.anchored(recipient).first() {
        return Ok((places.yaml.anchor(*node).map(str::to_owned), Vec::new()));
    }
    let names_nobody = !places.uses_anchors() && rules.rules().iter().any(|rule| rule.keys().next().is_some());
    if names_nobody && places.keys().is_none() {
        return Ok((None, Vec::new()));
    }
    if !is_legal(addition.name) {
        return Err(RulesEditError::NotAName { name: addition.name.to_owned() });
    }
    if let Some(taken) = places.nodes().find(|node| places.yaml.anchor(*node) == Some(addition.name)) {
        return Err(RulesEditError::NameTaken { line: places.yaml.line(taken), name: addition.name.to_owned() });
    }
    let edits = places.anchor_edits(addition.name, recipient);
    if edits.is_empty() {
        let line = places.keys().map_or(1, |keys| places.yaml.line(keys));
        return Err(RulesEditError::Unusual { line, what: "keys is no list, so that no recipient can be added to it" });
    }
    Ok((Some(addition.name.to_owned()), edits))
}

/// Where an anchor will stand, in bytes of the text as it is.
pub(super) fn written_at(yaml: &Yaml, edit: &Edit) -> usize {
    match edit {
        Edit::InsertElement { sequence, .. } => yaml.range(*sequence).end,
        _ => 0,
    }
}

fn draft(
    places: &Places<'_>,
    targets: &[Target],
    spelling: &Spelling<'_>,
    anchor_edit: Option<Edit>,
) -> Result<Draft, RulesEditError> {
    let mut draft = Draft::new();
    let keys_list = match &anchor_edit {
        Some(Edit::InsertElement { sequence, .. }) => Some(*sequence),
        _ => None,
    };
    draft.edits.extend(anchor_edit);
    let mut done: Vec<Slot> = Vec::new();
    for target in targets {
        // Rules that share a list by an alias share the change; and a list under `keys` has it with the anchor.
        let is_keys_list = keys_list.is_some_and(|list| target.slot == Slot::List(list));
        if is_keys_list || done.contains(&target.slot) {
            continue;
        }
        done.push(target.slot);
        fill(places, target.slot, spelling, &mut draft)?;
    }
    Ok(draft)
}

fn fill(places: &Places<'_>, slot: Slot, spelling: &Spelling<'_>, draft: &mut Draft) -> Result<(), RulesEditError> {
    let yaml = places.yaml;
    let new_entry = |mapping: NodeId, key: &str, value: Fragment| Edit::InsertEntry {
        mapping,
        place: Place::Last,
        key: key.to_owned(),
        value,
    };
    match slot {
        Slot::List(list) => {
            let value = spelling.element(yaml, yaml.range(list).start, Some(list));
            draft.edit(Edit::InsertElement { sequence: list, place: Place::Last, value });
        }
        Slot::Text(node) => text_list::append(yaml, node, spelling.recipient, draft)?,
        Slot::Alias(node) => {
            let there = Fragment::Alias(yaml.text()[yaml.range(node)][1..].to_owned());
            let new = spelling.element(yaml, yaml.range(node).start, None);
            draft.edit(Edit::Replace { node, to: Fragment::Sequence(vec![there, new]) });
        }
        Slot::Field { mapping, is_group } => {
            let value = spelling.element(yaml, yaml.range(mapping).start, None);
            let value = if is_group { Fragment::Sequence(vec![value]) } else { value };
            draft.edit(new_entry(mapping, "age", value));
        }
        Slot::Groups(rule) => {
            let value = spelling.element(yaml, yaml.range(rule).start, None);
            let group = Fragment::Mapping(vec![("age".to_owned(), Fragment::Sequence(vec![value]))]);
            draft.edit(match yaml.entry(rule, "key_groups") {
                Some(entry) => Edit::InsertElement { sequence: entry.value, place: Place::Last, value: group },
                None => new_entry(rule, "key_groups", Fragment::Sequence(vec![group])),
            });
        }
    }
    Ok(())
}

impl Spelling<'_> {
    /// The alias where the anchor stands above, else the recipient in the quotes of the last one in the list.
    fn element(&self, yaml: &Yaml, at: usize, list: Option<NodeId>) -> Fragment {
        if let Some((name, _)) = self.anchor.as_ref().filter(|(_, anchor)| *anchor <= at) {
            return Fragment::Alias(name.clone());
        }
        let elements = list.map_or(&[][..], |list| yaml.items(list));
        let style = elements.iter().rev().find_map(|item| match item {
            Item::Element(element) => match yaml.kind(*element) {
                Kind::Scalar(style @ (ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)) => Some(Some(style)),
                Kind::Scalar(_) => Some(None),
                _ => None,
            },
            _ => None,
        });
        let text = self.recipient.to_owned();
        match style.flatten() {
            Some(style) => Fragment::Like { text, style },
            None => Fragment::Text(text),
        }
    }
}
