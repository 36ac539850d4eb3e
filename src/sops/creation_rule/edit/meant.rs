//! What a file says, rule by rule, to be compared before and after a change.

use super::super::{CreationRule, CreationRules};
use super::{RulesChange, RulesEditError};
use crate::text::{Overlap, Patch};
use crate::yaml::{Edit, Yaml};

/// One rule without the order of its recipients and the places of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    path_regex: Option<String>,
    sealed: (&'static str, String, bool),
    shamir_threshold: usize,
    /// The recipients of each group, in order of their text.
    pub(super) groups: Vec<Vec<String>>,
}

impl Said {
    pub(super) fn all(rules: &CreationRules) -> Vec<Self> {
        rules.rules().iter().map(Self::of).collect()
    }

    fn of(rule: &CreationRule) -> Self {
        let group = |group: &Vec<super::super::RuleKey>| {
            let mut identities: Vec<String> = group.iter().map(|key| key.identity.clone()).collect();
            identities.sort();
            identities.dedup();
            identities
        };
        let encryption_rule = &rule.encryption_rule;
        let pattern = encryption_rule.pattern().to_owned();
        Self {
            path_regex: rule.path_regex.clone(),
            sealed: (encryption_rule.selector().field(), pattern, rule.mac_only_encrypted),
            shamir_threshold: rule.shamir_threshold,
            groups: rule.groups.iter().map(group).collect(),
        }
    }

    /// A rule of one group, with nothing else said.
    pub(super) fn new<'r>(path_regex: &str, recipients: impl Iterator<Item = &'r str>) -> Self {
        let mut identities: Vec<String> = recipients.map(str::to_owned).collect();
        identities.sort();
        identities.dedup();
        let encryption_rule = crate::sops::EncryptionRule::default();
        Self {
            path_regex: Some(path_regex.to_owned()),
            sealed: (encryption_rule.selector().field(), encryption_rule.pattern().to_owned(), false),
            shamir_threshold: 0,
            groups: vec![identities],
        }
    }

    /// One recipient more in a group; a rule without recipients gets its first group.
    pub(super) fn with(mut self, group: usize, identity: &str) -> Self {
        if self.groups.is_empty() {
            self.groups.push(Vec::new());
        }
        if let Some(group) = self.groups.get_mut(group) {
            group.push(identity.to_owned());
            group.sort();
            group.dedup();
        }
        self
    }
}

/// A change of the text that is not yet believed.
pub(super) struct Draft {
    pub(super) edits: Vec<Edit>,
    /// Changes inside texts that YAML sees as one value.
    pub(super) inside: Patch,
}

impl Draft {
    pub(super) fn new() -> Self {
        Self { edits: Vec::new(), inside: Patch::new() }
    }

    pub(super) fn edit(&mut self, edit: Edit) {
        if !self.edits.contains(&edit) {
            self.edits.push(edit);
        }
    }

    /// Makes the change, reads it back and compares it with `meant`.
    pub(super) fn make(self, yaml: &Yaml, before: &[Said], meant: &[Said]) -> Result<RulesChange, RulesEditError> {
        let line = |rule: usize| CreationRules::parse(yaml.text()).map_or(1, |rules| rules.rules()[rule].line);
        let mut patch = yaml.edit(&self.edits)?.patch;
        patch.merge(self.inside).map_err(|_| RulesEditError::NotAsMeant { line: 1 })?;
        keep_end(yaml.text(), &mut patch).map_err(|_| RulesEditError::NotAsMeant { line: 1 })?;
        let text = patch.apply(yaml.text());
        let rules = CreationRules::parse(&text).map_err(|_| RulesEditError::NotAsMeant { line: 1 })?;
        let after = Said::all(&rules);
        if after.len() != meant.len() {
            return Err(RulesEditError::NotAsMeant { line: 1 });
        }
        let is_change = before.len() == meant.len();
        if let Some(rule) = (0..meant.len()).find(|rule| after[*rule] != meant[*rule]) {
            let was_to_stay = is_change && before[rule] == meant[rule];
            let is_other_rule = after[rule].path_regex != meant[rule].path_regex;
            return Err(if was_to_stay && !is_other_rule {
                RulesEditError::Shared { line: line(rule) }
            } else {
                RulesEditError::NotAsMeant { line: if is_change { line(rule) } else { 1 } }
            });
        }
        let changed = (0..meant.len()).filter(|rule| !is_change || before[*rule] != meant[*rule]).collect();
        Ok(RulesChange { patch, text, rules, changed, name: None })
    }
}

/// A file whose last line has no ending does not get one because its last line goes.
fn keep_end(text: &str, patch: &mut Patch) -> Result<(), Overlap> {
    let Some(last) = patch.splices().last().filter(|last| last.replacement.is_empty()) else { return Ok(()) };
    let before = &text[..last.range.start];
    let line = before.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    match line.filter(|_| last.range.end == text.len() && !text.ends_with('\n')) {
        Some(line) => patch.push(line.len()..before.len(), ""),
        None => Ok(()),
    }
}
