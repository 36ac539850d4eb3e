//! `updatekeys`: files get the recipients that their rules in `.sops.yaml` name; the data keys stay.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::UpdateKeysArgs;
use super::failure::{Failure, code};
use super::files::{Again, Done, Words, each_once, files, unchanged, work_through};
use super::note;
use super::own_key::OwnKeys;
use super::prompt::is_agreed;
use super::rules::{FileRules, rules_above};
use crate::repo::{EncryptedFile, Repository};
use crate::sops::{CreationRules, KeyChange, KeyChanges, RuleKey};
use crate::storage::{self, FileKeys, KeysError, KeysOutcome, Root, shown};
use crate::text::sanitize;

/// A file that is out of step with its rule.
struct Planned {
    file: FileKeys,
    wanted: Vec<Vec<RuleKey>>,
    changes: KeyChanges,
    /// The changes with the names that people use, and whose they are.
    lines: Vec<Line>,
    /// What the removed recipients are called.
    removed: Vec<String>,
}

/// `+ host_web (age1k573ahyay…)`
#[derive(PartialEq, Eq)]
struct Line {
    words: String,
    identity: String,
}

/// Compares files with their rules, shows the differences, asks, and updates.
pub(super) fn run(args: &UpdateKeysArgs) -> Result<(), Failure> {
    let (planned, unread) = if args.files.is_empty() { plan_of_repository()? } else { (plan_of(&args.files)?, 0) };
    if planned.is_empty() {
        return outcome(unread);
    }
    let own_keys = OwnKeys::find();
    show(&planned, &own_keys);
    if !args.yes {
        let question = format!("Update {}? [y/N] ", files(planned.len()));
        if !is_agreed(&question, "--yes updates without asking")? {
            note("Nothing was changed.");
            return Ok(());
        }
    }
    let changes = planned.iter().map(|plan| (&plan.file, plan.wanted.as_slice()));
    let Some(own) = own_keys.agreed(changes, args.yes, args.even_mine)? else {
        note("Nothing was changed.");
        return Ok(());
    };
    let words = Words { done: "updated", command: "updatekeys", again: Again::Harmless };
    let done = work_through(
        &planned,
        |plan| plan.file.path(),
        &words,
        |plan, keyring| {
            let outcome = plan.file.update(&plan.wanted, own, keyring)?;
            let line = match &outcome {
                KeysOutcome::UpToDate => "up to date".to_owned(),
                _ => format!("updated, {}", counted(&plan.changes)),
            };
            Ok(Done { outcome, line })
        },
    );
    if planned.len() > 1
        && let Ok(done) = done
    {
        note(&format!("{} updated.", files(done)));
    }
    tell_what_removal_leaves(&planned);
    done.and_then(|_| outcome(unread))
}

/// A failure where files could not be looked at; each was told.
fn outcome(unread: usize) -> Result<(), Failure> {
    if unread == 0 {
        return Ok(());
    }
    let said = format!("{} could not be read, and may have other recipients than the rule names", files(unread));
    Err(Failure::new(code::GENERIC, said).hint("each is named above"))
}

/// Shows what is going to change: files that change alike stand together.
fn show(planned: &[Planned], own_keys: &OwnKeys) {
    let mut shown_already: Vec<&[Line]> = Vec::new();
    for plan in planned {
        if shown_already.contains(&plan.lines.as_slice()) {
            continue;
        }
        let alike = planned.iter().filter(|other| other.lines == plan.lines);
        let names: Vec<String> = alike.map(|other| shown(other.file.path())).collect();
        note(&names.join(",\n"));
        for Line { words, identity } in &plan.lines {
            note(&format!("  {words}{}", own_keys.you(identity)));
        }
        shown_already.push(&plan.lines);
    }
}

/// The named files; those in step are said to be.
fn plan_of(paths: &[PathBuf]) -> Result<Vec<Planned>, Failure> {
    let mut planned = Vec::new();
    for path in each_once(paths) {
        let file = FileKeys::read(path).map_err(|error| unchanged(error, path))?;
        let rules = FileRules::of(path)?;
        match plan(file, &rules)? {
            Some(plan) => planned.push(plan),
            None => note(&format!("{}: up to date", shown(path))),
        }
    }
    Ok(planned)
}

/// The files of the repository around here that a rule matches and that are out of step with it.
fn plan_of_repository() -> Result<(Vec<Planned>, usize), Failure> {
    let root = Root::find(Path::new(".")).map_err(|error| Failure::new(code::COULD_NOT_READ, error))?;
    let loaded = storage::load(root, &[]);
    loaded.listing.notes().iter().for_each(|told| note(&format!("sopsmith: {told}")));
    let repository = Repository::new(loaded.texts);
    let (mut planned, mut in_step, mut without_rule, mut unread) = (Vec::new(), 0, 0, 0);
    for (path, encrypted) in repository.encrypted_files() {
        let absolute = loaded.root.absolute(path);
        if rules_above(&absolute).is_none() {
            without_rule += 1;
            continue;
        }
        let rules = FileRules::of(&absolute)?;
        let Ok(rule) = rules.rule() else {
            without_rule += 1;
            continue;
        };
        match FileKeys::read(&from_here(&absolute)) {
            Ok(file) => match plan(file, &rules)? {
                Some(plan) => planned.push(plan),
                None => in_step += 1,
            },
            Err(KeysError::OtherFormat { format }) if is_out_of_step(encrypted, &rule.groups) => {
                note(&format!(
                    "{path}: out of step with its rule; sops updates {format} files: sops updatekeys {path}"
                ));
            }
            Err(KeysError::OtherFormat { .. }) => in_step += 1,
            Err(error) => {
                note(&unchanged(error, &from_here(&absolute)).to_string());
                unread += 1;
            }
        }
    }
    if planned.is_empty() {
        let rest = if without_rule > 0 { format!(", {} without a rule", files(without_rule)) } else { String::new() };
        note(&format!("{} up to date{rest}.", files(in_step)));
    }
    Ok((planned, unread))
}

/// A path as a person in this folder would write it.
fn from_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    here.ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).to_owned()
}

fn plan(file: FileKeys, rules: &FileRules) -> Result<Option<Planned>, Failure> {
    let rule = rules.rule()?;
    let wanted = rule.groups.clone();
    if wanted.is_empty() {
        let said = format!("line {}: the rule for {} names no recipient", rule.line, shown(file.path()));
        return Err(Failure::new(code::GENERIC, said).in_file(rules.path()).hint("add an age recipient to the rule"));
    }
    let changes = file.document().key_changes(&wanted);
    if changes.is_empty() {
        return Ok(None);
    }
    let has_groups = wanted.len() > 1 || file.document().metadata().groups().len() > 1;
    let line = |sign: &str, change: &KeyChange| {
        let group = if has_groups { format!(" in group {}", change.group + 1) } else { String::new() };
        let words = format!("{sign} {}{group}", described(change, &rules.rules));
        Line { words, identity: change.identity.clone() }
    };
    let added = changes.added.iter().map(|change| line("+", change));
    let lines = added.chain(changes.removed.iter().map(|change| line("-", change))).collect();
    let gone = |change: &&KeyChange| !rule.keys().any(|key| key.identity == change.identity);
    let removed = changes.removed.iter().filter(gone).map(|change| called(change, &rules.rules)).collect();
    Ok(Some(Planned { file, wanted, changes, lines, removed }))
}

/// `host_web (age1k573ahyay…)`, or the recipient alone where it has no name.
fn described(change: &KeyChange, rules: &CreationRules) -> String {
    let identity = sanitize(&change.identity);
    let kind = match change.kind {
        crate::sops::MasterKeyKind::Age => String::new(),
        kind => format!("{} ", kind.title()),
    };
    match rules.name_of(&change.identity) {
        Some(name) => format!("{} ({kind}{identity})", sanitize(name)),
        None => format!("{kind}{identity}"),
    }
}

fn called(change: &KeyChange, rules: &CreationRules) -> String {
    sanitize(rules.name_of(&change.identity).unwrap_or(&change.identity)).into_owned()
}

/// `1 added, 2 removed`
fn counted(changes: &KeyChanges) -> String {
    let counts = [(changes.added.len(), "added"), (changes.removed.len(), "removed")];
    let parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, verb)| format!("{count} {verb}")).collect();
    parts.join(", ")
}

/// Whoever was removed keeps what it had, and may have kept the data key.
fn tell_what_removal_leaves(planned: &[Planned]) {
    let removed: BTreeSet<&str> = planned.iter().flat_map(|plan| &plan.removed).map(String::as_str).collect();
    if removed.is_empty() {
        return;
    }
    let names: Vec<&str> = removed.into_iter().collect();
    let (rotated, paths) = match planned.iter().filter(|plan| !plan.removed.is_empty()).collect::<Vec<_>>()[..] {
        [only] => ("file is", shown(only.file.path())),
        _ => ("files are", "FILE…".to_owned()),
    };
    note(&format!(
        "{} can still read what is in git's history, and with a copy of the old data key what is written until the \
         {rotated} rotated: sopsmith rotate {paths}",
        names.join(", ")
    ));
}

/// Whether a file of another format has other recipients than its rule names, as far as they are spelled alike.
fn is_out_of_step(file: &EncryptedFile, wanted: &[Vec<RuleKey>]) -> bool {
    let has: BTreeSet<&str> = file.recipients().map(|recipient| recipient.name.as_str()).collect();
    let wants: BTreeSet<&str> = wanted.iter().flatten().map(|key| key.identity.as_str()).collect();
    has != wants
}
