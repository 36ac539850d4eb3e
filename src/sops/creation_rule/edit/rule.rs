//! Adds a rule: in front of the rules that would hide it, its recipients by their anchors.

use super::super::CreationRules;
use super::add::{Addition, anchor, parse, written_at};
use super::fresh::{FreshKey, fresh_rules};
use super::meant::{Draft, Said};
use super::place::Places;
use super::{RulesChange, RulesEditError, Which};
use crate::text::Patch;
use crate::yaml::{Edit, Fragment, Place};

/// A rule to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewRule<'n> {
    /// The files it is for, as Go reads it.
    pub path_regex: &'n str,
    /// A file it has to match first, relative to the folder of the `.sops.yaml`: the rule goes in front of those that
    /// match this file now.
    pub file: &'n str,
    /// Who can read them.
    pub keys: &'n [FreshKey<'n>],
}

/// The usual pattern for the encrypted files of a folder, itself relative to the folder of the `.sops.yaml`.
#[must_use]
pub fn secrets_regex(folder: &str) -> String {
    let folder = folder.trim_matches('/');
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("^{}{slash}[^/]+\\.(yaml|json|env|ini)$", escape_path(folder))
}

/// A pattern that matches this text only where it stands: dots and brackets mean themselves.
#[must_use]
pub fn escape_path(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for character in path.chars() {
        // What Go's `regexp.QuoteMeta` escapes.
        if "\\.+*?()|[]{}^$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

pub(super) fn add(text: &str, rule: &NewRule<'_>) -> Result<RulesChange, RulesEditError> {
    let rules = CreationRules::parse(text)?;
    let yaml = parse(text);
    let Some(places) = Places::of(&yaml)? else { return fresh(text, rule) };
    let index = rules.rules().iter().position(|old| old.matches(rule.file)).unwrap_or(rules.rules().len());
    let mut draft = Draft::new();
    let mut spelled = Vec::new();
    let list = places.yaml.entry(places.root, "creation_rules").map(|entry| yaml.follow(entry.value));
    let at = list.map_or(text.len(), |list| yaml.range(list).start);
    for key in rule.keys {
        let addition = Addition { recipient: key.recipient, name: key.name, rules: Which::Every, group: None };
        let (name, edits) = anchor(&places, &rules, &addition)?;
        let place = match edits.first() {
            Some(edit) => written_at(&yaml, edit),
            None => places.anchored(key.recipient.as_str()).first().map_or(usize::MAX, |node| yaml.range(*node).end),
        };
        draft.edits.extend(edits.into_iter().next());
        spelled.push(match name.filter(|_| place <= at) {
            Some(name) => Fragment::Alias(name),
            None => Fragment::Text(key.recipient.as_str().to_owned()),
        });
    }
    merge_new_keys(&mut draft);
    let value = new_rule(rule.path_regex, spelled);
    draft.edit(match list {
        Some(list) => Edit::InsertElement {
            sequence: list,
            place: places.rules_written(list).get(index).map_or(Place::Last, |before| Place::Before(*before)),
            value,
        },
        None => Edit::InsertEntry {
            mapping: places.root,
            place: Place::Last,
            key: "creation_rules".to_owned(),
            value: Fragment::Sequence(vec![value]),
        },
    });
    let before = Said::all(&rules);
    let mut meant = before.clone();
    let recipients = rule.keys.iter().map(|key| key.recipient.as_str());
    meant.insert(index, Said::new(rule.path_regex, recipients));
    let mut change = draft.make(&yaml, &before, &meant)?;
    change.changed = vec![index];
    Ok(change)
}

/// `keys` is made once, for all recipients.
fn merge_new_keys(draft: &mut Draft) {
    let mut values = Vec::new();
    draft.edits.retain(|edit| match edit {
        Edit::InsertEntry { value: Fragment::Sequence(new), .. } => {
            values.extend(new.clone());
            values.len() == new.len()
        }
        _ => true,
    });
    for edit in &mut draft.edits {
        if let Edit::InsertEntry { value: Fragment::Sequence(new), .. } = edit {
            new.clone_from(&values);
        }
    }
}

fn new_rule(path_regex: &str, recipients: Vec<Fragment>) -> Fragment {
    let group = Fragment::Mapping(vec![("age".to_owned(), Fragment::Sequence(recipients))]);
    Fragment::Mapping(vec![
        ("path_regex".to_owned(), Fragment::Text(path_regex.to_owned())),
        ("key_groups".to_owned(), Fragment::Sequence(vec![group])),
    ])
}

/// A file without content gets the whole text; comments that stand in it stay in front.
fn fresh(text: &str, rule: &NewRule<'_>) -> Result<RulesChange, RulesEditError> {
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let patch = Patch::insert(text.len(), format!("{gap}{}", fresh_rules(rule.keys, rule.path_regex)));
    let text = patch.apply(text);
    let rules = CreationRules::parse(&text)?;
    Ok(RulesChange { patch, text, rules, changed: vec![0], name: None })
}
