//! Shows a plan, and carries it out: `.sops.yaml` first, then file after file.
//!
//! Stopped at any point, the rules say what was meant and the files that are left are out of step: the same command, or
//! `updatekeys`, does the rest.

use jiff::Timestamp;
use similar::{ChangeTag, TextDiff};

use super::super::failure::{Failure, code};
use super::super::files::{Again, Done, Words, files, unchanged, work_through};
use super::super::note;
use super::super::own_key::OwnKeys;
use super::super::sealed_file::save;
use super::damage;
use super::scene::Scene;
use crate::repo::{ContentHash, OwnAccess, RecipientsPlan, RepoPath, Wanted};
use crate::sops::{CreationRules, KeyChange, KeyChanges, RuleKey, is_same_recipient};
use crate::storage::{Accept, Before, Change, FileKeys, KeysError, KeysOutcome, shown};
use crate::text::{cut_end, sanitize};

/// One file and its recipients to be.
pub(super) struct Step {
    pub(super) file: FileKeys,
    pub(super) wanted: Vec<Vec<RuleKey>>,
    pub(super) changes: KeyChanges,
}

/// A plan whose files have been read.
pub(super) struct Prepared<'s> {
    scene: &'s Scene,
    pub(super) plan: RecipientsPlan,
    pub(super) steps: Vec<Step>,
    pub(super) own_keys: OwnKeys,
    /// How many files it is about that cannot be changed here; each was told.
    left: usize,
}

impl<'s> Prepared<'s> {
    /// Reads the files of a plan. Those that only sops edits are told and left out.
    pub(super) fn new(scene: &'s Scene, plan: RecipientsPlan) -> Result<Self, Failure> {
        let (mut steps, mut left) = (Vec::new(), tell_damaged(scene, &plan));
        for (path, wanted) in &plan.files {
            let here = scene.path_here(path);
            let file = match FileKeys::read(&here) {
                Ok(file) => file,
                Err(KeysError::OtherFormat { format }) => {
                    note(&format!("{0}: {format} files are left to sops: sops updatekeys {0}", shown(&here)));
                    left += 1;
                    continue;
                }
                Err(error) => return Err(unchanged(error, &here)),
            };
            let wanted = match wanted {
                Wanted::Rule(groups) => groups.clone(),
                own => own_groups(&file, own),
            };
            let changes = file.document().key_changes(&wanted);
            if !changes.is_empty() {
                steps.push(Step { file, wanted, changes });
            }
        }
        Ok(Self { scene, plan, steps, own_keys: OwnKeys::find(), left })
    }

    /// Whether nothing is left to be done.
    pub(super) fn is_done(&self) -> bool {
        self.plan.change.is_none() && self.steps.is_empty()
    }

    /// The difference of the rules, and who comes to which file and who goes.
    pub(super) fn show(&self) {
        if let (Some((path, before)), Some(change)) = (self.rules(), &self.plan.change) {
            note(&shown(&self.scene.path_here(path)));
            diff(before, &change.text).iter().for_each(|line| note(&format!("  {line}")));
        }
        for step in &self.steps {
            note(&shown(step.file.path()));
            step.changes.added.iter().for_each(|change| note(&format!("  + {}", self.called(change))));
            step.changes.removed.iter().for_each(|change| note(&format!("  - {}", self.called(change))));
        }
    }

    /// Refuses to write the rules where none of the files could follow.
    pub(super) fn can_begin(&mut self) -> Result<(), Failure> {
        self.own_keys.can_begin(self.steps.iter().map(|step| &step.file))
    }

    /// Writes the rules, then the files.
    pub(super) fn carry_out(&self, command: &'static str, rotate: bool, own: OwnAccess) -> Result<(), Failure> {
        if let (Some((path, before)), Some(change)) = (self.rules(), &self.plan.change) {
            let path = self.scene.path_here(path);
            let before = Before::Content(ContentHash::of(before.as_bytes()));
            save(&[Change { path: &path, before, bytes: change.text.as_bytes(), accept: Accept::Nothing }])?;
            note(&format!("{}: saved", shown(&path)));
        }
        // Files that are done have the recipients that are wanted: a second run finds the others only.
        let words = Words { done: if rotate { "rotated" } else { "updated" }, command, again: Again::Harmless };
        let done = work_through(
            &self.steps,
            |step| step.file.path(),
            &words,
            |step, keyring| {
                let outcome = match rotate {
                    true => step.file.rotate(Some(&step.wanted), own, keyring, Timestamp::now())?,
                    false => step.file.update(&step.wanted, own, keyring)?,
                };
                let line = match &outcome {
                    KeysOutcome::UpToDate => "up to date",
                    KeysOutcome::Updated { .. } => "updated",
                    KeysOutcome::Rotated { .. } => "updated, with a new data key",
                };
                Ok(Done { line: line.to_owned(), outcome })
            },
        );
        if done.is_err() && self.plan.change.is_some() {
            note(
                ".sops.yaml says the new recipients already; sopsmith updatekeys brings the files that are left in step.",
            );
        }
        done.and_then(|_| self.outcome())
    }

    /// A failure where files had to be left as they are.
    pub(super) fn outcome(&self) -> Result<(), Failure> {
        if self.left == 0 {
            return Ok(());
        }
        let said =
            format!("{} could not be changed, and may have other recipients than was asked for", files(self.left));
        Err(Failure::new(code::GENERIC, said).hint("each is named above"))
    }

    /// `3 files`
    pub(super) fn count(&self) -> String {
        files(self.steps.len())
    }

    /// What the recipient of the plan is called.
    pub(super) fn name(&self) -> String {
        let short = || cut_end(&sanitize(&self.plan.identity), 24, "…").into_owned();
        self.plan.name.as_deref().map_or_else(short, |name| sanitize(name).into_owned())
    }

    /// The rules as they are.
    fn rules(&self) -> Option<(&RepoPath, &str)> {
        let path = self.plan.rules_path.as_ref()?;
        Some((path, self.scene.repository.text(path)?))
    }

    fn called(&self, change: &KeyChange) -> String {
        let old = self.rules().and_then(|(_, text)| CreationRules::parse(text).ok());
        let new = self.plan.change.as_ref().map(|change| &change.rules);
        let found = new.into_iter().chain(old.as_ref()).find_map(|rules| rules.name_of(&change.identity));
        let own = self.plan.name.as_deref().filter(|_| is_same_recipient(&change.identity, &self.plan.identity));
        let (identity, you) = (sanitize(&change.identity), self.own_keys.you(&change.identity));
        match found.or(own) {
            Some(name) => format!("{}{you} ({identity})", sanitize(name)),
            None => format!("{identity}{you}"),
        }
    }
}

/// Tells files that the change is about and that cannot be read, and counts them.
fn tell_damaged(scene: &Scene, plan: &RecipientsPlan) -> usize {
    let is_asked = |path: &RepoPath| scene.named.is_empty() || scene.named.contains(path);
    let planned = |path: &RepoPath| plan.files.iter().any(|(planned, _)| planned == path);
    let mut count = scene.not_named;
    for (path, file) in scene.repository.encrypted_files().filter(|(path, _)| is_asked(path) && !planned(path)) {
        let concerns = file.text().contains(&plan.identity) || scene.repository.rule_of(path).is_some();
        if let Some(words) = damage(file).filter(|_| concerns) {
            note(&format!("{}: left as it is: {}", shown(&scene.path_here(path)), sanitize(words)));
            count += 1;
        }
    }
    count
}

/// The recipients of a file that follows no rule, with one more or less.
fn own_groups(file: &FileKeys, wanted: &Wanted) -> Vec<Vec<RuleKey>> {
    let mut groups = file.document().metadata().wanted();
    match wanted {
        Wanted::OwnAnd(key, group) => {
            if let Some(group) = groups.get_mut(*group) {
                group.push(key.clone());
            }
        }
        Wanted::OwnWithout(identity) => {
            groups.iter_mut().for_each(|group| group.retain(|key| !is_same_recipient(&key.identity, identity)));
        }
        Wanted::Rule(_) => {}
    }
    groups
}

fn diff(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(1) {
        lines.push(format!("@@ line {}", group.first().map_or(0, |op| op.new_range().start) + 1));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Insert => '+',
                ChangeTag::Delete => '-',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign} {}", sanitize(change.value().trim_end_matches(['\r', '\n']))));
        }
    }
    lines
}
